from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, tagged

from ..contract import AuthenticationFailed, NotReady, RateLimited, Rejected, Unavailable
from .fake_connector import FakeMarketplaceCase


class PublisherCase(FakeMarketplaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.publisher = cls.env["marketplace.stock.publisher"]

    def _get_targets(self):
        return dict(self.publisher._compute_targets(self.shop))

    def _create_move(self, product, quantity, source=None, destination=None, uom=None):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "product_uom": (uom or product.uom_id).id,
                "location_id": (source or self.stock).id,
                "location_dest_id": (destination or self.customers).id,
                "picking_type_id": self.warehouse.out_type_id.id,
            }
        )
        self.warehouse.out_type_id.reservation_method = "manual"
        move._action_confirm()
        return move

    def _publish(self):
        """Run the publish job and, if it queued something, the push job; the jobs that these left behind."""
        with trap_jobs() as trap:
            self.publisher._job_publish(self.shop)
            queued = [job for job in trap.enqueued_jobs if job.func.__name__ == "_job_push"]
        if not queued:
            return []
        with trap_jobs() as trap:
            self.publisher._job_push(self.shop)
            return list(trap.enqueued_jobs)

    def _pushed(self):
        return [levels for levels, _handle in self.connector.get_calls("push_stock")]


@tagged("post_install", "-at_install")
class TestAvailable(PublisherCase):
    def _get_available(self, products):
        rows = self.publisher._compute_available(products, self.warehouse)
        return {product_id: quantity for product_id, _warehouse, quantity in rows}

    def test_equals_free_quantity_without_unreserved_demand(self):
        other = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        products = self.env["product.product"]
        for number in range(20):
            product = self._create_product(f"P{number}", 10 + number)
            self.env["stock.quant"]._update_available_quantity(product, other.lot_stock_id, 3 * number + 1)
            shelf = self.env["stock.location"].create({"name": f"Shelf {number}", "location_id": self.stock.id})
            self.env["stock.quant"]._update_available_quantity(product, shelf, 2)
            self._create_move(product, number % 5)._action_assign()
            products += product
        rows = self.publisher._compute_available(products, self.warehouse + other)
        found = {(product, warehouse): float(quantity) for product, warehouse, quantity in rows}
        for warehouse in self.warehouse + other:
            for product in products.with_context(warehouse_id=warehouse.id):
                self.assertEqual(found.get((product.id, warehouse.id), 0), product.free_qty)
        self.assertEqual(found[products[4].id, self.warehouse.id], 10 + 4 + 2 - 4)

    def test_unreserved_demand_is_taken_off(self):
        product = self._create_product("A", 10)
        self._create_move(product, 4)
        self.assertEqual(product.with_context(warehouse_id=self.warehouse.id).free_qty, 10)
        self.assertEqual(self._get_available(product), {product.id: 6})

    def test_partly_reserved_demand_counts_once(self):
        product = self._create_product("A", 10)
        move = self._create_move(product, 14)
        move._action_assign()
        self.assertEqual(move.state, "partially_available")
        self.assertEqual(self._get_available(product), {product.id: -4})

    def test_demand_in_dozens(self):
        product = self._create_product("A", 40)
        self._create_move(product, 2, uom=self.env.ref("uom.product_uom_dozen"))
        self.assertEqual(self._get_available(product), {product.id: 16})

    def test_moves_inside_the_warehouse_take_nothing(self):
        product = self._create_product("A", 10)
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        self._create_move(product, 4, destination=shelf)
        self.assertEqual(self._get_available(product), {product.id: 10})

    def test_done_and_draft_moves_take_nothing_more(self):
        product = self._create_product("A", 10)
        move = self._create_move(product, 4)
        move.write({"quantity": 4, "picked": True})
        move._action_done()
        self._create_move(product, 3).write({"state": "draft"})
        self.assertEqual(self._get_available(product), {product.id: 6})

    def test_quant_that_only_carries_a_reservation(self):
        product = self._create_product("A", 10)
        quant = self.env["stock.quant"].create({"product_id": product.id, "location_id": self.stock.id})
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_quant SET quantity = NULL, reserved_quantity = 3 WHERE id = %s", [quant.id])
        self.env.invalidate_all()
        self.assertEqual(self._get_available(product), {product.id: 7})

    def test_pending_orders_are_taken_off(self):
        product = self._create_product("A", 30)
        order = self._create_order("1", [(product, 1, "L1")])
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self._create_order("2", [(product, 5, "L1")], marketplace_fulfilment="marketplace")
        self._create_order("3", [(product, 5, "L1")], marketplace_shop_id=False)
        self._create_order("4", [(product, 5, "L1")]).action_cancel()
        self.assertEqual(self._get_available(product), {product.id: 18})

    def test_confirmed_order_is_taken_off_once(self):
        product = self._create_product("A", 30)
        order = self._create_order("1", [(product, 5, "L1")])
        self.assertEqual(self._get_available(product), {product.id: 25})
        order.action_confirm()
        self.assertEqual(self._get_available(product), {product.id: 25})
        order.picking_ids.action_assign()
        self.assertEqual(self._get_available(product), {product.id: 25})

    def test_nothing_asked(self):
        self.assertEqual(self.publisher._compute_available(self.env["product.product"], self.warehouse), [])


