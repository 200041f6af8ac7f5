"""Packing, "ready to ship", waybills."""

import base64

from ...http import ApiError
from ...world import parcels, seller
from . import units
from .access import json_param
from .replies import result


def get_providers(call):
    """The platform chooses who carries."""
    json_param(call, "getShipmentProvidersReq")
    return result({"platform_default": 1, "shipment_providers": [], "shipping_allocate_type": "TFS"})


def pack(call):
    """Put items of orders into packages; each order has an outcome of its own."""
    request = json_param(call, "packReq")
    if not request.get("shipping_allocate_type") or request.get("delivery_type") != "dropship":
        raise ApiError(400, "700017", "PARAM_IS_NULL")
    return result({"pack_order_list": [_pack(call, entry) for entry in request["pack_order_list"]]})


def _pack(call, entry):
    order = call.site.find_order(call, str(entry["order_id"]))
    numbers, fields = entry["order_item_list"], {"item_err_code": "0", "msg": "", "retry": False}
    try:
        if order is None or order["status"] not in ("unshipped", "partially_shipped"):
            raise parcels.ParcelRefused("item current status not allow to pack")
        parcel = units.booked(order, units.pack(call.site, order, numbers))
        fields |= {"package_id": f"FP{parcel['id']}", "tracking_number": parcel["tracking"],
                   "shipment_provider": parcel["carrier"]}
    except parcels.ParcelRefused as refusal:
        fields |= {"item_err_code": "700026", "msg": str(refusal), "package_id": "", "tracking_number": "",
                   "shipment_provider": ""}
    return {"order_id": entry["order_id"],
            "order_item_list": [{"order_item_id": number, **fields} for number in numbers]}


def _find_parcel(call, package_id):
    """Return ``(order, parcel)`` of a package.

    :raise parcels.ParcelRefused: there is none
    """
    parcel_id = package_id.removeprefix("FP")
    number = (int(parcel_id) - 5 * 10**13) // 100 if parcel_id.isdigit() else -1
    order = call.site.find_order(call, str(260_500_000_000_000 + number))
    if order is None:
        raise parcels.ParcelRefused("package not found")
    return order, parcels.find(order, parcel_id)


def ready_to_ship(call):
    """Hand packages over to the carrier, who collects them after a while."""
    outcomes = []
    for package in json_param(call, "readyToShipReq")["packages"]:
        outcome = {"package_id": package["package_id"], "item_err_code": "0", "msg": ""}
        try:
            order, parcel = _find_parcel(call, package["package_id"])
            seller.arrange_parcel(call.world, order, parcel["id"])
        except parcels.ParcelRefused as refusal:
            outcome |= {"item_err_code": "600001", "msg": str(refusal)}
        outcomes.append(outcome)
    return result({"packages": outcomes})


def get_document(call):
    """The waybill of a package as PDF."""
    request = json_param(call, "getDocumentReq")
    try:
        order, parcel = _find_parcel(call, request["packages"][0]["package_id"])
    except parcels.ParcelRefused as refusal:
        raise ApiError(400, "600001", str(refusal)) from None
    if parcel["id"] not in units.load(call.site, order)["packed"].values():
        raise ApiError(400, "600001", "package not found")
    content = parcels.waybill(order, units.booked(order, parcel))
    return result({"doc_type": "PDF", "file": base64.b64encode(content).decode()})
