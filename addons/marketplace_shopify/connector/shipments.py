"""Parcels become fulfilments of the order's fulfilment orders.

Shopify keeps no number of ours beside a fulfilment. What a tracking number already carries is therefore read before
anything is written: only the rest is fulfilled, so that sending a parcel again ships nothing twice. A parcel without
tracking number carries our own parcel number in its place.
"""

from ...marketplace.contract import ActionResult, Rejected, each
from . import documents
from .api import raise_user_errors
from .fields import Node, gid
from .orders import fetch_fulfilments
from .paging import rest_of

_FULFILLABLE = "CREATE_FULFILLMENT"
_DEAD = frozenset({"CANCELLED", "ERROR", "FAILURE"})


def confirm_shipments(api, shipments, notify):
    """Confirm each parcel.

    :param bool notify: have Shopify write to the buyer
    :return: list of :class:`ActionResult`
    """
    return each(shipments, lambda shipment: _confirm(api, shipment, notify))


def _confirm(api, shipment, notify):
    order_id = gid("Order", shipment.order_id)
    number = shipment.tracking or shipment.reference
    wanted = _rest(shipment, _sent_with(api, order_id, number))
    if not wanted:
        return ActionResult(shipment.reference, True, "already confirmed")
    places = _allocate(_open_lines(api, order_id), wanted)
    for chosen in places.values():
        fulfilment = {
            "lineItemsByFulfillmentOrder": [
                {"fulfillmentOrderId": id_, "fulfillmentOrderLineItems": lines} for id_, lines in chosen.items()
            ],
            "notifyCustomer": notify,
            "trackingInfo": {"number": number, "company": shipment.carrier_name or shipment.carrier_code},
        }
        reply = api.run(documents.FULFIL, fulfillment=fulfilment, message=shipment.reference)
        raise_user_errors(reply.data.node("fulfillmentCreate"))
    return ActionResult(shipment.reference, True)


def _sent_with(api, order_id, number):
    """``{line number: units}`` that live fulfilments with this tracking number hold."""
    units = {}
    for data in fetch_fulfilments(api, order_id):
        parcel = Node(data, "fulfillment")
        numbers = {item.text("number") for item in parcel.nodes("trackingInfo")}
        if parcel.text("status") in _DEAD or number not in numbers:
            continue
        for line in parcel.nodes("fulfillmentLineItems"):
            key = line.node("lineItem").number()
            units[key] = units.get(key, 0) + line.count("quantity", required=True)
    return units


def _rest(shipment, sent):
    wanted = {}
    for line in shipment.lines:
        wanted[line.order_line_id] = wanted.get(line.order_line_id, 0) + line.quantity
    return {line: units - sent.get(line, 0) for line, units in wanted.items() if units > sent.get(line, 0)}


def _open_lines(api, order_id):
    """``[(location, fulfilment order, its line, order line number, units)]`` that can be fulfilled."""
    order = api.run(documents.FULFILMENT_ORDERS, id=order_id).data
    if "order" not in order:
        raise Rejected(f"there is no order {order_id.rpartition('/')[2]}", "NOT_FOUND")
    parts = order.node("order").node("fulfillmentOrders")
    path = ("order", "fulfillmentOrders")
    further = rest_of(api, parts, documents.FULFILMENT_ORDERS, path, order_id)
    found = []
    for part in parts.nodes("nodes") + [Node(data, "fulfillmentOrder") for data in further]:
        if _FULFILLABLE not in {action.text("action") for action in part.nodes("supportedActions")}:
            continue
        location = part.node("assignedLocation").node("location").text("id")
        lines = [line.data for line in part.nodes("lineItems")]
        path_of_lines = ("fulfillmentOrder", "lineItems")
        lines += rest_of(api, part.node("lineItems"), documents.FULFILMENT_ORDER_LINES, path_of_lines, part.text("id"))
        for line in (Node(data, part.where("lineItems")) for data in lines):
            units = line.count("remainingQuantity", required=True)
            found.append((location, part.text("id"), line.text("id"), line.node("lineItem").number(), units))
    return found


def _allocate(open_lines, wanted):
    """``{location: {fulfilment order: [its lines and units]}}``; Shopify takes one location per fulfilment.

    :raise Rejected: fewer units are open than were shipped
    """
    left, places = dict(wanted), {}
    for location, part, line, order_line, units in open_lines:
        count = min(units, left.get(order_line, 0))
        if count:
            places.setdefault(location, {}).setdefault(part, []).append({"id": line, "quantity": count})
            left[order_line] -= count
    missing = {line: count for line, count in left.items() if count}
    if missing:
        text = ", ".join(f"{count} of line {line}" for line, count in missing.items())
        raise Rejected(f"Shopify has no open fulfilment for {text}", "NOT_OPEN")
    return places
