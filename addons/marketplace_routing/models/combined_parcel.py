from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

ENDED = ("done", "cancel")


class MarketplaceCombinedParcel(models.Model):
    """Open transfers of one buyer and address that leave in one parcel, under one tracking number.

    The transfers stay what they are: each order is confirmed to its own marketplace with the same tracking number.
    A transfer that can no longer leave with the others takes itself out; the last one left is no parcel.
    """

    _name = "marketplace.combined.parcel"
    _description = "Combined Parcel"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_names_search = ["name", "tracking", "partner_id", "picking_ids.origin", "picking_ids.sale_id.marketplace_ref"]

    name = fields.Char(required=True, readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Deliver To", required=True, readonly=True)
    carrier_id = fields.Many2one(
        "delivery.carrier", check_company=True, tracking=True, help="Carrier of all transfers of this parcel."
    )
    tracking = fields.Char(
        "Tracking Number", copy=False, tracking=True, help="Entered once, it goes to all transfers of this parcel."
    )
    picking_ids = fields.One2many("stock.picking", "combined_parcel_id", string="Transfers", readonly=True)
    order_count = fields.Integer("Orders", compute="_compute_order_count")
    weight = fields.Float(compute="_compute_weight", digits="Stock Weight")
    weight_uom_name = fields.Char(compute="_compute_weight")
    ship_by = fields.Datetime(compute="_compute_ship_by", store=True, help="The most urgent transfer decides.")
    state = fields.Selection(
        [("waiting", "Waiting"), ("ready", "Ready"), ("partial", "Shipped in Part"), ("done", "Shipped")],
        compute="_compute_state",
        store=True,
        help="Ready: the goods of all transfers are reserved.",
    )

    _open_idx = models.Index("(company_id) WHERE state != 'done'")

    # === COMPUTE METHODS === #

    @api.depends("picking_ids.sale_id")
    def _compute_order_count(self):
        for parcel in self:
            parcel.order_count = len(parcel.picking_ids.sale_id)

    @api.depends("picking_ids.weight")
    def _compute_weight(self):
        unit = self.env["product.template"]._get_weight_uom_name_from_ir_config_parameter()
        for parcel in self:
            parcel.weight = sum(parcel.picking_ids.mapped("weight"))
            parcel.weight_uom_name = unit

    @api.depends("picking_ids.date_deadline")
    def _compute_ship_by(self):
        for parcel in self:
            parcel.ship_by = min(filter(None, parcel.picking_ids.mapped("date_deadline")), default=False)

    @api.depends("picking_ids.state")
    def _compute_state(self):
        for parcel in self:
            states = set(parcel.picking_ids.mapped("state"))
            if "done" in states:
                parcel.state = "done" if states == {"done"} else "partial"
            else:
                parcel.state = "ready" if states == {"assigned"} else "waiting"

    # === CRUD === #

    def write(self, vals):
        """Override of `base`: carrier and tracking number go to all transfers."""
        result = super().write(vals)
        if "carrier_id" in vals:
            self._spread("carrier_id", "carrier_id")
        if "tracking" in vals:
            self._spread("carrier_tracking_ref", "tracking")
        return result

    def _spread(self, picking_field, own_field):
        for parcel in self:
            others = parcel.picking_ids.sudo().filtered(lambda p, parcel=parcel: p[picking_field] != parcel[own_field])
            others.write({picking_field: self._fields[own_field].convert_to_write(parcel[own_field], parcel)})

    # === COMBINING === #

    @api.model
    def _combine(self, orders, hours):
        """Put the open transfers of orders into parcels, together with earlier ones of the same buyer and address.

        :param orders: confirmed sale orders whose transfers exist
        :param hours: how old an earlier transfer may be
        :return: parcels that were created or have grown
        """
        new = orders.sudo().picking_ids.filtered(lambda picking: picking._can_combine())
        pickings = new | self._find_earlier(new, hours)
        groups = defaultdict(self.env["stock.picking"].sudo().browse)
        for picking in pickings:
            groups[picking._get_combine_key()] |= picking
        together = [group for key, group in groups.items() if key and len(group) > 1 and group & new]
        return self.sudo()._put_together(together)

    def _find_earlier(self, new, hours):
        """Open transfers that may be of the same buyers; whether they are, the whole address decides."""
        zips = {zip_ for zip_ in new.partner_id.mapped("zip") if zip_}
        if not zips:
            return new
        since = fields.Datetime.now() - timedelta(hours=hours)
        found = new.search(
            [
                ("state", "not in", ["draft", *ENDED]),
                ("picking_type_id", "in", new.picking_type_id.ids),
                ("create_date", ">=", since),
                ("partner_id.zip", "in", list(zips)),
                ("sale_id.marketplace_fulfilment", "=", "merchant"),
                ("id", "not in", new.ids),
            ]
        )
        return found.filtered(lambda picking: picking._can_combine())

    def _put_together(self, groups):
        """Make each group of transfers one parcel; a parcel that one of them is in takes the others."""
        former = self.union(*(group.combined_parcel_id for group in groups))
        growing = [(group.combined_parcel_id[:1], group) for group in groups if group.combined_parcel_id]
        fresh = [group for group in groups if not group.combined_parcel_id]
        parcels = self.create(self._prepare_vals_list(fresh))
        result = parcels
        for parcel, group in [*zip(parcels, fresh, strict=True), *growing]:
            group.combined_parcel_id = parcel
            result |= parcel
        (former - result)._dissolve_small()
        result.picking_ids._restate_freight()
        return result

    def _prepare_vals_list(self, groups):
        sequence = self.env.ref("marketplace_routing.sequence_combined_parcel").sudo()
        names = self.env["marketplace.order.importer"]._next_names(sequence, len(groups)) if groups else []
        return [
            {
                "name": name,
                "company_id": group.company_id.id,
                "warehouse_id": group.picking_type_id.warehouse_id.id,
                "partner_id": group[:1].partner_id.id,
                "carrier_id": group.carrier_id.id,
            }
            for name, group in zip(names, groups, strict=True)
        ]

    def _dissolve_small(self):
        """Parcels of one transfer or none are no combined parcels; what that transfer has, it keeps."""
        self.filtered(lambda parcel: len(parcel.picking_ids) < 2).unlink()

    # === ACTIONS === #

    def action_validate(self):
        """Ship all transfers of the parcel."""
        self.check_access("write")
        pickings = self.picking_ids.filtered(lambda picking: picking.state != "done")
        if waiting := pickings.filtered(lambda picking: picking.state != "assigned"):
            raise UserError(
                self.env._(
                    "Not everything is reserved yet: %s. Wait for the goods, or take these out of the parcel.",
                    ", ".join(waiting.mapped("name")),
                )
            )
        return pickings.button_validate()

    def action_take_apart(self):
        """Let each transfer ship alone again, and stay so."""
        self.check_access("write")
        if any(parcel.state in ("partial", "done") for parcel in self):
            raise UserError(self.env._("The parcel has left; it cannot be taken apart."))
        pickings = self.sudo().picking_ids
        pickings._leave_combined_parcel(alone=True)
        return self.env["ir.actions.act_window"]._for_xml_id("marketplace_routing.action_combined_parcels")
