"""The simulator's book of money as the connector reads it: statements to the cent, amounts by known words."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from addons.marketplace.contract import MoneyState
from tests.plain.fee_words import kind_of
from tests.plain.tiktok.training import Training


@pytest.fixture
def training():
    """Shipped orders of four shops, two of them refunded."""
    training = Training(orders=20)
    waiting = [order["id"] for order in training.api.control("orders")["orders"] if order["status"] == "unshipped"]
    for order_id in waiting:
        training.api.control(f"orders/{order_id}/ship", {})
    for country in ("GB", "US"):
        kinds = ["multi_line", "several_units", "shipping", "discount", "platform_voucher"]
        (order_id,) = training.api.control("orders", {"marketplace": f"tiktok-{country}", "kinds": kinds})["orders"]
        for event in ("ship", "return_request", "refund"):
            training.api.control(f"orders/{order_id}/{event}", {})
    return training


def settle(training, days=30):
    until = (training.api.clock.now() + timedelta(days=days)).isoformat()
    made = training.api.control("settlements/close", {"channel": "tiktok", "until": until})["settlements"]
    training.api.clock.pass_time(120)
    return made


def fetch(training, verb):
    connector = training.connector
    shops = [shop.external_id for shop in connector.fetch_shops()]
    found, token = [], ""
    while True:
        page = getattr(connector, verb)(shops, training.api.clock.now() - timedelta(days=1), token=token)
        found += page.refs if verb == "fetch_settlements" else page.records
        token = page.next_token
        if not token:
            assert page.complete_until
            return found


def test_unsettled_money_becomes_a_statement(training):
    waiting = [training.connector.parse_transaction(row.payload) for row in fetch(training, "fetch_transactions")]
    books = training.api.control("money").values()
    assert waiting and {one.state for one in waiting} == {MoneyState.DEFERRED}
    assert sum(one.total.amount for one in waiting) == sum(Decimal(book["deferred"]) for book in books)
    assert all(kind_of("tiktok", line.words) for one in waiting for line in one.lines)
    made = {one["id"]: one for one in settle(training)}
    refs = fetch(training, "fetch_settlements")
    assert sorted(ref.external_id for ref in refs) == sorted(made)
    assert fetch(training, "fetch_transactions") == []
    words = Counter()
    for ref in refs:
        settlement = training.connector.parse_settlement(training.connector.fetch_settlement(ref.handle))
        lines, book = list(settlement.lines), made[ref.external_id]
        assert sum(line.amount.amount for line in lines) == settlement.total.amount == Decimal(book["total"])
        assert (settlement.paid_at is None) == (book["payout"] is None)
        assert settlement.reference in (book["payout"] or {"reference": ""})["reference"]
        assert all(line.sku for line in lines if line.order_id)
        words.update(line.words for line in lines)
    assert [pieces for pieces in words if not kind_of("tiktok", pieces)] == []
    assert words["GMV_PAYMENT_FOR_ADS", "adjustment_amount"] and words["ORDER", "fee", "platform_commission_amount"]
    assert words["ORDER", "revenue_breakdown", "refund_subtotal_before_discount_amount"]


def test_goods_and_units_are_those_of_the_book(training):
    settle(training)
    sold, units = Counter(), Counter()
    for ref in fetch(training, "fetch_settlements"):
        settlement = training.connector.parse_settlement(training.connector.fetch_settlement(ref.handle))
        for line in settlement.lines:
            if line.words[-1] == "subtotal_before_discount_amount":
                sold[line.amount.currency] += line.amount.amount
                units[line.sku] += line.units
    books = training.api.control("money").values()
    for book in books:
        kinds = (Decimal(book["kinds"].get(f"sale.{kind}", 0)) for kind in ("principal", "gift_wrap"))
        assert sum(kinds) == sold[book["currency"]]
    wanted = Counter()
    for book in books:
        wanted.update({sku: row["units"] for sku, row in book["skus"].items() if row["units"]})
    assert units == wanted


def test_a_debt_goes_into_the_next_statement(training):
    settle(training)
    order_id = training.api.control("orders", {"marketplace": "tiktok-GB", "kinds": []})["orders"][0]
    training.api.control(f"orders/{order_id}/ship", {})
    settle(training)
    for event in ("return_request", "refund"):
        training.api.control(f"orders/{order_id}/{event}", {})
    (debt,) = settle(training)
    (after,) = settle(training)
    assert Decimal(debt["total"]) < 0
    found = {}
    for ref in fetch(training, "fetch_settlements"):
        settlement = training.connector.parse_settlement(training.connector.fetch_settlement(ref.handle))
        found[settlement.external_id] = list(settlement.lines)
    carried = [line for line in found[after["id"]] if line.words[0].startswith("Bill deduction")]
    assert [str(line.amount.amount) for line in carried] == [debt["total"]]
