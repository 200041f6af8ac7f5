"""The simulator's book of money as the connector reads it: payouts to the cent, amounts by known words."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from addons.marketplace.contract import MoneyState
from tests.plain.channel_run import parsed, shipment
from tests.plain.fee_words import kind_of
from tests.plain.shopee.training import Training

SG = "600001"


@pytest.fixture
def training():
    """Shipped orders of four shops, one of them refunded."""
    training = Training(orders=25)
    waiting = [order["id"] for order in training.api.control("orders")["orders"] if order["status"] == "unshipped"]
    for order_id in waiting:
        training.api.control(f"orders/{order_id}/ship", {})
    kinds = ["multi_line", "several_units", "shipping", "discount", "platform_voucher", "shipping_subsidy"]
    order_id = training.place(kinds=kinds)
    for event in ("ship", "return_request", "refund"):
        training.api.control(f"orders/{order_id}/{event}", {})
    return training


@pytest.fixture
def connector(training):
    return training.connector()


def settle(training, **options):
    until = (training.api.clock.now() + timedelta(days=30)).isoformat()
    made = training.api.control("settlements/close", {"channel": "shopee", "until": until, **options})["settlements"]
    training.api.clock.pass_time(120)
    return made


def fetch(training, connector, verb):
    shops = [shop.external_id for shop in connector.fetch_shops()]
    found, token = [], ""
    while True:
        page = getattr(connector, verb)(shops, training.api.clock.now() - timedelta(days=1), token=token)
        found += page.refs if verb == "fetch_settlements" else page.records
        token = page.next_token
        if not token:
            assert page.complete_until
            return found


def read_all(training, connector):
    found = {}
    for ref in fetch(training, connector, "fetch_settlements"):
        settlement = connector.parse_settlement(connector.fetch_settlement(ref.handle))
        assert settlement.external_id == ref.external_id
        found[ref.external_id] = settlement
    return found


def incomes(training, connector):
    return [connector.parse_transaction(row.payload) for row in fetch(training, connector, "fetch_transactions")]


def test_pending_income_becomes_a_payout(training, connector):
    waiting = incomes(training, connector)
    books = training.api.control("money").values()
    assert waiting and {one.state for one in waiting} == {MoneyState.DEFERRED}
    assert sum(one.total.amount for one in waiting) == sum(
        Decimal(book[state]) for book in books for state in ("deferred", "open")
    )
    made = {one["id"]: one for one in settle(training)}
    found = read_all(training, connector)
    assert sorted(found) == sorted(made)
    words = Counter()
    for key, settlement in found.items():
        assert sum(line.amount.amount for line in settlement.lines) == settlement.total.amount
        assert settlement.total.amount == Decimal(made[key]["total"])
        words.update(line.words for line in settlement.lines)
    assert [pieces for pieces in words if not kind_of("shopee", pieces)] == []
    assert words["ESCROW", "commission_fee"] and words["ADJUSTMENT", "Marketing Fee", "Paid Ads Charge"]
    assert words["ADJUSTMENT", "Refund Amount", "Return Refund After Order Completed"] == 1
    assert {one.state for one in incomes(training, connector)} == {MoneyState.RELEASED}


def test_goods_and_units_are_those_of_the_book(training, connector):
    settle(training)
    sold, units = Counter(), Counter()
    for settlement in read_all(training, connector).values():
        for line in settlement.lines:
            if line.words == ("ESCROW", "original_cost_of_goods_sold"):
                sold[line.amount.currency] += line.amount.amount
                units[line.sku] += line.units
    books = training.api.control("money").values()
    assert {book["currency"]: Decimal(book["kinds"]["sale.principal"]) for book in books} == sold
    wanted = Counter()
    for book in books:
        wanted.update({sku: row["units"] for sku, row in book["skus"].items() if row["units"]})
    assert units == wanted


def test_parcels_that_are_paid_apart_are_adjustments(training, connector):
    settle(training)
    order = parsed(connector, training.place(kinds=["multi_line"]))
    first, *rest = [(line.external_id, line.quantity) for line in order.lines]
    payouts = []
    for reference, lines in (("P1", [first]), ("P2", rest)):
        assert connector.confirm_shipments([shipment(order, reference, lines)])[0].accepted
        training.api.control(f"orders/{order.external_id}/collect", {})
        payouts += [made["id"] for made in settle(training)]
    found = read_all(training, connector)
    lines = [line for key in payouts for line in found[key].lines if line.order_id == order.external_id]
    assert [line.words for line in lines] == [("ADJUSTMENT", "Order Income", "Parcel of an Order")] * 2


def test_a_negative_payout_is_carried_over(training, connector):
    settle(training)
    order_id = training.place(kinds=[])
    training.api.control(f"orders/{order_id}/ship", {})
    settle(training)
    for event in ("return_request", "refund"):
        training.api.control(f"orders/{order_id}/{event}", {})
    (debt,) = settle(training)
    (after,) = settle(training)
    found = read_all(training, connector)
    assert found[debt["id"]].total.amount == Decimal(debt["total"]) < 0
    carried = [line for line in found[after["id"]].lines if line.words[1] == "Negative Balance"]
    assert [line.amount.amount for line in carried] == [Decimal(debt["total"])]
