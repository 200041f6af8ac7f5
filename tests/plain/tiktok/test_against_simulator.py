"""The connector against the simulator's TikTok Shop, in one process; every exchange has the shape of the samples."""

from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    Money,
    OrderStatus,
    Parcel,
    Refund,
    RefundLine,
    Restock,
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_tiktok.connector import Credentials, TikTokConnector
from tests.plain.channel_bridge import FaultRun
from tests.plain.fake_http import session_of
from tests.plain.tiktok.training import HOST, Training


@pytest.fixture(scope="module")
def training():
    return Training()


def shipment(order, lines=None, reference=None, tracking="JX1"):
    return Shipment(
        reference=reference or f"OUT/{order.external_id}",
        shop_id=order.shop_id,
        order_id=order.external_id,
        carrier_code="DHL",
        carrier_name="DHL",
        tracking=tracking,
        shipped_at=datetime.now(timezone.utc),
        lines=tuple(ShipmentLine(line.external_id, line.quantity) for line in lines or order.lines if line.quantity),
    )


# === ORDERS === #


def test_every_order_once_with_its_money():
    training = Training(orders=300)
    records, broken = training.fetch_all()
    known = {order["id"]: order for order in training.api.control("orders")["orders"]}
    assert broken == [] and set(records) == set(known)
    currencies = Counter()
    for number, record in records.items():
        order = training.connector.parse_order(record.payload)
        assert order.warnings == () or "address" in order.warnings[0]
        if order.total is None:
            assert known[number]["status"] == "cancelled"
            continue
        charges = [charge for line in order.lines for charge in line.charges] + list(order.charges)
        assert order.total.amount == Decimal(known[number]["total"]) == sum(charge.total for charge in charges)
        paid = sum((charge.amount.amount for charge in order.subsidies), Decimal(0))
        assert paid == Decimal(known[number]["subsidy"])
        currencies[order.total.currency] += 1
    assert set(currencies) == {"USD", "GBP", "IDR", "EUR"}
    assert training.bridge.checked["orders.search"] and training.bridge.checked["orders.detail"]
    assert training.books()["throttled"]["own_fault"] == 0


class TestFaults(FaultRun):
    list_operation = "tiktok.orders.search"
    detail_operation = "tiktok.orders.detail"
    damages = 2


# === ACCESS === #


def test_wrong_secret_and_taken_back_access():
    training = Training(orders=5)
    other = TikTokConnector(
        Credentials(training.access["app_key"], "0" * 40),
        session=session_of(training.bridge),
        token_store=training.connector._api.token_store,
        clock=lambda: training.api.clock.now().timestamp(),
        sleep=training.api.clock.pass_time,
        endpoint=f"{HOST}/tiktok",
    )
    with pytest.raises(AuthenticationFailed, match="106001"):
        other.fetch_shops()
    training.api.control("channels/tiktok/revoke", {})
    with pytest.raises(AuthenticationFailed):
        training.connector.fetch_shops()


def test_tokens_end_and_are_renewed():
    training = Training(orders=5)
    training.api.clock.pass_time(8 * 86400)
    assert len(training.connector.fetch_shops()) == 4


def test_the_page_of_consent_leads_back_to_where_the_seller_came_from(training):
    page = urlsplit(training.connector.authorization_url("s", "", ""))
    address = f"{page.path}?{page.query}"
    first = training.api.http.get(address, headers={"Referer": "http://odoo.example:8069/odoo/accounts"})
    shown = training.api.http.get(first.headers["Location"])
    assert first.status_code == 302 and b"Approve" in shown.data
    back = training.api.http.get(f"{first.headers['Location']}&decision=approve").headers["Location"]
    assert back.startswith("http://odoo.example:8069/marketplace/oauth/callback?code=")
    assert parse_qs(urlsplit(back).query)["state"] == ["s"]


# === SHIPPING === #


