"""Orders by time of change, single orders, items, cancellations."""

import json
from datetime import timedelta

from ...clock import from_text, to_text
from ...http import ApiError
from ...world import events, seller
from . import access, units
from .order_view import REVERSE, items, view
from .replies import reply

MOST = 50
REASONS = [{"reason_name": "Sourcing Delay", "reason_id": "10000019"},
           {"reason_name": "Out of Stock", "reason_id": "10000021"},
           {"reason_name": "Wrong Price or Pricing Error", "reason_id": "10000023"}]
_CANCELLABLE = ("pending", "packed", "ready_to_ship")
_COLUMNS = {"updated_at": "updated", "created_at": "created"}


def find(call, order_id):
    """Return an order of the seller in this country.

    :raise ApiError: there is none
    """
    order = call.site.find_order(call, str(order_id))
    if order is None:
        raise ApiError(400, "16", f'E016: "{order_id}" Invalid Order ID')
    return order


def _moment(call, name, default, last=False):
    text = call.text(name)
    if text is None:
        return default
    try:
        moment = from_text(text)
    except ValueError:
        raise ApiError(400, "17", f'E017: "{text}" Invalid Date Format') from None
    return to_text(moment + timedelta(milliseconds=999 if last else 0))


def get_orders(call):
    """Orders by offset, sorted as asked for."""
    sort = _COLUMNS.get(call.text("sort_by", "created_at"))
    if call.text("update_after") is None and call.text("created_after") is None:
        raise ApiError(400, "17", "E017: Either UpdatedAfter or CreatedAfter is mandatory")
    if sort is None:
        raise ApiError(400, "75", "E075: Invalid sort filter.")
    prefix = "update" if call.text("update_after") else "created"
    after, before = _moment(call, f"{prefix}_after", ""), _moment(call, f"{prefix}_before", "9", last=True)
    offset, size = call.number("offset", 0, 0, 5_000), call.number("limit", 10, 1, 100)
    descending = call.text("sort_direction", "DESC") == "DESC"
    found, total = call.site.search_offset(call, sort, offset, size, after, before, None, descending)
    shown = [view(call.site, order) for order in found]
    return reply(data={"count": len(shown), "countTotal": total, "orders": shown})


def get_order(call):
    """One order; it has fewer fields than a listed one."""
    shown = view(call.site, find(call, call.text("order_id")))
    only_listed = ("voucher_seller", "voucher_platform", "need_cancel_confirm")
    return reply(data={name: value for name, value in shown.items() if name not in only_listed})


def get_items(call):
    """Items of up to 50 orders."""
    wanted = json.loads(call.text("order_ids", "[]"))
    if len(wanted) > MOST:
        raise ApiError(400, "38", "E038: Too many orders were requested")
    found = [order for order in (call.site.find_order(call, str(number)) for number in wanted) if order]
    if not found:
        raise ApiError(400, "39", "E039: No orders were found")
    return reply(data=[{"order_id": int(order["id"]), "order_number": int(order["id"]),
                        "order_items": items(call.site, order)} for order in found])


def _chosen(call, order):
    """Return the units that a cancellation is about."""
    wanted = {int(number) for number in json.loads(access.params(call)["order_item_id_list"])}
    found = [unit for unit in units.of_order(call.site, order) if unit.number in wanted]
    if len(found) < len(wanted):
        raise ApiError(400, "123", "E0123: invalid trade order lines")
    return found


def validate_cancel(call):
    """Whether items can be cancelled, and for which reasons."""
    chosen = _chosen(call, find(call, call.text("order_id")))
    if any(unit.status not in _CANCELLABLE for unit in chosen):
        return reply(data={"tip_type": "error", "tip_content": "The order can not be cancelled any more."})
    return reply(data={"tip_type": "warning", "tip_content": "", "reason_options": REASONS})


def create_cancel(call):
    """The seller cancels items."""
    order = find(call, call.text("order_id"))
    chosen = _chosen(call, order)
    if call.text("reason_id") not in {reason["reason_id"] for reason in REASONS}:
        raise ApiError(400, "104", "E0104: reason is empty or invalid")
    if any(unit.status not in _CANCELLABLE for unit in chosen):
        return reply(data={"tip_type": "error", "tip_content": "The order can not be cancelled any more."})
    memory = units.load(call.site, order)
    memory["cancelled"] = sorted({*memory["cancelled"], *(unit.number for unit in chosen)})
    units.save(call.site, order, memory)
    counts = {}
    for unit in chosen:
        counts[unit.line["id"]] = counts.get(unit.line["id"], 0) + 1
    seller.cancel(call.world, order, counts, "seller")
    return reply(data={"tip_type": "success", "tip_content": "The order has been cancelled."})


def decide_cancel(call):
    """The seller agrees with the buyer's wish to cancel, or not."""
    number = int(call.text("reverse_order_id", "0")) - REVERSE
    order = find(call, 260_500_000_000_000 + number)
    if not any(line["cancel_request"] for line in order["lines"]):
        raise ApiError(400, "131", "E0131: no decision for this reverse order")
    try:
        if call.text("agree_cancel") == "true":
            seller.cancel(call.world, order, None, "buyer")
        else:
            seller.decline_cancel_request(call.world, order)
    except events.Refused as refusal:
        raise ApiError(400, "131", f"E0131: {refusal}") from None
    return reply(data=None)
