"""Cancellations. Sources: documents ``/order/reverse/cancel/validate``, ``create`` and ``seller/decide``.

Lazada cancels items, each of which is one unit. The reasons that it takes are asked for: they differ by country.
"""

from ...marketplace.contract import ActionResult, CancelReason, Rejected, each_alone
from .fields import Node
from .order_view import CANCELLED, status_of
from .orders import fetch_items

_PATH = "/order/reverse/cancel"
#: Parts of the names of reasons.
_WORDS = {
    CancelReason.OUT_OF_STOCK: ("stock",),
    CancelReason.PRICE: ("pric",),
    CancelReason.ADDRESS: ("address", "deliver"),
    CancelReason.BUYER_REQUEST: ("buyer", "customer"),
}


def cancel_orders(api, cancellations):
    """Cancel orders or items, or answer the buyer; one :class:`ActionResult` per cancellation.

    What has already come about is not done again: the order is asked for first.
    """
    return each_alone(cancellations, lambda item: ActionResult(item.reference, True, _cancel(api, item)))


def _cancel(api, cancellation):
    """Do it; returns a message."""
    received = fetch_items(api, cancellation.shop_id, cancellation.order_id)
    if received is None:
        raise Rejected(f"the shop has no order {cancellation.order_id}", "16")
    items = {item.ident("order_item_id", required=True): item for item in Node({"items": received}).nodes("items")}
    asking = [item for item in items.values() if item.flag("need_cancel_confirm")]
    if asking:
        return _answer_buyer(api, cancellation, asking)
    if cancellation.decline:
        return "the buyer does not ask to cancel any more"
    wanted = [line.order_line_id for line in cancellation.lines if line.quantity] or list(items)
    if unknown := [line_id for line_id in wanted if line_id not in items]:
        raise Rejected(f"the order has no item {unknown[0]}", "item")
    left = [line_id for line_id in wanted if status_of(items[line_id]) not in CANCELLED]
    if not left:
        return "these items are cancelled already"
    return _create(api, cancellation, left)


def _answer_buyer(api, cancellation, asking):
    for reverse_id in dict.fromkeys(item.ident("reverse_order_id", required=True) for item in asking):
        query = {"reverse_order_id": reverse_id, "agree_cancel": not cancellation.decline}
        api.get("reverse.decide", cancellation.shop_id, f"{_PATH}/seller/decide", query, idempotent=False)
    return ""


def _create(api, cancellation, item_ids):
    query = {"order_id": cancellation.order_id, "order_item_id_list": item_ids}
    answer = api.get("reverse.validate", cancellation.shop_id, f"{_PATH}/validate", query)
    data = answer.node("data")
    reason_id = choose_reason(data, cancellation.reason)
    query["reason_id"] = reason_id
    done = api.get("reverse.cancel", cancellation.shop_id, f"{_PATH}/create", query, idempotent=False).node("data")
    if done.text("tip_type") == "error":
        raise Rejected(done.text("tip_content") or "Lazada does not cancel it", "tip")
    return done.text("tip_content")


def choose_reason(data, reason):
    """Number of the reason that fits, else of the first one.

    :raise Rejected: the order cannot be cancelled
    """
    options = [(option.text("reason_name"), option.ident("reason_id")) for option in data.nodes("reason_options")]
    if data.text("tip_type") == "error" or not options:
        raise Rejected(data.text("tip_content") or "Lazada gives no reason for which this can be cancelled", "validate")
    words = _WORDS.get(reason, ())
    fitting = [number for name, number in options if any(word in name.lower() for word in words)]
    return (fitting or [options[0][1]])[0]
