from datetime import timezone

from odoo import api, fields, models

from ..contract import Capability, Shipment, ShipmentLine

OTHER_CARRIER = "Other"


class MarketplaceShipment(models.Model):
    _name = "marketplace.shipment"
    _inherit = ["marketplace.confirmable"]
    _description = "Shipment to Confirm to a Marketplace"
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "tracking", "order_id.marketplace_ref"]

    _batch_order = "ship_by, id"

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="restrict", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    picking_id = fields.Many2one(
        "stock.picking", string="Transfer", index="btree_not_null", ondelete="set null", readonly=True
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="Our number of the parcel. The marketplace takes a repeated number for the same parcel.",
    )
    carrier_id = fields.Many2one("delivery.carrier", ondelete="set null", readonly=True)
    carrier_code = fields.Char(readonly=True, help="Code of the carrier at the marketplaces.")
    carrier_name = fields.Char(readonly=True)
    tracking = fields.Char("Tracking Number", readonly=True)
    package_id = fields.Char("Marketplace Parcel", readonly=True, help="The marketplace's number of the parcel.")
    shipped_at = fields.Datetime(readonly=True, required=True)
    lines = fields.Json(readonly=True, help="Units per order line of the marketplace.")
    units = fields.Integer(readonly=True, help="Units in the parcel.")
    ship_by = fields.Datetime(related="order_id.marketplace_ship_by", store=True, string="Ship By")
    state = fields.Selection(
        [
            ("waiting_tracking", "Waiting for Tracking"),
            ("pending", "To Confirm"),
            ("confirmed", "Confirmed"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        default="pending",
        group_expand=True,
        help="Rejected: the marketplace refuses the confirmation, see its answer; correct the transfer and retry.",
    )

    _reference_uniq = models.Constraint("UNIQUE(shop_id, reference)", "This parcel is already recorded for this shop.")
    _open_idx = models.Index("(shop_id, state) WHERE state IN ('waiting_tracking', 'pending', 'rejected')")

    # === CREATION === #

    @api.model
    def _create_from_pickings(self, pickings):
        """Record the parcels of done transfers. What is recorded already stays as it is.

        :param pickings: any transfers; only deliveries of merchant-fulfilled marketplace orders give parcels
        """
        pickings = pickings.with_prefetch().filtered(
            lambda picking: (
                picking.state == "done"
                and picking.location_dest_id.usage == "customer"
                and picking.sale_id.marketplace_shop_id.confirm_shipments
            )
        )
        recorded = self.search([("picking_id", "in", pickings.ids)]).picking_id
        shipments = self.create(
            [vals for picking in pickings - recorded for vals in self._prepare_picking_vals_list(picking)]
        )
        self._enqueue_confirm(shipments.filtered(lambda shipment: shipment.state == "pending").shop_id)
        return shipments

    @api.model
    def _prepare_picking_vals_list(self, picking):
        """Values of one shipment per order and package of a transfer.

        Several tracking numbers, separated by commas, belong to the packages in their order.
        """
        parcels = self._get_parcels(picking)
        booked = {parcel.reference: parcel for parcel in picking.marketplace_parcel_ids}
        trackings = [text.strip() for text in (picking.carrier_tracking_ref or "").split(",") if text.strip()]
        vals_list = []
        for index, (reference, order, units) in enumerate(parcels):
            parcel = booked.get(reference, self.env["marketplace.parcel"])
            if parcel.tracking:
                tracking = [parcel.tracking]
            else:
                tracking = trackings[index if len(trackings) == len(parcels) else 0 :][:1]
            vals_list.append(
                {
                    **self._prepare_carrier_vals(picking, parcel),
                    **self._prepare_tracking_vals(order.marketplace_shop_id, tracking),
                    "order_id": order.id,
                    "shop_id": order.marketplace_shop_id.id,
                    "picking_id": picking.id,
                    "package_id": parcel.package_id,
                    "reference": reference,
                    "shipped_at": picking.date_done,
                    "lines": [{"order_line_id": ref, "quantity": quantity} for ref, quantity in units.items()],
                    "units": sum(units.values()),
                }
            )
        return vals_list

    @api.model
    def _get_parcels(self, picking):
        """Parcels of a transfer as ``[(our number, order, {marketplace line: units})]``."""
        # Digits only: Amazon accepts nothing else as the number of a package.
        return [
            (f"{picking.id}{index:03d}", order, units)
            for index, ((order, _package), units) in enumerate(self._get_units_by_parcel(picking).items(), 1)
        ]

    @api.model
    def _get_units_by_parcel(self, picking):
        """Whole units shipped: ``{(order, package): {marketplace line: units}}``, without empty parcels.

        Odoo lines that share a marketplace line are added up.
        """
        parcels = {}
        for sale_line, package, quantity in self._get_shipped_units(picking.move_line_ids):
            order = sale_line.order_id
            if not sale_line.marketplace_line_ref or order.marketplace_fulfilment != "merchant":
                continue
            units = parcels.setdefault((order, package), {})
            units[sale_line.marketplace_line_ref] = units.get(sale_line.marketplace_line_ref, 0) + quantity
        whole = {
            parcel: {ref: round(quantity) for ref, quantity in units.items() if round(quantity) > 0}
            for parcel, units in parcels.items()
        }
        return {parcel: units for parcel, units in whole.items() if units}

    @api.model
    def _get_shipped_units(self, move_lines):
        """Units that leave with each line of a transfer, in the unit of the order line.

        :return: ``[(order line, package, quantity)]``
        """
        return [
            (
                sale_line := line.move_id.sale_line_id,
                line.result_package_id,
                line.product_uom_id._compute_quantity(line.quantity, sale_line.product_uom_id, round=False)
                if sale_line
                else 0,
            )
            for line in move_lines
        ]

    @api.model
    def _prepare_carrier_vals(self, picking, parcel):
        carrier = picking.carrier_id
        return {
            "carrier_id": carrier.id,
            "carrier_code": carrier.marketplace_carrier_code or OTHER_CARRIER,
            "carrier_name": parcel.carrier or carrier.name or OTHER_CARRIER,
        }

    @api.model
    def _prepare_tracking_vals(self, shop, trackings):
        """:param list trackings: the tracking number of the parcel, or nothing"""
        waits = shop.require_tracking and not trackings
        return {"tracking": trackings[0] if trackings else False, "state": "waiting_tracking" if waits else "pending"}

    def _update_from_pickings(self):
        """Take over carrier and tracking that were entered on the transfer after it was done.

        Confirmed shipments stay as the marketplace knows them.
        """
        open_shipments = self.filtered(lambda shipment: shipment.state != "confirmed")
        for picking, shipments in open_shipments.grouped("picking_id").items():
            vals_by_reference = {vals["reference"]: vals for vals in self._prepare_picking_vals_list(picking)}
            for shipment in shipments:
                vals = vals_by_reference[shipment.reference]
                names = ("carrier_id", "carrier_code", "carrier_name", "tracking", "package_id", "state")
                shipment.write({name: vals[name] for name in names} | {"next_try_at": False})
        self._enqueue_confirm(open_shipments.filtered(lambda shipment: shipment.state == "pending").shop_id)

    # === CONFIRMATION === #

    @api.model
    def _get_open_domain(self):
        """Override of `marketplace.confirmable`: only shops that confirm."""
        return [*super()._get_open_domain(), ("shop_id.confirm_shipments", "=", True)]

    @api.model
    def _get_confirm_capability(self):
        return Capability.SHIPMENT_CONFIRMATION

    @api.model
    def _describe_confirm(self):
        return self.env._("Confirm shipments")

    def _confirm(self, connector):
        return connector.confirm_shipments([shipment._prepare_shipment() for shipment in self])

    def _prepare_shipment(self):
        """This parcel in the words of the contract."""
        self.ensure_one()
        return Shipment(
            reference=self.reference,
            shop_id=self.shop_id.external_id,
            order_id=self.order_id.marketplace_ref,
            carrier_code=self.carrier_code,
            carrier_name=self.carrier_name,
            tracking=self.tracking or "",
            shipped_at=self.shipped_at.replace(tzinfo=timezone.utc),
            lines=tuple(ShipmentLine(line["order_line_id"], line["quantity"]) for line in self.lines),
            service=self.order_id.marketplace_service_level or "",
            package_id=self.package_id or "",
        )

    # === ACTIONS === #

    def _reopen(self):
        """Override of `marketplace.confirmable`: with the carrier and tracking that the transfer has now."""
        result = super()._reopen()
        self.filtered("picking_id")._update_from_pickings()
        return result

    def action_open_picking(self):
        self.ensure_one()
        return self.picking_id._get_records_action()