@tagged("post_install", "-at_install")
class TestTargets(PublisherCase):
    def test_rule(self):
        cases = [
            # stock, share, buffer, cap, end when, target
            (10, 100, 0, 0, 0, 10),
            (10, 100, 3, 0, 0, 7),
            (10, 50, 3, 0, 0, 3),
            (10, 33.3, 0, 0, 0, 3),
            (10, 100, 0, 4, 0, 4),
            (10, 100, 7, 0, 3, 0),
            (10, 100, 6, 0, 3, 4),
            (10, 100, 6, 2, 3, 2),
            (2, 100, 5, 0, 0, 0),
            (10, 0, 0, 0, 0, 0),
        ]
        listings = {}
        for number, (stock, share, buffer, cap, end_when, target) in enumerate(cases):
            listing = self._create_listing(
                f"S{number}",
                self._create_product(f"P{number}", stock),
                override_rule=True,
                publish_share=share,
                publish_buffer=buffer,
                publish_cap=cap,
                publish_end_when=end_when,
            )
            listings[listing.id] = target
        self.assertEqual(self._get_targets(), listings)

    def test_shop_rule_unless_overridden(self):
        product = self._create_product("A", 20)
        shops = self._create_listing("A", product, publish_cap=3)
        own = self._create_listing("B", product, override_rule=True, publish_cap=3)
        self.shop.write({"publish_share": 50, "publish_buffer": 2, "publish_end_when": 0, "publish_cap": 0})
        self.assertEqual(self._get_targets(), {shops.id: 9, own.id: 3})

    def test_stock_of_all_warehouses_of_the_shop(self):
        other = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        unused = self.env["stock.warehouse"].create({"name": "Rome", "code": "ROM"})
        product = self._create_product("A", 5)
        self.env["stock.quant"]._update_available_quantity(product, other.lot_stock_id, 7)
        self.env["stock.quant"]._update_available_quantity(product, unused.lot_stock_id, 11)
        listing = self._create_listing("A", product)
        self.assertEqual(self._get_targets(), {listing.id: 5})
        self.shop.warehouse_ids += other
        self.assertEqual(self._get_targets(), {listing.id: 12})

    def test_each_shop_has_its_own_stock(self):
        other = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        second = self.shop.copy({"external_id": "UK1", "warehouse_ids": other.ids, "state": "running"})
        product = self._create_product("A", 5)
        self.env["stock.quant"]._update_available_quantity(product, other.lot_stock_id, 7)
        first = self._create_listing("A", product)
        listing = self._create_listing("A", product, shop_id=second.id)
        rows = self.publisher._compute_targets(self.shop + second)
        self.assertEqual(dict(rows), {first.id: 5, listing.id: 7})

    def test_what_is_not_published(self):
        product = self._create_product("A", 5)
        self._create_listing("UNMAPPED")
        self._create_listing("FBA", product, fulfilment="marketplace")
        self._create_listing("IGNORED", product, ignored=True)
        self._create_listing("GONE", product, active=False)
        self._create_listing("SERVICE", self._create_product("S", type="service", is_storable=False))
        stopped = self._create_listing("STOPPED", product, publish=False)
        self.assertEqual(self._get_targets(), {stopped.id: 0})

    def test_shop_without_warehouse_has_no_targets(self):
        self._create_listing("A", self._create_product("A", 5))
        self.shop.state = "draft"
        self.shop.warehouse_ids = False
        self.assertEqual(self._get_targets(), {})

    def test_one_query(self):
        for number in range(100):
            self._create_listing(f"S{number}", self._create_product(f"P{number}", number + 1))
        self.env.flush_all()
        with self.assertQueryCount(1):
            targets = self._get_targets()
        self.assertEqual(sorted(targets.values()), list(range(1, 101)))


