"""What a unit earns and would earn: exact cases, and what must hold for all of them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_profit.engine.what_if import FIELDS, Case, InvalidCase, evaluate, explain

# 20.00 EUR at 0.85 = 17.00 GBP, 5 % refunded = 16.15 net; costs 4.00 + 1.00 + 0.40; commission 2.4225; fulfilment 2.55.
NOW = Case(
    price=Decimal("20.00"),
    exchange_rate=Decimal("0.85"),
    refund_rate=Decimal(5),
    commission_rate=Decimal(15),
    fulfilment=Decimal("3.00"),
    purchase=Decimal("4.00"),
    freight=Decimal("1.00"),
    duty_rate=Decimal(10),
    storage=Decimal("0.20"),
    other=Decimal("0.10"),
    ads_rate=Decimal(10),
)


def test_a_unit_by_hand():
    result = evaluate(NOW.check())
    assert result.net_sales == Decimal("16.15")
    assert result.goods == Decimal("-5.40")
    assert result.fees == Decimal("-5.2725")
    assert result.ads == Decimal("-1.615")
    assert result.margin == Decimal("3.8625")
    assert result.margin_rate.quantize(Decimal("0.01")) == Decimal("23.92")
    # (5.40 + 2.85) / (0.85 × 0.95 × 0.75)
    assert result.break_even_price.quantize(Decimal("0.0001")) == Decimal("13.6223")
    assert result.break_even_ads.quantize(Decimal("0.01")) == Decimal("33.92")


def test_effects_name_each_change_and_add_up():
    then = replace(NOW, price=Decimal("18.00"), freight=Decimal("1.50"))
    price, freight = explain(NOW, then)
    assert (price.field, price.before, price.after) == ("price", Decimal("20.00"), Decimal("18.00"))
    assert price.margin == Decimal("-1.21125")  # 2 × 0.85 × 0.95 × 0.75
    assert (freight.field, freight.margin) == ("freight", Decimal("-0.50"))
    assert explain(NOW, NOW) == []


def test_no_price_breaks_even_when_fees_take_all():
    assert evaluate(replace(NOW, commission_rate=Decimal(95))).break_even_price is None
    assert evaluate(replace(NOW, refund_rate=Decimal(100))).break_even_price is None


def test_without_sales_there_is_no_rate():
    result = evaluate(replace(NOW, price=Decimal(0)))
    assert (result.margin_rate, result.break_even_ads) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exchange_rate", 0),
        ("price", -1),
        ("refund_rate", 101),
        ("refund_rate", -1),
        ("duty_rate", -1),
        ("purchase", -1),
    ],
)
def test_what_no_sale_can_have_is_named(field, value):
    with pytest.raises(InvalidCase) as error:
        replace(NOW, **{field: Decimal(value)}).check()
    assert error.value.field == field


amounts = st.decimals(0, 500, places=2)
rates = st.decimals(0, 40, places=1)
cases = st.builds(
    Case,
    price=amounts,
    exchange_rate=st.decimals("0.01", 9, places=4),
    refund_rate=rates,
    commission_rate=rates,
    fulfilment=amounts,
    purchase=amounts,
    freight=amounts,
    duty_rate=rates,
    storage=amounts,
    other=amounts,
    ads_rate=rates,
)


@given(cases, cases)
def test_effects_add_up_to_the_difference(now, then):
    difference = evaluate(then.check()).margin - evaluate(now.check()).margin
    effects = explain(now, then)
    assert abs(sum(effect.margin for effect in effects) - difference) < Decimal("1e-18")
    assert [effect.field for effect in effects] == [f for f in FIELDS if getattr(now, f) != getattr(then, f)]


@given(cases)
def test_at_the_break_even_price_nothing_is_earned(case):
    price = evaluate(case).break_even_price
    assert abs(evaluate(replace(case, price=price)).margin) < Decimal("1e-15")


@given(cases)
def test_at_the_break_even_rate_of_advertising_nothing_is_earned(case):
    rate = evaluate(case).break_even_ads
    if rate is not None:
        assert abs(evaluate(replace(case, ads_rate=rate)).margin) < Decimal("1e-15")
