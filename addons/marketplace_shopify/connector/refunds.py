"""Money back, and lines taken out of an order before they are shipped."""

import uuid
from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import ActionResult, Money, Rejected, Restock, each
from . import documents
from .api import raise_user_errors
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
    if refund.return_id.startswith("Return/"):
        return settle(api, refund, locations, notify)
    lines = [_line(line.order_line_id, line.quantity, line.restock) for line in refund.lines if line.quantity]
    if any(line["restockType"] == "RETURN" for line in lines):
        place = locations()[0]
        lines = [{**line, "locationId": place} if line["restockType"] == "RETURN" else line for line in lines]
    note = f"{refund.note or refund.reason} [{refund.reference}]".strip()
    amounts = amounts_of(refund)
    return give(api, refund.order_id, refund.reference, note, lines, notify, amounts, refund.shipping)


def amounts_of(refund):
    """What a refund consists of, as list of :class:`Money`."""
    return [line.amount for line in refund.lines] + ([refund.shipping] if refund.shipping else [])


def _line(order_line_id, quantity, restock):
    kind = "RETURN" if restock is Restock.SELLABLE else "NO_RESTOCK"
    return {"lineItemId": gid("LineItem", order_line_id), "quantity": quantity, "restockType": kind}


def give(api, order_id, reference, note, lines, notify, amounts=None, shipping=None):
    """Create one refund, unless the order already has it.

    The reference is the end of the refund's note, by which it is found again, and Shopify's idempotency key.

    :param lines: ``refundLineItems``
    :param amounts: :class:`Money` of the parts, in the shop's currency; ``None``: what Shopify suggests for the lines
    :param shipping: :class:`Money` of the delivery charge that is paid back
    """
    id_ = gid("Order", order_id)
    order = _refundable(api, id_, lines)
    if any(refund.text("note").endswith(f"[{reference}]") for refund in order.nodes("refunds")):
        return ActionResult(reference, True, "already refunded")
    paid = order.node("suggestedRefund").bag("amountSet", BUYER) if amounts is None else _paid(order, amounts)
    refund = {
        "orderId": id_,
        "currency": paid.currency,
        "note": note,
        "notify": notify,
        "refundLineItems": lines,
        "transactions": [
            {"orderId": id_, "gateway": gateway, "kind": "REFUND", "parentId": parent, "amount": amount}
            for gateway, parent, amount in _payments(order, paid)
        ],
    }
    if shipping:
        refund["shipping"] = {"amount": _converted(order, shipping.amount).text}
    key = str(uuid.uuid5(_NAMESPACE, f"{api.credentials.shop}\n{reference}"))
    raise_user_errors(api.run(documents.GIVE_REFUND, input=refund, key=key).data.node("refundCreate"))
    return ActionResult(reference, True)


def settle(api, refund, locations, notify):
    """Pay a return back: its units are processed and restocked, the refund becomes a part of it.

    A return is settled once: one that has a refund already is left alone.
    """
    data = api.run(documents.RETURN, id=gid("Return", refund.return_id.partition("/")[2])).data
    if "return" not in data:
        raise Rejected(f"there is no return {refund.return_id}", "NOT_FOUND")
    item = data.node("return")
    if item.nodes("refunds"):
        return ActionResult(refund.reference, True, "already refunded")
    order = _refundable(api, item.node("order").text("id"), [])
    paid = _paid(order, amounts_of(refund))
    payments = [
        {"parentId": parent, "transactionAmount": {"amount": amount, "currencyCode": paid.currency}}
        for _gateway, parent, amount in _payments(order, paid)
    ]
    process = {
        "returnId": item.text("id"),
        "note": f"{refund.note or refund.reason} [{refund.reference}]".strip(),
        "notifyCustomer": notify,
        "returnLineItems": _processed(item, refund.lines, locations),
        "financialTransfer": {"issueRefund": {"orderTransactions": payments}},
    }
    if refund.shipping:
        shipping = _converted(order, refund.shipping.amount)
        amount = {"amount": shipping.text, "currencyCode": shipping.currency}
        process["refundShipping"] = {"shippingRefundAmount": amount}
    raise_user_errors(api.run(documents.PROCESS_RETURN, input=process).data.node("returnProcess"))
    return ActionResult(refund.reference, True)


