"""Cancelling before shipping: whole orders by Shopify's asynchronous job, single lines by a refund."""

from ...marketplace.contract import ActionResult, CancelReason, Rejected, each
from . import documents
from .api import raise_user_errors
from .fields import gid
from .refunds import give

_REASONS = {
    CancelReason.BUYER_REQUEST: "CUSTOMER",
    CancelReason.OUT_OF_STOCK: "INVENTORY",
    CancelReason.ADDRESS: "OTHER",
    CancelReason.PRICE: "OTHER",
    CancelReason.OTHER: "OTHER",
}
_POLLS = 5
_POLL = 1.0
_RETRY_AFTER = 60.0


def cancel_orders(api, cancellations, notify):
    """Cancel orders or lines; one :class:`ActionResult` each. What was paid goes back the way it came."""
    return each(cancellations, lambda cancellation: _cancel(api, cancellation, notify))


def _cancel(api, cancellation, notify):
    if cancellation.decline:
        raise Rejected("buyers cannot ask Shopify to cancel: there is nothing to decline", "UNSUPPORTED")
    note = f"{cancellation.note or cancellation.reason.value} [{cancellation.reference}]"
    if cancellation.lines:
        lines = [
            {"lineItemId": gid("LineItem", line.order_line_id), "quantity": line.quantity, "restockType": "CANCEL"}
            for line in cancellation.lines
        ]
        lines = [{**line, "locationId": _location(api, cancellation.order_id)} for line in lines]
        return give(api, cancellation.order_id, cancellation.reference, note, lines, notify)
    return _cancel_order(api, cancellation, note, notify)


def _cancel_order(api, cancellation, note, notify):
    id_ = gid("Order", cancellation.order_id)
    if _is_cancelled(api, id_):
        return ActionResult(cancellation.reference, True, "already cancelled")
    reply = api.run(
        documents.CANCEL,
        id=id_,
        reason=_REASONS[cancellation.reason],
        restock=True,
        refund={"originalPaymentMethodsRefund": True},
        note=note[:255],
        notify=notify,
    )
    payload = reply.data.node("orderCancel")
    raise_user_errors(payload, "orderCancelUserErrors")
    job = payload.node("job")
    if not _is_done(api, job):
        return ActionResult(cancellation.reference, False, "Shopify is still cancelling the order", _RETRY_AFTER)
    if not _is_cancelled(api, id_):
        raise Rejected("Shopify could not cancel the order", "NOT_CANCELLED")
    return ActionResult(cancellation.reference, True)


def _is_cancelled(api, id_):
    data = api.run(documents.CANCELLATION, id=id_).data
    if "order" not in data:
        raise Rejected(f"there is no order {id_.rpartition('/')[2]}", "NOT_FOUND")
    return "cancelledAt" in data.node("order")


def _is_done(api, job):
    for _ in range(_POLLS):
        if not job.text("id") or job.flag("done"):
            return True
        api.sleep(_POLL)
        job = api.run(documents.JOB, id=job.text("id")).data.node("job")
    return job.flag("done")


def _location(api, order_id):
    """Where the units were committed."""
    order = api.run(documents.FULFILMENT_ORDERS, id=gid("Order", order_id)).data.node("order")
    for part in order.nodes("fulfillmentOrders"):
        return part.node("assignedLocation").node("location").text("id")
    raise Rejected("the order has nothing that is open", "NOT_OPEN")
