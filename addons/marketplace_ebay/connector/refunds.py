"""Refunds. Source: ``sell_fulfillment_v1_oas3.json``, issueRefund; refunds of returns: ``return_oas3.json``.

Neither takes a reference of ours, and eBay refunds later than it answers. Before a refund is given, eBay is asked what
was refunded: a refund of exactly the same amounts on the same line items is taken to be this one, since paying twice is
worse than a second refund of the same amount that a person has to look at.
"""

from collections import defaultdict
from decimal import Decimal
from urllib.parse import quote

from ...marketplace.contract import ActionResult, Rejected, each
from .fields import Node
from .marketplaces import marketplace_header
from .orders import PATH as ORDERS
from .returns import PATH as RETURNS
from .returns import fetch_summary

REASONS = frozenset(
    {
        "BUYER_CANCEL",
        "SELLER_CANCEL",
        "ITEM_NOT_RECEIVED",
        "BUYER_RETURN",
        "ITEM_NOT_AS_DESCRIBED",
        "OTHER_ADJUSTMENT",
        "SHIPPING_DISCOUNT",
    }
)
_MOST_COMMENT = 100
_FAILED = "FAILED"


def refund_orders(api, refunds):
    """Give each refund; one :class:`ActionResult` each."""
    return each(refunds, lambda refund: _refund(api, refund))


def _refund(api, refund):
    return _refund_return(api, refund) if refund.return_id else _refund_order(api, refund)


# === ORDERS === #


def _refund_order(api, refund):
    order = Node(api.get("fulfillment.getOrder", f"{ORDERS}/{quote(refund.order_id, safe='')}"))
    payload = refund_request(refund)
    earlier = _find_earlier(order, payload)
    if earlier:
        return ActionResult(refund.reference, True, f"eBay has this refund already: {earlier}")
    answer = Node(
        api.call(
            "fulfillment.issueRefund",
            "POST",
            f"{ORDERS}/{quote(refund.order_id, safe='')}/issue_refund",
            payload=payload,
            auth=api.signed(api.user),
            idempotent=False,
        ).body
    )
    status = answer.text("refundStatus", required=True)
    return ActionResult(refund.reference, status != _FAILED, "" if status != _FAILED else "eBay: the refund failed")


def refund_request(refund):
    """Body of issueRefund: per line item, or for the order where some money belongs to no line item.

    A share of the delivery charge is paid back with the first line item, whose total contains delivery.
    """
    lines = defaultdict(Decimal)
    for line in refund.lines:
        lines[line.order_line_id] += line.amount.amount
    currency = _currency_of(refund)
    if refund.shipping is not None:
        lines[next(iter(lines), "")] += refund.shipping.amount
    body = {"reasonForRefund": _reason_of(refund)}
    comment = (refund.note or ("" if refund.reason in REASONS else refund.reason)).strip()
    if comment:
        body["comment"] = comment[:_MOST_COMMENT]
    if "" in lines:
        body["orderLevelRefundAmount"] = _amount(sum(lines.values(), Decimal(0)), currency)
    else:
        body["refundItems"] = [
            {"lineItemId": line, "refundAmount": _amount(amount, currency)} for line, amount in lines.items()
        ]
    return body


def _find_earlier(order, payload):
    """Id of a refund of the same amounts that eBay already has; empty if there is none."""
    if "orderLevelRefundAmount" in payload:
        wanted = [(order.node("paymentSummary"), payload["orderLevelRefundAmount"])]
    else:
        items = {item.text("lineItemId"): item for item in order.nodes("lineItems")}
        wanted = [(items.get(entry["lineItemId"]), entry["refundAmount"]) for entry in payload["refundItems"]]
    found = [_match(node, amount) if node is not None else "" for node, amount in wanted]
    return found[0] if all(found) else ""


def _match(node, amount):
    for entry in node.nodes("refunds"):
        original = entry.money("amount", original=True)
        if entry.text("refundStatus") == _FAILED or original is None:
            continue
        if (original.amount, original.currency) == (Decimal(amount["value"]), amount["currency"]):
            return entry.text("refundId") or entry.text("refundReferenceId") or "without id"
    return ""


def _reason_of(refund):
    return refund.reason if refund.reason in REASONS else "OTHER_ADJUSTMENT"


def _currency_of(refund):
    amounts = [line.amount for line in refund.lines] + ([refund.shipping] if refund.shipping is not None else [])
    currencies = {money.currency for money in amounts}
    if len(currencies) != 1:
        raise Rejected("a refund has amounts of exactly one currency", "Currency")
    return currencies.pop()


def _amount(amount, currency):
    return {"value": f"{amount:f}", "currency": currency}


# === RETURNS === #


def _refund_return(api, refund):
    summary = Node(fetch_summary(api, refund.shop_id, refund.return_id))
    paid = summary.node("sellerTotalRefund").money("actualRefundAmount")
    if paid is not None and paid.amount:
        return ActionResult(refund.reference, True, f"eBay has refunded {paid.text} {paid.currency} already")
    api.call(
        "postOrder.issueReturnRefund",
        "POST",
        f"{RETURNS}/{quote(refund.return_id, safe='')}/issue_refund",
        payload=return_refund_request(refund),
        auth=api.signed(api.post_order),
        headers=marketplace_header(refund.shop_id),
        idempotent=False,
    )
    return ActionResult(refund.reference, True)


def return_refund_request(refund):
    """Body of the refund of a return."""
    currency = _currency_of(refund)
    goods = sum((line.amount.amount for line in refund.lines), Decimal(0))
    parts = [("PURCHASE_PRICE", goods)] if goods else []
    if refund.shipping is not None:
        parts.append(("ORIGINAL_SHIPPING", refund.shipping.amount))
    total = sum((amount for _kind, amount in parts), Decimal(0))
    body = {
        "refundDetail": {
            "itemizedRefundDetail": [
                {"refundAmount": _number(amount, currency), "refundFeeType": kind} for kind, amount in parts
            ],
            "totalAmount": _number(total, currency),
        }
    }
    if refund.note:
        body["comments"] = {"content": refund.note}
    return body


def _number(amount, currency):
    """The Post-Order API writes amounts as numbers; JSON writes a float with the digits that it was made of."""
    return {"value": float(amount), "currency": currency}
