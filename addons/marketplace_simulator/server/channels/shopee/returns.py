"""Returns and refunds."""

from decimal import Decimal

from ...clock import to_text
from ...world import seller
from .orders import time_range, wrong
from .products import item_ids
from .replies import epoch, number, reply

_STATUSES = {"requested": "REQUESTED", "approved": "ACCEPTED", "rejected": "CLOSED", "in_transit": "PROCESSING",
             "received": "PROCESSING", "refunded": "REFUND_PAID"}
_TRANSIT = {"in_transit": "LOGISTICS_PICKUP_DONE", "received": "LOGISTICS_DELIVERY_DONE"}
_REASONS = {"Does not fit": "ITEM_NOT_FIT", "Arrived damaged": "PHYSICAL_DMG", "Not as described": "DIFF_DESC",
            "Changed my mind": "CHANGE_MIND", "Wrong item sent": "WRONG_ITEM"}


def get_return_list(call):
    """Returns by time of change and page number from zero."""
    after, before = ("", to_text(call.world.clock.now()))
    if call.text("update_time_from"):
        after, before = time_range(call, "update_time_from", "update_time_to")
    page, size = call.number("page_no", 0, 0, 10**6), call.number("page_size", 40, 1, 100)
    found = call.site.find_returns(call, after, before)
    shown = [_view(call, order, entry) for order, entry in found[page * size:(page + 1) * size]]
    return reply({"more": (page + 1) * size < len(found), "return": shown})


def get_return_detail(call):
    """One return."""
    order, entry = _find(call, call.text("return_sn"))
    detail = {"reverse_logistics_status": _TRANSIT.get(entry["status"], "")}
    return reply({**_view(call, order, entry), **detail})


def confirm(call):
    """The seller agrees to the refund."""
    order, entry = _find(call, call.body().get("return_sn"))
    seller.answer_return(call.world, order, entry["id"], "refund")
    return reply({"return_sn": entry["id"]})


def _find(call, return_sn):
    found = call.site.find_return(call, return_sn or "")
    if found is None:
        raise wrong("The return is not found.", "error_not_found")
    return found


def _view(call, order, entry):
    skus = {line["id"]: line for line in order["lines"]}
    asked = entry["refund"] or sum(Decimal(line["amount"]) for line in entry["lines"])
    return {
        "return_sn": entry["id"], "order_sn": order["id"], "status": _STATUSES[entry["status"]],
        "reason": _REASONS.get(entry["reason"], "OTHER"), "text_reason": entry["note"] or entry["reason"],
        "refund_amount": number(asked), "currency": order["currency"], "create_time": epoch(entry["created"]),
        "update_time": epoch(entry["updated"]), "due_date": epoch(entry["answer_by"]), "needs_logistics": True,
        "return_solution": 0, "tracking_number": entry["tracking"],
        "item": [_item(call, order, skus[line["line"]], line) for line in entry["lines"]],
    }


def _item(call, order, sold, line):
    item_id, model_id = item_ids(call.site, order["region"], sold["sku"])
    return {"item_id": item_id, "model_id": model_id, "name": sold["title"], "amount": line["quantity"],
            "item_price": number(line["amount"]), "variation_sku": sold["sku"], "refund_amount": number(line["amount"])}
