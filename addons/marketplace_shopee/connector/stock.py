"""Quantities on offer. Source: document ``v2.product.update_stock``: one item a call, up to 50 of its models."""

from collections import defaultdict

from ...marketplace.contract import Fulfilment, InvalidPayload, PushResult, Rejected, StockLevel
from .listings import fetch_offers

_PATH = "product/update_stock"
_MOST_MODELS = 50


def push_stock(api, index, shop_id, levels):
    """Publish quantities; a SKU that is offered several times is published in each place.

    :return: one :class:`PushResult` per level
    """
    offers = index.find(shop_id, [level.sku for level in levels])
    errors = defaultdict(list)
    by_item = defaultdict(list)
    for level in levels:
        if level.sku not in offers:
            errors[level.sku].append("the shop has no offer with this SKU")
        for offer in offers.get(level.sku, ()):
            location, problem = _location(api, offer)
            if problem:
                errors[level.sku].append(problem)
            else:
                by_item[offer.item_id].append((level, offer.model_id, location))
    for item_id, models in by_item.items():
        for start in range(0, len(models), _MOST_MODELS):
            _push_item(api, shop_id, item_id, models[start : start + _MOST_MODELS], errors)
    return [PushResult(level.sku, level.sku not in errors, "; ".join(errors.get(level.sku, ()))) for level in levels]


def _location(api, offer):
    """``(location id or "", problem)``: where the units of an offer are."""
    wanted = api.credentials.location
    if wanted and wanted in offer.stocks:
        return wanted, ""
    if len(offer.stocks) > 1:
        return "", f"it has stock in several locations ({', '.join(sorted(offer.stocks))}): choose one"
    return next(iter(offer.stocks), ""), ""


def _push_item(api, shop_id, item_id, models, errors):
    stock_list = [
        {"model_id": model_id, "seller_stock": [_seller_stock(level.quantity, location)]}
        for level, model_id, location in models
    ]
    payload = {"item_id": item_id, "stock_list": stock_list}
    sku_of = {model_id: level.sku for level, model_id, _location_id in models}
    try:
        response = api.post("product.stock", shop_id, _PATH, payload, idempotent=True).node("response")
    except Rejected as error:
        for sku in sku_of.values():
            errors[sku].append(str(error))
        return
    for failure in response.nodes("failure_list"):
        model_id = int(failure.ident("model_id") or 0)
        if model_id not in sku_of:
            raise InvalidPayload(failure.where("model_id"), f"{model_id} was not sent")
        errors[sku_of[model_id]].append(failure.text("failed_reason") or "refused")


def _seller_stock(quantity, location):
    return {"stock": quantity, **({"location_id": location} if location else {})}


def fetch_stock(api, shop_id, skus):
    """What Shopee shows, as list of :class:`StockLevel`; SKUs that the shop does not offer are left out."""
    wanted = set(skus)
    shown = defaultdict(int)
    for offer in fetch_offers(api, shop_id):
        listing = offer.listing
        if listing.sku in wanted and listing.fulfilment is Fulfilment.MERCHANT and listing.quantity is not None:
            shown[listing.sku] = max(shown[listing.sku], listing.quantity)
    return [StockLevel(sku, quantity) for sku, quantity in shown.items()]
