"""The connector and the simulator's Shopee, which verifies, limits and books as the platform would."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    NotReady,
    OrderStatus,
    Parcel,
    ShipmentLine,
    StockLevel,
)
from tests.plain.channel_run import ChannelRun, parsed, shipment
from tests.plain.shopee.training import Training

SG = "600001"


@pytest.fixture
def training():
    return Training()


@pytest.fixture
def connector(training):
    return training.connector()


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


def test_tokens_are_renewed_for_each_shop_and_each_refresh_token_serves_once(training, connector):
    for _ in range(3):
        training.api.clock.pass_time(5 * 3600)
        assert len(connector.fetch_shops()) == 4
    assert training.api.control("books")["requests"]["shopee.refreshToken"] == 12


def test_wrong_key_is_refused(training):
    training.access["partner_key"] = "wrong-key"
    connector = training.connector(authorise=False)
    with pytest.raises(AuthenticationFailed, match="Wrong sign"):
        connector.authorize({"code": "x", "shop_id": SG}, "", "")


def test_a_wrong_clock_is_set_right_by_the_answers(training, connector):
    late = training.connector()
    late._api.client.clock = lambda: training.api.clock.now().timestamp() - 4_000
    assert late.fetch_orders([SG], training.since()).records


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
    order = parsed(connector, training.place(kinds=["multi_line", "cod", "masked"]))
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
    order = parsed(connector, training.place(kinds=["multi_line"]))
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
    order = parsed(connector, training.place(kinds=["several_units", "platform_voucher", "shipping"]))
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


class TestRun(ChannelRun):
    training_class = Training
    shop = SG
    currencies = frozenset({"SGD", "MYR", "IDR", "VND"})
    unknown_order = "26119999999999"

    def subscribe(self, training, connector, url):
        for _ in range(2):
            connector.subscribe_webhooks(url)
        assert len(training.api.simulator.channels["shopee"].webhooks.registered()) == 5
