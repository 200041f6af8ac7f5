from ast import literal_eval
from datetime import timedelta, timezone

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, new_test_user, tagged

from ..contract import AuthenticationFailed, RateLimited, Rejected, ShipmentLine, Unavailable
from .fake_connector import FakeMarketplaceCase


class ShipmentCase(FakeMarketplaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Shipment = cls.env["marketplace.shipment"]
        cls.product = cls._create_product("A", 1000)
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "DHL Paket",
                "marketplace_carrier_code": "DHL",
                "product_id": cls.env["product.product"].create({"name": "Freight", "type": "service"}).id,
            }
        )

    def _confirm(self, ref, lines, **vals):
        order = self._create_order(ref, lines, **vals)
        order.action_confirm()
        return order

    def _ship(self, orders, tracking="T1", quantity=None):
        """Finish the open transfers of the orders; the enqueued jobs."""
        pickings = orders.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        pickings.action_assign()
        pickings.write({"carrier_id": self.carrier.id, "carrier_tracking_ref": tracking})
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty if quantity is None else quantity, "picked": True})
        with trap_jobs() as trap:
            pickings._action_done()
            return list(trap.enqueued_jobs)

    def _run(self):
        """Run the confirmation job; the jobs it enqueued."""
        with trap_jobs() as trap:
            self.Shipment._job_confirm(self.shop)
            return list(trap.enqueued_jobs)

    def _sent(self):
        return [shipment for (shipments,) in self.connector.get_calls("confirm_shipments") for shipment in shipments]


