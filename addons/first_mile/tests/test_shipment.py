from odoo.exceptions import UserError

from .first_mile_case import FirstMileCase


class TestShipment(FirstMileCase):
    def setUp(self):
        super().setUp()
        self.transit = self.env.company.internal_transit_location_id
        self.shipment = self._create_shipment({self.kettle: 20}, {self.kettle: 20, self.lid: 50}, {self.lid: 100})

    def _in_stock(self, product):
        return self._count(product, self.england.lot_stock_id)

    def _in_transit(self, product):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", self.transit.id)]
        )
        return sum(quants.mapped("quantity"))

    def test_goods_go_from_the_hub_through_transit_to_the_destination(self):
        self._add_legs(self.shipment)
        self.shipment.action_plan()
        self.assertEqual(self.shipment.state, "planned")
        self.assertEqual(self._count(self.kettle, self.hub.lot_stock_id), 960, "reserved at the hub")
        self.shipment.action_depart()
        self.assertEqual(self.shipment.state, "in_transit")
        self.assertEqual((self._in_transit(self.kettle), self._in_transit(self.lid)), (40, 150))
        self.shipment.leg_ids[0].write({"ata": self.shipment.leg_ids[0].atd})
        self.shipment.leg_ids[1].write({"atd": "2026-03-06", "ata": "2026-04-09"})
        self.assertEqual(self.shipment.state, "arrived")
        self.shipment.action_receive()
        self.assertEqual(self.shipment.state, "received")
        self.assertEqual((self._in_stock(self.kettle), self._in_stock(self.lid)), (40, 150))
        self.assertEqual(self._in_transit(self.kettle), 0)

    def test_what_is_under_way_is_forecast_for_its_eta(self):
        legs = self._add_legs(self.shipment)
        self.shipment.action_plan()
        self.shipment.action_depart()
        kettle = self.kettle.with_context(warehouse_id=self.england.id)
        self.assertEqual((kettle.qty_available, kettle.incoming_qty), (0, 40))
        before = kettle.with_context(to_date="2026-04-06 00:00:00")
        self.assertEqual(before.virtual_available, 0)
        arrived = kettle.with_context(to_date="2026-04-08 00:00:00")
        self.assertEqual(arrived.virtual_available, 40)
        legs[1].eta = "2026-04-20"
        arrived.invalidate_recordset()
        self.assertEqual(arrived.virtual_available, 0, "the forecast follows the ETA")

    def test_a_part_is_received_and_the_rest_follows(self):
        self.shipment.action_plan()
        self.shipment.action_depart()
        arrival = self.shipment._get_open_transfers(departing=False)
        move = arrival.move_ids.filtered(lambda move: move.product_id == self.kettle)
        move.write({"quantity": 15, "picked": True})
        arrival.with_context(skip_backorder=True).button_validate()
        self.assertEqual(self.shipment.state, "in_transit")
        self.assertEqual(self._in_stock(self.kettle), 15)
        self.shipment.action_receive()
        self.assertEqual(self.shipment.state, "received")
        self.assertEqual((self._in_stock(self.kettle), self._in_stock(self.lid)), (40, 150))

    def test_it_does_not_depart_without_its_goods(self):
        shipment = self._create_shipment({self.kettle: 2000})
        shipment.action_plan()
        with self.assertRaisesRegex(UserError, "does not have enough of .*FM-KETTLE"):
            shipment.action_depart()
        self.assertEqual(shipment.state, "planned")

    def test_a_shipment_needs_cartons_and_is_planned_once(self):
        empty = self._create_shipment()
        with self.assertRaisesRegex(UserError, "no cartons"):
            empty.action_plan()
        self.shipment.action_plan()
        with self.assertRaisesRegex(UserError, "planned already"):
            self.shipment.action_plan()

    def test_lost_cartons_are_written_off(self):
        self.shipment.action_plan()
        with self.assertRaisesRegex(UserError, "not in transit"):
            self.shipment.carton_ids[2].action_lose()
        self.shipment.action_depart()
        self.shipment.carton_ids[1:].action_lose()
        self.assertEqual((self._in_transit(self.kettle), self._in_transit(self.lid)), (20, 0))
        self.assertEqual(self.lid.with_context(warehouse_id=self.england.id).incoming_qty, 0)
        self.shipment.action_receive()
        self.assertEqual(self.shipment.state, "received")
        self.assertEqual((self._in_stock(self.kettle), self._in_stock(self.lid)), (20, 0))

    def test_a_carton_is_lost_only_once(self):
        self.shipment.action_plan()
        self.shipment.action_depart()
        carton = self.shipment.carton_ids[2]
        carton.action_lose()
        carton.action_lose()
        self.assertEqual(self._in_transit(self.lid), 50)

    def test_cartons_leave_apart(self):
        self.shipment.action_plan()
        self.shipment.carton_ids[1:].action_split()
        part = self.env["first.mile.shipment"].search([("id", ">", self.shipment.id)], limit=1)
        self.assertEqual((self.shipment.state, part.state), ("draft", "draft"))
        self.assertEqual({line.product_id: line.quantity for line in self.shipment.line_ids}, {self.kettle: 20})
        self.assertEqual({line.product_id: line.quantity for line in part.line_ids}, {self.kettle: 20, self.lid: 150})
        self.assertEqual(len(part.carton_ids), 2)
        self.assertEqual(self._count(self.kettle, self.hub.lot_stock_id), 1000, "nothing stays reserved")
        part.action_plan()
        part.action_depart()
        self.assertEqual(self._in_transit(self.kettle), 20)

    def _leave_behind(self):
        """The second carton, 20 kettles and 50 lids, misses the ship at the transhipment."""
        self._add_legs(self.shipment)
        self.shipment.action_plan()
        self.shipment.action_depart()
        self.shipment.carton_ids[1].action_split()
        return self.shipment.carton_ids[1].arrival_id

    def test_cartons_left_behind_on_the_way_come_later(self):
        later = self._leave_behind()
        later.first_mile_eta = "2026-05-20"
        self.shipment.leg_ids[1].eta = "2026-04-10"
        kettle = self.kettle.with_context(warehouse_id=self.england.id)
        forecasts = {"2026-04-09": 0, "2026-04-11": 20, "2026-05-21": 40}
        for day, units in forecasts.items():
            self.assertEqual(kettle.with_context(to_date=f"{day} 00:00:00").virtual_available, units, day)
        self.shipment.action_receive()
        self.assertEqual((self._in_stock(self.kettle), self._in_transit(self.kettle)), (20, 20))
        self.assertEqual((self._in_stock(self.lid), self.shipment.state), (100, "in_transit"))
        self.shipment.action_receive()
        self.assertEqual((self._in_stock(self.kettle), self._in_stock(self.lid)), (40, 150))
        self.assertEqual((later.state, self.shipment.state), ("done", "received"))

    def test_a_carton_left_behind_is_lost_from_its_own_transfer(self):
        later = self._leave_behind()
        self.shipment.carton_ids[1].action_lose()
        self.assertEqual((later.state, self._in_transit(self.kettle), self._in_transit(self.lid)), ("cancel", 20, 100))
        self.shipment.action_receive()
        self.assertEqual(self.shipment.state, "received")

    def test_only_some_cartons_are_left_behind_and_once(self):
        self._leave_behind()
        with self.assertRaisesRegex(UserError, "were not left behind before"):
            self.shipment.carton_ids[1].action_split()
        with self.assertRaisesRegex(UserError, "change the ETA of its last leg"):
            (self.shipment.carton_ids[0] + self.shipment.carton_ids[2]).action_split()

    def test_not_all_cartons_are_split_off(self):
        with self.assertRaisesRegex(UserError, "not all"):
            self.shipment.carton_ids.action_split()

    def test_shipments_are_merged(self):
        other = self._create_shipment({self.lid: 7})
        other.carton_ids.number = "4"
        (self.shipment + other).action_merge()
        self.assertEqual(other.state, "cancelled")
        self.assertEqual(len(self.shipment.carton_ids), 4)
        self.assertEqual(
            {line.product_id: line.quantity for line in self.shipment.line_ids}, {self.kettle: 40, self.lid: 157}
        )

    def test_only_like_shipments_are_merged(self):
        other = self._create_shipment({self.lid: 7}, mode="air")
        with self.assertRaisesRegex(UserError, "same lane"):
            (self.shipment + other).action_merge()
        other.write({"mode": self.shipment.mode, "currency_id": self.env.ref("base.JPY").id})
        with self.assertRaisesRegex(UserError, "same currency"):
            (self.shipment + other).action_merge()
        other.currency_id = self.shipment.currency_id
        with self.assertRaisesRegex(UserError, "carton numbers"):
            (self.shipment + other).action_merge()

    def test_what_left_is_not_cancelled(self):
        other = self._create_shipment({self.lid: 7})
        other.action_plan()
        other.action_cancel()
        self.assertEqual(other.state, "cancelled")
        self.shipment.action_plan()
        self.shipment.action_depart()
        with self.assertRaisesRegex(UserError, "have left"):
            self.shipment.action_cancel()

    def test_weights(self):
        shipment = self._create_shipment({self.kettle: 1}, {self.kettle: 1}, mode="air")
        self.assertEqual((shipment.weight, shipment.chargeable), (24, 40))
        self.assertAlmostEqual(shipment.volume, 0.24)
