"""Stock in TikTok's own warehouses. Source: TikTok Shop's document "Search FBT Inventory" (202408)."""

from ...marketplace.contract import FulfilmentStock
from .listings import search_skus, seller_sku

_PAGE_SIZE = 100


def fetch_fulfilment_stock(api, shop_id):
    """One :class:`FulfilmentStock` per goods, over all of TikTok's warehouses."""
    names = {}
    for product, sku in search_skus(api, shop_id, {"status": "ALL"}):
        names[sku.text("id")] = (seller_sku(sku), product.text("id"))
    totals = {}
    for row in api.pages("fbt.inventory", "inventory", shop_id, {"page_size": _PAGE_SIZE}, {}):
        goods = row.node("goods")
        counts = totals.setdefault(goods.text("id", required=True), [goods, 0, 0, 0, 0])
        on_hand = row.node("on_hand_detail")
        counts[1] += on_hand.count("available_quantity") or 0
        counts[2] += on_hand.count("reserved_quantity") or 0
        counts[3] += on_hand.count("unfulfillable_quantity") or 0
        counts[4] += row.count("in_transit_quantity") or 0
    return [_read(names, *counts) for counts in totals.values()]


def _read(names, goods, available, reserved, unsellable, inbound):
    """Goods are known by the SKU that they are sold as, else by the seller's own reference."""
    sold = next((sku.text("id") for sku in goods.nodes("skus") if sku.text("id") in names), "")
    sku, product_id = names.get(sold, (goods.text("reference_code"), ""))
    return FulfilmentStock(
        sku=sku,
        fulfilment_sku=sold or goods.text("id"),
        product_id=product_id,
        available=available,
        reserved=reserved,
        unsellable=unsellable,
        inbound=inbound,
    )