@tagged("post_install", "-at_install")
class TestCreation(ShipmentCase):
    def test_done_transfer_gives_a_pending_shipment(self):
        order = self._confirm("O1", [(self.product, 2, "L1"), (self.product, 3, "L2")])
        (job,) = self._ship(order)
        shipment = order.marketplace_shipment_ids
        self.assertRecordValues(
            shipment,
            [
                {
                    "shop_id": self.shop.id,
                    "picking_id": order.picking_ids.id,
                    "state": "pending",
                    "tracking": "T1",
                    "carrier_code": "DHL",
                    "carrier_name": "DHL Paket",
                    "units": 5,
                    "shipped_at": order.picking_ids.date_done,
                    "lines": [{"order_line_id": "L1", "quantity": 2}, {"order_line_id": "L2", "quantity": 3}],
                }
            ],
        )
        self.assertTrue(shipment.reference.isdecimal())
        self.assertEqual((job.func.__name__, job.args), ("_job_confirm", (self.shop,)))
        self.assertEqual(order.marketplace_shipment_state, "pending")

    def test_split_lines_are_added_up(self):
        order = self._confirm("O1", [(self.product, 2, "L1"), (self.product, 3, "L1")])
        self._ship(order)
        self.assertEqual(order.marketplace_shipment_ids.lines, [{"order_line_id": "L1", "quantity": 5}])

    def test_partial_deliveries_give_one_shipment_each(self):
        order = self._confirm("O1", [(self.product, 5, "L1")])
        self._ship(order, quantity=2)
        self._ship(order, tracking="T2")
        first, second = order.marketplace_shipment_ids.sorted("id")
        self.assertRecordValues(first + second, [{"units": 2, "tracking": "T1"}, {"units": 3, "tracking": "T2"}])
        self.assertNotEqual(first.reference, second.reference)

    def test_parcels_of_one_transfer(self):
        order = self._confirm("O1", [(self.product, 2, "L1"), (self._create_product("B", 9), 1, "L2")])
        picking = order.picking_ids
        picking.action_assign()
        for line in picking.move_line_ids:
            line.result_package_id = self.env["stock.package"].create({"name": line.product_id.name})
        self._ship(order, tracking="T1, T2")
        self.assertRecordValues(
            order.marketplace_shipment_ids.sorted("reference"),
            [
                {"tracking": "T1", "lines": [{"order_line_id": "L1", "quantity": 2}]},
                {"tracking": "T2", "lines": [{"order_line_id": "L2", "quantity": 1}]},
            ],
        )

    def test_quantity_in_the_unit_of_the_order_line(self):
        order = self._create_order("O1", [(self.product, 2, "L1")])
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        self._ship(order)
        self.assertEqual(order.marketplace_shipment_ids.units, 2)

    def test_what_is_not_confirmed(self):
        plain = self._confirm("O1", [(self.product, 1, False)], marketplace_shop_id=False)
        added = self._confirm("O2", [(self.product, 1, False)])
        self._ship(plain + added)
        self.shop.confirm_shipments = False
        self._ship(self._confirm("O3", [(self.product, 1, "L1")]))
        self.assertFalse(self.Shipment.search([("shop_id", "=", self.shop.id)]))

    def test_pick_before_ship_gives_one_shipment(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirm("O1", [(self.product, 2, "L1")])
        self._ship(order)
        self.assertFalse(order.marketplace_shipment_ids)
        self._ship(order)
        self.assertEqual(order.marketplace_shipment_ids.units, 2)

    def test_return_gives_none(self):
        order = self._confirm("O1", [(self.product, 2, "L1")])
        self._ship(order)
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.id})
        wizard.product_return_moves.quantity = 2
        wizard.action_create_returns()
        self._ship(order)
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(len(order.marketplace_shipment_ids), 1)

    def test_recorded_once(self):
        order = self._confirm("O1", [(self.product, 2, "L1")])
        self._ship(order)
        self.Shipment._create_from_pickings(order.picking_ids)
        self.assertEqual(len(order.marketplace_shipment_ids), 1)

    def test_warehouse_user_may_ship(self):
        user = new_test_user(self.env, "stock_only", groups="stock.group_stock_user")
        order = self._confirm("O1", [(self.product, 2, "L1")])
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        with trap_jobs():
            picking.with_user(user)._action_done()
        self.assertEqual(order.marketplace_shipment_ids.units, 2)

    def test_queries_do_not_grow_with_the_batch(self):
        orders = self.env["sale.order"].browse()
        for number in range(100):
            orders += self._create_order(f"O{number}", [(self.product, 1, f"L{number}")])
        orders.action_confirm()
        pickings = orders.picking_ids
        pickings.action_assign()
        pickings.write({"carrier_id": self.carrier.id, "carrier_tracking_ref": "T1"})
        pickings.write({"state": "done", "date_done": fields.Datetime.now()})
        self.env.flush_all()
        self.env.invalidate_all()
        with trap_jobs(), self.assertQueryCount(30):
            self.assertEqual(len(self.Shipment._create_from_pickings(pickings)), 100)
            self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            self.Shipment._job_confirm(self.shop)
            self.env.flush_all()
        self.assertEqual(set(orders.mapped("marketplace_shipment_state")), {"confirmed"})
        self.assertEqual(len(self.connector.get_calls("confirm_shipments")), 1)


@tagged("post_install", "-at_install")
class TestTracking(ShipmentCase):
    def test_waits_for_the_tracking_number(self):
        order = self._confirm("O1", [(self.product, 2, "L1")])
        self.assertEqual(self._ship(order, tracking=False), [])
        shipment = order.marketplace_shipment_ids
        self.assertEqual(shipment.state, "waiting_tracking")
        self.assertEqual(order.marketplace_shipment_state, "pending")
        self._run()
        self.assertEqual(self._sent(), [])
        with trap_jobs() as trap:
            order.picking_ids.carrier_tracking_ref = "T9"
            trap.assert_jobs_count(1)
        self.assertRecordValues(shipment, [{"state": "pending", "tracking": "T9"}])

    def test_shop_that_does_not_need_tracking(self):
        self.shop.require_tracking = False
        order = self._confirm("O1", [(self.product, 2, "L1")])
        self._ship(order, tracking=False)
        self.assertEqual(order.marketplace_shipment_ids.state, "pending")

    def test_carrier_without_code(self):
        self.carrier.marketplace_carrier_code = False
        order = self._confirm("O1", [(self.product, 2, "L1")])
        self._ship(order)
        self.assertRecordValues(
            order.marketplace_shipment_ids, [{"carrier_code": "Other", "carrier_name": "DHL Paket"}]
        )

    def test_confirmed_shipment_is_not_reopened(self):
        order = self._confirm("O1", [(self.product, 2, "L1")])
        self._ship(order)
        self._run()
        with trap_jobs() as trap:
            order.picking_ids.carrier_tracking_ref = "T9"
            trap.assert_jobs_count(0)
        self.assertRecordValues(order.marketplace_shipment_ids, [{"state": "confirmed", "tracking": "T1"}])


