from odoo import api, fields, models
from odoo.exceptions import UserError

ADDRESS = ("name", "street", "street2", "city", "zip")
# A transfer whose recipient or carrier changes may not fit into its parcel any more.
FITTING = {"partner_id", "carrier_id"}


class StockPicking(models.Model):
    _inherit = "stock.picking"

    combined_parcel_id = fields.Many2one(
        "marketplace.combined.parcel",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        help="This transfer ships in one parcel with others of the same buyer and address.",
    )
    combined_with = fields.Char("Ships Together With", compute="_compute_combined_with", compute_sudo=True)
    ships_alone = fields.Boolean(
        copy=False, help="Never put this transfer into one parcel with others of the same buyer and address."
    )

    @api.depends("combined_parcel_id.picking_ids.name")
    def _compute_combined_with(self):
        for picking in self:
            others = picking.combined_parcel_id.picking_ids - picking
            picking.combined_with = ", ".join(
                f"{other.name} ({other.marketplace_ref or other.origin or ''})" for other in others.sorted("id")
            )

    # === WHAT FITS TOGETHER === #

    def _can_combine(self):
        """Whether nothing stands against shipping this transfer together with others."""
        self.ensure_one()
        order = self.sale_id
        return (
            self.picking_type_code == "outgoing"
            and self.state in ("confirmed", "waiting", "assigned")
            and order.marketplace_fulfilment == "merchant"
            and order.state == "sale"
            and not order.marketplace_hold
            and not self.ships_alone
            and not self.carrier_tracking_ref
            and not self.combined_parcel_id.tracking
            and not self.combined_parcel_id.picking_ids.filtered(lambda picking: picking.state == "done")
            and not any(move.picked for move in self.move_ids)
            and not order.marketplace_shop_id.can_label
        )

    def _get_combine_key(self):
        """What transfers of one parcel have in common; None where the address does not tell who receives it.

        Marketplaces know the same person under different numbers, so the words of the address decide.
        """
        words = self._get_address_words(self.partner_id)
        return words and (
            self.company_id.id,
            self.picking_type_id.warehouse_id.id,
            self.location_dest_id.id,
            self.carrier_id.id,
            words,
        )

    @api.model
    def _get_address_words(self, partner):
        """Name and address as they are compared; None where the street or the postcode is not known."""
        if not partner.street or not partner.zip:
            return None
        words = [" ".join((partner[name] or "").split()).casefold() for name in ADDRESS]
        return (*words, partner.state_id.id, partner.country_id.id)

    # === LEAVING === #

    def _leave_combined_parcel(self, alone=False):
        """Take open transfers out of their parcels, and the parcels' tracking numbers off them.

        :param bool alone: never combine them again
        """
        leaving = self.filtered(lambda picking: picking.combined_parcel_id and picking.state != "done")
        if not leaving:
            return
        parcels = leaving.combined_parcel_id
        staying = parcels.picking_ids - leaving
        numbered = leaving.filtered(lambda picking: picking.combined_parcel_id.tracking)
        leaving.write({"combined_parcel_id": False, **({"ships_alone": True} if alone else {})})
        numbered.write({"carrier_tracking_ref": False})
        leaving._message_log_batch(
            {picking.id: self.env._("This transfer ships alone, not in a combined parcel.") for picking in leaving}
        )
        parcels._dissolve_small()
        (leaving | staying)._restate_freight()

    def write(self, vals):
        """Override of `stock`: one tracking number for all of a parcel; what no longer fits in leaves it."""
        result = super().write(vals)
        if FITTING & vals.keys():
            self._leave_where_unfit()
        if "carrier_tracking_ref" in vals:
            self._share_tracking()
        return result

    def _leave_where_unfit(self):
        inside = self.sudo().filtered("combined_parcel_id")
        inside.filtered(lambda picking: not picking._fits_in())._leave_combined_parcel()

    def _fits_in(self):
        parcel = self.combined_parcel_id
        words = self._get_address_words
        return self.carrier_id == parcel.carrier_id and words(self.partner_id) == words(parcel.partner_id)

    def _share_tracking(self):
        """A number entered on one transfer is the parcel's."""
        for picking in self.sudo().filtered("combined_parcel_id"):
            if picking.carrier_tracking_ref != picking.combined_parcel_id.tracking:
                picking.combined_parcel_id.tracking = picking.carrier_tracking_ref

    # === ACTIONS === #

    def action_marketplace_combine(self):
        """Put the chosen transfers into one parcel."""
        self.check_access("write")
        pickings = self.sudo()
        pickings.ships_alone = False
        if unfit := pickings.filtered(lambda picking: not picking._can_combine()):
            raise UserError(
                self.env._(
                    "These transfers cannot share a parcel: %s. They must be open deliveries of marketplace orders "
                    "that are not held, without tracking number, of shops that do not make the label themselves.",
                    ", ".join(unfit.mapped("name")),
                )
            )
        keys = {picking._get_combine_key() for picking in pickings}
        if len(pickings) < 2 or len(keys) > 1 or None in keys:
            raise UserError(
                self.env._(
                    "Choose several transfers of one warehouse and carrier to exactly the same name and address."
                )
            )
        parcel = self.env["marketplace.combined.parcel"].sudo()._put_together([pickings])
        return parcel.sudo(False)._get_records_action()

    def action_leave_combined_parcel(self):
        """Ship this transfer alone."""
        self.check_access("write")
        self.sudo()._leave_combined_parcel(alone=True)

    def action_open_combined_parcel(self):
        self.ensure_one()
        return self.combined_parcel_id._get_records_action()


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_cancel(self):
        """Override of `stock`: a cancelled transfer leaves its parcel, whoever cancels it."""
        result = super()._action_cancel()
        pickings = self.picking_id.sudo().filtered("combined_parcel_id")
        pickings.filtered(lambda picking: picking.state == "cancel")._leave_combined_parcel()
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        """Override of `sale`: what is held does not leave with others."""
        result = super().write(vals)
        if vals.get("marketplace_hold"):
            self.sudo().picking_ids._leave_combined_parcel()
        return result
