from dataclasses import replace

from odoo.addons.marketplace.contract import RateLimited, Unavailable
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..contract import OutboundStatus
from .overseas_case import OverseasCase


@tagged("post_install", "-at_install")
class TestOutbound(OverseasCase):
    def setUp(self):
        super().setUp()
        self._stock(self.cup, 50)

    def _give(self, **vals):
        """A delivery that the warehouse has taken, and its order there."""
        picking = self._create_delivery(**vals)
        self._exchange("overseas.outbound")
        return picking, picking.overseas_outbound_ids

    def test_a_ready_delivery_becomes_an_order(self):
        picking, outbound = self._give(country_id=self.env.ref("base.ch").id)
        self.assertEqual((outbound.state, outbound.attempts), ("accepted", 1))
        self.assertEqual(outbound.reference, picking.name.replace("/", "-"))
        order = self.world.orders[outbound.reference]
        self.assertEqual((order.warehouse, order.service), ("MEM-DE", "STD"))
        self.assertEqual((order.address.city, order.address.country_code), ("Bonn", "CH"))
        (line,) = order.lines
        # It leaves the country: customs want a value.
        self.assertEqual((line.sku, line.units, line.declared_value.text), ("CUP", 2, "2.50"))
        self.assertEqual(outbound.external_id, self.world.outbounds[outbound.reference].external_id)

    def test_what_was_sent_is_kept(self):
        picking, outbound = self._give(name="Ada Lovelace", country_id=self.env.ref("base.ch").id)
        payload = outbound.payload
        self.assertEqual((payload["reference"], payload["warehouse"]), (outbound.reference, "MEM-DE"))
        self.assertEqual((payload["address"]["name"], payload["address"]["city"]), ("Ada Lovelace", "Bonn"))
        [line] = payload["lines"]
        self.assertEqual((line["sku"], line["units"], line["declared_value"]["amount"]), ("CUP", 2, "2.50"))
        self.assertNotIn("street2", payload["address"])
        self.assertIn('"city": "Bonn"', outbound.payload_text)

    def test_what_was_sent_is_erased_after_the_retention_time(self):
        self.account.retention_days = 10
        picking, done = self._give()
        self.world.ship(done.reference)
        _picking, still_open = self._give()
        _picking, young = self._give()
        self.world.ship(young.reference)
        self._exchange("overseas.outbound")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE overseas_outbound SET write_date = now() - interval '11 days' WHERE id = ANY(%s)",
            [(done | still_open).ids],
        )
        self.env.invalidate_all()
        with trap_jobs() as trap:
            self.env["marketplace.account"]._cron_erase_buyer_data()
            (job,) = [job for job in trap.enqueued_jobs if job.method_name == "_job_erase_recipients"]
        job.perform()
        self.assertEqual([bool(order.payload) for order in (done, still_open, young)], [False, True, True])
        self.assertEqual((picking.state, done.state, done.tracking), ("done", "shipped", picking.carrier_tracking_ref))
        self.account.retention_days = 0
        with trap_jobs() as trap:
            self.env["marketplace.account"]._cron_erase_buyer_data()
            self.assertFalse([job for job in trap.enqueued_jobs if job.method_name == "_job_erase_recipients"])

    def test_what_was_sent_is_kept_though_nobody_answered(self):
        self.provider._error = Unavailable("no answer")
        _picking, outbound = self._give()
        self.assertEqual((outbound.state, outbound.payload["reference"]), ("pending", outbound.reference))

    def test_within_the_country_nothing_is_declared(self):
        _picking, outbound = self._give()
        self.assertIsNone(self.world.orders[outbound.reference].lines[0].declared_value)

    def test_a_delivery_is_given_once(self):
        picking, outbound = self._give()
        self._exchange("overseas.outbound")
        self.assertEqual(picking.overseas_outbound_ids, outbound)
        with self.assertRaisesRegex(UserError, "not be given already"):
            picking.action_overseas_send()

    def test_an_answer_that_is_lost_orders_nothing_twice(self):
        self.provider._lost = Unavailable("no answer")
        picking, outbound = self._give()
        self.assertEqual((outbound.state, outbound.message), ("pending", "no answer"))
        outbound.next_try_at = False
        self._exchange("overseas.outbound")
        self.assertEqual((outbound.state, outbound.attempts), ("accepted", 2))
        self.assertEqual(list(self.world.outbounds), [outbound.reference])

    def test_a_limit_postpones(self):
        self.provider._error = RateLimited("slow down", 300)
        _picking, outbound = self._give()
        wait = (outbound.next_try_at - outbound.create_date).total_seconds()
        self.assertAlmostEqual(wait, 300, delta=30)
        self.assertEqual(self.account.health, "limited")

    def test_a_refusal_is_shown_and_can_be_retried(self):
        self.world.stock["CUP"] = [1, 0]
        picking, outbound = self._give()
        self.assertEqual((outbound.state, outbound.message), ("rejected", "not enough stock of CUP"))
        self.assertEqual(picking.overseas_state, "rejected")
        self.world.stock["CUP"] = [50, 0]
        with trap_jobs() as trap:
            picking.action_overseas_send()
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
        self.assertEqual((outbound.state, outbound.message), ("accepted", False))

    def test_one_that_cannot_be_written_down_stops_no_other(self):
        bad = self._create_delivery(city=False)
        unknown = self.env["product.product"].create({"name": "Vase", "is_storable": True})
        self.env["stock.quant"]._update_available_quantity(unknown, self.stock, 5)
        strange = self._create_delivery(product=unknown)
        good = self._create_delivery()
        self._exchange("overseas.outbound")
        self.assertEqual((bad | strange | good).mapped("overseas_state"), ["rejected", "rejected", "accepted"])
        self.assertIn("lacks street, city", bad.overseas_outbound_ids.message)
        self.assertIn("does not know Vase", strange.overseas_outbound_ids.message)

    def test_without_a_service_it_says_what_to_do(self):
        self.warehouse.service_id = False
        _picking, outbound = self._give()
        self.assertIn("Choose its usual service", outbound.message)

    def test_shipped_there_is_done_here(self):
        picking, outbound = self._give()
        self.world.ship(outbound.reference)
        self._exchange("overseas.outbound")
        self.assertEqual((outbound.state, picking.state), ("shipped", "done"))
        self.assertEqual(picking.carrier_tracking_ref, f"TRK{outbound.external_id}")
        self.assertEqual((outbound.carrier_name, outbound.tracking), ("Memory Express", picking.carrier_tracking_ref))
        self.assertEqual(self._get_units(self.cup), 48)

    def test_what_stayed_behind_becomes_another_order(self):
        picking, outbound = self._give(units=5)
        self.world.ship(outbound.reference)
        state = self.world.outbounds[outbound.reference]
        self.world.outbounds[outbound.reference] = replace(state, lines=(("CUP", 3),))
        self._exchange("overseas.outbound")
        self.assertEqual((picking.state, self._get_units(self.cup)), ("done", 47))
        (rest,) = picking.backorder_ids
        self.assertEqual(rest.move_ids.product_uom_qty, 2)
        rest.action_assign()
        self._exchange("overseas.outbound")
        self.assertEqual(self.world.orders[rest.overseas_outbound_ids.reference].lines[0].units, 2)

    def test_a_stopped_order_asks_for_a_person(self):
        _picking, outbound = self._give()
        state = self.world.outbounds[outbound.reference]
        stopped = replace(state, status=OutboundStatus.EXCEPTION, message="wrong postcode")
        self.world.outbounds[outbound.reference] = stopped
        self._exchange("overseas.outbound")
        self.assertEqual((outbound.state, outbound.message), ("exception", "wrong postcode"))
        self.world.outbounds[outbound.reference] = state
        self._exchange("overseas.outbound")
        self.assertEqual((outbound.state, outbound.message), ("accepted", False))

    def test_cancelling_the_delivery_cancels_there(self):
        picking, outbound = self._give()
        picking.action_cancel()
        self.assertEqual((picking.state, outbound.state), ("cancel", "cancelled"))
        self.assertIs(self.world.outbounds[outbound.reference].status, OutboundStatus.CANCELLED)

    def test_what_has_left_cannot_be_cancelled(self):
        picking, outbound = self._give()
        self.world.ship(outbound.reference)
        with self.assertRaisesRegex(UserError, "did not cancel: .*too late"):
            picking.action_cancel()
        self.assertEqual((picking.state, outbound.state), ("assigned", "accepted"))

    def test_what_was_not_sent_is_cancelled_without_a_call(self):
        picking = self._create_delivery()
        self.env["overseas.outbound"]._create_from_pickings(picking)
        self.provider._error = Unavailable("no answer")
        picking.action_cancel()
        self.assertEqual(picking.overseas_outbound_ids.state, "cancelled")

    def test_what_the_warehouse_cancels_by_itself_is_for_a_person(self):
        picking, outbound = self._give()
        self.provider.cancel_outbounds([outbound._get_handle()])
        for _run in range(2):
            self._exchange("overseas.outbound")
        self.assertEqual((picking.overseas_outbound_ids, picking.overseas_state), (outbound, "stopped"))
        with trap_jobs() as trap:
            outbound.action_send_anew()
            trap.perform_enqueued_jobs()
        self.assertEqual(outbound.state, "cancelled")
        again = picking.overseas_outbound_ids - outbound
        self.assertEqual((again.reference, again.state), (f"{outbound.reference}-2", "accepted"))

    def test_a_delivery_that_the_warehouse_cancelled_can_be_cancelled(self):
        picking, outbound = self._give()
        self.provider.cancel_outbounds([outbound._get_handle()])
        self._exchange("overseas.outbound")
        self.provider._error = Unavailable("no answer")
        picking.action_cancel()
        self.assertEqual((picking.state, outbound.state), ("cancel", "cancelled"))

    def test_nobody_validates_what_the_warehouse_ships(self):
        picking, _outbound = self._give()
        with self.assertRaisesRegex(UserError, "done by itself"):
            picking.button_validate()

    def test_deliveries_of_other_warehouses_stay(self):
        self.warehouse.send_orders = False
        picking = self._create_delivery()
        self._exchange("overseas.outbound")
        self.assertFalse(picking.overseas_outbound_ids)
        with trap_jobs() as trap:
            picking.action_overseas_send()
            trap.assert_jobs_count(1)

    def test_queries_do_not_grow_with_the_batch(self):
        counts = []
        for size in (2, 12):
            pickings = self.env["stock.picking"].union(*[self._create_delivery() for _ in range(size)])
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env["overseas.outbound"]._collect(self.account)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
            self.assertEqual(len(pickings.overseas_outbound_ids), size)
        self.assertLessEqual(counts[1], counts[0] + 2)
