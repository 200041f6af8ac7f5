"""Shipment confirmation. Source: ``sell_fulfillment_v1_oas3.json``, createShippingFulfillment.

eBay keeps no reference of ours: before a parcel is confirmed eBay is asked whether it knows the tracking number.
"""

import re
from urllib.parse import quote

from ...marketplace.contract import ActionResult, each
from .fields import Node, format_time

_NO_PART_OF_A_NUMBER = re.compile(r"[^A-Za-z0-9]")

# Carrier codes of eBay that are usual in its European and American markets, for people to choose from. eBay accepts
# more by country, so that any code is passed on.
CARRIERS = (
    "AustraliaPost", "CanadaPost", "ChinaPost", "Chronopost", "ColisPrive", "Colissimo", "Correos", "DHL",
    "DHLEKB", "DPD", "DeutschePost", "EVRI", "FedEx", "GLS", "Hermes", "Other", "PARCELFORCE", "PosteItaliane",
    "PostNL", "RoyalMail", "SFExpress", "TNT", "UPS", "USPS", "YANWEN", "YODEL", "YunExpress",
)  # fmt: skip


def fetch_fulfilments(api, order_id):
    """What eBay knows of the order's parcels, as received."""
    body = Node(api.get("fulfillment.getShippingFulfillments", _path(order_id)))
    return [entry.data for entry in body.nodes("fulfillments")]


def confirm_shipments(api, shipments):
    """Confirm each shipment; after a refusal that concerns all, the rest is left for later.

    :return: list of :class:`ActionResult`
    """
    return each(shipments, lambda shipment: _confirm(api, shipment))


def _confirm(api, shipment):
    if _is_recorded(fetch_fulfilments(api, shipment.order_id), shipment):
        return ActionResult(shipment.reference, True, "already confirmed")
    api.call(
        "fulfillment.createShippingFulfillment",
        "POST",
        _path(shipment.order_id),
        payload=confirmation(shipment),
        idempotent=False,
    )
    return ActionResult(shipment.reference, True)


def confirmation(shipment):
    """Body of createShippingFulfillment; tracking number and carrier go together or not at all."""
    body = {
        "lineItems": [{"lineItemId": line.order_line_id, "quantity": line.quantity} for line in shipment.lines],
        "shippedDate": format_time(shipment.shipped_at),
    }
    if shipment.tracking:
        body["trackingNumber"] = _plain(shipment.tracking)
        body["shippingCarrierCode"] = shipment.carrier_code or shipment.carrier_name or "Other"
    return body


def _is_recorded(fulfilments, shipment):
    """Whether eBay knows this parcel: by its number, or without one by time and content."""
    wanted = confirmation(shipment)
    for entry in fulfilments:
        tracking = entry.get("shipmentTrackingNumber") or ""
        if shipment.tracking and _plain(tracking) == wanted["trackingNumber"]:
            return True
        if not shipment.tracking and not tracking and _is_same_content(entry, wanted):
            return True
    return False


def _is_same_content(entry, wanted):
    lines = {line.get("lineItemId"): line.get("quantity", 1) for line in entry.get("lineItems") or []}
    return entry.get("shippedDate") == wanted["shippedDate"] and lines == {
        line["lineItemId"]: line["quantity"] for line in wanted["lineItems"]
    }


def _plain(tracking):
    """eBay takes letters and digits only."""
    return _NO_PART_OF_A_NUMBER.sub("", tracking)


def _path(order_id):
    return f"/sell/fulfillment/v1/order/{quote(order_id, safe='')}/shipping_fulfillment"
