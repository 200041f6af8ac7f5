from datetime import date
from decimal import Decimal as D

import pytest

from addons.first_mile.engine import Box, Break, Fee, Load, MeasureMissing, PriceSheet, WeightRule, compare
from addons.first_mile.engine import get_default_rule as rule

DAY = date(2026, 11, 1)
RATES = {"CNY": D(1), "USD": D("7.1")}
BOXES = tuple(Box(str(number), D(50), D(40), D(30), D(8)) for number in range(10))  # 0.6 m³, 80 kg, 100 kg by air


def load(**values):
    return Load(**{"boxes": BOXES, "lane": "SZ-LA", "day": DAY, **values})


def air(**values):
    base = {"key": "air", "forwarder": "F", "lane": "SZ-LA", "mode": "air", "currency": "CNY", "basis": "kg"}
    return PriceSheet(**{**base, "weight_rule": rule("air"), "breaks": (Break(D(21), D(40)),), **values})


def quote(sheet, **values):
    quotes, refusals = compare([sheet], load(**values), RATES)
    assert not refusals
    return quotes[0]


def refuse(sheet, **values):
    quotes, refusals = compare([sheet], load(**values), RATES)
    assert not quotes
    return refusals[0]


def test_price_of_the_highest_break_reached():
    breaks = (Break(D(21), D(50)), Break(D(100), D(40)), Break(D(500), D(35)))
    answer = quote(air(breaks=breaks))
    assert (answer.billed, answer.amount) == (D(100), D(4000))


def test_just_below_a_break_the_next_one_is_billed_where_it_is_cheaper():
    breaks = (Break(D(21), D(50)), Break(D(110), D(40)))
    assert quote(air(breaks=breaks)).amount == D(4400)  # 110 × 40 instead of 100 × 50


def test_fuel_and_fees_of_every_kind():
    fees = (
        Fee("Papers", "shipment", D(200)),
        Fee("Handling", "chargeable_kg", D("0.5")),
        Fee("X-ray", "actual_kg", D(1), minimum=D(100)),
        Fee("Space", "cbm", D(10)),
        Fee("Labels", "carton", D(2)),
        Fee("Peak", "freight_percent", D(5)),
    )
    answer = quote(air(fuel_percent=D(10), fees=fees))
    assert [amount for _label, amount in answer.parts] == [4000, 400, 200, 50, 100, 6, 20, 200]
    assert answer.amount == D(4976)


def test_minimum_charge_and_least_units():
    assert quote(air(minimum_charge=D(5000))).amount == D(5000)
    assert quote(air(least=D(300))).amount == D(12000)


def test_less_than_a_container_is_billed_by_revenue_ton():
    sheet = air(key="lcl", mode="sea_lcl", basis="revenue_ton", weight_rule=rule("sea_lcl"),
                breaks=(Break(D(0), D(500)),), least=D(1))  # fmt: skip
    assert quote(sheet).billed == D(1)
    heavy = tuple(Box(str(n), D(50), D(40), D(30), D(300)) for n in range(10))
    assert quote(sheet, boxes=heavy).amount == D(1500)
    assert quote(air(basis="cbm", breaks=(Break(D(0), D(1000)),))).amount == D(600)


def test_full_containers():
    sheet = air(mode="sea_fcl", basis="container", breaks=(), containers={"40HQ": D(2000), "20GP": D(1200)},
                currency="USD", fees=(Fee("THC", "container", D(100)),))  # fmt: skip
    answer = quote(sheet, containers={"40HQ": 2, "20GP": 1})
    assert (answer.amount, answer.company_amount, answer.billed) == (D(5500), D(39050), D(3))
    assert refuse(sheet, containers={"45HQ": 1}).values == {"containers": "45HQ"}
    assert refuse(sheet).code == "no_container"


def test_cheapest_first_in_the_currency_of_the_company_then_the_faster():
    sheets = [
        air(key="dollar", currency="USD", breaks=(Break(D(0), D(6)),)),
        air(key="slow", breaks=(Break(D(0), D(40)),), days_max=12),
        air(key="quick", breaks=(Break(D(0), D(40)),), days_max=8),
        air(key="elsewhere", lane="NB-HAM"),
    ]
    quotes, refusals = compare(sheets, load(), RATES)
    assert [entry.sheet.key for entry in quotes] == ["quick", "slow", "dollar"]
    assert quotes[2].company_amount == D(4260)
    assert not refusals


def test_why_there_is_no_offer():
    assert refuse(air(valid_from=date(2026, 11, 2))).code == "not_valid"
    assert refuse(air(valid_to=date(2026, 10, 31))).code == "not_valid"
    assert refuse(air(currency="EUR")).values == {"currency": "EUR"}
    assert refuse(air(breaks=(Break(D(101), D(1)),))).code == "below_breaks"
    assert refuse(air(breaks=())).code == "no_price"
    assert refuse(air(), boxes=()).code == "empty"


def test_first_and_last_day_count():
    assert quote(air(valid_from=DAY, valid_to=DAY)).amount == D(4000)


def test_the_forwarders_divisor_decides():
    assert quote(air(weight_rule=WeightRule(D(5000)))).billed == D(120)


def test_cartons_without_weight_cannot_be_quoted():
    with pytest.raises(MeasureMissing):
        compare([air()], load(boxes=(Box("1", D(1), D(1), D(1), D(0)),)), RATES)
