"""Orders v0 confirmShipment (model ``ordersV0.json``)."""

import json

from ..clock import from_text, to_text
from ..http import Answer, Operation, bad_input
from ..world import seller
from ..world.shipping import ShipmentRefused
from . import accounts, order_search

REQUIRED = ("packageReferenceId", "carrierCode", "trackingNumber", "shipDate", "orderItems")


def confirm_shipment(call):
    """Confirm one package of an order; 204, also for the same package once more."""
    order = order_search.find(call)
    try:
        seller.confirm_shipment(call.world, order, _package(call.body(), order))
    except ShipmentRefused as refusal:
        raise bad_input(str(refusal)) from refusal
    return Answer(204)


def _package(body, order):
    detail = body.get("packageDetail")
    if not isinstance(detail, dict) or not isinstance(body.get("marketplaceId"), str):
        raise bad_input("packageDetail and marketplaceId are required.")
    if accounts.CODES.get(body["marketplaceId"]) != order["marketplace"]:
        raise bad_input("marketplaceId is not the marketplace of the order.")
    for name in REQUIRED:
        if not detail.get(name):
            raise bad_input(f"Missing request parameter: {name}.")
    if detail["carrierCode"] == "Other" and not detail.get("carrierName"):
        raise bad_input("carrierName is required when carrierCode is Other.")
    if not str(detail["packageReferenceId"]).isdigit():
        raise bad_input("packageReferenceId must be a positive number.")
    return {"reference": str(detail["packageReferenceId"]),
            "carrier": detail.get("carrierName") or detail["carrierCode"],
            "service": detail.get("shippingMethod") or "", "tracking": str(detail["trackingNumber"]).strip(),
            "shipped_at": _ship_date(detail["shipDate"], order), "items": _items(detail["orderItems"])}


def _ship_date(text, order):
    try:
        moment = from_text(text)
    except (ValueError, AttributeError) as error:
        raise bad_input("shipDate must be an ISO 8601 date and time.") from error
    if to_text(moment) < order["created"]:
        raise bad_input("shipDate must not be before the order date.")
    return to_text(moment)


def _items(items):
    if not isinstance(items, list):
        raise bad_input("orderItems must be a list.")
    read = []
    for item in items:
        quantity = item.get("quantity") if isinstance(item, dict) else None
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1 or not item.get("orderItemId"):
            raise bad_input(f"Invalid order item: {json.dumps(item)[:80]}.")
        read.append({"line": str(item["orderItemId"]), "quantity": quantity})
    return read


OPERATIONS = (
    Operation("confirmShipment", "POST", "/orders/v0/orders/{orderId}/shipmentConfirmation", confirm_shipment, 2.0, 10),
)
