from odoo import api, models


class MarketplaceStockReserver(models.AbstractModel):
    _inherit = "marketplace.stock.reserver"

    @api.model
    def _get_short_domain(self):
        """Override of `marketplace`: an order that is short may show a more urgent hold."""
        return [("marketplace_hold_ids", "any", [("kind", "=", "short"), ("state", "=", "open")])]
