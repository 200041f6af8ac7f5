"""Orders v0, the read operations that v2026-01-01 replaces (model ``ordersV0.json``).

Personal data is there for tokens that were restricted to it (see :mod:`.tokens`) only.
"""

import json
from datetime import timedelta

from ..http import Operation, bad_input
from ..world.search import read_page
from . import accounts, order_search, order_view_v0, tokens

CHANNELS = {"MFN": "merchant", "AFN": "marketplace"}
RANGES = {"created": ("CreatedAfter", "CreatedBefore"), "updated": ("LastUpdatedAfter", "LastUpdatedBefore")}


def get_orders(call):
    """Return one page of orders, oldest change first."""
    markets = call.texts("MarketplaceIds", most=50)
    if not markets:
        raise bad_input("Missing request parameter: MarketplaceIds.")
    size = call.number("MaxResultsPerPage", 100, 1, 100)
    page = _opened(call) or order_search.start(call, *_range(call))
    filters = {
        "status": [order_view_v0.STATUSES[text] for text in call.texts("OrderStatuses", order_view_v0.STATUSES)],
        "marketplace": [accounts.CODES.get(text, text) for text in markets],
        "fulfilled_by": [CHANNELS[text] for text in call.texts("FulfillmentChannels", CHANNELS)],
        "id": call.texts("AmazonOrderIds", most=50),
    }
    rows, following = read_page(call.store, page, filters, size)
    rows = order_search.repeat_some(call, page, rows)
    elements = _elements(call)
    payload = {"Orders": [order_view_v0.order(json.loads(row["data"]), elements) for row in rows]}
    if following:
        payload["NextToken"] = call.site.signer.seal("orders_v0", following)
    payload["LastUpdatedBefore" if page["column"] == "updated" else "CreatedBefore"] = page["before"]
    return {"payload": payload}


def get_order(call):
    """Return one order."""
    return {"payload": order_view_v0.order(order_search.find(call), _elements(call))}


def get_order_items(call):
    """Return the lines of an order; without prices while its payment is pending."""
    order = order_search.find(call)
    return {"payload": order_view_v0.items(order, tokens.grants(call, "buyerInfo"))}


def get_order_buyer_info(call):
    """Return who bought; needs a restricted token."""
    tokens.require(call)
    order = order_search.find(call)
    return {"payload": {"AmazonOrderId": order["id"], **order_view_v0.buyer(order)}}


def get_order_address(call):
    """Return where to; needs a restricted token."""
    tokens.require(call)
    order = order_search.find(call)
    shown = {"AmazonOrderId": order["id"]}
    if order["status"] not in ("pending", "cancelled"):
        shown["ShippingAddress"] = order_view_v0.address(order)
    return {"payload": shown}


def _elements(call):
    return [element for element in ("buyerInfo", "shippingAddress") if tokens.grants(call, element)]


def _opened(call):
    text = call.text("NextToken")
    if text is None:
        return None
    page = call.site.signer.open("orders_v0", text)
    if page is None or page["region"] != call.region:
        raise bad_input("NextToken is invalid.")
    return page


def _range(call):
    starts = [column for column, (after, _before) in RANGES.items() if call.text(after)]
    if len(starts) != 1:
        raise bad_input("Either CreatedAfter or LastUpdatedAfter must be provided, not both.")
    after_name, before_name = RANGES[starts[0]]
    horizon = call.world.search_horizon()
    after, before = call.moment(after_name), call.moment(before_name) or horizon
    if after > call.world.clock.now() or before < after - timedelta(minutes=2):
        raise bad_input(f"{after_name} must be before {before_name} and in the past.")
    if before > horizon:
        raise bad_input(f"{before_name} must be at least two minutes before the time of the request.")
    return starts[0], after, before


OPERATIONS = (
    Operation("getOrders", "GET", "/orders/v0/orders", get_orders, 0.0167, 20),
    Operation("v0.getOrder", "GET", "/orders/v0/orders/{orderId}", get_order, 0.5, 30),
    Operation("getOrderItems", "GET", "/orders/v0/orders/{orderId}/orderItems", get_order_items, 0.5, 30),
    Operation("getOrderBuyerInfo", "GET", "/orders/v0/orders/{orderId}/buyerInfo", get_order_buyer_info, 0.5, 30),
    Operation("getOrderAddress", "GET", "/orders/v0/orders/{orderId}/address", get_order_address, 0.5, 30),
)
