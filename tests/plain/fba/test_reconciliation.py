"""The replay is a plain sum, and explanations make up every gap."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from addons.overseas_warehouse_fba.connector.ledger import LedgerBalance
from addons.overseas_warehouse_fba.engine.movements import VALUE_ONLY, Attribute, Kind, Movement
from addons.overseas_warehouse_fba.engine.positions import Deviation, deviations, replay
from addons.overseas_warehouse_fba.engine.reconciliation import Cause, OwnBooking, by_sku_country, reconcile

FIRST = date(2026, 5, 1)


def movement(key="m1", kind=Kind.SALE, units=-1, day=FIRST, msku="TEAPOT", centre="BHX4", country="GB"):
    return Movement(
        key, kind, Attribute.AVAILABLE, units, day, f"X-{msku}", msku, centre, country, "SELLABLE", event=key
    )


MOVEMENTS = st.lists(
    st.builds(
        movement,
        st.uuids().map(str),
        st.sampled_from(sorted(set(Kind) - VALUE_ONLY)),
        st.integers(-30, 30),
        st.dates(FIRST, date(2026, 5, 6)),
        st.sampled_from(["TEAPOT", "CUP"]),
        st.sampled_from(["BHX4", "LTN4"]),
        st.sampled_from(["GB", "DE"]),
    ),
    max_size=60,
    unique_by=lambda entry: entry.key,
)


def plainly(movements, opening, until):
    """The same as the replay, one position after the other."""
    positions = {entry.position for entry in movements} | set(opening)
    counted = {
        position: opening.get(position, 0)
        + sum(entry.units for entry in movements if entry.position == position and entry.day <= until)
        for position in positions
    }
    return {position: units for position, units in counted.items() if units}


@given(MOVEMENTS, st.integers(-5, 50), st.integers(0, 6))
def test_replay_equals_a_plain_sum(movements, units, days):
    opening = {("X-CUP", "CUP", "BHX4", "SELLABLE"): units}
    until = FIRST + timedelta(days=days)
    assert replay(movements, opening, until) == plainly(movements, opening, until)
    assert replay(reversed(movements), opening, until) == replay(movements, opening, until)


@given(MOVEMENTS, st.data())
def test_explanations_are_the_gap(movements, data):
    keys = [
        ("TEAPOT", "GB", Attribute.AVAILABLE),
        ("CUP", "DE", Attribute.AVAILABLE),
        ("NEW", "FR", Attribute.DEFECTIVE),
    ]
    units = st.dictionaries(st.sampled_from(keys), st.integers(-40, 40))
    theirs, ours, carried = (data.draw(units) for _turn in range(3))
    booked = {entry.key: data.draw(st.sampled_from([entry.units, 0, 3])) for entry in movements[::2]}
    own = [OwnBooking(key, f"OUT/{key}", data.draw(st.integers(-5, 5)), FIRST) for key in keys[:2]]
    for difference in reconcile(theirs, ours, movements, booked, own, carried, FIRST):
        assert sum(part.units for part in difference.explanations) == difference.gap
        assert difference.theirs == theirs.get(difference.key, 0)


@given(MOVEMENTS, st.data())
def test_books_that_follow_the_ledger_leave_nothing_unexplained(movements, data):
    """Whatever part of the ledger is booked, what is not booked explains the whole gap."""
    booked = {entry.key: entry.units for entry in movements if data.draw(st.booleans())}
    theirs, ours = {}, {}
    for entry in movements:
        key = by_sku_country(entry)
        theirs[key] = theirs.get(key, 0) + entry.units
        ours[key] = ours.get(key, 0) + booked.get(entry.key, 0)
    found = reconcile(theirs, ours, movements, booked)
    assert not any(difference.unexplained for difference in found)
    assert {part.cause for difference in found for part in difference.explanations} <= {
        Cause.NOT_BOOKED,
        Cause.QUESTION,
    }


def test_a_gap_is_explained_event_by_event():
    key = "TEAPOT", "GB", Attribute.AVAILABLE
    movements = [movement("lost", Kind.LOST, -2), movement("sold", Kind.SALE, -1), movement("odd", Kind.UNKNOWN, 4)]
    own = [OwnBooking(key, "WH/OUT/1", -3, FIRST), OwnBooking(key, "WH/OUT/2", -1, FIRST + timedelta(days=3))]
    (found,) = reconcile({key: 11}, {key: 7}, movements, {"sold": -1}, own, visible_until=FIRST)
    assert found.gap == 4
    assert {(part.cause, part.kind, part.units, part.documents) for part in found.explanations} == {
        (Cause.NOT_BOOKED, Kind.LOST, -2, ("lost",)),
        (Cause.QUESTION, Kind.UNKNOWN, 4, ("odd",)),
        (Cause.NOT_IN_LEDGER, None, 3, ("WH/OUT/1",)),
        (Cause.TOO_EARLY, None, 1, ("WH/OUT/2",)),
        (Cause.UNEXPLAINED, None, -2, ()),
    }


def test_agreement_is_no_difference():
    key = "TEAPOT", "GB", Attribute.AVAILABLE
    assert reconcile({key: 6}, {key: 6}, [movement("sold")], {"sold": -1}) == []


def test_summary_and_events_disagree_once_where_they_do():
    def balance(day, starting, ending):
        return LedgerBalance(day, "X-TEAPOT", "TEAPOT", "SELLABLE", "BHX4", starting, ending, 0, {})

    days = [FIRST + timedelta(days=number) for number in range(3)]
    balances = [balance(days[0], 10, 9), balance(days[1], 9, 7), balance(days[2], 7, 7)]
    movements = [movement("a", units=-1, day=days[0]), movement("b", units=-1, day=days[1])]
    assert deviations(movements, balances) == [Deviation(("X-TEAPOT", "TEAPOT", "BHX4", "SELLABLE"), days[1], 8, 7)]
