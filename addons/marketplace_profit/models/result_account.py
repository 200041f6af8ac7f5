from odoo import api, fields, models

# Where the company books its exchange differences.
_EXCHANGE = ("income_currency_exchange_account_id", "expense_currency_exchange_account_id")


class ProfitResultAccount(models.Model):
    """What the items of an account of income or cost are, where nothing else tells."""

    _name = "profit.result.account"
    _description = "Meaning of a Result Account"
    _check_company_auto = True
    _order = "account_id"
    _rec_name = "account_id"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    account_id = fields.Many2one(
        "account.account",
        "Ledger Account",
        required=True,
        check_company=True,
        ondelete="restrict",
        index=True,
        domain="[('internal_group', 'in', ('income', 'expense'))]",
    )
    kind_id = fields.Many2one(
        "marketplace.fee.kind",
        "Kind of Amount",
        domain="[('nature', '=', 'profit')]",
        ondelete="restrict",
        help="What its journal items are, unless a settlement or an order's invoice tells it, e.g. Rent. Empty: they "
        "are shown as not attributed.",
    )
    is_goods = fields.Boolean(
        "Account of Goods",
        help="Odoo books purchases and changes of stock here. Cost layers say what goods really cost: their costs "
        "stand in the place of its items, and what the ledger has beyond them is one amount for each month.",
    )

    _account_uniq = models.Constraint(
        "UNIQUE(company_id, account_id)", "The meaning of this account is stated already."
    )

    def action_set_up(self):
        """State the accounts that Odoo's own settings tell; what is stated already stays."""
        self.check_access("create")
        for company in self.env.companies:
            self._set_up(company)

    @api.model
    def _prepare(self, company):
        """With the first month of a company, its accounts are set up."""
        if not self.sudo().search_count([("company_id", "=", company.id)], limit=1):
            self._set_up(company)

    @api.model
    def _set_up(self, company):
        """:return: the rows that were added"""
        rows = self.sudo().with_company(company)
        known = rows.search([("company_id", "=", company.id)]).account_id
        difference = self.env["marketplace.fee.kind"]._get_by_code(["exchange_difference"])
        exchange = self.env["account.account"].union(*(company.sudo()[name] for name in _EXCHANGE))
        goods = rows._find_goods_accounts(company) - exchange
        return rows.create(
            [
                {
                    "company_id": company.id,
                    "account_id": account.id,
                    "is_goods": account in goods,
                    "kind_id": difference["exchange_difference"].id if account in exchange else False,
                }
                for account in (goods | exchange) - known
                if account.internal_group in ("income", "expense")
            ]
        )

    @api.model
    def _find_goods_accounts(self, company):
        """Accounts that product categories, products and the company name for purchases and changes of stock."""
        company = company.sudo()
        categories = self.env["product.category"].search([("id", "!=", False)])
        products = self.env["product.template"].search([("property_account_expense_id", "!=", False)])
        valuation = categories.property_stock_valuation_account_id | company.account_stock_valuation_id
        return (
            categories.property_account_expense_categ_id
            | categories.property_price_difference_account_id
            | products.filtered(lambda product: product.type == "consu").property_account_expense_id
            | company.expense_account_id
            | company.price_difference_account_id
            | company.cost_layer_expense_account_id
            | valuation.account_stock_variation_id
            | valuation.account_stock_expense_id
        )
