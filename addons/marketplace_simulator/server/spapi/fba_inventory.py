"""FBA Inventory v1 getInventorySummaries (model ``fbaInventory.json``)."""

from ..clock import to_text
from ..http import Operation, bad_input
from ..world.catalogue import MARKETPLACE
from . import accounts

PAGE = 50


def get_inventory_summaries(call):
    """Return one page of what lies in Amazon's warehouses."""
    market = call.texts("marketplaceIds", most=1)
    if not market or market[0] not in accounts.CODES:
        raise bad_input("marketplaceIds must hold one marketplace.")
    if call.text("granularityType") != "Marketplace" or call.text("granularityId") != market[0]:
        raise bad_input("granularityType must be Marketplace and granularityId the marketplace.")
    details = call.text("details") == "true"
    found, begin = _found(call), _offset(call)
    page = found[begin:begin + PAGE]
    body = {"payload": {"granularity": {"granularityType": "Marketplace", "granularityId": market[0]},
                        "inventorySummaries": [_summary(listing, details) for listing in page]}}
    if begin + PAGE < len(found):
        body["pagination"] = {"nextToken": call.site.signer.seal("inventory", [call.region, begin + PAGE])}
    return body


def _found(call):
    listings = [listing for listing in call.world.listings(call.region) if listing["channel"] == MARKETPLACE]
    since = call.moment("startDateTime")
    if since is not None:
        return [listing for listing in listings if listing["updated"] >= to_text(since)]
    skus = call.texts("sellerSkus", most=50) or [sku for sku in [call.text("sellerSku")] if sku]
    return [listing for listing in listings if not skus or listing["sku"] in skus]


def _offset(call):
    text = call.text("nextToken")
    if text is None:
        return 0
    token = call.site.signer.open("inventory", text)
    if token is None or token[0] != call.region:
        raise bad_input("nextToken is invalid.")
    return token[1]


def _summary(listing, details):
    total = listing["quantity"] + listing["reserved"]
    shown = {"asin": listing["asin"], "fnSku": listing["fnsku"], "sellerSku": listing["sku"], "condition": "NewItem",
             "lastUpdatedTime": listing["updated"], "productName": listing["title"], "totalQuantity": total}
    if details:
        shown["inventoryDetails"] = {
            "fulfillableQuantity": listing["quantity"], "inboundWorkingQuantity": 0, "inboundShippedQuantity": 0,
            "inboundReceivingQuantity": 0,
            "reservedQuantity": {"totalReservedQuantity": listing["reserved"], "fcProcessingQuantity": 0,
                                 "pendingCustomerOrderQuantity": listing["reserved"],
                                 "pendingTransshipmentQuantity": 0},
            "researchingQuantity": {"totalResearchingQuantity": 0},
            "unfulfillableQuantity": {"totalUnfulfillableQuantity": 0},
        }
    return shown


OPERATIONS = (
    Operation("getInventorySummaries", "GET", "/fba/inventory/v1/summaries", get_inventory_summaries, 2.0, 2),
)
