"""Finding orders."""

from datetime import datetime, timedelta, timezone

from ...clock import to_text
from ...http import ApiError
from .answers import data, invalid
from .order_view import view

MOST_IDS = 50


def search(call):
    """One page of orders by the time of their last change."""
    body = call.body()
    size, token = call.number("page_size", 20, 1, 100), call.text("page_token") or None
    if call.text("sort_field", "create_time") != "update_time" or call.text("sort_order", "DESC") != "ASC":
        raise invalid("This simulator sorts by update_time, ASC, only.")
    after, before = span(body)
    orders, following = call.site.search(call, "updated", after, before, {}, size, token)
    return data({"orders": [view(call.site, order) for order in orders], "next_page_token": following or "",
                 "total_count": len(orders)})


def detail(call):
    """Up to fifty orders by id."""
    wanted = call.texts("ids")
    if not 1 <= len(wanted) <= MOST_IDS:
        raise invalid("ids takes 1 to 50 order ids.")
    found = [call.site.find_order(call, number) for number in wanted]
    return data({"orders": [view(call.site, order) for order in found if order]})


def find(call, order_id):
    """Return an order of the shop.

    :raise ApiError: if there is none
    """
    order = call.site.find_order(call, order_id)
    if order is None:
        raise ApiError(200, 21001001, f"order {order_id} does not exist")
    return order


def find_by_number(call, number):
    """Return an order of the shop by the world's number."""
    outlet = call.world.outlets[call.region]
    return find(call, outlet.order_id(number))


def span(body):
    """Return the time texts of a range in seconds, whose end is not part of it."""
    after, before = body.get("update_time_ge", 0), body.get("update_time_lt", 2**32)
    if not isinstance(after, int) or not isinstance(before, int):
        raise invalid("times must be whole seconds")
    return _moment(after), to_text(datetime.fromtimestamp(before, timezone.utc) - timedelta(milliseconds=1))


def _moment(value):
    return to_text(datetime.fromtimestamp(value, timezone.utc))
