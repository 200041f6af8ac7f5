"""The Post-Order API: cancellations of whole orders, and returns.

Its bodies are not in the OpenAPI documents; they follow eBay's reference of types (CreateCancelRequest, CancelSummary,
ReturnSummaryType, IssueRefundRequest).
"""

from decimal import Decimal

from ...http import Answer, ApiError
from ...world import money, seller
from ...world.events import OPEN, Refused
from ...world.marketplaces import rounded
from ...world.returns import ReturnRefused
from .access import SELLER_ID, check_signature
from .order_view import legacy_item_id

DECLINED = "ebay.declined"
REASONS = ("OUT_OF_STOCK_OR_CANNOT_FULFILL", "BUYER_ASKED_CANCEL", "ADDRESS_ISSUES")
RETURN_REASONS = {"Does not fit": "NOT_FIT", "Arrived damaged": "ARRIVED_DAMAGED",
                  "Not as described": "NOT_AS_DESCRIBED", "Changed my mind": "NO_LONGER_NEED_ITEM",
                  "Wrong item sent": "WRONG_ITEM"}
RETURN_STATES = {"requested": "RETURN_REQUESTED", "approved": "READY_FOR_SHIPPING", "rejected": "CLOSED",
                 "in_transit": "ITEM_SHIPPED", "received": "ITEM_DELIVERED", "refunded": "CLOSED"}
MOST = 200


# --- cancellations ---

def search_cancellations(call):
    """The cancellations of an order."""
    order = call.site.find_order(call, call.text("legacy_order_id", ""))
    found = [] if order is None else _cancellations(call, order)
    return {"cancellations": found, "total": len(found),
            "paginationOutput": {"limit": MOST, "offset": 1, "totalPages": 1, "totalEntries": len(found)}}


def create_cancellation(call):
    """The seller cancels a whole order."""
    check_signature(call)
    body = call.body()
    order = call.site.find_order(call, body.get("legacyOrderId", ""))
    if order is None:
        return _ineligible(body.get("legacyOrderId", ""), "INVALID_ORDER")
    if body.get("cancelReason") not in REASONS:
        raise ApiError(400, "1611", "Invalid cancel reason.")
    if body.get("buyerPaid") is not (order["status"] != "pending"):
        raise ApiError(400, "1611", "It is wrong whether the buyer has paid.")
    if _asked(order):
        return _ineligible(order["id"], "CANCELLATION_EXIST")
    try:
        seller.cancel(call.world, order, reason=body["cancelReason"])
    except Refused:
        return _ineligible(order["id"], "ORDER_SHIPPED" if order["status"] == "shipped" else "CANCELLATION_EXIST")
    return Answer(201, {"cancelId": _cancel_id(order)})


def approve_cancellation(call):
    """The seller agrees with the buyer's wish."""
    check_signature(call)
    order = _order_of(call)
    if not _asked(order):
        raise ApiError(400, "1613", "The cancellation does not wait for an answer.")
    seller.cancel(call.world, order, reason="BUYER_ASKED_CANCEL")
    return {}


def reject_cancellation(call):
    """The seller does not agree with the buyer's wish."""
    order = _order_of(call)
    if not _asked(order):
        raise ApiError(400, "1613", "The cancellation does not wait for an answer.")
    seller.decline_cancel_request(call.world, order)
    call.store.put_document(DECLINED, order["id"], order["region"], order["updated"], {})
    return {}


def _cancellations(call, order):
    shown = {"cancelId": _cancel_id(order), "legacyOrderId": order["id"], "marketplaceId": order["marketplace"],
             "sellerLoginName": SELLER_ID}
    if order["status"] == "cancelled":
        return [{**shown, "cancelState": "CLOSED", "cancelStatus": "CANCEL_CLOSED_WITH_REFUND"}]
    if _asked(order):
        reason = next(line["cancel_request"] for line in order["lines"] if line["cancel_request"])
        return [{**shown, "cancelState": "APPROVAL_PENDING", "cancelStatus": "CANCEL_REQUESTED",
                 "requestorType": "BUYER", "cancelReason": reason}]
    if call.store.document(DECLINED, order["id"]) is not None:
        return [{**shown, "cancelState": "CLOSED", "cancelStatus": "CANCEL_REJECTED"}]
    return []


