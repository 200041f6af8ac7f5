"""Orders to ship (document ``order``)."""

from ...depot import Refusal
from .replies import absent, first, local, paged

STATUSES = {"accepted": "W", "picking": "W", "exception": "N", "shipped": "D", "cancelled": "X"}
FEES = {"freight": "SHIPPING", "handling": "OPF"}


def create(call):
    """Take an order."""
    body = call.body()
    address = {name: body.get(name) for name in ("name", "company", "address1", "address2", "city", "province",
                                                 "zipcode", "country_code", "phone", "email")}
    lines = [{"sku": item["product_sku"], "units": item["quantity"], "value": item.get("product_declared_value")}
             for item in body.get("items") or []]
    order = {"reference": body.get("reference_no"), "place": body.get("warehouse_code"), "lines": lines,
             "service": body.get("shipping_method"), "address": address, "platform": body.get("platform")}
    return {"ask": "Success", "message": "Success", "order_code": code(call.site.depot.take_order(order))}


def code(order):
    """Return GoodCang's number of an order."""
    return f"G{order['number']}"


def by_reference(call):
    """One order by the seller's number."""
    order = call.site.depot.outbound(reference=call.body().get("reference_no"))
    if order is None:
        raise absent("订单")
    return first(_order(call, order))


def by_code(call):
    """One order by GoodCang's number."""
    return first(_order(call, _find(call)))


def _find(call):
    order = call.site.depot.outbound(call.body().get("order_code", "")[1:] or "-")
    if order is None:
        raise absent("订单")
    return order


def search(call):
    """Orders by GoodCang's numbers or status."""
    body = call.body()
    codes, status = body.get("order_code_arr"), body.get("order_status")
    found = [order for order in call.site.depot.outbounds()
             if (not codes or code(order) in codes) and status in (None, "", STATUSES[order["status"]])]
    page, count = paged(body, found)
    return first([_order(call, order) for order in page], count=count)


def cancel(call):
    """Stop an order."""
    order = _find(call)
    if order["status"] == "cancelled":
        raise Refusal("too late", "the order is cancelled already")
    call.site.depot.cancel_outbound(order["number"])
    return first({"order_code": code(order), "cancel_status": 2})


def _order(call, order):
    fees = {FEES[kind]: amount for kind, amount in order["fees"]}
    currency = call.site.depot.places[order["place"]].currency
    address = order["address"]
    return {
        "order_code": code(order), "reference_no": order["reference"], "platform": order["platform"],
        "order_status": STATUSES[order["status"]], "abnormal_problem_reason": order["message"],
        "shipping_method": order["service"], "tracking_no": order["tracking"], "warehouse_code": order["place"],
        "order_weight": order["weight_kg"] or 0, "order_desc": "", "date_create": local(order["created"]),
        "date_release": local(order["created"]), "date_shipping": local(order["shipped"]),
        "date_modify": local(order["updated"]), "consignee_country_code": address["country_code"],
        "consignee_city": address["city"], "consignee_address1": address["address1"],
        "consignee_name": address["name"], "currency_code": currency,
        "items": [{"product_sku": line["sku"], "quantity": line["units"]} for line in order["lines"]],
        "fee_details": {**fees, "currency_code": currency}, "orderBoxInfo": [],
    }
