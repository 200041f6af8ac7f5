"""Offers, and what lies in Walmart's warehouses. Source: Walmart's OpenAPI ``item-management`` (``getAllItems``) and
``inventory-management`` (``getWFSInventoryDetails``).
"""

from ...marketplace.contract import Fulfilment, FulfilmentStock, Listing, Rejected
from ...marketplace.transport import get_logger
from .fields import Node

_PAGE_SIZE = 200
_WFS_PAGE_SIZE = 300
_FIRST = "*"
_logger = get_logger(__name__)


def fetch_listings(api, shop_id):
    """All items of the seller, as list of :class:`Listing`. Walmart does not state who ships an item: those with stock
    in its warehouses (WFS) are Walmart's to ship."""
    with_walmart = {stock.sku for stock in _wfs_or_nothing(api)}
    return [_read(item, shop_id, with_walmart) for item in _items(api)]


def fetch_fulfilment_stock(api):
    """Units in Walmart's warehouses, as list of :class:`FulfilmentStock`."""
    offset, found = 0, []
    while True:
        query = {"limit": str(_WFS_PAGE_SIZE), "offset": str(offset)}
        answer = Node(api.get("inventory.wfs", "/v3/wfs/inventory", query))
        entries = answer.node("payload").nodes("inventory")
        found += [_read_wfs(entry) for entry in entries]
        offset += len(entries)
        if not entries or offset >= (answer.node("headers").count("totalCount") or 0):
            return found


def _wfs_or_nothing(api):
    try:
        return fetch_fulfilment_stock(api)
    except Rejected as error:  # sellers who are not in the programme
        _logger.info("no stock in Walmart's warehouses: %s", error)
        return []


def _items(api):
    """Pages of items; the cursor stays the same from page to page and counts by itself."""
    cursor, seen = _FIRST, 0
    while True:
        answer = Node(api.get("items.list", "/v3/items", {"nextCursor": cursor, "limit": str(_PAGE_SIZE)}))
        items = answer.nodes("ItemResponse", required=True)
        yield from items
        seen += len(items)
        cursor = answer.text("nextCursor")
        if not cursor or not items or seen >= (answer.count("totalItems") or seen + 1):
            return


def _read(item, shop_id, with_walmart):
    sku = item.text("sku", required=True)
    by_walmart = sku in with_walmart
    price = item.node("price")
    words = (item.text("publishedStatus"), item.text("lifecycleStatus"), item.text("availability"))
    return Listing(
        shop_id=shop_id,
        sku=sku,
        title=item.text("productName"),
        fulfilment=Fulfilment.MARKETPLACE if by_walmart else Fulfilment.MERCHANT,
        product_id=item.text("wpid"),
        fulfilment_sku=item.text("gtin") if by_walmart else "",
        price=price.money() if "amount" in price.data else None,
        status=", ".join(word for word in words if word),
        barcode=item.text("gtin") or item.text("upc"),
    )


def _read_wfs(entry):
    item, data = entry.node("itemInformation"), entry.node("inventoryData")
    away = data.node("unavailableUnits")
    return FulfilmentStock(
        sku=item.text("sku", required=True),
        fulfilment_sku=item.text("gtin"),
        product_id=item.text("itemID"),
        available=data.count("availableUnits") or 0,
        reserved=data.count("reservedUnits") or 0,
        inbound=data.count("inboundUnits") or 0,
        researching=(away.count("inventoryReviewUnits") or 0) + (away.count("inventoryMovementUnits") or 0),
    )
