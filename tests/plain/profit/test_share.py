"""Shared costs: exact cases, and what must hold for all of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_profit.engine.share import DIMENSIONS, Basis, Source, Target, Weight, share_out

CENT = Decimal("0.01")
UNITS = {"USD": CENT, "EUR": CENT, "JPY": Decimal(1), "KWD": Decimal("0.001"), "BHD": Decimal("0.001")}
# Account 1 has shops 11 and 12, account 2 has shop 21; SKU 5 is sold in all, SKU 6 in shop 11 only.
WEIGHTS = [
    Weight(1, 11, 5, 101, Decimal(30)),
    Weight(1, 11, 6, 102, Decimal(10)),
    Weight(1, 12, 5, 103, Decimal(20)),
    Weight(2, 21, 5, 104, Decimal(40)),
    Weight(None, None, 7, None, Decimal(100)),
]


def source(amount, account=None, shop=None, other=None, unit=CENT, currency_unit=CENT):
    return Source(account, shop, Decimal(amount), Decimal(other or amount), unit, currency_unit)


def parts(basis, value):
    targets = basis.get_targets(value.account, value.shop)
    return {tuple(part.target): part.amount for part in share_out(value, targets)}


@pytest.mark.parametrize(
    ("dimension", "account", "shop", "expected"),
    [
        ("shop_sku", 1, 11, {(11, 5, None): "-3.00", (11, 6, None): "-1.00"}),
        ("shop_sku", 1, None, {(11, 5, None): "-2.00", (11, 6, None): "-0.67", (12, 5, None): "-1.33"}),
        ("sku", 1, 11, {(11, 5, None): "-3.00", (11, 6, None): "-1.00"}),
        ("sku", None, None, {(None, 5, None): "-1.80", (None, 6, None): "-0.20", (None, 7, None): "-2.00"}),
        ("shop", None, None, {(11, None, None): "-1.60", (12, None, None): "-0.80", (21, None, None): "-1.60"}),
        ("order_line", 1, 11, {(11, 5, 101): "-3.00", (11, 6, 102): "-1.00"}),
    ],
)
def test_who_gets_what(dimension, account, shop, expected):
    result = parts(Basis(WEIGHTS, dimension), source("-4.00", account, shop))
    assert result == {key: Decimal(value) for key, value in expected.items()}


def test_evenly_counts_targets_not_what_they_sell():
    result = parts(Basis(WEIGHTS, "shop", evenly=True), source("-1.00"))
    assert sorted(result.values()) == [Decimal("-0.34"), Decimal("-0.33"), Decimal("-0.33")]
    assert result[11, None, None] == Decimal("-0.34")


def test_stated_percentages_reach_other_shops():
    weights = [Weight(None, 12, None, None, Decimal(60)), Weight(None, 21, None, None, Decimal(40))]
    assert parts(Basis(weights, "shop", everywhere=True), source("-5.00", 1, 11)) == {
        (12, None, None): Decimal("-3.00"),
        (21, None, None): Decimal("-2.00"),
    }
    assert parts(Basis(weights, "shop"), source("-5.00", 1, 11)) == {}


def test_a_driver_that_is_zero_or_negative_shares_nothing():
    weights = [Weight(1, 11, 5, None, Decimal(-4)), Weight(1, 11, 6, None, Decimal(0))]
    assert parts(Basis(weights, "shop_sku"), source("-5.00", 1, 11)) == {}


def test_refunds_lessen_the_sales_of_their_sku():
    weights = [Weight(1, 11, 5, None, Decimal(9)), Weight(1, 11, 5, None, Decimal(-9)), WEIGHTS[1]]
    assert parts(Basis(weights, "shop_sku"), source("-5.00", 1, 11)) == {(11, 6, None): Decimal("-5.00")}


def test_an_unknown_dimension_is_refused():
    with pytest.raises(ValueError, match="colour"):
        Basis([], "colour")


def test_parts_say_their_share_of_the_driver():
    (first, second) = share_out(source("-4.00", 1, 11), Basis(WEIGHTS, "sku").get_targets(1, 11))
    assert (first.value, first.percentage, second.percentage) == (30, 75, 25)


weights = st.lists(
    st.builds(
        Weight,
        st.sampled_from([1, 2]),
        st.sampled_from([11, 12, 21, None]),
        st.sampled_from([5, 6, 7, None]),
        st.sampled_from([101, 102, None]),
        st.decimals(-50, 1000, places=4),
    ),
    max_size=12,
)


@given(weights, st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7), st.data())
def test_parts_add_up_and_none_is_a_coin_off(rows, coins, other_coins, data):
    """In both currencies, whatever their coins: nothing is lost, and no part differs by a coin from its exact one."""
    unit, currency_unit = (
        UNITS[data.draw(st.sampled_from(sorted(UNITS)))],
        UNITS[data.draw(st.sampled_from(["JPY", "KWD", "EUR"]))],
    )
    basis = Basis(rows, data.draw(st.sampled_from(DIMENSIONS)), evenly=data.draw(st.booleans()))
    value = Source(None, None, coins * unit, other_coins * currency_unit, unit, currency_unit)
    targets = basis.get_targets(None, None)
    result = {part.target: part for part in share_out(value, targets)}
    if not targets:
        assert result == {}
        return
    assert sum(part.amount for part in result.values()) == value.amount
    assert sum(part.amount_currency for part in result.values()) == value.amount_currency
    total = sum(targets.values())
    for target, weight in targets.items():
        assert weight > 0
        amount = result[target].amount if target in result else Decimal(0)
        assert abs(amount - value.amount * weight / total) < unit
        assert amount % unit == 0


@given(weights, st.sampled_from(DIMENSIONS))
def test_shops_of_an_account_share_what_its_company_would_share(rows, dimension):
    """Targets of an account are those of the company that belong to it; nothing reaches another account."""
    own = [row for row in rows if row.account == 1]
    assert Basis(rows, dimension).get_targets(1, None) == Basis(own, dimension).get_targets(None, None)
    for target in Basis(rows, dimension).get_targets(1, 11):
        assert target.shop == 11
        assert isinstance(target, Target)
