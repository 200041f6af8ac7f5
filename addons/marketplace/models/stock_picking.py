from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    marketplace_shop_id = fields.Many2one(related="sale_id.marketplace_shop_id", string="Shop")
    marketplace_ref = fields.Char(related="sale_id.marketplace_ref", string="Marketplace Order")
    marketplace_shipment_ids = fields.One2many("marketplace.shipment", "picking_id", readonly=True)

    def _action_done(self):
        """Override of `stock` to record the parcels that a marketplace has to be told about."""
        result = super()._action_done()
        self.env["marketplace.shipment"].sudo()._create_from_pickings(self.sudo())
        return result

    def _pre_action_done_hook(self):
        """Override of `stock`: Odoo need not ask about a text message that must not be sent."""
        silent = self.with_context(skip_sms=True) if self.marketplace_shop_id else self
        return super(StockPicking, silent)._pre_action_done_hook()

    def _send_confirmation_email(self):
        """Override of `stock`: marketplaces write to their buyers themselves and forbid text messages of the seller."""
        marketplace = self.filtered("marketplace_shop_id")
        super(StockPicking, marketplace.with_context(skip_sms=True))._send_confirmation_email()
        return super(StockPicking, self - marketplace)._send_confirmation_email()

    def write(self, vals):
        """Override of `stock` to pass on a tracking number that comes after the transfer is done."""
        result = super().write(vals)
        if "carrier_tracking_ref" in vals or "carrier_id" in vals:
            done = self.sudo().filtered(lambda picking: picking.state == "done")
            done.marketplace_shipment_ids._update_from_pickings()
        return result
