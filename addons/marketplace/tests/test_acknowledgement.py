from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, tagged

from ..contract import AuthenticationFailed, RateLimited, Rejected
from .import_case import ImportCase


@tagged("post_install", "-at_install")
class TestAcknowledgement(ImportCase):
    def _waiting(self, *refs, **vals):
        return self._import(*(self._order(ref, acknowledged=False, **vals) for ref in refs))

    def _run(self):
        """Run the job; the jobs it enqueued."""
        with trap_jobs() as trap:
            self.env["sale.order"]._job_acknowledge(self.shop)
            return list(trap.enqueued_jobs)

    def _told(self):
        return [refs for _shop, refs in self.connector.get_calls("acknowledge_orders")]

    def test_import_queues_one_job_per_shop(self):
        rows = self._receive(*(self._order(ref, acknowledged=False) for ref in ("O1", "O2")), self._order("O3"))
        jobs = [job for job in self._run_import(rows) if job.func.__name__ == "_job_acknowledge"]
        self.assertEqual([job.args for job in jobs], [(self.shop,)])
        orders = self._find("O1") | self._find("O2") | self._find("O3")
        self.assertEqual(orders.mapped("marketplace_acknowledged"), ["pending", "pending", False])

    def test_told_in_bulk_and_once(self):
        orders = self._waiting("O1", "O2")
        self.assertEqual(self._run(), [])
        self._run()
        self.assertEqual(self._told(), [["O1", "O2"]])
        self.assertEqual(orders.mapped("marketplace_acknowledged"), ["confirmed", "confirmed"])

    def test_one_refused_does_not_stop_the_others_and_can_be_retried(self):
        orders = self._waiting("O1", "O2")
        self.connector.refused["O1"] = "Too late"
        self._run()
        self.assertRecordValues(
            orders,
            [
                {"marketplace_acknowledged": "rejected", "marketplace_acknowledge_message": "Too late"},
                {"marketplace_acknowledged": "confirmed", "marketplace_acknowledge_message": False},
            ],
        )
        self.connector.refused.clear()
        with trap_jobs() as trap:
            orders.action_marketplace_acknowledge()
            trap.assert_jobs_count(1)
        self._run()
        self.assertEqual((self._told()[1:], orders[0].marketplace_acknowledged), ([["O1"]], "confirmed"))

    def test_turned_away_comes_back(self):
        order = self._waiting("O1")
        now = fields.Datetime.now()
        self.connector.errors["acknowledge_orders"] = [RateLimited("slow down", 7.2)]
        with freeze_time(now):
            (job,) = self._run()
        self.assertEqual(job.eta, now + timedelta(seconds=8))
        self.assertRecordValues(
            order, [{"marketplace_acknowledged": "pending", "marketplace_acknowledge_message": "slow down"}]
        )
        self._run()
        self.assertEqual(order.marketplace_acknowledged, "confirmed")

    def test_red_account_is_not_asked(self):
        order = self._waiting("O1")
        self.connector.errors["acknowledge_orders"] = [AuthenticationFailed("revoked")]
        self._run()
        self.assertTrue(self.account.needs_authorisation)
        self._run()
        self.assertEqual((len(self._told()), order.marketplace_acknowledged), (1, "pending"))
        with trap_jobs() as trap:
            self.account._resume()
            self.assertIn("_job_acknowledge", [job.func.__name__ for job in trap.enqueued_jobs])

    def test_refusal_of_all(self):
        order = self._waiting("O1")
        self.connector.errors["acknowledge_orders"] = [Rejected("unknown shop")]
        self.assertEqual(self._run(), [])
        self.assertEqual(order.marketplace_acknowledged, "rejected")

    def test_postponed_order(self):
        order = self._waiting("O1")
        self.connector.postponed["O1"] = 30.0
        now = fields.Datetime.now()
        with freeze_time(now):
            (job,) = self._run()
        self.assertEqual((order.marketplace_acknowledged, job.eta), ("pending", now + timedelta(seconds=30)))

    def test_marketplace_that_knows_by_itself(self):
        order = self._waiting("O1")
        self._import(self._order("O1", revision=2))
        self.assertEqual(order.marketplace_acknowledged, "confirmed")
        self._run()
        self.assertEqual(self._told(), [])

    def test_late_revision_does_not_ask_again(self):
        order = self._waiting("O1")
        self._run()
        self._import(self._order("O1", revision=2, acknowledged=False))
        self.assertEqual(order.marketplace_acknowledged, "confirmed")

    def test_schedule_queues_what_still_waits(self):
        self._waiting("O1")
        with trap_jobs() as trap:
            self.env["sale.order"]._cron_acknowledge()
            trap.assert_jobs_count(1)
        self.shop.state = "paused"
        with trap_jobs() as trap:
            self.env["sale.order"]._cron_acknowledge()
            trap.assert_jobs_count(0)

    def test_queries_do_not_grow_with_the_batch(self):
        self._waiting(*(f"O{number}" for number in range(100)))
        self.env.flush_all()
        self.env.invalidate_all()
        with trap_jobs(), self.assertQueryCount(20):
            self.env["sale.order"]._job_acknowledge(self.shop)
            self.env.flush_all()
        self.assertEqual([len(refs) for refs in self._told()], [100])
