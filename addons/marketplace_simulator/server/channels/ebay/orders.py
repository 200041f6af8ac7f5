"""The Fulfillment API: searching orders, confirming shipments, refunds."""

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from ...clock import from_text, to_text
from ...http import ApiError
from ...world import seller
from ...world.events import Refused
from . import order_view
from .access import check_signature, created

MOST, MOST_IDS = 200, 50
SPAN = timedelta(days=90)
KEPT = timedelta(days=730)
COLUMNS = {"lastmodifieddate": "updated", "creationdate": "created"}
REASONS = ("BUYER_CANCEL", "SELLER_CANCEL", "ITEM_NOT_RECEIVED", "BUYER_RETURN", "ITEM_NOT_AS_DESCRIBED",
           "OTHER_ADJUSTMENT", "SHIPPING_DISCOUNT")


def get_orders(call):
    """Orders by ids, or by time of creation or last change, 200 at most from an offset on."""
    ids = call.texts("orderIds")
    if ids:
        if len(ids) > MOST_IDS:
            raise ApiError(400, "30812", f"orderIds takes at most {MOST_IDS} values.")
        found = [order for key in ids if (order := call.site.find_order(call, key))]
        return {"orders": [order_view.view(order, False) for order in found], "total": len(found)}
    breakdown = _breakdown(call)
    limit, offset = call.number("limit", 50, 1, MOST), call.number("offset", 0, 0, 10**9)
    column, first, last = _range(call)
    orders, total = call.site.search_offset(call, column, offset, limit, first, last)
    body = {"href": call.request.url, "limit": limit, "offset": offset, "total": total,
            "orders": [order_view.view(order, breakdown) for order in orders]}
    if offset + limit < total:
        body["next"] = f"{call.site.url}/sell/fulfillment/v1/order?limit={limit}&offset={offset + limit}"
    return body


def get_order(call):
    """One order, with what searches leave out."""
    return order_view.view(order_of(call), _breakdown(call), details=True)


def get_fulfilments(call):
    """The packages of an order."""
    found = order_view.fulfilments(order_of(call))
    return {"fulfillments": found, "total": len(found)}


def create_fulfilment(call):
    """Confirm a package. eBay has no reference of the seller's: the number and the content make the package."""
    order, body = order_of(call), call.body()
    tracking, carrier = body.get("trackingNumber", ""), body.get("shippingCarrierCode", "")
    if bool(tracking) != bool(carrier):
        raise ApiError(400, "32300", "Tracking number and shipping carrier go together.")
    if tracking and not (tracking.isascii() and tracking.isalnum()):
        raise ApiError(400, "32310", "The tracking number has other characters than letters and digits.")
    items = [{"line": str(item.get("lineItemId")), "quantity": item.get("quantity", 1)}
             for item in body.get("lineItems", [])]
    if not items or not all(isinstance(item["quantity"], int) and item["quantity"] > 0 for item in items):
        raise ApiError(400, "32200", "Line items or their quantities are missing.")
    content = "+".join(f"{item['line']}x{item['quantity']}" for item in items)
    seller.confirm_shipment(call.world, order, {
        "reference": f"{tracking}:{content}", "carrier": carrier, "service": "", "tracking": tracking, "items": items,
        "shipped_at": body.get("shippedDate") or to_text(call.world.clock.now())})
    number = tracking or f"999{len(order['packages']) - 1}"
    return created(f"{call.site.url}/sell/fulfillment/v1/order/{order['id']}/shipping_fulfillment/{number}")


def issue_refund(call):
    """Pay money back, for line items or for the order; told as pending, like everything that moves money."""
    check_signature(call)
    order, body = order_of(call), call.body()
    if body.get("reasonForRefund") not in REASONS:
        raise ApiError(400, "34907", "Invalid reason for refund.")
    if order["status"] == "pending":
        raise ApiError(400, "34916", "An order that is not paid cannot be refunded.")
    known = {line["id"] for line in order["lines"]}
    lines = [{"line": item.get("lineItemId"), "quantity": 0, "amount": _amount(order, item.get("refundAmount"))}
             for item in body.get("refundItems") or []]
    if any(line["line"] not in known for line in lines):
        raise ApiError(400, "34905", "Invalid line item id.")
    whole = body.get("orderLevelRefundAmount")
    try:
        entries = seller.refund(call.world, order, lines, _amount(order, whole) if whole else None,
                                body["reasonForRefund"])
    except Refused as refusal:
        raise ApiError(400, "34923", str(refusal)) from None
    return {"refundId": entries[0]["id"], "refundStatus": "PENDING"}


def order_of(call):
    """Return the order of the path.

    :raise ApiError: there is none
    """
    order = call.site.find_order(call, call.path["order"])
    if order is None:
        raise ApiError(404, "32100", "Invalid order ID.")
    return order


def _breakdown(call):
    groups = call.text("fieldGroups")
    if groups not in (None, "TAX_BREAKDOWN"):
        raise ApiError(400, "30810", "Invalid fieldGroups.")
    return groups is not None


def _range(call):
    """``(column, first, last)`` of the filter; without one what was created in the last 90 days."""
    now = call.world.clock.now()
    text = call.text("filter")
    if text is None:
        return "created", to_text(now - SPAN), to_text(now)
    match = re.fullmatch(r"(lastmodifieddate|creationdate):\[([^.]+\.\d+Z)\.\.([^.]+\.\d+Z)?\]", text)
    if not match:
        raise ApiError(400, "30700", "Invalid filter.")
    try:
        first = from_text(match[2])
        last = from_text(match[3]) if match[3] else min(now, first + SPAN)
    except ValueError:
        raise ApiError(400, "30800", "Invalid date format.") from None
    if last < first or last - first > SPAN or first < now - KEPT:
        raise ApiError(400, "30850", "The range is empty, longer than 90 days, or older than two years.")
    return COLUMNS[match[1]], to_text(first), to_text(last)


def _amount(order, amount):
    try:
        value = Decimal(amount["value"])
    except (TypeError, KeyError, InvalidOperation):
        raise ApiError(400, "34913", "Invalid refund amount.") from None
    if amount.get("currency") != order["currency"]:
        raise ApiError(400, "34914", "The refund is in another currency than the order.")
    return value
