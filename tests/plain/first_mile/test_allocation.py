from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.first_mile.engine import (
    BASES,
    CartonMeasures,
    FreightUnknown,
    HandSumDiffers,
    MeasureMissing,
    NothingToAllocate,
    Portion,
    allocate,
)

UNITS = {"USD": D("0.01"), "JPY": D(1), "KWD": D("0.001")}
CARTONS = {
    "1": CartonMeasures(chargeable=D(10), weight=D(8), carton_volume=D("0.06")),
    "2": CartonMeasures(chargeable=D(20), weight=D(20), carton_volume=D("0.06")),
}
PORTIONS = [
    Portion("a", "1", D(10), weight=D(3), volume=D("0.02"), value=D(100), duty=D(5)),
    Portion("b", "1", D(5), weight=D(4), volume=D("0.03"), value=D(50), duty=D(0)),
    Portion("c", "2", D(40), weight=D(18), volume=D("0.05"), value=D(50), duty=D(5)),
]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ("chargeable", {"a": "12.86", "b": "17.14", "c": "60.00"}),
        ("weight", {"a": "11.02", "b": "14.69", "c": "64.29"}),
        ("carton_volume", {"a": "19.29", "b": "25.71", "c": "45.00"}),
        ("volume", {"a": "18.00", "b": "27.00", "c": "45.00"}),
        ("quantity", {"a": "16.36", "b": "8.18", "c": "65.46"}),
        ("value", {"a": "45.00", "b": "22.50", "c": "22.50"}),
        ("duty", {"a": "45.00", "b": "0.00", "c": "45.00"}),
    ],
)
def test_each_basis(basis, expected):
    shares = allocate(D(90), basis, CARTONS, PORTIONS)
    assert shares == {key: D(text) for key, text in expected.items()}


def test_contents_of_unknown_weight_share_a_carton_by_units():
    portions = [Portion("a", "1", D(1), weight=D(5)), Portion("b", "1", D(3))]
    assert allocate(D(8), "weight", CARTONS, portions) == {"a": D(2), "b": D(6)}


def test_by_hand():
    entered = {"a": D(80), "b": D(10)}
    assert allocate(D(90), "hand", CARTONS, PORTIONS, by_hand=entered) == {"a": D(80), "b": D(10), "c": D(0)}
    with pytest.raises(HandSumDiffers, match="by 1"):
        allocate(D(91), "hand", CARTONS, PORTIONS, by_hand=entered)


def test_amounts_by_hand_for_goods_that_are_not_there_are_refused():
    with pytest.raises(HandSumDiffers):
        allocate(D(90), "hand", CARTONS, PORTIONS, by_hand={"a": D(80), "stranger": D(10)})


def test_what_has_no_measure_is_named():
    with pytest.raises(MeasureMissing) as caught:
        allocate(D(9), "volume", CARTONS, [Portion("a", "1", D(1)), Portion("b", "2", D(1))])
    assert caught.value.cartons == ("1", "2")
    empty = {"1": CartonMeasures(D(0), D(0), D(0))}
    with pytest.raises(MeasureMissing, match="weight"):
        allocate(D(9), "weight", empty, [Portion("a", "1", D(1))])
    with pytest.raises(MeasureMissing, match="duty"):
        allocate(D(9), "duty", CARTONS, [Portion("a", "1", D(1))])


def test_a_bill_needs_goods_and_a_known_basis():
    with pytest.raises(NothingToAllocate):
        allocate(D(9), "quantity", {}, [])
    with pytest.raises(FreightUnknown, match="colour"):
        allocate(D(9), "colour", CARTONS, PORTIONS)


measures = st.decimals(min_value=D("0.001"), max_value=D(1000), places=3)
portion_values = st.tuples(measures, measures, measures, measures, measures, st.integers(1, 4))


@given(
    st.lists(portion_values, min_size=1, max_size=30),
    st.tuples(*[st.tuples(measures, measures, measures)] * 4),
    st.integers(-(10**9), 10**9),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from([basis for basis in BASES if basis != "hand"]),
)
def test_shares_are_the_bill_to_the_smallest_coin(values, measured, coins, currency, basis):
    unit = UNITS[currency]
    bill = coins * unit
    cartons = {number: CartonMeasures(*sizes) for number, sizes in enumerate(measured, start=1)}
    portions = [Portion(index, row[5], *row[:5]) for index, row in enumerate(values)]
    shares = allocate(bill, basis, cartons, portions, unit)
    assert sum(shares.values()) == bill
    assert set(shares) == set(range(len(values)))
    assert all(part % unit == 0 and part * coins >= 0 for part in shares.values())
