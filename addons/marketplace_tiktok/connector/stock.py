"""Quantities on offer. Source: TikTok Shop's documents "Search Products" and "Update Inventory"."""

from ...marketplace.contract import PushResult, Rejected, StockLevel
from .listings import fbt_warehouses, search_skus, seller_sku

# As many seller SKUs as a search takes.
_CHUNK = 100


def push_stock(api, shop_id, levels):
    """Set quantities, product by product; one :class:`PushResult` per level."""
    found = _find(api, shop_id, [level.sku for level in levels])
    fbt = fbt_warehouses(api, shop_id) if found else frozenset()
    results, products = [], {}
    for level in levels:
        if level.sku not in found:
            results.append(PushResult(level.sku, False, "TikTok Shop has no product with this seller SKU"))
            continue
        product, sku = found[level.sku]
        try:
            warehouse = _warehouse(api.credentials, sku, fbt)
        except Rejected as error:
            results.append(PushResult(level.sku, False, error.reason))
            continue
        products.setdefault(product.text("id", required=True), []).append((level, sku.text("id"), warehouse))
    for product_id, entries in products.items():
        results += _push_product(api, shop_id, product_id, entries)
    return results


def fetch_stock(api, shop_id, skus):
    """What TikTok shows of seller-fulfilled SKUs, as list of :class:`StockLevel`; unknown SKUs are left out."""
    fbt = fbt_warehouses(api, shop_id)
    levels = []
    for name, (_product, sku) in _find(api, shop_id, skus).items():
        stocks = [stock for stock in sku.nodes("inventory") if stock.text("warehouse_id") not in fbt]
        if stocks:
            levels.append(StockLevel(name, sum(stock.count("quantity", required=True) for stock in stocks)))
    return levels


def _find(api, shop_id, skus):
    """``{seller SKU: (product, sku)}`` of those that exist. TikTok matches loosely: what was not asked for is left."""
    wanted, found = set(skus), {}
    names = list(dict.fromkeys(skus))
    for start in range(0, len(names), _CHUNK):
        filters = {"status": "ALL", "seller_skus": names[start : start + _CHUNK]}
        for product, sku in search_skus(api, shop_id, filters):
            if seller_sku(sku) in wanted:
                found.setdefault(seller_sku(sku), (product, sku))
    return found


def _warehouse(credentials, sku, fbt):
    """Id of the warehouse whose quantity is ours to set; empty when TikTok has only one and names none."""
    known = [stock.text("warehouse_id") for stock in sku.nodes("inventory")]
    ours = [number for number in known if number not in fbt]
    if credentials.warehouse_id:
        return credentials.warehouse_id
    if known and not ours:
        raise Rejected("the stock of this SKU lies in TikTok's own warehouse")
    if len(ours) > 1:
        raise Rejected("the shop sells from several warehouses: choose on the account the one that gets our stock")
    return ours[0] if ours else ""


def _push_product(api, shop_id, product_id, entries):
    skus = []
    for level, sku_id, warehouse in entries:
        stock = {"quantity": level.quantity, **({"warehouse_id": warehouse} if warehouse else {})}
        skus.append({"id": sku_id, "inventory": [stock]})
    try:
        answer = api.call("products.inventory", shop_id, payload={"skus": skus}, idempotent=True, product_id=product_id)
    except Rejected as error:
        return [PushResult(level.sku, False, error.reason) for level, _sku_id, _warehouse in entries]
    refused = {}
    for error in answer.nodes("errors"):
        named = error.node("detail").text("sku_id")
        for sku_id in [named] if named else [sku_id for _level, sku_id, _warehouse in entries]:
            refused[sku_id] = f"{error.text('code')} {error.text('message')}".strip()
    return [PushResult(level.sku, sku_id not in refused, refused.get(sku_id, "")) for level, sku_id, _w in entries]
