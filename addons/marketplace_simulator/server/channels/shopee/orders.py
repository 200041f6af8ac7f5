"""Orders: lists by time, details, escrow details, cancellations."""

from datetime import datetime, timezone

from ...clock import to_text
from ...http import ApiError
from ...world import seller
from .order_view import detail, escrow, status_of
from .products import sku_of
from .replies import epoch, reply

MOST_DETAILS = 50
MOST_DAYS = 15
_BEFORE_PAYMENT = "pending"
_REASONS = ("OUT_OF_STOCK", "CUSTOMER_REQUEST", "UNDELIVERABLE_AREA", "COD_NOT_SUPPORTED")


def wrong(message, code="error_param"):
    """Return the error of a request that Shopee does not understand."""
    return ApiError(400, code, message)


def find(call, order_id):
    """Return an order of the shop.

    :raise ApiError: there is none
    """
    order = call.site.find_order(call, order_id or "")
    if order is None:
        raise wrong("Wrong parameters, detail: the order is not found.", "error_not_found")
    return order


def time_range(call, first, last):
    """Return a range of epoch seconds out of the query as time texts, both ends included.

    :raise ApiError: it is none, or longer than 15 days
    """
    start, stop = call.text(first, ""), call.text(last, "")
    if not start.isdigit() or not stop.isdigit() or not 0 <= int(stop) - int(start) <= MOST_DAYS * 86_400:
        raise wrong("Start time must be earlier than end time and diff in 15days.", "order.order_list_invalid_time")
    return _text(int(start)), _text(int(stop) + 0.999)


def _text(seconds):
    return to_text(datetime.fromtimestamp(seconds, timezone.utc))


def get_order_list(call):
    """Numbers of orders by time."""
    column = {"update_time": "updated", "create_time": "created"}.get(call.text("time_range_field"))
    if column is None:
        raise wrong("Wrong parameters, detail: time_range_field.")
    after, before = time_range(call, "time_from", "time_to")
    size = call.number("page_size", 20, 1, 100)
    found, following = call.site.search(call, column, after, before, None, size, call.text("cursor") or None)
    listed = [{"order_sn": order["id"], "order_status": status_of(order)} for order in found]
    return reply({"more": following is not None, "next_cursor": following or "", "order_list": listed})


def get_order_detail(call):
    """Up to 50 orders; numbers that the shop does not have are left out."""
    wanted = call.texts("order_sn_list", most=MOST_DETAILS)
    found = [order for order in (call.site.find_order(call, order_id) for order_id in wanted) if order]
    if not found:
        raise wrong("Wrong parameters, detail: the order is not found.", "error_not_found")
    return reply({"order_list": [detail(call.site, order) for order in found]})


def get_escrow_details(call):
    """The parts of the money of up to 50 paid orders."""
    wanted = call.body().get("order_sn_list") or []
    if len(wanted) > MOST_DETAILS:
        raise wrong("Your request exceeds the max limit of 50 orders.", "exceed_max_limit")
    found = (call.site.find_order(call, order_id) for order_id in wanted)
    paid = [order for order in found if order and order["status"] != _BEFORE_PAYMENT]
    return reply([{"escrow_detail": escrow(call.site, order)} for order in paid])


def cancel_order(call):
    """The seller cancels the order or some units of it."""
    body = call.body()
    order = find(call, body.get("order_sn"))
    if body.get("cancel_reason") not in _REASONS:
        raise wrong("Wrong parameters, detail: cancel_reason.")
    units = _units(call, order, body.get("partial_cancel_item_list"))
    seller.cancel(call.world, order, units, body["cancel_reason"])
    return reply({"update_time": epoch(order["updated"])})


def _units(call, order, parts):
    if not parts:
        return None
    lines = {line["sku"]: line["id"] for line in order["lines"]}
    units = {}
    for part in parts:
        line = lines.get(sku_of(call.site, order["region"], part["item_id"], part["model_id"]))
        if line is None:
            raise wrong("Wrong parameters, detail: item_id.")
        units[line] = units.get(line, 0) + part["model_quantity"]
    return units


def handle_buyer_cancellation(call):
    """The seller agrees with the buyer's wish to cancel, or not."""
    body = call.body()
    order = find(call, body.get("order_sn"))
    if status_of(order) != "IN_CANCEL":
        raise wrong("The order is not in cancellation.", "order.order_status_invalid")
    if body.get("operation") == "ACCEPT":
        seller.cancel(call.world, order, None, "buyer")
    else:
        seller.decline_cancel_request(call.world, order)
    return reply({"update_time": epoch(order["updated"])})
