"""Cancellations. Source: ``cancellation_oas3.json``, whose bodies eBay documents in its Post-Order API reference.

eBay cancels whole orders. A buyer's wish is a cancellation that waits for the seller: it is approved or rejected; else
the seller makes one. Since nothing carries our reference, eBay is asked first what there is.
"""

from urllib.parse import quote

from ...marketplace.contract import ActionResult, CancelReason, Rejected
from .fields import Node
from .orders import fetch_by_ids
from .shipments import one_by_one

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
    return one_by_one(cancellations, lambda cancellation: _cancel(api, cancellation))


def marketplace_header(shop_id):
    """The Post-Order API wants to know the marketplace."""
    return {"X-EBAY-C-MARKETPLACE-ID": shop_id}


def _cancel(api, cancellation):
    if cancellation.lines:
        _check_whole(api, cancellation)
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
    return _create(api, cancellation)


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


def _create(api, cancellation):
    payload = {"legacyOrderId": cancellation.order_id, "cancelReason": _REASONS[cancellation.reason]}
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


def _check_whole(api, cancellation):
    """eBay would cancel more than is wanted where only some units are."""
    order = fetch_by_ids(api, [cancellation.order_id]).get(cancellation.order_id)
    if order is None:
        raise Rejected(f"eBay does not know the order {cancellation.order_id}", "NoOrder")
    ordered = {item.text("lineItemId"): item.count("quantity") for item in Node(order).nodes("lineItems")}
    if {line.order_line_id: line.quantity for line in cancellation.lines} != ordered:
        raise Rejected("eBay cancels whole orders only: refund the units instead", "WholeOrder")
