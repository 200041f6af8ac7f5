"""Stock movements at Amazon in the words of the trade: every row of the ledger becomes one of these."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Attribute(str, Enum):
    """Which part of the stock moves."""

    IN_TRANSIT = "in_transit"
    AVAILABLE = "available"
    DEFECTIVE = "defective"


class Kind(str, Enum):
    """Why units or values move. ``UNKNOWN`` counts units, but waits for a person to say why."""

    # in
    OPENING = "opening"
    RECEIPT = "receipt"
    RECEIPT_WITHOUT_SHIPMENT = "receipt_without_shipment"
    FIRST_LEG_MAKE_UP = "first_leg_make_up"
    OVER_RECEIPT = "over_receipt"
    OVER_RECEIPT_AFTER_CLOSE = "over_receipt_after_close"
    TRANSFER_IN = "transfer_in"
    FOUND = "found"
    COUNT_GAIN = "count_gain"
    RETURN_SOURCED = "return_sourced"
    RETURN_UNSOURCED = "return_unsourced"
    IN_TRANSIT_IN = "in_transit_in"
    RECONCILIATION_IN = "reconciliation_in"
    DISPOSITION_IN = "disposition_in"
    # out
    SALE = "sale"
    MCF_SALE = "mcf_sale"
    REPLACEMENT = "replacement"
    OTHER_OUT = "other_out"
    TRANSFER_OUT = "transfer_out"
    REMOVAL = "removal"
    DISPOSAL = "disposal"
    LOST = "lost"
    DAMAGED = "damaged"
    IN_TRANSIT_OUT = "in_transit_out"
    FIRST_LEG_LOSS = "first_leg_loss"
    COUNT_LOSS = "count_loss"
    RECONCILIATION_OUT = "reconciliation_out"
    DISPOSITION_OUT = "disposition_out"
    # value only
    OPENING_COST = "opening_cost"
    TAIL_DIFFERENCE = "tail_difference"
    NEGATIVE_QUANTITY_FIX = "negative_quantity_fix"
    COST_ADJUSTMENT = "cost_adjustment"
    # waits
    UNKNOWN = "unknown"


INCOMING = frozenset(
    {
        Kind.OPENING,
        Kind.RECEIPT,
        Kind.RECEIPT_WITHOUT_SHIPMENT,
        Kind.FIRST_LEG_MAKE_UP,
        Kind.OVER_RECEIPT,
        Kind.OVER_RECEIPT_AFTER_CLOSE,
        Kind.TRANSFER_IN,
        Kind.FOUND,
        Kind.COUNT_GAIN,
        Kind.RETURN_SOURCED,
        Kind.RETURN_UNSOURCED,
        Kind.IN_TRANSIT_IN,
        Kind.RECONCILIATION_IN,
        Kind.DISPOSITION_IN,
    }
)
VALUE_ONLY = frozenset({Kind.OPENING_COST, Kind.TAIL_DIFFERENCE, Kind.NEGATIVE_QUANTITY_FIX, Kind.COST_ADJUSTMENT})
OUTGOING = frozenset(Kind) - INCOMING - VALUE_ONLY - {Kind.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Movement:
    """Units that move at one place for one reason.

    :param str key: unique and the same in every replay
    :param int units: signed; zero of kinds that move values only
    :param date day: when it happened
    :param str document: number of the document that caused it: shipment, order, removal order
    :param str event: key of the ledger's event, empty of what we did ourselves
    :param str country: where the units are, where the ledger states it
    :param str reason: the ledger's code
    :param str question: of ``UNKNOWN``: what a person has to find out
    """

    key: str
    kind: Kind
    attribute: Attribute
    units: int
    day: date
    fnsku: str
    msku: str
    centre: str = ""
    country: str = ""
    disposition: str = ""
    document: str = ""
    event: str = ""
    reason: str = ""
    question: str = ""

    @property
    def position(self):
        """Where the units are counted: ``(FNSKU, MSKU, fulfilment centre, disposition)``."""
        return self.fnsku, self.msku, self.centre, self.disposition


def attribute_of(disposition):
    """Which part of the stock units of a disposition belong to."""
    return Attribute.AVAILABLE if disposition == "SELLABLE" else Attribute.DEFECTIVE
