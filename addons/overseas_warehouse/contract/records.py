"""What flows between an overseas warehouse and Odoo, in the words of the trade.

All records are frozen. Times are aware UTC, weights kilograms, lengths centimetres (both ``Decimal``), units whole
numbers. What the warehouse does not state is ``None`` or an empty string, never zero.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from ...marketplace.contract import Address, Money


class Grade(str, Enum):
    """Whether units may be sold."""

    SELLABLE = "sellable"
    DAMAGED = "damaged"


class ProductStatus(str, Enum):
    """Where a product stands in the warehouse's check of what it is given."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


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


class ReturnStatus(str, Enum):
    """Where a return is."""

    ANNOUNCED = "announced"
    RECEIVED = "received"  # there, not yet judged
    FINISHED = "finished"  # judged and put away, destroyed or sent on
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class StockEventKind(str, Enum):
    """Why the warehouse's stock changed."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    RETURN = "return"
    TRANSFER = "transfer"
    COUNT = "count"
    ADJUSTMENT = "adjustment"
    REGRADE = "regrade"  # from sellable to damaged or back
    OTHER = "other"


class FeeKind(str, Enum):
    """What a warehouse charges for."""

    STORAGE = "storage"
    INBOUND = "inbound"
    HANDLING = "handling"
    PACKING = "packing"
    FREIGHT = "freight"
    RETURN = "return"
    DUTY = "duty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Handle:
    """An order or notice under both its numbers; warehouses find it by one of them.

    :param reference: our number, the idempotency key
    :param external_id: the warehouse's number; empty where we have not been told it
    """

    reference: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class WarehouseInfo:
    """A warehouse that the credentials may use."""

    code: str
    name: str
    country_code: str


@dataclass(frozen=True, slots=True)
class Service:
    """A way of shipping that a warehouse offers."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as the warehouse has to know it before it takes any of it.

    :param weight_kg: of one packed unit
    :param declared_value: of one unit, for customs
    :param hs_code: digits only
    :param origin: ISO country code
    """

    sku: str
    name: str
    weight_kg: Decimal
    length_cm: Decimal
    width_cm: Decimal
    height_cm: Decimal
    declared_name: str
    declared_value: Money
    name_local: str = ""
    barcode: str = ""
    declared_name_local: str = ""
    hs_code: str = ""
    origin: str = ""
    has_battery: bool = False

    @property
    def reference(self):
        """The SKU: products are told apart by it."""
        return self.sku


@dataclass(frozen=True, slots=True)
class ProductState:
    """A product as the warehouse has it.

    :param weight_kg: as measured there
    """

    sku: str
    status: ProductStatus
    external_id: str = ""
    message: str = ""
    barcode: str = ""
    weight_kg: Decimal | None = None
    length_cm: Decimal | None = None
    width_cm: Decimal | None = None
    height_cm: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StockLine:
    """Units of one SKU in one warehouse.

    :param sellable: free to be ordered
    :param reserved: in the warehouse, promised to orders that have not left
    :param damaged: in the warehouse, not to be sold
    :param pending: in the warehouse, not yet put away
    :param inbound: announced, not arrived
    :param as_of: when the warehouse says so, else when it was asked
    """

    warehouse: str
    sku: str
    sellable: int
    as_of: datetime
    reserved: int = 0
    damaged: int = 0
    pending: int = 0
    inbound: int = 0
    lot: str = ""

    @property
    def on_hand(self):
        """Units that may be sold and are in the building, promised or not."""
        return self.sellable + self.reserved


@dataclass(frozen=True, slots=True)
class StockEvent:
    """A change of stock as the warehouse booked it.

    :param external_id: tells it apart from all others of the account; repeated fetches bring the same
    :param units: signed change
    :param document: the warehouse's number of the order or notice that caused it
    :param reference: our number of it
    """

    external_id: str
    warehouse: str
    sku: str
    kind: StockEventKind
    units: int
    at: datetime
    grade: Grade = Grade.SELLABLE
    document: str = ""
    reference: str = ""
    lot: str = ""
    text: str = ""


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


@dataclass(frozen=True, slots=True)
class BillLine:
    """One charge.

    :param external_id: tells it apart from all others of the account; repeated fetches bring the same
    :param amount: what the seller pays; a refund is negative
    :param document: number of the order, notice or return it is for, ours where stated; empty for storage
    :param units: that were charged
    :param quantity_basis: what was measured, in the warehouse's words, e.g. ``0.35 m³ 91-180 d``
    :param period: ``(first day, last day)`` of a charge over time
    """

    external_id: str
    kind: FeeKind
    amount: Money
    charged_at: datetime
    warehouse: str = ""
    document: str = ""
    sku: str = ""
    units: int | None = None
    quantity_basis: str = ""
    period: tuple[date, date] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class FeeQuote:
    """What the warehouse would charge for an order.

    :param reference: of the order asked about
    :param fees: ``((kind, amount), …)`` in one currency
    """

    reference: str
    service: str
    fees: tuple[tuple[FeeKind, Money], ...]
