"""The marketplace's accounts with the seller: settlements and what is not settled yet.

A settlement travels as one document, kept exactly as it was received: the report itself, or the pages of an interface
put together. All records are frozen, all times aware UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .money import Money


class SettlementState(str, Enum):
    """Whether a settlement may still grow."""

    OPEN = "open"  # the marketplace still adds to it; only a closed one is posted
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SettlementRef:
    """A settlement that the marketplace offers, before its document is fetched.

    :param external_id: the settlement's id, or, if ``provisional``, the id under which the marketplace offers it: the
        settlement's own is then only in its document
    :param shop_id: external id of the shop; empty where one settlement covers several
    :param revision: text that changes whenever the marketplace changes the settlement
    :param handle: JSON object with which :meth:`~.connector.Connector.fetch_settlement` finds the document
    """

    external_id: str
    shop_id: str
    revision: str
    handle: dict
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class SettlementPage:
    """One page of the settlements that a marketplace offers.

    :param next_token: continues the same fetch; empty on the last page
    :param complete_until: on the last page, the instant up to which nothing was missed; the next fetch starts there
    """

    refs: tuple[SettlementRef, ...]
    next_token: str = ""
    complete_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SettlementDocument:
    """What was received of one settlement, untouched.

    :param name: file name with the extension that tells its form (``.txt``, ``.csv``, ``.json``)
    """

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One amount of a settlement, as the marketplace states it.

    :param row: number of the amount in the document, from 1 and rising: with the settlement it is the identity
    :param words: the marketplace's own words for what it is, from coarse to fine, at least one:
        ``("Order", "ItemFees", "Commission")``
    :param amount: in the settlement's currency; positive adds to what the seller gets
    :param posted_at: when the marketplace booked it, aware UTC
    :param market: the marketplace's name of the country or site (``Amazon.co.uk``), empty where it names none
    :param units: of the sold, returned or handled goods that the amount is about; 0 where it states none
    :param reference: of what it is about, where that is no order: a shipment, an adjustment, a case, an invoice
    :param note: the marketplace's free text
    :param original: the amount in the currency of the sale, where the marketplace converted it
    """

    row: int
    words: tuple[str, ...]
    amount: Money
    posted_at: datetime
    market: str = ""
    order_id: str = ""
    order_line_id: str = ""
    sku: str = ""
    units: int = 0
    reference: str = ""
    note: str = ""
    original: Money | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement and its lines.

    :param shop_id: external id of the shop; empty where it covers several
    :param total: what is paid out, as stated: the sum of all lines. Negative: the seller owes it.
    :param start: of the period, aware UTC
    :param end: of the period, aware UTC, exclusive; ``None`` while it is open
    :param paid_at: when the payout was, or will be, sent; ``None`` without one
    :param lines: to be read once, in the order of the document; long files are read while they are asked for, so an
        unreadable row raises :class:`~.errors.InvalidPayload` only when it is reached
    :param reference: of the payout, as a bank statement shows it
    """

    external_id: str
    shop_id: str
    state: SettlementState
    total: Money
    start: datetime
    end: datetime | None
    paid_at: datetime | None
    lines: Iterable[SettlementLine]
    reference: str = ""


class MoneyState(str, Enum):
    """Whether the seller can have the money of a transaction."""

    DEFERRED = "deferred"  # held back until a date or an event
    RELEASED = "released"  # goes into the next settlement, or is in one


@dataclass(frozen=True, slots=True)
class MoneyTransaction:
    """What the marketplace booked at one moment, before or after it is settled.

    :param state_text: the marketplace's own word for the state
    :param total: the sum of the lines
    :param matures_at: when deferred money becomes free; ``None`` if not stated
    :param reason: why it is held back, in the marketplace's word
    :param releases: external id of the deferred transaction that this one sets free
    :param settlement_id: of the settlement that it is in, empty before
    """

    external_id: str
    shop_id: str
    revision: str
    state: MoneyState
    state_text: str
    posted_at: datetime
    total: Money
    lines: tuple[SettlementLine, ...]
    matures_at: datetime | None = None
    reason: str = ""
    releases: str = ""
    settlement_id: str = ""
