"""Orders v2026-01-01: searchOrders and getOrder (model ``orders_2026-01-01.json``)."""

import json
from datetime import timedelta

from ..http import Operation, bad_input
from ..world.search import read_page
from . import accounts, order_search
from .order_view import INCLUDED_DATA, STATUSES, view

FULFILLED_BY = {"MERCHANT": "merchant", "AMAZON": "marketplace"}
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
    rows, following = read_page(call.store, page, _filters(call), size)
    rows = order_search.repeat_some(call, page, rows)
    body = {"orders": [view(json.loads(row["data"]), included) for row in rows]}
    if following:
        body["pagination"] = {"nextToken": call.site.signer.seal("orders", following)}
    body["lastUpdatedBefore" if page["column"] == "updated" else "createdBefore"] = page["before"]
    return body


def get_order(call):
    """Return one order, also one too fresh for searches."""
    return {"order": view(order_search.find(call), call.texts("includedData", INCLUDED_DATA))}


def _opened(call):
    """Return the search that the page token continues, or ``None`` without a token."""
    text = call.text("paginationToken")
    if text is None:
        return None
    page = call.site.signer.open("orders", text)
    if page is None or page["region"] != call.region or page["until"] < call.world.clock.now().timestamp():
        raise bad_input("paginationToken is invalid or expired.")
    if page["query"] != _fingerprint(call):
        raise bad_input("All parameters must be the same as in the request that generated the paginationToken.")
    return page


def _first(call):
    """Return the search that the query describes: a column, its range and where the page starts."""
    column, after, before = _range(call)
    until = int(call.world.clock.now().timestamp()) + TOKEN_LIFE
    return {**order_search.start(call, column, after, before), "query": _fingerprint(call), "until": until}


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


def _filters(call):
    return {"status": [STATUSES[text] for text in call.texts("fulfillmentStatuses", STATUSES)],
            "marketplace": [accounts.CODES.get(text, text) for text in call.texts("marketplaceIds", most=50)],
            "fulfilled_by": [FULFILLED_BY[text] for text in call.texts("fulfilledBy", FULFILLED_BY)]}


OPERATIONS = (
    Operation("searchOrders", "GET", "/orders/2026-01-01/orders", search_orders, 0.0056, 20),
    Operation("getOrder", "GET", "/orders/2026-01-01/orders/{orderId}", get_order, 0.5, 30),
)
