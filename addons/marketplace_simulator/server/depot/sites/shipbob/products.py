"""Fulfilment centres, shipping methods, products, stock and its history."""

from decimal import Decimal

from ....clock import from_text
from ....http import Answer, ApiError
from .replies import by_links, by_pages, listed, number

CATEGORIES = {"inbound": "ReceivingStow", "outbound": "OrderPicked", "return": "InventoryRestocked",
              "count": "InventoryAdjusted", "adjustment": "InventoryAdjusted"}
KG_PER_OUNCE, CM_PER_INCH = Decimal("0.028349523125"), Decimal("2.54")


def centres(call):
    """All fulfilment centres."""
    return [centre(place) for place in call.site.depot.places.values()]


def centre(place):
    """One fulfilment centre."""
    return {"id": int(place.code), "name": place.name, "country": place.country, "timezone": "UTC",
            "address1": "Dock 1", "address2": "", "city": place.name, "state": "", "zip_code": "00000",
            "phone_number": "", "email": ""}


def methods(call):
    """Ways to ship."""
    return by_pages(call, [{"id": index, "name": code, "active": True, "default": index == 1,
                            "service_level": {"id": index, "name": name}}
                           for index, (code, name) in enumerate(call.site.depot.services.items(), 1)])


def search(call):
    """Products by a part of their SKU."""
    wanted = (call.text("SKU") or "").lower()
    found = [product(call, one) for one in call.site.depot.products() if wanted in one["sku"].lower()]
    return by_links(call, found, "product")


def product(call, record):
    """One product with its only variant."""
    ident = number(record)
    units = sum(call.site.depot.units(place, record["sku"])[0] for place in call.site.depot.places)
    variant = {
        "id": ident, "sku": record["sku"], "name": record["name"], "status": "Active", "is_digital": False,
        "barcodes": [{"value": record["barcode"]}] if record.get("barcode") else [], "gtin": "", "upc": "",
        "inventory": {"inventory_id": ident, "on_hand_qty": units},
        "weight": {"weight": float(round(Decimal(record["weight_kg"]) / KG_PER_OUNCE, 3)), "unit": "oz"},
        "dimension": {**{name: float(round(Decimal(record[f"{name}_cm"]) / CM_PER_INCH, 3))
                         for name in ("length", "width", "height")}, "unit": "inch", "is_locked": False}}
    return {"id": ident, "name": record["name"], "type": "Regular", "user_id": 1, "created_on": record["created"],
            "updated_on": record["updated"], "variants": [variant]}


def create(call):
    """Take a new product with its variants."""
    body = call.body()
    for variant in body.get("variants") or []:
        if call.site.depot.product(variant.get("sku")):
            raise ApiError(422, "Duplicate", "A variant with this SKU exists already.")
    records = [_save(call, variant) for variant in body.get("variants") or []]
    if len(records) != 1:
        raise ApiError(422, "Variants", "One variant is expected.")
    return Answer(201, product(call, records[0]))


def update(call):
    """Correct the variant of a product."""
    return [product(call, _save(call, call.body()))["variants"][0]]


def _save(call, variant):
    size = variant.get("dimension") or {}
    card = {"sku": variant.get("sku"), "name": variant.get("name"), "barcode": "",
            "weight_kg": str(round(Decimal(str(variant.get("weight") or 0)) * KG_PER_OUNCE, 4)),
            **{f"{name}_cm": str(round(Decimal(str(size.get(name) or 0)) * CM_PER_INCH, 2))
               for name in ("length", "width", "height")}}
    codes = variant.get("barcodes") or []
    return call.site.depot.put_product({**card, "barcode": codes[0]["value"] if codes else ""})


def levels(call):
    """Stock of each product in each centre."""
    depot, lines = call.site.depot, {}
    for line in depot.stock():
        lines.setdefault(line["sku"], []).append({
            "location_id": int(line["place"]), "name": depot.places[line["place"]].name,
            "on_hand_quantity": line["on_hand"] + line["damaged"], "committed_quantity": line["reserved"],
            "fulfillable_quantity": line["sellable"], "awaiting_quantity": line["inbound"],
            "internal_transfer_quantity": 0})
    found = [{"inventory_id": number(depot.product(sku)), "sku": sku, "name": sku, "locations": places}
             for sku, places in lines.items()]
    return by_links(call, found, "inventory-level/locations")


def history(call):
    """Events of a centre, after a cursor."""
    body = call.body()
    start, end = from_text(body["start_date"]), from_text(body["end_date"])
    if not 0 <= (end - start).total_seconds() <= 90 * 86400 + 1:
        raise ApiError(400, "Range", "The range is at most 90 days.")
    wanted = [event for event in call.site.depot.events() if event["place"] == str(body["facility_id"])
              and start <= from_text(event["at"]) < end and number(event) > (body.get("cursor") or 0)]
    page = wanted[:2]
    return {"data": [_event(call, event) for event in page], "next": "more" if wanted[2:] else None, "prev": None,
            "first": None, "last": None}


def _event(call, event):
    side = "increment" if event["units"] > 0 else "decrement"
    part = {"facility_id": int(event["place"]), "sku": event["sku"], "quantity_change": abs(event["units"]),
            "inventory_status": event["grade"].title(), "committed_quantity_change": 0, "location_id": 1}
    entry = {"inventory_audit_event_id": number(event), "event_category": CATEGORIES[event["kind"]],
             "event_datetime": event["at"], "inventory_id": number(call.site.depot.product(event["sku"])), side: part}
    if event["kind"] == "outbound":
        entry["shipbob_order_id"] = int(event["document"])
    return entry


def skus(call):
    """Return ``{number of the stock: SKU}``."""
    return {number(record): record["sku"] for record in call.site.depot.products()}


def chosen(call, name):
    """Return the whole numbers of a parameter, ``None`` where it is absent."""
    values = listed(call, name)
    return None if values is None else {int(value) for value in values if value.isdigit()}
