"""A client for tests: every exchange is checked against the official models where they are at hand."""

from datetime import timedelta
from functools import cache

from werkzeug.test import Client

from addons.marketplace_simulator.server.app import Simulator
from addons.marketplace_simulator.server.clock import Clock, to_text
from addons.marketplace_simulator.server.spapi import accounts
from tests.plain.spec_models import SpecModel, shared_specs

#: Model file by the beginning of the path; the longest fits best.
MODELS = {
    "/orders/2026-01-01": "orders_2026-01-01", "/orders/v0": "ordersV0", "/sellers/v1": "sellers",
    "/tokens/2021-03-01": "tokens_2021-03-01", "/listings/2021-08-01": "listingsItems_2021-08-01",
    "/feeds/2021-06-30": "feeds_2021-06-30", "/reports/2021-06-30": "reports_2021-06-30",
    "/fba/inventory/v1": "fbaInventory", "/notifications/v1": "notifications",
    "/inbound/fba/2024-03-20": "fulfillmentInbound_2024-03-20", "/fba/inbound/v0": "fulfillmentInboundV0",
    "/fba/outbound/2020-07-01": "fulfillmentOutbound_2020-07-01", "/finances/2024-06-19": "finances_2024-06-19",
}
DE = accounts.marketplace_id("DE")
ALL = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"


class SetClock(Clock):
    """A clock that stands still until a test puts it forward."""

    def __init__(self, speed=1.0):
        super().__init__(speed)
        self._now = super().now()

    def now(self):
        return self._now

    def pass_time(self, seconds):
        """Let real seconds pass."""
        self._now += timedelta(seconds=seconds)


class Local(Client):
    """A client on the same machine."""

    def open(self, *args, **kwargs):
        return super().open(*args, environ_overrides={"REMOTE_ADDR": "127.0.0.1"}, **kwargs)


@cache
def model(path):
    """Return the official model of a path, or ``None`` where the specifications are absent."""
    specs = shared_specs()
    name = next(name for prefix, name in MODELS.items() if path.startswith(prefix))
    return SpecModel(specs / "amazon-sp-api" / "models" / f"{name}.json") if specs else None


class Api:
    """Talk to a simulator in this process.

    :param limits: whether rate limits apply; without them every call finds full buckets
    :param options: of :class:`Simulator`
    """

    def __init__(self, limits=False, speed=1.0, **options):
        self.limits, self.clock = limits, SetClock(speed)
        self.simulator = Simulator(clock=self.clock, **options)
        self.http = Local(self.simulator)

    def token(self, region="eu"):
        """Return an access token of a seller, or of the application for ``None``."""
        grant = {"grant_type": "refresh_token", "refresh_token": accounts.refresh_token(region)}
        if region is None:
            grant = {"grant_type": "client_credentials", "scope": "sellingpartnerapi::notifications"}
        return self.lwa(**grant).get_json()["access_token"]

    def lwa(self, **form):
        """Ask for a token."""
        secrets = {"client_id": accounts.CLIENT_ID, "client_secret": accounts.CLIENT_SECRET}
        return self.http.post("/auth/o2/token", data={**secrets, **form})

    def call(self, method, path, query=None, body=None, region="eu", token=None):
        """Send a request; the model must allow the answer and, if it succeeded, the request too."""
        if not self.limits:
            self.simulator.buckets.clear()
        headers = {"x-amz-access-token": token or self.token(region)}
        response = self.http.open(path, method=method, query_string=query, json=body, headers=headers)
        self.check(method, path, query, body, response)
        return response

    def check(self, method, path, query, body, response):
        """Hold an exchange against its model."""
        spec = model(path)
        if spec:
            answer = response.get_json() if response.data else None
            spec.validate_response(method, path, response.status_code, answer)
            if response.status_code < 300:
                spec.validate_request(method, path, query, body)

    def get(self, path, **query):
        """Return the JSON of a successful GET."""
        response = self.call("GET", path, query)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()

    def search(self, **query):
        """Return every page of a search of all orders up to the horizon."""
        query = {"lastUpdatedAfter": self.ago(days=100), "includedData": ALL, **query}
        pages = [self.get("/orders/2026-01-01/orders", **query)]
        while "pagination" in pages[-1]:
            token = pages[-1]["pagination"]["nextToken"]
            pages.append(self.get("/orders/2026-01-01/orders", **query, paginationToken=token))
        return [page["orders"] for page in pages]

    def order(self, order_id):
        """Return one order with all its data."""
        return self.get(f"/orders/2026-01-01/orders/{order_id}", includedData=ALL)["order"]

    def control(self, path, body=None, method=None):
        """Return the JSON answer of the control interface."""
        response = self.http.open(f"/_sim/{path}", method=method or ("GET" if body is None else "POST"), json=body)
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()

    def place(self, count=1, **options):
        """Place merchant orders and return their ids."""
        return self.control("orders", {"count": count, "fulfilled_by": "merchant", **options})["orders"]

    def ago(self, **span):
        """Return the text of a time in the past."""
        return to_text(self.clock.now() - timedelta(**span))
