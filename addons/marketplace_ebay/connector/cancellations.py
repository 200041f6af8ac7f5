"""Cancellations. Source: ``cancellation_oas3.json``, whose bodies eBay documents in its Post-Order API reference.

eBay cancels whole orders. A buyer's wish is a cancellation that waits for the seller: it is approved or rejected; else
the seller makes one. Since nothing carries our reference, eBay is asked first what there is.
"""

from urllib.parse import quote

from ...marketplace.contract import ActionResult, CancelReason, Rejected, each
from .fields import Node
from .marketplaces import marketplace_header
from .order_parser import UNPAID
from .orders import fetch_by_ids

PATH = "/post-order/v2/cancellation"
SEARCH = f"{PATH}/search"
_REASONS = {
    CancelReason.BUYER_REQUEST: "BUYER_ASKED_CANCEL",
    CancelReason.ADDRESS: "ADDRESS_ISSUES",
    CancelReason.OUT_OF_STOCK: "OUT_OF_STOCK_OR_CANNOT_FULFILL",
    CancelReason.PRICE: "OUT_OF_STOCK_OR_CANNOT_FULFILL",
    CancelReason.OTHER: "OUT_OF_STOCK_OR_CANNOT_FULFILL",
}
_ASKED = "CANCEL_REQUESTED"
_REFUSED = "CANCEL_REJECTED"
_DONE = frozenset(
    {
        "CANCEL_PENDING",
        "CANCEL_CLOSED_FOR_COMMITMENT",
        "CANCEL_CLOSED_NO_REFUND",
        "CANCEL_CLOSED_UNKNOWN_REFUND",
        "CANCEL_CLOSED_WITH_REFUND",
    }
)


def cancel_orders(api, cancellations):
    """Cancel each order, or decline the buyer's wish to; one :class:`ActionResult` each."""
    return each(cancellations, lambda cancellation: _cancel(api, cancellation))


def _cancel(api, cancellation):
    order = _find_order(api, cancellation)
    if cancellation.lines:
        _check_whole(order, cancellation)
    known = _search(api, cancellation)
    asked = next((entry for entry in known if entry.text("cancelStatus") == _ASKED), None)
    statuses = {entry.text("cancelStatus") for entry in known}
    if cancellation.decline:
        return _decline(api, cancellation, asked, statuses)
    if statuses & _DONE:
        return ActionResult(cancellation.reference, True, "already cancelled")
    if asked is not None:
        _act(api, "postOrder.approveCancellation", cancellation, f"/{_id(asked)}/approve", signed=True)
        return ActionResult(cancellation.reference, True)
    return _create(api, cancellation, order)


def _search(api, cancellation):
    body = Node(
        api.get(
            "postOrder.searchCancellations",
            SEARCH,
            {"legacy_order_id": cancellation.order_id, "role": "SELLER"},
            auth=api.post_order,
            headers=marketplace_header(cancellation.shop_id),
        )
    )
    return body.nodes("cancellations")


def _decline(api, cancellation, asked, statuses):
    if asked is None:
        done = _REFUSED in statuses
        return ActionResult(cancellation.reference, done, "already declined" if done else "the buyer has not asked")
    _act(api, "postOrder.rejectCancellation", cancellation, f"/{_id(asked)}/reject", {})
    return ActionResult(cancellation.reference, True)


def _create(api, cancellation, order):
    paid = order.text("orderPaymentStatus") not in UNPAID
    payload = {
        "legacyOrderId": cancellation.order_id,
        "cancelReason": _REASONS[cancellation.reason],
        "buyerPaid": paid,
    }
    dates = [payment.text("paymentDate") for payment in order.node("paymentSummary").nodes("payments")]
    if paid and any(dates):
        payload["buyerPaidDate"] = {"value": max(dates)}
    answer = Node(_act(api, "postOrder.createCancellation", cancellation, "", payload, signed=True))
    if answer.text("cancelId"):
        return ActionResult(cancellation.reference, True)
    eligibility = answer.node("orderEligibilityResult")
    reasons = [eligibility.text("failureReason")]
    reasons += [entry.text("failureReason") for entry in eligibility.nodes("itemEligibilityResult")]
    return ActionResult(cancellation.reference, False, "; ".join(filter(None, reasons)) or "not eligible")


def _act(api, operation, cancellation, path, payload=None, signed=False):
    auth = api.signed(api.post_order) if signed else api.post_order
    return api.call(
        operation,
        "POST",
        PATH + path,
        payload=payload,
        auth=auth,
        headers=marketplace_header(cancellation.shop_id),
        idempotent=False,
    ).body


def _id(entry):
    return quote(entry.text("cancelId", required=True), safe="")


def _find_order(api, cancellation):
    order = fetch_by_ids(api, [cancellation.order_id]).get(cancellation.order_id)
    if order is None:
        raise Rejected(f"eBay does not know the order {cancellation.order_id}", "NoOrder")
    return Node(order)


def _check_whole(order, cancellation):
    """eBay would cancel more than is wanted where only some units are."""
    ordered = {item.text("lineItemId"): item.count("quantity") for item in order.nodes("lineItems")}
    if {line.order_line_id: line.quantity for line in cancellation.lines} != ordered:
        raise Rejected("eBay cancels whole orders only: refund the units instead", "WholeOrder")
