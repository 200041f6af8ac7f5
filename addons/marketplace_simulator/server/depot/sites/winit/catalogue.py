"""Warehouses, ways of shipping, products, stock and its changes."""

from decimal import Decimal

from ...depot import Refusal
from .values import clock_text, cut, within

_TYPES = {
    "inbound": "INBOUND",
    "outbound": "OUTBOUND",
    "return": "INBOUND_RETURN",
    "count": "ADJUSTMENT",
    "adjustment": "ADJUSTMENT",
}


def warehouses(call, data):
    return [
        {"warehouseCode": place.code, "warehouseID": str(1_000_001 + index), "warehouseName": place.name,
         "warehouseAddress": place.country}
        for index, place in enumerate(call.site.depot.places.values())
    ]  # fmt: skip


def delivery_ways(call, data):
    if data["warehouseID"] not in {entry["warehouseID"] for entry in warehouses(call, None)}:
        raise Refusal("unknown place", "the warehouse does not exist")
    return [
        {"winitProductCode": code, "deliveryID": 100 + index, "warehouseID": int(data["warehouseID"]),
         "deliveryWay": name, "isMandoorplateNumbers": "N", "VASList": []}
        for index, (code, name) in enumerate(call.site.depot.services.items())
    ]  # fmt: skip


def register(call, data):
    return [{"productCode": _register(call, product)["sku"]} for product in data["productList"]]


def list_items(call, data):
    product = call.site.depot.product(data["skuCode"])
    entries = [_item(product)] if product else []
    return {"list": cut(entries, data)}


def inventory(call, data):
    good = data.get("merchandiseGrade", "GOOD") == "GOOD"
    entries = [_inventory(line, good) for line in call.site.depot.stock(data["warehouseCodes"])]
    return {"list": cut([entry for entry in entries if good or entry["inStockQty"]], data["pageVo"])}


def statement(call, data):
    left, views = {}, []
    for event in call.site.depot.events():
        key = (event["place"], event["sku"], event["grade"])
        before = left.get(key, 0)
        left[key] = before + event["units"]
        views.append({**event, "before": before, "after": left[key]})
    wanted = [view for view in views if view["place"] == data["warehouseCode"]]
    wanted = within(wanted, "at", data.get("startDate"), data.get("endDate"), whole_days=True)
    return {"list": [_statement(view) for view in cut(wanted, data["pageVo"])]}


def _register(call, product):
    return call.site.depot.put_product({
        "sku": product["productCode"],
        "name": product["englishName"],
        "weight_kg": str(Decimal(product["registeredWeight"]) / 1000),
        "length_cm": product["registeredLength"],
        "width_cm": product["registeredWidth"],
        "height_cm": product["registeredHeight"],
    })  # fmt: skip


def _item(product):
    return {
        "id": product["number"],
        "code": f"M{product['number']}",
        "skuCode": product["sku"],
        "name": product["name"],
        "registerWeight": float(product["weight_kg"]),
        "registerLength": float(product["length_cm"]),
        "registerWidth": float(product["width_cm"]),
        "registerHeight": float(product["height_cm"]),
        "isActive": "Y",
    }


def _inventory(line, good):
    there = line["on_hand"] if good else line["damaged"]
    return {
        "merchandiseCode": line["sku"],
        "batchNo": "",
        "merchandiseGrade": "GOOD" if good else "DEFECTIVE",
        "usableQty": line["sellable"] if good else there,
        "waitingOutboundQty": line["reserved"] if good else 0,
        "frozenQty": 0,
        "inStockQty": there,
        "onOrderQty": line["inbound"] if good else 0,
    }


def _statement(view):
    return {
        "uuid": view["number"],
        "skuCode": view["sku"],
        "warehouseCode": view["place"],
        "merchandiseGrade": "GOOD" if view["grade"] == "sellable" else "DEFECTIVE",
        "docType": _TYPES[view["kind"]],
        "docNo": f"W{_TYPES[view['kind']][0]}{view['document']}" if view["document"] else "",
        "startQty": view["before"],
        "endQty": view["after"],
        "changeQty": abs(view["units"]),
        "changeDate": clock_text(view["at"]),
    }


HANDLERS = {
    "queryWarehouse": warehouses,
    "queryDeliveryWay": delivery_ways,
    "registerProduct": register,
    "winit.mms.item.list": list_items,
    "winit.inventory.type.pageInv": inventory,
    "winit.inventory.pageInvInouts": statement,
}
