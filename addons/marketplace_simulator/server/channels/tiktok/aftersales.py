"""Cancellations, returns and refunds."""

from decimal import Decimal

from ...clock import from_text
from ...http import ApiError
from ...world import seller
from . import ids
from .answers import data, invalid
from .order_view import seconds, text, unit_refund
from .orders import find, find_by_number, span
from .units import CANCELLED, items_of, units_of

BUYERS_WISH = 99
WISH_GRANTED = "buyer"
RETURN_STATUSES = {
    "requested": "RETURN_OR_REFUND_REQUEST_PENDING", "approved": "AWAITING_BUYER_SHIP",
    "rejected": "REFUND_OR_RETURN_REQUEST_REJECT", "in_transit": "BUYER_SHIPPED_ITEM",
    "received": "BUYER_SHIPPED_ITEM", "refunded": "RETURN_OR_REFUND_REQUEST_COMPLETE",
}
ACTIONS = {"requested": "SELLER_RESPOND_RETURN", "in_transit": "SELLER_RESPOND_RECEIVE_PACKAGE",
           "received": "SELLER_RESPOND_RECEIVE_PACKAGE"}
REJECT_REASONS = [{"name": "seller_reject_apply_product_has_been_packed", "text": "Product has been packed"}]


# --- cancellations ---

def search_cancellations(call):
    """Cancellations of orders changed in a time range, or of named ones."""
    body = call.body()
    following = ""
    if body.get("order_ids") or body.get("cancel_ids"):
        numbers = [ids.order_of_cancel(number)[0] for number in body.get("cancel_ids") or []]
        orders = [call.site.find_order(call, number) for number in body.get("order_ids") or []]
        orders += [call.site.find_order(call, call.world.outlets[call.region].order_id(number)) for number in numbers]
    else:
        after, before = span(body)
        size, token = call.number("page_size", 10, 1, 50), call.text("page_token") or None
        orders, following = call.site.search(call, "updated", after, before, {}, size, token)
    found = [entry for order in orders if order for entry in _cancellations(order)]
    wanted = body.get("cancel_ids")
    found = [entry for entry in found if not wanted or entry["cancel_id"] in wanted]
    return data({"cancellations": found, "next_page_token": following or "", "total_count": len(found)})


def cancel(call):
    """The seller cancels an order or some units."""
    body = call.body()
    order, units = find(call, body.get("order_id", "")), None
    live = {unit.id: unit for unit in units_of(order) if not unit.cancelled and not unit.shipped}
    chosen = body.get("order_line_item_ids")
    if chosen:
        if set(chosen) - set(live):
            raise ApiError(200, 25001001, "invalid order status")
        units = {item["line"]: item["quantity"] for item in items_of([live[number] for number in chosen])}
        order.setdefault("packed", {}).update(dict.fromkeys(chosen, CANCELLED))
    seller.cancel(call.world, order, units, body.get("cancel_reason", ""))
    position = len(order["cancels"]) - 1
    return data({"cancel_id": ids.cancel_id(order, position), "cancel_status": "CANCELLATION_REQUEST_SUCCESS"})


def approve_cancellation(call):
    """The seller agrees to the buyer's wish."""
    order = _wish(call)
    seller.cancel(call.world, order, None, WISH_GRANTED, call.text("idempotency_key"))
    return data()


def reject_cancellation(call):
    """The seller does not agree."""
    order = _wish(call)
    if call.body().get("reject_reason") not in [reason["name"] for reason in REJECT_REASONS]:
        raise invalid("reject_reason is not valid")
    seller.decline_cancel_request(call.world, order)
    return data()


def reject_reasons(call):
    """What a seller may say when he does not agree."""
    return data({"reasons": REJECT_REASONS})


def _wish(call):
    number, position = ids.order_of_cancel(call.path["cancel_id"])
    order = find_by_number(call, number)
    if position != BUYERS_WISH:
        raise ApiError(200, 25001002, "this cancellation expects no answer")
    return order


def _cancellations(order):
    """Return an order's cancellations: the seller's, and the buyer's wish."""
    units = units_of(order)
    for position, entry in enumerate(order["cancels"]):
        chosen = [unit for unit in units if unit.cancelled and unit.line["id"] in entry["units"]]
        wish = entry["reason"] == WISH_GRANTED
        number, role = (BUYERS_WISH, "BUYER") if wish else (position, "SELLER")
        yield _cancellation(order, number, chosen, role, "CANCELLATION_REQUEST_SUCCESS", entry["reason"])
    wished = [line["cancel_request"] for line in order["lines"] if line["cancel_request"]]
    if wished and order["status"] == "unshipped":
        yield _cancellation(order, BUYERS_WISH, units, "BUYER", "CANCELLATION_REQUEST_PENDING", wished[0])


