"""Returns and refunds."""

import json
from datetime import datetime, timezone
from decimal import Decimal

from ...clock import to_text
from ...http import ApiError
from ...world import seller
from ...world.marketplaces import DECIMALS
from . import access
from .replies import epoch, reply

STATUSES = {"requested": "REQUEST_INITIATE", "approved": "REFUND_PENDING", "rejected": "REQUEST_REJECT",
            "in_transit": "REFUND_PENDING", "received": "REFUND_PENDING", "refunded": "REFUND_SUCCESS"}
_TRANSIT = {"in_transit": "RETURN_PICKED_UP", "received": "RETURN_DELIVERED"}
_ANSWERS = {"instantRefund": "refund", "agreeRefund": "refund", "agreeReturn": "approve", "refuseReturn": "reject",
            "refuseRefund": "reject", "confirmDelivery": "receive"}


def get_returns(call):
    """Returns by time of change and page number from one, or one of them by its number."""
    given = access.params(call)
    after, before = (_text(given.get(f"ReverseOrderLineModifiedTimeRange{end}"), default)
                     for end, default in (("Start", ""), ("End", "9")))
    found = call.site.find_returns(call, after, before)
    if given.get("reverse_order_id"):
        found = [pair for pair in found if pair[1]["id"] == given["reverse_order_id"]]
    page, size = int(given.get("page_no", 1)), int(given.get("page_size", 10))
    shown = [_view(*pair) for pair in found[(page - 1) * size:page * size]]
    return reply(result={"success": True, "page_no": page, "page_size": size, "total": len(found), "items": shown})


def _text(milliseconds, default):
    if not milliseconds:
        return default
    return to_text(datetime.fromtimestamp(int(milliseconds) / 1000, timezone.utc))


def _view(order, entry):
    return {"reverse_order_id": int(entry["id"]), "trade_order_id": int(order["id"]), "request_type": "RETURN",
            "is_rtm": True, "shipping_type": "PICK_UP",
            "reverse_order_lines": [_line(order, entry, line) for line in entry["lines"]]}


def _line(order, entry, line):
    cents = int(Decimal(line["amount"]).scaleb(DECIMALS.get(order["currency"], 2)))
    return {
        "reverse_order_line_id": int(line["id"]), "trade_order_line_id": int(line["line"]) * 100,
        "reverse_status": STATUSES[entry["status"]], "ofc_status": _TRANSIT.get(entry["status"], ""),
        "refund_amount": cents, "item_unit_price": cents, "reason_text": entry["reason"], "reason_code": 1,
        "return_order_line_gmt_create": epoch(entry["created"]), "seller_sku_id": line["sku"],
        "return_order_line_gmt_modified": epoch(entry["updated"]), "tracking_number": entry["tracking"],
        "is_dispute": False, "sla": epoch(entry["answer_by"]), "is_need_refund": "true",
    }


def update_return(call):
    """The seller answers a return."""
    given = access.params(call)
    found = call.site.find_return(call, given.get("reverse_order_id", ""))
    if found is None:
        raise ApiError(400, "112", "E0112: no reverse order found")
    order, entry = found
    if given.get("action") not in _ANSWERS:
        raise ApiError(400, "107", "E0107: invalid action")
    numbers = {int(line["id"]) for line in entry["lines"]}
    if not set(json.loads(given.get("reverse_order_item_ids", "[]"))) & numbers:
        raise ApiError(400, "126", "E0126: invalid reverse order lines")
    seller.answer_return(call.world, order, entry["id"], _ANSWERS[given["action"]])
    return reply(data={})
