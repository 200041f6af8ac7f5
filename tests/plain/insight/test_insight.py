"""Parts of a change of sales: each cause alone, two together, what is not known, zeros, and that they add up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.marketplace_ads.engine.insight import Window, decompose, log_mean, prepare
from addons.marketplace_ads.engine.insight_sum import decompose_sum
from tests.plain.insight.insight_case import window


def parts(analysis):
    """``{code: contribution}`` of the factors that contribute."""
    return {factor.code: factor.contribution for factor in analysis.factors if factor.contribution}


def test_only_price():
    analysis = decompose(window(price="20"), window(price="25"))
    assert parts(analysis) == {"price": Decimal("500.00")}
    assert (analysis["price"].before, analysis["price"].after) == (20, 25)


def test_only_exchange_rate():
    analysis = decompose(window(rate="0.8"), window(rate="0.76"))
    assert parts(analysis) == {"rate": Decimal("-80.00")}


def test_only_click_through_rate():
    # 0.5 % of 40,000 impressions are 200 clicks, 0.3 % are 120: 80 sessions fewer, all else as it was.
    before, after = window(), window(units=92, orders=87, sessions=920, clicks=120)
    analysis = decompose(replace(before, orders=100, sessions=1000), replace(after, orders=92))
    assert parts(analysis) == {"ctr": Decimal("-160.00")}
    assert (analysis["ctr"].before, analysis["ctr"].after) == (0.005, 0.003)


def test_only_organic_sessions():
    analysis = decompose(window(orders=100), window(units=80, orders=80, sessions=800))
    assert parts(analysis) == {"organic": Decimal("-400.00")}


def test_only_stock_out():
    # 7 of 28 days out of stock: a quarter of everything is missing.
    after = window(units=75, orders=75, sessions=750, impressions=30000, clicks=150, out=7.0)
    analysis = decompose(window(orders=100), after)
    assert parts(analysis) == {"stock": Decimal("-500.00")}
    assert (analysis["stock"].before, analysis["stock"].after) == (1, 0.75)


def test_only_conversion():
    analysis = decompose(window(orders=100), window(units=70, orders=70))
    assert parts(analysis) == {"conversion": Decimal("-600.00")}


def test_only_units_per_order():
    analysis = decompose(window(units=100, orders=50), window(units=75, orders=50))
    assert parts(analysis) == {"basket": Decimal("-500.00")}


def test_advertising_stopped():
    after = window(units=80, orders=80, sessions=800, impressions=0, clicks=0)
    analysis = decompose(window(orders=100), after)
    assert parts(analysis) == {"impressions": Decimal("-400.00")}


def test_clicks_replaced_by_organic_sessions():
    """Sessions are as many as before; advertisements brought fewer of them."""
    analysis = decompose(window(), window(clicks=100, impressions=20000))
    assert parts(analysis) == {"impressions": Decimal("-200.00"), "organic": Decimal("200.00")}


def test_two_causes():
    # Half the conversion at a price that is a quarter higher: the logarithmic mean of 2,000 and 1,250 is 1,595.71.
    analysis = decompose(window(orders=100), window(units=50, orders=50, price="25"))
    assert parts(analysis) == {"conversion": Decimal("-1106.08"), "price": Decimal("356.08")}
    assert analysis.change == Decimal("-750.00")


def test_rating():
    before, after = window(orders=100), window(units=90, orders=90, rating=4.0)
    analysis = decompose(before, after, elasticity=0.07)
    # ln(1.07) × −0.5 stars of the logarithmic mean 1,898.24
    assert parts(analysis) == {"rating": Decimal("-64.22"), "conversion": Decimal("-135.78")}
    assert parts(decompose(before, replace(after, rating=None), elasticity=0.07)) == {"conversion": Decimal("-200.00")}
    assert "rating" in decompose(before, replace(after, rating=None)).missing


def test_traffic_missing():
    before, after = window(sessions=None, clicks=None), window(units=60, orders=60, price="22", sessions=None)
    analysis = decompose(before, after)
    assert analysis.missing == ("traffic", "ads")
    assert set(parts(analysis)) == {"demand", "price"}
    assert analysis.part("demand", "price") == analysis.change == Decimal("-680.00")


def test_stock_unknown():
    analysis = decompose(window(out=None), window(units=60, orders=57, out=None))
    assert "stock" in analysis.missing
    assert analysis["stock"] is None


def test_figures_that_do_not_fit_are_not_used():
    unseen = decompose(window(), window(sessions=0, clicks=0))
    assert "traffic_conflict" in unseen.missing
    more_clicks = decompose(window(), window(sessions=100, clicks=200))
    assert "ads_clicks" in more_clicks.missing
    assert parts(more_clicks).keys() == {"traffic", "conversion"}
    sold_out = decompose(window(), window(units=10, out=28.0))
    assert "stock_conflict" in sold_out.missing


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"out": 28.0, "sessions": 0, "clicks": 0, "impressions": 0}, "stock"),
        ({"sessions": 0, "clicks": 0, "impressions": 0, "listed": False}, "ended"),
        ({}, "conversion"),
        ({"sessions": None}, "demand"),
    ],
)
def test_nothing_after(values, code):
    analysis = decompose(window(), window(units=0, **values))
    assert parts(analysis) == {code: Decimal("-2000.00")}


def test_nothing_before():
    new = decompose(window(units=0, sessions=0, clicks=0, impressions=0, listed=False), window())
    assert parts(new) == {"new": Decimal("2000.00")}
    back = decompose(window(units=0, sessions=0, clicks=0, impressions=0, out=28.0), window())
    assert parts(back) == {"stock": Decimal("2000.00")}


def test_no_sessions_after():
    """Sessions ended with both their parts."""
    analysis = decompose(window(), window(units=0, sessions=0, clicks=0, impressions=0))
    assert parts(analysis) == {"impressions": Decimal("-400.00"), "organic": Decimal("-1600.00")}


def test_no_sales_at_all():
    analysis = decompose(window(units=0), window(units=0))
    assert (analysis.change, parts(analysis)) == (0, {})


def test_windows_of_different_length():
    """7 days against 28: a quarter of the sales is the same a day."""
    before = window(orders=100)
    after = window(units=25, orders=25, sessions=250, impressions=10000, clicks=50, days=7)
    analysis = decompose(before, after)
    assert (analysis.before, analysis.change, parts(analysis)) == (Decimal("500.00"), 0, {})


def test_yen_have_no_cents():
    analysis = decompose(window(orders=100, price="2000"), window(units=71, orders=60, price="1999"), unit=Decimal(1))
    assert all(part == int(part) for part in parts(analysis).values())
    assert sum(parts(analysis).values()) == analysis.change


def test_impossible_windows():
    for values in ({"days": 0}, {"days": 7, "units": 1}, {"days": 7, "sales": Decimal(1)}):
        with pytest.raises(ValueError, match="day|units"):
            Window(**values)


@pytest.mark.parametrize(("first", "last"), [(1.0, 1.0), (1.0, 1 + 1e-9), (3.0, 7.0), (7.0, 3.0), (1.0, 1 + 9e-6)])
def test_log_mean_lies_between(first, last):
    assert min(first, last) <= log_mean(first, last) <= max(first, last)
    assert log_mean(first, last) == pytest.approx(log_mean(last, first), rel=1e-12)


# === SUMS === #


def test_sum_of_one_is_its_own():
    before, after = window(), window(units=50, orders=40, price="25", sessions=700, clicks=120, out=3.0)
    one, summed = decompose(before, after), decompose_sum([prepare(before, after)])
    assert parts(one) == parts(summed)


def test_mix():
    """As many units as before, but cheap ones instead of dear ones."""
    dear = prepare(window(units=100, orders=100, price="50"), window(units=50, orders=50, price="50", sessions=500))
    cheap = prepare(window(units=100, orders=100, price="10"), window(units=150, orders=150, price="10", sessions=1500))
    analysis = decompose_sum([dear, cheap])
    assert parts(analysis).keys() == {"mix"}
    assert analysis.change == Decimal("-2000.00")


def test_sum_of_all_sorts():
    """A new SKU, one that is out of stock, one of which nothing is known, one that goes on."""
    items = [
        prepare(window(units=0, sessions=0, clicks=0, impressions=0, listed=False), window(units=10, orders=10)),
        prepare(window(), window(units=0, sessions=0, clicks=0, impressions=0, out=28.0)),
        prepare(window(sessions=None), window(units=40, orders=40, sessions=None)),
        prepare(window(), window(price="30")),
    ]
    analysis = decompose_sum(items)
    assert parts(analysis) == {
        "new": Decimal("200.00"),
        "stock": Decimal("-2000.00"),
        "demand": Decimal("-1200.00"),
        "price": Decimal("1000.00"),
    }
    assert "traffic" in analysis.missing
    assert analysis["price"].before is None


counts = st.integers(0, 5000)
known_counts = st.one_of(st.none(), counts)


@st.composite
def windows(draw, length=None):
    length = length or draw(st.integers(1, 60))
    units = draw(counts)
    local = Decimal(draw(st.integers(1, 10**8))) / 100 if units else Decimal(0)
    return Window(
        days=length,
        units=units,
        orders=draw(st.integers(1, units)) if units else 0,
        local=local,
        sales=(local * draw(st.sampled_from([Decimal(1), Decimal("0.7931"), Decimal("7.2")]))).quantize(
            Decimal("0.01")
        ),
        sessions=draw(known_counts),
        impressions=draw(known_counts),
        clicks=draw(known_counts),
        out=draw(st.one_of(st.none(), st.floats(0, length))),
        rating=draw(st.one_of(st.none(), st.floats(1, 5))),
        listed=draw(st.booleans()),
    )


@settings(max_examples=300, deadline=None)
@given(windows(), windows(), st.sampled_from([0.0, 0.07]))
def test_parts_add_up(before, after, elasticity):
    analysis = decompose(before, after, elasticity)
    assert sum((factor.contribution for factor in analysis.factors), Decimal(0)) == analysis.change
    assert all(factor.contribution == round(factor.contribution, 2) for factor in analysis.factors)
    assert decompose(before, after, elasticity) == analysis


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(windows(9), windows(28)), max_size=8), st.sampled_from([0.0, 0.07]))
def test_parts_of_sums_add_up(pairs, elasticity):
    items = [prepare(before, after, elasticity) for before, after in pairs]
    analysis = decompose_sum(items, elasticity=elasticity)
    assert sum((factor.contribution for factor in analysis.factors), Decimal(0)) == analysis.change
    assert analysis.change == sum((decompose(*pair, elasticity).change for pair in pairs), Decimal(0))


@settings(max_examples=100, deadline=None)
@given(windows(28), windows(28))
def test_the_other_way_round(before, after):
    """Time reversal: from after to before the parts are the same with the other sign (but for a coin)."""
    there, back = decompose(before, after), decompose(after, before)
    opposite = {"new": "ended", "ended": "new"}
    for factor in there.factors:
        other = back[opposite.get(factor.code, factor.code)]
        assert abs(factor.contribution + other.contribution) <= Decimal("0.02")
