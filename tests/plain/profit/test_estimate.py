"""What an order will bring and cost before it is settled."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_profit.engine.estimate import Kind, Line, Order, expect
from addons.marketplace_profit.engine.rate_card import Rate

D = Decimal
KINDS = {
    code: Kind(number, code, group)
    for number, (code, group) in enumerate(
        {
            "principal": "sales",
            "shipping_credit": "sales",
            "marketplace_discount": "subsidies",
            "commission": "selling",
            "fba_per_unit": "fulfilment",
            "parcel_freight": "costs",
            "income_refund": "refunds",
        }.items(),
        1,
    )
}
ORDER = Order(
    provider="amazon",
    shop=1,
    shop_country=2,
    currency=3,
    unit=D("0.01"),
    day=date(2026, 5, 4),
    lines=(Line("a", D(1), D("10.00"), D("1.67")), Line("b", D(2), D("20.00"), D("3.33"))),
)
CARDS = {KINDS["commission"].key: [Rate("card", "commission", percentage=D(15), basis="item_shipping")]}


def amounts(order, cards=CARDS):
    names = {kind.key: kind.code for kind in KINDS.values()}
    return {(row.line, names[row.kind]): (row.amount, row.source) for row in expect(order, cards, KINDS)}


def test_goods_and_fees_by_line():
    assert amounts(ORDER) == {
        ("a", "principal"): (D("10.00"), "order"),
        ("b", "principal"): (D("20.00"), "order"),
        ("a", "commission"): (D("-1.50"), "card"),
        ("b", "commission"): (D("-3.00"), "card"),
    }


def test_shipping_is_shared_to_the_cent_and_part_of_the_base():
    found = amounts(replace(ORDER, services={"shipping_credit": (D("5.00"), D("0.83"))}))
    assert (found["a", "shipping_credit"][0], found["b", "shipping_credit"][0]) == (D("1.67"), D("3.33"))
    assert found["a", "commission"][0] == D("-1.75")  # 15 % of 11.67


def test_what_the_marketplace_booked_comes_before_the_card():
    booked = ((KINDS["fba_per_unit"], "a", D("-2.70")), (KINDS["commission"], None, D("-4.60")))
    found = amounts(replace(ORDER, booked=booked))
    assert found["a", "fba_per_unit"] == (D("-2.70"), "booked")
    assert (found["a", "commission"], found["b", "commission"]) == ((D("-1.53"), "booked"), (D("-3.07"), "booked"))


def test_fees_that_the_marketplace_does_not_book_stay_by_the_card():
    cards = {**CARDS, KINDS["parcel_freight"].key: [Rate("dhl", "parcel_freight", per_item=D(4), currency=3)]}
    found = amounts(replace(ORDER, booked=((KINDS["commission"], None, D("-4.60")),)), cards)
    assert found["a", "parcel_freight"] == (D("-4.00"), "card")
    found = amounts(replace(ORDER, freight=D("-6.00")), cards)
    assert (found["a", "parcel_freight"], found["b", "parcel_freight"]) == (
        (D("-2.00"), "freight"),
        (D("-4.00"), "freight"),
    )


def test_a_booked_refund_contains_tax():
    rows = expect(replace(ORDER, booked=((KINDS["income_refund"], "a", D("-10.00")),)), {}, KINDS)
    (refund,) = [row for row in rows if row.source == "booked"]
    assert (refund.amount, refund.tax) == (D("-10.00"), D("-1.67"))


def test_a_fee_per_order_is_asked_once():
    cards = {KINDS["commission"].key: [Rate("card", "commission", percentage=D(10), per_order=D("0.31"), currency=3)]}
    found = amounts(ORDER, cards)
    assert (found["a", "commission"][0], found["b", "commission"][0]) == (D("-1.10"), D("-2.21"))


def test_no_row_no_fee():
    assert ("a", "commission") not in amounts(ORDER, {KINDS["commission"].key: [Rate("x", "commission", shop=9)]})


@pytest.mark.parametrize("lines", [(), (Line("a", D(1), D(0)),)])
def test_orders_without_value(lines):
    assert amounts(replace(ORDER, lines=lines)) == {}


@given(
    totals=st.lists(st.integers(0, 100_000), min_size=1, max_size=6),
    shipping=st.integers(0, 10_000),
    subsidy=st.integers(0, 10_000),
    booked=st.integers(-10_000, 10_000),
    freight=st.integers(-10_000, 0),
)
def test_nothing_is_lost_in_sharing(totals, shipping, subsidy, booked, freight):
    cent = D("0.01")
    order = replace(
        ORDER,
        lines=tuple(Line(number, D(1), total * cent) for number, total in enumerate(totals)),
        services={"shipping_credit": (shipping * cent, D(0))},
        subsidies={"marketplace_discount": subsidy * cent},
        booked=((KINDS["commission"], None, booked * cent),),
        freight=freight * cent,
    )
    rows = expect(order, {}, KINDS)
    assert sum(row.amount for row in rows) == (sum(totals) + shipping + subsidy + booked + freight) * cent
    assert len({(row.line, row.kind) for row in rows}) == len(rows)
