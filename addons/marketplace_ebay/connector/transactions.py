"""From transactions of the Finances API to amounts. Source: ``sell_finances_v1_oas3.json``, Transaction.

What a transaction moves is its ``amount``, to the seller (``CREDIT``) or from him (``DEBIT``). Fees are deducted
already: ``totalFeeBasisAmount`` is the amount before them. A refund is the same the other way round: fees are given
back. Tax that eBay collects and remits is no part of the amount.
"""

from ...marketplace.contract import InvalidPayload, Money, MoneyState, MoneyTransaction, SettlementLine
from .fields import Node, exact, total_of
from .revisions import revision_of

_SIGNS = {"CREDIT": 1, "DEBIT": -1}
#: A transfer from the seller's bank that was not carried out.
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


def parse_transaction(payload):
    """A transaction as :class:`MoneyTransaction`. eBay does not say on which of its marketplaces it arose.

    :raise InvalidPayload: with the path of the field
    """
    transaction = Node(payload)
    status, at = transaction.text("transactionStatus", required=True), booked_at(transaction)
    if status not in _STATES:
        raise InvalidPayload(transaction.where("transactionStatus"), f"unknown status {status!r}")
    currency = required(transaction, "amount").currency
    lines = tuple(number_lines(read_lines(transaction, currency)))
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
        settlement_id=transaction.node("payoutDetails").text("payoutReference") or transaction.text("payoutId"),
    )


def transaction_id(transaction):
    """Type and number: numbers are unique among transactions of one type only."""
    return f"{transaction.text('transactionType', required=True)}/{transaction.text('transactionId', required=True)}"


def number_lines(lines):
    """:class:`SettlementLine` of each line, counted.

    :param lines: dicts of its fields
    """
    for row, line in enumerate(lines, 1):
        yield SettlementLine(row=row, **line)


def read_lines(transaction, currency):
    """Lines of a transaction as dicts, which add up to what it moves.

    :raise InvalidPayload: the stated amounts contradict each other, or are in another currency
    """
    kind, sign = transaction.text("transactionType", required=True), sign_of(transaction)
    amount = required(transaction, "amount")
    if amount.currency != currency:
        raise InvalidPayload(transaction.where("amount"), f"not in {currency}")
    if _moves_nothing(transaction):
        return
    items = transaction.nodes("orderLineItems")
    fees = [(item, fee, required(fee, "amount")) for item in items for fee in _fees_of(item)]
    _check_fees(transaction, amount, fees)
    about, memo = _about(transaction), transaction.text("transactionMemo")
    words = tuple(filter(None, (kind, transaction.text("feeType"))))
    for line_id, gross, original in _gross_of(transaction, amount, items, fees):
        if gross.amount:
            yield {
                **about,
                "words": words,
                "amount": _signed(gross, sign),
                "order_line_id": line_id,
                "original": original and _signed(original, sign),
                "note": memo,
            }
    for item, fee, money in fees:
        if money.amount:
            yield {
                **about,
                "words": (kind, fee.text("feeType", required=True)),
                "amount": _signed(money, -sign),
                "order_line_id": item.text("lineItemId"),
                "note": fee.text("feeMemo"),
            }
    yield from _tax_lines(transaction, about, kind, sign)


def _moves_nothing(transaction):
    """Whether the balance stays as it is: the transfer failed, or the charge comes with an invoice."""
    types = {entry.text("referenceType").upper() for entry in transaction.nodes("references")}
    return transaction.text("transactionStatus") == _FAILED or "INVOICE" in types


def _fees_of(item):
    """Fees and donations of a line item."""
    return item.nodes("marketplaceFees") + item.nodes("donations")


def _check_fees(transaction, amount, fees):
    """:raise InvalidPayload: the fees are not what is between the stated amounts, or in another currency"""
    charged = total_of(money for _item, _fee, money in fees)
    if any(money.currency != amount.currency for _item, _fee, money in fees):
        raise InvalidPayload(transaction.where("orderLineItems"), f"fees that are not in {amount.currency}")
    stated = transaction.money("totalFeeAmount")
    if stated is not None and stated.amount not in (charged, charged - _donated(fees)):
        raise InvalidPayload(transaction.where("totalFeeAmount"), f"{stated.text}, but the fees are {charged}")
    basis = transaction.money("totalFeeBasisAmount")
    if basis is not None and basis.amount != amount.amount + charged:
        text = f"{basis.text} less fees of {charged} are not {amount.text}"
        raise InvalidPayload(transaction.where("totalFeeBasisAmount"), text)


def _donated(fees):
    return total_of(money for _item, fee, money in fees if fee.text("feeType") == "CHARITY_DONATION")


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


def _tax_lines(transaction, about, kind, sign):
    """What eBay collected from the buyer and remits: it comes and goes."""
    for name in _TAX_FIELDS:
        tax = transaction.money(name)
        if tax is not None and tax.amount:
            for word, direction in (("collected", sign), ("remitted", -sign)):
                yield {**about, "words": (kind, _TAX_FIELDS[0], word), "amount": _signed(tax, direction)}


def _about(transaction):
    """What a transaction is about, as fields of its lines."""
    order_id, reference = transaction.text("orderId"), ""
    for entry in transaction.nodes("references"):
        if entry.text("referenceType").upper() == "ORDER_ID":
            order_id = order_id or entry.text("referenceId")
        else:
            reference = reference or entry.text("referenceId")
    reference = reference or transaction.text("transactionId")
    return {"posted_at": booked_at(transaction), "order_id": order_id, "reference": reference}


def booked_at(transaction):
    """When eBay booked it, aware UTC."""
    return transaction.time("transactionDate", required=True)


def sign_of(transaction):
    """1 where the seller gets the amount, -1 where it is taken."""
    entry = transaction.text("bookingEntry", required=True)
    if entry not in _SIGNS:
        raise InvalidPayload(transaction.where("bookingEntry"), f"neither CREDIT nor DEBIT: {entry!r}")
    return _SIGNS[entry]


def required(node, key):
    """An amount that must be there.

    :raise InvalidPayload: it is not
    """
    money = node.money(key)
    if money is None:
        raise InvalidPayload(node.where(key), "missing")
    return money


def _signed(money, sign):
    return money if sign > 0 else Money(-money.amount, money.currency, str(-money.amount))
