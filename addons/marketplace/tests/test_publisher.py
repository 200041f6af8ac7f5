from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, tagged

from ..contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from .publisher_case import PublisherCase


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
        self.assertEqual(len(self.connector.get_calls("push_stock")), 1)
        self.account.needs_authorisation = False
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
