"""Listings Items 2021-08-01: read, search and patch listings (model ``listingsItems_2021-08-01.json``)."""

from ..http import ApiError, Operation, bad_input
from ..world.catalogue import MERCHANT
from ..world.marketplaces import MARKETPLACES
from . import accounts, offers

INCLUDED_DATA = ("summaries", "attributes", "issues", "offers", "fulfillmentAvailability", "procurement",
                 "relationships", "productTypes")
SORT_KEYS = {"sku": "sku", "createdDate": "created", "lastUpdatedDate": "updated"}
IDENTIFIERS = {"SKU": "sku", "ASIN": "asin", "FNSKU": "fnsku"}
#: A search never reaches beyond this many listings.
SEARCH_END = 1000


def get_listings_item(call):
    """Return one listing."""
    markets = _markets(call)
    listing = call.world.listing(call.region, call.path["sku"])
    if listing is None:
        raise ApiError(404, "NOT_FOUND", f"SKU '{call.path['sku']}' not found in marketplace {markets[0]}.")
    return _item(listing, markets, _included(call))


def search_listings_items(call):
    """Return one page of listings."""
    markets, included = _markets(call), _included(call)
    size = call.number("pageSize", 10, 1, 20)
    found = _sorted(call, _filtered(call))
    begin = _offset(call)
    page = found[:SEARCH_END][begin:begin + size]
    pagination = {}
    if begin + size < min(len(found), SEARCH_END):
        pagination["nextToken"] = call.site.signer.seal("listings", [call.region, begin + size])
    if begin:
        pagination["previousToken"] = call.site.signer.seal("listings", [call.region, max(0, begin - size)])
    body = {"numberOfResults": len(found), "items": [_item(listing, markets, included) for listing in page]}
    return {**body, "pagination": pagination} if pagination else body


def patch_listings_item(call):
    """Change the offered quantity of a listing."""
    markets, body = _markets(call), call.body()
    patches = body.get("patches")
    if not body.get("productType") or not isinstance(patches, list) or not patches:
        raise bad_input("productType and at least one patch are required.")
    included = call.texts("includedData", ("identifiers", "issues"))
    preview = _preview(call)
    quantity, issues = offers.from_patches(patches)
    issues = offers.submit(call.world, call.region, call.path["sku"], quantity, issues, preview)
    status = "INVALID" if issues else "VALID" if preview else "ACCEPTED"
    answer = {"sku": call.path["sku"], "status": status,
              "submissionId": f"{call.store.count('submissions'):032x}", "issues": [_issue(item) for item in issues]}
    if "identifiers" in included and not issues:
        asin = call.world.listing(call.region, call.path["sku"])["asin"]
        answer["identifiers"] = [{"marketplaceId": market, "asin": asin} for market in markets]
    return answer


def _preview(call):
    mode = call.text("mode")
    if mode not in (None, "VALIDATION_PREVIEW"):
        raise bad_input(f"Invalid value '{mode}' for mode.")
    if "identifiers" in call.texts("includedData") and mode is None:
        raise bad_input("identifiers can only be requested with mode VALIDATION_PREVIEW.")
    return mode is not None


def _markets(call):
    if call.path["sellerId"] != accounts.SELLERS[call.region]["id"]:
        raise accounts.denied("The token does not belong to this seller.")
    markets = call.texts("marketplaceIds")
    if not markets:
        raise bad_input("Missing request parameter: marketplaceIds.")
    for market in markets:
        code = accounts.CODES.get(market)
        if code is None or MARKETPLACES[code].region != call.region:
            raise bad_input(f"Invalid marketplace: {market}.")
    return markets


def _included(call):
    return call.texts("includedData", INCLUDED_DATA) or ["summaries"]


def _offset(call):
    text = call.text("pageToken")
    if text is None:
        return 0
    token = call.site.signer.open("listings", text)
    if token is None or token[0] != call.region:
        raise bad_input("pageToken is invalid.")
    return token[1]


def _filtered(call):
    listings = call.world.listings(call.region)
    identifiers, kind = call.texts("identifiers", most=20), call.text("identifiersType")
    if bool(identifiers) != bool(kind):
        raise bad_input("identifiers and identifiersType go together.")
    if kind:
        if kind not in IDENTIFIERS:
            raise bad_input(f"identifiersType must be one of {', '.join(IDENTIFIERS)}.")
        listings = [listing for listing in listings if listing[IDENTIFIERS[kind]] in identifiers]
    for name, keep in (("withStatus", True), ("withoutStatus", False)):
        for status in call.texts(name, ("BUYABLE", "DISCOVERABLE")):
            listings = [listing for listing in listings if (status in _status(listing)) is keep]
    return listings


def _sorted(call, listings):
    key = call.text("sortBy", "lastUpdatedDate")
    order = call.text("sortOrder", "DESC")
    if key not in SORT_KEYS or order not in ("ASC", "DESC"):
        raise bad_input("Invalid sortBy or sortOrder.")
    return sorted(listings, key=lambda listing: (listing[SORT_KEYS[key]], listing["sku"]), reverse=order == "DESC")


def _status(listing):
    return ["BUYABLE", "DISCOVERABLE"] if listing["quantity"] > 0 else ["DISCOVERABLE"]


def _item(listing, markets, included):
    shown = {"sku": listing["sku"]}
    if "summaries" in included:
        shown["summaries"] = [_summary(listing, market) for market in markets]
    if "attributes" in included:
        shown["attributes"] = {"item_name": [{"value": listing["title"], "marketplace_id": market}
                                             for market in markets]}
    if "issues" in included:
        shown["issues"] = []
    if "offers" in included:
        shown["offers"] = [_offer(listing, market) for market in markets]
    if "fulfillmentAvailability" in included:
        shown["fulfillmentAvailability"] = [_availability(listing, markets[0])]
    if "productTypes" in included:
        shown["productTypes"] = [{"marketplaceId": market, "productType": listing["type"]} for market in markets]
    return shown


def _summary(listing, market):
    shown = {"marketplaceId": market, "asin": listing["asin"], "productType": listing["type"],
             "conditionType": "new_new", "status": _status(listing), "itemName": listing["title"],
             "createdDate": listing["created"], "lastUpdatedDate": listing["updated"]}
    return shown if listing["channel"] == MERCHANT else {**shown, "fnSku": listing["fnsku"]}


def _offer(listing, market):
    code = accounts.CODES[market]
    return {"marketplaceId": market, "offerType": "B2C", "audience": {"value": "ALL", "displayName": "Sell on Amazon"},
            "price": {"currencyCode": MARKETPLACES[code].currency, "amount": listing["prices"][code]}}


def _availability(listing, market):
    if listing["channel"] == MERCHANT:
        return {"fulfillmentChannelCode": "DEFAULT", "quantity": listing["quantity"]}
    return {"fulfillmentChannelCode": f"AMAZON_{MARKETPLACES[accounts.CODES[market]].region.upper()}"}


def _issue(found):
    shown = {"code": found["code"], "message": found["message"], "severity": found["severity"],
             "categories": ["INVALID_ATTRIBUTE"]}
    return {**shown, "attributeNames": [found["attributeName"]]} if "attributeName" in found else shown


ITEM_PATH = "/listings/2021-08-01/items/{sellerId}/{sku}"
OPERATIONS = (
    Operation("getListingsItem", "GET", ITEM_PATH, get_listings_item, 5.0, 10),
    Operation("patchListingsItem", "PATCH", ITEM_PATH, patch_listings_item, 5.0, 5),
    Operation("searchListingsItems", "GET", "/listings/2021-08-01/items/{sellerId}", search_listings_items, 5.0, 5),
)
