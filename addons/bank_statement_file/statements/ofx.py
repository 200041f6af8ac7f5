"""Open Financial Exchange, versions 1 and 2, by the library ofxparse."""

import io
import re

from ofxparse import OfxParser
from ofxparse.ofxparse import OfxParserException

from ...marketplace.contract import InvalidPayload
from .model import Statement, Transaction

_HEAD = 2048
_TAIL = 256
# The library turns times into UTC, which may be the day before: without the zone, days stay as the bank writes them.
_ZONE = re.compile(rb"(<DT\w+>\s*\d+(?:\.\d+)?)\[[^\]]*\]")
_FIELDS = ("id", "type", "payee", "memo", "checknum")


def is_ofx(content):
    head = content[:_HEAD].upper()
    return b"OFXHEADER" in head or b"<OFX>" in head


def read_ofx(content):
    """Statements of bank accounts and cards.

    :raise InvalidPayload: broken, cut off, or without such an account
    """
    if b"</OFX>" not in content[-_TAIL:].upper():
        raise InvalidPayload("OFX", "cut off: its end is missing")
    try:
        accounts = OfxParser.parse(io.BytesIO(_ZONE.sub(rb"\1", content))).accounts
    except (OfxParserException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidPayload("OFX", f"broken: {error}") from None
    statements = [_read_account(account) for account in accounts if account.type in (1, 2)]
    if not statements:
        raise InvalidPayload("OFX", "no account of a bank or card in it")
    return statements


def _read_account(account):
    statement = account.statement
    transactions = tuple(_read_transaction(transaction) for transaction in statement.transactions)
    return Statement(
        transactions=transactions,
        currency=(account.curdef or "").upper(),
        account=account.account_id,
        closing=_closing(statement, transactions),
    )


def _closing(statement, transactions):
    """The ledger balance, if it is that of the end: some banks state today's, whatever the period."""
    day = getattr(statement, "balance_date", None)
    if day is None or not transactions or not statement.end_date:
        return None
    last = max(transaction.day for transaction in transactions)
    return statement.balance if last <= day.date() <= statement.end_date.date() else None


def _read_transaction(transaction):
    if transaction.date is None or transaction.amount is None:
        raise InvalidPayload(f"transaction {transaction.id}", "without a day or an amount")
    raw = {name: getattr(transaction, name) for name in _FIELDS if getattr(transaction, name)}
    return Transaction(
        place=f"transaction {transaction.id}",
        day=transaction.date.date(),
        amount=transaction.amount,
        description=" ".join(filter(None, (transaction.payee, transaction.memo))),
        counterparty=transaction.payee or "",
        reference=transaction.checknum or "",
        external_id=transaction.id,
        kind=transaction.type or "",
        raw=raw,
    )
