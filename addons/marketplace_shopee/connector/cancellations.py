"""Cancellations. Sources: documents ``v2.order.cancel_order`` and ``v2.order.handle_buyer_cancellation``."""

from functools import partial

from ...marketplace.contract import ActionResult, CancelReason, OrderStatus, Rejected, each_alone
from .fields import Node
from .order_view import ids_of, item_of, parse_order
from .orders import fetch_payload

_REASONS = {
    CancelReason.BUYER_REQUEST: "CUSTOMER_REQUEST",
    CancelReason.ADDRESS: "UNDELIVERABLE_AREA",
}
# Shopee knows no other reason of the seller.
_OTHER_REASON = "OUT_OF_STOCK"


def cancel_orders(api, cancellations):
    """Cancel orders or units, or answer the buyer; one :class:`ActionResult` per cancellation.

    What has already come about is not done again: the order is asked for first.
    """
    return each_alone(cancellations, partial(_cancel, api))


def _cancel(api, cancellation):
    payload = fetch_payload(api, cancellation.shop_id, cancellation.order_id)
    if payload is None:
        return ActionResult(cancellation.reference, False, f"the shop has no order {cancellation.order_id}")
    order = parse_order(payload)
    if order.status is OrderStatus.CANCELLED:
        return ActionResult(cancellation.reference, not cancellation.decline, "the order is cancelled")
    if order.cancel_request:
        return _answer_buyer(api, cancellation)
    if cancellation.decline:
        return ActionResult(cancellation.reference, True, "the buyer does not ask to cancel any more")
    items = Node(payload).node("order").nodes("item_list")
    request = request_of(cancellation, order, dict(zip(ids_of(items), items, strict=True)))
    if request is None:
        return ActionResult(cancellation.reference, True, "these units are cancelled already")
    api.post("order.cancel", cancellation.shop_id, "order/cancel_order", request)
    return ActionResult(cancellation.reference, True)


def _answer_buyer(api, cancellation):
    payload = {"order_sn": cancellation.order_id, "operation": "REJECT" if cancellation.decline else "ACCEPT"}
    api.post("order.buyer_cancellation", cancellation.shop_id, "order/handle_buyer_cancellation", payload)
    return ActionResult(cancellation.reference, True)


def request_of(cancellation, order, items):
    """Body of cancel_order; ``None`` if the units are cancelled already.

    :param dict items: ``{line id: item}``
    """
    reason = _REASONS.get(cancellation.reason, _OTHER_REASON)
    request = {"order_sn": order.external_id, "cancel_reason": reason}
    wanted = {line.order_line_id: line.quantity for line in cancellation.lines}
    unknown = [line_id for line_id in wanted if line_id not in items]
    if unknown:
        raise Rejected(f"the order has no line {unknown[0]}", "line")
    if wanted and wanted != {line_id: item.count("model_quantity_purchased") for line_id, item in items.items()}:
        # Shopee keeps no reference of ours: units that are cancelled already count as those of this cancellation.
        left = {line_id: units - _cancelled(items[line_id]) for line_id, units in wanted.items()}
        left = {line_id: units for line_id, units in left.items() if units > 0}
        if not left:
            return None
        return request | {"partial_cancel_item_list": [_partial(line_id, units) for line_id, units in left.items()]}
    if reason == _OTHER_REASON:
        open_lines = [line.external_id for line in order.lines if line.quantity]
        numbers = [item_of(line_id)[:2] for line_id in open_lines]
        request["item_list"] = [{"item_id": item_id, "model_id": model_id} for item_id, model_id in numbers]
    return request


def _cancelled(item):
    return (item.count("cancelled_qty") or 0) + (item.count("cancel_requested_qty") or 0)


def _partial(line_id, units):
    item_id, model_id, order_item_id, group = item_of(line_id)
    return {
        "item_id": item_id,
        "model_id": model_id,
        "order_item_id": order_item_id or item_id,
        "promotion_group_id": group,
        "model_quantity": units,
    }
