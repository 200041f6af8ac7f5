from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    first_mile_eta = fields.Date(
        "Own ETA", copy=False, help="The cartons of this transfer were left behind on the way and come on this day."
    )

    def write(self, vals):
        """Override of `stock`: the forecast follows the ETA of what was left behind."""
        result = super().write(vals)
        if vals.get("first_mile_eta"):
            for picking in self.filtered(lambda picking: picking.state not in ("done", "cancel")):
                picking.move_ids.date = picking.first_mile_shipment_id._to_moment(picking.first_mile_eta)
        return result


class FirstMileCarton(models.Model):
    _inherit = "first.mile.carton"

    arrival_id = fields.Many2one(
        "stock.picking", "Comes With", readonly=True, copy=False, index="btree_not_null", ondelete="set null",
        help="The transfer of cartons that were left behind on the way.",
    )  # fmt: skip

    def action_split(self):
        """Extends to cartons that are left behind on the way: they arrive by a transfer with an ETA of its own."""
        shipment = self.shipment_id
        if len(shipment) == 1 and shipment.state in ("in_transit", "arrived"):
            return shipment._leave_behind(self)
        return super().action_split()


class FirstMileShipment(models.Model):
    _inherit = "first.mile.shipment"

    def _leave_behind(self, cartons):
        """Divide the open arrival: the cartons get one of their own. Costs stay with the shipment that they left with.

        :return: the new transfer, to be opened for its ETA
        """
        self.ensure_one()
        self._check_not_announced(self.env._("Withdraw the notice at the warehouse first."))
        arrival = self._get_open_transfers(departing=False).filtered(lambda picking: not picking.first_mile_eta)
        totals = cartons._count_units()
        if len(arrival) != 1 or cartons.arrival_id or not totals:
            raise UserError(
                self.env._("Select cartons of %s that are still to come and were not left behind before.", self.name)
            )
        moves = arrival.move_ids.filtered(lambda move: move.state not in ("done", "cancel")).grouped("product_id")
        for product, units in totals.items():
            if units > sum(move.product_uom_qty for move in moves.get(product, ())):
                raise UserError(self.env._("%s is no longer in transit in this quantity.", product.display_name))
        if all(totals.get(product) == sum(own.mapped("product_uom_qty")) for product, own in moves.items()):
            raise UserError(self.env._("All cartons of %s are late: change the ETA of its last leg.", self.name))
        later = arrival.copy({"move_ids": [], "first_mile_shipment_id": self.id, "origin": self.name})
        for product, units in totals.items():
            moves[product]._split_off(units).picking_id = later
        cartons.arrival_id = later
        later.action_confirm()
        (arrival + later).action_assign()
        later.first_mile_eta = self.eta or self.ship_date
        numbers = ", ".join(cartons.mapped("number"))
        self.message_post(
            body=self.env._("Left behind: cartons %(numbers)s come with %(name)s.", numbers=numbers, name=later.name)
        )
        return later._get_records_action(name=self.env._("Left Behind"))

    def _get_arrivals_to_receive(self):
        """Open arrivals; what was left behind is received by its own transfer as long as something else is open."""
        arrivals = super()._get_arrivals_to_receive()
        return arrivals.filtered(lambda picking: not picking.first_mile_eta) or arrivals
