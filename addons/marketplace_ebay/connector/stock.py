"""Quantities on offer. Source: ``sell_inventory_v1_oas3.json``, bulkUpdatePriceQuantity and bulkGetInventoryItem.

A SKU can be offered on one marketplace only, so that its units ready to be shipped are what that shop offers. Where an
offer has a quantity of its own, eBay shows no more than that.
"""

from ...marketplace.contract import PushResult, Rejected, StockLevel
from .errors import message_of
from .fields import Node

UPDATE = "/sell/inventory/v1/bulk_update_price_quantity"
GET = "/sell/inventory/v1/bulk_get_inventory_item"
CHUNK = 25


def push_stock(api, levels):
    """Publish quantities; one :class:`PushResult` per level."""
    return [result for chunk in _chunks(levels) for result in _push(api, chunk)]


def fetch_stock(api, skus):
    """What eBay shows, as list of :class:`StockLevel`; SKUs that eBay does not know are left out."""
    return [level for chunk in _chunks(skus) for level in _fetch(api, chunk)]


def _chunks(items):
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]


def _push(api, levels):
    requests = [{"sku": level.sku, "shipToLocationAvailability": {"quantity": level.quantity}} for level in levels]
    try:
        body = api.call(
            "inventory.bulkUpdatePriceQuantity", "POST", UPDATE, payload={"requests": requests}, idempotent=True
        ).body
    except Rejected as error:
        if len(levels) == 1:
            return [PushResult(levels[0].sku, False, error.reason)]
        # One damaged entry makes eBay refuse the whole call: find it.
        middle = len(levels) // 2
        return _push(api, levels[:middle]) + _push(api, levels[middle:])
    answers = {entry.text("sku", required=True): entry for entry in Node(body).nodes("responses")}
    return [_read_result(level.sku, answers.get(level.sku)) for level in levels]


def _read_result(sku, entry):
    if entry is None:
        return PushResult(sku, False, "eBay's answer does not mention this SKU")
    code = entry.count("statusCode", required=True)
    messages = [message_of(error.data) for key in ("errors", "warnings") for error in entry.nodes(key)]
    return PushResult(sku, 200 <= code < 300, "; ".join(messages))


def _fetch(api, skus):
    payload = {"requests": [{"sku": sku} for sku in skus]}
    body = api.call("inventory.bulkGetInventoryItem", "POST", GET, payload=payload, idempotent=True).body
    for entry in Node(body).nodes("responses"):
        availability = entry.node("inventoryItem").node("availability").node("shipToLocationAvailability")
        quantity = availability.count("quantity")
        if quantity is not None:
            yield StockLevel(entry.text("sku", required=True), quantity)
