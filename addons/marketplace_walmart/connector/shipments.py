"""Shipment confirmation per line and quantity. Source: Walmart's OpenAPI ``order-management``, ``shippingUpdates``."""

import re
from urllib.parse import quote

from ...marketplace.contract import ActionResult, Rejected, each
from .orders import OPEN, fetch_node, order_path, read_lines, read_statuses, read_units, read_wish

# The carriers that Walmart knows by name; all others go as "otherCarrier", with an address to follow the parcel.
CARRIERS = (
    "UPS", "USPS", "FedEx", "Airborne", "OnTrac", "DHL Ecommerce - US", "DHL", "LS", "UDS", "UPSMI", "FDX", "PILOT",
    "ESTES", "SAIA", "FDS Express", "Seko Worldwide", "HIT Delivery", "FEDEXSP", "RL Carriers",
    "Metropolitan Warehouse & Delivery", "China Post", "YunExpress", "Yellow Freight Sys", "AIT Worldwide Logistics",
    "Chukou1", "Sendle", "Landmark Global", "Sunyou", "Yanwen", "4PX", "GLS", "OSM Worldwide", "FIRST MILE",
    "AM Trucking", "CEVA", "India Post", "SF Express", "CNE", "TForce Freight", "AxleHire", "LSO", "Royal Mail",
    "ABF Freight System", "WanB", "Roadrunner Freight", "Meyer Distribution", "AAA Cooper", "Canada Post",
    "Southeastern Freight Lines", "Japan Post", "Correos de Mexico", "XPO Logistics", "JD Logistics", "YDH", "JCEX",
    "Flyt", "Deutsche Post", "Better Trucks", "Asendia", "SFC", "UBI", "ePost Global", "YF Logistics", "RXO",
    "Estes Express", "Shypmax", "WIN.IT America", "PITT OHIO", "PostNord Sweden", "Equick", "Whistl", "Tusou",
    "Shiprocket", "USPS First Class Mail", "DTDC", "PTS",
)  # fmt: skip
METHODS = ("Standard", "Express", "OneDay", "Freight", "WhiteGlove", "Value")
# Where a parcel of any carrier can be followed: Walmart demands an address with a carrier that it does not know.
_FOLLOW = "https://t.17track.net/en#nums="
_MOST_SELLER_ORDER = 30
_PLAIN = re.compile(r"[\W_]+")
_BY_NAME = {_PLAIN.sub("", name).lower(): name for name in CARRIERS}


def confirm_shipments(api, shipments):
    """Confirm each shipment; one :class:`ActionResult` each.

    Walmart is asked first: units that it knows under the same tracking number are not sent again. An order that was
    not acknowledged yet is, since Walmart ships no other.
    """
    return each(shipments, lambda shipment: _confirm(api, shipment))


def _confirm(api, shipment):
    order = fetch_node(api, shipment.order_id)
    lines = {line.text("lineNumber"): line for line in read_lines(order)}
    if missing := [line.order_line_id for line in shipment.lines if line.order_line_id not in lines]:
        raise Rejected(f"the order has no line {', '.join(missing)}", "NoSuchLine")
    if not shipment.tracking:
        raise Rejected("Walmart takes no shipment without a tracking number", "NoTracking")
    if all(_is_known(lines[line.order_line_id], shipment.tracking, line.quantity) for line in shipment.lines):
        return ActionResult(shipment.reference, True, "already confirmed")
    for line in shipment.lines:
        _ordered, units = read_units(lines[line.order_line_id])
        if sum(units[word] for word in OPEN) < line.quantity:
            raise Rejected(f"line {line.order_line_id} has no {line.quantity} units left to ship", "NothingOpen")
    if any(read_units(line)[1]["Created"] for line in lines.values()):
        api.send("orders.acknowledge", "POST", order_path(shipment.order_id, "acknowledge"), idempotent=True)
    payload = confirmation(shipment, order, lines)
    api.send("orders.ship", "POST", order_path(shipment.order_id, "shipping"), payload)
    return ActionResult(shipment.reference, True)


def confirmation(shipment, order, lines):
    """Body of shippingUpdates."""
    tracking = {
        "shipDateTime": int(shipment.shipped_at.timestamp() * 1000),
        "carrierName": carrier_of(shipment),
        "methodCode": shipment.service if shipment.service in METHODS else _method_of(order),
        "trackingNumber": shipment.tracking,
    }
    if "otherCarrier" in tracking["carrierName"]:
        tracking["trackingURL"] = _FOLLOW + quote(shipment.tracking, safe="")
    entries = []
    for line in shipment.lines:
        status = {
            "status": "Shipped",
            "statusQuantity": {"unitOfMeasurement": "EACH", "amount": str(line.quantity)},
            "trackingInfo": tracking,
        }
        entry = {
            "lineNumber": line.order_line_id,
            "sellerOrderId": shipment.reference[:_MOST_SELLER_ORDER],
            "orderLineStatuses": {"orderLineStatus": [status]},
        }
        if read_wish(lines[line.order_line_id]):
            entry["intentToCancelOverride"] = True  # the buyer asked to cancel, but the parcel has left
        entries.append(entry)
    return {"orderShipment": {"orderLines": {"orderLine": entries}}}


def carrier_of(shipment):
    """``carrierName``: a carrier that Walmart knows, by code or name, else any name."""
    for name in (shipment.carrier_code, shipment.carrier_name):
        known = _BY_NAME.get(_PLAIN.sub("", name).lower())
        if known:
            return {"carrier": known}
    return {"otherCarrier": shipment.carrier_name or shipment.carrier_code or "Other"}


def _method_of(order):
    stated = order.node("shippingInfo").text("methodCode")
    return stated if stated in METHODS else "Standard"


def _is_known(line, tracking, quantity):
    """Whether Walmart has units of a line under a tracking number."""
    units = sum(
        status.node("statusQuantity").count("amount") or 0
        for status in read_statuses(line)
        if status.node("trackingInfo").text("trackingNumber") == tracking
    )
    return units >= quantity