@pytest.mark.parametrize("country", ["GB", "ID"])
def test_parcels_of_the_seller(training, country):
    order = training.place(country, shipping="SELLER", kinds=["multi_line", "several_units"])
    assert order.status is OrderStatus.UNSHIPPED and len(order.lines) > 2
    confirmed = training.books()["shipments"]["packages"]
    last = shipment(order, order.lines[-1:], "OUT/a", "JX-last")
    rest = shipment(order, order.lines[:-1], "OUT/b", "JX-rest")
    for wanted in (last, last, rest, rest):
        (result,) = training.connector.confirm_shipments([wanted])
        assert result.accepted, result.message
    assert training.books()["shipments"]["packages"] == confirmed + 2
    shipped = training.order(order.external_id)
    assert shipped.status is OrderStatus.SHIPPED
    tracked = {tuple(sorted(package.quantities)): package.tracking for package in shipped.packages}
    assert tracked[(order.lines[-1].external_id,)] == "JX-last" and len(tracked) == 2


@pytest.mark.parametrize("country", ["US", "DE"])
def test_parcels_of_tiktok(training, country):
    order = training.place(country, shipping="TIKTOK", kinds=["several_units"])
    wanted = [shipment(order, order.lines[:1], "OUT/1", ""), shipment(order, order.lines[1:], "OUT/2", "")]
    first = training.connector.arrange_shipments(wanted)
    again = training.connector.arrange_shipments(wanted)
    assert [(one.accepted, one.message) for one in first] == [(True, "")] * 2
    assert [(one.package_id, one.tracking) for one in first] == [(one.package_id, one.tracking) for one in again]
    booked = training.order(order.external_id)
    assert (booked.status, booked.status_text) == (OrderStatus.UNSHIPPED, "AWAITING_COLLECTION")
    parcels = [Parcel(one.reference, order.shop_id, order.external_id, one.package_id) for one in first]
    labels = training.connector.fetch_labels(parcels)
    assert [label.reference for label in labels] == ["OUT/1", "OUT/2"]
    assert all(label.content.startswith(b"%PDF") for label in labels)
    assert all(result.accepted for result in training.connector.confirm_shipments(wanted))
    training.api.control(f"orders/{order.external_id}/collect", {})
    assert training.order(order.external_id).status is OrderStatus.SHIPPED


def test_a_lost_answer_ships_nothing_twice(training):
    order = training.place("GB", shipping="SELLER")
    confirmed = training.books()["shipments"]["packages"]
    training.api.control(
        "faults", {"kind": "lost_answer", "operation": "tiktok.packages.mark_shipped", "count": 1, "seconds": 0}
    )
    (first,) = training.connector.confirm_shipments([shipment(order)])
    training.api.control("faults", method="DELETE")
    (second,) = training.connector.confirm_shipments([shipment(order)])
    assert (first.accepted, first.retry_after is not None, second.accepted) == (False, True, True)
    assert training.books()["shipments"]["packages"] == confirmed + 1


# === STOCK === #


def test_listings_and_stock(training):
    shop = training.shops()["ID"]
    listings = training.connector.fetch_listings(shop)
    assert {one["sku"] for one in training.api.control("catalogue")["tiktok-ID"]} == {one.sku for one in listings}
    assert {listing.price.currency for listing in listings} == {"IDR"}
    skus = [listing.sku for listing in listings]
    results = training.connector.push_stock(shop, [StockLevel(sku, 9) for sku in skus] + [StockLevel("NONE", 1)])
    assert {result.sku: result.accepted for result in results} == {**dict.fromkeys(skus, True), "NONE": False}
    assert {level.sku: level.quantity for level in training.connector.fetch_stock(shop, skus)} == dict.fromkeys(skus, 9)
    assert training.connector.fetch_fulfilment_stock(shop) == []


# === AFTER THE SALE === #


def cancellation(order, lines=(), **fields):
    units = tuple(ShipmentLine(line.external_id, 1) for line in lines)
    return Cancellation(
        **{
            "reference": f"C/{order.external_id}",
            "shop_id": order.shop_id,
            "order_id": order.external_id,
            "reason": CancelReason.OUT_OF_STOCK,
            "lines": units,
            **fields,
        }
    )


def test_some_units_are_cancelled(training):
    order = training.place("GB", kinds=["several_units"])
    for _ in range(2):
        (result,) = training.connector.cancel_orders([cancellation(order, order.lines[1:2])])
        assert result.accepted, result.message
    left = training.order(order.external_id)
    assert [line.external_id for line in left.lines if not line.quantity] == [order.lines[1].external_id]
    known = {entry["id"]: entry for entry in training.api.control("orders")["orders"]}[order.external_id]
    assert (left.total.amount, left.warnings) == (Decimal(known["total"]), ())
    assert training.connector.cancel_orders([cancellation(order)])[0].accepted
    assert training.order(order.external_id).status is OrderStatus.CANCELLED


