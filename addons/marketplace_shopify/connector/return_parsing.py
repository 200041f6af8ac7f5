"""A received return or refund in the words of the contract."""

from decimal import Decimal

from ...marketplace.contract import Money, Restock, ReturnKind, ReturnLine, ReturnStatus
from .charges import SHOP

_STATUSES = {
    "REQUESTED": ReturnStatus.REQUESTED,
    "OPEN": ReturnStatus.APPROVED,
    "CLOSED": ReturnStatus.CLOSED,
    "DECLINED": ReturnStatus.REJECTED,
    "CANCELED": ReturnStatus.CLOSED,
}
_RESTOCKS = {
    "RETURN": Restock.SELLABLE,
    "CANCEL": Restock.NONE,  # never left
    "NO_RESTOCK": Restock.UNKNOWN,
    "LEGACY_RESTOCK": Restock.SELLABLE,
}
_DISPOSITIONS = {
    "RESTOCKED": Restock.SELLABLE,
    "NOT_RESTOCKED": Restock.UNSELLABLE,
    "MISSING": Restock.NONE,
    "PROCESSING_REQUIRED": Restock.UNKNOWN,
}


def return_of_refund(refund):
    """Fields of a :class:`Return` that is a refund without a return.

    :param Node refund: as :func:`.orders.fetch_refund` gives it
    """
    lines = [_refund_line(line, refund) for line in refund.nodes("refundLineItems")]
    for key, amount in (("refundShippingLines", "subtotalAmountSet"), ("orderAdjustments", "amountSet")):
        lines += [_money_line(line, amount, refund) for line in refund.nodes(key)]
    kinds = {line.text("restockType") for line in refund.nodes("refundLineItems")}
    return {
        "kind": _refund_kind(kinds),
        "status": ReturnStatus.REFUNDED,
        "status_text": "REFUNDED",
        "lines": tuple(lines),
        "refund": refund.bag("totalRefundedSet", SHOP),
        "note": refund.text("note"),
    }


def _refund_kind(restocks):
    """Units that were never shipped have left the order already: their refund is a cancellation."""
    if restocks == {"CANCEL"}:
        return ReturnKind.CANCELLATION
    return ReturnKind.RETURN if restocks & {"RETURN", "LEGACY_RESTOCK"} else ReturnKind.REFUND


def _refund_line(line, refund):
    item = line.node("lineItem")
    return ReturnLine(
        external_id=line.number(),
        order_line_id=item.number(),
        sku=item.text("sku"),
        quantity=line.count("quantity", required=True),
        amount=_with_tax(line, "subtotalSet", "totalTaxSet", refund),
        restock=_RESTOCKS.get(line.text("restockType"), Restock.UNKNOWN),
    )


def _money_line(line, key, refund):
    """Money that belongs to no line: a share of the delivery charge, or a difference that Shopify books."""
    return ReturnLine(
        external_id=line.number(),
        order_line_id="",
        sku="",
        quantity=0,
        reason=line.text("reason"),
        amount=_with_tax(line, key, "taxAmountSet", refund),
        restock=Restock.NONE,
    )


def _with_tax(line, key, tax_key, refund):
    """What the buyer gets back; taxes that are not in the price come on top."""
    amount, tax = line.bag(key, SHOP), line.bag(tax_key, SHOP)
    if amount is None or not tax or not tax.amount or refund.node("order").flag("taxesIncluded"):
        return amount
    return _sum([amount, tax])


def return_of_return(item):
    """Fields of a :class:`Return`.

    :param Node item: as :func:`.returns.fetch_return` gives it
    """
    refunds = item.nodes("refunds")
    amounts = [refund.bag("totalRefundedSet", SHOP) for refund in refunds if "totalRefundedSet" in refund]
    carrier, tracking = _read_tracking(item)
    dispositions = _read_dispositions(item)
    word = item.text("status", required=True)
    decline = item.node("decline")
    return {
        "kind": ReturnKind.EXCHANGE if item.nodes("exchangeLineItems") else ReturnKind.RETURN,
        "status": _status(word, amounts, dispositions, tracking),
        "status_text": word,
        "lines": tuple(_return_line(line, refunds, dispositions) for line in item.nodes("returnLineItems")),
        "refund": _sum(amounts),
        "reason": decline.text("reason"),
        "note": decline.text("note"),
        "carrier": carrier,
        "tracking": tracking,
    }


def _status(word, amounts, dispositions, tracking):
    status = _STATUSES.get(word, ReturnStatus.UNKNOWN)
    if status not in (ReturnStatus.APPROVED, ReturnStatus.CLOSED) or word == "CANCELED":
        return status
    if any(amount.amount for amount in amounts):
        return ReturnStatus.REFUNDED
    if status is ReturnStatus.CLOSED:
        return status
    if dispositions:
        return ReturnStatus.RECEIVED
    return ReturnStatus.IN_TRANSIT if tracking else status


def _return_line(line, refunds, dispositions):
    item = line.node("fulfillmentLineItem").node("lineItem")
    number = item.number(required=False)
    reason = line.node("returnReasonDefinition")
    return ReturnLine(
        external_id=line.number(),
        order_line_id=number,
        sku=item.text("sku"),
        quantity=line.count("quantity", required=True),
        reason=", ".join(filter(None, (reason.text("name"), line.text("returnReasonNote"), line.text("customerNote")))),
        amount=_refunded(number, refunds),
        restock=dispositions.get(number, Restock.UNKNOWN),
    )


def _refunded(number, refunds):
    """What was paid back for an order line, ``None`` while nothing was."""
    amounts = [
        _with_tax(line, "subtotalSet", "totalTaxSet", refund)
        for refund in refunds
        for line in refund.nodes("refundLineItems")
        if number and line.node("lineItem").number(required=False) == number
    ]
    return _sum([amount for amount in amounts if amount])


def _read_tracking(item):
    """``(carrier, number)`` of the first parcel that comes back."""
    for order in item.nodes("reverseFulfillmentOrders"):
        for delivery in order.nodes("reverseDeliveries"):
            tracking = delivery.node("deliverable").node("tracking")
            if tracking.text("number"):
                return tracking.text("carrierName"), tracking.text("number")
    return "", ""


def _read_dispositions(item):
    """``{order line: what became of its units}``."""
    found = {}
    for order in item.nodes("reverseFulfillmentOrders"):
        for line in order.nodes("lineItems"):
            number = line.node("fulfillmentLineItem").node("lineItem").number(required=False)
            for disposition in line.nodes("dispositions"):
                found[number] = _DISPOSITIONS.get(disposition.text("type"), Restock.UNKNOWN)
    return found


def _sum(amounts):
    if not amounts:
        return None
    total = sum((amount.amount for amount in amounts), Decimal())
    return amounts[0] if len(amounts) == 1 else Money(total, amounts[0].currency, str(total))
