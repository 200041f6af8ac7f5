"""Items, quantities and feeds (documents ``item-management``, ``inventory-management``, ``feed-management``)."""

import json
import uuid

from ...clock import to_text
from ...http import ApiError
from ...world import seller
from .orders import bad

SHIP_NODE = "100009"
FEED = "walmart.feed"
#: How long Walmart works on a feed, in seconds.
PROCESSING = 120
FIRST = "*"


def items(call):
    """One page of items."""
    cursor, size = call.text("nextCursor", FIRST), call.number("limit", 20, 1, 1000)
    offset = 0 if cursor == FIRST else call.site.signer.open("walmart:items", cursor)
    if offset is None:
        raise bad("Invalid Cursor", code="INVALID_REQUEST_PARAM.GMP_ITEM_QUERY_API")
    listings = call.world.listings(call.region)
    page = listings[offset:offset + size]
    body = {"ItemResponse": [_item(call, listing) for listing in page], "totalItems": len(listings)}
    if offset + size < len(listings):
        body["nextCursor"] = call.site.signer.seal("walmart:items", offset + size)
    return body


def get_inventory(call):
    """Quantity of one SKU."""
    return _level(_listing(call, call.text("sku", "")))


def put_inventory(call):
    """Set the quantity of one SKU."""
    body, sku = call.body(), call.text("sku", "")
    problem = _set(call.site, call.region, body.get("sku"), body.get("quantity")) if body.get("sku") == sku else "sku"
    if problem:
        raise ApiError(404 if "sells no SKU" in problem else 400, "INVALID_REQUEST.GMP_INVENTORY_API", problem)
    return _level(_listing(call, sku))


def list_inventory(call):
    """Quantities of all SKUs, page by page."""
    cursor, size = call.text("nextCursor"), call.number("limit", 10, 1, 50)
    offset = call.site.signer.open("walmart:inventory", cursor) if cursor else 0
    if offset is None:
        raise bad("The cursor is not valid.", 404, "INVALID_CURSOR.GMP_INVENTORY_API")
    listings = call.world.listings(call.region)
    meta = {"totalCount": len(listings)}
    if offset + size < len(listings):
        meta["nextCursor"] = call.site.signer.seal("walmart:inventory", offset + size)
    entries = [{"sku": listing["sku"], "nodes": [{"shipNode": SHIP_NODE, "inputQty": _each(listing["quantity"]),
                                                  "availToSellQty": _each(listing["quantity"]),
                                                  "reservedQty": _each(0)}]}
               for listing in listings[offset:offset + size]]
    return {"meta": meta, "elements": {"inventories": entries}}


def wfs_inventory(call):
    """Stock in Walmart's warehouses: this seller has none."""
    return {"headers": {"totalCount": 0, "limit": 0, "offset": 0}, "payload": {"inventory": []}}


def submit_feed(call):
    """Take a file of quantities, to be worked on later."""
    kind, file = call.text("feedType"), call.request.files.get("file")
    try:
        content = json.loads(file.read()) if file else None
        entries = content["Inventory"] if kind == "inventory" else content["inventory"]
        levels = [(entry["sku"], entry["quantity"] if kind == "inventory" else entry["shipNodes"][0]["quantity"])
                  for entry in entries]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise bad("The file is not a feed of quantities.", code="INVALID_FEED.GMP_FEED_API") from error
    number, now = uuid.uuid4().hex.upper(), call.world.clock.now()
    due = to_text(now + call.world.clock.wait(PROCESSING))
    data = {"id": number, "region": call.region, "levels": levels, "results": None}
    call.store.put_document(FEED, number, call.region, to_text(now), data, None, due=due)
    return {"feedId": number}


def process_feed(site, data):
    """Set the quantities of a feed that is due."""
    results = [_set(site, data["region"], sku, quantity) for sku, quantity in data["levels"]]
    now = to_text(site.world.clock.now())
    site.world.store.put_document(FEED, data["id"], data["region"], now, {**data, "results": results}, None)


def feed_status(call):
    """How far a feed is, with the outcome of each item."""
    data = call.store.document(FEED, call.path["feed"])
    if data is None:
        raise bad("The feed was not found.", 404, "NOT_FOUND.GMP_FEED_API")
    count = len(data["levels"])
    body = {"feedId": data["id"], "itemsReceived": count, "feedStatus": "INPROGRESS"}
    if data["results"] is None:
        return {**body, "itemsProcessing": count, "itemsSucceeded": 0, "itemsFailed": 0}
    failed = sum(bool(problem) for problem in data["results"])
    offset, size = call.number("offset", 0, 0, 10**6), call.number("limit", 50, 1, 50)
    entries = [_outcome(index, sku, data["results"][index])
               for index, (sku, _quantity) in list(enumerate(data["levels"]))[offset:offset + size]]
    return {**body, "feedStatus": "PROCESSED", "itemsProcessing": 0, "itemsSucceeded": count - failed,
            "itemsFailed": failed, "offset": offset, "limit": size, "itemDetails": {"itemIngestionStatus": entries}}


def _outcome(index, sku, problem):
    entry = {"martId": 0, "sku": sku, "index": index, "ingestionStatus": "DATA_ERROR" if problem else "SUCCESS"}
    if problem:
        error = {"type": "DATA_ERROR", "code": "ERR_INV_0001", "description": problem}
        entry["ingestionErrors"] = {"ingestionError": [error]}
    return entry


def _set(site, region, sku, quantity):
    """Set a quantity; return why not, an empty text if it was."""
    amount = quantity.get("amount") if isinstance(quantity, dict) and quantity.get("unit") == "EACH" else None
    return seller.set_quantity(site.world, region, sku, amount)


def _listing(call, sku):
    listing = call.world.listing(call.region, sku)
    if listing is None:
        raise ApiError(404, "CONTENT_NOT_FOUND.GMP_INVENTORY_API", f"No item with the SKU {sku} was found.")
    return listing


def _level(listing):
    return {"sku": listing["sku"], "quantity": _each(listing["quantity"])}


def _each(amount):
    return {"unit": "EACH", "amount": amount}


def _item(call, listing):
    market = call.world.outlets[call.region].markets[0]
    return {"mart": "WALMART_US", "sku": listing["sku"], "condition": "New", "wpid": f"WP{listing['number']:08d}",
            "gtin": listing["barcode"].zfill(14), "productName": listing["title"],
            "price": {"currency": "USD", "amount": float(listing["prices"][market.code])},
            "publishedStatus": "PUBLISHED", "lifecycleStatus": "ACTIVE",
            "availability": "In_stock" if listing["quantity"] else "Out_of_stock"}
