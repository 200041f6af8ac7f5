"""Offers and where their stock lies. Source: TikTok Shop's documents "Search Products" and "Get FBT Warehouse List"."""

from ...marketplace.contract import Fulfilment, InvalidPayload, Listing, Rejected
from ...marketplace.transport import get_logger
from .shops import CURRENCIES

PAGE_SIZE = 100
_logger = get_logger(__name__)


def fetch_listings(api, shop_id):
    """All offers of a shop, as list of :class:`Listing`; SKUs without a seller SKU go by TikTok's id."""
    fbt = fbt_warehouses(api, shop_id)
    return [_read(product, sku, shop_id, fbt) for product, sku in search_skus(api, shop_id, {"status": "ALL"})]


def search_skus(api, shop_id, filters):
    """``(product, sku)`` of a search, as nodes."""
    for product in api.pages("products.search", "products", shop_id, {"page_size": PAGE_SIZE}, filters):
        for sku in product.nodes("skus"):
            yield product, sku


def seller_sku(sku):
    """The name by which orders and we know a SKU."""
    return sku.text("seller_sku") or sku.text("id", required=True)


def fbt_warehouses(api, shop_id):
    """Ids under which TikTok's own warehouses hold stock of the shop; empty for a shop that has none there."""
    try:
        answer = api.call("fbt.warehouses", shop_id)
    except Rejected as error:  # most shops are not registered for Fulfilled by TikTok
        _logger.info("shop %s has no stock with TikTok: %s", shop_id, error)
        return frozenset()
    return frozenset(number for warehouse in answer.nodes("warehouses") for number in warehouse.texts("warehouse_ids"))


def _read(product, sku, shop_id, fbt):
    stocks = sku.nodes("inventory")
    by_tiktok = bool(stocks) and all(stock.text("warehouse_id") in fbt for stock in stocks)
    return Listing(
        shop_id=shop_id,
        sku=seller_sku(sku),
        title=product.text("title"),
        fulfilment=Fulfilment.MARKETPLACE if by_tiktok else Fulfilment.MERCHANT,
        product_id=product.text("id", required=True),
        fulfilment_sku=sku.text("id", required=True) if by_tiktok else "",
        price=_read_price(sku.node("price")),
        quantity=sum(stock.count("quantity", required=True) for stock in stocks) if stocks else None,
        status=product.text("status"),
    )


def _read_price(price):
    """What the buyer pays, tax included where the market shows it so."""
    currency = price.text("currency")
    if currency and currency not in CURRENCIES.values():
        raise InvalidPayload(price.where("currency"), f"TikTok sells in no {currency}")
    return price.money("sale_price", currency) or price.money("tax_exclusive_price", currency)
