from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, tagged

from ..contract import NotReady, RateLimited, Rejected, Unavailable
from .publisher_case import PublisherCase


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
