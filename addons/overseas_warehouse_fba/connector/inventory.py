"""Units in Amazon's warehouses by state. Source: model ``fbaInventory``, getInventorySummaries."""

from dataclasses import dataclass
from datetime import datetime

from ...marketplace_amazon.connector.fba import PATH
from ...marketplace_amazon.connector.fields import Node, format_time

_UNSELLABLE = {
    "customerDamagedQuantity": "CUSTOMER_DAMAGED",
    "warehouseDamagedQuantity": "WAREHOUSE_DAMAGED",
    "distributorDamagedQuantity": "DISTRIBUTOR_DAMAGED",
    "carrierDamagedQuantity": "CARRIER_DAMAGED",
    "defectiveQuantity": "DEFECTIVE",
    "expiredQuantity": "EXPIRED",
}


@dataclass(frozen=True, slots=True)
class InventorySummary:
    """One SKU as Amazon sees it now.

    :param int sellable: units that buyers can get
    :param int announced: in plans that have not left
    :param int shipped: on their way to Amazon
    :param int receiving: at the dock
    :param int for_orders: reserved for orders
    :param int moving: reserved, between warehouses
    :param int processing: reserved, being measured or examined
    :param int researching: that Amazon looks for
    :param dict unsellable: ``{disposition: units}`` without zeros
    :param int total: as stated
    """

    msku: str
    fnsku: str
    asin: str
    condition: str
    sellable: int
    announced: int
    shipped: int
    receiving: int
    for_orders: int
    moving: int
    processing: int
    researching: int
    unsellable: dict
    total: int
    updated_at: datetime | None


def fetch_inventory(api, marketplace_id, changed_since=None):
    """All SKUs, or those that changed.

    :param datetime changed_since: aware
    :return: list of :class:`InventorySummary`
    """
    summaries, token = [], ""
    while True:
        query = {
            "details": "true",
            "granularityType": "Marketplace",
            "granularityId": marketplace_id,
            "marketplaceIds": [marketplace_id],
            "startDateTime": format_time(changed_since) if changed_since else "",
            "nextToken": token,
        }
        answer = Node(api.get("fbaInventory.getInventorySummaries", PATH, query))
        summaries += [_read(summary) for summary in answer.node("payload").nodes("inventorySummaries")]
        token = answer.node("pagination").text("nextToken")
        if not token:
            return summaries


def _read(summary):
    details = summary.node("inventoryDetails", required=True)
    reserved = details.node("reservedQuantity")
    unsellable = details.node("unfulfillableQuantity")
    bad = {disposition: unsellable.count(key) or 0 for key, disposition in _UNSELLABLE.items()}
    return InventorySummary(
        msku=summary.text("sellerSku", required=True),
        fnsku=summary.text("fnSku", required=True),
        asin=summary.text("asin"),
        condition=summary.text("condition"),
        sellable=details.count("fulfillableQuantity", required=True),
        announced=details.count("inboundWorkingQuantity") or 0,
        shipped=details.count("inboundShippedQuantity") or 0,
        receiving=details.count("inboundReceivingQuantity") or 0,
        for_orders=reserved.count("pendingCustomerOrderQuantity") or 0,
        moving=reserved.count("pendingTransshipmentQuantity") or 0,
        processing=reserved.count("fcProcessingQuantity") or 0,
        researching=details.node("researchingQuantity").count("totalResearchingQuantity") or 0,
        unsellable={disposition: units for disposition, units in bad.items() if units},
        total=summary.count("totalQuantity", required=True),
        updated_at=summary.time("lastUpdatedTime"),
    )
