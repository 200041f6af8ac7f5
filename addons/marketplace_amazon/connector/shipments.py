"""Shipment confirmation. Source: Amazon's model ``ordersV0``, operation confirmShipment."""

import hashlib
import re
from urllib.parse import quote

from ...marketplace.contract import ActionResult, InvalidPayload, Rejected, each
from .fields import format_time

# Amazon's answer to a confirmation of what it has already recorded; the same words also stand for other mistakes.
_MAYBE_DONE = re.compile(r"already|PackageToUpdateNotFound", re.IGNORECASE)

# Carrier codes of Amazon's fulfilment feeds, for people to choose from. Amazon accepts more by country, so that any
# code is passed on; "Other" needs the carrier's name.
CARRIERS = (
    "Blue Package", "Canada Post", "City Link", "DHL", "DHL Global Mail", "Deutsche Post", "Fastway", "FedEx",
    "FedEx SmartPost", "GLS", "GO!", "Hermes Logistik Gruppe", "India Post", "JP_EXPRESS", "La Poste", "Lasership",
    "Newgistics", "NipponExpress", "OSM", "OnTrac", "Other", "Parcelforce", "Royal Mail", "SagawaExpress",
    "Streamlite", "TNT", "Target", "UPS", "UPS Mail Innovations", "UPSMI", "USPS", "YamatoTransport",
)  # fmt: skip


def package_reference(reference):
    """Amazon's ``packageReferenceId`` (a positive number) of our shipment reference.

    The first four bytes of the reference's SHA-256, taken modulo 2**31 - 1, plus one: the same reference is always
    the same package, so that a repeated confirmation updates the package instead of adding one.
    """
    digest = hashlib.sha256(reference.encode()).digest()
    return str(int.from_bytes(digest[:4], "big") % (2**31 - 1) + 1)


def confirm_shipments(api, shipments, fetch_parsed_order):
    """Confirm each shipment; after a refusal that concerns all, the rest is left for later.

    :param fetch_parsed_order: order number → :class:`Order`, to look up what Amazon has already recorded
    :return: list of :class:`ActionResult`
    """
    return each(shipments, lambda shipment: _confirm(api, shipment, fetch_parsed_order))


def _confirm(api, shipment, fetch_parsed_order):
    path = f"/orders/v0/orders/{quote(shipment.order_id, safe='')}/shipmentConfirmation"
    try:
        api.send("orders.confirmShipment", "POST", path, confirmation(shipment), idempotent=True)
    except Rejected as error:
        if _MAYBE_DONE.search(error.reason) and _is_recorded(shipment, fetch_parsed_order):
            return ActionResult(shipment.reference, True, "already confirmed")
        return ActionResult(shipment.reference, False, error.reason)
    return ActionResult(shipment.reference, True)


def confirmation(shipment):
    """Body of confirmShipment."""
    detail = {
        "packageReferenceId": package_reference(shipment.reference),
        "carrierCode": shipment.carrier_code or "Other",
        "carrierName": shipment.carrier_name,
        "shippingMethod": shipment.service,
        "trackingNumber": shipment.tracking,
        "shipDate": format_time(shipment.shipped_at),
        "orderItems": [{"orderItemId": line.order_line_id, "quantity": line.quantity} for line in shipment.lines],
    }
    return {"marketplaceId": shipment.shop_id, "packageDetail": {key: value for key, value in detail.items() if value}}


def _is_recorded(shipment, fetch_parsed_order):
    """Whether Amazon knows this parcel, or counts all its units as shipped where it tells no parcels."""
    try:
        order = fetch_parsed_order(shipment.order_id)
    except (Rejected, InvalidPayload):
        return False  # the refusal of the confirmation stands
    if order.packages:
        return any(package.tracking == shipment.tracking for package in order.packages)
    shipped = {line.external_id: line.quantity_shipped for line in order.lines}
    return all(shipped.get(line.order_line_id, 0) >= line.quantity for line in shipment.lines)
