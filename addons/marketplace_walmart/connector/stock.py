"""Quantities on offer. Source: Walmart's OpenAPI ``inventory-management`` and ``feed-management``: a few SKUs by single
calls, many by a feed, which Walmart works through by itself.
"""

import json
import uuid

from ...marketplace.contract import InvalidPayload, NotReady, PushResult, Rejected, StockLevel
from .fields import Node

PATH = "/v3/inventory"
# Up to here single calls (two a second) are sooner done than a feed (six an hour, minutes to process).
FEW = 40
MOST = 10_000
_PAGE_SIZE = 50
_POLL = 60.0
_WORKING = frozenset({"RECEIVED", "INPROGRESS"})


def push_stock(api, levels, handle=None):
    """Set quantities; one :class:`PushResult` per level.

    :raise NotReady: the feed is being processed
    """
    if len(levels) > MOST:
        raise ValueError(f"at most {MOST} levels a call, not {len(levels)}")
    # A feed cannot say when units arrive.
    dated = [level for level in levels if level.available_on is not None]
    rest = [level for level in levels if level.available_on is None]
    if handle is not None:
        return [PushResult(*told) for told in handle.get("told", ())] + _read_feed(api, handle, rest)
    if len(rest) <= FEW:
        return [_put(api, level) for level in levels]
    told = [[result.sku, result.accepted, result.message] for result in (_put(api, level) for level in dated)]
    raise NotReady({"feed": _submit(api, rest), **({"told": told} if told else {})}, _POLL)


def fetch_stock(api, skus):
    """What Walmart shows, as list of :class:`StockLevel`; SKUs that it does not know are left out."""
    wanted = set(skus)
    if len(wanted) <= FEW:
        return [level for sku in skus for level in _get(api, sku)]
    return [level for level in _list(api) if level.sku in wanted]


def _query(api, sku):
    return {"sku": sku, "shipNode": api.credentials.ship_node}


def _put(api, level):
    payload = {"sku": level.sku, "quantity": {"unit": "EACH", "amount": level.quantity}}
    if level.available_on is not None:
        payload["inventoryAvailableDate"] = level.available_on.isoformat()
    try:
        api.send("inventory.put", "PUT", PATH, payload, _query(api, level.sku))
    except Rejected as error:
        return PushResult(level.sku, False, error.reason)
    return PushResult(level.sku, True)


def _get(api, sku):
    try:
        answer = Node(api.get("inventory.get", PATH, _query(api, sku)))
    except Rejected:
        return []  # Walmart does not know it
    return [StockLevel(answer.text("sku", required=True), answer.node("quantity").count("amount", required=True))]


def _list(api):
    """All SKUs over all fulfilment centres, page after page, as Walmart demands: one after the other."""
    cursor = ""
    while True:
        answer = Node(api.get("inventory.list", "/v3/inventories", {"limit": _PAGE_SIZE, "nextCursor": cursor}))
        for entry in answer.node("elements").nodes("inventories"):
            yield StockLevel(entry.text("sku", required=True), _available(api.credentials.ship_node, entry))
        cursor = answer.node("meta").text("nextCursor")
        if not cursor:
            return


def _available(ship_node, entry):
    nodes = [node for node in entry.nodes("nodes") if not ship_node or node.text("shipNode") == ship_node]
    return sum(node.node("availToSellQty").count("amount", required=True) for node in nodes)


def feed(levels, ship_node=""):
    """``(feed type, content)``: one fulfilment centre by specification 1.4, a chosen one by 1.5."""
    if not ship_node:
        entries = [{"sku": level.sku, "quantity": {"unit": "EACH", "amount": level.quantity}} for level in levels]
        return "inventory", {"InventoryHeader": {"version": "1.4"}, "Inventory": entries}
    entries = [
        {
            "sku": level.sku,
            "shipNodes": [{"shipNode": ship_node, "quantity": {"unit": "EACH", "amount": level.quantity}}],
        }
        for level in levels
    ]
    return "MP_INVENTORY", {"inventoryHeader": {"version": "1.5"}, "inventory": entries}


def _submit(api, levels):
    kind, content = feed(levels, api.credentials.ship_node)
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="inventory.json"\r\n'
        "Content-Type: application/json\r\n\r\n"
    )
    body = head.encode() + json.dumps(content, separators=(",", ":")).encode() + f"\r\n--{boundary}--\r\n".encode()
    answer = api.upload(
        "feeds.submit", "/v3/feeds", {"feedType": kind}, body, f"multipart/form-data; boundary={boundary}"
    )
    return Node(answer).text("feedId", required=True)


def _read_feed(api, handle, levels):
    """Outcome of a feed, item by item."""
    results, offset = {}, 0
    path = f"/v3/feeds/{handle['feed']}"
    while True:
        query = {"includeDetails": "true", "offset": str(offset), "limit": str(_PAGE_SIZE)}
        answer = Node(api.get("feeds.status", path, query))
        state = answer.text("feedStatus", required=True)
        if state in _WORKING:
            raise NotReady(handle, _POLL)
        entries = answer.node("itemDetails").nodes("itemIngestionStatus")
        for entry in entries:
            results[entry.text("sku", required=True)] = _read_item(entry)
        offset += len(entries)
        if not entries or offset >= (answer.count("itemsReceived") or 0):
            break
    if state == "ERROR" and not results:
        message = _errors(answer) or "Walmart could not read the feed"
        return [PushResult(level.sku, False, message) for level in levels]
    if missing := [level.sku for level in levels if level.sku not in results]:
        raise InvalidPayload(
            "itemDetails.itemIngestionStatus", f"{len(missing)} items are missing, e.g. {missing[0]!r}"
        )
    return [results[level.sku] for level in levels]


def _read_item(entry):
    sku, state = entry.text("sku"), entry.text("ingestionStatus", required=True)
    return PushResult(sku, state == "SUCCESS", "" if state == "SUCCESS" else f"{state} {_errors(entry)}".strip())


def _errors(node):
    errors = node.node("ingestionErrors").nodes("ingestionError")
    return "; ".join(f"{error.text('code')}: {error.text('description')}" for error in errors)
