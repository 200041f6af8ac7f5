"""Money back, and lines taken out of an order before they are shipped."""

import uuid
from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import ActionResult, Money, Rejected, Restock
from . import documents
from .api import raise_user_errors
from .batches import each
from .charges import BUYER, SHOP, coin_of
from .fields import gid

_NAMESPACE = uuid.UUID("7f1f35a5-6a5c-5e0b-9d0a-6d2f6f7f0c11")


def refund_orders(api, refunds, locations, notify):
    """Pay each refund.

    :param locations: ``() -> [global ids]``: the first is where sellable returns go
    :return: list of :class:`ActionResult`
    """
    return each(refunds, lambda refund: _refund(api, refund, locations, notify))


def _refund(api, refund, locations, notify):
    lines = [_line(line.order_line_id, line.quantity, line.restock) for line in refund.lines if line.quantity]
    if any(line["restockType"] == "RETURN" for line in lines):
        place = locations()[0]
        lines = [{**line, "locationId": place} if line["restockType"] == "RETURN" else line for line in lines]
    amounts = [line.amount for line in refund.lines] + ([refund.shipping] if refund.shipping else [])
    total = sum((amount.amount for amount in amounts), Decimal())
    note = f"{refund.note or refund.reason} [{refund.reference}]".strip()
    return give(api, refund.order_id, refund.reference, note, lines, notify, total, amounts, refund.shipping)


def _line(order_line_id, quantity, restock):
    kind = "RETURN" if restock is Restock.SELLABLE else "NO_RESTOCK"
    return {"lineItemId": gid("LineItem", order_line_id), "quantity": quantity, "restockType": kind}


def give(api, order_id, reference, note, lines, notify, total=None, amounts=(), shipping=None):
    """Create one refund, unless the order already has it.

    The reference is the end of the refund's note, by which it is found again, and Shopify's idempotency key.

    :param lines: ``refundLineItems``
    :param total: Decimal in the shop's currency; ``None``: what Shopify suggests for the lines
    :param amounts: :class:`Money` that ``total`` consists of
    :param shipping: :class:`Money` of the delivery charge that is paid back
    """
    id_ = gid("Order", order_id)
    asked = [{key: value for key, value in line.items() if key != "locationId"} for line in lines]
    data = api.run(documents.REFUNDABLE, id=id_, lines=asked, shipping=None).data
    if "order" not in data:
        raise Rejected(f"there is no order {order_id}", "NOT_FOUND")
    order = data.node("order")
    if any(refund.text("note").endswith(f"[{reference}]") for refund in order.nodes("refunds")):
        return ActionResult(reference, True, "already refunded")
    suggested = order.node("suggestedRefund")
    currency = order.bag("totalPriceSet").currency
    for amount in amounts:
        if amount.currency != currency:
            raise Rejected(f"the order is in {currency}, the refund in {amount.currency}", "CURRENCY")
    paid = suggested.bag("amountSet", BUYER) if total is None else _converted(order, suggested, total)
    refund = {
        "orderId": id_,
        "currency": paid.currency,
        "note": note,
        "notify": notify,
        "refundLineItems": lines,
        "transactions": _transactions(id_, suggested, paid),
    }
    if shipping:
        refund["shipping"] = {"amount": _converted(order, suggested, shipping.amount).text}
    key = str(uuid.uuid5(_NAMESPACE, f"{api.credentials.shop}\n{reference}"))
    raise_user_errors(api.run(documents.GIVE_REFUND, input=refund, key=key).data.node("refundCreate"))
    return ActionResult(reference, True)


def _converted(order, suggested, amount):
    """An amount in the currency the buyer paid, at the rate of the order; :class:`Money`."""
    for key, node in (("amountSet", suggested), ("totalPriceSet", order)):
        shop, buyer = node.bag(key, SHOP), node.bag(key, BUYER)
        if shop and shop.amount and (shop.amount == amount or key == "totalPriceSet"):
            exact = amount * buyer.amount / shop.amount
            rounded = exact if shop.currency == buyer.currency else exact.quantize(coin_of(buyer), ROUND_HALF_UP)
            # Dividing may leave digits that were never there.
            return _money(amount if shop.currency == buyer.currency else rounded, buyer)
    raise Rejected("nothing was paid for this order", "UNPAID")


def _transactions(order_id, suggested, paid):
    """The amount over the payments it can go back to.

    :raise Rejected: more than was paid
    """
    left, transactions = paid.amount, []
    for payment in suggested.nodes("suggestedTransactions"):
        most = payment.bag("maximumRefundableSet", BUYER)
        amount = min(left, most.amount) if most else left
        if amount > 0:
            transactions.append(
                {
                    "orderId": order_id,
                    "gateway": payment.text("gateway"),
                    "kind": "REFUND",
                    "parentId": payment.node("parentTransaction").text("id") or None,
                    "amount": str(amount),
                }
            )
            left -= amount
    if left:
        raise Rejected(f"{left} {paid.currency} more than can be paid back", "TOO_MUCH")
    return transactions


def _money(amount, like):
    return Money(amount, like.currency, str(amount))
