from unittest.mock import patch

from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID
from odoo.tests import new_test_user, tagged

from .fake_connector import FakeMarketplaceCase


@tagged("post_install", "-at_install")
class TestHealth(FakeMarketplaceCase):
    def _look(self):
        action = self.env["marketplace.health"].action_open()
        return self.env["marketplace.health"].browse(action["res_id"])

    def _enqueue(self, channel="root.marketplace.import", eta=None):
        """A job that was enqueued ninety and a half minutes ago."""
        job = self.env["marketplace.inbox"].with_delay(channel=channel, eta=eta)._job_import()
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = date_created - interval '5430 seconds' WHERE uuid = %s", [job.uuid]
        )

    def test_due_jobs_wait_and_later_ones_do_not(self):
        before = self._look().job_waiting_count
        self._enqueue()
        self._enqueue(eta=600)
        self._enqueue(channel="root.elsewhere")
        self.assertEqual(self._look().job_waiting_count, before + 1)

    def test_oldest_due_job_tells_the_wait(self):
        self._enqueue()
        self.assertEqual(self._look().waiting_minutes, 90)

    def test_runner_is_known_by_its_lock(self):
        # A lock of the test's own: the test server may have a runner at work.
        lock = PG_ADVISORY_LOCK_ID + 1
        with patch("odoo.addons.marketplace.wizards.health.PG_ADVISORY_LOCK_ID", lock):
            self.assertFalse(self._look().runner_alive)
            self.env.cr.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
            self.assertTrue(self._look().runner_alive)

    def test_problems_are_counted_by_shop(self):
        product = self._create_product("A", 1)
        listings = [self._create_listing(sku, product) for sku in ("A1", "A2", "A3")]
        listings[0].push_state = "rejected"
        listings[1].seen_difference = -2
        order = self._create_order("O1", [(product, 1, "L1")])
        vals = {"order_id": order.id, "shop_id": self.shop.id, "reference": "1", "state": "rejected"}
        order.marketplace_acknowledged = "rejected"
        self.env["marketplace.cancellation"].create({**vals, "reason": "other"})
        self.env["marketplace.shipment"].create({**vals, "shipped_at": "2026-05-04 10:00:00"})
        self.assertIn(self.shop, self._look().shop_ids)
        self.assertEqual((self.shop.stock_problem_count, self.shop.rejected_count), (2, 3))
        buyer = new_test_user(self.env, "health_buyer", groups="marketplace.group_buyer")
        self.env.invalidate_all()
        self.assertEqual(self.shop.with_user(buyer).rejected_count, 3)
