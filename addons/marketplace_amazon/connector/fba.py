"""Units in Amazon's warehouses. Source: Amazon's model ``fbaInventory``."""

from ...marketplace.contract import FulfilmentStock
from .fields import Node

PATH = "/fba/inventory/v1/summaries"


def fetch_fulfilment_stock(api, shop_id):
    """All SKUs as list of :class:`FulfilmentStock`.

    ``inbound`` counts units on their way or being received; units that are only announced still lie with the seller.
    """
    stocks, token = [], ""
    while True:
        answer = Node(api.get("fbaInventory.getInventorySummaries", PATH, _query(shop_id, token)))
        stocks += [_read(summary) for summary in answer.node("payload").nodes("inventorySummaries")]
        token = answer.node("pagination").text("nextToken")
        if not token:
            return stocks


def _query(shop_id, token):
    return {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": shop_id,
        "marketplaceIds": [shop_id],
        "nextToken": token,
    }


def _read(summary):
    details = summary.node("inventoryDetails")
    return FulfilmentStock(
        sku=summary.text("sellerSku", required=True),
        fulfilment_sku=summary.text("fnSku"),
        product_id=summary.text("asin"),
        available=details.count("fulfillableQuantity", required=True),
        reserved=details.node("reservedQuantity").count("totalReservedQuantity") or 0,
        unsellable=details.node("unfulfillableQuantity").count("totalUnfulfillableQuantity") or 0,
        inbound=(details.count("inboundShippedQuantity") or 0) + (details.count("inboundReceivingQuantity") or 0),
        researching=details.node("researchingQuantity").count("totalResearchingQuantity") or 0,
    )
