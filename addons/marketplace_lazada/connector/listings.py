"""Offers of a shop. Source: document ``/products/get``."""

from dataclasses import dataclass

from ...marketplace.contract import Fulfilment, Listing, Rejected

PAGE_SIZE = 50
# "The maximum offset is 10000"
MOST = 10_000


@dataclass(frozen=True)
class Offer:
    """A listing with what is needed to write its stock.

    :param warehouses: codes of the seller's warehouses that have stock of it
    """

    listing: Listing
    item_id: str
    sku_id: str
    warehouses: tuple[str, ...]


def fetch_listings(api, shop_id):
    """All offers of a shop, as list of :class:`Listing`."""
    return [offer.listing for offer in fetch_offers(api, shop_id)]


def fetch_offers(api, shop_id):
    """All offers of a shop, as list of :class:`Offer`."""
    currency, offers, offset = api.country(shop_id).currency, {}, 0
    while True:
        query = {"filter": "all", "offset": offset, "limit": PAGE_SIZE, "options": "1"}
        data = api.get("products.get", shop_id, "/products/get", query).node("data", required=True)
        products = data.nodes("products")
        for product in products:
            for sku in product.nodes("skus"):
                offer = read_offer(shop_id, currency, product, sku)
                offers[offer.sku_id or offer.listing.sku] = offer
        offset += PAGE_SIZE
        total = data.count("total_products")
        if not products or (total is not None and offset >= total):
            return list(offers.values())
        if offset > MOST:
            raise Rejected(f"Lazada lists no more than {MOST} products", "19")


def read_offer(shop_id, currency, product, sku):
    """One offer: a SKU of a product."""
    own = [node for node in sku.nodes("multiWarehouseInventories") if node.text("warehouseCode")]
    by_lazada = bool(sku.nodes("fblWarehouseInventories")) and not own
    attributes = product.node("attributes")
    listing = Listing(
        shop_id=shop_id,
        sku=sku.text("SellerSku") or sku.text("ShopSku", required=True),
        title=attributes.text("name"),
        fulfilment=Fulfilment.MARKETPLACE if by_lazada else Fulfilment.MERCHANT,
        product_id=product.ident("item_id", required=True),
        fulfilment_sku=sku.text("ShopSku"),
        price=_read_price(sku, currency),
        quantity=_read_quantity(sku, own),
        status=sku.text("Status") or product.text("status"),
        barcode=sku.text("Barcode") or sku.text("ean_number"),
    )
    codes = tuple(node.text("warehouseCode") for node in own)
    return Offer(listing, listing.product_id, sku.ident("SkuId"), codes)


def _read_price(sku, currency):
    special = sku.money("special_price", currency)
    return special if special is not None and special.amount else sku.money("price", currency)


def _read_quantity(sku, own):
    """What can be sold; ``Available`` is the same for one warehouse."""
    sellable = [node.count("sellableQuantity") for node in own if "sellableQuantity" in node]
    if sellable:
        return sum(sellable)
    available = sku.count("Available")
    return sku.count("quantity") if available is None else available
