"""Orders to ship, and what comes back."""

from ...depot import Refusal
from .values import clock_text, cut, within

_STATUSES = {
    "accepted": ("CFI", "确认中"),
    "picking": ("DOI", "订单处理中"),
    "shipped": ("OL", "已出库"),
    "cancelled": ("VO", "已作废"),
    "exception": ("EP", "库内异常"),
}


def create(call, data):
    order = call.site.depot.take_order({
        "reference": data["shipperOrderNo"],
        "place": data["warehouseCode"],
        "service": data["winitProductCode"],
        "lines": [{"sku": line["merchandiseCode"], "units": line["quantity"]} for line in data["merchandiseList"]],
        "country": data["receiverCountry"],
    })  # fmt: skip
    return {"orderNo": f"WO{order['number']}", "splitType": "NONE", "orderNoList": [f"WO{order['number']}"]}


def cancel(call, data):
    call.site.depot.cancel_outbound(_order(call, data)["number"])
    return f"{data['outboundOrderNum']} is void"


def list_orders(call, data):
    found = within(
        call.site.depot.outbounds(),
        "created",
        data.get("dateOrderedStartDate"),
        data.get("dateOrderedEndDate"),
        whole_days=True,
    )
    wanted = [order for order in found if data.get("sellerOrderNo") in (None, order["reference"])]
    page = cut(wanted, data, "pageNum")
    return {
        "currentPageNum": data["pageNum"],
        "currentPageSize": len(page),
        "total": len(wanted),
        "list": [_short(order) for order in page],
    }


def detail(call, data):
    order = _order(call, data)
    code, name = _STATUSES[order["status"]]
    currency = call.site.depot.places[order["place"]].currency
    charged = dict(order["fees"])
    view = {
        "outboundOrderNum": f"WO{order['number']}",
        "sellerOrderNo": order["reference"],
        "status": code,
        "statusName": name,
        "warehouseCode": order["place"],
        "winitProductCode": order["service"],
        "trackingNum": order["tracking"],
        "carrier": order["carrier"],
        "orderedTime": clock_text(order["created"]),
        "outboundDate": clock_text(order["shipped"]),
        "weight": float(order["weight_kg"]) if order["weight_kg"] else None,
        "handlingFee": float(charged["handling"]) if charged else None,
        "handlingfeeCode": currency,
        "deliveryCosts": charged.get("freight"),
        "deliveryCostsCode": currency,
        "packageList": [_package(order)],
    }
    return {"currentPageNum": 1, "currentPageSize": 1, "total": 1, "list": [view]}


def list_returns(call, data):
    found = within(call.site.depot.returns(), "created", data.get("OderStartDatetime"), data.get("OderEndDatetime"))
    wanted = [record for record in found if record["place"] == data["warehouseCode"]]
    page = cut(wanted, data["pageParams"])
    return {"pageParams": {"totalCount": len(wanted)}, "list": [_return(record) for record in page]}


def _order(call, data):
    order = call.site.depot.outbound(number=data["outboundOrderNum"].removeprefix("WO"))
    if order is None:
        raise Refusal("not found", f"the order {data['outboundOrderNum']} does not exist")
    return order


def _short(order):
    code, name = _STATUSES[order["status"]]
    return {
        "documentNo": f"WO{order['number']}",
        "sellerOrderNo": order["reference"],
        "status": code,
        "statusName": name,
        "warehouseCode": order["place"],
        "trackingNo": order["tracking"],
        "dateOrdered": clock_text(order["created"]),
    }


def _package(order):
    return {
        "packageNum": f"WO{order['number']}A",
        "outboundDate": clock_text(order["shipped"]),
        "trackingNos": [order["tracking"]] if order["tracking"] else [],
        "merchandiseList": [{"productCode": line["sku"], "productNum": line["units"]} for line in order["lines"]],
    }


def _return(record):
    goods = [
        {"merchandiseCode": line["sku"], "confirmQty": float(line[grade]), "merchandiseGrade": word}
        for line in record["lines"]
        for grade, word in (("sellable", "GOOD"), ("damaged", "DEFECTIVE"))
        if line[grade]
    ]
    return {
        "returnGoodsOrderNo": f"WR{record['number']}",
        "outboundOrderNo": f"WO{record['order']}",
        "sellerOrderNo": record["order_reference"],
        "warehouseCode": record["place"],
        "status": "OC",
        "createDate": clock_text(record["created"]),
        "expressNo": record["tracking"],
        "retrunReason": record["reason"],
        "orderGoodsList": goods,
    }


HANDLERS = {
    "wh.outbound.createSubmittedOrder": create,
    "voidOutboundOrder": cancel,
    "queryOutboundOrderList": list_orders,
    "queryOutboundOrder": detail,
    "rma.returnGoodsOrder.queryReturnOderList": list_returns,
}
