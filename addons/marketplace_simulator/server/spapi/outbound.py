"""Fulfillment Outbound 2020-07-01 (model ``fulfillmentOutbound_2020-07-01.json``): other shops' orders from stock."""

from datetime import timedelta
from decimal import Decimal

from ..clock import to_text
from ..http import ApiError, Operation, bad_input
from . import accounts, fba_fees, fba_stock

PATH = "/fba/outbound/2020-07-01/fulfillmentOrders"
ORDER = "mcf_order"
#: Days to the door, and the fee of an order and of each unit.
SPEEDS = {"Standard": (5, "6.50", "2.10"), "Expedited": (3, "9.80", "2.60"), "Priority": (1, "15.90", "3.20")}
HANDLING = 3600
REQUIRED = ("sellerFulfillmentOrderId", "displayableOrderId", "displayableOrderDate", "displayableOrderComment",
            "shippingSpeedCategory", "destinationAddress")


def preview(call):
    """Return what each speed would cost."""
    body = call.body()
    market = body.get("marketplaceId")
    if market not in accounts.CODES:
        raise bad_input("marketplaceId is not a marketplace.")
    items = _items(call, body)
    previews = [_preview(call, items, speed, market) for speed in body.get("shippingSpeedCategories") or SPEEDS
                if speed in SPEEDS]
    return {"payload": {"fulfillmentPreviews": previews}}


def create(call):
    """Take an order; its units are reserved at once."""
    body = call.body()
    missing = [name for name in REQUIRED if not body.get(name)]
    if missing:
        raise bad_input(f"Missing: {', '.join(missing)}.")
    key = body["sellerFulfillmentOrderId"]
    if call.store.document(ORDER, _key(call, key)) is not None:
        raise bad_input(f"The order {key} exists already.")
    items, now = _items(call, body), call.world.clock.now()
    short = [item["sellerSku"] for item in items if item["free"] < item["quantity"]]
    order = {"region": call.region, "body": body, "received": to_text(now), "updated": to_text(now), "shipped": None,
             "status": "Unfulfillable" if short else "Planning"}
    if not short:
        for item in items:
            fba_stock.reserve(call.world, call.region, item["sellerSku"], item["quantity"])
    due = None if short else to_text(now + call.world.clock.wait(HANDLING))
    call.store.put_document(ORDER, _key(call, key), call.region, order["received"], order, due=due)
    return {}


def get(call):
    """Return an order."""
    return {"payload": _view(_find(call))}


def cancel(call):
    """Stop an order that has not left."""
    order = _find(call)
    if order["status"] != "Planning":
        raise bad_input("The order cannot be cancelled any more.")
    for item in order["body"]["items"]:
        fba_stock.reserve(call.world, call.region, item["sellerSku"], -item["quantity"])
    order.update(status="Cancelled", updated=to_text(call.world.clock.now()))
    _put(call.store, order)
    return {}


def track(call):
    """Return where a parcel is."""
    number = call.number("packageNumber", None, 1, 10**12)
    for order in call.store.documents(ORDER, call.region):
        if order["shipped"] and order["shipped"]["number"] == number:
            place = order["body"]["destinationAddress"]
            city = {"city": place.get("city", ""), "state": place.get("stateOrRegion", ""),
                    "country": place["countryCode"]}
            return {"payload": {
                "packageNumber": number, "trackingNumber": order["shipped"]["tracking"],
                "carrierCode": "Amazon Logistics", "shipDate": order["shipped"]["at"], "currentStatus": "IN_TRANSIT",
                "trackingEvents": [{"eventDate": order["shipped"]["at"], "eventAddress": city,
                                    "eventCode": "EVENT_102", "eventDescription": "Left the fulfilment centre."}]}}
    raise ApiError(404, "NotFound", "The package was not found.")


def process(site, order):
    """Ship an order whose time has come."""
    number = 500_000_000 + site.world.store.count("mcf_packages")
    now = to_text(site.world.clock.now())
    for item in order["body"]["items"]:
        fba_stock.ship(site.world, order["region"], item["sellerSku"], item["quantity"],
                       order["body"]["sellerFulfillmentOrderId"])
    body, units = order["body"], {}
    for item in body["items"]:
        units[item["sellerSku"]] = units.get(item["sellerSku"], 0) + item["quantity"]
    fba_fees.charge_shipment(site.world, order["region"], body["sellerFulfillmentOrderId"],
                             SPEEDS[body["shippingSpeedCategory"]][1:], units)
    order.update(status="Complete", updated=now, shipped={"number": number, "tracking": f"TBA{number}", "at": now})
    _put(site.world.store, order)


