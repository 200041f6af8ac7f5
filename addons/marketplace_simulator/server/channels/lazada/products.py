"""Products with their SKUs, and their stock."""

from xml.etree import ElementTree

from ...http import ApiError
from ...world import seller
from . import access
from .replies import epoch, number, reply

PRODUCT, SKU = 2_800_000_000, 13_400_000_000
MOST = 50


def numbers_of(site, region, sku):
    """Return ``(product id, SKU id)`` of a SKU."""
    listing = site.world.listing(region, sku)
    return PRODUCT + int(listing["model"].split("-")[1]), SKU + listing["number"]


def get_products(call):
    """Products by offset."""
    offset, size = call.number("offset", 0, 0, 10_000), call.number("limit", 10, 1, MOST)
    products = {}
    for listing in call.world.listings(call.region):
        products.setdefault(numbers_of(call.site, call.region, listing["sku"])[0], []).append(listing)
    shown = sorted(products)[offset:offset + size]
    return reply(data={"total_products": len(products),
                       "products": [_product(call, product_id, products[product_id]) for product_id in shown]})


def _product(call, product_id, listings):
    moment = str(epoch(listings[0]["updated"]))
    return {"item_id": product_id, "status": "Active", "created_time": moment, "updated_time": moment,
            "attributes": {"name": listings[0]["model_title"]}, "images": [], "primary_category": 8707,
            "skus": [_sku(call, product_id, listing) for listing in listings]}


def _sku(call, product_id, listing):
    country = call.region.partition("-")[2]
    quantity, sku_id = listing["quantity"], numbers_of(call.site, call.region, listing["sku"])[1]
    stock = {"warehouseCode": "dropshipping", "quantity": quantity, "sellableQuantity": quantity,
             "totalQuantity": quantity, "occupyQuantity": 0, "withholdQuantity": 0}
    return {"SkuId": sku_id, "SellerSku": listing["sku"], "ShopSku": f"{product_id}_{country}-{sku_id}",
            "Status": "active", "price": number(listing["prices"][call.region]), "special_price": 0,
            "quantity": quantity, "Available": quantity, "multiWarehouseInventories": [stock],
            "fblWarehouseInventories": [], "package_weight": str(listing["weight"] / 1000)}


def update_stock(call):
    """Set quantities; one that is refused refuses all, and nothing is written."""
    try:
        root = ElementTree.fromstring(access.params(call).get("payload", ""))
    except ElementTree.ParseError:
        raise ApiError(400, "5", "E005: Invalid Request Format") from None
    levels = [(sku.findtext("SellerSku", ""), sku.findtext(".//SellableQuantity", "")) for sku in root.iter("Sku")]
    if not levels or len(levels) > MOST:
        raise ApiError(400, "204", "E204: Too many SKU in one request")
    known = {listing["sku"] for listing in call.world.listings(call.region)}
    bad = [sku for sku, quantity in levels if sku not in known or not quantity.isdigit()]
    if bad:
        details = [{"seller_sku": sku, "message": "SELLER_SKU_NOT_FOUND"} for sku in bad]
        raise ApiError(400, "501", "E501: Update product failed", details)
    for sku, quantity in levels:
        seller.set_quantity(call.world, call.region, sku, int(quantity))
    return reply(data={})