@tagged("post_install", "-at_install")
class TestPublish(PublisherCase):
    def setUp(self):
        super().setUp()
        self.product = self._create_product("A", 10)
        self.listing = self._create_listing("A", self.product)

    def _change_stock(self, quantity):
        self.env["stock.quant"]._update_available_quantity(self.product, self.stock, quantity)

    def test_first_push_and_answer(self):
        self._publish()
        self.assertEqual(self._pushed(), [{"A": 10}])
        self.assertRecordValues(
            self.listing,
            [{"target_qty": 10, "pushed_qty": 10, "acknowledged_qty": 10, "push_state": "accepted"}],
        )
        self.assertRecordValues(
            self.listing.push_ids, [{"quantity": 10, "previous_qty": 0, "state": "accepted", "shop_id": self.shop.id}]
        )
        self.assertTrue(self.shop.last_publish_at)

    def test_only_changes_are_pushed(self):
        self._create_listing("B", self._create_product("B", 4))
        self._publish()
        self._publish()
        self.assertEqual(len(self._pushed()), 1)
        self._change_stock(-3)
        self._publish()
        self.assertEqual(self._pushed()[1:], [{"A": 7}])
        self.assertRecordValues(self.listing.push_id, [{"previous_qty": 10, "quantity": 7}])

    def test_decided_before_sent(self):
        with trap_jobs() as trap:
            self.publisher._job_publish(self.shop)
            trap.assert_jobs_count(1)
            trap.assert_enqueued_job(
                self.publisher._job_push,
                args=(self.shop,),
                properties={"identity_key": f"marketplace.push.{self.shop.id}"},
            )
        self.assertEqual(self.listing.push_state, "queued")
        self.assertEqual(self._pushed(), [])

    def test_newest_target_is_sent(self):
        with trap_jobs():
            self.publisher._job_publish(self.shop)
            self._change_stock(-4)
            self.publisher._job_publish(self.shop)
            self.publisher._job_push(self.shop)
        self.assertEqual(self._pushed(), [{"A": 6}])

    def test_zero_is_sent_to_a_new_listing(self):
        self._change_stock(-10)
        self._publish()
        self.assertEqual(self._pushed(), [{"A": 0}])

    def test_rejected_level_is_visible_and_not_repeated(self):
        self._create_listing("B", self._create_product("B", 4))
        self.connector.refused["A"] = "SKU is suspended"
        self._publish()
        self.assertRecordValues(
            self.listing, [{"push_state": "rejected", "push_message": "SKU is suspended", "acknowledged_qty": 0}]
        )
        self.assertEqual(self.listing.push_id.message, "SKU is suspended")
        self._publish()
        self.assertEqual(len(self._pushed()), 1)
        self.connector.refused.clear()
        self._change_stock(1)
        self._publish()
        self.assertEqual(self._pushed()[1:], [{"A": 11}])
        self.assertRecordValues(self.listing, [{"push_state": "accepted", "push_message": False}])

    def test_push_now_repeats(self):
        self._publish()
        with trap_jobs() as trap:
            self.listing.action_push_now()
            trap.assert_enqueued_job(self.publisher._job_publish, args=(self.shop,))
        self._publish()
        self.assertEqual(self._pushed(), [{"A": 10}, {"A": 10}])

    def test_take_off_sale(self):
        self._publish()
        with trap_jobs():
            self.listing.action_unpublish()
        self._publish()
        with trap_jobs():
            self.listing.action_publish()
        self._publish()
        self.assertEqual(self._pushed(), [{"A": 10}, {"A": 0}, {"A": 10}])

    def test_paused_shop_is_left_alone(self):
        for vals in ({"state": "paused"}, {"publish_stock": False}):
            self.shop.write({"state": "running", "publish_stock": True})
            self.shop.write(vals)
            self._publish()
        self.shop.write({"state": "running", "publish_stock": True})
        self.account.state = "disabled"
        self._publish()
        self.assertEqual(self._pushed(), [])
        self.account.state = "test"
        self._publish()
        self.assertEqual(self._pushed(), [{"A": 10}])

    def test_pause_between_decision_and_sending(self):
        with trap_jobs():
            self.publisher._job_publish(self.shop)
        self.shop.state = "paused"
        self.publisher._job_push(self.shop)
        self.assertEqual(self._pushed(), [])

    def test_connector_without_stock(self):
        self.connector.capabilities = frozenset()
        self._publish()
        self.assertEqual(self._pushed(), [])

    def test_rate_limit_and_outage_keep_the_queue(self):
        for error, seconds in ((RateLimited("slow down", 7.2), 8), (Unavailable("502"), 60)):
            self.connector.errors["push_stock"] = [error]
            with freeze_time("2026-03-01 12:00:00"):
                (job,) = self._publish()
                self.assertEqual(job.eta, fields.Datetime.now() + timedelta(seconds=seconds))
            self.assertEqual(job.identity_key, f"marketplace.push.retry.{self.shop.id}")
            self.assertEqual(self.listing.push_state, "queued")
            self.assertFalse(self.listing.push_ids)
            self.assertEqual(self.account.last_error, str(error))
        with trap_jobs():
            self.publisher._job_push(self.shop)
        self.assertEqual(self.listing.push_state, "accepted")

    def test_lost_credentials_are_not_hammered(self):
        self.connector.errors["push_stock"] = [AuthenticationFailed("token revoked")]
        self.assertEqual(self._publish(), [])
        self.assertEqual(self.listing.push_state, "queued")
        self.assertEqual(self.account.last_error, "token revoked")
        self._publish()
        self.assertEqual(self.listing.push_state, "accepted", "the next round sends what is still queued")

    def test_whole_call_refused(self):
        self.connector.errors["push_stock"] = [Rejected("seller is deactivated")]
        self._publish()
        self.assertRecordValues(self.listing, [{"push_state": "rejected", "push_message": "seller is deactivated"}])

    def test_batches(self):
        self._create_listing("B", self._create_product("B", 4))
        self.patch(type(self.publisher), "_push_batch_size", 1)
        (job,) = self._publish()
        self.assertEqual(job.func.__name__, "_job_push")
        with trap_jobs() as trap:
            self.publisher._job_push(self.shop)
            trap.assert_jobs_count(0)
        self.assertEqual(self._pushed(), [{"A": 10}, {"B": 4}])

    def test_cron_enqueues_running_shops_only(self):
        paused = self.shop.copy({"external_id": "X", "state": "paused"})
        with trap_jobs() as trap:
            self.publisher._cron_publish()
            shops = [job.args[0] for job in trap.enqueued_jobs]
        self.assertIn(self.shop, shops)
        self.assertNotIn(paused, shops)
        self.assertEqual(self._pushed(), [])

    def test_queries_do_not_grow_with_the_batch(self):
        self._publish()
        for number in range(100):
            self._create_listing(f"S{number}", self._create_product(f"P{number}", 5))
        self.env.flush_all()
        self.env.invalidate_all()
        with trap_jobs(), self.assertQueryCount(30):
            self.publisher._job_publish(self.shop)
            self.env.flush_all()
            self.publisher._job_push(self.shop)
            self.env.flush_all()
        self.assertEqual(len(self._pushed()[-1]), 100)


