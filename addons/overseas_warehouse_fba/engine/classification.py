"""From the ledger's events to typed movements.

Units always count, whatever the type says. What cannot be told apart by the ledger and what we know (shipments, orders,
removal orders) becomes ``UNKNOWN`` with a question; nothing is guessed. Source of the adjustment codes: Amazon's help
on the inventory adjustments report.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from .movements import INCOMING, OUTGOING, Kind, Movement, attribute_of

ADJUSTMENTS = {
    # Each of these is followed by P, which adds the units as damaged at the warehouse.
    "6": Kind.DAMAGED,  # were damaged by the carrier
    "7": Kind.DAMAGED,  # were expired
    "E": Kind.DAMAGED,  # were sellable
    "H": Kind.DAMAGED,  # were damaged by the buyer
    "K": Kind.DAMAGED,  # were defective
    "U": Kind.DAMAGED,  # were damaged by the distributor
    "P": Kind.DISPOSITION_IN,
    "Q": Kind.DISPOSITION_OUT,
    "D": Kind.DISPOSAL,
    "F": Kind.FOUND,
    "N": Kind.FOUND,
    "M": Kind.LOST,
    "5": Kind.LOST,
    "1": Kind.COUNT_GAIN,
    "J": Kind.COUNT_GAIN,
    "2": Kind.COUNT_LOSS,
    "3": Kind.RECONCILIATION_IN,  # another SKU turned out to be this one
    "4": Kind.RECONCILIATION_OUT,  # this SKU turned out to be another one
    "O": Kind.RECONCILIATION_OUT,
}


@dataclass(frozen=True)
class ShipmentFacts:
    """What we know of an inbound shipment.

    :param dict expected: ``{MSKU: units sent}``
    :param closed_on: from this day on what was missing is written off; ``None`` while open
    """

    expected: dict
    closed_on: date | None = None


@dataclass(frozen=True)
class Knowledge:
    """What the ledger does not say.

    :param dict shipments: ``{FBA shipment number: ShipmentFacts}``
    :param mcf_orders: references of multi-channel orders
    :param replacements: references of replacement orders
    :param other_orders: references of other shipments that are no sale
    :param orders: order numbers that returns may name
    :param dict removals: ``{removal order: "return", "disposal" or "liquidation"}``
    """

    shipments: dict = field(default_factory=dict)
    mcf_orders: frozenset = frozenset()
    replacements: frozenset = frozenset()
    other_orders: frozenset = frozenset()
    orders: frozenset = frozenset()
    removals: dict = field(default_factory=dict)


class Classifier:
    """Types events in the order of their days; receipts of one shipment are counted from its first event on.

    :param Knowledge knowledge: see there
    :param dict received: ``{(shipment, MSKU): (units received before its closing, after it)}`` by earlier events
    """

    def __init__(self, knowledge, received=None):
        self._knowledge = knowledge
        self._received = defaultdict(lambda: [0, 0], {key: list(units) for key, units in (received or {}).items()})

    def classify(self, events):
        """List of :class:`~.movements.Movement`; the units of an event's movements add up to the event's.

        :param events: of ``connector.ledger.LedgerEvent``
        """
        movements = []
        for event in sorted(events, key=_order):
            parts = self._split(event)
            for number, (kind, units, question) in enumerate(parts):
                key = event.key if len(parts) == 1 else f"{event.key}/{number}"
                movements.append(_movement(event, key, kind, units, question))
        return movements

    @property
    def received(self):
        """State for the next call, as the parameter of the same name."""
        return {key: tuple(units) for key, units in self._received.items()}

    def _split(self, event):
        if event.event_type == "Receipts" and event.units > 0:
            return self._receipts(event)
        kind, question = self._kind(event)
        if (kind in INCOMING and event.units < 0) or (kind in OUTGOING and event.units > 0):
            kind, question = Kind.UNKNOWN, f"{event.event_type} {event.reason} of {event.units:+} units"
        return [(kind, event.units, question)]

    def _kind(self, event):
        """``(kind, question)``."""
        read = {
            "Receipts": lambda event: (Kind.RECEIPT, ""),
            "Shipments": self._shipment,
            "CustomerReturns": self._return,
            "VendorReturns": self._removal,
            "WhseTransfers": _transfer,
            "Adjustments": _adjustment,
        }.get(event.event_type)
        return read(event) if read else (Kind.UNKNOWN, f"event type {event.event_type}")

    def _shipment(self, event):
        if event.reference in self._knowledge.mcf_orders:
            return Kind.MCF_SALE, ""
        if event.reference in self._knowledge.replacements:
            return Kind.REPLACEMENT, ""
        if event.reference in self._knowledge.other_orders:
            return Kind.OTHER_OUT, ""
        return Kind.SALE, ""

    def _return(self, event):
        return (Kind.RETURN_SOURCED if event.reference in self._knowledge.orders else Kind.RETURN_UNSOURCED), ""

    def _removal(self, event):
        purpose = self._knowledge.removals.get(event.reference)
        if purpose is None:
            return Kind.UNKNOWN, f"removal order {event.reference or 'without number'} is not known"
        return (Kind.DISPOSAL if purpose == "disposal" else Kind.REMOVAL), ""

    def _receipts(self, event):
        """Units of a receipt: announced ones, those written off before, and too many."""
        shipment = self._knowledge.shipments.get(event.reference)
        if shipment is None:
            return [(Kind.RECEIPT_WITHOUT_SHIPMENT, event.units, "")]
        counted = self._received[event.reference, event.msku]
        closed = shipment.closed_on is not None and event.day >= shipment.closed_on
        missing = max(0, shipment.expected.get(event.msku, 0) - sum(counted))
        counted[closed] += event.units
        announced = min(event.units, missing)
        parts = [
            (Kind.FIRST_LEG_MAKE_UP if closed else Kind.RECEIPT, announced, ""),
            (Kind.OVER_RECEIPT_AFTER_CLOSE if closed else Kind.OVER_RECEIPT, event.units - announced, ""),
        ]
        return [part for part in parts if part[1]]


def _transfer(event):
    return (Kind.TRANSFER_IN if event.units > 0 else Kind.TRANSFER_OUT), ""


def _adjustment(event):
    kind = ADJUSTMENTS.get(event.reason)
    return (kind, "") if kind else (Kind.UNKNOWN, f"adjustment code {event.reason or 'missing'}")


def _order(event):
    # Events without a time keep the order of their keys: the same in every replay.
    return event.day, event.happened_at.timestamp() if event.happened_at else 0.0, event.key


def _movement(event, key, kind, units, question):
    return Movement(
        key=key,
        kind=kind,
        attribute=attribute_of(event.disposition),
        units=units,
        day=event.day,
        fnsku=event.fnsku,
        msku=event.msku,
        centre=event.centre,
        country=event.country,
        disposition=event.disposition,
        document=event.reference,
        event=event.key,
        reason=event.reason,
        question=question,
    )
