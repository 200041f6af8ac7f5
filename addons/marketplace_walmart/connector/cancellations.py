"""Cancelling per line and quantity. Source: Walmart's OpenAPI ``order-management``, ``cancelOrderLines``."""

from ...marketplace.contract import ActionResult, CancelReason, Rejected, each
from .orders import CANCELLED, OPEN, fetch_node, order_path, read_lines, read_units

_REASONS = {
    CancelReason.BUYER_REQUEST: "CUSTOMER_REQUESTED_SELLER_TO_CANCEL",
    CancelReason.OUT_OF_STOCK: "SELLER_CANCEL_OUT_OF_STOCK",
    CancelReason.ADDRESS: "SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE",
    CancelReason.PRICE: "SELLER_CANCEL_PRICING_ERROR",
    CancelReason.OTHER: "SELLER_CANCEL_OUT_OF_STOCK",  # Walmart has no word for the rest
}


def cancel_orders(api, cancellations):
    """Cancel orders or units; one :class:`ActionResult` each.

    Walmart keeps no reference of ours, so it is asked first: as many cancelled units as a cancellation names, in all
    its lines, count as this very cancellation.
    """
    return each(cancellations, lambda cancellation: _cancel(api, cancellation))


def _cancel(api, cancellation):
    if cancellation.decline:
        return ActionResult(cancellation.reference, True, "Walmart takes the shipment as the answer to the buyer")
    lines = {
        line.text("lineNumber"): read_units(line)[1] for line in read_lines(fetch_node(api, cancellation.order_id))
    }
    if cancellation.lines:
        wanted = {line.order_line_id: line.quantity for line in cancellation.lines}
        if missing := sorted(set(wanted) - set(lines)):
            raise Rejected(f"the order has no line {', '.join(missing)}", "NoSuchLine")
        done = all(lines[number][CANCELLED] >= quantity for number, quantity in wanted.items())
    else:
        left = {number: sum(units[word] for word in OPEN) for number, units in lines.items()}
        wanted = {number: quantity for number, quantity in left.items() if quantity}
        done = not wanted and any(units[CANCELLED] for units in lines.values())
    if done:
        return ActionResult(cancellation.reference, True, "already cancelled")
    if not wanted:
        raise Rejected("nothing of the order is left to cancel", "NothingOpen")
    payload = _body(wanted, _REASONS[cancellation.reason])
    api.send("orders.cancel", "POST", order_path(cancellation.order_id, "cancel"), payload)
    return ActionResult(cancellation.reference, True)


def _body(wanted, reason):
    entries = [
        {
            "lineNumber": number,
            "orderLineStatuses": {
                "orderLineStatus": [
                    {
                        "status": CANCELLED,
                        "cancellationReason": reason,
                        "statusQuantity": {"unitOfMeasurement": "EACH", "amount": str(quantity)},
                    }
                ]
            },
        }
        for number, quantity in wanted.items()
    ]
    return {"orderCancellation": {"orderLines": {"orderLine": entries}}}