def _asked(order):
    return order["status"] in OPEN and any(line["cancel_request"] for line in order["lines"])


def _cancel_id(order):
    return f"53{order['number']:08d}"


def _order_of(call):
    number = call.path["cancellation"].removeprefix("53")
    row = call.store.row("SELECT id FROM purchase WHERE number = ?", int(number)) if number.isdigit() else None
    order = call.site.find_order(call, row["id"]) if row else None
    if order is None:
        raise ApiError(404, "1602", "Cancellation not found.")
    return order


def _ineligible(order_id, reason):
    return {"orderEligibilityResult": {"eligible": False, "legacyOrderId": order_id, "failureReason": reason}}


# --- returns ---

def search_returns(call):
    """Returns by the time of their creation, oldest first; ``offset`` is the number of the page, from 1."""
    first, last = call.moment("creation_date_range_from"), call.moment("creation_date_range_to")
    limit, page = call.number("limit", 25, 1, MOST), call.number("offset", 1, 1, 10**6)
    pairs = [pair for pair in call.site.find_returns(call, column="created")
             if (first is None or _text(first) <= pair[1]["created"])
             and (last is None or pair[1]["created"] <= _text(last))]
    shown = [_return(*pair) for pair in pairs[(page - 1) * limit:page * limit]]
    return {"members": shown, "total": len(pairs),
            "paginationOutput": {"limit": limit, "offset": page, "totalPages": -(-len(pairs) // limit),
                                 "totalEntries": len(pairs)}}


def get_return(call):
    """One return in short."""
    if call.text("fieldgroups") != "SUMMARY":
        raise ApiError(400, "1611", "Only the summary is told here.")
    return {"summary": _return(*_find_return(call))}


def refund_return(call):
    """The seller pays a return back."""
    check_signature(call)
    order, entry = _find_return(call)
    try:
        paid = rounded(Decimal(str(call.body()["refundDetail"]["totalAmount"]["value"])), order["currency"])
        seller.answer_return(call.world, order, entry["id"], "refund", amount=paid)
    except (KeyError, TypeError, ArithmeticError):
        raise ApiError(400, "1611", "The refund lacks its total amount.") from None
    except ReturnRefused as refusal:
        raise ApiError(400, "1613", str(refusal)) from None
    return {"refundStatus": "PENDING"}


def _find_return(call):
    found = call.site.find_return(call, call.path["return"])
    if found is None:
        raise ApiError(404, "1616", "Return not found.")
    return found


def _return(order, entry):
    """A return in short. The Post-Order API writes amounts as numbers."""
    taken = entry["lines"][0]
    line = next(line for line in order["lines"] if line["id"] == taken["line"])
    whole = sum((Decimal(part["amount"]) for part in entry["lines"]), Decimal(0))
    refund = {"estimatedRefundAmount": _number(order, min(whole, money.order_total(order)))}
    if entry["refund"] is not None:
        refund["actualRefundAmount"] = _number(order, Decimal(entry["refund"]))
    return {
        "returnId": entry["id"], "orderId": order["id"], "buyerLoginName": f"buyer-{order['buyer']['key']}",
        "sellerLoginName": SELLER_ID, "currentType": "MONEY_BACK", "state": RETURN_STATES[entry["status"]],
        "status": RETURN_STATES[entry["status"]], "sellerTotalRefund": refund, "buyerTotalRefund": refund,
        "creationInfo": {
            "item": {"itemId": legacy_item_id(line["number"]), "transactionId": line["id"],
                     "returnQuantity": taken["quantity"]},
            "type": "MONEY_BACK", "reason": RETURN_REASONS[entry["reason"]],
            "comments": {"content": entry["note"] or entry["reason"]}, "creationDate": {"value": entry["created"]},
        },
        "sellerResponseDue": {"respondByDate": {"value": entry["answer_by"]}},
    }


def _number(order, value):
    return {"value": float(value), "currency": order["currency"]}


def _text(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
