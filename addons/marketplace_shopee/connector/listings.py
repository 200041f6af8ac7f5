"""Offers of a shop. Sources: documents ``v2.product.get_item_list``, ``get_item_base_info`` and ``get_model_list``."""

from dataclasses import dataclass

from ...marketplace.contract import Fulfilment, Listing
from .order_view import sku_of

PAGE_SIZE = 100
_BATCH = 50
#: Statuses of what is, or may again be, on offer.
STATUSES = ("NORMAL", "UNLIST", "REVIEWING", "BANNED")
_LIST_PATH = "product/get_item_list?" + "&".join(f"item_status={status}" for status in STATUSES)


@dataclass(frozen=True)
class Offer:
    """A listing with what is needed to write its stock.

    :param model_id: 0 for items without models
    :param stocks: ``{location id: units}`` of the seller's own stock; the id is empty for sellers with one location
    """

    listing: Listing
    item_id: int
    model_id: int
    stocks: dict


def fetch_listings(api, shop_id):
    """All offers of a shop, as list of :class:`Listing`."""
    return [offer.listing for offer in fetch_offers(api, shop_id)]


def fetch_offers(api, shop_id):
    """All offers of a shop, as list of :class:`Offer`."""
    offers = []
    item_ids = _item_ids(api, shop_id)
    for start in range(0, len(item_ids), _BATCH):
        query = {"item_id_list": item_ids[start : start + _BATCH]}
        answer = api.get("product.info", shop_id, "product/get_item_base_info", query)
        for item in answer.node("response", required=True).nodes("item_list", required=True):
            offers += _read_item(api, shop_id, item)
    return offers


def _item_ids(api, shop_id):
    item_ids, offset, more = [], 0, True
    while more:
        query = {"offset": offset, "page_size": PAGE_SIZE}
        response = api.get("product.list", shop_id, _LIST_PATH, query).node("response", required=True)
        item_ids += [item.ident("item_id", required=True) for item in response.nodes("item")]
        more = response.flag("has_next_page", required=True)
        offset = response.count("next_offset", required=more)
    return list(dict.fromkeys(item_ids))


def _read_item(api, shop_id, item):
    if item.data.get("has_model") is not True:
        return [read_offer(shop_id, item, None)]
    query = {"item_id": item.ident("item_id", required=True)}
    response = api.get("product.models", shop_id, "product/get_model_list", query).node("response", required=True)
    return [read_offer(shop_id, item, model) for model in response.nodes("model", required=True)]


def read_offer(shop_id, item, model):
    """One offer: an item, or one of its models."""
    sold = item if model is None else model
    item_id = int(item.ident("item_id", required=True))
    model_id = 0 if model is None else int(model.ident("model_id", required=True))
    stock = sold.node("stock_info_v2")
    by_shopee = sold.data.get("is_fulfillment_by_shopee") is True
    listing = Listing(
        shop_id=shop_id,
        sku=_sku(item, model),
        title=item.text("item_name"),
        fulfilment=Fulfilment.MARKETPLACE if by_shopee else Fulfilment.MERCHANT,
        product_id=str(item_id),
        price=_read_price(sold),
        quantity=stock.node("summary_info").count("total_available_stock"),
        status=item.text("item_status", required=True),
        barcode=_barcode(sold.text("gtin_code")),
    )
    stocks = {entry.text("location_id"): entry.count("stock") or 0 for entry in stock.nodes("seller_stock")}
    return Offer(listing, item_id, model_id, stocks)


def _sku(item, model):
    """As in orders: the number of the model, else of the item, else Shopee's numbers of both."""
    if model is None:
        return sku_of(item)
    own = model.text("model_sku") or item.text("item_sku")
    return own or f"{item.ident('item_id')}-{model.ident('model_id')}"


def _read_price(sold):
    for price in sold.nodes("price_info"):
        return price.money("current_price", price.text("currency", required=True))
    return None


def _barcode(code):
    return "" if code in ("00", "-") else code  # "00" says that there is none
