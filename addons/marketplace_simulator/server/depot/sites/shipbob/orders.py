"""Orders and their shipments: one each."""

from decimal import Decimal

from ....http import Answer, ApiError
from ...depot import Refusal
from .products import KG_PER_OUNCE, chosen
from .replies import by_pages, find, listed, number

STATUSES = {"accepted": "Processing", "picking": "Processing", "exception": "Exception", "shipped": "Fulfilled",
            "cancelled": "Cancelled"}
SHIPMENTS = {"accepted": "Processing", "picking": "Processing", "exception": "Exception", "shipped": "Completed",
             "cancelled": "Cancelled"}


def create(call):
    """Take an order."""
    body = call.body()
    if not call.request.headers.get("shipbob_channel_id", "").isdigit():
        raise ApiError(400, "Channel", "The header shipbob_channel_id is missing.")
    lines = [{"sku": product["reference_id"], "units": product["quantity"]} for product in body["products"]]
    order = {"reference": body["reference_id"], "order_number": body.get("order_number"), "lines": lines,
             "place": str(body.get("location_id") or next(iter(call.site.depot.places))),
             "service": body["shipping_method"], "recipient": body["recipient"]}
    return Answer(201, render(call, call.site.depot.take_order(order)))


def search(call):
    """Orders by ShipBob's or the seller's numbers."""
    numbers, references = chosen(call, "IDs"), listed(call, "ReferenceIds")
    found = [order for order in call.site.depot.outbounds()
             if (numbers is None or number(order) in numbers)
             and (references is None or order["reference"] in references)]
    return by_pages(call, [render(call, order) for order in found])


def render(call, order):
    """One order."""
    products = [{"id": number(call.site.depot.product(line["sku"])), "reference_id": line["sku"], "sku": line["sku"],
                 "quantity": line["units"]} for line in order["lines"]]
    return {"id": number(order), "reference_id": order["reference"], "order_number": order["order_number"],
            "created_date": order["created"], "status": STATUSES[order["status"]], "type": "DTC",
            "shipping_method": order["service"], "recipient": order["recipient"], "products": products,
            "shipments": [_shipment(call, order)]}


def _shipment(call, order):
    depot = call.site.depot
    place, fees = depot.places[order["place"]], sum(Decimal(amount) for _kind, amount in order["fees"])
    products = []
    for line in order["lines"]:
        named = {"id": number(depot.product(line["sku"])), "name": line["sku"]}
        items = [{**named, "quantity": line["units"]}]
        products.append({**named, "reference_id": line["sku"], "sku": line["sku"], "inventory_items": items})
    shipment = {"id": shipment_number(order), "order_id": number(order), "reference_id": order["reference"],
                "status": SHIPMENTS[order["status"]], "created_date": order["created"],
                "last_update_at": order["updated"], "location": {"id": int(place.code), "name": place.name},
                "products": products, "status_details": []}
    if order["message"]:
        shipment["status_details"] = [{"id": 1, "name": "Exception", "description": order["message"]}]
    if order["status"] == "shipped":
        ounces = round(Decimal(order["weight_kg"]) / KG_PER_OUNCE)
        shipment |= {"actual_fulfillment_date": order["shipped"], "invoice_amount": float(fees),
                     "invoice_currency_code": place.currency, "measurements": {"total_weight_oz": ounces},
                     "tracking": {"tracking_number": order["tracking"], "carrier": order["carrier"],
                                  "shipping_date": order["shipped"]}}
    return shipment


def shipment_number(order):
    """Return the number of an order's shipment."""
    return number(order) * 10 + 1


def shipment(call):
    """One shipment."""
    return _shipment(call, find(call, "outbound", call.path["shipment"][:-1]))


def cancel(call):
    """Stop an order."""
    order = find(call, "outbound", call.path["order"])
    reason = ""
    try:
        order = call.site.depot.cancel_outbound(order["number"])
    except Refusal as refusal:
        reason = str(refusal)
    result = {"shipment_id": shipment_number(order), "action": "Cancel", "is_success": not reason, "reason": reason}
    return {"order_id": number(order), "status": "Failure" if reason else "Success", "order": render(call, order),
            "canceled_shipment_results": [result]}
