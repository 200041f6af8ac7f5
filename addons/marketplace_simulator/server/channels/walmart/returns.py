"""Returns as Walmart writes them (document ``returns-management``)."""

from decimal import Decimal

from ...clock import to_text
from ...world import money, seller
from .order_view import customer_order, line_number
from .orders import bad

STATUSES = {"requested": "INITIATED", "approved": "INITIATED", "rejected": "COMPLETED", "in_transit": "INITIATED",
            "received": "DELIVERED", "refunded": "COMPLETED"}
REASONS = {"Does not fit": "ITEM_DOES_NOT_FIT", "Arrived damaged": "DAMAGED", "Not as described": "NOT_AS_DESCRIBED",
           "Changed my mind": "CHANGED_MIND", "Wrong item sent": "WRONG_ITEM"}


def search(call):
    """One page of returns by the time of their last change, or one by its number."""
    after, before = call.moment("returnLastModifiedStartDate"), call.moment("returnLastModifiedEndDate")
    pairs = call.site.find_returns(call, to_text(after) if after else "", to_text(before) if before else "9")
    wanted = call.text("returnOrderId")
    if wanted:
        pairs = [pair for pair in pairs if pair[1]["id"] == wanted]
    offset, size = call.number("offset", 0, 0, 10**6), call.number("limit", 10, 1, 200)
    page, rest = pairs[offset:offset + size], pairs[offset + size:]
    cursor = ""
    if rest:
        stamps = {name: call.text(name) for name in ("returnLastModifiedStartDate", "returnLastModifiedEndDate")}
        query = "".join(f"&{name}={value}" for name, value in stamps.items() if value)
        cursor = f"?limit={size}&offset={offset + size}{query}"
    return {"meta": {"totalCount": len(pairs), "limit": size, "nextCursor": cursor},
            "returnOrders": [view(*pair) for pair in page]}


def refund(call):
    """Lines of a return are paid back in whole."""
    found = call.site.find_return(call, call.path["return"])
    if found is None:
        raise bad("The return was not found.", 404, "NOT_FOUND.GMP_RETURN_API")
    order, entry = found
    body = call.body()
    if body.get("customerOrderId") != customer_order(order) or not body.get("refundLines"):
        raise bad("customerOrderId or refundLines are not valid.")
    seller.answer_return(call.world, order, entry["id"], "refund", restock=True)
    return {"returnOrderId": entry["id"], "customerOrderId": customer_order(order), "refundLines": body["refundLines"]}


def view(order, entry):
    """Return a return order."""
    total = entry["refund"] or str(sum(Decimal(line["amount"]) for line in entry["lines"]))
    body = {
        "returnOrderId": entry["id"],
        "customerEmailId": f"{order['buyer']['email_alias'].upper()}@relay.walmart.com",
        "customerOrderId": customer_order(order),
        "returnOrderDate": entry["created"],
        "returnByDate": entry["answer_by"],
        "returnType": "REFUND",
        "refundMode": "POST_DELIVERY",
        "totalRefundAmount": _dollars(total),
        "returnLineGroups": [],
        "returnOrderLines": [_line(order, entry, line, place) for place, line in enumerate(entry["lines"], 1)],
        "returnChannel": {"channelName": "ONLINE"},
    }
    if entry["tracking"]:
        label = {"carrierInfoList": [{"carrierName": entry["carrier"], "trackingNo": entry["tracking"]}]}
        body["returnLineGroups"] = [{"groupNo": 1, "returnLines": [{"returnOrderLineNumber": 1}], "labels": [label]}]
    return body


def _line(order, entry, line, place):
    source = next(known for known in order["lines"] if known["id"] == line["line"])
    refunded = line["quantity"] if entry["status"] == "refunded" else 0
    tag = {"in_transit": "RETURN_IN_TRANSIT", "received": "RETURN_RECEIVED"}.get(entry["status"], "RETURN_INITIATED")
    tax = (money.line_tax(source) / source["quantity"]).quantize(Decimal("0.01")) if source["quantity"] else Decimal(0)
    return {
        "returnOrderLineNumber": place,
        "salesOrderLineNumber": int(line_number(order, source)),
        "purchaseOrderId": order["id"],
        "purchaseOrderLineNumber": int(line_number(order, source)),
        "returnReason": REASONS.get(entry["reason"], "OTHER"),
        "returnDescription": entry["reason"],
        "item": {"sku": line["sku"], "condition": "New", "productName": source["title"]},
        "chargeTotals": [{"name": "lineProductTaxes", "value": _dollars(tax)},
                         {"name": "lineTotal", "value": _dollars(line["amount"])}],
        "quantity": {"unitOfMeasure": "EACH", "measurementValue": line["quantity"]},
        "refundedQty": refunded,
        "cancellableQty": 0,
        "returnExpectedFlag": True,
        "isKeepIt": False,
        "currentRefundStatus": "REFUND_COMPLETED" if refunded else "REFUND_NOT_INITIATED",
        "returnTrackingDetail": [{"sequenceNo": 1, "eventTag": tag, "eventTime": entry["updated"]}],
        "status": STATUSES[entry["status"]],
        "statusTime": entry["updated"],
    }


def _dollars(amount):
    return {"currencyAmount": float(amount), "currencyUnit": "USD"}
