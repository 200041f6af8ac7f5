from odoo import Command, models
from odoo.exceptions import UserError


class FirstMileShipment(models.Model):
    """The transfers of a shipment: hub → transit → destination. What is in transit is seen there, with its ETA."""

    _inherit = "first.mile.shipment"

    def action_plan(self):
        """Create the transfers of what the cartons hold, and reserve the goods."""
        for shipment in self:
            if shipment.state != "draft":
                raise UserError(self.env._("%s is planned already.", shipment.name))
            totals = shipment.carton_ids._count_units()
            if not totals:
                raise UserError(self.env._("%s has no cartons with goods. Enter or import them first.", shipment.name))
            shipment._create_transfers(totals)
        return True

    def _get_transit(self):
        """Where the goods are while they travel."""
        self.ensure_one()
        return self._get_departures()[:1].location_dest_id or self.company_id.internal_transit_location_id

    def _get_departures(self):
        """Transfers out of the hub."""
        return self.picking_ids.filtered(lambda picking: picking.is_first_mile_departure and picking.state != "cancel")

    def _create_transfers(self, totals):
        transit, destination = self._get_transit(), self.destination_id
        departure = self._create_departure(totals, transit)
        arrival = self._create_transfer(destination.in_type_id, transit, destination.lot_stock_id, totals, self.eta)
        sent = departure.move_ids.grouped("product_id")
        for received in arrival.move_ids:
            received.move_orig_ids = sent[received.product_id]
        (departure + arrival).action_confirm()
        departure.action_assign()

    def _create_departure(self, totals, transit):
        hub = self.warehouse_id
        return self._create_transfer(hub.out_type_id, hub.lot_stock_id, transit, totals, self.etd)

    def _create_transfer(self, picking_type, source, target, totals, day):
        moment = self._to_moment(day or self.ship_date)
        moves = [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom": product.uom_id.id,
                    "product_uom_qty": units,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "date": moment,
                    "company_id": self.company_id.id,
                }
            )
            for product, units in totals.items()
        ]
        return self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "scheduled_date": moment,
                "origin": self.name,
                "first_mile_shipment_id": self.id,
                "move_ids": moves,
            }
        )

    def action_depart(self):
        """The goods leave the hub: they are in transit from now on."""
        for shipment in self:
            if shipment.state != "planned":
                raise UserError(self.env._("%s must be planned before it departs.", shipment.name))
            departures = shipment._get_open_transfers(departing=True)
            departures.action_assign()
            lacking = departures.move_ids.filtered(lambda move: move.state not in ("assigned", "done", "cancel"))
            if lacking:
                skus = ", ".join(lacking.product_id.mapped("display_name"))
                raise UserError(
                    self.env._(
                        "%(shipment)s cannot depart: the hub does not have enough of %(skus)s. Receive them first, or "
                        "split the cartons that are ready into a shipment of their own.",
                        shipment=shipment.name, skus=skus,
                    )
                )  # fmt: skip
            departures.move_ids.picked = True
            departures._action_done()
            shipment.leg_ids.sorted(lambda leg: (leg.sequence, leg.id))[:1]._depart_today()
        return True

    def action_receive(self):
        """All that arrived is put into the destination's stock. Parts are received on the transfer itself."""
        for shipment in self:
            arrivals = shipment._get_arrivals_to_receive()
            if shipment.state not in ("in_transit", "arrived") or not arrivals:
                raise UserError(self.env._("%s has nothing in transit to receive.", shipment.name))
            arrivals.action_assign()
            arrivals.move_ids.picked = True
            arrivals._action_done()
        return True

    def _get_arrivals_to_receive(self):
        return self._get_open_transfers(departing=False)

    def _get_open_transfers(self, departing):
        return self.picking_ids.filtered(
            lambda picking: picking.is_first_mile_departure == departing and picking.state not in ("done", "cancel")
        )

    def _sync_dates(self):
        """Transfers that are still to come follow the legs, so that forecasts and promises know the ETA."""
        for shipment in self:
            for departing, day in ((True, shipment.etd), (False, shipment.eta)):
                if day:
                    transfers = shipment._get_open_transfers(departing)
                    moves = transfers.filtered(lambda picking: not picking.first_mile_eta).move_ids
                    moves.date = self._to_moment(day)

    def _unplan(self):
        """Take back the transfers of goods that have not left, to change what is shipped."""
        self.picking_ids.action_cancel()

    def _lose(self, totals, arrival):
        """Write lost units off while in transit.

        :param dict totals: units by product
        :param arrival: the transfer that cartons left behind were to come with; empty: the shipment's own
        """
        self.ensure_one()
        transit = self._get_transit()
        arrivals = self._get_open_transfers(departing=False)
        moves = (arrivals & arrival if arrival else arrivals.filtered(lambda own: not own.first_mile_eta)).move_ids
        for product, units in totals.items():
            move = moves.filtered(lambda move, product=product: move.product_id == product)[:1]
            if not move or move.product_uom_qty < units:
                raise UserError(self.env._("%s is no longer in transit in this quantity.", product.display_name))
            move._do_unreserve()
            scrap = self.env["stock.scrap"].create(
                {
                    "product_id": product.id,
                    "product_uom_id": product.uom_id.id,
                    "scrap_qty": units,
                    "location_id": transit.id,
                    "origin": self.name,
                    "company_id": self.company_id.id,
                }
            )
            scrap.do_scrap()
            if move.product_uom_qty == units:
                move._action_cancel()
            else:
                move.product_uom_qty -= units
                move._action_assign()
