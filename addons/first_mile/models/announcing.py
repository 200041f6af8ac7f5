from odoo import Command, api, fields, models
from odoo.exceptions import UserError

TRACKING_KINDS = ("container", "bill_of_lading", "air_waybill", "express", "booking", "flight")


class FirstMileShipment(models.Model):
    """Shipments to overseas warehouses: what the warehouse is told of the cartons, and what it counts of them."""

    _inherit = "first.mile.shipment"

    overseas_warehouse_id = fields.Many2one("overseas.warehouse", compute="_compute_overseas_warehouse_id")
    inbound_ids = fields.One2many("overseas.inbound", "first_mile_shipment_id", string="Notices")

    @api.depends("destination_id")
    def _compute_overseas_warehouse_id(self):
        found = self.env["overseas.warehouse"].sudo().search([("warehouse_id", "in", self.destination_id.ids)])
        by_warehouse = {warehouse.warehouse_id.id: warehouse.id for warehouse in found}
        for shipment in self:
            shipment.overseas_warehouse_id = by_warehouse.get(shipment.destination_id.id)

    def _get_notices(self):
        """What was announced and not withdrawn."""
        return self.inbound_ids.filtered(lambda inbound: inbound.state != "cancelled")

    def _get_transit(self):
        """Extends to the place of the goods on their way to an overseas warehouse."""
        known = self.picking_ids.filtered(lambda picking: picking.state != "cancel")
        transit = self.overseas_warehouse_id.sudo().transit_location_id
        return transit if transit and not known else super()._get_transit()

    # === ANNOUNCING === #

    def action_announce(self):
        """Announce the cartons to the overseas warehouse; what is announced already is only shown.

        :return: the notice, or those that the operator has divided it into, to be opened
        """
        self.ensure_one()
        if not self._get_notices():
            self._check_announceable()
            self.inbound_ids.flush_recordset(["state"])  # the index that allows one notice looks at the table
            self.env["overseas.inbound"].create(self._prepare_notice_vals()).action_announce()
        return self._get_notices()._get_records_action(name=self.env._("Announced Goods"))

    def _check_announceable(self):
        """:raise UserError: the warehouse could not take the goods in; says what to do"""
        warehouse = self.overseas_warehouse_id.sudo()
        if not warehouse:
            raise UserError(
                self.env._(
                    "%s is no overseas warehouse. Connect it under Overseas Warehouse Accounts, or ship to one.",
                    self.destination_id.name,
                )
            )
        if self.state not in ("planned", "in_transit", "arrived"):
            raise UserError(self.env._("Plan %s first: what is announced are the cartons that are planned.", self.name))
        if self._get_transit() != warehouse.transit_location_id:
            raise UserError(
                self.env._(
                    "%(shipment)s was planned before %(warehouse)s was connected. Receive it by its transfer, or "
                    "cancel it and plan another one.",
                    shipment=self.name,
                    warehouse=warehouse.name,
                )
            )
        self._get_cartons_to_announce()._check_announceable()

    def _get_cartons_to_announce(self):
        return self.carton_ids.filtered(lambda carton: not carton.lost_on)

    def _prepare_notice_vals(self):
        cartons = self._get_cartons_to_announce()
        numbers = [carton.number for carton in cartons]
        if not all(number.isdecimal() and number == str(int(number)) for number in numbers):
            numbers = range(1, len(cartons) + 1)
        return {
            "first_mile_shipment_id": self.id,
            "warehouse_id": self.overseas_warehouse_id.id,
            "source_location_id": self.warehouse_id.lot_stock_id.id,
            "departure_id": self._get_departures()[:1].id,
            "transport": self.mode,
            **self._prepare_arrival_vals(),
            "note": self.name,
            "carton_ids": [
                Command.create(carton._prepare_announced_vals(int(number)))
                for carton, number in zip(cartons, numbers, strict=True)
            ],
        }

    def _prepare_arrival_vals(self):
        """When the goods come, and under which number."""
        by_kind = {tracking.kind: tracking.number for tracking in self.tracking_ids}
        return {
            "eta": self.eta or self.ship_date,
            "tracking": next((by_kind[kind] for kind in TRACKING_KINDS if kind in by_kind), False),
        }

    # === WHAT ARRIVES === #

    def _get_incoming(self):
        """Units that are still to arrive: ``{product: units}``."""
        incoming = {}
        for move in self._get_open_transfers(departing=False).move_ids:
            if move.state not in ("done", "cancel"):
                incoming[move.product_id] = incoming.get(move.product_id, 0) + move.product_uom_qty
        return incoming

    def _close_incoming(self, totals):
        """Take units off the planned arrival: the warehouse has counted them, or they are written off.

        :param dict totals: units by product
        """
        moves = self._get_open_transfers(departing=False).move_ids
        for product, units in totals.items():
            for move in moves.filtered(lambda move, product=product: move.product_id == product):
                taken = min(units, move.product_uom_qty)
                units -= taken
                if taken:
                    move._do_unreserve()
                if taken and taken == move.product_uom_qty:
                    move._action_cancel()
                elif taken:
                    move.product_uom_qty -= taken
                    move._action_assign()

    # === GUARDS === #

    def action_receive(self):
        """Extends to leave to the overseas warehouse what it counts."""
        self._check_not_announced(
            self.env._("The warehouse counts these goods itself; what it counts is taken in as it reports it.")
        )
        return super().action_receive()

    def action_cancel(self):
        """Extends to keep what was announced."""
        self._check_not_announced(self.env._("Withdraw the notice at the warehouse first."))
        return super().action_cancel()

    def _unplan(self):
        """Extends to keep what was announced."""
        self._check_not_announced(self.env._("Withdraw the notice at the warehouse first."))
        return super()._unplan()

    def _check_not_announced(self, advice):
        for shipment in self.sudo():
            if notices := shipment._get_notices():
                raise UserError(
                    self.env._(
                        "%(shipment)s is announced as %(notice)s. %(advice)s",
                        shipment=shipment.name,
                        notice=", ".join(notices.mapped("reference")),
                        advice=advice,
                    )
                )


class FirstMileCarton(models.Model):
    _inherit = "first.mile.carton"

    def _check_announceable(self):
        """:raise UserError: cartons without weight, size or contents, or with parts of units; all are named"""
        names = ("weight", "length_cm", "width_cm", "height_cm")
        labels = {name: field["string"] for name, field in self.fields_get(names, ["string"]).items()}
        faults = []
        for carton in self:
            missing = [labels[name] for name in names if carton[name] <= 0]
            if not carton.line_ids:
                missing.append(self.env._("contents"))
            if missing:
                faults.append(
                    self.env._("Carton %(number)s: %(missing)s", number=carton.number, missing=", ".join(missing))
                )
            if any(line.quantity % 1 for line in carton.line_ids):
                faults.append(self.env._("Carton %s: overseas warehouses count whole units", carton.number))
        if faults:
            raise UserError(
                self.env._(
                    "Some cartons cannot be announced. Enter what is missing under Cartons, then announce again:\n%s",
                    "\n".join(faults),
                )
            )

    def _prepare_announced_vals(self, number):
        self.ensure_one()
        contents = [
            Command.create({"product_id": line.product_id.id, "units": int(line.quantity)}) for line in self.line_ids
        ]
        size = {name: self[name] for name in ("length_cm", "width_cm", "height_cm")}
        link = {"first_mile_carton_id": self.id}
        return {"number": number, "weight_kg": self.weight, "line_ids": contents, **size, **link}
