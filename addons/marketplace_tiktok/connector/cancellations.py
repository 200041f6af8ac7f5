"""Cancelling, and answering a buyer who asks for it. Source: TikTok Shop's documents "Cancel Order", "Search
Cancellations", "Approve Cancellation", "Reject Cancellation" and "Get Reject Reasons".
"""

from ...marketplace.contract import ActionResult, CancelReason, Rejected, each
from .orders import fetch_detail, is_cancelled

PAGE_SIZE = 50
_REASONS = {
    CancelReason.OUT_OF_STOCK: "seller_cancel_reason_out_of_stock",
    CancelReason.PRICE: "seller_cancel_reason_wrong_price",
    CancelReason.ADDRESS: "seller_cancel_paid_reason_address_not_deliver",
    CancelReason.BUYER_REQUEST: "seller_cancel_paid_reason_buyer_requested_cancellation",
    CancelReason.OTHER: "seller_cancel_reason_out_of_stock",
}
_PENDING = "CANCELLATION_REQUEST_PENDING"
_DONE = frozenset({"CANCELLATION_REQUEST_SUCCESS", "CANCELLATION_REQUEST_COMPLETE"})


def cancel_orders(api, cancellations):
    """Cancel, approve or decline; one :class:`ActionResult` each. TikTok is asked first what it already has."""
    return each(cancellations, lambda cancellation: _cancel(api, cancellation))


def search(api, shop_id, **filters):
    """Cancellations of a shop as nodes."""
    return api.pages("cancellations.search", "cancellations", shop_id, {"page_size": PAGE_SIZE}, filters)


def idempotency_key(reference):
    """TikTok's word for "this is the same request again", of our reference."""
    return reference[:255]


def _cancel(api, cancellation):
    known = list(search(api, cancellation.shop_id, order_ids=[cancellation.order_id]))
    asked = [entry for entry in known if entry.text("cancel_status") == _PENDING and entry.text("role") == "BUYER"]
    if cancellation.decline:
        return _decline(api, cancellation, asked)
    gone = {
        item.text("order_line_item_id")
        for entry in known
        if _is_ours_or_done(entry)
        for item in entry.nodes("cancel_line_items")
    }
    if _units(api, cancellation) <= gone:
        return ActionResult(cancellation.reference, True, "already cancelled")
    if asked:
        for entry in asked:
            _answer(api, "cancellations.approve", cancellation, entry)
        return ActionResult(cancellation.reference, True, "the buyer's wish to cancel is approved")
    payload = {"order_id": cancellation.order_id, "cancel_reason": _REASONS[cancellation.reason]}
    if cancellation.lines:
        payload["order_line_item_ids"] = [line.order_line_id for line in cancellation.lines]
    api.call("cancellations.create", cancellation.shop_id, payload=payload)
    return ActionResult(cancellation.reference, True)


def _decline(api, cancellation, asked):
    if not asked:
        raise Rejected("the buyer does not ask to cancel this order any more", "NothingToDecline")
    for entry in asked:
        query = {"return_or_cancel_id": entry.text("cancel_id", required=True)}
        reasons = api.call("returns.reject_reasons", cancellation.shop_id, query).nodes("reasons")
        if not reasons:
            raise Rejected("TikTok Shop offers no reason to decline", "NoRejectReason")
        payload = {"reject_reason": reasons[0].text("name", required=True), "comment": cancellation.note}
        _answer(api, "cancellations.reject", cancellation, entry, {key: text for key, text in payload.items() if text})
    return ActionResult(cancellation.reference, True)


def _answer(api, operation, cancellation, entry, payload=None):
    api.call(
        operation,
        cancellation.shop_id,
        {"idempotency_key": idempotency_key(cancellation.reference)},
        payload or {},
        idempotent=True,
        cancel_id=entry.text("cancel_id", required=True),
    )


def _is_ours_or_done(entry):
    status = entry.text("cancel_status")
    return status in _DONE or (status == _PENDING and entry.text("role") != "BUYER")


def _units(api, cancellation):
    """Ids of the units that are to be cancelled; of a whole order, those that are not cancelled yet."""
    if cancellation.lines:
        return {line.order_line_id for line in cancellation.lines}
    order = fetch_detail(api, cancellation.shop_id, cancellation.order_id)
    return {item.text("id") for item in order.nodes("line_items") if not is_cancelled(item)}