@tagged("post_install", "-at_install")
class TestFeed(PublisherCase):
    def setUp(self):
        super().setUp()
        self.product = self._create_product("A", 10)
        self.listing = self._create_listing("A", self.product)
        self.connector.errors["push_stock"] = [NotReady({"feed": 1}, 30)]

    def test_answer_is_read_later(self):
        (job,) = self._publish()
        self.assertRecordValues(self.listing, [{"push_state": "sent", "pushed_qty": 10, "acknowledged_qty": 0}])
        self.assertEqual(job.func.__name__, "_job_poll_push")
        self.assertEqual(job.args[:2], (self.shop, {"feed": 1}))
        self.connector.errors["push_stock"] = [NotReady({"feed": 1, "document": 2}, 30)]
        with trap_jobs() as trap:
            self.publisher._job_poll_push(*job.args)
            (again,) = trap.enqueued_jobs
        self.publisher._job_poll_push(*again.args)
        self.assertRecordValues(self.listing, [{"push_state": "accepted", "acknowledged_qty": 10}])
        handles = [handle for _levels, handle in self.connector.get_calls("push_stock")]
        self.assertEqual(handles, [None, {"feed": 1}, {"feed": 1, "document": 2}])

    def test_in_flight_is_not_sent_again(self):
        self._publish()
        self._publish()
        self.assertEqual(len(self._pushed()), 1)

    def test_change_while_in_flight_is_sent_and_the_old_answer_does_not_count(self):
        (job,) = self._publish()
        self.env["stock.quant"]._update_available_quantity(self.product, self.stock, -4)
        self.connector.errors["push_stock"] = [NotReady({"feed": 2}, 30)]
        (second,) = self._publish()
        self.publisher._job_poll_push(*second.args)
        self.publisher._job_poll_push(*job.args)
        self.assertRecordValues(self.listing, [{"push_state": "accepted", "acknowledged_qty": 6}])

    def test_change_queued_while_in_flight_stays_queued(self):
        (job,) = self._publish()
        self.env["stock.quant"]._update_available_quantity(self.product, self.stock, -4)
        with trap_jobs():
            self.publisher._job_publish(self.shop)
        self.publisher._job_poll_push(*job.args)
        self.assertRecordValues(self.listing, [{"push_state": "queued", "acknowledged_qty": 10, "target_qty": 6}])

    def test_outage_while_waiting_keeps_the_handle(self):
        (job,) = self._publish()
        self.connector.errors["push_stock"] = [Unavailable("502")]
        with trap_jobs() as trap:
            self.publisher._job_poll_push(*job.args)
            (again,) = trap.enqueued_jobs
        self.assertEqual(again.args, job.args)
        self.assertEqual(self.listing.push_state, "sent")

    def test_feed_refused(self):
        (job,) = self._publish()
        self.connector.errors["push_stock"] = [Rejected("feed cancelled")]
        self.publisher._job_poll_push(*job.args)
        self.assertRecordValues(self.listing, [{"push_state": "rejected", "push_message": "feed cancelled"}])

    def test_answering_twice_changes_nothing(self):
        (job,) = self._publish()
        self.publisher._job_poll_push(*job.args)
        calls = len(self.connector.calls)
        self.publisher._job_poll_push(*job.args)
        self.assertEqual(len(self.connector.calls), calls)

    def test_lost_answer_is_sent_again_after_two_hours(self):
        (job,) = self._publish()
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            with trap_jobs() as trap:
                self.publisher._job_poll_push(*job.args)
                trap.assert_jobs_count(0)
            self._publish()
        self.assertEqual(self._pushed(), [{"A": 10}, {"A": 10}])
        self.assertEqual(self.listing.push_state, "accepted")


