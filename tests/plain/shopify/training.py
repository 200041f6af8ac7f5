"""The connector and the simulator in one process: every exchange is checked against Shopify's published schema."""

import io
import json
from datetime import datetime, timedelta, timezone
from functools import cache

import pytest
from werkzeug.test import Client

from addons.marketplace.contract import NotReady, Shipment, ShipmentLine
from addons.marketplace.transport import MemoryBucketStore, MemoryTokenStore
from addons.marketplace_shopify.connector import Credentials, ShopifyConnector
from tests.plain.fake_http import FakeServer, session_of
from tests.plain.simulator.api import Api
from tests.plain.spec_models import shared_specs

EU, US = "shopify-EU", "shopify-US"
HOST = "http://shop.test"


@cache
def official():
    """Shopify's published schema, ``None`` where the specifications are absent."""
    graphql = pytest.importorskip("graphql", reason="graphql-core is not installed")
    specs = shared_specs()
    if specs is None:
        return None
    text = (specs / "shopify" / "admin-2026-10.graphql").read_text(encoding="utf-8")
    # The published schema deprecates fields that its interfaces do not, which graphql-core does not take.
    return graphql.build_schema(text, assume_valid=True)


def require_official():
    """The published schema, or skip."""
    schema = official()
    if schema is None:
        pytest.skip("the specifications are not there: set CROSSBORDER_SHARED")
    return schema


def check_exchange(payload, body):
    """The published schema allows the operation and, if it was carried out, the answer."""
    schema = official()
    if schema is None:
        return
    from graphql import execute, is_abstract_type, parse, validate

    document = parse(payload["query"])
    assert validate(schema, document) == []
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        return

    def type_of(value, info, abstract):
        assert is_abstract_type(abstract)
        possible = schema.get_possible_types(abstract)
        return value.get("__typename") or (possible[0].name if len(possible) == 1 else None)

    result = execute(schema, document, body["data"], variable_values=payload["variables"], type_resolver=type_of)
    assert result.errors is None
    assert result.data == body["data"]


class Training:
    """A simulator with the Shopify channel, its time under control.

    :param options: of the simulator
    """

    def __init__(self, **options):
        self.api = Api(**{"orders": 60, "channels": ("shopify",), "limits": True, **options})
        self.client = Client(self.api.simulator)
        self.exchanges = []
        self.waits = []
        self.buckets = MemoryBucketStore()

    def handle(self, request):
        """Answer a request of ``requests``; every GraphQL exchange is checked."""
        status, headers, body = self.answer(request)
        if "graphql.json" in request.url:
            payload = json.loads(request.body)
            self.exchanges.append(payload["operationName"])
            check_exchange(payload, json.loads(body.getvalue()))
        return status, headers, body

    def answer(self, request):
        """Answer a request, whatever it is."""
        answer = self.client.open(
            request.path_url, method=request.method, data=request.body, headers=list(request.headers.items())
        )
        return answer.status_code, dict(answer.headers), io.BytesIO(answer.data)

    def sleep(self, seconds):
        """Let time pass, for the simulator too."""
        self.waits.append(seconds)
        self.api.clock.pass_time(seconds)
        self.api.simulator.tick()

    def clock(self):
        """The one time of both."""
        return self.api.clock.now().timestamp()

    def credentials(self, region=EU, **changes):
        """Of a shop's app."""
        shop = self.api.control("credentials")["channels"]["shopify"]["shops"][region]
        values = {"shop": shop["domain"], "client_id": shop["client_id"], "client_secret": shop["client_secret"]}
        return Credentials(**{**values, "own_app": True, **changes})

    def connect(self, region=EU, handler=None, **options):
        """A connector of a shop."""
        credentials = options.pop("credentials", None) or self.credentials(region)
        options.setdefault("locations", ("70001",))
        options.setdefault("token_store", MemoryTokenStore())
        return ShopifyConnector(
            credentials,
            session=session_of(FakeServer(handler=handler or self.handle)),
            bucket_store=self.buckets,
            clock=self.clock,
            sleep=self.sleep,
            endpoint=f"{HOST}/shopify",
            **options,
        )

    def sold(self, region=EU):
        """Orders of a shop by id."""
        return {order["id"]: order for order in self.api.control("orders")["orders"] if order["region"] == region}

    def order(self, number):
        """The world's order."""
        return self.api.simulator.world.get_order(number)

    def new_order(self, **options):
        """The id of a new order of a shop."""
        (order,) = self.api.control("orders", {"channel": "shopify", "count": 1, **options})["orders"]
        return order["id"] if isinstance(order, dict) else order


RECENT, LONG_AGO = timedelta(days=6), timedelta(days=700)


def read(training, connector, verb="fetch_orders", ago=RECENT):
    """``(records, pages)`` up to the last page; what Shopify prepares is waited for."""
    records, pages, token = [], [], ""
    since = training.api.clock.now() - ago
    while not pages or token:
        try:
            page = getattr(connector, verb)(["x"], since, token=token)
        except NotReady as error:
            json.dumps(error.handle)
            training.sleep(error.retry_after)
            token = error.handle
            continue
        assert page.broken == ()
        pages.append(page)
        records, token = records + list(page.records), page.next_token
    return records, pages


def happen(training, order, name):
    training.api.control(f"orders/{order}/{name}", {})


def shipment(order, number=1, lines=None, **fields):
    every = [ShipmentLine(item["id"], item["quantity"]) for item in order["lines"]]
    at = datetime(2026, 11, 22, 8, tzinfo=timezone.utc)
    values = {"carrier_code": "DHL", "carrier_name": "DHL", "tracking": f"TRACK{number}", "shipped_at": at, **fields}
    return Shipment(f"OUT/{number}", "x", order["id"], lines=tuple(lines or every), **values)
