"""Quantities on offer. Source: document ``/product/stock/sellable/update``."""

from collections import defaultdict
from xml.sax.saxutils import escape

from ...marketplace.contract import Fulfilment, PushResult, Rejected, StockLevel
from .listings import fetch_offers

_PATH = "/product/stock/sellable/update"
# Up to 50 are taken, 20 are recommended.
_BATCH = 20


def push_stock(api, index, shop_id, levels):
    """Publish quantities; a SKU that is offered several times is published in each place.

    :return: one :class:`PushResult` per level
    """
    offers = index.find(shop_id, [level.sku for level in levels])
    errors, entries = defaultdict(list), []
    for level in levels:
        if level.sku not in offers:
            errors[level.sku].append("the shop has no offer with this SKU")
        for offer in offers.get(level.sku, ()):
            warehouse, problem = _warehouse(api, offer)
            if problem:
                errors[level.sku].append(problem)
            else:
                entries.append((level.sku, sku_xml(level, offer, warehouse)))
    for start in range(0, len(entries), _BATCH):
        _push(api, shop_id, entries[start : start + _BATCH], errors)
    return [PushResult(level.sku, level.sku not in errors, "; ".join(errors.get(level.sku, ()))) for level in levels]


def _warehouse(api, offer):
    """``(code or "", problem)``: where the units of an offer are; empty for sellers with one warehouse."""
    wanted = api.credentials.warehouse
    if wanted and wanted in offer.warehouses:
        return wanted, ""
    if len(offer.warehouses) > 1:
        return "", f"it has stock in several warehouses ({', '.join(sorted(offer.warehouses))}): choose one"
    return "", ""


def sku_xml(level, offer, warehouse):
    """The part of the payload for one SKU."""
    quantity = f"<SellableQuantity>{level.quantity}</SellableQuantity>"
    if warehouse:
        code = f"<WarehouseCode>{escape(warehouse)}</WarehouseCode>"
        entry = f"<MultiWarehouseInventory>{code}{quantity}</MultiWarehouseInventory>"
        quantity = f"<MultiWarehouseInventories>{entry}</MultiWarehouseInventories>"
    numbers = f"<ItemId>{escape(offer.item_id)}</ItemId><SkuId>{escape(offer.sku_id)}</SkuId>"
    return f"<Sku>{numbers}<SellerSku>{escape(offer.listing.sku)}</SellerSku>{quantity}</Sku>"


def _push(api, shop_id, entries, errors):
    """Write some SKUs. A refusal concerns all of them, whichever is to blame: then each is written alone."""
    payload = f"<Request><Product><Skus>{''.join(xml for _sku, xml in entries)}</Skus></Product></Request>"
    try:
        api.post("product.stock", shop_id, _PATH, {"payload": payload}, idempotent=True)
    except Rejected as error:
        if len(entries) == 1:
            errors[entries[0][0]].append(error.reason)
            return
        for entry in entries:
            _push(api, shop_id, [entry], errors)


def fetch_stock(api, shop_id, skus):
    """What Lazada shows, as list of :class:`StockLevel`; SKUs that the shop does not offer are left out."""
    wanted, shown = set(skus), {}
    for offer in fetch_offers(api, shop_id):
        listing = offer.listing
        if listing.sku in wanted and listing.fulfilment is Fulfilment.MERCHANT and listing.quantity is not None:
            shown[listing.sku] = max(shown.get(listing.sku, 0), listing.quantity)
    return [StockLevel(sku, quantity) for sku, quantity in shown.items()]
