"""Items with their models, and their stock."""

from ...http import ApiError
from ...world import seller
from .replies import number, reply

ITEM, MODEL = 20_000_000, 30_000_000
LOCATIONS = {"SG": "SGZ", "MY": "MYZ", "ID": "IDZ", "VN": "VNZ"}
MOST_ITEMS, MOST_MODELS = 50, 50


def item_ids(site, region, sku):
    """Return ``(item id, model id)`` of a SKU; an item without variants has the model 0."""
    listing = site.world.listing(region, sku)
    if not listing["option"]:
        return ITEM + listing["number"], 0
    return ITEM + int(listing["model"].rpartition("-")[2]) * 1000, MODEL + listing["number"]


def sku_of(site, region, item_id, model_id):
    """Return the SKU of an item and model of a shop, an empty text if there is none."""
    for listing in site.world.listings(region):
        if item_ids(site, region, listing["sku"]) == (item_id, model_id):
            return listing["sku"]
    return ""


def _items(call):
    """Return ``{item id: [listings]}`` of the shop."""
    items = {}
    for listing in call.world.listings(call.region):
        items.setdefault(item_ids(call.site, call.region, listing["sku"])[0], []).append(listing)
    return items


def get_item_list(call):
    """Item numbers by offset."""
    offset, size = call.number("offset", 0, 0, 10**9), call.number("page_size", 10, 1, 100)
    statuses = call.request.args.getlist("item_status")
    numbers = sorted(_items(call)) if "NORMAL" in statuses else []
    more = offset + size < len(numbers)
    entries = [{"item_id": item_id, "item_status": "NORMAL"} for item_id in numbers[offset:offset + size]]
    return reply({"item": entries, "total_count": len(numbers), "has_next_page": more,
                  **({"next_offset": offset + size} if more else {})})


def get_item_base_info(call):
    """Up to 50 items; the prices and stocks of variants are with the models."""
    items = _items(call)
    wanted = [int(text) for text in call.texts("item_id_list", most=MOST_ITEMS)]
    return reply({"item_list": [_item(call, item_id, items[item_id]) for item_id in wanted if item_id in items]})


def _item(call, item_id, listings):
    first = listings[0]
    alone = {} if first["option"] else _sold(call, first)
    return {"item_id": item_id, "item_name": first["model_title"], "item_sku": first["model"], "item_status": "NORMAL",
            "has_model": bool(first["option"]), "weight": str(first["weight"] / 1000), **alone}


def _sold(call, listing):
    market = next(market for outlet in call.site.outlets for market in outlet.markets if market.region == call.region)
    price = number(listing["prices"][market.code])
    stock = {"location_id": LOCATIONS[market.country], "stock": listing["quantity"], "if_saleable": True}
    return {"price_info": [{"currency": market.currency, "original_price": price, "current_price": price}],
            "gtin_code": listing["barcode"],
            "stock_info_v2": {"summary_info": {"total_reserved_stock": 0, "total_available_stock": listing["quantity"]},
                              "seller_stock": [stock], "shopee_stock": []}}


def get_model_list(call):
    """Variants of an item."""
    item_id = call.number("item_id", 0, 1, 10**12)
    listings = _items(call).get(item_id)
    if not listings:
        raise ApiError(400, "product.error_not_exist", "The item does not exist.")
    models = [{"model_id": item_ids(call.site, call.region, listing["sku"])[1], "model_sku": listing["sku"],
               "model_status": "MODEL_NORMAL", **_sold(call, listing)} for listing in listings if listing["option"]]
    return reply({"tier_variation": [{"name": "Type", "option_list": [{"option": listing["option"]}
                                                                      for listing in listings]}], "model": models})


def update_stock(call):
    """Quantities of up to 50 models of one item."""
    body = call.body()
    failed, done = [], []
    for entry in (body.get("stock_list") or [])[:MOST_MODELS]:
        model_id, stock = entry.get("model_id", 0), entry["seller_stock"][0]
        sku = sku_of(call.site, call.region, body.get("item_id"), model_id)
        problem = seller.set_quantity(call.world, call.region, sku, stock["stock"])
        if problem:
            failed.append({"model_id": model_id, "failed_reason": problem})
        else:
            done.append({"model_id": model_id, "location_id": stock.get("location_id", ""), "stock": stock["stock"]})
    return reply({"failure_list": failed, "success_list": done})
