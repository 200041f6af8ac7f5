"""Orders v2026-01-01: searchOrders and getOrder (model ``orders_2026-01-01.json``)."""

import json
import time
from datetime import timedelta

from ..clock import to_text
from ..faults import PAGES
from ..http import ApiError, Operation, bad_input
from . import accounts
from .order_view import INCLUDED_DATA, STATUSES, view

FULFILLED_BY = {"MERCHANT": "merchant", "AMAZON": "platform"}
TOKEN_LIFE = 24 * 3600
HISTORY = timedelta(days=2 * 365)
#: Parameters that may differ between the pages of one search.
FREE = {"maxResultsPerPage", "includedData", "paginationToken"}
RANGES = {"created": ("createdAfter", "createdBefore"), "updated": ("lastUpdatedAfter", "lastUpdatedBefore")}


def search_orders(call):
    """Return one page of orders, oldest change first."""
    included = call.texts("includedData", INCLUDED_DATA)
    size = call.number("maxResultsPerPage", 100, 1, 100)
    page = _opened(call) or _first(call)
    rows, following = _page(call, page, size)
    body = {"orders": [view(json.loads(row["data"]), included) for row in rows]}
    if following:
        body["pagination"] = {"nextToken": call.site.signer.seal("orders", following)}
    body["lastUpdatedBefore" if page["column"] == "updated" else "createdBefore"] = page["before"]
    return body


def get_order(call):
    """Return one order, also one too fresh for searches."""
    order = call.world.get_order(call.path["orderId"])
    if order is None or order["region"] != call.region:
        raise ApiError(404, "NotFound", f"Order {call.path['orderId']} was not found.")
    return {"order": view(order, call.texts("includedData", INCLUDED_DATA))}


def _opened(call):
    """Return the search that the page token continues, or ``None`` without a token."""
    text = call.text("paginationToken")
    if text is None:
        return None
    page = call.site.signer.open("orders", text)
    if page is None or page["region"] != call.region or page["until"] < time.time():
        raise bad_input("paginationToken is invalid or expired.")
    if page["query"] != _fingerprint(call):
        raise bad_input("All parameters must be the same as in the request that generated the paginationToken.")
    return page


def _first(call):
    """Return the search that the query describes: a column, its range and where the page starts."""
    column, after, before = _range(call)
    fault = call.site.faults.fire(call.operation.name, ("shuffle_pages",))
    return {"region": call.region, "query": _fingerprint(call), "until": int(time.time()) + TOKEN_LIFE,
            "column": column, "after": to_text(after), "before": to_text(before), "last": None,
            "salt": f"salt{fault['id']}.{fault['fired']}" if fault else ""}


def _range(call):
    given = [name for pair in RANGES.values() for name in pair if call.text(name) is not None]
    starts = [column for column, (after, _before) in RANGES.items() if after in given]
    if len(starts) != 1:
        raise bad_input("Exactly one of createdAfter and lastUpdatedAfter must be provided.")
    column = starts[0]
    after_name, before_name = RANGES[column]
    if set(given) - {after_name, before_name}:
        raise bad_input(f"Only {before_name} may be combined with {after_name}.")
    horizon = call.world.search_horizon()
    after, before = call.moment(after_name), call.moment(before_name) or horizon
    if after > call.world.clock.now():
        raise bad_input(f"{after_name} must be in the past.")
    if after < call.world.clock.now() - HISTORY:
        raise bad_input(f"{after_name} must be within the last two years.")
    if before > horizon:
        raise bad_input(f"{before_name} must be at least two minutes before the time of the request.")
    if call.text(before_name) is not None and before < after:
        raise bad_input(f"{before_name} must be equal to or after {after_name}.")
    return column, after, before


def _fingerprint(call):
    return {name: sorted(call.texts(name)) for name in sorted(call.request.args) if name not in FREE}


def _page(call, page, size):
    """Return the rows of a page and the page after it, ``None`` after the last one.

    The order of rows is fixed while nothing changes; a change moves an order behind the end of the search, never
    to a page that was read already. A shuffled search runs through the same rows in a random order.
    """
    column = page["column"]
    key = f"scramble(id, '{page['salt']}')" if page["salt"] else column
    where, values = _filters(call, page)
    if page["last"]:
        where.append(f"({key}, id) > (?, ?)")
        values += page["last"]
    rows = call.store.rows(f"SELECT id, data, {key} AS position FROM purchase WHERE {' AND '.join(where)} "
                           f"ORDER BY position, id LIMIT ?", *values, size + 1)
    more, rows = len(rows) > size, rows[:size]
    repeated = _repeat(call, page, rows)
    following = {**page, "last": [rows[-1]["position"], rows[-1]["id"]]} if more else None
    return repeated, following


def _repeat(call, page, rows):
    """With the fault ``duplicate_orders`` the last order comes once more, at both ends of a page."""
    if not rows or not call.site.faults.fire(call.operation.name, (PAGES[1],)):
        return rows
    before = call.store.row("SELECT data FROM purchase WHERE id = ?", page["last"][1]) if page["last"] else None
    return [*([before] if before else []), *rows, rows[-1]]


def _filters(call, page):
    column = page["column"]
    where, values = ["region = ?", f"{column} >= ?", f"{column} <= ?", "updated <= ?"], [page["region"], page["after"]]
    values += [page["before"], to_text(call.world.search_horizon())]
    choices = (
        ("status", [STATUSES[text] for text in call.texts("fulfillmentStatuses", STATUSES)]),
        ("marketplace", [accounts.CODES.get(text, text) for text in call.texts("marketplaceIds", most=50)]),
        ("fulfilled_by", [FULFILLED_BY[text] for text in call.texts("fulfilledBy", FULFILLED_BY)]),
    )
    for name, wanted in choices:
        if wanted:
            where.append(f"{name} IN ({','.join('?' * len(wanted))})")
            values += wanted
    return where, values


OPERATIONS = (
    Operation("searchOrders", "GET", "/orders/2026-01-01/orders", search_orders, 0.0056, 20),
    Operation("getOrder", "GET", "/orders/2026-01-01/orders/{orderId}", get_order, 0.5, 30),
)
