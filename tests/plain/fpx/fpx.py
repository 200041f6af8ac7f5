"""Exchanges with 4PX, held against the field tables of the specification."""

import json
from functools import cache
from urllib.parse import parse_qs

from tests.plain.sdk_fields import SdkFields
from tests.plain.spec_models import shared_specs

_PAGE = "fop.FopPage"
#: Operation → (class of the request, class of ``data``, how the class stands in it).
OPERATIONS = {
    "com.basis.warehouse.getlist": ("common.WarehouseList", "common.Warehouse", "list"),
    "com.basis.logistics_product.getlist": ("common.LogisticsProductList", "common.LogisticsProduct", "list"),
    "fu.wms.sku.newcreate": ("fulfillment.SkuNewCreate", "fulfillment.SkuIdCodePayload", "one"),
    "fu.wms.sku.edit": ("fulfillment.SkuEdit", None, "text"),
    "fu.wms.sku.getlist": ("fulfillment.SkuListPayload", "fulfillment.SkuListResponse", "one"),
    "fu.wms.inventory.get": ("fulfillment.InventoryList", "fulfillment.Inventory", "page"),
    "fu.wms.inventory.getlog": ("fulfillment.InventoryLog", "fulfillment.InventoryFlow", "page"),
    "fu.wms.inbound.create": ("fulfillment.InboundCreate", "fulfillment.InboundCreateResponse", "one"),
    "fu.wms.inbound.cancel": ("fulfillment.ConsignmentRefNoPayload", "fulfillment.ConsignmentRefNoPayload", "one"),
    "fu.wms.inbound.getlist": ("fulfillment.InboundListPayload", "fulfillment.InboundConsignment", "page"),
    "fu.wms.inbound.getinboundlabel": ("fulfillment.GetInboundLabel", "fulfillment.InboundLabelResponse", "one"),
    "fu.wms.outbound.create": ("fulfillment.OutboundCreate", "fulfillment.OutboundCreateResponse", "one"),
    "fu.wms.outbound.cancel": ("fulfillment.OutboundCancel", "fulfillment.OutboundCancelResponse", "one"),
    "fu.wms.outbound.getlist": ("fulfillment.OutboundListPayload", "fulfillment.Outbound", "page"),
    "re.grs.rmainfo.list": ("grs.RmaInfoList", "grs.RmaInfoPage", "one"),
    "re.grs.rmainfo.get": ("grs.RmaInfoGet", "grs.ReceivedInfo", "one"),
    "com.basis.billing.getbilling": ("common.GetBilling", "common.BillingListResponse", "one"),
    "com.css.price_calculator": ("common.PriceCalculator", "common.PriceCalculatorResponse", "list"),
}


@cache
def tables():
    """The field tables, ``None`` where the specifications are absent."""
    return SdkFields("4px", amounts=["common.Fee.amount"]) if shared_specs() else None


def operation_of(request):
    """Name of the operation of a request; empty for a file."""
    return parse_qs(request.url.partition("?")[2]).get("method", [""])[0]


def check(request, url, response):
    """Hold an exchange that went well against the tables."""
    operation = operation_of(request)
    if tables() is None or not operation:
        return
    asked, answered, shape = OPERATIONS[operation]
    tables().check_operation(operation)
    tables().check(asked, json.loads(request.body))
    body = response.get_json()
    tables().check("fop.FopResp", {**body, "data": None})
    data = body["data"]
    if shape == "page" and data:
        tables().check(_PAGE, {**data, "data": None})
        data = data["data"]
    for entry in data if isinstance(data, list) else [data]:
        if entry is not None and shape != "text":
            tables().check(answered, entry)