def _put(store, order):
    store.put_document(ORDER, f"{order['region']}/{order['body']['sellerFulfillmentOrderId']}", order["region"],
                       order["received"], order)


def _key(call, reference):
    return f"{call.region}/{reference}"


def _find(call):
    order = call.store.document(ORDER, _key(call, call.path["sellerFulfillmentOrderId"]))
    if order is None:
        raise ApiError(404, "NotFound", "The order was not found.")
    return order


def _items(call, body):
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise bad_input("items must be a list.")
    found = []
    for item in items:
        if not isinstance(item.get("quantity"), int) or item["quantity"] < 1:
            raise bad_input("quantity must be a positive number.")
        found.append({**item, "free": fba_stock.listing(call, item.get("sellerSku"))["quantity"]})
    return found


def _preview(call, items, speed, market):
    days, order_fee, unit_fee = SPEEDS[speed]
    arrival = to_text(call.world.clock.now() + timedelta(days=days))
    units = sum(item["quantity"] for item in items)
    short = [item for item in items if item["free"] < item["quantity"]]
    fees = {"FBAPerOrderFulfillmentFee": Decimal(order_fee), "FBAPerUnitFulfillmentFee": units * Decimal(unit_fee)}
    shown = [{"sellerSku": item["sellerSku"], "quantity": item["quantity"],
              "sellerFulfillmentOrderItemId": item["sellerFulfillmentOrderItemId"]} for item in items]
    return {
        "shippingSpeedCategory": speed, "isFulfillable": not short, "isCODCapable": False, "marketplaceId": market,
        "estimatedFees": [{"name": name, "amount": {"currencyCode": "USD", "value": str(value)}}
                          for name, value in fees.items()],
        "fulfillmentPreviewShipments": [{"latestArrivalDate": arrival, "fulfillmentPreviewItems": shown}],
        "unfulfillablePreviewItems": [{**entry, "itemUnfulfillableReasons": ["NoInventory"]} for entry in shown
                                      if entry["sellerSku"] in {item["sellerSku"] for item in short}],
    }


def _view(order):
    body, cancelled = order["body"], order["status"] == "Cancelled"
    keys = ("sellerFulfillmentOrderId", "marketplaceId", "displayableOrderId", "displayableOrderDate",
            "displayableOrderComment", "shippingSpeedCategory", "destinationAddress", "fulfillmentAction",
            "fulfillmentPolicy")
    return {
        "fulfillmentOrder": {**{key: body[key] for key in keys if key in body}, "receivedDate": order["received"],
                             "fulfillmentOrderStatus": order["status"], "statusUpdatedDate": order["updated"]},
        "fulfillmentOrderItems": [{
            "sellerSku": item["sellerSku"], "sellerFulfillmentOrderItemId": item["sellerFulfillmentOrderItemId"],
            "quantity": item["quantity"], "cancelledQuantity": item["quantity"] if cancelled else 0,
            "unfulfillableQuantity": item["quantity"] if order["status"] == "Unfulfillable" else 0,
        } for item in body["items"]],
        "fulfillmentShipments": [_shipment(order)] if order["shipped"] else [],
        "returnItems": [], "returnAuthorizations": [],
    }


def _shipment(order):
    shipped = order["shipped"]
    return {
        "amazonShipmentId": f"D{shipped['number']}", "fulfillmentCenterId": fba_stock.home(order["region"])[0],
        "fulfillmentShipmentStatus": "SHIPPED", "shippingDate": shipped["at"],
        "fulfillmentShipmentItem": [{
            "sellerSku": item["sellerSku"], "sellerFulfillmentOrderItemId": item["sellerFulfillmentOrderItemId"],
            "quantity": item["quantity"], "packageNumber": shipped["number"]} for item in order["body"]["items"]],
        "fulfillmentShipmentPackage": [{"packageNumber": shipped["number"], "carrierCode": "Amazon Logistics",
                                        "trackingNumber": shipped["tracking"]}],
    }


OPERATIONS = (
    Operation("getFulfillmentPreview", "POST", f"{PATH}/preview", preview, 2.0, 30),
    Operation("createFulfillmentOrder", "POST", PATH, create, 2.0, 30),
    Operation("getFulfillmentOrder", "GET", f"{PATH}/{{sellerFulfillmentOrderId}}", get, 2.0, 30),
    Operation("cancelFulfillmentOrder", "PUT", f"{PATH}/{{sellerFulfillmentOrderId}}/cancel", cancel, 2.0, 30),
    Operation("getPackageTrackingDetails", "GET", "/fba/outbound/2020-07-01/tracking", track, 2.0, 30),
)
