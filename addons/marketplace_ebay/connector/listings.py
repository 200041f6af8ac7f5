"""Offers of a shop. Source: ``sell_inventory_v1_oas3.json``, getInventoryItems and getOffers.

Only listings of the inventory model (made by the API, or migrated by bulkMigrateListing) can be listed and given
stock there; orders of other listings come in all the same.
"""

from ...marketplace.contract import Fulfilment, Listing, Rejected
from .fields import Node
from .marketplaces import shop_of

ITEMS = "/sell/inventory/v1/inventory_item"
OFFERS = "/sell/inventory/v1/offer"
PAGE_SIZE = 200
_NO_OFFERS = frozenset({"25713"})
_BARCODES = ("ean", "upc", "isbn")


def fetch_listings(api, shop_id):
    """All published offers of a shop, as list of :class:`Listing`; eBay tells the offers of one SKU at a time."""
    listings = []
    for item in _items(api):
        sku = item.text("sku", required=True)
        product = item.node("product")
        for offer in _offers(api, sku):
            if shop_of(offer.text("marketplaceId")) == shop_id and offer.text("status") == "PUBLISHED":
                listings.append(_read(shop_id, sku, product, offer))
    return listings


def _items(api):
    page, pages = 0, 1
    while page < pages:
        # ``offset`` is the number of a page here, not of an item; ``size`` is how many pages there are.
        query = {"limit": str(PAGE_SIZE), "offset": str(page)}
        body = Node(api.get("inventory.getInventoryItems", ITEMS, query))
        pages = body.count("size", required=True)
        yield from body.nodes("inventoryItems")
        page += 1


def _offers(api, sku):
    try:
        body = Node(api.get("inventory.getOffers", OFFERS, {"sku": sku}))
    except Rejected as error:
        if error.code in _NO_OFFERS:
            return []
        raise
    return body.nodes("offers")


def _read(shop_id, sku, product, offer):
    listing = offer.node("listing")
    return Listing(
        shop_id=shop_id,
        sku=sku,
        title=product.text("title"),
        fulfilment=Fulfilment.MERCHANT,
        product_id=listing.text("listingId"),
        price=offer.node("pricingSummary").money("price"),
        quantity=offer.count("availableQuantity"),
        status=listing.text("listingStatus") or offer.text("status"),
        barcode=_read_barcode(product),
    )


def _read_barcode(product):
    for key in _BARCODES:
        for value in product.texts(key):
            if value.isdecimal():  # sellers also write "Does not apply" in their language
                return value
    return ""
