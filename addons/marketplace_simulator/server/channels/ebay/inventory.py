"""The Inventory API: items, their offers on the marketplaces, and their quantities."""

from ...http import ApiError
from ...world import seller
from ...world.catalogue import MERCHANT
from . import order_view

MOST, MOST_AT_ONCE = 200, 25


def get_items(call):
    """A page of inventory items; ``offset`` is the number of the page."""
    limit, page = call.number("limit", 25, 1, MOST), call.number("offset", 0, 0, 10**6)
    listings = _listings(call)
    pages = -(-len(listings) // limit)
    if page and page >= pages:
        raise ApiError(400, "25706", "You have provided invalid pagination values.")
    body = {"total": len(listings), "size": pages, "limit": limit, "href": call.request.url,
            "inventoryItems": [{"sku": listing["sku"], **_item(listing)}
                               for listing in listings[page * limit:(page + 1) * limit]]}
    if page + 1 < pages:
        body["next"] = f"{call.site.url}/sell/inventory/v1/inventory_item?limit={limit}&offset={page + 1}"
    return body


def get_some_items(call):
    """Up to 25 inventory items by SKU, each with its own outcome."""
    return {"responses": [_answer(call, entry.get("sku")) for entry in _requests(call)]}


def get_offers(call):
    """The offers of a SKU."""
    listing = _find(call, call.text("sku"))
    if listing is None:
        raise ApiError(404, "25713", "This Offer is not available.")
    offers = [_offer(call, listing, market) for market in call.site.channel.markets]
    wanted = call.text("marketplace_id")
    offers = [offer for offer in offers if wanted in (None, offer["marketplaceId"])]
    return {"offers": offers, "total": len(offers), "size": len(offers), "limit": 100, "href": call.request.url}


def update_quantities(call):
    """Set quantities of up to 25 SKUs, each with its own outcome."""
    return {"responses": [_update(call, entry) for entry in _requests(call)]}


def _requests(call):
    requests = call.body().get("requests")
    if not isinstance(requests, list) or not 0 < len(requests) <= MOST_AT_ONCE:
        raise ApiError(400, "25709", f"Invalid value for requests. 1 to {MOST_AT_ONCE} are taken.")
    return requests


def _update(call, entry):
    sku = entry.get("sku")
    problem = seller.set_quantity(call.world, call.site.regions[0], sku,
                                  (entry.get("shipToLocationAvailability") or {}).get("quantity"))
    if not problem:
        return {"sku": sku, "statusCode": 200}
    unknown = _find(call, sku) is None
    error = {"errorId": 25702 if unknown else 25709, "domain": "API_INVENTORY", "category": "REQUEST",
             "message": problem}
    return {"sku": sku, "statusCode": 404 if unknown else 400, "errors": [error]}


def _answer(call, sku):
    listing = _find(call, sku)
    if listing is None:
        error = {"errorId": 25710, "domain": "API_INVENTORY", "category": "REQUEST",
                 "message": "We did not find the resource you are looking for."}
        return {"sku": sku, "statusCode": 404, "errors": [error]}
    return {"sku": sku, "statusCode": 200, "inventoryItem": _item(listing)}


def _listings(call):
    listings = call.world.listings(call.site.regions[0])
    return sorted((entry for entry in listings if entry["channel"] == MERCHANT), key=lambda entry: entry["sku"])


def _find(call, sku):
    listing = call.world.listing(call.site.regions[0], sku) if isinstance(sku, str) else None
    return listing if listing and listing["channel"] == MERCHANT else None


def _item(listing):
    return {"condition": "NEW", "product": {"title": listing["title"], "ean": [listing["barcode"]]},
            "availability": {"shipToLocationAvailability": {"quantity": listing["quantity"]}}}


def _offer(call, listing, market):
    return {
        "offerId": f"{8_000_000_000 + listing['number'] * 10 + call.site.channel.markets.index(market)}",
        "sku": listing["sku"], "marketplaceId": market.code, "format": "FIXED_PRICE", "status": "PUBLISHED",
        "availableQuantity": listing["quantity"],
        "pricingSummary": {"price": {"value": listing["prices"][market.code], "currency": market.currency}},
        "listing": {"listingId": order_view.legacy_item_id(listing["number"]), "listingStatus": "ACTIVE",
                    "soldQuantity": 0},
    }
