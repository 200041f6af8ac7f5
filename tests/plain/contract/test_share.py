"""An amount divided in proportion to weights."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace.contract import share


def test_largest_remainders_get_the_odd_cents():
    assert share(D("1.00"), [D(1), D(1), D(1)]) == [D("0.34"), D("0.33"), D("0.33")]
    assert share(D("10.00"), [1, 2, 3]) == [D("1.67"), D("3.33"), D("5.00")]


def test_a_credit_is_divided_as_the_bill_would_be():
    assert share(D("-1.00"), [D(1), D(1), D(1)]) == [D("-0.34"), D("-0.33"), D("-0.33")]


def test_currencies_without_cents():
    assert share(D(100), [D(1), D(2)], D(1)) == [D(33), D(67)]


def test_without_weight_all_count_the_same():
    assert share(D("0.05"), [0, 0]) == [D("0.03"), D("0.02")]
    assert share(D("5.00"), []) == []


def test_less_than_a_coin_is_not_lost():
    assert share(D("1.005"), [1, 1]) == [D("0.505"), D("0.50")]


def test_nothing_is_given_to_what_weighs_nothing():
    assert share(D("0.01"), [0, D("0.3"), 0.7]) == [D("0.00"), D("0.00"), D("0.01")]


@pytest.mark.parametrize("unit", [D(1), D("0.01"), D("0.001")])
@given(st.integers(-(10**7), 10**7), st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=30))
def test_no_share_is_a_coin_or_more_from_exact_and_they_add_up(unit, coins, weights):
    amount = coins * unit
    shares = share(amount, weights, unit)
    assert sum(shares) == amount
    fractions = [weight / sum(weights) for weight in weights] if sum(weights) else [D(1) / len(weights)] * len(weights)
    assert all(part % unit == 0 for part in shares)
    assert all(abs(part - amount * fraction) < unit for part, fraction in zip(shares, fractions, strict=True))
