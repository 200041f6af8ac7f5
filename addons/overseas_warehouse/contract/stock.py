"""Products and units in a warehouse."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from ...marketplace.contract import Money


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
