"""The inventory ledger: Amazon's bank statement of units. Source: report types GET_LEDGER_DETAIL_VIEW_DATA (events)
and GET_LEDGER_SUMMARY_VIEW_DATA (balances), columns as in the reports."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime

from .flat_file import Sheet, read_sheet

DETAIL = "GET_LEDGER_DETAIL_VIEW_DATA"
SUMMARY = "GET_LEDGER_SUMMARY_VIEW_DATA"
# One balance per day and fulfilment centre.
SUMMARY_OPTIONS = {"aggregateByLocation": "FC", "aggregatedByTimePeriod": "DAILY"}

_DETAIL_REQUIRED = ("date", "fnsku", "msku", "event-type", "quantity", "fulfillment-center", "disposition")
_SUMMARY_REQUIRED = (
    "date",
    "fnsku",
    "msku",
    "disposition",
    "starting-warehouse-balance",
    "ending-warehouse-balance",
    "location",
)
# Columns of the summary that lead from the starting to the ending balance. Units between warehouses stand beside it.
CHANGES = (
    "receipts",
    "customer-shipments",
    "customer-returns",
    "vendor-returns",
    "warehouse-transfer-in/out",
    "found",
    "lost",
    "damaged",
    "disposed",
    "other-events",
    "unknown-events",
)


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One row of the detail view.

    :param str key: the same for the same event in every report that shows its whole day
    :param date day: Amazon's day
    :param happened_at: aware UTC, ``None`` where the report states none
    :param str event_type: ``Receipts``, ``Shipments``, ``Adjustments`` … as received
    :param int units: signed: what the balance gains
    :param str reason: adjustment code, empty for others
    :param reconciled: of lost or damaged units, those found again or reimbursed; ``None`` if not stated
    :param unreconciled: those that Amazon still owes; ``None`` if not stated
    """

    key: str
    day: date
    happened_at: datetime | None
    fnsku: str
    asin: str
    msku: str
    event_type: str
    reference: str
    units: int
    centre: str
    disposition: str
    reason: str
    country: str
    reconciled: int | None = None
    unreconciled: int | None = None

    @property
    def position(self):
        """Where the units are counted: ``(FNSKU, MSKU, fulfilment centre, disposition)``."""
        return self.fnsku, self.msku, self.centre, self.disposition


@dataclass(frozen=True, slots=True)
class LedgerBalance:
    """One row of the summary view.

    :param str location: fulfilment centre or country, as asked for
    :param int starting: units at the beginning of the day
    :param int ending: units at its end
    :param int in_transit: units between warehouses; beside the balance
    :param dict changes: ``{column: signed units}``, only those that are not zero
    """

    day: date
    fnsku: str
    msku: str
    disposition: str
    location: str
    starting: int
    ending: int
    in_transit: int
    changes: dict

    @property
    def position(self):
        """As :attr:`LedgerEvent.position`."""
        return self.fnsku, self.msku, self.location, self.disposition

    @property
    def gap(self):
        """Units by which the row itself does not add up."""
        return self.ending - self.starting - sum(self.changes.values())


def read_detail(text):
    """Events of a detail report as :class:`~.flat_file.Sheet` of :class:`LedgerEvent`.

    Rows that are equal in everything are different events; their keys count them.
    """
    sheet = read_sheet(text, DETAIL, _DETAIL_REQUIRED, _read_event)
    seen, events = Counter(), []
    for event in sheet.records:
        seen[event.key] += 1
        events.append(replace(event, key=f"{event.key}#{seen[event.key]}"))
    return Sheet(tuple(events), sheet.broken)


def read_summary(text):
    """Balances of a summary report as :class:`~.flat_file.Sheet` of :class:`LedgerBalance`."""
    return read_sheet(text, SUMMARY, _SUMMARY_REQUIRED, _read_balance)


def _read_event(row):
    event = LedgerEvent(
        key="",
        day=row.date("date", required=True),
        happened_at=row.time("date-and-time"),
        fnsku=row.text("fnsku", required=True),
        asin=row.text("asin"),
        msku=row.text("msku", required=True),
        event_type=row.text("event-type", required=True),
        reference=row.text("reference-id"),
        units=row.units("quantity", required=True),
        centre=row.text("fulfillment-center", required=True),
        disposition=row.text("disposition", required=True).upper(),
        reason=row.text("reason").upper(),
        country=row.text("country").upper(),
        reconciled=row.units("reconciled-quantity"),
        unreconciled=row.units("unreconciled-quantity"),
    )
    return replace(event, key=_key_of(event))


def _key_of(event):
    # Reconciled quantities change later: they are no part of what identifies the event.
    parts = (event.day, event.happened_at, event.fnsku, event.msku, event.event_type, event.reference, event.units)
    parts += (event.centre, event.disposition, event.reason, event.country)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:24]


def _read_balance(row):
    changes = {name: row.units(name) or 0 for name in CHANGES}
    return LedgerBalance(
        day=row.date("date", required=True),
        fnsku=row.text("fnsku", required=True),
        msku=row.text("msku", required=True),
        disposition=row.text("disposition", required=True).upper(),
        location=row.text("location", required=True),
        starting=row.units("starting-warehouse-balance", required=True),
        ending=row.units("ending-warehouse-balance", required=True),
        in_transit=row.units("in-transit-between-warehouses") or 0,
        changes={name: units for name, units in changes.items() if units},
    )
