"""The connector and the simulator's Lazada, which verifies, limits and books as the platform would."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    OrderStatus,
    Parcel,
    ShipmentLine,
    StockLevel,
)
from addons.marketplace_simulator.server.world import money
from tests.plain.channel_run import ChannelRun, parsed, shipment
from tests.plain.lazada.training import Training

SG = "1000101"


@pytest.fixture
def training():
    return Training()


@pytest.fixture
def connector(training):
    return training.connector()


def test_consent_connects_all_countries(connector):
    assert [(shop.external_id, shop.currency) for shop in connector.fetch_shops()] == [
        ("1000101", "SGD"),
        ("1001101", "MYR"),
        ("1002101", "THB"),
        ("1003101", "VND"),
    ]


def test_tokens_are_renewed(training, connector):
    for _ in range(2):
        training.api.clock.pass_time(8 * 86_400)
        assert len(connector.fetch_shops()) == 4
    assert training.api.control("books")["requests"]["lazada.refreshToken"] == 2


def test_wrong_key_is_refused(training):
    training.access["app_secret"] = "wrong-secret"
    connector = training.connector(authorise=False)
    with pytest.raises(AuthenticationFailed, match="IncompleteSignature"):
        connector.authorize({"code": "x"}, "", "")


def test_a_wrong_clock_is_set_right_by_the_answers(training, connector):
    late = training.connector()
    late._api.client.clock = lambda: training.api.clock.now().timestamp() - 9_000
    assert late.fetch_orders([SG], training.since()).records


def test_listings_and_stock(training, connector):
    listings = connector.fetch_listings(SG)
    offered = {row["sku"]: row for row in training.api.control("catalogue")["lazada-SG"]}
    assert {listing.sku for listing in listings} == set(offered)
    first = listings[0]
    assert str(first.price.amount) == offered[first.sku]["prices"]["lazada-SG"] or first.price.amount == Decimal(
        offered[first.sku]["prices"]["lazada-SG"]
    )
    levels = [StockLevel(listing.sku, number) for number, listing in enumerate(listings)] + [StockLevel("NONE", 1)]
    results = {result.sku: result for result in connector.push_stock(SG, levels)}
    assert [result.sku for result in results.values() if not result.accepted] == ["NONE"]
    shown = {level.sku: level.quantity for level in connector.fetch_stock(SG, [listing.sku for listing in listings])}
    assert shown == {level.sku: level.quantity for level in levels[:-1]}


def test_a_packed_order_has_a_waybill_and_is_then_handed_over(training, connector):
    order = parsed(connector, training.place(kinds=["multi_line", "cod", "masked"]))
    assert order.address.masked
    assert "COD" in order.programs
    (arranged,) = connector.arrange_shipments([shipment(order)])
    assert arranged.accepted
    assert training.order(order.external_id)["parcels"][0]["status"] == "planned"
    (label,) = connector.fetch_labels([Parcel("P1", SG, order.external_id, arranged.package_id, arranged.tracking)])
    assert label.content.startswith(b"%PDF")
    assert connector.arrange_shipments([shipment(order)]) == [arranged]
    for _ in range(2):
        (done,) = connector.confirm_shipments([shipment(order)])
        assert done.accepted
    (parcel,) = training.order(order.external_id)["parcels"]
    assert (parcel["status"], parcel["tracking"]) == ("arranged", arranged.tracking)
    training.api.control(f"orders/{order.external_id}/collect", {})
    assert parsed(connector, order.external_id).status is OrderStatus.SHIPPED


def test_single_units_are_packed_apart(training, connector):
    order = parsed(connector, training.place(kinds=["multi_line", "several_units"]))
    first, *rest = [(line.external_id, line.quantity) for line in order.lines]
    (done,) = connector.confirm_shipments([shipment(order, "P1", [first])])
    assert done.accepted
    shown = parsed(connector, order.external_id)
    assert [package.quantities for package in shown.packages] == [{first[0]: 1}]
    (other,) = connector.confirm_shipments([shipment(order, "P2", rest)])
    assert other.accepted
    assert [parcel["status"] for parcel in training.order(order.external_id)["parcels"]] == ["arranged"] * 2
    again = connector.confirm_shipments([shipment(order, "P1", [first]), shipment(order, "P2", rest)])
    assert [result.accepted for result in again] == [True, True]
    (refused,) = connector.confirm_shipments([shipment(order, "P3")])
    assert not refused.accepted


def test_seller_cancels_units_and_then_the_order(training, connector):
    order = parsed(connector, training.place(kinds=["several_units", "platform_voucher", "shipping"]))
    second = order.lines[1]
    part = Cancellation("C1", SG, order.external_id, CancelReason.OUT_OF_STOCK, (ShipmentLine(second.external_id, 1),))
    for _ in range(2):
        (result,) = connector.cancel_orders([part])
        assert result.accepted
    left = parsed(connector, order.external_id)
    assert [line.quantity for line in left.lines] == [1, 0, *[1] * (len(order.lines) - 2)]
    assert left.total.amount == money.order_total(training.order(order.external_id))
    whole = Cancellation("C2", SG, order.external_id, CancelReason.OUT_OF_STOCK)
    assert [result.accepted for result in connector.cancel_orders([whole, whole])] == [True, True]
    assert training.order(order.external_id)["status"] == "cancelled"


class TestRun(ChannelRun):
    training_class = Training
    shop = SG
    currencies = frozenset({"SGD", "MYR", "THB", "VND"})
    unknown_order = "260599999999999"

    def subscribe(self, training, connector, url):
        # Sellers type the address in Lazada's console.
        assert training.api.http.post("/lazada/console/push", json={"url": url}).status_code == 200
