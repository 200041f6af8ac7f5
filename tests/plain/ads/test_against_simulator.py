"""The connector and the training marketplace's advertising; its costs are those of the world's settlements."""

import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from addons.marketplace.contract import AuthenticationFailed, NotReady, Rejected
from addons.marketplace_ads.connector.amazon_ads import REPORTS, AmazonAdsConnector
from addons.marketplace_amazon.connector import Credentials
from addons.marketplace_simulator.server.world import money_book, money_settle
from tests.plain.fake_http import FakeServer, session_of
from tests.plain.simulator.api import Api

SPENDING = ("sp", "sb", "sd")
URL = "http://127.0.0.1/amazon_ads"


class Training:
    """A world with shipped orders, and a connector to its advertising."""

    def __init__(self):
        self.api = Api(orders=60, channels=("amazon", "amazon_ads"))
        self.world = self.api.simulator.world
        for entry in self.api.control("orders")["orders"]:
            if entry["status"] == "unshipped":
                self.world.apply(self.world.get_order(entry["id"]), "ship")
        self.today = self.api.clock.now().date()

    def connector(self, secret=None):
        access = self.api.control("credentials")["channels"]["amazon_ads"]
        token = access["regions"]["eu"]["refresh_token"]
        credentials = Credentials(access["client_id"], secret or access["client_secret"], token, "eu")
        return AmazonAdsConnector(
            credentials,
            session=session_of(FakeServer(handler=self._answer)),
            endpoint=URL,
            lwa_endpoint=f"{URL}/auth/o2/token",
            clock=lambda: self.api.clock.now().timestamp(),
            sleep=self.api.clock.pass_time,
        )

    def _answer(self, request):
        path = urlsplit(request.url).path
        given = self.api.http.open(path, method=request.method, data=request.body, headers=dict(request.headers))
        return given.status_code, dict(given.headers), io.BytesIO(given.data)

    def read(self, connector, advertiser, name):
        """Rows of the last 31 days; asks as often as it must."""
        first, handle = self.today - timedelta(days=30), None
        while True:
            try:
                return connector.fetch_report(advertiser.external_id, name, first, self.today, handle)
            except NotReady as error:
                handle = error.handle
                self.api.clock.pass_time(error.retry_after)

    def costs(self):
        """``{currency: cost}`` of all reports of all countries."""
        connector, sums = self.connector(), Counter()
        for advertiser in connector.fetch_advertisers():
            for name in SPENDING:
                for row in self.read(connector, advertiser, name):
                    assert row.currency == advertiser.currency
                    sums[row.currency] += row.cost
        return {currency: cost for currency, cost in sums.items() if cost}

    def charged(self):
        """``{currency: amount}`` that settlements charge for advertising."""
        sums = Counter()
        for account in money_settle.accounts(self.world, "amazon"):
            for booking in money_book.bookings(self.world, account=account):
                sums[booking["currency"]] -= sum(
                    (line["amount"] for line in booking["lines"] if line["kind"] == "advertising"), Decimal(0)
                )
        return {currency: amount for currency, amount in sums.items() if amount}

    def close(self):
        """Settle everything."""
        until = self.api.clock.now() + timedelta(days=40)
        for account in money_settle.accounts(self.world, "amazon"):
            money_settle.close(self.world, account, until)


@pytest.fixture
def training():
    return Training()


def test_the_reports_add_up_to_what_settlements_charge(training):
    before = training.costs()
    assert before
    assert training.charged() == {}
    training.close()
    charged = training.charged()
    assert charged == before == training.costs()


def test_advertisers_are_the_countries_of_the_seller(training):
    advertisers = training.connector().fetch_advertisers()
    assert {("DE", "EUR"), ("GB", "GBP")} <= {(one.country_code, one.currency) for one in advertisers}
    assert all(one.marketplace_id and one.seller_id for one in advertisers)


def test_rows_name_campaign_item_and_what_came_of_it(training):
    connector = training.connector()
    german = next(one for one in connector.fetch_advertisers() if one.country_code == "DE")
    rows = {name: training.read(connector, german, name) for name in REPORTS}
    assert all(row.sku and row.asin and row.clicks and row.impressions > row.clicks for row in rows["sp"])
    assert {(row.campaign, row.sku) for row in rows["sb"]} == {("Brand DE", "")}
    assert {row.asin for row in rows["sb_purchased"]} == {row.asin for row in rows["sp"]}
    again = training.read(training.connector(), german, "sp")
    assert again == rows["sp"]


def test_the_same_question_again_gives_the_same_report(training):
    connector = training.connector()
    advertiser = connector.fetch_advertisers()[0]
    handles = []
    for _time in range(2):
        with pytest.raises(NotReady) as caught:
            connector.fetch_report(advertiser.external_id, "sp", training.today, training.today)
        handles.append(caught.value.handle)
    assert handles[0] == handles[1]
    with pytest.raises(NotReady):
        connector.fetch_report(advertiser.external_id, "sp", training.today, training.today, handles[0])


def test_a_failed_report_and_a_storm_of_limits(training):
    connector = training.connector()
    advertiser = connector.fetch_advertisers()[0]
    training.api.control("faults", [{"kind": "throttle", "operation": "amazon_ads.reports.create", "count": 2}])
    training.api.control("faults", [{"kind": "error_500", "operation": "amazon_ads.reports.make", "count": 1}])
    with pytest.raises(Rejected, match="Report generation failed"):
        training.read(connector, advertiser, "sp")
    assert training.read(connector, advertiser, "sp") is not None


@pytest.mark.parametrize(("first", "last", "reason"), [(-31, 0, "31 days"), (-100, -90, "retention"), (0, 1, "past")])
def test_days_that_amazon_refuses(training, first, last, reason):
    connector = training.connector()
    advertiser = connector.fetch_advertisers()[0]
    days = [training.today + timedelta(days=number) for number in (first, last)]
    with pytest.raises(Rejected, match=reason):
        connector.fetch_report(advertiser.external_id, "sp", *days)


def test_wrong_credentials(training):
    with pytest.raises(AuthenticationFailed):
        training.connector("wrong").fetch_advertisers()
