from datetime import datetime, timedelta, timezone

from odoo.addons.marketplace.contract import AuthenticationFailed, NotReady, Rejected, TrafficDay
from odoo.addons.marketplace.tests.fake_connector import FakeMarketplaceCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ...models.insight.traffic_fetch import FIRST_DAYS, SETTLED_DAYS


@tagged("post_install", "-at_install")
class TestTrafficFetch(FakeMarketplaceCase):
    """The marketplace's reports of visits, a day each, one after the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.latest = datetime.now(timezone.utc).date() - timedelta(days=SETTLED_DAYS)
        cls.Traffic = cls.env["traffic.day"]

    def setUp(self):
        super().setUp()
        self.asked = []
        self.connector.fetch_traffic = self._fetch_traffic
        self.errors = []

    def _fetch_traffic(self, shop_id, day, handle=None):
        self.asked.append((day, handle))
        if self.errors:
            raise self.errors.pop(0)
        return [TrafficDay(day, "MUG", "", 40, units=3)]

    def _run(self):
        """Run the job of the shop's next day; the jobs that it queued."""
        with trap_jobs() as trap:
            self.shop._job_traffic()
            return list(trap.enqueued_jobs)

    def test_first_days(self):
        with trap_jobs() as trap:
            self.shop._cron_fetch_traffic()
            self.assertIn(self.shop, [job.recordset for job in trap.enqueued_jobs])
        jobs = self._run()
        first = self.latest - timedelta(days=FIRST_DAYS - 1)
        self.assertEqual(self.asked, [(first, None)])
        self.assertEqual(self.shop.traffic_cursor, first)
        self.assertEqual(self.Traffic.search([("shop_id", "=", self.shop.id)]).mapped("sessions"), [40])
        self.assertEqual(len(jobs), 1, "the next day follows")

    def test_up_to_date(self):
        """Days that the marketplace still counts are not asked for."""
        self.shop.traffic_cursor = self.latest - timedelta(days=1)
        self.assertFalse(self._run())
        self.assertEqual(self.shop.traffic_cursor, self.latest)
        self.assertFalse(self._run())
        self.assertEqual(len(self.asked), 1)

    def test_report_is_prepared(self):
        self.shop.traffic_cursor = self.latest - timedelta(days=1)
        self.errors = [NotReady({"report": "7"}, 60)]
        (job,) = self._run()
        self.assertEqual(job.args, ({"report": "7"},))
        self.assertEqual(self.shop.traffic_cursor, self.latest - timedelta(days=1))

    def test_day_without_sales(self):
        """Amazon cancels the report; the next day follows."""
        self.shop.traffic_cursor = self.latest - timedelta(days=2)
        self.errors = [Rejected("Amazon ended the report as CANCELLED")]
        self.assertEqual(len(self._run()), 1)
        self.assertEqual(self.shop.traffic_cursor, self.latest - timedelta(days=1))

    def test_refused_access(self):
        self.shop.traffic_cursor = self.latest - timedelta(days=1)
        self.errors = [AuthenticationFailed("no")]
        self.assertFalse(self._run())
        self.assertEqual(self.shop.traffic_cursor, self.latest - timedelta(days=1))
        self.assertTrue(self.account.last_error)
