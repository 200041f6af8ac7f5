"""What sellers do to orders: confirm shipments, cancel, pay back. Sources: documents ``orders``, ``order-refunds``.

The shop is asked what it knows before anything that could be done twice: parcels and refunds carry our reference in
their meta data, a cancelled order says so.
"""

from ...marketplace.contract import ActionResult, OrderStatus, Rejected
from .api import PAGE_SIZE, objects_of, order_path
from .fields import Node
from .orders import parse_order
from .parcels import meta_of, read_parcels, units_shipped
from .refunds import is_refund_of, refund_payload

_COMPLETED, _CANCELLED = "completed", "cancelled"


def confirm_shipment(api, shipment):
    """Record a parcel in its order, complete the order with its last parcel, and tell the buyer the tracking number.

    Parcel and completion are one write, which may be repeated. The buyer's note is a second one: when the parcel is
    recorded already, the notes are read before one is written.
    """
    payload = _order(api, shipment.order_id)
    parcels = read_parcels(Node(payload))
    known = shipment.reference in parcels
    if not known:
        changes = {"meta_data": [meta_of(shipment)]}
        if _is_complete(api, payload, shipment, parcels):
            changes["status"] = _COMPLETED
        api.send("orders.update", "PUT", order_path(shipment.order_id), changes)
    _tell_buyer(api, shipment, ask_first=known)
    return ActionResult(shipment.reference, True, "already confirmed" if known else "")


def _is_complete(api, payload, shipment, parcels):
    """Whether nothing is left to ship after this parcel.

    :raise Rejected: the order is cancelled, or has not that many units
    """
    order = parse_order(payload, api.credentials.shop_id)
    if order.status is OrderStatus.CANCELLED:
        raise Rejected(f"the order is {order.status_text}")
    left = {line.external_id: line.quantity for line in order.lines}
    for line_id, units in units_shipped(parcels).items():
        left[line_id] = left.get(line_id, 0) - units
    for line in shipment.lines:
        if left.get(line.order_line_id, 0) < line.quantity:
            raise Rejected(f"line {line.order_line_id} has no {line.quantity} units left to ship")
        left[line.order_line_id] -= line.quantity
    return not any(units > 0 for units in left.values())


def _tell_buyer(api, shipment, ask_first):
    if not shipment.tracking:
        return
    path = order_path(shipment.order_id, "notes")
    text = f"{shipment.carrier_name or shipment.carrier_code} {shipment.tracking}".strip()
    if ask_first:
        notes = objects_of(api.get("notes.list", path, {"type": "customer"}), "notes")
        if any(text in Node(note).text("note") for note in notes):
            return
    api.send("notes.create", "POST", path, {"note": text, "customer_note": True})


def cancel_order(api, cancellation):
    """Cancel a whole order; WooCommerce cancels no lines, and its buyers ask for nothing that could be declined."""
    if cancellation.decline:
        raise Rejected("buyers do not ask to cancel in WooCommerce")
    order = parse_order(_order(api, cancellation.order_id), api.credentials.shop_id)
    if order.status is OrderStatus.CANCELLED:
        return ActionResult(cancellation.reference, True, "already cancelled")
    if order.status is OrderStatus.SHIPPED or any(line.quantity_shipped for line in order.lines):
        raise Rejected(f"the order is {order.status_text} and was shipped: refund it instead")
    if cancellation.lines and not _is_whole(order, cancellation.lines):
        raise Rejected("WooCommerce cancels whole orders only: refund the lines instead")
    api.send("orders.update", "PUT", order_path(cancellation.order_id), {"status": _CANCELLED})
    return ActionResult(cancellation.reference, True)


def _is_whole(order, lines):
    wanted = {line.order_line_id: line.quantity for line in lines}
    return all(wanted.get(line.external_id, 0) >= line.quantity for line in order.lines)


def refund_order(api, refund, through_gateway):
    """Pay back.

    :param bool through_gateway: have the payment gateway pay; else the refund is only booked in the shop
    """
    path = order_path(refund.order_id, "refunds")
    order = _order(api, refund.order_id)
    known = objects_of(api.get("refunds.list", path, {"per_page": PAGE_SIZE}), "refunds")
    if any(is_refund_of(Node(entry), refund.reference) for entry in known):
        return ActionResult(refund.reference, True, "already refunded")
    api.send("refunds.create", "POST", path, refund_payload(Node(order), refund, through_gateway))
    return ActionResult(refund.reference, True)


def _order(api, order_id):
    return api.get("orders.get", order_path(order_id)).body
