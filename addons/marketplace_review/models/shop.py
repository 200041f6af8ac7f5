from odoo import models


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    def _compute_counts(self):
        """Override of `marketplace`: what is held is what lies on the desk."""
        result = super()._compute_counts()
        domain = [("shop_id", "in", self.ids), ("state", "=", "open")]
        self._set_counts("held_count", self.env["marketplace.hold"]._read_group(domain, ["shop_id"], ["__count"]))
        return result

    def action_view_held(self):
        """Override of `marketplace` to open the desk."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_review.action_desk")
        return {**action, "domain": [("shop_id", "in", self.ids)], "context": {"search_default_open": 1}}
