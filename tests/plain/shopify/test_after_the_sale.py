"""Cancellations, refunds, returns, access, points and webhooks against the simulated shops."""

from dataclasses import replace
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
    OrderStatus,
    Refund,
    RefundLine,
    Rejected,
    Restock,
    ReturnKind,
    ReturnStatus,
    ShipmentLine,
    WebhookRequest,
)
from addons.marketplace_shopify.connector import documents
from addons.marketplace_shopify.connector.api import AdminApi
from addons.marketplace_shopify.connector.documents import Document
from addons.marketplace_simulator.server.channels.shopify.engine import MOST, Cost, schema
from addons.marketplace_simulator.server.channels.shopify.shops import SHOPS
from addons.marketplace_simulator.server.world import money
from tests.plain.fake_http import FakeServer, session_of
from tests.plain.shopify.training import EU, HOST, RECENT, US, Training, happen, read, shipment


@pytest.fixture
def training():
    return Training()


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
        happen(training, number, name)
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


@pytest.mark.parametrize("restock", [Restock.SELLABLE, Restock.UNSELLABLE])
@pytest.mark.parametrize(("region", "market"), [(EU, "shopify-DE"), (US, "shopify-US")])
def test_a_refund_settles_its_return(training, region, market, restock):
    number = training.new_order(marketplace=market, kinds=[])
    connector = training.connect(region)
    connector.confirm_shipments([shipment(training.order(number), 9)])
    happen(training, number, "return_request")
    line, total = training.order(number)["lines"][0]["id"], money.order_total(training.order(number))
    (entry,) = training.order(number)["returns"]
    paid = Money.parse(str(total), training.order(number)["currency"], "")
    refund = Refund("REF/9", "x", number, (RefundLine(line, 1, paid, restock),), "fits not", f"Return/{entry['id']}")
    assert connector.refund_orders([refund])[0].message == "Return is not open."
    happen(training, number, "return_approve")
    assert connector.refund_orders([refund])[0].accepted
    assert connector.refund_orders([refund])[0].message == "already refunded"
    (entry,) = training.order(number)["returns"]
    assert (entry["status"], Decimal(entry["refund"]), entry["restock"]) == (
        "refunded",
        total,
        restock is Restock.SELLABLE,
    )
    parsed = connector.parse_return(connector.fetch_return("x", f"Return/{entry['id']}").payload)
    assert (parsed.status, parsed.refund.amount, parsed.lines[0].restock) == (ReturnStatus.REFUNDED, total, restock)
    # One record: the refund is a part of the return.
    found = [item.external_id for item in read(training, connector, "fetch_returns")[0]]
    assert found.count(f"Return/{entry['id']}") == 1
    assert not [item for item in found if number in item]


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
    happen(training, number, "ship")
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
