"""What happens after the sale: cancellations, returns and refunds. All records are frozen, all times aware UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .money import Money
from .records import ShipmentLine


class CancelReason(str, Enum):
    """Why a seller cancels."""

    BUYER_REQUEST = "buyer_request"
    OUT_OF_STOCK = "out_of_stock"
    ADDRESS = "address"  # it cannot be delivered there
    PRICE = "price"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancellation to be told to the marketplace.

    :param reference: our own number, the idempotency key
    :param lines: units to cancel; empty: the whole order
    :param decline: the buyer asked to cancel and the seller does not agree: the order goes on
    """

    reference: str
    shop_id: str
    order_id: str
    reason: CancelReason
    lines: tuple[ShipmentLine, ...] = ()
    decline: bool = False
    note: str = ""


class ReturnKind(str, Enum):
    """What the buyer gives back and gets."""

    RETURN = "return"  # goods come back, money goes back
    REFUND = "refund"  # money only
    EXCHANGE = "exchange"  # goods come back, other goods go out
    CANCELLATION = "cancellation"  # before shipping


class ReturnStatus(str, Enum):
    """Where the marketplace sees a return."""

    REQUESTED = "requested"  # the seller must answer
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    DISPUTED = "disputed"
    CLOSED = "closed"
    UNKNOWN = "unknown"  # a word that we do not know yet; see ``status_text``


class Restock(str, Enum):
    """Whether returned units can be sold again."""

    SELLABLE = "sellable"
    UNSELLABLE = "unsellable"
    NONE = "none"  # nothing comes back
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """Units of one order line that come back or are paid back.

    :param order_line_id: the marketplace's id of the order line; empty for money that belongs to no line
    :param amount: what the buyer gets back for it; ``None`` while undecided
    """

    external_id: str
    order_line_id: str
    sku: str
    quantity: int
    reason: str = ""
    amount: Money | None = None
    restock: Restock = Restock.UNKNOWN


@dataclass(frozen=True, slots=True)
class Return:
    """A return or refund at one revision.

    :param status_text: the marketplace's own word for the status
    :param refund: what the buyer gets back in all; ``None`` while undecided
    :param answer_by: until when the seller must answer
    """

    external_id: str
    shop_id: str
    order_id: str
    revision: str
    kind: ReturnKind
    status: ReturnStatus
    status_text: str
    created_at: datetime
    updated_at: datetime
    lines: tuple[ReturnLine, ...]
    refund: Money | None = None
    reason: str = ""
    note: str = ""
    carrier: str = ""
    tracking: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Money back for units of one order line; quantity 0 pays back part of the price without units."""

    order_line_id: str
    quantity: int
    amount: Money
    restock: Restock = Restock.NONE


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund that the seller gives.

    :param reference: our own number, the idempotency key
    :param return_id: the marketplace's return that it settles, if any
    :param shipping: share of the delivery charge that is paid back
    """

    reference: str
    shop_id: str
    order_id: str
    lines: tuple[RefundLine, ...]
    reason: str
    return_id: str = ""
    shipping: Money | None = None
    note: str = ""
