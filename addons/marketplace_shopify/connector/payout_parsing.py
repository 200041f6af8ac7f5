"""From payouts and balance transactions to settlements.

Each balance transaction is an amount and a fee; what they add up to is its ``net``, and the nets of a payout are the
payout. Whether a fee is stated as cost or as deduction differs, so that the fee is what is between amount and net.

Source: Shopify's Admin GraphQL schema 2026-10. Files of the REST Admin API (``payout``, ``transactions``) are read too.
"""

from itertools import chain

from ...marketplace.contract import (
    InvalidPayload,
    Money,
    MoneyState,
    MoneyTransaction,
    Settlement,
    SettlementLine,
    SettlementState,
    unpack_document,
)
from .fields import Node
from .orders import revision_of
from .rest_payouts import is_rest, translate

#: The payout itself, seen from the balance.
_PAYOUT = "TRANSFER"
#: Types that say nothing: what they are about is in the type of their source.
_VAGUE = frozenset({"ADJUSTMENT", "CREDIT", "DEBIT"})
_FAILED = frozenset({"FAILED", "CANCELED"})
#: Shopify may still cancel it and pay it out with another one.
_SCHEDULED = "SCHEDULED"
_STATUSES = frozenset({_SCHEDULED, "IN_TRANSIT", "PAID"}) | _FAILED
#: Of balance transactions: not assigned to a payout.
_WAITING = frozenset({"PENDING", "ACTION_REQUIRED"})


def parse_settlement(document, shop):
    """A payout as :class:`Settlement`. A payout that failed has its lines, and no day on which it was paid.

    :param str shop: external id of the shop
    :raise InvalidPayload: with the path of the field, or the name of the document
    """
    parts = unpack_document(document)
    root = Node(translate(parts) if is_rest(parts) else parts)
    payout = root.node("payout", required=True)
    number, total, issued = payout.number(), _total_of(payout), payout.time("issuedAt", required=True)
    transactions = _transactions_of(root, number)
    status = payout.text("status", required=True)
    if status not in _STATUSES:
        raise InvalidPayload(payout.where("status"), f"unknown status {status!r}")
    return Settlement(
        external_id=number,
        shop_id=shop,
        state=SettlementState.OPEN if status == _SCHEDULED else SettlementState.CLOSED,
        total=total,
        start=min((_booked_at(item) for item in transactions), default=issued),
        end=None if status == _SCHEDULED else issued,
        paid_at=None if status in _FAILED else issued,
        lines=_number(_lines_of(transactions, total.currency, _payments_of(root))),
        reference=payout.text("externalTraceId"),
    )


def _total_of(payout):
    """What the bank gets; what it gives is negative, whatever the sign it is stated with."""
    net = payout.amount("net")
    if payout.text("transactionType") == "WITHDRAWAL" and net.amount > 0:
        return _money(-net.amount, net)
    return net


def _transactions_of(root, payout):
    """Balance transactions of all pages without the payout itself."""
    pages = [
        page.node("shopifyPaymentsAccount").node("balanceTransactions", required=True).nodes("nodes", required=True)
        for page in root.nodes("balanceTransactions", required=True)
    ]
    found = [item for item in chain(*pages) if item.text("type", required=True) != _PAYOUT]
    for item in found:
        other = item.node("associatedPayout").number(required=False)
        if other and other != payout:
            raise InvalidPayload(item.where("associatedPayout"), f"payout {other}, not {payout}")
    return found


def _payments_of(root):
    """``{number of the order transaction: what the buyer paid or got back}``."""
    return {payment.number(): payment.bag("amountSet", "presentmentMoney") for payment in root.nodes("payments")}


def _lines_of(transactions, currency, payments):
    for transaction in transactions:
        yield from _read_lines(transaction, currency, payments)


def _read_lines(transaction, currency, payments):
    """``(words, amount, original, transaction)`` of the amount and of the fee, as far as they are not zero."""
    amount, fee, net = (transaction.amount(key) for key in ("amount", "fee", "net"))
    if {amount.currency, fee.currency, net.currency} != {currency}:
        raise InvalidPayload(transaction.where("amount"), f"not in {currency}")
    deducted = net.amount - amount.amount
    if abs(deducted) != abs(fee.amount):
        text = f"{amount.text} and a fee of {fee.text} are not {net.text}"
        raise InvalidPayload(transaction.where("net"), text)
    kind, source = transaction.text("type", required=True), transaction.text("sourceType")
    words = (kind, source) if kind in _VAGUE and source else (kind,)
    if amount.amount:
        yield (*words, "amount"), amount, _original_of(transaction, amount, payments), transaction
    if deducted:
        yield (*words, "fee"), _money(deducted, fee), None, transaction


def _original_of(transaction, amount, payments):
    """What the buyer paid, where that was another currency."""
    paid = payments.get(transaction.ident("sourceOrderTransactionId"))
    if paid is None or paid.currency == amount.currency:
        return None
    return _money(paid.amount.copy_abs().copy_sign(amount.amount), paid)


def _number(lines):
    """Lines as :class:`SettlementLine`, counted."""
    for row, (words, amount, original, transaction) in enumerate(lines, 1):
        yield SettlementLine(
            row=row,
            words=words,
            amount=amount,
            posted_at=_booked_at(transaction),
            order_id=transaction.node("associatedOrder").number(required=False),
            reference=transaction.ident("sourceId"),
            note=transaction.text("adjustmentReason"),
            original=original,
        )


def _booked_at(transaction):
    return transaction.time("transactionDate", required=True)


def parse_transaction(payload, shop):
    """A balance transaction as :class:`MoneyTransaction`.

    :raise InvalidPayload: with the path of the field
    """
    transaction = Node(payload)
    total, payout = transaction.amount("net"), transaction.node("associatedPayout", required=True)
    status = payout.text("status", required=True)
    if status not in _STATUSES | _WAITING:
        raise InvalidPayload(payout.where("status"), f"unknown status {status!r}")
    at = _booked_at(transaction)
    return MoneyTransaction(
        external_id=transaction.number(),
        shop_id=shop,
        revision=revision_of(payload, at),
        state=MoneyState.DEFERRED if status in _WAITING else MoneyState.RELEASED,
        state_text=status,
        posted_at=at,
        total=total,
        lines=tuple(_number(_read_lines(transaction, total.currency, {}))),
        settlement_id=payout.number(required=False),
    )


def _money(amount, like):
    return Money(amount, like.currency, str(amount))
