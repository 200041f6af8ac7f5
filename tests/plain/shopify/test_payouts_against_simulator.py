"""Payouts of the simulated shops: every exchange follows Shopify's published schema, every cent the world's book."""

from datetime import timedelta
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, MoneyState, RateLimited, Unavailable
from addons.marketplace_simulator.server.world import money_book, money_settle
from tests.plain.fee_words import kind_of
from tests.plain.shopify.training import EU, US, Training, happen

ACCOUNTS = {EU: "shopify-EU:EUR", US: "shopify-US:USD"}
BUYER = money_book.BUYER_KINDS


@pytest.fixture
def training():
    return Training(orders=0)


def sold(training, region=EU, count=4):
    """Shipped orders."""
    market = "shopify-DE" if region == EU else "shopify-US"
    orders = [training.new_order(marketplace=market, kinds=["multi_line", "shipping"]) for _ in range(count)]
    for order in orders:
        happen(training, order, "ship")
    return orders


def close(training, region=EU, days=10):
    """The next settlement of a shop."""
    until = (training.api.clock.now() + timedelta(days=days)).isoformat()
    account = ACCOUNTS[region]
    (made,) = training.api.control("settlements/close", {"account": account, "until": until})["settlements"]
    training.sleep(120)
    return made


def settlements(training, connector):
    """``{id: (ref, settlement, lines)}`` of all that the connector finds."""
    found, token, page = {}, "", None
    while page is None or token:
        page = connector.fetch_settlements(["x"], training.api.clock.now() - timedelta(days=30), token=token)
        token = page.next_token
        for ref in page.refs:
            settlement = connector.parse_settlement(connector.fetch_settlement(ref.handle))
            found[ref.external_id] = (ref, settlement, list(settlement.lines))
    return found


def transactions(training, connector, ago=timedelta(days=30)):
    page = connector.fetch_transactions(["x"], training.api.clock.now() - ago)
    assert (page.broken, page.next_token) == ((), "")
    return [connector.parse_transaction(record.payload) for record in page.records]


@pytest.mark.parametrize("region", [EU, US])
def test_a_payout_is_the_settlement_of_the_book(training, region, monkeypatch):
    monkeypatch.setattr("addons.marketplace_shopify.connector.payouts.TRANSACTIONS", 3)
    orders = sold(training, region)
    happen(training, orders[0], "return_request")
    happen(training, orders[0], "return_refund")
    made, connector = close(training, region), training.connect(region)
    ((_ref, settlement, lines),) = settlements(training, connector).values()
    assert (settlement.external_id, settlement.total.amount) == (made["id"], Decimal(made["total"]))
    assert sum(line.amount.amount for line in lines) == settlement.total.amount
    assert settlement.reference == made["payout"]["reference"]
    book = money_book.bookings(training.api.simulator.world, settlement=made["id"])
    fees = sum(line["amount"] for booking in book for line in booking["lines"] if line["kind"] == "payment_fee")
    assert sum(line.amount.amount for line in lines if line.words[-1] == "fee") == fees < 0
    assert {line.words for line in lines} == {("CHARGE", "amount"), ("CHARGE", "fee"), ("REFUND", "amount")}
    assert {line.order_id for line in lines} == set(orders)
    for order in orders:
        net = sum(booking["total"] for booking in book if booking["order"] == order)
        assert sum(line.amount.amount for line in lines if line.order_id == order) == net
    assert all(kind_of("shopify", line.words) for line in lines)
    assert training.exchanges.count("BalanceTransactions") > 1


def test_what_buyers_paid_in_their_own_currency_is_kept(training):
    countries = set()
    while "GB" not in countries:
        countries |= {training.order(order)["address"]["country"] for order in sold(training, count=8)}
    close(training)
    ((_ref, _settlement, lines),) = settlements(training, training.connect()).values()
    currencies = {"GB": "GBP", "SE": "SEK", "PL": "PLN"}
    for line in lines:
        currency = currencies.get(training.order(line.order_id)["address"]["country"])
        wanted = currency if line.words == ("CHARGE", "amount") else None
        assert (line.original.currency if line.original else None) == wanted
    assert any(line.original for line in lines)


def test_what_the_seller_owes_is_withdrawn_and_comes_back(training):
    (order,) = sold(training, count=1)
    first = close(training)
    happen(training, order, "return_request")
    happen(training, order, "return_refund")
    second = close(training)
    sold(training, count=2)
    third = close(training)
    connector = training.connect()
    found = settlements(training, connector)
    assert {key: entry[1].total.amount for key, entry in found.items()} == {
        made["id"]: Decimal(made["total"]) for made in (first, second, third)
    }
    assert found[second["id"]][1].total.amount < 0
    assert found[second["id"]][1].paid_at is None
    (carried,) = [line for line in found[third["id"]][2] if line.words == ("TRANSFER_FAILURE", "amount")]
    assert carried.amount.amount == Decimal(second["total"])
    for _ref, settlement, lines in found.values():
        assert sum(line.amount.amount for line in lines) == settlement.total.amount
    listed = {one["id"] for one in money_settle.settlements(training.api.simulator.world)}
    assert set(found) == listed


def test_money_waits_until_it_is_in_a_payout(training):
    orders, connector = sold(training, count=3), training.connect()
    training.sleep(120)
    waiting = transactions(training, connector)
    assert {entry.state for entry in waiting} == {MoneyState.DEFERRED}
    assert {entry.lines[0].order_id for entry in waiting} == set(orders)
    total = sum(entry.total.amount for entry in waiting)
    since = training.api.clock.now()
    made = close(training)
    assert Decimal(made["total"]) == total
    records = connector.fetch_transactions(["x"], since).records
    paid = [connector.parse_transaction(record.payload) for record in records]
    assert {(entry.state, entry.settlement_id) for entry in paid} == {(MoneyState.RELEASED, made["id"])}
    assert {entry.external_id for entry in paid} == {entry.external_id for entry in waiting}
    assert transactions(training, connector, timedelta(days=-1)) == []


@pytest.mark.parametrize("kind", ["throttle", "error_500", "error_503", "expired_token", "truncated_json"])
@pytest.mark.parametrize("operation", ["Payouts", "BalanceTransactions", "Payments"])
def test_faults_lose_nothing(training, kind, operation):
    sold(training)
    close(training)
    connector = training.connect(handler=training.answer)
    ((_ref, _settlement, whole),) = settlements(training, connector).values()
    training.api.control("faults", {"kind": kind, "operation": f"shopify.{operation}", "count": 1})
    try:
        found = settlements(training, connector)
    except (InvalidPayload, RateLimited, Unavailable):
        found = settlements(training, connector)
    ((_ref, _settlement, lines),) = found.values()
    assert lines == whole
    assert [fault["fired"] for fault in training.api.control("faults")["faults"]] == [1]
