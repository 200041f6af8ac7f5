from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum


@dataclass(frozen=True, slots=True)
class Header:
    """What a settlement states of itself.

    :param total: what is paid out; negative: owed
    :param unit: smallest coin of its currency
    :param company_unit: smallest coin of the company's currency
    :param rate: company currency per unit of its currency
    :param last_day: on which it is complete: date of its last entry, unless its last amount is of a month before
    """

    total: Decimal
    unit: Decimal
    company_unit: Decimal
    rate: Decimal
    last_day: date


@dataclass(frozen=True, slots=True)
class Counter:
    """A document of its own that amounts settle: the invoice of an order, or the marketplace's bill.

    :param account: its receivable or payable account
    :param partner: whose it is
    :param reference: order or bill
    """

    account: object
    partner: object
    reference: object


@dataclass(frozen=True, slots=True)
class Amount:
    """Sum of the amounts of a settlement that are alike.

    :param key: names it; planned lines tell by it what they hold
    :param month: first day of the month in which they were booked
    :param kind: code, empty while nobody knows it
    :param value: in the settlement's currency, positive to the seller
    :param country: code of the country of the sale, or empty
    :param category: of the product, or empty
    :param taxes: of the sale, as the order states them; ``None`` where nothing states them
    :param counter: of the document that they settle; ``None``: they are booked here
    """

    key: object
    month: date
    kind: str
    group: str
    nature: str
    value: Decimal
    country: str = ""
    category: object = None
    taxes: tuple | None = None
    counter: Counter | None = None


@dataclass(frozen=True, slots=True)
class TaxPart:
    """Tax contained in a gross amount.

    :param account: on which it is booked
    :param amount: positive: debit
    :param base: that it was computed from, same sign rule
    :param details: hashable, whatever the ledger needs to know of it; parts with equal details become one line
    """

    account: object
    amount: Decimal
    base: Decimal
    details: object


@dataclass(frozen=True, slots=True)
class Split:
    """A gross amount in its net amount and taxes; they add up to it.

    :param details: hashable, what the ledger needs to know of the net amount
    """

    net: Decimal
    parts: tuple[TaxPart, ...]
    details: object = None


class Purpose(str, Enum):
    """Why a line is there."""

    AMOUNT = "amount"  # holds amounts of the settlement
    TAX = "tax"  # contained in some of them
    SETTLES = "settles"  # closes an invoice or a bill
    CARRY_OVER = "carry_over"  # to, or from, the last month
    PAYOUT = "payout"  # what is paid out


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A journal item to be.

    :param amount: in the settlement's currency, positive: debit
    :param balance: in the company's currency, positive: debit
    :param role: of the account, for the label
    :param kind: where the line holds one kind only, else empty
    :param sources: keys of the amounts that it holds
    :param month: that a carry-over line carries
    :param tax_base: of a tax line, in the company's currency
    """

    purpose: Purpose
    account: object
    amount: Decimal
    balance: Decimal = Decimal(0)
    role: str = ""
    kind: str = ""
    country: str = ""
    category: object = None
    taxes: tuple = ()
    details: object = None
    counter: Counter | None = None
    sources: tuple = ()
    month: date | None = None
    tax_base: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """A balanced journal entry to be.

    :param month: first day of the month that it is about
    :param day: its date
    """

    month: date
    day: date
    lines: tuple[PlannedLine, ...]
