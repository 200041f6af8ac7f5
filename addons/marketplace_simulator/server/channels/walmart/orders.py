"""Finding orders, and what sellers do with them."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from ...clock import from_text, to_text
from ...http import ApiError
from ...world import seller
from .order_view import find_line, view

DEFAULT_SPAN = timedelta(days=7)
HISTORY = timedelta(days=180)
REASONS = frozenset({
    "CUSTOMER_REQUESTED_SELLER_TO_CANCEL", "SELLER_CANCEL_PRICING_ERROR", "SELLER_CANCEL_OUT_OF_STOCK",
    "SELLER_CANCEL_FRAUD_STOP_SHIPMENT", "SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE",
})


def bad(description, status=400, code="INVALID_REQUEST_CONTENT.GMP_ORDER_API"):
    """Return the error of a request that breaks a rule of the documents."""
    return ApiError(status, code, description)


def search(call):
    """One page of orders by the time of their last change; only orders fulfilled by the seller exist here."""
    token = call.text("nextToken")
    size = call.number("limit", 100, 1, 200)
    if not token and call.text("shipNodeType", "SellerFulfilled") != "SellerFulfilled":
        return _page([], "", size)
    now = call.world.clock.now()
    oldest = now - HISTORY
    after = max(call.moment("lastModifiedStartDate") or oldest, oldest)
    before = call.moment("lastModifiedEndDate") or now
    created = max(call.moment("createdStartDate") or now - DEFAULT_SPAN, oldest)
    # The last second counts in whole: Walmart's queries know no fractions.
    last = to_text(before - timedelta(milliseconds=1))
    orders, following = call.site.search(call, "updated", to_text(after), last, {}, size, token)
    found = [order for order in orders if from_text(order["created"]) >= created]
    incentives = _with_incentives(call)
    query = {"limit": size, "hasMoreElements": "true", "createdStartDate": to_text(created),
             "incentiveInfo": incentives, "nextToken": following}
    return _page(found, f"?{urlencode(query)}" if following else "", size, incentives)


def _page(orders, cursor, size, incentives=False):
    meta = {"totalCount": len(orders), "limit": size}
    if cursor:
        meta["nextCursor"] = cursor
    return {"list": {"meta": meta, "elements": {"order": [view(order, incentives) for order in orders]}}}


def _with_incentives(call):
    return call.text("incentiveInfo", "").lower() == "true"


def get(call):
    """One order."""
    return {"order": view(find(call), _with_incentives(call))}


def find(call):
    """Return the order of the path.

    :raise ApiError: if there is none
    """
    order = call.site.find_order(call, call.path["order"])
    if order is None:
        raise bad("The requested purchase order was not found.", 404, "NOT_FOUND.GMP_ORDER_API")
    return order


def acknowledge(call):
    """The seller's software has the order."""
    order = find(call)
    if order["status"] == "cancelled":
        raise bad("The order is cancelled and cannot be acknowledged.")
    seller.acknowledge(call.world, order)
    return get(call)


def ship(call):
    """Units of lines have left in a parcel."""
    order = find(call)
    if not order["acknowledged"]:
        raise bad("The order must be acknowledged before it is shipped.")
    packages = {}
    for entry in _entries(call, "orderShipment"):
        line = _line(order, entry)
        if line["cancel_request"] and entry.get("intentToCancelOverride") is not True:
            raise bad("The customer asked to cancel this line: set intentToCancelOverride to ship it.")
        for status in entry["orderLineStatuses"]["orderLineStatus"]:
            tracking = status["trackingInfo"]
            package = packages.setdefault(tracking["trackingNumber"], (tracking, []))
            package[1].append({"line": line["id"], "quantity": int(status["statusQuantity"]["amount"])})
    for number, (tracking, items) in packages.items():
        carrier = tracking["carrierName"]
        if "carrier" not in carrier and not tracking.get("trackingURL"):
            raise bad("trackingURL is mandatory with otherCarrier.")
        content = ",".join(f"{item['line']}:{item['quantity']}" for item in items)
        seller.confirm_shipment(call.world, order, {
            "reference": f"{number} {content}", "carrier": carrier.get("carrier") or carrier["otherCarrier"],
            "service": tracking["methodCode"], "tracking": number,
            "shipped_at": to_text(call.world.clock.now()), "items": items})
    return get(call)


def cancel(call):
    """Units of lines are cancelled by the seller."""
    order, wanted, reason = find(call), {}, ""
    for entry in _entries(call, "orderCancellation"):
        for status in entry["orderLineStatuses"]["orderLineStatus"]:
            reason = status.get("cancellationReason")
            if reason not in REASONS:
                raise bad("cancellationReason is not valid.")
            wanted[_line(order, entry)["id"]] = int(status["statusQuantity"]["amount"])
    seller.cancel(call.world, order, wanted, reason)
    return get(call)


def refund(call):
    """Money of lines is paid back."""
    order, lines, shipping, key, reason = find(call), [], Decimal(0), None, ""
    for entry in _entries(call, "orderRefund"):
        for detail in entry["refunds"]["refund"]:
            key, amount = detail.get("refundComments") or key, Decimal(0)
            for part in detail["refundCharges"]["refundCharge"]:
                charge, reason = part["charge"], part["refundReason"]
                stated = -Decimal(str(charge["chargeAmount"]["amount"]))
                stated -= Decimal(str(charge.get("tax", {}).get("taxAmount", {}).get("amount", 0)))
                if charge["chargeType"] == "SHIPPING":
                    shipping += stated
                else:
                    amount += stated
            if amount:
                lines.append({"line": _line(order, entry)["id"], "quantity": 0, "amount": amount})
    seller.refund(call.world, order, lines, shipping or None, reason, key)
    return get(call)


def _entries(call, key):
    try:
        return call.body()[key]["orderLines"]["orderLine"]
    except (KeyError, TypeError) as error:
        raise bad(f"{key} is not complete.") from error


def _line(order, entry):
    line = find_line(order, entry.get("lineNumber"))
    if line is None:
        raise bad(f"There is no line {entry.get('lineNumber')}.")
    return line
