from odoo import api, models


class MarketplaceCancellation(models.Model):
    _inherit = "marketplace.cancellation"

    @api.model
    def _cancel(self, order, reason, lines=(), note="", decline=False):
        """Override of `marketplace`: whoever cancels has decided whatever the order was held for."""
        if not decline:
            self.env["marketplace.hold"]._find_open(order)._close("cancelled")
        return super()._cancel(order, reason, lines, note, decline)

    def _set_rejected(self, message):
        """Override of `marketplace`: the desk shows the marketplace's answer too."""
        result = super()._set_rejected(message)
        for hold in self.env["marketplace.hold"]._find_open(self.order_id):
            if hold.kind == hold.order_id.marketplace_hold:
                hold.note = hold.order_id.marketplace_hold_note
        return result
