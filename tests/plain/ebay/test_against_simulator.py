"""The connector and the training eBay over real HTTP; every exchange must follow eBay's OpenAPI documents."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    InvalidPayload,
    Money,
    NoticeKind,
    OrderStatus,
    RateLimited,
    Refund,
    RefundLine,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    StockLevel,
    plan_lines,
)
from tests.plain.ebay.training import CALLBACK, Endpoint, running

SHOPS = ["EBAY_DE", "EBAY_GB", "EBAY_US"]


@pytest.fixture(scope="module")
def training():
    with running(150) as training:
        yield training


@pytest.fixture
def connector(training):
    training.clear_faults()
    return training.connector()


def fetch_all(connector, verb="fetch_orders", days=700):
    """``(records, broken)`` of all shops; the last record of each id."""
    since = datetime.now(timezone.utc) - timedelta(days=days)
    records, broken, token, page = {}, [], "", None
    while page is None or token:
        page = getattr(connector, verb)(SHOPS, since, token=token)
        records |= {record.external_id: record for record in page.records}
        broken += page.broken
        token = page.next_token
    assert page.complete_until <= datetime.now(timezone.utc)
    return records, broken


def shipment(order, reference="WH/OUT/1", tracking="SIM 0001-A", quantity=None):
    lines = tuple(ShipmentLine(line.external_id, quantity or line.quantity) for line in order.lines)
    moment = datetime.now(timezone.utc)
    return Shipment(reference, order.shop_id, order.external_id, "DHL", "DHL", tracking, moment, lines)


def read(connector, order_id):
    return connector.parse_order(connector.fetch_order(order_id).payload)


# === ACCESS === #


def test_consent_connects(training):
    connector = training.connector(connected=False)
    with pytest.raises(AuthenticationFailed):
        connector.fetch_shops()
    page = connector.authorization_url("s t/1", CALLBACK, "")
    answer = requests.get(page, params={"decision": "approve"}, timeout=10, allow_redirects=False)
    params = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert params["state"] == "s t/1"
    connector.authorize(params, CALLBACK, "")
    assert [shop.external_id for shop in connector.fetch_shops()] == SHOPS
    with pytest.raises(AuthenticationFailed):
        connector.authorize(params, CALLBACK, "")  # a code serves once


def test_a_seller_who_takes_access_back(training):
    connector = training.connector()
    connector.fetch_shops()
    training.post("channels/ebay/revoke")
    with pytest.raises(AuthenticationFailed):
        connector.fetch_shops()
    training.access = training.get("credentials")["channels"]["ebay"]
    assert training.connector().fetch_shops()


# === ORDERS === #


def test_every_order_arrives_with_its_total(training, connector):
    records, broken = fetch_all(connector)
    assert broken == []
    orders = {order["id"]: order for order in training.get("orders")["orders"]}
    assert set(records) == set(orders)
    totals = defaultdict(Decimal)
    for record in records.values():
        order = connector.parse_order(record.payload)
        assert order.status.value == orders[order.external_id]["status"]
        assert record.shop_id == orders[order.external_id]["marketplace"]
        if order.status is OrderStatus.CANCELLED:
            continue
        assert order.total.amount == Decimal(orders[order.external_id]["total"])
        assert sum(charge.total for line in order.lines for charge in line.charges) == order.total.amount
        planned = plan_lines(order, Decimal("0.01"))
        assert sum(line.total for line in planned) == order.total.amount
        totals[order.total.currency] += order.total.amount
    expected = training.get("books")["by_channel"]["ebay"]["totals"]
    assert dict(totals) == {currency: Decimal(amount) for currency, amount in expected.items()}
    assert set(totals) == {"EUR", "GBP", "USD"}


def test_orders_arrive_in_a_storm(training, connector):
    for kind in ("error_500", "throttle", "duplicate_orders", "shuffle_pages", "lost_answer", "truncated_json"):
        training.post("faults", {"kind": kind, "operation": "ebay.getOrders", "probability": 0.2, "count": 2})
    wanted = {order["id"] for order in training.get("orders")["orders"]}
    for _ in range(10):
        try:
            records, _broken = fetch_all(connector)
            break
        except RateLimited as error:
            assert error.retry_after > 0
    assert set(records) == wanted
    assert training.get("books")["throttled"]["own_fault"] == 0


@pytest.mark.parametrize("kind", ["missing_field", "wrong_type", "unknown_currency", "unknown_country", "unknown_sku"])
def test_a_damaged_order_damages_no_other(training, kind):
    training.clear_faults()
    connector = training.connector(checked=False)
    training.post("faults", {"kind": kind, "operation": "ebay.getOrders", "count": 1})
    records, broken = fetch_all(connector, days=10)
    refused = len(broken)
    for record in records.values():
        try:
            connector.parse_order(record.payload)
        except InvalidPayload as error:
            assert error.path
            refused += 1
    assert refused <= 1
    training.clear_faults()
    assert len(fetch_all(connector, days=10)[0]) == len(records) + len(broken)


def test_a_wish_to_cancel_tells_its_reason(training, connector):
    order_id = training.place()
    training.post(f"orders/{order_id}/cancel_request")
    record = fetch_all(connector, days=1)[0][order_id]
    order = connector.parse_order(record.payload)
    assert order.cancel_request not in ("", "BUYER")
    assert connector.fetch_order(order_id).revision == record.revision


# === OFFERS === #


def test_offers_and_stock(training, connector):
    listings = {shop: connector.fetch_listings(shop) for shop in SHOPS}
    skus = [listing.sku for listing in listings["EBAY_GB"]]
    assert len(skus) == len(set(skus)) > 25
    assert {entry.price.currency for entry in listings["EBAY_US"]} == {"USD"}
    levels = [StockLevel(sku, 7) for sku in skus] + [StockLevel("NO-SUCH", 1)]
    results = {result.sku: result for result in connector.push_stock("EBAY_GB", levels)}
    assert [sku for sku, result in results.items() if not result.accepted] == ["NO-SUCH"]
    assert "NO-SUCH" in results["NO-SUCH"].message
    assert connector.fetch_stock("EBAY_GB", [*skus, "NO-SUCH"]) == levels[:-1]


# === AFTER THE SALE === #


def test_a_parcel_is_confirmed_once(training, connector):
    order = read(connector, training.place())
    sent = shipment(order)
    training.post("faults", {"kind": "lost_answer", "operation": "ebay.createShippingFulfillment", "count": 1})
    (result,) = connector.confirm_shipments([sent])
    assert not result.accepted
    assert result.retry_after
    for _ in range(2):
        (result,) = training.connector().confirm_shipments([sent])
        assert result.accepted, result.message
    assert len(training.sold(order.external_id)["confirmations"]) == 1
    assert read(connector, order.external_id).status is OrderStatus.SHIPPED


def test_parcels_in_part(training, connector):
    sku = connector.fetch_listings("EBAY_GB")[0].sku
    order = read(
        connector, training.place(kinds=["several_units"], skus=[sku], marketplace="EBAY_GB", allow_oversell=True)
    )
    first = shipment(order, "WH/OUT/2", "SIM1", quantity=1)
    second = shipment(order, "WH/OUT/3", "SIM2", quantity=order.lines[0].quantity - 1)
    assert connector.confirm_shipments([first])[0].accepted
    part = connector.parse_order(fetch_all(connector, days=1)[0][order.external_id].payload)
    assert part.status is OrderStatus.PARTIALLY_SHIPPED
    assert part.lines[0].quantity_shipped == 1
    assert [package.tracking for package in part.packages] == ["SIM1"]
    assert connector.confirm_shipments([second])[0].accepted
    refused = connector.confirm_shipments([replace(second, reference="WH/OUT/4", tracking="SIM3")])[0]
    assert not refused.accepted
    assert refused.retry_after is None


def test_cancelling(training, connector):
    order_id = training.place()
    wish = Cancellation("C1", "EBAY_GB", order_id, CancelReason.OUT_OF_STOCK)
    for _ in range(2):
        (result,) = connector.cancel_orders([wish])
        assert result.accepted, result.message
    assert training.sold(order_id)["status"] == "cancelled"
    shipped = training.place()
    training.post(f"orders/{shipped}/ship")
    (result,) = connector.cancel_orders([replace(wish, order_id=shipped)])
    assert (result.accepted, result.message) == (False, "ORDER_SHIPPED")


def test_answering_a_wish_to_cancel(training, connector):
    agreed, declined = training.place(), training.place()
    for order_id in (agreed, declined):
        training.post(f"orders/{order_id}/cancel_request")
    yes = Cancellation("C2", "EBAY_GB", agreed, CancelReason.BUYER_REQUEST)
    no = Cancellation("C3", "EBAY_GB", declined, CancelReason.OTHER, decline=True)
    for _ in range(2):
        assert all(result.accepted for result in connector.cancel_orders([yes, no]))
    assert training.sold(agreed)["status"] == "cancelled"
    assert training.sold(declined)["status"] == "unshipped"


def test_one_refund_for_one_reference(training, connector):
    order = read(connector, training.place(marketplace="EBAY_US"))
    training.post(f"orders/{order.external_id}/ship")
    line = RefundLine(order.lines[0].external_id, 0, Money(Decimal("1.50"), "USD", "1.50"))
    refund = Refund("R1", order.shop_id, order.external_id, (line,), "BUYER_RETURN")
    training.post("faults", {"kind": "lost_answer", "operation": "ebay.issueRefund", "count": 1})
    (result,) = connector.refund_orders([refund])
    assert result.retry_after
    for _ in range(2):
        (result,) = training.connector().refund_orders([refund])
        assert result.accepted, result.message
    assert [entry["amount"] for entry in training.sold(order.external_id)["refunds"]] == ["1.50"]


def test_refunds_are_signed(training, connector):
    order = read(connector, training.place(marketplace="EBAY_GB"))
    line = RefundLine(order.lines[0].external_id, 0, Money(Decimal("1.00"), "GBP", "1.00"))
    refund = Refund("R2", order.shop_id, order.external_id, (line,), "SELLER_CANCEL")
    with pytest.raises(AuthenticationFailed, match="215001.*signing key"):
        training.connector(replace(training.credentials(), signing_key="")).refund_orders([refund])
    private, jwe = connector.create_signing_key()
    mine = replace(training.credentials(), signing_key=private, signing_jwe=jwe)
    with pytest.raises(AuthenticationFailed, match="215120"):
        training.connector(replace(mine, signing_key=training.access["signing_key"])).refund_orders([refund])
    assert training.connector(mine).refund_orders([refund])[0].accepted


def test_a_return_from_request_to_refund(training, connector):
    order_id = training.place()
    for event in ("ship", "return_request"):
        training.post(f"orders/{order_id}/{event}")
    records, broken = fetch_all(connector, "fetch_returns", days=1)
    assert broken == []
    (asked,) = [parsed for parsed in map(connector.parse_return, (r.payload for r in records.values()))
                if parsed.order_id == order_id]  # fmt: skip
    assert asked.status is ReturnStatus.REQUESTED
    order = read(connector, order_id)
    assert asked.lines[0].order_line_id == order.lines[0].external_id
    assert asked.lines[0].sku == order.lines[0].sku
    assert asked.answer_by > asked.created_at
    for event in ("return_ship", "return_receive"):
        training.post(f"orders/{order_id}/{event}")
    amount = asked.refund
    line = RefundLine(order.lines[0].external_id, 1, amount)
    refund = Refund("R3", order.shop_id, order_id, (line,), "BUYER_RETURN", return_id=asked.external_id)
    for _ in range(2):
        (result,) = connector.refund_orders([refund])
        assert result.accepted, result.message
    done = connector.parse_return(connector.fetch_return(order.shop_id, asked.external_id).payload)
    assert (done.status, done.status_text, done.refund.amount) == (ReturnStatus.REFUNDED, "CLOSED", amount.amount)
    assert len(training.sold(order_id)["refunds"]) == 1


# === NOTIFICATIONS === #


def test_ebay_tells_of_new_orders(training, connector):
    with Endpoint(connector) as endpoint:
        for _ in range(2):
            connector.subscribe_webhooks(endpoint.url)
        order_id = training.place()
        assert endpoint.arrived.wait(10)
    (webhook,) = endpoint.received
    assert webhook.topic == "ORDER_CONFIRMATION"
    assert [(notice.kind, notice.external_id) for notice in webhook.notices] == [(NoticeKind.ORDER, order_id)]


def test_an_endpoint_that_nobody_answers_is_not_registered(training, connector):
    with pytest.raises(Exception, match="195020"):
        connector.subscribe_webhooks("http://127.0.0.1:9/webhook")
