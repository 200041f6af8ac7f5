from odoo import api, fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    marketplace_shop_id = fields.Many2one(related="sale_id.marketplace_shop_id", string="Shop")
    marketplace_ref = fields.Char(related="sale_id.marketplace_ref", string="Marketplace Order")
    marketplace_parcel_ids = fields.One2many("marketplace.parcel", "picking_id", readonly=True)
    marketplace_label_state = fields.Selection(
        [("none", "No Label"), ("pending", "Being Made"), ("rejected", "Rejected"), ("printed", "Ready")],
        string="Label",
        compute="_compute_marketplace_label_state",
        compute_sudo=True,
        help="Label of the marketplace, where it books the carrier.",
    )
    marketplace_can_label = fields.Boolean(compute="_compute_marketplace_can_label", compute_sudo=True)
    marketplace_shipment_ids = fields.One2many("marketplace.shipment", "picking_id", readonly=True)

    @api.depends("marketplace_parcel_ids.state")
    def _compute_marketplace_label_state(self):
        for picking in self:
            picking.marketplace_label_state = picking.marketplace_parcel_ids._sum_up("printed")

    def _compute_marketplace_can_label(self):
        able = self.marketplace_shop_id.filtered("can_label")
        for picking in self:
            leaves = picking.picking_type_code == "outgoing"
            picking.marketplace_can_label = leaves and picking.marketplace_shop_id in able

    def action_marketplace_label(self):
        """Have the marketplace book the carrier of ready transfers and make their labels, in the background."""
        self.check_access("write")
        Parcel = self.env["marketplace.parcel"].sudo()
        ready = self.sudo().filtered_domain(Parcel._get_ready_domain()).filtered("marketplace_can_label")
        rejected = self.sudo().marketplace_parcel_ids.filtered(lambda parcel: parcel.state == "rejected")
        if not ready and not rejected:
            raise UserError(
                self.env._(
                    "None of these transfers can get a label: it must be ready and without one, its order not held, "
                    "its shop running at a marketplace that makes labels."
                )
            )
        Parcel._create_from_pickings(ready)
        rejected.action_retry()
        return self.marketplace_shop_id[:1]._notify(self.env._("The labels are on their way."))

    def action_marketplace_print_labels(self):
        """All labels of the transfers in one file, in the order of the transfers."""
        self.check_access("read")
        parcels = self.env["marketplace.parcel"]
        for picking in self.sudo():
            parcels |= picking.marketplace_parcel_ids.sorted("reference")
        return self.env["marketplace.label.print"]._print(parcels.attachment_id)

    def _stop_leaving(self):
        """Keep transfers that are to be cancelled from leaving. Hook for goods that are in somebody else's hands.

        :return: ``{transfer: why it leaves all the same}``; those can only be held
        """
        return {}

    def _has_left(self):
        """Whether the goods are gone, whatever a person still has to decide. Hook for goods in other hands."""
        self.ensure_one()
        return self.state == "done"

    def action_cancel(self):
        """Override of `stock`: what will not leave needs no label. What is booked stays to be seen."""
        result = super().action_cancel()
        parcels = self.sudo().marketplace_parcel_ids
        parcels.filtered(lambda parcel: parcel.picking_id.state == "cancel" and not parcel.package_id).unlink()
        return result

    def _action_done(self):
        """Override of `stock` to record the parcels that a marketplace has to be told about."""
        result = super()._action_done()
        self.env["marketplace.shipment"].sudo()._create_from_pickings(self.sudo())
        self.sudo().marketplace_return_id._note_received()
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
