"""Orders by time of their last change. Sources: documents ``/orders/get``, ``/order/get`` and ``/orders/items/get``.

A filed order is ``{"shop_id", "order", "items"}``: Lazada states an order and its items apart, and the shop in neither.
"""

import json
from datetime import datetime, timedelta, timezone

from ...marketplace.contract import InvalidPayload, Page, RawRecord, Rejected, content_hash, read_each
from .errors import NO_ORDER
from .fields import Node, format_time, parse_time

LIST_PATH, DETAIL_PATH, ITEMS_PATH = "/orders/get", "/order/get", "/orders/items/get"
#: Most orders whose items one call gives; the list is read in pages of as many.
PAGE_SIZE = 50
# What changed in the last seconds may not be listed yet.
MARGIN = timedelta(seconds=60)
# Pages of one second that bring nothing new, followed in one call.
_MOST_PAGES = 20


def fetch_page(api, shop_ids, since, until, token):
    """One page of orders changed in a range of time.

    Offsets would shift while orders change, and an order could be skipped. So each page starts at the time of the last
    order before it, and leaves out the orders of that second that were read already. Our page token is JSON: the shop,
    that time, those orders, an offset within that second, and the end of the range.
    """
    shops = sorted(shop_ids)
    state = json.loads(token) if token else _first(api, shops[0], since, until)
    listed, more = [], _is_range(state)
    for _ in range(_MOST_PAGES):
        if not more or listed:
            break
        listed, state, more = _read(api, state)
    end = min(parse_time(state["end"], "token"), _latest(api))
    records, broken = _complete(api, state["shop"], listed)
    state = {**state, "end": format_time(end)}
    following = state if more else _next_shop(state, shops, since)
    return Page(
        records=records,
        next_token=json.dumps(following, separators=(",", ":")) if following else "",
        complete_until=None if following else end,
        broken=broken,
    )


def _latest(api):
    return datetime.fromtimestamp(int(api.now()), timezone.utc) - MARGIN


def _first(api, shop_id, since, until):
    end = min(until, _latest(api)) if until else _latest(api)
    return {"shop": shop_id, "after": format_time(since), "seen": [], "offset": 0, "end": format_time(end)}


def _is_range(state):
    return parse_time(state["after"], "token") <= parse_time(state["end"], "token")


def _next_shop(state, shops, since):
    left = shops[shops.index(state["shop"]) + 1 :]
    return {**state, "shop": left[0], "after": format_time(since), "seen": [], "offset": 0} if left else None


def _read(api, state):
    """``(orders not read yet, state after them, whether there are more)``."""
    query = {
        "update_after": state["after"],
        "update_before": state["end"],
        "sort_by": "updated_at",
        "sort_direction": "ASC",
        "offset": state["offset"],
        "limit": PAGE_SIZE,
    }
    data = api.get("orders.list", state["shop"], LIST_PATH, query).node("data", required=True)
    orders = data.array("orders", required=True)
    if not orders:
        return [], state, False
    by_mark = {_mark(order): order for order in orders}  # an order may be in a page twice
    total, read = data.count("countTotal"), state["offset"] + len(by_mark)
    more = len(orders) >= PAGE_SIZE if total is None else read < total
    fresh = [order for mark, order in by_mark.items() if mark not in state["seen"]]
    times = [_time_of(order) for order in by_mark.values()]
    start, last = parse_time(state["after"], "token"), times[-1]
    if None in times or times != sorted(times) or last == start:
        # All of one second, or not sorted as asked: only the offset leads on.
        return fresh, {**state, "seen": list(dict.fromkeys([*state["seen"], *by_mark])), "offset": read}, more
    seen = [mark for mark, time in zip(by_mark, times, strict=True) if time == last]
    return fresh, {**state, "after": format_time(last), "seen": seen, "offset": 0}, more


def _mark(order):
    """What an order is recognised by on the next page."""
    return str(order.get("order_id")) if isinstance(order, dict) and order.get("order_id") else content_hash(order)


def _time_of(order):
    try:
        return Node(order).time("updated_at", required=True)
    except InvalidPayload:
        return None  # the order is told as broken; its time is of no use


def _complete(api, shop_id, orders):
    """``(records, broken)`` of listed orders, with their items."""

    def read(order, path):
        return Node(order, path).ident("order_id", required=True), order, path

    listed, broken = read_each(orders, "orders", read)
    items = _fetch_items(api, shop_id, [order_id for order_id, _order, _path in listed])
    records = []
    for order_id, order, path in listed:
        try:
            if order_id not in items:
                raise InvalidPayload(f"{path}.items", f"the items of {order_id} are missing")
            records.append(raw_record(_payload(shop_id, order, items[order_id]), path))
        except InvalidPayload as error:
            broken.append((error.path, error.reason, order))
    return tuple(records), tuple(broken)


def _payload(shop_id, order, items):
    return {"shop_id": shop_id, "order": order, "items": items}


def _fetch_items(api, shop_id, order_ids):
    """``{order number: items as received}``"""
    if not order_ids:
        return {}
    query = {"order_ids": f"[{','.join(order_ids)}]"}
    answer = api.get("orders.items", shop_id, ITEMS_PATH, query)
    return {
        entry.ident("order_id", required=True): entry.data.get("order_items")
        for entry in answer.nodes("data", required=True)
    }


def fetch_order(api, order_id):
    """One order as :class:`RawRecord`; its shop is found by asking."""
    for seller in api.authorisation.sellers():
        payload = _fetch_payload(api, seller.seller_id, order_id)
        if payload is not None:
            return raw_record(payload)
    raise Rejected(f"no shop of the account has the order {order_id}", "16")


def _fetch_payload(api, shop_id, order_id):
    """One order of a shop as it is filed; ``None`` if the shop does not have it.

    The single order has fewer fields than the one in a list. So that both are the same revision, the order is then
    read from the list of its second.
    """
    try:
        order = api.get("orders.get", shop_id, DETAIL_PATH, {"order_id": order_id}).node("data", required=True)
    except Rejected as error:
        if NO_ORDER.search(error.reason):
            return None
        raise
    moment = format_time(order.time("updated_at", required=True))
    query = {"update_after": moment, "update_before": moment, "sort_by": "updated_at", "sort_direction": "ASC"}
    data = api.get("orders.list", shop_id, LIST_PATH, {**query, "offset": 0, "limit": PAGE_SIZE}).node("data")
    listed = (entry.data for entry in data.nodes("orders") if entry.ident("order_id") == order_id)
    items = fetch_items(api, shop_id, order_id)
    if items is None:
        raise InvalidPayload("orders.items.data", f"the items of {order_id} are missing")
    return _payload(shop_id, next(listed, order.data), items)


def fetch_items(api, shop_id, order_id):
    """Items of an order of a shop as received; ``None`` if the shop does not have it."""
    if not order_id.isdigit():
        return None
    try:
        return _fetch_items(api, shop_id, [order_id]).get(order_id)
    except Rejected as error:
        if NO_ORDER.search(error.reason):
            return None
        raise


def raw_record(payload, path=""):
    """File an order: id, shop, time and revision are read, nothing else is looked at."""
    filed = Node(payload, path)
    order = filed.node("order")
    updated_at = order.time("updated_at", required=True)
    return RawRecord(
        kind="order",
        shop_id=filed.text("shop_id", required=True),
        external_id=order.ident("order_id", required=True),
        revision=f"{int(updated_at.timestamp())}-{content_hash(payload)}",
        payload=payload,
        updated_at=updated_at,
    )
