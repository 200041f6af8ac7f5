from odoo import models


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _erase_belongings(self, domain):
        """Override of `marketplace`: what a warehouse was given names the buyer."""
        result = super()._erase_belongings(domain)
        given = self.env["overseas.outbound"].search([("picking_id", "any", [("sale_id", "any", domain)])])
        given.filtered("payload").payload = False
        return result
