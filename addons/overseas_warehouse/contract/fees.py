"""What a warehouse charges."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ...marketplace.contract import Money


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
