"""Orders that a warehouse ships, and what comes back of them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from ...marketplace.contract import Address, Money
from .fees import FeeKind
from .stock import Grade


class OutboundStatus(str, Enum):
    """Where an order to ship is."""

    ACCEPTED = "accepted"
    PROCESSING = "processing"  # being picked or packed
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    EXCEPTION = "exception"  # the warehouse waits for an answer of the seller, see ``message``
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OutboundLine:
    """Units to ship.

    :param declared_value: of one unit, for customs; ``None`` within a customs area
    """

    sku: str
    units: int
    declared_value: Money | None = None
    lot: str = ""


@dataclass(frozen=True, slots=True)
class OutboundOrder:
    """An order to ship from a warehouse.

    :param reference: our number, the idempotency key
    :param service: code of a :class:`Service`
    :param platform: where it was sold, e.g. ``amazon``
    :param order_number: what the buyer calls the order
    """

    reference: str
    warehouse: str
    service: str
    address: Address
    lines: tuple[OutboundLine, ...]
    email: str = ""
    platform: str = ""
    order_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OutboundState:
    """An order as the warehouse sees it.

    :param lines: units that left, ``((sku, units), …)``; empty while the warehouse does not state them
    :param fees: what it charged for the order so far
    :param status_text: the warehouse's own word
    """

    reference: str
    external_id: str
    status: OutboundStatus
    tracking: str = ""
    carrier: str = ""
    shipped_at: datetime | None = None
    weight_kg: Decimal | None = None
    lines: tuple[tuple[str, int], ...] = ()
    fees: tuple[tuple[FeeKind, Money], ...] = ()
    status_text: str = ""
    message: str = ""


class ReturnStatus(str, Enum):
    """Where a return is."""

    ANNOUNCED = "announced"
    RECEIVED = "received"  # there, not yet judged
    FINISHED = "finished"  # judged and put away, destroyed or sent on
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Units that came back, as the warehouse judged them."""

    sku: str
    units: int
    grade: Grade


@dataclass(frozen=True, slots=True)
class ReturnState:
    """A return at the warehouse.

    :param outbound: number of the order it belongs to, ours where stated, else the warehouse's; empty if unknown
    """

    external_id: str
    warehouse: str
    status: ReturnStatus
    lines: tuple[ReturnedLine, ...]
    updated_at: datetime
    outbound: str = ""
    tracking: str = ""
    reason: str = ""
    status_text: str = ""
