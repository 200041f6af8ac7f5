"""Orders to ship. ShipBob splits an order into shipments; what left is the sum of those that are complete."""

from ...marketplace.contract import ActionResult, Rejected
from ...marketplace.contract.writes import each
from ...overseas_warehouse.contract import Booking, FeeKind, OutboundState, OutboundStatus
from .fields import Node, to_kilograms

STATUSES = {
    "Processing": OutboundStatus.ACCEPTED, "PartiallyFulfilled": OutboundStatus.PROCESSING,
    "Fulfilled": OutboundStatus.SHIPPED, "Exception": OutboundStatus.EXCEPTION,
    "ImportReview": OutboundStatus.EXCEPTION, "Cancelled": OutboundStatus.CANCELLED,
}  # fmt: skip
_LEFT = ("Completed", "LabeledCreated")
_PICKED = "LabeledCreated"


def create(api, orders):
    """Have orders shipped that ShipBob does not have yet; one :class:`Booking` each."""

    def write(order):
        known = _search(api, "ReferenceIds", [order.reference]).get(order.reference)
        if known is None:
            known = Node(api.send("order.create", "order", build(order), channel=True), "order.create")
        return Booking(order.reference, True, external_id=known.ident("id", required=True))

    return each(orders, write, Booking)


def build(order):
    """An order as ShipBob takes it."""
    recipient = {"name": order.address.name or order.address.company, "address": build_address(order.address)}
    if order.address.phone:
        recipient["phone_number"] = order.address.phone
    if order.email:
        recipient["email"] = order.email
    body = {
        "reference_id": order.reference,
        "order_number": order.order_number or order.reference,
        "location_id": int(order.warehouse),
        "shipping_method": order.service,
        "type": "DTC",
        "recipient": recipient,
        "products": [
            {"reference_id": line.sku, "sku": line.sku, "name": line.sku, "quantity": line.units}
            for line in order.lines
        ],
    }
    if order.note:
        body["gift_message"] = order.note
    return body


def build_address(address):
    """An address; what is empty is left out."""
    fields = {
        "address1": address.street,
        "address2": " ".join(filter(None, (address.street2, address.street3))),
        "city": address.city,
        "company_name": address.company,
        "country": address.country_code,
        "state": address.state,
        "zip_code": address.postal_code,
    }
    return {name: value for name, value in fields.items() if value}


def _search(api, field, values):
    """``{value: Node}`` of orders by our or ShipBob's numbers."""
    name, found = {"ReferenceIds": "reference_id", "IDs": "id"}[field], {}
    for start in range(0, len(values), api.page_size):
        wanted = values[start : start + api.page_size]
        for index, entry in enumerate(api.numbered("order.list", "order", **{field: ",".join(wanted)})):
            node = Node(entry, f"[{index}]")
            if node.ident(name) in wanted:
                found[node.ident(name)] = node
    return found


def _find(api, handles):
    by_number = _search(api, "IDs", [handle.external_id for handle in handles if handle.external_id])
    by_reference = _search(api, "ReferenceIds", [handle.reference for handle in handles if not handle.external_id])
    found = [
        (handle, by_number.get(handle.external_id) if handle.external_id else by_reference.get(handle.reference))
        for handle in handles
    ]
    return {handle: node for handle, node in found if node is not None}


def fetch(api, handles):
    """Orders as list of :class:`OutboundState`."""
    return [read(node) for node in _find(api, handles).values()]


def read(node):
    """One order with its shipments."""
    shipments = node.nodes("shipments")
    left = [shipment for shipment in shipments if shipment.text("status") in _LEFT]
    status = STATUSES.get(node.text("status", required=True), OutboundStatus.UNKNOWN)
    if status is OutboundStatus.ACCEPTED and any(shipment.text("status") == _PICKED for shipment in shipments):
        status = OutboundStatus.PROCESSING
    if status is OutboundStatus.SHIPPED and left and all(shipment.time("delivery_date") for shipment in left):
        status = OutboundStatus.DELIVERED
    tracks = [shipment.node("tracking") for shipment in left]
    times = [_shipped_at(shipment) for shipment in left]
    return OutboundState(
        reference=node.text("reference_id"),
        external_id=node.ident("id", required=True),
        status=status,
        tracking=", ".join(dict.fromkeys(filter(None, (track.text("tracking_number") for track in tracks)))),
        carrier=next(filter(None, (track.text("carrier") for track in tracks)), ""),
        shipped_at=max(filter(None, times), default=None),
        weight_kg=to_kilograms(sum(filter(None, (_ounces(shipment) for shipment in left)), 0) or None),
        lines=tuple(_lines(left).items()),
        fees=tuple(_fees(left)),
        status_text=node.text("status"),
        message="; ".join(_problems(shipments)),
    )


def _shipped_at(shipment):
    return shipment.node("tracking").time("shipping_date") or shipment.time("actual_fulfillment_date")


def _ounces(shipment):
    return shipment.node("measurements").number("total_weight_oz")


def _lines(shipments):
    lines = {}
    for shipment in shipments:
        for product in shipment.nodes("products"):
            sku = product.text("sku") or product.text("reference_id", required=True)
            units = sum(item.count("quantity") or 0 for item in product.nodes("inventory_items"))
            lines[sku] = lines.get(sku, 0) + units
    return {sku: units for sku, units in lines.items() if units}


def _fees(shipments):
    """ShipBob states one amount per shipment, for all that it did."""
    for shipment in shipments:
        currency = shipment.text("invoice_currency_code")
        amount = shipment.money("invoice_amount", currency) if currency else None
        if amount is not None and amount.amount:
            yield FeeKind.FREIGHT, amount


def _problems(shipments):
    for shipment in shipments:
        if shipment.text("status") in ("Exception", "OnHold", "ImportReview"):
            for detail in shipment.nodes("status_details"):
                yield detail.text("description") or detail.text("name")


def cancel(api, handles):
    """Stop orders; one :class:`ActionResult` each."""

    def write(handle):
        node = _find(api, [handle]).get(handle)
        if node is None:
            raise Rejected("ShipBob does not know the order")
        if node.text("status") == "Cancelled":
            return ActionResult(handle.reference, True)
        number = node.ident("id", required=True)
        answer = Node(api.send("order.cancel", f"order/{number}:cancel"), "order.cancel")
        reasons = [part.text("reason") for part in answer.nodes("canceled_shipment_results")]
        done = answer.text("status") == "Success"
        return ActionResult(handle.reference, done, "" if done else "; ".join(filter(None, reasons)) or "not stopped")

    return each(handles, write)
