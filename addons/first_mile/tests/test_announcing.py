from datetime import date

from odoo import Command
from odoo.addons.overseas_warehouse.contract import InboundState, InboundStatus, ReceivedLine
from odoo.addons.overseas_warehouse.tests.overseas_case import OverseasCase
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAnnouncing(OverseasCase):
    """A shipment to an overseas warehouse: announced by one button, closed by what the warehouse counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hub = cls.env["stock.warehouse"].create({"name": "Hub of the test", "code": "FMHUB"})
        cls.transit = cls.warehouse.transit_location_id
        cls.lane = cls.env["first.mile.lane"].create(
            {
                "name": "Announced",
                "origin_country_id": cls.env.ref("base.cn").id,
                "destination_country_id": cls.env.ref("base.de").id,
            }
        )
        for product in (cls.cup, cls.plate):
            cls.env["stock.quant"]._update_available_quantity(product, cls.hub.lot_stock_id, 100)

    def setUp(self):
        super().setUp()
        self.shipment = self.ship({self.cup: 10}, {self.cup: 5, self.plate: 8})

    def ship(self, *contents):
        size = {"length_cm": 60, "width_cm": 50, "height_cm": 40, "weight": 12}
        return self.env["first.mile.shipment"].create(
            {
                "lane_id": self.lane.id,
                "warehouse_id": self.hub.id,
                "destination_id": self.warehouse.warehouse_id.id,
                "carton_ids": [
                    Command.create(
                        {
                            **size,
                            "number": f"C-{number}",
                            "line_ids": [
                                Command.create({"product_id": product.id, "quantity": units})
                                for product, units in units_by_product.items()
                            ],
                        }
                    )
                    for number, units_by_product in enumerate(contents, 1)
                ],
            }
        )

    def announce(self, depart=True):
        self.shipment.action_plan()
        if depart:
            self.shipment.action_depart()
        self.shipment.action_announce()
        self._exchange("overseas.inbound")
        return self.shipment.inbound_ids

    def count(self, inbound, counts, finished=False):
        self.world.receive(inbound.reference, counts, finished)
        self._exchange("overseas.inbound")

    def incoming(self):
        return {product: units for product, units in self.shipment._get_incoming().items() if units}

    def test_the_cartons_are_announced(self):
        inbound = self.announce()
        self.assertEqual((inbound.state, inbound.units, inbound.transport), ("accepted", 23, "sea_lcl"))
        notice = self.world.notices[inbound.reference]
        self.assertEqual([(carton.number, carton.weight_kg) for carton in notice.cartons], [(1, 12), (2, 12)])
        self.assertEqual(self._get_units(self.cup, self.transit), 15)
        cartons = self.shipment.carton_ids
        cartons[0].label = "Ours"
        inbound.carton_ids[1].label = "FBA1234U000002"
        self.assertEqual(cartons.mapped("label"), ["Ours", "FBA1234U000002"])
        labels = inbound.action_print_labels()
        self.assertEqual(labels["type"], "ir.actions.act_url")

    def test_another_eta_and_number_are_told(self):
        leg = self.env["first.mile.leg"].create(
            {"shipment_id": self.shipment.id, "kind": "main", "etd": "2030-03-01", "eta": "2030-04-01"}
        )
        inbound = self.announce()
        self.assertEqual(inbound.eta, date(2030, 4, 1))
        leg.eta = "2030-04-09"
        number = self.env["first.mile.tracking"].create(
            {"shipment_id": self.shipment.id, "kind": "bill_of_lading", "number": "COSU7654321"}
        )
        self.assertTrue(inbound.arrival_differs)
        self._exchange("overseas.inbound")
        there = self.world.notices[inbound.reference]
        self.assertEqual((there.eta, there.tracking), (date(2030, 4, 9), "COSU7654321"))
        number.number = "COSU1111111"
        self._exchange("overseas.inbound")
        self.assertEqual(self.world.notices[inbound.reference].tracking, "COSU1111111")
        self.assertFalse(inbound.arrival_differs)
        self.count(inbound, {"CUP": (1, 0)})
        leg.eta = "2030-04-20"
        self.assertEqual(inbound.eta, date(2030, 4, 9), "it is there already")

    def test_announced_twice_is_one_notice(self):
        inbound = self.announce()
        action = self.shipment.action_announce()
        self._exchange("overseas.inbound")
        self.assertEqual((action["res_id"], self.shipment.inbound_ids), (inbound.id, inbound))
        self.assertEqual(list(self.world.inbounds), [inbound.reference])

    def test_parts_close_the_shipment(self):
        inbound = self.announce()
        self.count(inbound, {"CUP": (6, 0)})
        self.assertEqual((self.shipment.state, self.incoming()), ("in_transit", {self.cup: 9, self.plate: 8}))
        self.assertEqual(self._get_units(self.cup), 6)
        self._exchange("overseas.inbound")
        self.assertEqual(self.incoming(), {self.cup: 9, self.plate: 8}, "the same count again changes nothing")
        self.count(inbound, {"CUP": (8, 1), "PLATE": (8, 0)}, finished=True)
        self.assertEqual((self.shipment.state, self.incoming()), ("received", {}))
        self.assertEqual((self._get_units(self.cup), self._get_units(self.plate)), (14, 8))
        self.assertEqual(self._get_units(self.cup, self.warehouse.quarantine_location_id), 1)
        self.assertEqual(self._get_units(self.cup, self.transit), 0)

    def test_what_is_short_is_to_come_until_the_difference_is_settled(self):
        inbound = self.announce()
        self.count(inbound, {"CUP": (12, 0), "PLATE": (9, 0)}, finished=True)
        self.assertEqual((self.shipment.state, self.incoming()), ("in_transit", {self.cup: 3}))
        self.assertEqual(self.cup.with_context(warehouse_id=self.warehouse.warehouse_id.id).incoming_qty, 3)
        shortage = inbound.difference_ids.filtered(lambda line: line.kind == "shortage")
        shortage.action_accept()
        self.assertEqual((self.shipment.state, self.incoming()), ("received", {}))
        self.assertEqual(self._get_units(self.cup, self.transit), 0)
        self.assertEqual(self._get_units(self.plate), 9, "the excess is there")

    def test_lost_cartons_are_written_off_once(self):
        inbound = self.announce()
        self.shipment.carton_ids[1].action_lose()
        self.assertEqual(self.incoming(), {self.cup: 10})
        self.count(inbound, {"CUP": (10, 0)}, finished=True)
        inbound.difference_ids.action_accept()
        self.assertEqual(self.shipment.state, "received")
        self.assertEqual((self._get_units(self.cup, self.transit), self._get_units(self.plate, self.transit)), (0, 0))

    def test_a_lost_carton_that_comes_after_all_is_found(self):
        inbound = self.announce()
        self.shipment.carton_ids[1].action_lose()
        self.count(inbound, {"CUP": (15, 0), "PLATE": (8, 0)}, finished=True)
        self.assertEqual((self._get_units(self.cup), self._get_units(self.plate)), (15, 8))
        self.assertEqual((self._get_units(self.cup, self.transit), self._get_units(self.plate, self.transit)), (0, 0))

    def test_parts_of_a_divided_notice_close_the_shipment_together(self):
        """Amazon sends the cartons of one shipment to several of its centres."""
        first = self.announce()
        second = first._divide(2)
        first.carton_ids[1].inbound_id = second
        second.write({"state": "accepted", "external_id": "SECOND"})
        self.assertEqual(second.reference, f"{first.reference}-2")
        self.assertEqual(self.shipment.inbound_ids, first + second)
        self.assertEqual(self.shipment.action_announce()["domain"], [("id", "in", (first + second).ids)])
        with self.assertRaisesRegex(UserError, f"announced as .*{second.reference}"):
            self.shipment.action_receive()
        self.shipment.carton_ids[1].action_lose()
        Receipt = self.env["overseas.inbound.receipt"]
        Receipt._receive(
            {
                first: InboundState(first.reference, "", InboundStatus.RECEIVED, (ReceivedLine("CUP", 10),)),
                second: InboundState(second.reference, "", InboundStatus.RECEIVED, (ReceivedLine("CUP", 4),)),
            }
        )
        self.assertEqual((self.shipment.state, self.incoming()), ("received", {}))
        self.assertEqual((self._get_units(self.cup), self._get_units(self.cup, self.transit)), (14, 0))
        self.assertEqual(self._get_units(self.plate, self.transit), 0)

    def test_the_notice_says_where_the_goods_left(self):
        notice = self.announce(depart=False)
        self.assertEqual(notice.source_location_id, self.hub.lot_stock_id)
        self.assertEqual(notice.departure_id, self.shipment.picking_ids.filtered("is_first_mile_departure"))

    def test_counted_before_the_departure_was_entered(self):
        inbound = self.announce(depart=False)
        self.count(inbound, {"CUP": (15, 0), "PLATE": (8, 0)}, finished=True)
        self.assertEqual(self.shipment.state, "planned")
        self.shipment.action_depart()
        self.assertEqual(self.shipment.state, "received")
        self.assertEqual((self._get_units(self.cup), self._get_units(self.cup, self.transit)), (15, 0))

    def test_a_carton_without_weight_is_named(self):
        self.shipment.carton_ids[1].write({"weight": 0, "height_cm": 0})
        self.shipment.action_plan()
        with self.assertRaisesRegex(UserError, r"Enter what is missing.*\nCarton C-2: Gross Weight \(kg\), Height"):
            self.shipment.action_announce()
        self.shipment.carton_ids.write({"weight": 9, "height_cm": 30})
        self.shipment.action_announce()
        self.assertEqual(self.shipment.inbound_ids.state, "pending")

    def test_parts_of_units_are_refused(self):
        self.shipment.carton_ids[0].line_ids.quantity = 2.5
        self.shipment.action_plan()
        with self.assertRaisesRegex(UserError, "Carton C-1: overseas warehouses count whole units"):
            self.shipment.action_announce()

    def test_what_cannot_be_announced_says_why(self):
        with self.assertRaisesRegex(UserError, "Plan .* first"):
            self.shipment.action_announce()
        self.shipment.destination_id = self.hub.copy({"name": "Shop", "code": "SHOPX"})
        with self.assertRaisesRegex(UserError, "is no overseas warehouse"):
            self.shipment.action_announce()

    def test_what_is_announced_is_not_received_by_hand(self):
        inbound = self.announce()
        with self.assertRaisesRegex(UserError, f"announced as {inbound.reference}.*counts these goods itself"):
            self.shipment.action_receive()
        with self.assertRaisesRegex(UserError, "counts these goods itself"):
            self.shipment._get_open_transfers(departing=False).button_validate()

    def test_a_notice_is_withdrawn_before_the_shipment_changes(self):
        inbound = self.announce(depart=False)
        with self.assertRaisesRegex(UserError, "Withdraw the notice"):
            self.shipment.carton_ids[1].action_split()
        with self.assertRaisesRegex(UserError, "Withdraw the notice"):
            self.shipment.action_cancel()
        inbound.action_cancel()
        self.shipment.action_announce()
        self.assertEqual(sorted(self.shipment.inbound_ids.mapped("state")), ["cancelled", "pending"])
