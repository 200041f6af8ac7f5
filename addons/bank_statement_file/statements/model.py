"""What a bank or a wallet says of one account, whatever the file was."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...marketplace.contract import InvalidPayload

# Separates the parts of what is hashed; a bank's text never holds it.
_PART = "\x1f"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One movement of an account.

    :param place: where it stands in the file, for people: a row, or an entry's reference
    :param day: on which the bank books it, in the bank's own time zone
    :param amount: by which the account moves, positive = to the account, in its currency
    :param fee: what the bank took of it, positive, contained in the amount
    :param external_id: the bank's own number of it; empty: it has none
    :param foreign: ``(currency, amount)`` in the currency in which the other side paid or was paid, signed like the
        amount
    :param rate: of the exchange, as the bank states it
    :param balance: of the account after it
    :param raw: what the bank said, ``{heading or field: text}``
    """

    place: str
    day: date
    amount: Decimal
    description: str = ""
    value_day: date | None = None
    counterparty: str = ""
    account: str = ""
    reference: str = ""
    external_id: str = ""
    kind: str = ""
    fee: Decimal = Decimal(0)
    foreign: tuple[str, Decimal] | None = None
    rate: Decimal | None = None
    balance: Decimal | None = None
    raw: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """An account in one currency, over a period.

    :param currency: ISO code; empty: the file does not say
    :param account: the number of the account; empty: the file does not say
    :param opening: balance before the first transaction; ``None``: not stated
    :param closing: balance after the last one; ``None``: not stated
    :param left_out: transactions in the file that the bank has not booked (yet)
    """

    transactions: tuple[Transaction, ...]
    currency: str = ""
    account: str = ""
    reference: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    left_out: int = 0

    @property
    def total(self):
        return sum((transaction.amount for transaction in self.transactions), Decimal(0))

    def check_balance(self):
        """:raise InvalidPayload: the closing balance does not follow from the opening one and the transactions"""
        if self.opening is None or self.closing is None:
            return
        reached = self.opening + self.total
        if reached != self.closing:
            raise InvalidPayload(
                "balance", f"{self.opening} and transactions of {self.total} make {reached}, not {self.closing}"
            )

    def keys(self):
        """What makes each transaction recognisable in another file of the account, in their order.

        The bank's number and the amount (a transfer and its fee may share a number), else all that the bank says
        of it; equal ones are counted: two payments of the same amount on one day are two.
        """
        seen = Counter()
        for transaction in self.transactions:
            content = _identity(transaction)
            seen[content] += 1
            text = _PART.join((*content, str(seen[content])))
            yield hashlib.sha256(text.encode()).hexdigest()


def _identity(transaction):
    amount = format(transaction.amount.normalize(), "f")
    if transaction.external_id:
        return ("id", transaction.external_id, amount)
    parts = (transaction.description, transaction.counterparty, transaction.reference)
    return ("row", transaction.day.isoformat(), amount, *(" ".join(part.split()) for part in parts))