@tagged("post_install", "-at_install")
class TestReconcile(PublisherCase):
    def setUp(self):
        super().setUp()
        self.product = self._create_product("A", 10)
        self.listing = self._create_listing("A", self.product)
        self._publish()
        self.later = fields.Datetime.now() + timedelta(minutes=self.shop.echo_minutes + 1)

    def _reconcile(self, when=None):
        """Run the first job of a round; the methods it enqueued."""
        with freeze_time(when or self.later), trap_jobs() as trap:
            self.publisher._job_reconcile(self.shop)
            return [job.func.__name__ for job in trap.enqueued_jobs]

    def test_same_quantity(self):
        self.assertEqual(self._reconcile(), ["_job_reconcile"])
        self.assertRecordValues(self.listing, [{"seen_qty": 10, "seen_difference": 0, "push_state": "accepted"}])

    def test_round_ends(self):
        with freeze_time(self.later), trap_jobs() as trap:
            self.publisher._job_reconcile(self.shop)
            (job,) = trap.enqueued_jobs
        with freeze_time(self.later + timedelta(seconds=5)), trap_jobs() as trap:
            self.publisher._job_reconcile(*job.args)
            trap.assert_jobs_count(0)
        self.assertEqual(len(self.connector.get_calls("fetch_stock")), 1)
        self.assertTrue(self.shop.last_reconcile_at)

    def test_difference_is_recorded_and_corrected(self):
        self.connector.shown["A"] = 14
        self.assertEqual(self._reconcile(), ["_job_push", "_job_reconcile"])
        self.assertRecordValues(self.listing, [{"seen_qty": 14, "seen_difference": 4, "push_state": "queued"}])
        with trap_jobs():
            self.publisher._job_push(self.shop)
        self.assertEqual(self.connector.shown["A"], 10)

    def test_echo_is_not_looked_at(self):
        self.connector.shown["A"] = 14
        early = fields.Datetime.now() + timedelta(minutes=self.shop.echo_minutes - 1)
        self.assertEqual(self._reconcile(early), [])
        self.assertEqual(self.connector.get_calls("fetch_stock"), [])
        self.assertFalse(self.listing.seen_difference)

    def test_sales_of_the_shop_explain_a_lower_quantity(self):
        self._create_order("1", [(self.product, 3, "L1")], date_order=fields.Datetime.now() + timedelta(minutes=1))
        self.connector.shown["A"] = 7
        self._reconcile()
        self.assertRecordValues(self.listing, [{"seen_qty": 7, "seen_difference": 0, "push_state": "queued"}])

    def test_sales_do_not_explain_more_than_was_sold(self):
        self._create_order("1", [(self.product, 2, "L1")], date_order=fields.Datetime.now() + timedelta(minutes=1))
        self.connector.shown["A"] = 7
        self._reconcile()
        self.assertEqual(self.listing.seen_difference, -3)

    def test_sales_before_the_acknowledgement_explain_nothing(self):
        self._create_order("1", [(self.product, 3, "L1")], date_order=fields.Datetime.now() - timedelta(hours=1))
        self.connector.shown["A"] = 7
        self._reconcile()
        self.assertEqual(self.listing.seen_difference, -3)

    def test_unknown_sku_is_checked_once_per_round(self):
        self.connector.shown.clear()
        self._reconcile()
        self.assertRecordValues(self.listing, [{"seen_difference": 0, "push_state": "accepted"}])
        self.assertTrue(self.listing.seen_at)

    def test_rate_limit_continues_the_round(self):
        self.connector.errors["fetch_stock"] = [RateLimited("slow down", 5)]
        with freeze_time(self.later), trap_jobs() as trap:
            self.publisher._job_reconcile(self.shop)
            (job,) = trap.enqueued_jobs
            self.assertEqual(job.eta, self.later.replace(microsecond=0) + timedelta(seconds=5))
        with freeze_time(self.later + timedelta(seconds=6)), trap_jobs():
            self.publisher._job_reconcile(*job.args)
        self.assertEqual(len(self.connector.get_calls("fetch_stock")), 2)
        self.assertEqual(self.listing.seen_qty, 10)
