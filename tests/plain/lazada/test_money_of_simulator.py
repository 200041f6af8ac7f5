"""The simulator's book of money as the connector reads it: statements to the cent, amounts by known words."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, MoneyState, RateLimited, Unavailable
from addons.marketplace_lazada.connector import transactions
from tests.plain.fee_words import kind_of
from tests.plain.lazada.training import Training


@pytest.fixture
def training():
    """Shipped orders of four shops, some of them refunded."""
    training = Training(orders=20)
    waiting = [order["id"] for order in training.api.control("orders")["orders"] if order["status"] == "unshipped"]
    for order_id in waiting:
        training.api.control(f"orders/{order_id}/ship", {})
    for country in ("SG", "VN"):
        kinds = ["multi_line", "several_units", "shipping", "discount", "platform_voucher", "shipping_subsidy"]
        (order_id,) = training.api.control("orders", {"marketplace": f"lazada-{country}", "kinds": kinds})["orders"]
        happen(training, order_id, "ship", "return_request", "refund")
    return training


def happen(training, order_id, *events):
    for event in events:
        training.api.control(f"orders/{order_id}/{event}", {})


def settle(training, days=30):
    until = (training.api.clock.now() + timedelta(days=days)).isoformat()
    made = training.api.control("settlements/close", {"channel": "lazada", "until": until})["settlements"]
    training.api.clock.pass_time(120)
    return made


def fetch(training, verb):
    connector = training.connector()
    shops = [shop.external_id for shop in connector.fetch_shops()]
    found, token = [], ""
    while True:
        page = getattr(connector, verb)(shops, training.api.clock.now() - timedelta(days=20), token=token)
        found += page.refs if verb == "fetch_settlements" else page.records
        token = page.next_token
        if not token:
            return found


def statements(training):
    """``{id: (settlement, lines)}``"""
    connector = training.connector()
    documents = [connector.fetch_settlement(ref.handle) for ref in fetch(training, "fetch_settlements")]
    read = [connector.parse_settlement(document) for document in documents]
    return {one.external_id: (one, list(one.lines)) for one in read}


def test_unsettled_money_becomes_a_statement(training, monkeypatch):
    monkeypatch.setattr(transactions, "PAGE_SIZE", 25)
    training.api.clock.pass_time(120)
    parse = training.connector().parse_transaction
    waiting = [parse(record.payload) for record in fetch(training, "fetch_transactions")]
    books = training.api.control("money").values()
    assert waiting and {one.state for one in waiting} == {MoneyState.DEFERRED}
    stated = sum(Decimal(book["deferred"]) for book in books)
    assert sum(one.total.amount for one in waiting) == stated
    made = {one["id"]: one for one in settle(training)}
    found, words = statements(training), Counter()
    assert set(found) == set(made) and len(made) == 4
    for number, (settlement, lines) in found.items():
        book = made[number]
        assert sum(line.amount.amount for line in lines) == settlement.total.amount == Decimal(book["total"])
        assert (settlement.paid_at is None) == (book["payout"] is None)
        assert settlement.reference == (book["payout"] or {"reference": ""})["reference"]
        assert all(line.sku and line.order_line_id for line in lines if line.order_id)
        words.update(line.words for line in lines)
    assert [pieces for pieces in words if not kind_of("lazada", pieces)] == []
    assert words["Refunds-Sales", "Reversal Item Price"]
    assert words["Other Services-Marketing Fees", "Sponsored Discovery"]
    after = [parse(record.payload) for record in fetch(training, "fetch_transactions")]
    assert {one.settlement_id for one in after} == set(made)
    assert {one.external_id for one in waiting} < {one.external_id for one in after}


def test_items_and_goods_are_those_of_the_orders(training):
    settle(training)
    connector, sold, units = training.connector(), Counter(), Counter()
    for _settlement, lines in statements(training).values():
        for line in lines:
            if line.words[-1] == "Item Price Credit":
                sold[line.order_id, line.order_line_id] += line.amount.amount
                units[line.sku] += line.units
    books = training.api.control("money").values()
    wanted = Counter()
    for book in books:
        wanted.update({sku: row["units"] for sku, row in book["skus"].items() if row["units"]})
    assert units == wanted
    for order_id in {order_id for order_id, _item in sold}:
        order = connector.parse_order(connector.fetch_order(order_id).payload)
        prices = {line.external_id: line.charges[0].amount.amount for line in order.lines if line.quantity}
        assert {item: amount for (number, item), amount in sold.items() if number == order_id} == prices


def test_a_debt_is_the_opening_balance_of_the_next_statement(training):
    settle(training)
    (order_id,) = training.api.control("orders", {"marketplace": "lazada-SG", "kinds": []})["orders"]
    happen(training, order_id, "ship")
    settle(training)
    happen(training, order_id, "return_request", "refund")
    (debt,) = settle(training)
    (after,) = settle(training)
    assert Decimal(debt["total"]) < 0
    found = statements(training)
    assert found[debt["id"]][0].total.amount == Decimal(debt["total"])
    opening = found[after["id"]][1][0]
    assert (opening.words, str(opening.amount.amount)) == (("STATEMENT", "opening_balance"), debt["total"])


@pytest.mark.parametrize("kind", ["throttle", "error_500", "error_503", "expired_token", "truncated_json"])
@pytest.mark.parametrize("operation", ["getPayouts", "getTransactions"])
def test_faults_lose_nothing(training, kind, operation):
    settle(training)
    whole = {number: lines for number, (_one, lines) in statements(training).items()}
    training.checked = False
    training.api.control("faults", {"kind": kind, "operation": f"lazada.{operation}", "count": 1})
    try:
        found = statements(training)
    except (InvalidPayload, RateLimited, Unavailable):
        found = statements(training)
    assert {number: lines for number, (_one, lines) in found.items()} == whole != {}
    assert [fault["fired"] for fault in training.api.control("faults")["faults"]] == [1]
