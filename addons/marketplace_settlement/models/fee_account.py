from odoo import api, fields, models

from ..engine import RECONCILED, TYPES, AccountBook, AccountRow, Posting, get_chart_accounts, get_role

ROLE_NAMES = [
    ("clearing", "Marketplace Clearing"),
    ("carry_over", "Marketplace Settlements Carried Over"),
    ("reserve", "Marketplace Reserves"),
    ("deferred", "Marketplace Money Deferred"),
    ("loan", "Marketplace Loans"),
    ("card", "Marketplace Charges to Credit Card"),
    ("transfer", "Marketplace Money on Its Way"),
    ("tax", "Marketplace Taxes Collected and Withheld"),
    ("fee_tax", "Tax on Marketplace Fees"),
    ("withheld", "Taxes Withheld by Marketplaces"),
    ("sales", "Marketplace Sales"),
    ("refunds", "Marketplace Refunds"),
    ("promotions", "Marketplace Promotions"),
    ("subsidies", "Marketplace Subsidies"),
    ("selling", "Marketplace Selling Fees"),
    ("fulfilment", "Marketplace Fulfilment Fees"),
    ("inbound", "Marketplace Inbound Fees"),
    ("storage", "Marketplace Storage Fees"),
    ("ads", "Marketplace Advertising"),
    ("reimbursements", "Marketplace Reimbursements"),
    ("liquidation", "Marketplace Liquidations"),
    ("other", "Other Marketplace Amounts"),
]


class MarketplaceFeeAccount(models.Model):
    """Where amounts of settlements are booked. A row of a kind comes before one of its whole role, one of a country
    before one of all countries."""

    _name = "marketplace.fee.account"
    _description = "Account of Settlement Amounts"
    _check_company_auto = True
    _order = "company_id, role, kind_id, country_id, id"
    _rec_name = "role"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    role = fields.Selection(
        ROLE_NAMES,
        "Purpose",
        required=True,
        compute="_compute_role",
        store=True,
        precompute=True,
        readonly=False,
        help="What the account is for.",
    )
    kind_id = fields.Many2one(
        "marketplace.fee.kind", "Only This Kind", ondelete="cascade", help="Empty: all kinds that this account is for."
    )
    country_id = fields.Many2one("res.country", "Only This Country", help="Of the sale. Empty: all countries.")
    account_id = fields.Many2one(
        "account.account",
        "Ledger Account",
        required=True,
        check_company=True,
        domain="[('active', '=', True)]",
        ondelete="restrict",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        help="Sales: taxes of amounts whose order states none, e.g. because it is not here. Fees: taxes of the "
        "marketplace's bill, reverse charge included. Amounts are taken as including them.",
    )

    _key_uniq = models.UniqueIndex(
        "(company_id, role, COALESCE(kind_id, 0), COALESCE(country_id, 0))", "This account is stated already."
    )

    @api.depends("kind_id")
    def _compute_role(self):
        for row in self:
            kind = row.kind_id
            row.role = get_role(kind.code, kind.group, kind.nature) if kind else row.role

    # === FINDING === #

    @api.model
    def _get_book(self, company):
        """Accounts of a company: ids of accounts and taxes; one query.

        :return: :class:`~odoo.addons.marketplace_settlement.engine.AccountBook`
        """
        return AccountBook(
            AccountRow(
                row.role,
                row.kind_id.code or "",
                row.country_id.code or "",
                Posting(row.account_id.id, tuple(row.tax_ids.ids)),
            )
            for row in self.sudo().search([("company_id", "=", company.id)])
        )

    # === SETTING UP === #

    @api.model
    def _set_up(self, company):
        """Give each role that has no account yet one that fits: of the company's chart, else a new one.

        :return: the rows that were added
        """
        Account = self.sudo().with_company(company)
        known = set(Account.search([("company_id", "=", company.id), ("kind_id", "=", False)]).mapped("role"))
        chart = get_chart_accounts(company.root_id.sudo().chart_template or "")
        names = dict(self._fields["role"]._description_selection(self.env))
        return Account.create(
            [
                {
                    "company_id": company.id,
                    "role": role,
                    "account_id": (
                        Account._find_in_chart(company, role, chart.get(role))
                        or Account._create_account(company, role, names[role])
                    ).id,
                }
                for role, _name in ROLE_NAMES
                if role not in known
            ]
        )

    def _find_in_chart(self, company, role, external_id):
        """The account of a chart, unless it was deleted or archived."""
        if role == "transfer":
            return company.sudo().transfer_account_id
        template = self.env["account.chart.template"].sudo().with_company(company)
        account = external_id and template.ref(external_id, raise_if_not_found=False)
        return account if account and account.active else self.env["account.account"]

    def _create_account(self, company, role, name):
        Account = self.env["account.account"].sudo().with_company(company)
        domain = [*Account._check_company_domain(company), ("account_type", "=", TYPES[role])]
        first = Account.search(domain, order="code", limit=1)
        return Account.create(
            {
                "name": name,
                "code": Account._search_new_account_code(first.code or "100000"),
                "account_type": TYPES[role],
                "reconcile": role in RECONCILED or TYPES[role] == "asset_receivable",
                "company_ids": [(6, 0, company.ids)],
            }
        )
