"""Random logs of one seller, and a plain count of units to hold the engine against."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from addons.stock_cost_layer.engine import UNIT, ZERO, Event, Kind, to_amounts

PRODUCTS = (1, 2, 3)
PLACES = (10, 20, 90)  # two warehouses and what travels between them
RATES = {"GBP": Decimal(1), "CNY": Decimal("0.1093"), "JPY": Decimal("0.0052")}
START = date(2026, 1, 1)

_step = st.tuples(
    st.sampled_from(
        [Kind.RECEIPT] * 3
        + [Kind.SALE] * 4
        + [Kind.TRANSFER] * 3
        + [Kind.RETURN, Kind.RETURN, Kind.COST, Kind.COST, Kind.LOSS, Kind.GAIN, Kind.SUPPLIER_RETURN, Kind.CORRECTION]
    ),
    st.sampled_from(PRODUCTS),
    st.sampled_from(PLACES),
    st.integers(1, 2),  # how far the target is
    st.integers(1, 12),  # units
    st.sampled_from(sorted(RATES)),
    st.decimals(Decimal("0.01"), Decimal("9999.99"), places=2),  # purchase or bill
    st.decimals(Decimal("-50"), Decimal("50"), places=2),  # a second component
    st.integers(0, 6),  # days since the event before
    st.integers(0, 10**6),  # which earlier event is meant
)
logs = st.lists(_step, min_size=1, max_size=60).map(lambda steps: build(steps))


def build(steps):
    """Events from drawn steps; a return or bill that finds nothing to refer to is left out."""
    events, day = [], START
    for kind, product, place, hop, units, currency, first, second, days, pick in steps:
        day += timedelta(days=days)
        target = PLACES[(PLACES.index(place) + hop) % 3] if kind == Kind.TRANSFER else None
        amounts, origin = ZERO, None
        if kind in (Kind.RETURN, Kind.COST, Kind.SUPPLIER_RETURN, Kind.CORRECTION):
            wanted = (Kind.SALE, Kind.LOSS) if kind == Kind.RETURN else (Kind.RECEIPT,)
            earlier = [event for event in events if event.product == product and event.kind in wanted]
            if not earlier:
                continue
            origin = earlier[pick % len(earlier)].id
        if kind in (Kind.RECEIPT, Kind.COST, Kind.CORRECTION):
            name = "freight" if kind == Kind.COST else "purchase"
            first = -first if kind == Kind.CORRECTION else first
            amounts = to_amounts({name: first * RATES[currency], "duty": second * RATES[currency]}, 2)
        count = 0 if kind == Kind.COST else units * UNIT
        batch = f"B{pick % 3}" if pick % 2 else None
        event = Event(len(events) + 1, day, product, place, kind, count, amounts, target, origin, batch)
        events.append(event.check())
    return events


def count(events):
    """Units per product and place by plain addition."""
    units = Counter()
    for event in events:
        sign = -1 if event.kind in (*Kind.OUT, Kind.TRANSFER, Kind.CORRECTION) else 1
        units[event.product, event.place] += sign * event.units
        if event.kind == Kind.TRANSFER:
            units[event.product, event.target] += event.units
    return {key: number for key, number in units.items() if number}


def added(events):
    """Amounts that were ever put in, per product."""
    total = {}
    for event in events:
        total[event.product] = tuple(map(sum, zip(total.get(event.product, ZERO), event.amounts, strict=True)))
    return total
