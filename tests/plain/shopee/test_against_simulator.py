"""The connector and the simulator's Shopee, which verifies, limits and books as the platform would."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    InvalidPayload,
    NoticeKind,
    NotReady,
    OrderStatus,
    Parcel,
    RateLimited,
    Refund,
    Rejected,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    StockLevel,
    Unavailable,
    WebhookRequest,
)
from tests.plain.shopee.training import Training

SG = "600001"
STORM = {
    "shuffle_pages": 0.3,
    "duplicate_orders": 0.3,
    "throttle": 0.05,
    "error_500": 0.05,
    "lost_answer": 0.05,
    "truncated_json": 0.05,
}


@pytest.fixture
def training():
    return Training()


@pytest.fixture
def connector(training):
    return training.connector()


def since(training):
    return training.api.clock.now() - timedelta(days=100)


def place(training, **options):
    """A new order of the shop in Singapore, as the connector sees it a minute later."""
    (order_id,) = training.api.control("orders", {"marketplace": "shopee-SG", **options})["orders"]
    training.api.clock.pass_time(60)
    return order_id


def parsed(connector, order_id):
    return connector.parse_order(connector.fetch_order(order_id).payload)


def shipment(order, reference="P1", lines=None, **fields):
    lines = lines or [(line.external_id, line.quantity) for line in order.lines]
    parts = tuple(ShipmentLine(line_id, quantity) for line_id, quantity in lines)
    return Shipment(reference, order.shop_id, order.external_id, "SPX", "SPX", "", order.updated_at, parts, **fields)


def test_consent_connects_all_shops(connector):
    shops = connector.fetch_shops()
    assert [(shop.external_id, shop.currency) for shop in shops] == [
        ("600001", "SGD"),
        ("600002", "MYR"),
        ("600003", "IDR"),
        ("600004", "VND"),
    ]


def test_consent_for_one_shop(training):
    connector = training.connector(authorise=False)
    connector.authorize(training.approve(connector, shop_id="600003"), "", "")
    assert [shop.external_id for shop in connector.fetch_shops()] == ["600003"]


def test_every_order_arrives_once_and_to_the_cent(training, connector):
    records = training.everything(connector, since(training))
    sold = {order["id"]: order for order in training.api.control("orders")["orders"]}
    assert sorted(record.external_id for record in records) == sorted(sold)
    totals = defaultdict(Decimal)
    for record in records:
        order = connector.parse_order(record.payload)
        assert not order.warnings
        if order.status not in (OrderStatus.CANCELLED, OrderStatus.PENDING):
            totals[order.total.currency] += order.total.amount
            subsidies = sum((charge.amount.amount for charge in order.subsidies), Decimal(0))
            assert subsidies == Decimal(sold[order.external_id]["subsidy"])
    pending = {order["id"] for order in sold.values() if order["status"] == "pending"}
    for order in sold.values():
        if order["status"] != "cancelled" and order["id"] not in pending:
            totals[order["currency"]] -= Decimal(order["total"])
    assert set(totals) == {"SGD", "MYR", "IDR", "VND"}
    assert not any(totals.values())


def test_a_second_fetch_brings_only_what_changed(training, connector):
    shops = [shop.external_id for shop in connector.fetch_shops()]
    token, page = "", None
    while page is None or token:
        page = connector.fetch_orders(shops, since(training), token=token)
        token = page.next_token
    training.api.clock.pass_time(60)
    changed = place(training)
    again = training.everything(connector, page.complete_until)
    assert changed in [record.external_id for record in again]
    assert len(again) < 5


def test_tokens_are_renewed_for_each_shop_and_each_refresh_token_serves_once(training, connector):
    for _ in range(3):
        training.api.clock.pass_time(5 * 3600)
        assert len(connector.fetch_shops()) == 4
    assert training.api.control("books")["requests"]["shopee.refreshToken"] == 12


def test_revoked_access_is_final(training, connector):
    training.api.control("channels/shopee/revoke", {})
    with pytest.raises(AuthenticationFailed):
        connector.fetch_shops()
    connector.authorize(training.approve(connector), "", "")
    assert len(connector.fetch_shops()) == 4


def test_wrong_key_is_refused(training):
    training.access["partner_key"] = "wrong-key"
    connector = training.connector(authorise=False)
    with pytest.raises(AuthenticationFailed, match="Wrong sign"):
        connector.authorize({"code": "x", "shop_id": SG}, "", "")


def test_a_wrong_clock_is_set_right_by_the_answers(training, connector):
    late = training.connector()
    late._api.client.clock = lambda: training.api.clock.now().timestamp() - 4_000
    assert late.fetch_orders([SG], since(training)).records


def test_listings_and_stock(training, connector):
    listings = connector.fetch_listings(SG)
    offered = {row["sku"]: row for row in training.api.control("catalogue")["shopee-SG"]}
    assert {listing.sku for listing in listings} == set(offered)
    first = listings[0]
    assert str(first.price.amount) == offered[first.sku]["prices"]["shopee-SG"] or first.price.amount == Decimal(
        offered[first.sku]["prices"]["shopee-SG"]
    )
    levels = [StockLevel(listing.sku, number) for number, listing in enumerate(listings)] + [StockLevel("NONE", 1)]
    results = {result.sku: result for result in connector.push_stock(SG, levels)}
    assert [result.sku for result in results.values() if not result.accepted] == ["NONE"]
    shown = {level.sku: level.quantity for level in connector.fetch_stock(SG, [listing.sku for listing in listings])}
    assert shown == {level.sku: level.quantity for level in levels[:-1]}


def test_an_arranged_order_has_a_tracking_number_and_a_waybill(training, connector):
    order = parsed(connector, place(training, kinds=["multi_line", "cod", "masked"]))
    assert order.address.masked
    assert "COD" in order.programs
    (arranged,) = connector.arrange_shipments([shipment(order)])
    assert arranged.accepted
    assert arranged.tracking == training.order(order.external_id)["parcels"][0]["tracking"]
    parcel = Parcel("P1", SG, order.external_id, arranged.package_id, arranged.tracking)
    with pytest.raises(NotReady) as waiting:
        connector.fetch_labels([parcel])
    (label,) = connector.fetch_labels([parcel], handle=waiting.value.handle)
    assert label.content.startswith(b"%PDF")
    assert label.content_type == "application/pdf"
    assert connector.arrange_shipments([shipment(order)]) == [arranged]
    assert parsed(connector, order.external_id).status is OrderStatus.UNSHIPPED
    training.api.control(f"orders/{order.external_id}/collect", {})
    assert parsed(connector, order.external_id).status is OrderStatus.SHIPPED


def test_a_partial_shipment_splits_the_order(training, connector):
    order = parsed(connector, place(training, kinds=["multi_line"]))
    first, *rest = [(line.external_id, line.quantity) for line in order.lines]
    (done,) = connector.confirm_shipments([shipment(order, "P1", [first])])
    assert done.accepted
    assert len(training.order(order.external_id)["parcels"]) == 2
    (other,) = connector.confirm_shipments([shipment(order, "P2", rest)])
    assert other.accepted
    assert [parcel["status"] for parcel in training.order(order.external_id)["parcels"]] == ["arranged"] * 2
    again = connector.confirm_shipments([shipment(order, "P1", [first]), shipment(order, "P2", rest)])
    assert [result.accepted for result in again] == [True, True]
    (refused,) = connector.confirm_shipments([shipment(order, "P3", [(first[0], first[1] + 1)])])
    assert not refused.accepted


def test_seller_cancels_an_order_or_units(training, connector):
    order = parsed(connector, place(training, kinds=["several_units", "platform_voucher", "shipping"]))
    line = order.lines[0]
    part = Cancellation("C1", SG, order.external_id, CancelReason.OUT_OF_STOCK, (ShipmentLine(line.external_id, 1),))
    for _ in range(2):
        (result,) = connector.cancel_orders([part])
        assert result.accepted
    left = parsed(connector, order.external_id)
    assert left.lines[0].quantity == line.quantity - 1
    whole = Cancellation("C2", SG, order.external_id, CancelReason.OUT_OF_STOCK)
    assert [result.accepted for result in connector.cancel_orders([whole, whole])] == [True, True]
    assert training.order(order.external_id)["status"] == "cancelled"


@pytest.mark.parametrize(("decline", "status"), [(False, "cancelled"), (True, "unshipped")])
def test_buyers_wish_to_cancel_is_answered(training, connector, decline, status):
    order_id = place(training, kinds=[])
    training.api.control(f"orders/{order_id}/cancel_request", {})
    assert parsed(connector, order_id).cancel_request
    answer = Cancellation("C1", SG, order_id, CancelReason.BUYER_REQUEST, decline=decline)
    assert connector.cancel_orders([answer])[0].accepted
    assert training.order(order_id)["status"] == status
    assert connector.cancel_orders([answer])[0].accepted


def test_returns_come_and_are_refunded(training, connector):
    order_id = place(training, kinds=[])
    for event in ("ship", "return_request"):
        training.api.control(f"orders/{order_id}/{event}", {})
    training.api.clock.pass_time(60)
    records = training.everything(connector, training.api.clock.now() - timedelta(hours=1), "fetch_returns")
    (asked,) = [
        entry for entry in map(connector.parse_return, (r.payload for r in records)) if entry.order_id == order_id
    ]
    assert asked.status is ReturnStatus.REQUESTED
    assert asked.lines[0].amount == asked.refund
    refund = Refund("R1", SG, order_id, (), "agreed", asked.external_id)
    assert connector.refund_orders([refund])[0].accepted
    assert connector.refund_orders([refund])[0].accepted
    paid = connector.parse_return(connector.fetch_return(SG, asked.external_id).payload)
    assert paid.status is ReturnStatus.REFUNDED
    assert len(training.order(order_id)["refunds"]) == 1


def test_pushes_are_signed_and_tell_of_changes(training, connector):
    url = "https://odoo.example/marketplace/webhook/1"
    for _ in range(2):
        connector.subscribe_webhooks(url)
    site = training.api.simulator.channels["shopee"]
    assert len(site.webhooks.registered()) == 5
    order_id = place(training)
    ((target, headers, raw), *_rest) = site.webhooks.posts(order_id, "created", 1)
    assert target == url
    request = WebhookRequest("POST", url, {name.lower(): text for name, text in headers.items()}, {}, raw, 0.0)
    (notice,) = connector.read_webhook(request).notices
    assert (notice.kind, notice.shop_id, notice.external_id) == (NoticeKind.ORDER, SG, order_id)


def test_throttling_and_outages_are_survived(training, connector):
    training.api.control("faults", {"kind": "throttle", "operation": "shopee.*", "count": 1})
    training.api.control("faults", {"kind": "error_500", "operation": "shopee.*", "count": 1})
    training.api.control("faults", {"kind": "expired_token", "operation": "shopee.*", "count": 1})
    assert training.everything(connector, since(training))
    training.api.control("faults", {"kind": "throttle", "operation": "shopee.*", "count": 50})
    with pytest.raises(RateLimited):
        connector.fetch_shops()


def test_the_storm_loses_no_order():
    training = Training(orders=240)
    connector = training.connector()
    shops = [shop.external_id for shop in connector.fetch_shops()]
    training.checked = False
    for kind, share in STORM.items():
        fault = {"kind": kind, "operation": "shopee.*", "probability": share, "count": 10_000, "seconds": 0}
        training.api.control("faults", fault)
    found, token, calls = set(), "", 0
    while token or not calls:
        calls += 1
        assert calls < 500
        try:
            page = connector.fetch_orders(shops, since(training), token=token)
        except (InvalidPayload, RateLimited, Unavailable):
            training.api.clock.pass_time(5)
            continue
        found |= {record.external_id for record in page.records}
        token = page.next_token
        if page.complete_until:
            break
    assert found == {order["id"] for order in training.api.control("orders")["orders"]}


def test_an_order_of_nobody_is_rejected(connector):
    with pytest.raises(Rejected, match="no shop of the account"):
        connector.fetch_order("26119999999999")
