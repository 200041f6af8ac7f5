"""From transactions and payouts of the Finances API to settlements. Source: ``sell_finances_v1_oas3.json``.

What a transaction moves is its ``amount``, to the seller (``CREDIT``) or from him (``DEBIT``). Fees are deducted
already: ``totalFeeBasisAmount`` is the amount before them. A refund is the same the other way round: fees are given
back. Tax that eBay collects and remits is no part of the amount.
"""

from decimal import Decimal

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
from .fields import Node, exact, total_of
from .revisions import revision_of

_ZERO = Decimal(0)
_SIGNS = {"CREDIT": 1, "DEBIT": -1}
_PAID = frozenset({"INITIATED", "SUCCEEDED"})
#: eBay has not sent it yet, or tries again.
_UNDER_WAY = frozenset({"INITIATED", "RETRYABLE_FAILED"})
_PAYOUT_STATUSES = _PAID | _UNDER_WAY | {"TERMINAL_FAILED", "REVERSED"}
#: A transfer from the seller's bank that was not carried out moves nothing.
_FAILED = "FAILED"
_STATES = {
    "FUNDS_ON_HOLD": MoneyState.DEFERRED,
    "FUNDS_PROCESSING": MoneyState.DEFERRED,
    "FUNDS_AVAILABLE_FOR_PAYOUT": MoneyState.RELEASED,
    "PAYOUT": MoneyState.RELEASED,
    "COMPLETED": MoneyState.RELEASED,
    _FAILED: MoneyState.RELEASED,
}
#: The document of the API and its answers do not write it the same way.
_TAX_FIELDS = ("ebayCollectedTaxAmount", "eBayCollectedTaxAmount")


def parse_settlement(document):
    """A payout as :class:`Settlement`; it covers all marketplaces. One that failed has no day on which it was paid.

    :raise InvalidPayload: with the path of the field, or the name of the document
    """
    root = Node(unpack_document(document))
    payout = root.node("payout", required=True)
    number, total = payout.text("payoutId", required=True), _required(payout, "amount")
    begun, status = payout.time("payoutDate", required=True), payout.text("payoutStatus", required=True)
    if status not in _PAYOUT_STATUSES:
        raise InvalidPayload(payout.where("payoutStatus"), f"unknown status {status!r}")
    transactions = [item for page in root.nodes("transactions", required=True) for item in _of_page(page, payout)]
    return Settlement(
        external_id=number,
        shop_id="",
        state=SettlementState.OPEN if status in _UNDER_WAY else SettlementState.CLOSED,
        total=total,
        start=min((_booked_at(item) for item in transactions), default=begun),
        end=None if status in _UNDER_WAY else begun,
        paid_at=begun if status in _PAID else None,
        lines=_number(line for item in transactions for line in _read_lines(item, total.currency)),
        reference=payout.text("bankReference") or number,
    )


def _of_page(page, payout):
    """Transactions of a page without the payout itself, which a withdrawal on demand is."""
    for transaction in page.nodes("transactions", required=True):
        other = transaction.text("payoutId")
        if other and other != payout.text("payoutId"):
            raise InvalidPayload(transaction.where("payoutId"), f"payout {other}, not {payout.text('payoutId')}")
        if transaction.text("transactionType") == "WITHDRAWAL":
            signed = _required(transaction, "amount").amount * _sign_of(transaction)
            if signed == -_required(payout, "amount").amount:
                continue
        yield transaction


def parse_transaction(payload):
    """A transaction as :class:`MoneyTransaction`. eBay does not say on which of its marketplaces it arose.

    :raise InvalidPayload: with the path of the field
    """
    transaction = Node(payload)
    status, at = transaction.text("transactionStatus", required=True), _booked_at(transaction)
    if status not in _STATES:
        raise InvalidPayload(transaction.where("transactionStatus"), f"unknown status {status!r}")
    currency = _required(transaction, "amount").currency
    lines = tuple(_number(_read_lines(transaction, currency)))
    state = _STATES[status]
    return MoneyTransaction(
        external_id=transaction_id(transaction),
        shop_id="",
        revision=revision_of(payload, at),
        state=state,
        state_text=status,
        posted_at=at,
        total=exact(total_of(line.amount for line in lines), currency),
        lines=lines,
        reason=transaction.text("transactionMemo") if state is MoneyState.DEFERRED else "",
        settlement_id=transaction.text("payoutId"),
    )


def transaction_id(transaction):
    """Type and number: numbers are unique among transactions of one type only."""
    return f"{transaction.text('transactionType', required=True)}/{transaction.text('transactionId', required=True)}"


# === LINES === #


