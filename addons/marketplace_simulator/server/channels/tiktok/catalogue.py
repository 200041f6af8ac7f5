"""Products, quantities, shops."""

from ...world import seller
from . import ids
from .answers import data, invalid
from .order_view import seconds

MOST_SKUS = 100


def shops(call):
    """Shops of the authorisation."""
    found = []
    for region in call.site.regions:
        country = region.removeprefix("tiktok-")
        found.append({"id": ids.shop_id(call.site, region), "cipher": call.site.cipher(region),
                      "code": f"{country}LCSIM", "name": f"Crossborder {country}", "region": country,
                      "seller_type": "CROSS_BORDER"})
    return data({"shops": found})


def search(call):
    """One page of products with their SKUs."""
    body = call.body()
    wanted = body.get("seller_skus") or []
    if len(wanted) > MOST_SKUS:
        raise invalid("seller_skus takes at most 100 SKUs")
    products = {}
    for listing in call.world.listings(call.region):
        if not wanted or listing["sku"] in wanted:
            products.setdefault(ids.product_id(listing), []).append(listing)
    start, size = int(call.text("page_token") or 0), call.number("page_size", 20, 1, 100)
    page = list(products.items())[start:start + size]
    following = str(start + size) if start + size < len(products) else ""
    return data({"products": [_product(call, *entry) for entry in page], "next_page_token": following,
                 "total_count": len(products)})


def set_inventory(call):
    """Set quantities of a product's SKUs, each with its own outcome."""
    known = {ids.sku_id(listing["number"]): listing["sku"] for listing in call.world.listings(call.region)
             if ids.product_id(listing) == call.path["product_id"]}
    errors, warehouse = [], ids.warehouse_id(call.site, call.region)
    for entry in call.body().get("skus") or []:
        number, stock = entry.get("id", ""), (entry.get("inventory") or [{}])[0]
        if stock.get("warehouse_id", warehouse) != warehouse:
            problem = "The warehouse does not exist"
        else:
            problem = seller.set_quantity(call.world, call.region, known.get(number, number), stock.get("quantity"))
        if problem:
            errors.append({"code": 12052097, "message": problem, "detail": {"sku_id": number}})
    return data({"errors": errors} if errors else {})


def fbt_warehouses(call):
    """TikTok's own warehouses: these shops use none."""
    return data({"warehouses": []})


def fbt_inventory(call):
    """Stock in TikTok's own warehouses: none."""
    return data({"inventory": [], "next_page_token": "", "total_count": 0})


def _product(call, number, listings):
    market = next(iter(call.world.outlets[call.region].markets))
    first = listings[0]
    return {
        "id": number, "title": first["model_title"], "status": "ACTIVATE",
        "create_time": seconds(first["created"]), "update_time": seconds(max(one["updated"] for one in listings)),
        "sales_regions": [market.country],
        "skus": [{"id": ids.sku_id(listing["number"]), "seller_sku": listing["sku"],
                  "price": {"currency": market.currency, "sale_price": listing["prices"][market.code],
                            "tax_exclusive_price": listing["prices"][market.code]},
                  "inventory": [{"warehouse_id": ids.warehouse_id(call.site, call.region),
                                 "quantity": listing["quantity"]}]} for listing in listings],
    }
