"""Goods on their way to a warehouse, and what it counts of them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum


class Transport(str, Enum):
    """How goods come to the warehouse."""

    SEA_FCL = "sea_fcl"
    SEA_LCL = "sea_lcl"
    AIR = "air"
    RAIL = "rail"
    TRUCK = "truck"
    EXPRESS = "express"


class InboundStatus(str, Enum):
    """Where an announced delivery is."""

    DRAFT = "draft"  # at the warehouse, but not released there
    ANNOUNCED = "announced"
    IN_TRANSIT = "in_transit"
    RECEIVING = "receiving"
    RECEIVED = "received"  # nothing more will be counted
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Carton:
    """A carton on its way.

    :param number: 1, 2 … within the notice, as printed on the carton
    :param weight_kg: gross
    :param contents: ``((sku, units), …)``
    :param label: text of the carton's own barcode, where it has one
    """

    number: int
    length_cm: Decimal
    width_cm: Decimal
    height_cm: Decimal
    weight_kg: Decimal
    contents: tuple[tuple[str, int], ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class InboundNotice:
    """Goods announced to a warehouse (ASN).

    :param reference: our number, the idempotency key
    :param tracking: of the carrier, container or master bill
    :param eta: day of arrival at the warehouse
    """

    reference: str
    warehouse: str
    cartons: tuple[Carton, ...]
    transport: Transport
    eta: date
    tracking: str = ""
    note: str = ""

    @property
    def units(self):
        """``{sku: units}`` of all cartons."""
        found = {}
        for carton in self.cartons:
            for sku, units in carton.contents:
                found[sku] = found.get(sku, 0) + units
        return found


@dataclass(frozen=True, slots=True)
class InboundUpdate:
    """Announced goods that come on another day or under another number; the cartons are as announced.

    :param notice: as it is now
    :param external_id: the warehouse's number of it; empty where we have not been told it
    """

    notice: InboundNotice
    external_id: str = ""

    @property
    def reference(self):
        """Our number of the notice."""
        return self.notice.reference


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """Units the warehouse has counted so far of a SKU of a notice: a total, not a change.

    :param carton: number of the carton; ``None`` where the warehouse counts per notice
    :param at: of the last count
    """

    sku: str
    sellable: int
    damaged: int = 0
    carton: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboundState:
    """A notice as the warehouse sees it.

    :param received: all that was counted so far; a SKU and carton stand there once
    :param status_text: the warehouse's own word
    """

    reference: str
    external_id: str
    status: InboundStatus
    received: tuple[ReceivedLine, ...] = ()
    status_text: str = ""
    message: str = ""
