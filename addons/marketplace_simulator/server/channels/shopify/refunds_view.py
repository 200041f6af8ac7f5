"""Refunds and returns of the world as Shopify shows them."""

from decimal import Decimal

from ...world import money
from ...world.marketplaces import rounded
from .connections import page, second
from .orders_view import gid, units_of

_STATUSES = {"requested": "REQUESTED", "rejected": "DECLINED", "refunded": "CLOSED"}


def refunds(view):
    """Every refund of an order as ``Refund``, oldest first: cancelled units and money given back.

    :param OrderView view: of the order
    """
    order, shown = view.order, []
    for position, entry in enumerate(_cancels(view)):
        shown.append(_cancelled(view, f"{order['id']}9{position}", entry))
    for position, entries in enumerate(_groups(order)):
        shown.append(_given_back(view, f"{order['id']}1{position}", entries))
    return sorted(shown, key=lambda refund: refund["createdAt"])


def _cancels(view):
    order = view.order
    if view.cancelled and not order["cancels"]:  # by the buyer or by Shopify
        units = {line["id"]: line["quantity"] for line in order["lines"]}
        return [{"units": units, "reason": "", "at": order["updated"]}]
    return order["cancels"]


def _groups(order):
    """Entries of one refund each: those that were made by one call."""
    groups = {}
    for number, entry in enumerate(order["refunds"]):
        groups.setdefault(entry.get("key") or entry.get("return") or str(number), []).append(entry)
    return groups.values()


def _cancelled(view, number, entry):
    lines, total = [], Decimal()
    for line in view.order["lines"]:
        units = entry["units"].get(line["id"])
        if units:
            subtotal, tax = view.unit_refund(line, units) if view.cancelled else view.removed_of(line, units)
            lines.append(_line(view, number, line["id"], units, subtotal, tax, "CANCEL"))
            total += subtotal if view.included else subtotal + tax
    paid = view.order["status"] != "pending" and view.order["payment"]["method"] != "cod"
    if view.cancelled and paid:
        total = view.total()
    return _refund(view, number, entry["at"], entry["reason"], lines, [], total if paid else Decimal())


def _given_back(view, number, entries):
    lines, shipping = [], []
    by_id = {line["id"]: line for line in view.order["lines"]}
    for position, entry in enumerate(entries):
        amount = Decimal(entry["amount"])
        if entry["line"] is None or not entry["quantity"]:
            shipping.append((f"{number}{position}", amount))
            continue
        subtotal, tax = _split(view, by_id[entry["line"]], amount)
        kind = "RETURN" if entry.get("return") else "NO_RESTOCK"
        lines.append(_line(view, number, entry["line"], entry["quantity"], subtotal, tax, kind))
    total = sum((Decimal(entry["amount"]) for entry in entries), Decimal())
    first = entries[0]
    return _refund(view, number, first["at"], first.get("reason", ""), lines, shipping, total, first.get("return"))


def _split(view, line, amount):
    """``(subtotal, tax)`` of an amount that a buyer gets back for a line."""
    price, discount, tax = view.price_of(line)
    whole = price - discount + (Decimal() if view.included else tax)
    share = rounded(amount * tax / whole, view.purse.shop) if whole else Decimal()
    return (amount, share) if view.included else (amount - share, share)


def _line(view, number, line_id, units, subtotal, tax, kind):
    line = next(line for line in view.order["lines"] if line["id"] == line_id)
    return {
        "id": gid("RefundLineItem", f"{number}{line_id[-2:]}"),
        "quantity": units,
        "restockType": kind,
        "lineItem": {"id": gid("LineItem", line_id), "sku": line["sku"]},
        "subtotalSet": view.purse.bag(subtotal),
        "totalTaxSet": view.purse.bag(tax),
    }


def _refund(view, number, at, note, lines, shipping, total, return_id=None):
    bag = view.purse.bag
    deliveries = [
        {"id": gid("RefundShippingLine", key), "subtotalAmountSet": bag(amount), "taxAmountSet": bag(0)}
        for key, amount in shipping
    ]
    return {
        "id": gid("Refund", number),
        "createdAt": second(at),
        "updatedAt": second(at),
        "note": note,
        "return": {"id": gid("Return", return_id)} if return_id else None,
        "totalRefundedSet": bag(total),
        "refundLineItems": lambda info, **args: page(lines, **args),
        "refundShippingLines": lambda info, **args: page(deliveries, **args),
        "orderAdjustments": lambda info, **args: page([], **args),
        "order": lambda info: view.show(),
    }


