"""Every row of the ledger becomes a typed movement; units are never lost on the way."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.overseas_warehouse_fba.connector.ledger import LedgerEvent
from addons.overseas_warehouse_fba.engine.classification import Classifier, Knowledge, ShipmentFacts
from addons.overseas_warehouse_fba.engine.movements import Kind

DAY = date(2026, 5, 1)


def ledger_event(kind, units, reference="", reason="", day=DAY, number=1, disposition="SELLABLE", msku="TEAPOT"):
    return LedgerEvent(
        f"k{number}", day, None, "X001", "B1", msku, kind, reference, units, "BHX4", disposition, reason, "GB"
    )


KNOWN = Knowledge(
    shipments={"FBA1": ShipmentFacts({"TEAPOT": 10}), "FBA2": ShipmentFacts({"TEAPOT": 10}, date(2026, 5, 10))},
    mcf_orders=frozenset({"MCF-1"}),
    replacements=frozenset({"REP-1"}),
    other_orders=frozenset({"GIFT-1"}),
    orders=frozenset({"202-1"}),
    removals={"REM-1": "return", "REM-2": "disposal", "REM-3": "liquidation"},
)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (("Receipts", 4, "FBA1"), Kind.RECEIPT),
        (("Receipts", 4, "FBA9"), Kind.RECEIPT_WITHOUT_SHIPMENT),
        (("Receipts", 4), Kind.RECEIPT_WITHOUT_SHIPMENT),
        (("Shipments", -1, "202-1"), Kind.SALE),
        (("Shipments", -1, "MCF-1"), Kind.MCF_SALE),
        (("Shipments", -1, "REP-1"), Kind.REPLACEMENT),
        (("Shipments", -1, "GIFT-1"), Kind.OTHER_OUT),
        (("CustomerReturns", 1, "202-1"), Kind.RETURN_SOURCED),
        (("CustomerReturns", 1, "LPN7"), Kind.RETURN_UNSOURCED),
        (("VendorReturns", -3, "REM-1"), Kind.REMOVAL),
        (("VendorReturns", -3, "REM-2"), Kind.DISPOSAL),
        (("VendorReturns", -3, "REM-3"), Kind.REMOVAL),
        (("WhseTransfers", 5), Kind.TRANSFER_IN),
        (("WhseTransfers", -5), Kind.TRANSFER_OUT),
        (("Adjustments", -1, "", "M"), Kind.LOST),
        (("Adjustments", -1, "", "5"), Kind.LOST),
        (("Adjustments", 1, "", "F"), Kind.FOUND),
        (("Adjustments", 1, "", "N"), Kind.FOUND),
        (("Adjustments", -1, "", "E"), Kind.DAMAGED),
        (("Adjustments", 1, "", "P"), Kind.DISPOSITION_IN),
        (("Adjustments", -1, "", "Q"), Kind.DISPOSITION_OUT),
        (("Adjustments", -1, "", "D"), Kind.DISPOSAL),
        (("Adjustments", 1, "", "1"), Kind.COUNT_GAIN),
        (("Adjustments", -1, "", "2"), Kind.COUNT_LOSS),
        (("Adjustments", 1, "", "3"), Kind.RECONCILIATION_IN),
        (("Adjustments", -1, "", "O"), Kind.RECONCILIATION_OUT),
    ],
)
def test_each_event_has_its_kind(event, kind):
    (movement,) = Classifier(KNOWN).classify([ledger_event(*event)])
    assert (movement.kind, movement.units, movement.question) == (kind, event[1], "")


@pytest.mark.parametrize(
    "event",
    [
        ("Teleports", 2),
        ("Adjustments", -1, "", "Z"),
        ("Adjustments", -1),
        ("VendorReturns", -3, "REM-9"),
        ("Receipts", -2, "FBA1"),
        ("Shipments", 1, "202-1"),
        ("Adjustments", 1, "", "M"),
    ],
)
def test_what_nobody_can_tell_counts_and_asks(event):
    (movement,) = Classifier(KNOWN).classify([ledger_event(*event)])
    assert (movement.kind, movement.units) == (Kind.UNKNOWN, event[1])
    assert movement.question


def test_receipts_are_split_at_what_was_sent():
    events = [ledger_event("Receipts", 7, "FBA1", number=1), ledger_event("Receipts", 7, "FBA1", number=2)]
    found = [(entry.kind, entry.units) for entry in Classifier(KNOWN).classify(events)]
    assert found == [(Kind.RECEIPT, 7), (Kind.RECEIPT, 3), (Kind.OVER_RECEIPT, 4)]


def test_receipts_after_the_closing_make_up_for_the_loss_first():
    events = [
        ledger_event("Receipts", 6, "FBA2", number=1),
        ledger_event("Receipts", 6, "FBA2", day=date(2026, 5, 12), number=2),
    ]
    movements = Classifier(KNOWN).classify(events)
    assert [(entry.kind, entry.units) for entry in movements] == [
        (Kind.RECEIPT, 6),
        (Kind.FIRST_LEG_MAKE_UP, 4),
        (Kind.OVER_RECEIPT_AFTER_CLOSE, 2),
    ]


def test_a_month_in_two_parts_is_typed_as_in_one():
    events = [ledger_event("Receipts", 4, "FBA1", day=date(2026, 5, day), number=day) for day in range(1, 6)]
    whole = Classifier(KNOWN).classify(events)
    first = Classifier(KNOWN)
    parts = first.classify(events[:2])
    parts += Classifier(KNOWN, first.received).classify(events[2:])
    assert parts == whole


EVENTS = st.builds(
    ledger_event,
    st.sampled_from(
        ["Receipts", "Shipments", "CustomerReturns", "VendorReturns", "WhseTransfers", "Adjustments", "New"]
    ),
    st.integers(-20, 20),
    st.sampled_from(["", "FBA1", "FBA2", "MCF-1", "202-1", "REM-1", "REM-2", "REM-9"]),
    st.sampled_from(["", "M", "F", "E", "P", "Q", "D", "1", "2", "O", "Z"]),
    st.dates(date(2026, 5, 1), date(2026, 5, 20)),
    st.integers(1, 10**6),
    st.sampled_from(["SELLABLE", "DEFECTIVE"]),
)


@given(st.lists(EVENTS, max_size=40, unique_by=lambda event: event.key))
def test_units_of_an_event_are_those_of_its_movements(events):
    movements = Classifier(KNOWN).classify(events)
    moved = {}
    for movement in movements:
        moved[movement.event] = moved.get(movement.event, 0) + movement.units
    assert moved == {event.key: event.units for event in events}
    assert len({movement.key for movement in movements}) == len(movements)
    assert all(movement.question for movement in movements if movement.kind is Kind.UNKNOWN)
