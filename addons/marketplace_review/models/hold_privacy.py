from odoo import models


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _erase_belongings(self, domain):
        """Override of `marketplace`: holds may quote the address and the buyer."""
        result = super()._erase_belongings(domain)
        holds = self.env["marketplace.hold"].search([("order_id", "any", domain), ("state", "!=", "open")])
        holds.write({"note": False, "evidence": False, "resolution": False})
        return result
