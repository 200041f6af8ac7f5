"""Quantities on offer of merchant-fulfilled SKUs. Source: models ``listingsItems_2021-08-01`` and ``feeds``."""

from urllib.parse import quote

from ...marketplace.contract import InvalidPayload, PushResult, Rejected, StockLevel
from .documents import fetch_feed_result, not_ready, submit_feed
from .fields import Node

_ITEMS = "/listings/2021-08-01/items"
FEED = "JSON_LISTINGS_FEED"
# Up to here single calls (five a second) are sooner done than a feed (one every two minutes, minutes to process).
FEW = 25
MOST_MESSAGES = 10_000
_CHUNK = 20
_CHANNEL = "DEFAULT"


def push_stock(api, shop_id, levels, handle=None):
    """Publish quantities: a few by single calls, many by a feed.

    :param levels: at most 10,000 :class:`StockLevel`, the same ones again with a ``handle``
    :raise NotReady: the feed is being processed
    :return: one :class:`PushResult` per level
    """
    if len(levels) > MOST_MESSAGES:
        raise ValueError(f"at most {MOST_MESSAGES} levels a call, not {len(levels)}")
    seller = _seller(api)
    if handle is not None:
        return _read_results(fetch_feed_result(api, FEED, handle), levels)
    if len(levels) <= FEW:
        return [_patch(api, seller, shop_id, level) for level in levels]
    raise not_ready(submit_feed(api, FEED, shop_id, feed(seller, levels)))


def fetch_stock(api, shop_id, skus):
    """What Amazon shows, as list of :class:`StockLevel`; SKUs that Amazon does not offer from us are left out."""
    seller = quote(_seller(api), safe="")
    # A comma would split a SKU in the query's list: such SKUs are asked for one by one.
    listed = [sku for sku in skus if "," not in sku]
    items = []
    for start in range(0, len(listed), _CHUNK):
        items += _search(api, seller, shop_id, listed[start : start + _CHUNK])
    items += [item for sku in skus if "," in sku for item in _get(api, seller, shop_id, sku)]
    return [level for item in items for level in _read_levels(item)]


def feed(seller, levels):
    """Content of a JSON_LISTINGS_FEED."""
    messages = [
        {
            "messageId": number,
            "sku": level.sku,
            "operationType": "PATCH",
            "productType": "PRODUCT",
            "patches": [_patch_operation(level)],
        }
        for number, level in enumerate(levels, 1)
    ]
    return {"header": {"sellerId": seller, "version": "2.0", "issueLocale": "en_US"}, "messages": messages}


def _seller(api):
    if not api.credentials.seller_id:
        raise Rejected("the account has no seller id (merchant token)", "NoSellerId")
    return api.credentials.seller_id


def _patch_operation(level):
    """``merge`` leaves the other fields of the availability, such as a handling time set elsewhere, as they are."""
    value = {"fulfillment_channel_code": _CHANNEL, "quantity": level.quantity}
    if level.lead_days is not None:
        value["lead_time_to_ship_max_days"] = level.lead_days
    if level.available_on is not None:
        value["restock_date"] = level.available_on.isoformat()
    return {"op": "merge", "path": "/attributes/fulfillment_availability", "value": [value]}


def _patch(api, seller, shop_id, level):
    path = f"{_ITEMS}/{quote(seller, safe='')}/{quote(level.sku, safe='')}"
    query = {"marketplaceIds": [shop_id], "issueLocale": "en_US"}
    payload = {"productType": "PRODUCT", "patches": [_patch_operation(level)]}
    try:
        answer = Node(api.send("listings.patchListingsItem", "PATCH", path, payload, query, idempotent=True))
    except Rejected as error:
        return PushResult(level.sku, False, error.reason)
    accepted = answer.text("status", required=True) == "ACCEPTED"
    return PushResult(level.sku, accepted, _messages(answer.nodes("issues")))


def _messages(issues):
    return "; ".join(f"{issue.text('severity')} {issue.text('code')}: {issue.text('message')}" for issue in issues)


def _read_results(report, levels):
    issues = {}
    for issue in Node(report).nodes("issues"):
        issues.setdefault(issue.count("messageId", required=True), []).append(issue)
    _check_complete(Node(report), levels)
    results = []
    for number, level in enumerate(levels, 1):
        about = issues.get(number, [])
        failed = any(issue.text("severity") == "ERROR" for issue in about)
        results.append(PushResult(level.sku, not failed, _messages(about)))
    return results


def _check_complete(report, levels):
    processed = report.node("summary").count("messagesProcessed", required=True)
    if processed != len(levels):
        raise InvalidPayload("summary.messagesProcessed", f"{processed} of {len(levels)} messages were processed")


def _search(api, seller, shop_id, skus):
    query = {
        "marketplaceIds": [shop_id],
        "identifiersType": "SKU",
        "identifiers": skus,
        "includedData": ["fulfillmentAvailability"],
        "pageSize": _CHUNK,
    }
    return Node(api.get("listings.searchListingsItems", f"{_ITEMS}/{seller}", query)).nodes("items")


def _get(api, seller, shop_id, sku):
    query = {"marketplaceIds": [shop_id], "includedData": ["fulfillmentAvailability"]}
    try:
        return [Node(api.get("listings.getListingsItem", f"{_ITEMS}/{seller}/{quote(sku, safe='')}", query))]
    except Rejected as error:
        if error.code == "NOT_FOUND":
            return []
        raise


def _read_levels(item):
    sku = item.text("sku", required=True)
    for availability in item.nodes("fulfillmentAvailability"):
        quantity = availability.count("quantity")
        if availability.text("fulfillmentChannelCode") == _CHANNEL and quantity is not None:
            yield StockLevel(sku, quantity)
