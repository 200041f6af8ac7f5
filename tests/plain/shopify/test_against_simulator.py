"""The connector and the simulated shops: every exchange is checked against Shopify's published schema as well."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from graphql import parse

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    Money,
    NoticeKind,
    NotReady,
    OrderStatus,
    Refund,
    RefundLine,
    Rejected,
    Restock,
    ReturnKind,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_shopify.connector import documents
from addons.marketplace_shopify.connector.api import AdminApi
from addons.marketplace_shopify.connector.documents import Document
from addons.marketplace_simulator.server.channels.shopify.engine import MOST, Cost, schema
from addons.marketplace_simulator.server.channels.shopify.shops import SHOPS
from addons.marketplace_simulator.server.world import money
from tests.plain.fake_http import FakeServer, session_of
from tests.plain.shopify.training import EU, HOST, US, Training

RECENT, LONG_AGO = timedelta(days=6), timedelta(days=700)


@pytest.fixture
def training():
    return Training()


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


def event(training, order, name):
    training.api.control(f"orders/{order}/{name}", {})


def shipment(order, number=1, lines=None, **fields):
    every = [ShipmentLine(item["id"], item["quantity"]) for item in order["lines"]]
    at = datetime(2026, 11, 22, 8, tzinfo=timezone.utc)
    values = {"carrier_code": "DHL", "carrier_name": "DHL", "tracking": f"TRACK{number}", "shipped_at": at, **fields}
    return Shipment(f"OUT/{number}", "x", order["id"], lines=tuple(lines or every), **values)


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


# === AFTER THE SALE === #


def test_cancelling_an_order(training):
    number = training.new_order(marketplace="shopify-DE", kinds=[])
    connector = training.connect(notify=True)
    wish = Cancellation("CAN/1", "x", number, CancelReason.OUT_OF_STOCK)
    assert connector.cancel_orders([wish])[0].accepted
    assert connector.cancel_orders([wish])[0].message == "already cancelled"
    parsed = connector.parse_order(connector.fetch_order(number).payload)
    assert (parsed.status, parsed.total, parsed.lines[0].quantity) == (OrderStatus.CANCELLED, None, 0)
    (record,) = [item for item in read(training, connector, "fetch_returns")[0] if number in item.external_id]
    back = connector.parse_return(record.payload)
    assert (back.kind, back.order_id, back.refund.amount) == (
        ReturnKind.CANCELLATION, number, money.order_total(training.order(number)),
    )  # fmt: skip


@pytest.mark.parametrize(("region", "market"), [(EU, "shopify-DE"), (US, "shopify-US")])
@pytest.mark.parametrize("kinds", [["several_units"], ["several_units", "discount", "shipping"]])
def test_cancelling_units(training, region, market, kinds):
    number = training.new_order(marketplace=market, kinds=kinds)
    order = training.order(number)
    line, units = order["lines"][0]["id"], order["lines"][0]["quantity"]
    connector = training.connect(region)
    before = connector.fetch_order(number).revision
    wish = Cancellation("CAN/2", "x", number, CancelReason.OUT_OF_STOCK, (ShipmentLine(line, 1),))
    assert connector.cancel_orders([wish])[0].accepted
    assert connector.cancel_orders([wish])[0].accepted
    record = connector.fetch_order(number)
    parsed = connector.parse_order(record.payload)
    assert record.revision != before
    assert parsed.lines[0].quantity == units - 1
    assert parsed.total.amount == money.order_total(training.order(number))
    assert (
        sum(charge.total for item in parsed.lines for charge in item.charges)
        + sum(charge.total for charge in parsed.charges)
        == parsed.total.amount
    )
    connector.confirm_shipments([shipment(training.order(number), 8, [ShipmentLine(line, units - 1)])])
    parsed = connector.parse_order(connector.fetch_order(number).payload)
    assert (parsed.lines[0].quantity, parsed.lines[0].quantity_shipped) == (units - 1, units - 1)


@pytest.mark.parametrize("country", ["DE", "GB"])
def test_refunds_are_paid_once(training, country):
    number = next(
        order
        for order, _ in sorted(training.sold(EU).items())
        if training.order(order)["address"]["country"] == country
    )
    order = training.order(number)
    line = order["lines"][0]["id"]
    amount = money.line_total(order["lines"][0]) / order["lines"][0]["quantity"]
    amount = amount.quantize(Decimal("0.01"))
    part = RefundLine(line, 1, Money.parse(str(amount), "EUR", ""), Restock.SELLABLE)
    refund = Refund("REF/1", "x", number, (part,), "damaged")
    connector = training.connect()
    assert connector.refund_orders([refund])[0].accepted
    assert connector.refund_orders([refund])[0].message == "already refunded"
    (entry,) = training.order(number)["refunds"]
    assert abs(Decimal(entry["amount"]) - amount) <= (Decimal("0.01") if country == "GB" else 0)
    too_much = Refund("REF/2", "x", number, (RefundLine(line, 0, Money.parse("9999", "EUR", "")),), "")
    assert "more than can be paid back" in connector.refund_orders([too_much])[0].message
    (record,) = [item for item in read(training, connector, "fetch_returns")[0] if number in item.external_id]
    assert connector.parse_return(record.payload).lines[0].order_line_id == line
    assert connector.fetch_return("x", record.external_id).revision == record.revision


def test_a_return_from_request_to_refund(training):
    number = training.new_order(marketplace="shopify-DE", kinds=[])
    connector = training.connect()
    connector.confirm_shipments([shipment(training.order(number), 9)])
    seen = []
    for name in ("return_request", "return_approve", "return_ship", "return_receive", "return_refund"):
        training.api.clock.pass_time(60)
        event(training, number, name)
        found = [
            item for item in read(training, connector, "fetch_returns")[0] if item.external_id.startswith("Return")
        ]
        parsed = connector.parse_return(found[0].payload)
        seen.append((parsed.status, parsed.order_id))
    wanted = ("REQUESTED", "APPROVED", "IN_TRANSIT", "RECEIVED", "REFUNDED")
    assert seen == [(ReturnStatus[name], number) for name in wanted]
    assert len(found) == 1  # the refund is part of the return
    assert parsed.refund.amount == money.order_total(training.order(number))
    assert (parsed.lines[0].amount, parsed.lines[0].restock) == (parsed.refund, Restock.SELLABLE)
    assert parsed.tracking
    # The goods left and came back: the order itself keeps its units.
    order = connector.parse_order(connector.fetch_order(number).payload)
    assert (order.lines[0].quantity, order.total.amount) == (1, money.order_total(training.order(number)))


# === ACCESS, POINTS, WEBHOOKS === #


def test_consent_and_rotating_tokens(training):
    connector = training.connect(credentials=training.credentials(own_app=False))
    since = training.api.clock.now() - RECENT
    with pytest.raises(AuthenticationFailed):
        connector.fetch_orders(["x"], since)
    callback = "https://odoo.example/callback"
    address = urlsplit(connector.authorization_url("state-1", callback, ""))
    answer = training.client.get(f"{address.path}?{address.query}&decision=approve")
    params = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert params["state"] == "state-1"
    with pytest.raises(AuthenticationFailed, match="not signed"):
        connector.authorize({**params, "code": "other"}, callback, "")
    connector.authorize(params, callback, "")
    assert connector.fetch_orders(["x"], since).records
    training.api.clock.pass_time(3700)
    assert connector.fetch_orders(["x"], since).records
    training.api.control("channels/shopify/revoke", {})
    with pytest.raises(AuthenticationFailed):
        connector.fetch_orders(["x"], since)


def test_points_are_never_exceeded(training, monkeypatch):
    """A small shop, several readers that share the points: they wait, Shopify never has to refuse."""
    monkeypatch.setitem(SHOPS, EU, replace(SHOPS[EU], plan=60))
    for _ in range(3):
        records, _pages = read(training, training.connect())
        assert len(records) == len(training.sold(EU))
    assert training.api.simulator.world.store.counter("throttled:own_fault") == 0
    assert sum(training.waits) > 0


def test_a_refusal_says_how_long_to_wait(training, monkeypatch):
    monkeypatch.setitem(SHOPS, EU, replace(SHOPS[EU], plan=100))
    connector = training.connect()
    connector.fetch_shops()
    site = training.api.simulator.channels["shopify"]
    site.points.take(SHOPS[EU], 2000 - 130)  # another client of the same app
    assert connector.fetch_orders(["x"], training.api.clock.now() - RECENT).records
    assert training.waits == [pytest.approx(8.0, abs=0.1)]  # 928 asked for, 100 a second


def test_webhooks_lead_to_the_order(training):
    connector = training.connect()
    url = "https://odoo.example/marketplace/webhook/1"
    connector.subscribe_webhooks(url)
    count = training.exchanges.count("Subscribe")
    connector.subscribe_webhooks(url)
    assert training.exchanges.count("Subscribe") == count > 20
    site = training.api.simulator.channels["shopify"]
    number = training.new_order(marketplace="shopify-DE", kinds=[])
    event(training, number, "ship")
    posts = site.webhooks.posts(number, "shipped", 1)
    notices = []
    for address, headers, raw in posts:
        names = {name.lower(): value for name, value in headers.items()}
        request = WebhookRequest("POST", address, names, {}, raw, training.clock())
        notices += connector.read_webhook(request).notices
    assert {(notice.kind, notice.external_id) for notice in notices} == {(NoticeKind.ORDER, number)}
    assert len(posts) == 2


def test_a_wrong_field_is_refused(training):
    api = AdminApi(
        training.credentials(), endpoint=f"{HOST}/shopify", session=session_of(FakeServer(handler=training.answer))
    )
    with pytest.raises(Rejected, match="nmae"):
        api.run(Document("Wrong", "query Wrong { shop { nmae } }", 1))


def test_the_simulator_prices_as_we_do(training):
    sizes = {"Orders": 5, "Fulfilments": 35, "Refunds": 4, "ChangedReturns": 25, "Variants": 250, "Stock": 50}
    for document in vars(documents).values():
        if isinstance(document, Document):
            variables = {"first": sizes.get(document.name, 0)}
            price = Cost(schema(), parse(document.text), variables, document.name).requested()
            assert document.cost(variables) == price <= MOST, document.name