def _cancellation(order, position, units, role, status, reason):
    number, currency = ids.cancel_id(order, position), order["currency"]
    amounts = [Decimal(unit_refund(order, unit)["refund_total"]) for unit in units]
    total = text(sum(amounts, Decimal(0)), currency)
    body = {
        "cancel_id": number, "order_id": order["id"], "role": role, "cancel_status": status,
        "cancel_type": "BUYER_CANCEL" if role == "BUYER" else "CANCEL",
        "cancel_reason": reason, "cancel_reason_text": reason,
        "create_time": seconds(order["updated"]), "update_time": seconds(order["updated"]),
        "refund_amount": {"currency": currency, "refund_subtotal": total, "refund_total": total},
        "cancel_line_items": [{
            "cancel_line_item_id": f"{number}{place:03d}", "order_line_item_id": unit.id,
            "seller_sku": unit.line["sku"], "sku_id": ids.sku_id(unit.line["number"]),
            "product_name": unit.line["title"], "refund_amount": unit_refund(order, unit),
        } for place, unit in enumerate(units)],
    }
    if status == "CANCELLATION_REQUEST_PENDING":
        deadline = seconds(order["updated"]) + 48 * 3600
        body["seller_next_action_response"] = [{"action": "SELLER_RESPOND_CANCEL", "deadline": deadline}]
    return body


# --- returns ---

def search_returns(call):
    """Returns changed in a time range, or named ones."""
    body = call.body()
    after, before = span(body)
    pairs = call.site.find_returns(call, after, before)
    for name, wanted in (("return_ids", body.get("return_ids")), ("order_ids", body.get("order_ids"))):
        if wanted:
            pairs = [pair for pair in pairs if (pair[1] if name == "return_ids" else pair[0])["id"] in wanted]
    start, size = int(call.text("page_token") or 0), call.number("page_size", 10, 1, 50)
    following = str(start + size) if start + size < len(pairs) else ""
    return data({"return_orders": [_return(*pair) for pair in pairs[start:start + size]],
                 "next_page_token": following, "total_count": len(pairs)})


def approve_return(call):
    """The seller answers a return."""
    found = call.site.find_return(call, call.path["return_id"])
    if found is None:
        raise ApiError(200, 25001003, "the return does not exist")
    (order, entry), body = found, call.body()
    key = f"{entry['id']} {call.text('idempotency_key', '')}"
    if call.store.setting(f"tiktok:answer:{key}"):
        return data()
    decision = body.get("decision")
    if decision == "APPROVE_RETURN" and not body.get("buyer_keep_item"):
        seller.answer_return(call.world, order, entry["id"], "approve")
    elif decision == "OFFER_PARTIAL_REFUND":
        amount = Decimal(body["partial_refund"]["amount"])
        seller.answer_return(call.world, order, entry["id"], "refund", amount=amount, restock=False)
    elif decision in ("APPROVE_RETURN", "APPROVE_REFUND", "APPROVE_RECEIVED_PACKAGE"):
        keeps = decision != "APPROVE_RECEIVED_PACKAGE"
        seller.answer_return(call.world, order, entry["id"], "refund", restock=not keeps)
    else:
        raise invalid("decision is not valid")
    call.store.set_setting(f"tiktok:answer:{key}", True)
    return data()


def create_return(call):
    """The seller pays back without a return."""
    body, key = call.body(), call.text("idempotency_key")
    order = find(call, body.get("order_id", ""))
    units = {unit.id: unit for unit in units_of(order)}
    chosen = [units.get(number) for number in body.get("order_line_item_ids") or units]
    if None in chosen or body.get("currency") != order["currency"] or body.get("return_type") != "REFUND":
        raise invalid("order_line_item_ids, currency or return_type are not valid")
    lines, rest = [], Decimal(body["refund_total"])
    for place, item in enumerate(items_of(chosen)):
        last = place == len(items_of(chosen)) - 1
        share = rest if last else min(rest, sum(Decimal(unit_refund(order, unit)["refund_total"]) for unit in chosen
                                                if unit.line["id"] == item["line"]))
        lines.append({**item, "amount": share})
        rest -= share
    entries = seller.refund(call.world, order, [line for line in lines if line["amount"]], None,
                            body.get("return_reason", ""), key)
    return data({"return_id": entries[0]["id"], "return_status": "RETURN_OR_REFUND_REQUEST_SUCCESS"})


def _return(order, entry):
    currency, units = order["currency"], units_of(order)
    total = entry["refund"] or str(sum(Decimal(line["amount"]) for line in entry["lines"]))
    amount = {"currency": currency, "refund_subtotal": total, "refund_total": total}
    items = []
    for line in entry["lines"]:
        unit = next(unit for unit in units if unit.line["id"] == line["line"])
        items.append({"return_line_item_id": line["id"], "order_line_item_id": unit.id, "seller_sku": line["sku"],
                      "sku_id": ids.sku_id(unit.line["number"]), "product_name": unit.line["title"],
                      "refund_amount": {"currency": currency, "refund_total": line["amount"]}})
    body = {
        "return_id": entry["id"], "order_id": order["id"], "return_type": "RETURN_AND_REFUND", "role": "BUYER",
        "return_status": RETURN_STATUSES[entry["status"]], "return_reason": entry["reason"],
        "return_reason_text": entry["reason"], "create_time": seconds(entry["created"]),
        "update_time": seconds(entry["updated"]), "refund_amount": amount, "return_line_items": items,
        "shipment_type": "PLATFORM", "handover_method": "DROP_OFF",
    }
    if entry["tracking"]:
        body |= {"return_tracking_number": entry["tracking"], "return_provider_name": entry["carrier"]}
    if entry["status"] in ACTIONS:
        deadline = int(from_text(entry["answer_by"]).timestamp())
        body["seller_next_action_response"] = [{"action": ACTIONS[entry["status"]], "deadline": deadline}]
    return body
