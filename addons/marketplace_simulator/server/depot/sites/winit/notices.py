"""Notices and their labels."""

import base64

from ....world.parcels import waybill
from ...depot import Refusal, counted
from .values import clock_text, cut, within

_STATUSES = {"announced": "OD", "receiving": "EWC", "received": "SHD", "cancelled": "VO"}


def create(call, data):
    notice = call.site.depot.announce({
        "reference": data["sellerOrderNo"],
        "place": data["destinationWarehouseCode"],
        "cartons": [_carton(package) for package in data["packageList"]],
        "product": data["winitProductCode"],
    })  # fmt: skip
    return {"orderNo": f"WI{notice['number']}"}


def cancel(call, data):
    call.site.depot.cancel_inbound(_notice(call, data)["number"])


def list_notices(call, data):
    notices = within(
        call.site.depot.inbounds(), "created", data.get("orderCreateDateStart"), data.get("orderCreateDateEnd")
    )
    place = data.get("destinationWareHouseCode")
    wanted = [notice for notice in notices if place in (None, notice["place"])]
    return {
        "pageParams": {"pageNo": data["pageParams"]["pageNo"], "pageSize": data["pageParams"]["pageSize"]},
        "orderList": [_short(notice) for notice in cut(wanted, data["pageParams"])],
    }


def detail(call, data):
    notice = _notice(call, data)
    return {
        "orderNo": f"WI{notice['number']}",
        "orderType": "DW",
        "status": _STATUSES[notice["status"]],
        "destinationWarehouseCode": notice["place"],
        "sellerOrderNo": notice["reference"],
        "winitProductCode": notice["product"],
        "createdDate": clock_text(notice["created"]),
        "totalPackageQty": len(notice["cartons"]),
        "packageList": _packages(notice) if data.get("isIncludePackage") == "Y" else None,
    }


def labels(call, data):
    notice = _notice(call, data)
    to = {"id": notice["reference"], "address": {"postcode": "", "country": notice["place"]}}
    first = {"carrier": "Winit", "tracking": data["packageNoList"][0]["packageNo"], "id": notice["number"]}
    return {"label": base64.b64encode(waybill(to, first)).decode()}


def _carton(package):
    contents = [[line["merchandiseCode"], int(line["quantity"])] for line in package["merchandiseList"]]
    return {"number": package["sellerCaseNo"], "contents": contents}


def _notice(call, data):
    notice = call.site.depot.inbound(number=data["orderNo"].removeprefix("WI"))
    if notice is None:
        raise Refusal("not found", f"the order {data['orderNo']} does not exist")
    return notice


def _short(notice):
    units = sum(units for carton in notice["cartons"] for _sku, units in carton["contents"])
    return {
        "orderNo": f"WI{notice['number']}",
        "orderCreateDate": clock_text(notice["created"]),
        "totalPackageQty": len(notice["cartons"]),
        "totalItemQty": units,
        "status": _STATUSES[notice["status"]],
    }


def _packages(notice):
    """Packages with what was put on shelves; it fills one after the other, what is too much stands in the last."""
    left = {sku: sellable for sku, (sellable, _damaged) in counted(notice).items()}
    last = {sku: carton["number"] for carton in notice["cartons"] for sku, _units in carton["contents"]}
    packages = []
    for carton in notice["cartons"]:
        lines = []
        for sku, units in carton["contents"]:
            there = left.get(sku, 0)
            shelved = there if last[sku] == carton["number"] else min(units, there)
            left[sku] = there - shelved
            lines.append({"merchandiseCode": sku, "quantity": units, "actualQuantity": shelved})
        packages.append({
            "sellerCaseNo": carton["number"],
            "packageNo": f"WI{notice['number']}-{carton['number']}",
            "status": "PS" if notice["batches"] else "PI",
            "shelvesTime": clock_text(notice["batches"][-1]["at"]) if notice["batches"] else None,
            "merchandiseList": lines,
        })  # fmt: skip
    return packages


HANDLERS = {
    "winit.wh.inbound.order.create": create,
    "winit.wh.inbound.voidOrder": cancel,
    "winit.wh.inbound.getOrderList": list_notices,
    "winit.wh.inbound.getOrderDetail": detail,
    "winit.wh.inbound.printPackageLabel": labels,
}
