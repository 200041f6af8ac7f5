"""Reading lists by time of change: shop by shop, window by window, in each of them page by page.

Shopee takes at most 15 days at once. Our page token is JSON: the shop, the start and end of its window, the end of the
whole range, which is never later than the platform's own clock, and Shopee's cursor in the window.
"""

import json
from datetime import datetime, timedelta, timezone

from .api import compact

#: Longest range of time of one list.
WINDOW = int(timedelta(days=15).total_seconds())
# What changed in the last seconds may not be listed yet.
MARGIN = 30
# Windows without anything that are passed over in one call.
_MOST_EMPTY = 20


def read_page(api, shop_ids, since, until, token, read):
    """The next entries of a list.

    :param read: ``(shop id, from, to, cursor) -> (entries, next cursor)``; times are epoch seconds, both included
    :return: ``(shop id, entries, next token, end)``; the end is aware UTC, ``None`` unless the page is the last one
    """
    shops, start = sorted(shop_ids), int(since.timestamp())
    state = json.loads(token) if token else _first(api, shops[0], start, until)
    for _ in range(_MOST_EMPTY):
        entries, cursor = [], ""
        shop = state["shop"]
        if state["from"] <= state["to"]:
            entries, cursor = read(shop, state["from"], state["to"], state["cursor"])
        state = _clipped(api, state)
        following = _following(state, cursor, shops, start)
        if following is None:
            return shop, entries, "", datetime.fromtimestamp(state["end"], timezone.utc)
        state = following
        if entries:
            break
    return shop, entries, compact(state), None


def _first(api, shop, start, until):
    end = int(min(until.timestamp(), api.now() - MARGIN)) if until else int(api.now() - MARGIN)
    return {"shop": shop, "from": start, "to": min(start + WINDOW, end), "end": end, "cursor": ""}


def _clipped(api, state):
    """The range ends at the platform's time, which its answer has told by now."""
    end = min(state["end"], int(api.now() - MARGIN))
    return {**state, "end": end, "to": min(state["to"], end)}


def _following(state, cursor, shops, since):
    """What comes after a page: the rest of the window, the next window, the next shop, or ``None``."""
    if cursor:
        return {**state, "cursor": cursor}
    if state["to"] < state["end"]:
        start = state["to"] + 1
        return {**state, "from": start, "to": min(start + WINDOW, state["end"]), "cursor": ""}
    left = shops[shops.index(state["shop"]) + 1 :]
    if not left:
        return None
    return {**state, "shop": left[0], "from": since, "to": min(since + WINDOW, state["end"]), "cursor": ""}
