"""The connector and the simulated shops: every exchange is checked against Shopify's published schema as well."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from addons.marketplace.contract import (
    NotReady,
    OrderStatus,
    Rejected,
    ShipmentLine,
    StockLevel,
)
from addons.marketplace_simulator.server.world import money
from tests.plain.shopify.training import EU, LONG_AGO, RECENT, US, Training, read, shipment


@pytest.fixture
def training():
    return Training()


# === ORDERS === #


@pytest.mark.parametrize("region", [EU, US])
@pytest.mark.parametrize("ago", [RECENT, LONG_AGO])
def test_every_order_arrives_with_its_total(training, region, ago):
    connector = training.connect(region)
    records, pages = read(training, connector, ago=ago)
    sold = training.sold(region)
    assert Counter(record.external_id for record in records) == Counter(list(sold))
    assert pages[-1].complete_until is not None
    for record in records:
        parsed, order = connector.parse_order(record.payload), training.order(record.external_id)
        assert [line.sku for line in parsed.lines] == [line["sku"] for line in order["lines"]]
        if order["status"] == "cancelled":
            assert (parsed.status, parsed.total) == (OrderStatus.CANCELLED, None)
            continue
        assert parsed.total.amount == money.order_total(order)
        assert parsed.total.currency == order["currency"]
        charges = [charge for line in parsed.lines for charge in line.charges] + list(parsed.charges)
        assert sum(charge.total for charge in charges) == parsed.total.amount


def test_history_is_the_same_as_pages(training):
    connector = training.connect()
    by_page = {record.external_id: record.revision for record in read(training, connector)[0]}
    by_file = {record.external_id: record.revision for record in read(training, connector, ago=LONG_AGO)[0]}
    assert by_file == by_page
    one = next(iter(by_page))
    assert connector.fetch_order(one).revision == connector.fetch_order(f"gid://shopify/Order/{one}").revision
    assert connector.fetch_order(one).revision == by_page[one]


def test_history_in_slices(training, monkeypatch):
    monkeypatch.setattr("addons.marketplace_shopify.connector.bulk.SLICE", 7)
    connector = training.connect()
    records, pages = read(training, connector, ago=LONG_AGO)
    assert len(pages) > 3
    assert Counter(record.external_id for record in records) == Counter(list(training.sold(EU)))
    # Another process continues without the file.
    training.exchanges.clear()
    assert training.connect().fetch_orders(["x"], training.api.clock.now(), token=pages[0].next_token).records


def test_history_in_several_files(training, monkeypatch):
    """A range with more orders than one file shall hold is prepared part by part."""
    monkeypatch.setattr("addons.marketplace_shopify.connector.bulk.MOST", 10)
    records, pages = read(training, training.connect(), ago=timedelta(days=8))
    assert training.exchanges.count("StartBulk") > 2
    assert {record.external_id for record in records} == set(training.sold(EU))
    assert [page.complete_until is None for page in pages] == [True] * (len(pages) - 1) + [False]


def test_only_one_history_at_a_time(training):
    since = training.api.clock.now() - LONG_AGO
    with pytest.raises(NotReady):
        training.connect().fetch_orders(["x"], since)
    with pytest.raises(Exception, match="still preparing"):
        training.connect().fetch_orders(["x"], since)


def test_more_lines_than_a_page_holds(training):
    order = training.new_order(marketplace="shopify-DE", kinds=["multi_line"])
    stored = training.order(order)
    world = training.api.simulator.world
    stored["lines"] = [{**stored["lines"][0], "id": f"99{number}"} for number in range(48)]
    world.save(stored, "changed")
    connector = training.connect()
    parsed = connector.parse_order(connector.fetch_order(order).payload)
    assert len(parsed.lines) == 48
    assert parsed.total.amount == money.order_total(stored)
    assert training.exchanges.count("OrderLines") == 2


def test_unknown_order(training):
    with pytest.raises(Rejected, match="no order 42"):
        training.connect().fetch_order("42")


def test_pending_cash_on_delivery_and_risk(training):
    pending = training.new_order(marketplace="shopify-DE", kinds=["pending"])
    cash = training.new_order(marketplace="shopify-DE", kinds=["cod"])
    risky = training.new_order(marketplace="shopify-DE", kinds=["high_risk", "b2b"])
    connector = training.connect()
    parsed = [connector.parse_order(connector.fetch_order(number).payload) for number in (pending, cash, risky)]
    assert [order.status for order in parsed] == [OrderStatus.PENDING, OrderStatus.UNSHIPPED, OrderStatus.UNSHIPPED]
    assert any("high" in warning for warning in parsed[2].warnings)
    assert parsed[2].is_business
    assert parsed[2].buyer.company
    assert parsed[0].ship_by.end


# === STOCK === #


def test_listings_and_stock(training):
    connector = training.connect()
    listings = connector.fetch_listings("x")
    assert len(listings) == len({listing.sku for listing in listings}) > 30
    assert all(listing.price.currency == "EUR" and listing.barcode for listing in listings)
    sku = listings[0].sku
    results = connector.push_stock("x", [StockLevel(sku, 7), StockLevel("NONE", 3)])
    assert [(result.sku, result.accepted) for result in results] == [(sku, True), ("NONE", False)]
    assert [(level.sku, level.quantity) for level in connector.fetch_stock("x", [sku, "NONE"])] == [(sku, 7)]
    assert training.api.simulator.world.listing(EU, sku)["quantity"] == 7


def test_a_sale_between_reading_and_writing_is_not_overwritten(training):
    world = training.api.simulator.world
    skus = [listing["sku"] for listing in world.listings(EU) if listing["channel"] == "merchant"][:3]
    seen = []

    def sell_first(request):
        if "inventorySetQuantities" in str(request.body):
            seen.append([change["changeFromQuantity"] for change in _changes(request)])
            if len(seen) == 1:
                world.store.run("UPDATE listing SET quantity = quantity - 1 WHERE sku = ?", skus[1])
        return training.handle(request)

    connector = training.connect(handler=sell_first)
    results = connector.push_stock("x", [StockLevel(sku, 20) for sku in skus])
    assert all(result.accepted for result in results)
    assert len(seen) == 2  # the first was refused as a whole, then read again
    assert seen[1] == [seen[0][0], seen[0][1] - 1, seen[0][2]]
    assert [world.listing(EU, sku)["quantity"] for sku in skus] == [20, 20, 20]


def test_a_level_that_is_always_stale_is_given_up_alone(training):
    world = training.api.simulator.world
    skus = [listing["sku"] for listing in world.listings(EU) if listing["channel"] == "merchant"][:2]

    def sell_always(request):
        if "inventorySetQuantities" in str(request.body):
            world.store.run("UPDATE listing SET quantity = quantity - 1 WHERE sku = ?", skus[0])
        return training.handle(request)

    results = training.connect(handler=sell_always).push_stock("x", [StockLevel(sku, 20) for sku in skus])
    assert [(result.accepted, "does not match" in result.message) for result in results] == [
        (False, True),
        (True, False),
    ]


def test_several_locations(training):
    world = training.api.simulator.world
    (sku, *_others) = [listing["sku"] for listing in world.listings(EU) if listing["channel"] == "merchant"]
    training.connect(locations=("70002",)).push_stock("x", [StockLevel(sku, 4)])
    before = training.connect().fetch_stock("x", [sku])[0].quantity
    assert world.listing(EU, sku)["quantity"] == before + 4
    both = training.connect(locations=("70001", "70002"))
    assert both.push_stock("x", [StockLevel(sku, 9)])[0].accepted
    assert both.fetch_stock("x", [sku])[0].quantity == world.listing(EU, sku)["quantity"] == 9
    assert training.connect(locations=("70002",)).fetch_stock("x", [sku])[0].quantity == 0
    with pytest.raises(Rejected, match="choose the location.*Showroom"):
        training.connect(locations=()).push_stock("x", [StockLevel(sku, 1)])


def _changes(request):
    return json.loads(request.body)["variables"]["input"]["quantities"]


# === SHIPMENTS === #


def test_parcels_of_an_order(training):
    number = training.new_order(marketplace="shopify-DE", kinds=["several_units"])
    order = training.order(number)
    line, units = order["lines"][0]["id"], order["lines"][0]["quantity"]
    connector = training.connect()
    first = shipment(order, 1, [ShipmentLine(line, 1)])
    rest = shipment(order, 2, [ShipmentLine(line, units - 1)])
    assert connector.confirm_shipments([first])[0].accepted
    parsed = connector.parse_order(connector.fetch_order(number).payload)
    assert (parsed.status, parsed.lines[0].quantity_shipped) == (OrderStatus.PARTIALLY_SHIPPED, 1)
    assert [result.message for result in connector.confirm_shipments([first, rest])] == ["already confirmed", ""]
    parsed = connector.parse_order(connector.fetch_order(number).payload)
    assert parsed.status is OrderStatus.SHIPPED
    assert [(item.tracking, item.quantities) for item in parsed.packages] == [
        ("TRACK1", {line: 1}),
        ("TRACK2", {line: units - 1}),
    ]
    too_much = connector.confirm_shipments([shipment(order, 3, [ShipmentLine(line, 1)])])[0]
    assert not too_much.accepted
    assert "no open fulfilment" in too_much.message


def test_a_parcel_without_tracking_is_not_sent_twice(training):
    number = training.new_order(marketplace="shopify-DE", kinds=["several_units"])
    order = training.order(number)
    parcel = shipment(order, 5, [ShipmentLine(order["lines"][0]["id"], 1)], tracking="")
    for _ in range(2):
        assert training.connect().confirm_shipments([parcel])[0].accepted
    assert [package["tracking"] for package in training.order(number)["packages"]] == ["OUT/5"]
