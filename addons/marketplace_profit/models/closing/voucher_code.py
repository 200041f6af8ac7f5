from odoo import api, fields, models

OWNERS = ("account_id", "currency_id", "journal_id", "partner_id", "analytic_account_id")


class ProfitVoucherCode(models.Model):
    """How another accounting software calls an account, a currency, a journal's vouchers, a partner or a department."""

    _name = "profit.voucher.code"
    _description = "Code in Other Accounting Software"
    _order = "layout_id, id"
    _rec_name = "code"
    _check_company_auto = True

    layout_id = fields.Many2one("profit.voucher.layout", "Software", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company, help="Empty: for all companies."
    )
    account_id = fields.Many2one("account.account", ondelete="cascade", check_company=True, index="btree_not_null")
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    journal_id = fields.Many2one("account.journal", ondelete="cascade", check_company=True)
    partner_id = fields.Many2one("res.partner", "Customer or Vendor", ondelete="cascade", check_company=True)
    analytic_account_id = fields.Many2one(
        "account.analytic.account", "Department", ondelete="cascade", check_company=True
    )
    code = fields.Char("Code There", help="Of a journal: the voucher word. Empty: still to be filled in.")
    name = fields.Char("Name There", help="Empty: the name that it has here.")
    origin = fields.Char("What", compute="_compute_origin", help="What has this code.")

    _one_owner = models.Constraint(
        f"CHECK(num_nonnulls({', '.join(OWNERS)}) = 1)",
        "Choose one of account, currency, journal, partner and department: a row is the code of one of them.",
    )
    _owner_uniq = models.UniqueIndex(
        f"(layout_id, COALESCE(company_id, 0), {', '.join(f'COALESCE({owner}, 0)' for owner in OWNERS)})",
        "This already has a code in this software.",
    )

    @api.depends(*OWNERS)
    def _compute_origin(self):
        for row in self:
            row.origin = next((row[owner].display_name for owner in OWNERS if row[owner]), "")

    @api.model
    def _get_codes(self, layout, company):
        """Codes of a company in a software; a row of the company goes before one for all.

        :return: ``{record: (code, name)}``, without rows that are not filled in
        """
        rows = self.search(
            [("layout_id", "=", layout.id), ("company_id", "in", (False, company.id)), ("code", "!=", False)]
        )
        return {
            next(row[owner] for owner in OWNERS if row[owner]): (row.code.strip(), row.name or "")
            for row in rows.sorted(lambda row: bool(row.company_id))
        }

    @api.model
    def _add_missing(self, layout, company, accounts):
        """Rows to fill in for accounts that have no code yet.

        :return: all rows of these accounts
        """
        domain = [("layout_id", "=", layout.id), ("company_id", "in", (False, company.id))]
        rows = self.search([*domain, ("account_id", "in", accounts.ids)])
        return rows | self.create(
            [
                {"layout_id": layout.id, "company_id": company.id, "account_id": account.id}
                for account in accounts - rows.account_id
            ]
        )