def returns(view):
    """Every return of an order as ``Return``."""
    return [_return(view, entry) for entry in view.order["returns"]]


def _return(view, entry):
    lines = [_return_line(line, entry) for line in entry["lines"]]
    own = [refund for refund in refunds(view) if (refund["return"] or {}).get("id") == gid("Return", entry["id"])]
    rejected, refunded = entry["status"] == "rejected", entry["status"] == "refunded"
    return {
        "id": gid("Return", entry["id"]),
        "name": f"#{view.order['number'] + 1000}-R{entry['id'][-1]}",
        "status": _STATUSES.get(entry["status"], "OPEN"),
        "createdAt": second(entry["created"]),
        "closedAt": second(entry["updated"]) if refunded else None,
        "requestApprovedAt": None if entry["status"] in ("requested", "rejected") else second(entry["updated"]),
        "decline": {"reason": "OTHER", "note": entry["note"]} if rejected else None,
        "order": lambda info: view.show(),
        "returnLineItems": lambda info, **args: page(lines, **args),
        "exchangeLineItems": lambda info, **args: page([], **args),
        "reverseFulfillmentOrders": lambda info, **args: page(_reverse(entry, lines), **args),
        "refunds": lambda info, **args: page(own, **args),
    }


def _return_line(line, entry):
    item = {"id": gid("LineItem", line["line"]), "sku": line["sku"]}
    reason = entry["reason"]
    return {
        "__typename": "ReturnLineItem",
        "id": gid("ReturnLineItem", line["id"]),
        "quantity": line["quantity"],
        "unprocessedQuantity": 0 if entry["status"] == "refunded" else line["quantity"],
        "refundedQuantity": line["quantity"] if entry["status"] == "refunded" else 0,
        "returnReasonNote": entry["note"],
        "customerNote": None,
        "returnReasonDefinition": {"handle": reason.lower().replace(" ", "-"), "name": reason},
        "fulfillmentLineItem": {"lineItem": item},
    }


def _reverse(entry, lines):
    if entry["status"] in ("requested", "rejected"):
        return []
    arrived = entry["status"] in ("received", "refunded")
    kind = "NOT_RESTOCKED" if entry["restock"] is False else "RESTOCKED"
    items = [
        {
            "id": gid("ReverseFulfillmentOrderLineItem", line["id"].rpartition("/")[2]),
            "dispositions": [{"type": kind, "quantity": line["quantity"]}] if arrived else [],
            "fulfillmentLineItem": line["fulfillmentLineItem"],
        }
        for line in lines
    ]
    tracking = {"carrierName": entry["carrier"], "number": entry["tracking"]}
    parcel = {"__typename": "ReverseDeliveryShippingDeliverable", "tracking": tracking if entry["tracking"] else None}
    delivery = {"id": gid("ReverseDelivery", entry["id"]), "deliverable": parcel}
    return [
        {
            "id": gid("ReverseFulfillmentOrder", entry["id"]),
            "lineItems": lambda info, **args: page(items, **args),
            "reverseDeliveries": lambda info, **args: page([delivery], **args),
        }
    ]


def suggested(view, wanted, shipping):
    """``SuggestedRefund`` of some units: what they cost, and how it can go back.

    :param wanted: ``[{lineItemId, quantity}]``
    :param shipping: Decimal share of the delivery charge, in the buyer's currency
    """
    by_id = {gid("LineItem", line["id"]): line for line in view.order["lines"]}
    amounts = [view.purse.back(shipping)] if shipping else []
    for item in wanted:
        line = by_id[item["lineItemId"]]
        subtotal, tax = view.unit_refund(line, min(item["quantity"], units_of(line, view.cancelled)))
        amounts += [subtotal] if view.included else [subtotal, tax]
    paid_back = sum((Decimal(entry["amount"]) for entry in view.order["refunds"]), Decimal())
    left = money.order_total(view.order) - paid_back
    payment = {
        "gateway": view.show()["paymentGatewayNames"][0],
        "maximumRefundableSet": view.purse.bag(left),
        "parentTransaction": {"id": gid("OrderTransaction", view.order["id"])},
    }
    return {"amountSet": view.purse.bag(*amounts), "suggestedTransactions": [payment]}
