"""Orders to ship."""

from decimal import Decimal

from ...depot import Refusal
from .values import millis, numbered, page, within

_STATUSES = {"accepted": "S", "picking": "P", "shipped": "C", "cancelled": "X", "exception": "E"}


def create(call, body):
    if any(line["stock_quality"] != "G" for line in body["oconsignment_sku"]):
        raise Refusal("invalid", "standard orders take stock_quality G only")
    order = call.site.depot.take_order({
        "reference": body["ref_no"],
        "place": body["from_warehouse_code"],
        "service": body["logistics_service_info"]["logistics_product_code"],
        "lines": [{"sku": line["sku_code"], "units": line["qty"]} for line in body["oconsignment_sku"]],
        "address": body["oconsignment_desc"],
    })  # fmt: skip
    return {"consignment_no": f"OC{order['number']}", "4px_tracking_no": order["number"]}


def cancel(call, body):
    order = numbered(call.site.depot.outbound, body, "OC")
    if order is None:
        raise Refusal("not found", "there is no such order")
    call.site.depot.cancel_outbound(order["number"])
    return {"consignment_no": f"OC{order['number']}", "status": "X", "ref_no": order["reference"]}


def list_orders(call, body):
    if "consignment_no" in body or "ref_no" in body:
        found = numbered(call.site.depot.outbound, body, "OC")
        orders = [found] if found else []
    else:
        orders = call.site.depot.outbounds()
    for field, column in (("create_time", "created"), ("complete_time", "shipped")):
        if f"{field}_start" in body:
            orders = within(orders, column, body, field)
    return page([_view(call, order) for order in orders], body)


def _view(call, order):
    charged = sum((Decimal(amount) for _kind, amount in order["fees"]), Decimal(0))
    place = call.site.depot.places[order["place"]]
    return {
        "consignment_no": f"OC{order['number']}",
        "4px_tracking_no": order["number"],
        "ref_no": order["reference"],
        "from_warehouse_code": order["place"],
        "status": _STATUSES[order["status"]],
        "consignment_type": "S",
        "sub_status": "S" if order["status"] == "exception" else None,
        "logistics_product_code": order["service"],
        "shipping_no": order["tracking"],
        "carrier_code": order["carrier"],
        "shipping_weight": str(Decimal(order["weight_kg"]) * 1000) if order["weight_kg"] else None,
        "billing_amount": float(charged),
        "currency": place.currency,
        "create_time": millis(order["created"]),
        "complete_time": millis(order["shipped"]) if order["shipped"] else None,
        "country": order["address"].get("country"),
        "outboundlist_sku": [
            {"sku_code": line["sku"], "qty": line["units"], "stock_quality": "G", "batch_no": ""}
            for line in order["lines"]
        ],
    }


HANDLERS = {
    "fu.wms.outbound.create": create,
    "fu.wms.outbound.cancel": cancel,
    "fu.wms.outbound.getlist": list_orders,
}
