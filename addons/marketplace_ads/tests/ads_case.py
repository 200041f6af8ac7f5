"""An advertiser whose reports are lists in memory."""

from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.addons.marketplace.contract import NotReady
from odoo.addons.marketplace.tests.import_case import ImportCase
from odoo.addons.queue_job.tests.common import trap_jobs

from ..connector import AdDay, AdType, Advertiser
from ..connector.amazon_ads import LOOKBACK, MOST_DAYS, AmazonAdsConnector

DAY = date(2026, 5, 4)


class FakeAds:
    """Gives the rows of each report; the first question of each is answered with a handle.

    :ivar rows: ``{report: [AdDay]}``
    :ivar asked: ``[(report, since, until)]``
    :ivar error: raised instead of an answer
    """

    capabilities = AmazonAdsConnector.capabilities
    reports = tuple(LOOKBACK)
    most_days = MOST_DAYS
    lookback = LOOKBACK

    def __init__(self):
        self.rows, self.asked, self.error, self.advertisers = {}, [], None, []

    def fetch_advertisers(self):
        return self.advertisers

    def fetch_report(self, advertiser_id, report, since, until, handle=None):
        if self.error:
            raise self.error
        if handle is None:
            self.asked.append((report, since, until))
            raise NotReady({"report": f"{report}-{since}"}, 30)
        return [row for row in self.rows.get(report, []) if since <= row.day <= until]


class AdsCase(ImportCase):
    """A shop with the matched SKUs MUG and PEN, and an advertiser in the shop's currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ads_account = cls.env["ads.account"].create(
            {"name": "Ads", "provider": "amazonads", "state": "test", "company_id": cls.shop.company_id.id}
        )
        cls.profile = cls.env["ads.profile"].create(
            {
                "name": "Seller",
                "account_id": cls.ads_account.id,
                "external_id": "4242",
                "shop_id": cls.shop.id,
                "currency_id": cls.shop.currency_id.id,
            }
        )
        cls.Cost = cls.env["ads.cost"]

    def setUp(self):
        super().setUp()
        self.ads = FakeAds()
        self.patch(type(self.ads_account), "_build_connector", lambda account: self.ads)

    def _row(self, sku="MUG", cost="1.00", day=DAY, campaign="Lamp", ad_type="sp", **values):
        """A row of a report."""
        values = {"campaign_id": f"#{campaign}", "currency": self.profile.currency_id.name, **values}
        return AdDay(AdType(ad_type), campaign=campaign, day=day, cost=Decimal(cost), sku=sku, **values)

    def _import(self, *rows, ad_type="sp", since=DAY, until=DAY + timedelta(days=6)):
        """Number of rows that an import changed."""
        return self.Cost._import(self.profile, ad_type, list(rows), since, until)

    def _costs(self, *domain):
        return self.Cost.search(
            [("profile_id", "=", self.profile.id), *domain], order="day, campaign_id, sku, product_id"
        )

    def _total(self, *domain):
        return round(sum(self._costs(*domain).mapped("cost")), 2)

    def _fetch(self):
        """Ask for what is due and run the jobs until none is left."""
        with trap_jobs() as trap:
            self.ads_account._enqueue_waiting()
            done = 0
            while len(trap.enqueued_jobs) > done:
                jobs = trap.enqueued_jobs[done:]
                done = len(trap.enqueued_jobs)
                for job in jobs:
                    job.perform()
        return self.env["ads.report"].search([("profile_id", "=", self.profile.id)], order="id")

    @property
    def yesterday(self):
        return fields.Date.today() - timedelta(days=1)

    @staticmethod
    def _advertiser(**values):
        return Advertiser(**{"external_id": "77", "name": "Seller", "currency": "EUR", "country_code": "DE", **values})
