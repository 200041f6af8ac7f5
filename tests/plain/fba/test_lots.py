"""Lots that Amazon does not name leave in the order of their expiry."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from addons.overseas_warehouse_fba.engine.lots import LotStock, allocate

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
LOTS = st.lists(
    st.builds(LotStock, st.uuids().map(str), st.integers(0, 20), DAYS, st.none() | DAYS),
    max_size=8,
    unique_by=lambda stock: stock.lot,
)


def test_what_expires_first_leaves_first_and_what_never_expires_last():
    lots = [
        LotStock("never", 5, date(2026, 1, 1)),
        LotStock("late", 5, date(2026, 1, 2), date(2027, 1, 1)),
        LotStock("soon, young", 5, date(2026, 3, 1), date(2026, 9, 1)),
        LotStock("soon, old", 5, date(2026, 2, 1), date(2026, 9, 1)),
    ]
    assert allocate(lots, 12) == ([("soon, old", 5), ("soon, young", 5), ("late", 2)], 0)
    assert allocate(lots, 23) == ([("soon, old", 5), ("soon, young", 5), ("late", 5), ("never", 5)], 3)
    assert allocate([], 2) == ([], 2)


@given(LOTS, st.integers(0, 100))
def test_every_unit_leaves_from_a_lot_or_without_one(lots, units):
    taken, rest = allocate(lots, units)
    known = {stock.lot: stock for stock in lots}
    assert sum(part for _lot, part in taken) + rest == units
    assert all(0 < part <= known[lot].units for lot, part in taken)
    assert not rest or sum(stock.units for stock in lots) == units - rest
    expiries = [known[lot].expires_on or date.max for lot, _part in taken]
    assert expiries == sorted(expiries)
