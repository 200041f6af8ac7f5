"""Which row of a rate card holds for a sale, and what it charges: both sides of each limit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from addons.marketplace_profit.engine.rate_card import Limits, Rate, Sale, Size, compute_fee, find_rate

D = Decimal
CENT = D("0.01")
ENVELOPE = Limits(D(33), D(23), D("2.5"), weight=D("0.46"))
PARCEL = Limits(D(35), D(25), D(12), weight=D("3.9"), divisor=D(5000))
SALE = Sale(
    provider="amazon",
    shop=1,
    shop_country=20,
    categories=(7, 3, 1),
    day=date(2026, 5, 10),
    currency=9,
    units=D(2),
    goods=D("40.00"),
    shipping=D("5.00"),
    tax=D("3.00"),
    size=Size.of((20, 10, 2), "0.3"),
)


def rate(key=1, **values):
    return Rate(key, "commission", **values)


def fee(row, sale=SALE):
    return compute_fee(row, sale, CENT).amount


@pytest.mark.parametrize(
    ("sides", "weight", "fits"),
    [
        ((33, 23, "2.5"), "0.46", True),
        (("2.5", 33, 23), "0.46", True),  # in any order
        (("33.1", 23, "2.5"), "0.46", False),
        ((33, "23.1", "2.5"), "0.46", False),
        ((33, 23, "2.6"), "0.46", False),
        ((33, 23, "2.5"), "0.461", False),
        ((0, 0, 0), "0.3", False),  # nobody measured it
        ((20, 10, 2), "0", False),
    ],
)
def test_a_tier_holds_up_to_its_limits(sides, weight, fits):
    assert ENVELOPE.fit(Size.of(sides, weight)) is fits


@pytest.mark.parametrize(
    ("sides", "fits"), [((100, 40, 40), True), (("100", "40", "40.1"), False), ((100, 39, 41), True)]
)
def test_girth(sides, fits):
    assert Limits(girth=D(260)).fit(Size.of(sides, 1)) is fits


@pytest.mark.parametrize(("height", "fits"), [("11.14", True), ("11.2", False)])
def test_volume_counts_as_weight(height, fits):
    """35 × 25 × 11.14 cm / 5000 = 1.9495 kg."""
    assert Limits(weight=D("1.95"), divisor=D(5000)).fit(Size.of((35, 25, height), "0.2")) is fits


@pytest.mark.parametrize(("weight", "fits"), [("1.36", False), ("1.361", True), ("9", True), ("9.1", False)])
def test_a_band_begins_above_a_weight(weight, fits):
    assert Limits(above=D("1.36"), weight=D(9)).fit(Size.of((0, 0, 0), weight)) is fits


def test_the_smallest_tier_that_fits():
    small, large = rate("small", limits=ENVELOPE), rate("large", limits=PARCEL)
    assert find_rate([large, small], SALE).key == "small"
    assert find_rate([large, small], replace(SALE, size=Size.of((20, 10, 3), "0.3"))).key == "large"
    assert find_rate([large, small], replace(SALE, size=Size())) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"shop": 1}, {"country": 20}),
        ({"country": 20}, {"category": 7}),
        ({"category": 7}, {"category": 3}),
        ({"category": 1}, {}),
        ({"provider": "amazon"}, {}),
        ({"fulfilment": "merchant"}, {}),
        ({"price_from": D(15), "price_to": D(30)}, {"price_to": D(100)}),
        ({"valid_from": date(2026, 5, 1)}, {"valid_from": date(2026, 1, 1)}),
        ({}, {"shop": 1, "category": 7, "learned": True}),
    ],
)
def test_the_most_specific_row_wins(first, second):
    rows = [rate("first", **first), rate("second", **second)]
    assert find_rate(rows, SALE).key == "first"
    assert find_rate(rows[::-1], SALE).key == "first"


@pytest.mark.parametrize(
    "values",
    [
        {"provider": "ebay"},
        {"shop": 2},
        {"country": 21},
        {"category": 8},
        {"fulfilment": "marketplace"},
        {"per_item": D(1), "currency": 8},
        {"valid_from": date(2026, 5, 11)},
        {"valid_to": date(2026, 5, 9)},
        {"price_from": D("20.01")},
        {"price_to": D(20)},
    ],
)
def test_rows_that_do_not_hold(values):
    assert find_rate([rate(**values)], SALE) is None


@pytest.mark.parametrize(
    "values",
    [
        {"valid_from": date(2026, 5, 10)},
        {"valid_to": date(2026, 5, 10)},
        {"price_from": D(20)},
        {"price_to": D("20.01")},
        {"percentage": D(1), "currency": 8},  # a share has no currency
    ],
)
def test_rows_at_their_limits_hold(values):
    assert find_rate([rate(**values)], SALE)


@pytest.mark.parametrize(
    ("values", "amount"),
    [
        ({"percentage": D(15)}, "6.00"),
        ({"percentage": D(15), "basis": "item_shipping"}, "6.75"),
        ({"percentage": D(15), "basis": "total"}, "7.20"),
        ({"percentage": D(1), "minimum": D("0.25")}, "0.50"),
        ({"percentage": D(15), "minimum": D("3.00")}, "6.00"),
        ({"percentage": D(15), "minimum": D("3.01")}, "6.02"),
        ({"per_item": D("2.70")}, "5.40"),
        ({"percentage": D("0.35")}, "0.14"),
        ({"percentage": D("0.3625")}, "0.15"),  # half up
    ],
)
def test_what_a_row_charges(values, amount):
    assert fee(rate(**values)) == D(amount)


@pytest.mark.parametrize(
    ("weight", "amount"), [("1.36", "6.92"), ("1.47", "7.00"), ("1.4734", "7.00"), ("1.48", "7.08")]
)
def test_each_started_step_of_weight(weight, amount):
    row = rate(per_item=D("6.92"), step_amount=D("0.08"), step_weight=D("0.1134"), limits=Limits(above=D("1.36")))
    assert fee(row, replace(SALE, units=D(1), size=Size.of((0, 0, 0), weight))) == D(amount)


def test_a_fee_per_order_is_told_apart():
    charged = compute_fee(rate(percentage=D(10), per_order=D("0.30")), SALE, CENT)
    assert (charged.amount, charged.per_order, charged.base) == (D("4.00"), D("0.30"), D("40.00"))
