"""The connector against the simulator's Walmart, in one process; every exchange is allowed by Walmart's documents."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    Money,
    NotReady,
    OrderStatus,
    Refund,
    RefundLine,
    Restock,
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_walmart.connector import Credentials, WalmartConnector
from tests.plain import channel_bridge
from tests.plain.channel_bridge import FaultRun
from tests.plain.fake_http import session_of
from tests.plain.walmart.openapi import check_answer, check_request
from tests.plain.walmart.walmart import find_route

# What the simulator puts into its cursors: queries of its own, as Walmart's are.
_CURSORS = ("nextToken", "offset")


class Training(channel_bridge.Training):
    channel = "walmart"

    def __init__(self, orders=80, **options):
        super().__init__(orders, **options)
        self.connector = self.connect(Credentials(self.access["client_id"], self.access["client_secret"]))
        (self.shop,) = [shop.external_id for shop in self.connector.fetch_shops()]

    def check(self, request, url, response):
        path, query = url.path.removeprefix("/walmart"), dict(parse_qsl(url.query))
        is_json = request.headers.get("Content-Type") == "application/json"
        if not any(name in query for name in _CURSORS):
            check_request(request.method, path, query, json.loads(request.body) if is_json and request.body else None)
        if response.is_json:
            check_answer(request.method, path, json.loads(response.data))
        return find_route(request.method, path)[0] if path != "/v3/token" else ""

    def connect(self, credentials):
        return WalmartConnector(
            credentials,
            session=session_of(self.bridge),
            clock=lambda: self.api.clock.now().timestamp(),
            sleep=self.api.clock.pass_time,
            endpoint="http://localhost/walmart",
        )

    def place(self, **options):
        wanted = {"marketplace": "walmart-US", "count": 1, "kinds": [], **options}
        (number,) = self.api.control("orders", wanted)["orders"]
        return self.order(number)


@pytest.fixture(scope="module")
def training():
    return Training()


def shipment(order, units=None, reference=None, tracking="1Z1", carrier="UPS"):
    quantities = units or {line.external_id: line.quantity for line in order.lines}
    return Shipment(
        reference=reference or f"OUT/{order.external_id}",
        shop_id=order.shop_id,
        order_id=order.external_id,
        carrier_code="",
        carrier_name=carrier,
        tracking=tracking,
        shipped_at=datetime.now(timezone.utc),
        lines=tuple(ShipmentLine(line, quantity) for line, quantity in quantities.items()),
    )


def test_every_order_once_with_its_money():
    training = Training(orders=300)
    records, broken = training.fetch_all()
    known = {order["id"]: order for order in training.api.control("orders")["orders"]}
    assert broken == [] and set(records) == set(known)
    for number, record in records.items():
        order = training.connector.parse_order(record.payload)
        assert order.warnings == ()
        if order.status is OrderStatus.CANCELLED:
            assert known[number]["status"] == "cancelled"
            continue
        assert order.total.amount == Decimal(known[number]["total"])
        assert sum(charge.amount.amount for charge in order.subsidies) == Decimal(known[number]["subsidy"])
    assert training.bridge.checked["orders.list"] >= 4
    assert training.books()["throttled"]["own_fault"] == 0


class TestFaults(FaultRun):
    list_operation = detail_operation = "walmart.orders.list"


def test_access():
    training = Training(orders=5)
    training.api.clock.pass_time(1000)
    assert training.connector.fetch_listings(training.shop)
    training.api.control("channels/walmart/revoke", {})
    assert training.connector.fetch_listings(training.shop)  # the keys give another token
    with pytest.raises(AuthenticationFailed, match="INVALID_CLIENT"):
        training.connect(Credentials(training.access["client_id"], "wrong-secret")).fetch_shops()


def test_acknowledge_then_ship_in_parts(training):
    order = training.place(kinds=["multi_line", "several_units"])
    assert not order.acknowledged
    results = training.connector.acknowledge_orders(training.shop, [order.external_id, "1"])
    assert [result.accepted for result in results] == [True, False]
    assert training.order(order.external_id).acknowledged
    packages = training.books()["shipments"]["packages"]
    first = {order.lines[0].external_id: 1}
    rest = {line.external_id: line.quantity for line in order.lines}
    rest[order.lines[0].external_id] -= 1
    wanted = [
        shipment(order, first, "OUT/1", "1ZA", "Pigeon Post"),
        shipment(order, {line: units for line, units in rest.items() if units}, "OUT/2", "1ZB"),
    ]
    for _ in range(2):
        results = training.connector.confirm_shipments(wanted)
        assert [result.accepted for result in results] == [True, True], results
    assert training.books()["shipments"]["packages"] == packages + 2
    shipped = training.order(order.external_id)
    assert shipped.status is OrderStatus.SHIPPED
    assert {package.tracking: package.carrier for package in shipped.packages} == {"1ZA": "Pigeon Post", "1ZB": "UPS"}


def test_a_lost_answer_ships_nothing_twice(training):
    order = training.place(kinds=["several_units"])
    packages = training.books()["shipments"]["packages"]
    fault = {"kind": "lost_answer", "operation": "walmart.orders.ship", "count": 1, "seconds": 0}
    training.api.control("faults", fault)
    one = {order.lines[0].external_id: 1}
    (first,) = training.connector.confirm_shipments([shipment(order, one)])
    training.api.control("faults", method="DELETE")
    (second,) = training.connector.confirm_shipments([shipment(order, one)])
    assert (first.accepted, first.retry_after is not None, second.accepted) == (False, True, True)
    assert training.books()["shipments"]["packages"] == packages + 1


def cancellation(order, units=None, **fields):
    lines = tuple(ShipmentLine(line, quantity) for line, quantity in (units or {}).items())
    base = {"reference": "C", "shop_id": order.shop_id, "order_id": order.external_id, "lines": lines}
    return Cancellation(**{**base, "reason": CancelReason.OUT_OF_STOCK, **fields})


def test_units_are_cancelled_with_their_money(training):
    order = training.place(kinds=["several_units", "odd_total", "discount", "shipping", "platform_voucher"])
    one = {order.lines[0].external_id: 1}
    for _ in range(2):
        (result,) = training.connector.cancel_orders([cancellation(order, one)])
        assert result.accepted, result.message
    left = training.order(order.external_id)
    assert left.lines[0].quantity == order.lines[0].quantity - 1
    known = {entry["id"]: entry for entry in training.api.control("orders")["orders"]}[order.external_id]
    assert (left.total.amount, left.warnings) == (Decimal(known["total"]), ())
    assert training.connector.cancel_orders([cancellation(order)])[0].accepted
    assert training.order(order.external_id).status is OrderStatus.CANCELLED
    assert training.connector.cancel_orders([cancellation(order)])[0].message == "already cancelled"


def test_a_buyer_asks_to_cancel(training):
    order = training.place()
    training.api.control(f"orders/{order.external_id}/cancel_request", {})
    assert training.order(order.external_id).cancel_request
    assert training.connector.confirm_shipments([shipment(order)])[0].accepted  # the parcel had left
    other = training.place()
    training.api.control(f"orders/{other.external_id}/cancel_request", {})
    reason = CancelReason.BUYER_REQUEST
    assert training.connector.cancel_orders([cancellation(other, reason=reason)])[0].accepted
    assert training.order(other.external_id).status is OrderStatus.CANCELLED


def test_stock_by_calls_and_by_feed(training):
    listings = training.connector.fetch_listings(training.shop)
    skus = [listing.sku for listing in listings]
    assert set(skus) == {one["sku"] for one in training.api.control("catalogue")["walmart"]}
    few = training.connector.push_stock(training.shop, [StockLevel(skus[0], 9), StockLevel("NONE", 1)])
    assert [result.accepted for result in few] == [True, False]
    many = [StockLevel(sku, 8) for sku in skus] + [StockLevel(f"NO-{number}", 1) for number in range(30)]
    handle = None
    for _ in range(5):
        try:
            results = training.connector.push_stock(training.shop, many, handle)
            break
        except NotReady as waiting:
            handle = waiting.handle
            training.api.clock.pass_time(waiting.retry_after)
    assert {result.sku: result.accepted for result in results} == {
        **dict.fromkeys(skus, True),
        **{f"NO-{number}": False for number in range(30)},
    }
    shown = training.connector.fetch_stock(training.shop, skus + [f"other-{number}" for number in range(40)])
    assert {level.sku: level.quantity for level in shown} == dict.fromkeys(skus, 8)
    assert training.connector.fetch_stock(training.shop, skus[:2]) == [StockLevel(sku, 8) for sku in skus[:2]]
    assert training.connector.fetch_fulfilment_stock(training.shop) == []


def shipped_order(training):
    order = training.place()
    assert training.connector.confirm_shipments([shipment(order)])[0].accepted
    return order


def test_a_refund_is_paid_once(training):
    order = shipped_order(training)
    line = RefundLine(order.lines[0].external_id, 0, Money(Decimal("1.25"), "USD", "1.25"))
    wanted = Refund(f"R/{order.external_id}", order.shop_id, order.external_id, (line,), "DamagedItem")
    before = training.api.simulator.store.counter("seller:refunds")
    messages = [training.connector.refund_orders([wanted])[0].message for _ in range(2)]
    assert messages == ["", "already paid back"]
    assert training.api.simulator.store.counter("seller:refunds") == before + 1


def test_a_return_from_wish_to_money(training):
    order = shipped_order(training)
    training.api.control(f"orders/{order.external_id}/return_request", {})
    training.api.clock.pass_time(120)
    since = training.api.clock.now() - timedelta(days=5)
    page = training.connector.fetch_returns([training.shop], since)
    (entry,) = [
        found
        for found in (training.connector.parse_return(record.payload) for record in page.records)
        if found.order_id == order.external_id
    ]
    assert (entry.status.value, entry.lines[0].order_line_id) == ("approved", order.lines[0].external_id)
    for event in ("return_ship", "return_receive"):
        training.api.control(f"orders/{order.external_id}/{event}", {})
    known = training.connector.parse_return(training.connector.fetch_return(training.shop, entry.external_id).payload)
    assert known.status.value == "received"
    line = RefundLine(order.lines[0].external_id, 1, known.lines[0].amount, Restock.SELLABLE)
    wanted = Refund("R/2", order.shop_id, order.external_id, (line,), "", entry.external_id)
    messages = [training.connector.refund_orders([wanted])[0].message for _ in range(2)]
    assert messages == ["", "already paid back"]
    settled = training.connector.fetch_return(training.shop, entry.external_id).payload
    assert training.connector.parse_return(settled).status.value == "refunded"


def test_webhooks_are_signed_and_name_what_changed():
    training = Training(orders=5)
    url = "http://127.0.0.1:9/hook"
    for _ in range(2):
        training.connector.subscribe_webhooks(url)
    site = training.api.simulator.channels["walmart"]
    assert len(site.webhooks.registered()) == 7
    order = training.place()
    posts = site.webhooks.posts(order.external_id, "placed", 1)
    told = []
    for _address, headers, raw in posts:
        named = {name.lower(): value for name, value in headers.items()}
        webhook = training.connector.read_webhook(WebhookRequest("POST", url, named, {}, raw, 0.0))
        told += [(webhook.topic, notice.kind.value, notice.external_id) for notice in webhook.notices]
    assert told == [("PO_CREATED", "order", order.external_id)]
