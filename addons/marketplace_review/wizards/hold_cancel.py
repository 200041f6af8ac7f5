from odoo import fields, models


class MarketplaceHoldCancel(models.TransientModel):
    """Asks before an order is cancelled in Odoo only, for the marketplace will not know."""

    _name = "marketplace.hold.cancel"
    _description = "Cancel an Order Here"

    hold_id = fields.Many2one("marketplace.hold", required=True, readonly=True, ondelete="cascade")
    reference = fields.Char(related="hold_id.reference")
    shop_id = fields.Many2one(related="hold_id.shop_id")

    def action_cancel(self):
        """Cancel the order in Odoo. Its holds end with it."""
        self.ensure_one()
        self.hold_id._cancel_here()
