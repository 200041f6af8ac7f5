"""Exchanges with Winit, held against the field tables of the specification."""

import json
from functools import cache

from tests.plain.sdk_fields import SdkFields
from tests.plain.spec_models import shared_specs

#: Operation → (class of the request's ``data``, class of an entry, where the entries are: ``data`` itself, or a list).
OPERATIONS = {
    "queryWarehouse": (None, "oswh.WarehousePayload", ""),
    "queryDeliveryWay": ("oswh.WarehouseIdData", "oswh.DeliveryWayResponse", ""),
    "registerProduct": ("oswh.ProductsPayload", "oswh.RegisterProduct", ""),
    "winit.mms.item.list": ("oswh.QueryCommodityInfo", "oswh.CommodityInfo", "list"),
    "winit.inventory.type.pageInv": ("oswh.QueryWinItInventoryType", "oswh.WinItInventoryType", "list"),
    "winit.inventory.pageInvInouts": ("oswh.QueryInventoryStatement", "oswh.InventoryStatement", "list"),
    "winit.wh.inbound.order.create": ("oswh.InboundOrderPayload", "oswh.OrderNoPayload", ""),
    "winit.wh.inbound.voidOrder": ("oswh.CancelOrderPayload", None, ""),
    "winit.wh.inbound.getOrderList": ("oswh.InboundOrderQueryParams", "oswh.OrderPayload", "orderList"),
    "winit.wh.inbound.getOrderDetail": ("oswh.OrderDetailQueryParams", "oswh.OrderResponse", ""),
    "winit.wh.inbound.printPackageLabel": ("oswh.PrintPackageLabelPayload", "oswh.LabelPayload", ""),
    "wh.outbound.createSubmittedOrder": (
        "oswh.CreateSubmittedOrderPayload",
        "oswh.CreateOutboundOrderResponse",
        "",
    ),
    "voidOutboundOrder": ("oswh.OutboundOrderNumPayload", None, ""),
    "queryOutboundOrderList": ("oswh.QueryOutboundOrderPayload", "oswh.OutboundOrder", "list"),
    "queryOutboundOrder": ("oswh.OutboundOrderNumPayload", "oswh.OutboundOrderInfoResponse", "list"),
    "rma.returnGoodsOrder.queryReturnOderList": ("oswh.ReturnOderListQueryData", "oswh.ReturnOrder", "list"),
    "sms.incomeSettlement.pageChargeDetails": ("oswh.ChargeDetailsPageData", "oswh.ChargeDetail", "list"),
    "wh.outbound.calcDeliveryFee": ("oswh.CalcDeliveryFeePayload", "oswh.CalcDeliveryFeeResponse", ""),
}


@cache
def tables():
    """The field tables, ``None`` where the specifications are absent."""
    return SdkFields("winit") if shared_specs() else None


def operation_of(request):
    """Name of the operation of a request."""
    return json.loads(request.body)["action"]


def check(request, url, response):
    """Hold an exchange that went well against the tables."""
    if tables() is None:
        return
    envelope, body = json.loads(request.body), response.get_json()
    asked, answered, where = OPERATIONS[envelope["action"]]
    tables().check_operation(envelope["action"])
    tables().check("winit.WinitRequest", {**envelope, "data": None})
    if asked:
        tables().check(asked, envelope["data"])
    tables().check("winit.WinitResponse", {**body, "data": None})
    data = body["data"]
    if answered and data is not None:
        entries = data[where] if where else data
        for entry in entries if isinstance(entries, list) else [entries]:
            tables().check(answered, entry)
