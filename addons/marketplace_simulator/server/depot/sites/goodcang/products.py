"""Warehouses, services, products and stock (documents ``base_data``, ``product``, ``inventory``)."""

from datetime import timedelta

from ....clock import from_text
from ....http import ApiError
from .replies import first, local, moment, paged

KINDS = {"inbound": "7", "outbound": "4", "return": "6", "count": "3", "adjustment": "5"}


def warehouses(call):
    """All warehouses."""
    return first([{"warehouse_code": place.code, "warehouse_name": place.name, "country_code": place.country,
                   "wp_list": []} for place in call.site.depot.places.values()])


def services(call):
    """Ways to ship."""
    wanted = call.body().get("warehouseCode")
    return first([{"code": code, "name": name, "name_en": name, "warehouse_code": place, "type": "0", "sp_code": "SIM"}
                  for code, name in call.site.depot.services.items()
                  for place in call.site.depot.places if wanted in (None, "", place)])


def add(call):
    """Take a new product."""
    body = call.body()
    if call.site.depot.product(body.get("product_sku")):
        raise ApiError(400, "30002", "the SKU is known already")
    return _save(call, body)


def edit(call):
    """Correct a product."""
    return _save(call, call.body())


def _save(call, body):
    card = {"sku": body.get("product_sku"), "name": body.get("product_name_en"), "barcode": body.get("reference_no"),
            **{f"{name}_{unit}": body.get(f"product_{name}") for name, unit in
               (("weight", "kg"), ("length", "cm"), ("width", "cm"), ("height", "cm"))}}
    product = call.site.depot.put_product(card)
    return first({"product_sku": product["sku"], "product_barcode": f"SIM-{product['sku']}"})


def search(call):
    """Products of some SKUs."""
    body = call.body()
    wanted = body.get("product_sku_arr")
    found = [product for product in call.site.depot.products() if not wanted or product["sku"] in wanted]
    page, count = paged(body, found)
    return first([_product(product) for product in page], count=count)


def _product(product):
    return {"product_sku": product["sku"], "reference_no": product["barcode"], "product_status": "S",
            "product_title_en": product["name"], "product_weight": product["weight_kg"],
            **{f"Product_real_{name}": product[f"{name}_{unit}"] for name, unit in
               (("weight", "kg"), ("length", "cm"), ("width", "cm"), ("height", "cm"))},
            "product_add_time": local(product["created"]), "product_modify_time": local(product["updated"]),
            "check_remark": ""}


def stock(call):
    """Stock of some warehouses; counts are text."""
    body = call.body()
    wanted = body.get("warehouse_code_arr")
    lines = [line for line in call.site.depot.stock() if not wanted or line["place"] in wanted]
    page, count = paged(body, lines)
    return first([{"product_sku": line["sku"], "product_barcode": f"SIM-{line['sku']}", "warehouse_code": line["place"],
                   "warehouse_desc": line["place"], "onway": str(line["inbound"]), "pending": "0",
                   "sellable": str(line["sellable"]), "unsellable": str(line["damaged"]),
                   "reserved": str(line["reserved"]), "shipped": "0", "stocking": 0, "pi_no_stock": 0, "pi_freeze": 0}
                  for line in page], count=str(count))


def log(call):
    """What changed stock from one day to another."""
    body = call.body()
    start, end = moment(body["create_date_from"]), moment(body["create_date_end"]) + timedelta(days=1)
    if not timedelta(0) < end - start <= timedelta(days=31):
        raise ApiError(400, "30003", "the span is at most 31 days")
    found = [event for event in call.site.depot.events()
             if start <= from_text(event["at"]) < end and body.get("warehouse_code") in (None, "", event["place"])]
    page, count = paged(body, found)
    return first([{"reference_no": event["document"], "ref_no": event["reference"],
                   "application_code": KINDS[event["kind"]], "product_sku": event["sku"],
                   "warehouse_code": event["place"], "warehouse_name": event["place"],
                   "inventory_change_type": "1" if event["units"] > 0 else "2",
                   "ibl_change_quantity": str(abs(event["units"])), "remark": "", "ibl_add_time": local(event["at"])}
                  for event in page], count=count)
