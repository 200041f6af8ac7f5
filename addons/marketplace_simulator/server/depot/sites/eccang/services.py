"""The services: ``(call, params) → JSON``."""

from datetime import timedelta, timezone

from ....clock import from_text
from ....http import ApiError
from ...depot import Refusal, counted

BEIJING = timezone(timedelta(hours=8))
ORDERS = {"accepted": "W", "picking": "W", "exception": "N", "shipped": "D", "cancelled": "X"}
NOTICES = {"announced": 7, "receiving": 8, "received": 10, "cancelled": 100}
_ADDRESS = ("name", "company", "address1", "address2", "city", "province", "zipcode", "country_code", "phone")


def _first(data, **more):
    return {"ask": "Success", "message": "Success", **more, "data": data}


def _page(params, found):
    size, number = params["pageSize"], params["page"]
    return _first(found[(number - 1) * size:number * size], count=len(found))


def products(call, params):
    """Products, page by page."""
    wanted = params.get("product_sku_arr")
    return _page(params, [{"product_sku": product["sku"], "product_title_en": product["name"]}
                          for product in call.site.depot.products() if not wanted or product["sku"] in wanted])


def create_asn(call, params):
    """Take a notice."""
    return _numbered(call.site.depot.announce(_read_asn(params)))


def modify_asn(call, params):
    """Take a notice anew; what it is about stays."""
    stated, number = _read_asn(params), (params.get("receiving_code") or "").removeprefix("RV")
    notice = call.site.depot.inbound(number)
    if notice is None:
        raise Refusal("not found", f"入库单 {params.get('receiving_code')} 不存在")
    if any(stated[name] != notice[name] for name in ("reference", "place", "cartons")):
        raise Refusal("invalid", "参考号、仓库和明细不能修改")
    changed = {name: stated[name] for name in ("tracking", "eta")}
    return _numbered(call.site.depot.change_inbound(number, **changed))


def _read_asn(params):
    """A notice; items with the same box make a carton."""
    boxes = {}
    for item in params.get("items") or []:
        boxes.setdefault(item["box_no"], []).append([item["product_sku"], item["quantity"]])
    cartons = [{"number": number, "contents": contents} for number, contents in sorted(boxes.items())]
    return {"reference": params.get("reference_no"), "place": params.get("warehouse_code"), "cartons": cartons,
            "tracking": params.get("tracking_number") or "", "eta": params.get("eta_date")}


def _numbered(notice):
    return {"ask": "Success", "message": "Success", "receiving_code": f"RV{notice['number']}"}


def asn_list(call, params):
    """Notices by either number."""
    codes, references = params.get("receiving_code_arr"), params.get("reference_no_arr")
    return _page(params, [_notice(notice) for notice in call.site.depot.inbounds()
                          if (not codes or f"RV{notice['number']}" in codes)
                          and (not references or notice["reference"] in references)])


def _notice(notice):
    left, items = counted(notice), []
    for carton in notice["cartons"]:
        for sku, units in carton["contents"]:
            sellable, damaged = left.pop(sku, (0, 0))  # all that was counted stands at the SKU's first box
            line = {"product_sku": sku, "box_no": carton["number"]}
            items.append({**line, "quantity": units, "received_qty": sellable, "inventory_type": "1"})
            if damaged:
                items.append({**line, "quantity": 0, "received_qty": damaged, "inventory_type": "2"})
    return {"receiving_code": f"RV{notice['number']}", "reference_no": notice["reference"], "receiving_desc": "",
            "warehouse_code": notice["place"], "receiving_status": NOTICES[notice["status"]], "items": items}


def create_order(call, params):
    """Take an order."""
    lines = [{"sku": item["product_sku"], "units": item["quantity"]} for item in params.get("items") or []]
    order = {"reference": params.get("reference_no"), "place": params.get("warehouse_code"), "lines": lines,
             "service": params.get("shipping_method"), "address": {name: params.get(name) for name in _ADDRESS}}
    return {"ask": "Success", "message": "Success", "order_code": f"G{call.site.depot.take_order(order)['number']}"}


def order_by_code(call, params):
    """One order by the operator's number."""
    return _first(_order(_find(call, params)))


def order_by_reference(call, params):
    """One order by the seller's number."""
    order = call.site.depot.outbound(reference=params.get("reference_no"))
    if order is None:
        raise ApiError(400, "404", "订单不存在")
    return _first(_order(order))


def order_list(call, params):
    """Orders by the operator's numbers."""
    codes = params.get("order_code_arr")
    return _page(params, [_order(order) for order in call.site.depot.outbounds()
                          if not codes or f"G{order['number']}" in codes])


def cancel_order(call, params):
    """Stop an order."""
    order = _find(call, params)
    if order["status"] == "cancelled":
        raise Refusal("too late", "the order is cancelled already")
    call.site.depot.cancel_outbound(order["number"])
    return _first({"order_code": params["order_code"]})


def _find(call, params):
    order = call.site.depot.outbound(params.get("order_code", "")[1:] or "-")
    if order is None:
        raise ApiError(400, "404", "订单不存在")
    return order


def _order(order):
    shipped = order["shipped"]
    local = from_text(shipped).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if shipped else "0000-00-00 00:00:00"
    return {"order_code": f"G{order['number']}", "reference_no": order["reference"], "date_shipping": local,
            "order_status": ORDERS[order["status"]], "tracking_no": order["tracking"],
            "shipping_method": order["service"], "warehouse_code": order["place"],
            "abnormal_problem_reason": order["message"],
            "items": [{"product_sku": line["sku"], "quantity": line["units"]} for line in order["lines"]]}


SERVICES = {"getProductList": products, "createAsn": create_asn, "modifyAsn": modify_asn, "getAsnList": asn_list,
            "createOrder": create_order, "getOrderByCode": order_by_code, "getOrderByRefCode": order_by_reference,
            "getOrderList": order_list, "cancelOrder": cancel_order}