def _read_lines(transaction, currency):
    """``(words, amount, id of the order line, original, note, transaction)``; they add up to the transaction."""
    kind, sign = transaction.text("transactionType", required=True), _sign_of(transaction)
    amount = _required(transaction, "amount")
    if amount.currency != currency:
        raise InvalidPayload(transaction.where("amount"), f"not in {currency}")
    if transaction.text("transactionStatus") == _FAILED:
        return
    items = transaction.nodes("orderLineItems")
    fees = [(item, fee, _required(fee, "amount")) for item in items for fee in item.nodes("marketplaceFees")]
    _check_fees(transaction, amount, fees)
    memo = transaction.text("transactionMemo")
    words = tuple(filter(None, (kind, transaction.text("feeType"))))
    for line_id, gross, original in _gross_of(transaction, amount, items, fees):
        if gross.amount:
            yield words, _signed(gross, sign), line_id, original and _signed(original, sign), memo, transaction
    for item, fee, money in fees:
        if money.amount:
            words, line_id = (kind, fee.text("feeType", required=True)), item.text("lineItemId")
            yield words, _signed(money, -sign), line_id, None, fee.text("feeMemo"), transaction
    yield from _tax_lines(transaction, kind, sign)


def _check_fees(transaction, amount, fees):
    """:raise InvalidPayload: the fees are not what is between the stated amounts, or in another currency"""
    charged = total_of(money for _item, _fee, money in fees)
    if any(money.currency != amount.currency for _item, _fee, money in fees):
        raise InvalidPayload(transaction.where("orderLineItems"), f"fees that are not in {amount.currency}")
    stated = transaction.money("totalFeeAmount")
    if stated is not None and stated.amount != charged:
        raise InvalidPayload(transaction.where("totalFeeAmount"), f"{stated.text}, but the fees are {charged}")
    basis = transaction.money("totalFeeBasisAmount")
    if basis is not None and basis.amount != amount.amount + charged:
        text = f"{basis.text} less fees of {charged} are not {amount.text}"
        raise InvalidPayload(transaction.where("totalFeeBasisAmount"), text)


def _gross_of(transaction, amount, items, fees):
    """``[(id of the order line, amount before fees, the same before conversion)]``: by line where the lines say it."""
    basis = transaction.money("totalFeeBasisAmount")
    gross = basis or exact(amount.amount + total_of(money for _item, _fee, money in fees), amount.currency)
    by_line = [item.money("feeBasisAmount") for item in items]
    # The fees of a line are counted on its tax as well, so that the bases may be more than the seller gets.
    if by_line and None not in by_line and total_of(by_line) == gross.amount:
        ids = [item.text("lineItemId") for item in items]
        return list(zip(ids, by_line, [_original(item, "feeBasisAmount") for item in items], strict=True))
    line_id = items[0].text("lineItemId") if len(items) == 1 else ""
    field = "totalFeeBasisAmount" if basis else "amount"
    return [(line_id, gross, _original(transaction, field) if basis or not fees else None)]


def _original(node, key):
    """An amount before eBay converted it; ``None`` where it did not."""
    return node.money(key, original=True) if "convertedFromValue" in node.node(key) else None


def _tax_lines(transaction, kind, sign):
    """What eBay collected from the buyer and remits: it comes and goes."""
    for name in _TAX_FIELDS:
        tax = transaction.money(name)
        if tax is not None and tax.amount:
            for word, direction in (("collected", sign), ("remitted", -sign)):
                yield (kind, _TAX_FIELDS[0], word), _signed(tax, direction), "", None, "", transaction


def _number(lines):
    """Lines as :class:`SettlementLine`, counted."""
    for row, (words, amount, line_id, original, note, transaction) in enumerate(lines, 1):
        order_id, reference = _about(transaction)
        yield SettlementLine(
            row=row,
            words=words,
            amount=amount,
            posted_at=_booked_at(transaction),
            order_id=order_id,
            order_line_id=line_id,
            reference=reference,
            note=note,
            original=original,
        )


def _about(transaction):
    """``(order, what else)`` that a transaction is about."""
    order_id, reference = transaction.text("orderId"), ""
    for entry in transaction.nodes("references"):
        if entry.text("referenceType").upper() == "ORDER_ID":
            order_id = order_id or entry.text("referenceId")
        else:
            reference = reference or entry.text("referenceId")
    return order_id, reference or transaction.text("transactionId")


def _booked_at(transaction):
    return transaction.time("transactionDate", required=True)


def _sign_of(transaction):
    entry = transaction.text("bookingEntry", required=True)
    if entry not in _SIGNS:
        raise InvalidPayload(transaction.where("bookingEntry"), f"neither CREDIT nor DEBIT: {entry!r}")
    return _SIGNS[entry]


def _required(node, key):
    money = node.money(key)
    if money is None:
        raise InvalidPayload(node.where(key), "missing")
    return money


def _signed(money, sign):
    return money if sign > 0 else Money(-money.amount, money.currency, str(-money.amount))
