from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    marketplace_settlement_journal_id = fields.Many2one(
        "account.journal",
        "Settlement Journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Journal in which settlements of marketplaces are posted.",
    )

    def _get_settlement_journal(self):
        """The journal of settlements, made with the first of them."""
        company = self.sudo()
        if not company.marketplace_settlement_journal_id:
            company.marketplace_settlement_journal_id = (
                self.env["account.journal"]
                .sudo()
                .create(
                    {
                        "name": self.env._("Marketplace Settlements"),
                        "code": self._get_free_journal_code("MKTS"),
                        "type": "general",
                        "company_id": self.id,
                    }
                )
            )
        return company.marketplace_settlement_journal_id

    def _get_free_journal_code(self, code):
        journals = self.env["account.journal"].sudo().with_context(active_test=False)
        taken = set(journals.search([("company_id", "=", self.id)]).mapped("code"))
        codes = [code, *(f"{code}{number}" for number in range(2, 10))]
        return next(choice for choice in codes if choice not in taken)
