from odoo import api, models


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    @api.model
    def _job_erase_recipients(self, account):
        """Override of `overseas_warehouse`: files of orders hold addresses as well. Which orders were in them stays."""
        result = super()._job_erase_recipients(account)
        domain = [("account_id", "=", account.id), ("kind", "=", "orders"), ("state", "=", "handed_over")]
        old = [("handed_over_at", "<", f"-{account.retention_days}d"), ("content", "!=", False)]
        self.env["overseas.file"].search([*domain, *old]).content = False
        return result