def _processed(item, lines, locations):
    """``returnLineItems``: units of the refund that the return has not processed yet."""
    wanted = {line.order_line_id: line for line in lines if line.quantity}
    reverse = {
        part.node("fulfillmentLineItem").node("lineItem").number(required=False): part
        for order in item.nodes("reverseFulfillmentOrders")
        for part in order.nodes("lineItems")
    }
    processed = []
    for line in item.nodes("returnLineItems"):
        number = line.node("fulfillmentLineItem").node("lineItem").number(required=False)
        units = min(wanted[number].quantity, line.count("unprocessedQuantity") or 0) if number in wanted else 0
        if units:
            disposal = _disposal(reverse.get(number), wanted[number].restock, units, locations)
            processed.append({"id": line.text("id"), "quantity": units, "dispositions": disposal})
    return processed


def _disposal(part, restock, units, locations):
    """What becomes of units, unless somebody has said so at Shopify already."""
    if part is None or part.nodes("dispositions") or restock not in (Restock.SELLABLE, Restock.UNSELLABLE):
        return []
    disposal = {"reverseFulfillmentOrderLineItemId": part.text("id"), "quantity": units}
    if restock is Restock.UNSELLABLE:
        return [{**disposal, "dispositionType": "NOT_RESTOCKED"}]
    return [{**disposal, "dispositionType": "RESTOCKED", "locationId": locations()[0]}]


def _refundable(api, order_id, lines):
    """What an order can be paid back, as node.

    :raise Rejected: there is no such order
    """
    asked = [{key: value for key, value in line.items() if key != "locationId"} for line in lines]
    data = api.run(documents.REFUNDABLE, id=order_id, lines=asked, shipping=None).data
    if "order" not in data:
        raise Rejected(f"there is no order {order_id.rpartition('/')[2]}", "NOT_FOUND")
    return data.node("order")


def _paid(order, amounts):
    """The sum of amounts as the buyer gets it.

    :raise Rejected: an amount is in another currency than the shop's
    """
    currency = order.bag("totalPriceSet").currency
    for amount in amounts:
        if amount.currency != currency:
            raise Rejected(f"the order is in {currency}, the refund in {amount.currency}", "CURRENCY")
    return _converted(order, sum((amount.amount for amount in amounts), Decimal()))


def _converted(order, amount):
    """An amount in the currency the buyer paid, at the rate of the order; :class:`Money`."""
    for shop, buyer in (_both(order.node("suggestedRefund"), "amountSet"), _both(order, "totalPriceSet")):
        if shop and shop.currency == buyer.currency:
            return _money(amount, buyer)
        if shop and shop.amount == amount:
            return buyer
    if not shop.amount:
        raise Rejected("nothing was paid for this order", "UNPAID")
    return _money((amount * buyer.amount / shop.amount).quantize(coin_of(buyer), ROUND_HALF_UP), buyer)


def _both(node, key):
    return node.bag(key, SHOP), node.bag(key, BUYER)


def _payments(order, paid):
    """``[(gateway, transaction, amount)]``: the amount over the payments it can go back to.

    :raise Rejected: more than was paid
    """
    left, payments = paid.amount, []
    for payment in order.node("suggestedRefund").nodes("suggestedTransactions"):
        most = payment.bag("maximumRefundableSet", BUYER)
        amount = min(left, most.amount) if most else left
        if amount > 0:
            parent = payment.node("parentTransaction").text("id") or None
            payments.append((payment.text("gateway"), parent, str(amount)))
            left -= amount
    if left:
        raise Rejected(f"{left} {paid.currency} more than can be paid back", "TOO_MUCH")
    return payments


def _money(amount, like):
    return Money(amount, like.currency, str(amount))