@tagged("post_install", "-at_install")
class TestConfirmation(ShipmentCase):
    def setUp(self):
        super().setUp()
        self.order = self._confirm("O1", [(self.product, 2, "L1")], marketplace_service_level="Standard")
        self._ship(self.order)
        self.shipment = self.order.marketplace_shipment_ids

    def test_accepted(self):
        self.assertEqual(self._run(), [])
        (sent,) = self._sent()
        self.assertEqual(sent.reference, self.shipment.reference)
        self.assertEqual((sent.shop_id, sent.order_id, sent.tracking), ("DE1", "O1", "T1"))
        self.assertEqual((sent.carrier_code, sent.carrier_name, sent.service), ("DHL", "DHL Paket", "Standard"))
        self.assertEqual(sent.lines, (ShipmentLine("L1", 2),))
        self.assertEqual(sent.shipped_at, self.order.picking_ids.date_done.replace(tzinfo=timezone.utc))
        self.assertRecordValues(self.shipment, [{"state": "confirmed", "attempts": 1, "message": False}])
        self.assertTrue(self.shipment.confirmed_at)
        self.assertEqual(self.order.marketplace_shipment_state, "confirmed")
        self._run()
        self.assertEqual(len(self._sent()), 1)

    def test_rate_limit_and_outage_come_back_with_the_same_reference(self):
        now = fields.Datetime.now()
        for error, seconds in ((RateLimited("slow down", 7.2), 8), (Unavailable("502"), 60)):
            self.connector.errors["confirm_shipments"] = [error]
            with freeze_time(now):
                (job,) = self._run()
                self.assertEqual(job.eta, now + timedelta(seconds=seconds))
            self.assertRecordValues(
                self.shipment,
                [{"state": "pending", "next_try_at": now + timedelta(seconds=seconds), "message": str(error)}],
            )
            self.assertEqual(self.account.last_error, str(error))
            now += timedelta(seconds=seconds)
        with freeze_time(now):
            self._run()
        references = [shipment.reference for shipment in self._sent()]
        self.assertEqual(references, [self.shipment.reference] * 3)
        self.assertRecordValues(self.shipment, [{"state": "confirmed", "attempts": 3, "message": False}])

    def test_not_sent_before_its_time(self):
        self.connector.errors["confirm_shipments"] = [RateLimited("slow down", 300)]
        self._run()
        self._run()
        self.assertEqual(len(self._sent()), 1)

    def test_new_parcels_do_not_wait_for_postponed_ones(self):
        self.connector.errors["confirm_shipments"] = [RateLimited("slow down", 300)]
        (retry,) = self._run()
        other = self._confirm("O2", [(self.product, 1, "L1")])
        (job,) = self._ship(other)
        self.assertFalse(job.eta)
        self.assertNotEqual(job.identity_key, retry.identity_key)
        self._run()
        self.assertEqual(other.marketplace_shipment_state, "confirmed")

    def test_lost_credentials_keep_the_shipment(self):
        self.connector.errors["confirm_shipments"] = [AuthenticationFailed("token revoked")]
        self.assertEqual(self._run(), [], "nothing is tried in vain")
        self.assertTrue(self.account.needs_authorisation)
        self.assertRecordValues(self.shipment, [{"state": "pending", "message": "token revoked"}])

    def test_one_refused_parcel_does_not_stop_the_others(self):
        other = self._confirm("O2", [(self.product, 1, "L1")])
        self._ship(other, tracking="BAD")
        self.connector.refused["BAD"] = "Invalid tracking number"
        self._run()
        self.assertEqual(self.order.marketplace_shipment_state, "confirmed")
        self.assertEqual(other.marketplace_shipment_state, "rejected")
        self.assertRecordValues(
            other.marketplace_shipment_ids, [{"state": "rejected", "message": "Invalid tracking number"}]
        )
        self._run()
        self.assertEqual(len(self._sent()), 2, "refused parcels are not repeated by themselves")

    def test_correct_and_retry(self):
        self.connector.refused["T1"] = "Invalid tracking number"
        self._run()
        with trap_jobs() as trap:
            self.order.picking_ids.carrier_tracking_ref = "T9"
            trap.assert_jobs_count(1)
        self._run()
        self.assertRecordValues(self.shipment, [{"state": "confirmed", "tracking": "T9", "message": False}])
        self.assertEqual({shipment.reference for shipment in self._sent()}, {self.shipment.reference})

    def test_retry_button(self):
        self.connector.refused["T1"] = "Order is being changed"
        self._run()
        self.connector.refused.clear()
        operator = new_test_user(self.env, "operator_shipment", groups="marketplace.group_operator")
        self.shop.user_ids = operator
        with trap_jobs() as trap:
            self.shipment.with_user(operator).action_retry()
            trap.assert_jobs_count(1)
        self._run()
        self.assertEqual(self.shipment.state, "confirmed")

    def test_postponed_parcel(self):
        self.connector.postponed["T1"] = 20.0
        now = fields.Datetime.now()
        with freeze_time(now):
            (job,) = self._run()
            self.assertEqual(job.eta, now + timedelta(seconds=20))
        self.assertEqual(self.shipment.state, "pending")
        self.connector.postponed.clear()
        with freeze_time(now + timedelta(seconds=20)):
            self._run()
        self.assertEqual(self.shipment.state, "confirmed")

    def test_missing_answer_is_sent_again(self):
        self.patch(self.connector, "confirm_shipments", lambda shipments: [])
        (job,) = self._run()
        self.assertTrue(job.eta)
        self.assertRecordValues(self.shipment, [{"state": "pending", "attempts": 1}])

    def test_whole_call_refused(self):
        self.connector.errors["confirm_shipments"] = [Rejected("Seller is deactivated")]
        self._run()
        self.assertRecordValues(self.shipment, [{"state": "rejected", "message": "Seller is deactivated"}])

    def test_paused_shop_waits(self):
        self.shop.state = "paused"
        self._run()
        self.assertEqual(self._sent(), [])
        with trap_jobs() as trap:
            self.Shipment._cron_confirm()
            self.assertNotIn(self.shop, [job.args[0] for job in trap.enqueued_jobs])
        self.shop.state = "running"
        with trap_jobs() as trap:
            self.Shipment._cron_confirm()
            self.assertIn(self.shop, [job.args[0] for job in trap.enqueued_jobs])

    def test_batches(self):
        self._ship(self._confirm("O2", [(self.product, 1, "L1")]))
        self.patch(type(self.Shipment), "_batch_size", 1)
        (job,) = self._run()
        self.assertFalse(job.eta)
        self.assertEqual(self._run(), [])
        self.assertEqual([len(shipments) for (shipments,) in self.connector.get_calls("confirm_shipments")], [1, 1])


@tagged("post_install", "-at_install")
class TestLateReport(ShipmentCase):
    def _get_late(self):
        domain = literal_eval(self.env.ref("marketplace.action_late_orders").domain)
        return self.env["sale.order"].search([*domain, ("marketplace_shop_id", "=", self.shop.id)])

    def test_orders_near_and_past_ship_by(self):
        now = fields.Datetime.now()
        orders = {}
        for name, hours in (("past", -1), ("due", 23), ("later", 25)):
            orders[name] = self._confirm(
                name, [(self.product, 2, "L1")], marketplace_ship_by=now + timedelta(hours=hours)
            )
        self.assertEqual(self._get_late(), orders["past"] + orders["due"])
        self._ship(orders["past"], tracking=False)
        self._ship(orders["due"], quantity=1)
        self.assertEqual(self._get_late(), orders["past"] + orders["due"], "shipped without tracking, or only in part")
        self._run()
        self.assertIn(orders["due"], self._get_late(), "the rest is still to ship")
        with trap_jobs():
            orders["past"].picking_ids.carrier_tracking_ref = "T3"
        self._run()
        self.assertNotIn(orders["past"], self._get_late())
