"""A connector that speaks to a simulator in this process, and what faults of the channel must not do to it."""

from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.plain.fake_http import FakeServer, answer
from tests.plain.simulator.api import Api

FAULTS = ["throttle", "error_500", "error_503", "expired_token", "truncated_json", "duplicate_orders", "shuffle_pages"]


class Bridge(FakeServer):
    """Hands the connector's requests to a simulator; ``check`` looks at both directions of what went well.

    :param check: ``(request, url, response)`` → name of the operation, which is counted; empty for none
    """

    def __init__(self, api, check):
        super().__init__(handler=self._pass)
        self.api, self._check = api, check
        self.checked = Counter()

    def _pass(self, request):
        self.api.clock.pass_time(0.2)
        url = urlsplit(request.url)
        response = self.api.http.open(
            f"{url.path}?{url.query}", method=request.method, headers=dict(request.headers), data=request.body or b""
        )
        if response.status_code == 200 and not self.api.control("faults")["faults"]:
            self.checked[self._check(request, url, response)] += 1
        headers = {name.replace("-", "_"): value for name, value in response.headers.items()}
        return answer(response.data, response.status_code, **headers)


class Training:
    """A simulator with one channel; what derives it sets ``connector``."""

    channel = ""

    def __init__(self, orders, **options):
        self.api = Api(orders=orders, channels=(self.channel,), **options)
        self.access = self.api.control("credentials")["channels"][self.channel]
        self.bridge = Bridge(self.api, self.check)

    def check(self, request, url, response):
        """Compare an exchange with the documents; returns the operation."""
        raise NotImplementedError

    def fetch_all(self):
        """``{number: record}`` of all shops, and what is broken."""
        since, records, broken, token = self.api.clock.now() - timedelta(days=5), {}, [], ""
        shops = [shop.external_id for shop in self.connector.fetch_shops()]
        self.api.clock.pass_time(200)
        while True:
            page = self.connector.fetch_orders(shops, since, token=token)
            records |= {record.external_id: record for record in page.records}
            broken += page.broken
            token = page.next_token
            if not token:
                return records, broken

    def order(self, number):
        return self.connector.parse_order(self.connector.fetch_order(number).payload)

    def books(self):
        return self.api.control("books")

    def fetch_with(self, kind, operation, count):
        """:meth:`fetch_all` while the channel has a fault."""
        self.api.control("faults", {"kind": kind, "operation": operation, "count": count})
        try:
            return self.fetch_all()
        finally:
            self.api.control("faults", method="DELETE")


class FaultRun:
    """Tests; the module that derives them has the fixture ``training``."""

    list_operation = ""
    """The simulator's name of the operation that lists orders."""
    detail_operation = ""
    """The one that gives their details."""
    damages = 1
    """How many of its answers are damaged."""

    @pytest.mark.parametrize("kind", FAULTS)
    def test_faults_lose_nothing(self, training, kind):
        before, _broken = training.fetch_all()
        after, broken = training.fetch_with(kind, self.list_operation, 1)
        assert broken == [] and set(before) <= set(after)

    @pytest.mark.parametrize(
        "kind", ["missing_field", "wrong_type", "unknown_sku", "unknown_currency", "unknown_country"]
    )
    def test_damaged_orders_stop_no_page(self, training, kind):
        after, broken = training.fetch_with(kind, self.detail_operation, self.damages)
        assert len(after) + len(broken) >= len(training.fetch_all()[0])