@pytest.mark.parametrize(("decline", "status"), [(True, OrderStatus.UNSHIPPED), (False, OrderStatus.CANCELLED)])
def test_a_buyer_asks_to_cancel(training, decline, status):
    order = training.place("US")
    training.api.control(f"orders/{order.external_id}/cancel_request", {})
    assert training.order(order.external_id).cancel_request
    (result,) = training.connector.cancel_orders([cancellation(order, decline=decline)])
    assert result.accepted, result.message
    after = training.order(order.external_id)
    assert (after.status, after.cancel_request if decline else "") == (status, "")


def fetch_returns(training, shop):
    since, token, found = training.api.clock.now() - timedelta(days=5), "", {}
    training.api.clock.pass_time(120)
    while True:
        page = training.connector.fetch_returns([shop], since, token=token)
        found |= {record.external_id: training.connector.parse_return(record.payload) for record in page.records}
        assert page.broken == ()
        token = page.next_token
        if not token:
            return found


def test_a_return_from_wish_to_money(training):
    order = training.place("GB")
    for event in ("ship", "return_request"):
        training.api.control(f"orders/{order.external_id}/{event}", {})
    (entry,) = [one for one in fetch_returns(training, order.shop_id).values() if one.order_id == order.external_id]
    assert (entry.status.value, entry.kind.value, entry.lines[0].order_line_id) == (
        "requested",
        "return",
        order.lines[0].external_id,
    )
    assert entry.answer_by and entry.refund.currency == "GBP"

    def refund(restock):
        line = RefundLine(order.lines[0].external_id, 1, entry.refund, restock)
        return Refund("R/1" + restock.value, order.shop_id, order.external_id, (line,), "", entry.external_id)

    assert training.connector.refund_orders([refund(Restock.SELLABLE)])[0].accepted  # agrees to the return
    training.api.control(f"orders/{order.external_id}/return_ship", {})
    (result,) = training.connector.refund_orders([refund(Restock.UNSELLABLE)])  # the goods are here
    assert result.accepted, result.message
    settled = training.connector.parse_return(training.connector.fetch_return(order.shop_id, entry.external_id).payload)
    assert settled.status.value == "refunded"


def test_a_refund_is_paid_once(training):
    order = training.place("US")
    training.api.control(f"orders/{order.external_id}/ship", {})
    line = RefundLine(order.lines[0].external_id, 0, Money(Decimal("1.25"), "USD", "1.25"))
    wanted = Refund(f"R/{order.external_id}", order.shop_id, order.external_id, (line,), "scratch")
    before = training.api.simulator.store.counter("seller:refunds")
    results = [training.connector.refund_orders([wanted])[0] for _ in range(2)]
    assert [result.accepted for result in results] == [True, True] and results[0].message == results[1].message
    after = training.api.simulator.store.counter("seller:refunds")
    assert after == before + 1


# === WEBHOOKS === #


def test_webhooks_are_signed_and_name_what_changed():
    training = Training(orders=5)
    url = "http://127.0.0.1:9/hook"
    for _ in range(2):
        training.connector.subscribe_webhooks(url)
    site = training.api.simulator.channels["tiktok"]
    assert len(site.webhooks.registered()) == 40  # ten events in four shops
    order = training.place("GB")
    training.api.control(f"orders/{order.external_id}/cancel_request", {})
    posts = site.webhooks.posts(order.external_id, "buyer requested cancel", 2)
    assert {address for address, _headers, _raw in posts} == {url}
    told = []
    for _address, headers, raw in posts:
        named = {name.lower(): value for name, value in headers.items()}
        webhook = training.connector.read_webhook(WebhookRequest("POST", url, named, {}, raw, 0.0))
        told += [(notice.kind.value, notice.external_id) for notice in webhook.notices]
    assert ("order", order.external_id) in told and {kind for kind, _number in told} == {"order", "return"}
