"""What is usual, and how far from it a value lies."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_review.checks.amounts import learn, weighted_median


def test_too_little_history_tells_nothing():
    assert learn({10.0: 19}, minimum=20, least_spread=0.1) is None
    assert learn({}, minimum=0, least_spread=0.1) is None


def test_prices_are_compared_by_their_ratio():
    usual = learn({10.0: 30}, minimum=20, least_spread=0.1, log=True)
    assert usual.typical == pytest.approx(10)
    assert usual.score(1.0) == pytest.approx(-math.log(10) / 0.1)
    assert usual.score(100.0) == pytest.approx(-usual.score(1.0))
    assert usual.bounds(5) == pytest.approx((10 * math.exp(-0.5), 10 * math.exp(0.5)))


def test_prices_of_zero_are_no_history():
    assert learn({0.0: 30}, minimum=20, least_spread=0.1, log=True) is None


def test_like_quantities_still_allow_the_least_spread():
    usual = learn({1: 40}, minimum=20, least_spread=1)
    assert usual.score(1) == 0
    assert usual.score(9) == 8
    assert usual.bounds(8) == (0, 9)


def test_a_few_odd_orders_do_not_move_what_is_usual():
    counts = dict.fromkeys(range(8, 13), 10)
    clean, odd = (learn({**counts, **more}, minimum=20, least_spread=0.1) for more in ({}, {5000: 3}))
    assert odd.median == clean.median == 10
    assert odd.spread == clean.spread == pytest.approx(1.4826)
    assert odd.score(5000) > 1000


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60))
def test_the_weighted_median_is_the_median(values):
    counts = {value: values.count(value) for value in values}
    assert weighted_median(counts) == statistics.median(values)


def test_nothing_has_no_median():
    with pytest.raises(ValueError, match="at least one"):
        weighted_median({})
