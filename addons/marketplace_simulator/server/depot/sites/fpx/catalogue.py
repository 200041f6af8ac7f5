"""Warehouses, ways of shipping, products, stock and its changes."""

from decimal import Decimal

from ...depot import Refusal
from .values import millis, page, within

_KINDS = {"inbound": "IB", "outbound": "OB", "return": "RT", "count": "CT", "adjustment": "AD"}


def warehouses(call, body):
    return [
        {"warehouse_code": place.code, "warehouse_name_cn": place.name, "warehouse_name_en": place.name,
         "country": place.country, "service_code": "F"}
        for place in call.site.depot.places.values()
    ]  # fmt: skip


def services(call, body):
    if body.get("source_position_code") not in call.site.depot.places:
        raise Refusal("unknown place", "source_position_code is no warehouse")
    return [
        {"logistics_product_code": code, "logistics_product_name_cn": name, "logistics_product_name_en": name}
        for code, name in call.site.depot.services.items()
    ]


def create_sku(call, body):
    if call.site.depot.product(body["sku_code"]):
        raise Refusal("duplicate", f"the SKU {body['sku_code']} exists already")
    card = _keep(call, body, {"barcode": body.get("product_code", "")})
    return {"sku_code": card["sku"], "sku_id": card["number"]}


def edit_sku(call, body):
    known = call.site.depot.product(body["sku_code"])
    if known is None:
        raise Refusal("unknown product", f"there is no SKU {body['sku_code']}")
    _keep(call, body, {"barcode": known.get("barcode", "")})
    return "success"


def list_skus(call, body):
    products = [call.site.depot.product(sku) for sku in body["lstsku"]]
    return {"skulist": [_sku(product) for product in products if product]}


def inventory(call, body):
    entries = []
    for line in call.site.depot.stock(body["warehouse_code"]):
        entries.append(_inventory(line, "G", line["sellable"], line["reserved"], line["inbound"]))
        if line["damaged"]:
            entries.append(_inventory(line, "B", line["damaged"], 0, 0))
    return page(entries, body)


def inventory_log(call, body):
    events = [event for event in call.site.depot.events() if event["place"] == body["warehouse_code"]]
    return page([_flow(event) for event in within(events, "at", body, "create_time")], body)


def _keep(call, body, more):
    return call.site.depot.put_product({
        "sku": body["sku_code"],
        "name": body["sku_name"],
        "weight_kg": str(Decimal(body["weight"]) / 1000),
        "length_cm": body["length"],
        "width_cm": body["width"],
        "height_cm": body["height"],
        **more,
    })  # fmt: skip


def _sku(product):
    return {
        "sku_id": product["number"],
        "sku_code": product["sku"],
        "sku_name": product["name"],
        "product_code": product.get("barcode", ""),
        "weight": str(Decimal(product["weight_kg"]) * 1000),
        "length": product["length_cm"],
        "width": product["width_cm"],
        "height": product["height_cm"],
        "sku_status": "S",
    }


def _inventory(line, quality, available, pending, onway):
    return {
        "customer_code": None, "warehouse_code": line["place"], "sku_id": None, "sku_code": line["sku"],
        "batch_no": "", "available_stock": available, "pending_stock": pending, "onway_stock": onway,
        "stock_quality": quality,
    }  # fmt: skip


def _flow(event):
    prefix = {"inbound": "IC", "outbound": "OC"}.get(event["kind"], "RT")
    return {
        "inventory_flow_id": event["number"],
        "sku_code": event["sku"],
        "warehouse_code": event["place"],
        "business_type": _KINDS[event["kind"]],
        "business_ref_no": f"{prefix}{event['document']}" if event["document"] else "",
        "batch_no": "",
        "io_qty": str(abs(event["units"])),
        "stock_quality": "G" if event["grade"] == "sellable" else "B",
        "create_time": millis(event["at"]),
        "journal_type": "O" if event["units"] < 0 else "I",
    }


HANDLERS = {
    "com.basis.warehouse.getlist": warehouses,
    "com.basis.logistics_product.getlist": services,
    "fu.wms.sku.newcreate": create_sku,
    "fu.wms.sku.edit": edit_sku,
    "fu.wms.sku.getlist": list_skus,
    "fu.wms.inventory.get": inventory,
    "fu.wms.inventory.getlog": inventory_log,
}
