"""Paying back. Source: Walmart's OpenAPI ``order-management``, ``refundOrderLines``, and ``returns-management``,
``issueRefund``: whole units of a return are paid by the return, any other amount by the order line.
"""

from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import ActionResult, Rejected, each
from .fields import Node
from .money import read_charges
from .orders import fetch_node, order_path, read_lines, read_units
from .returns import PATH, fetch_return, is_settled

REASONS = (
    "BillingError", "TaxExemptCustomer", "ItemNotAsAdvertised", "IncorrectItemReceived", "CancelledYetShipped",
    "ItemNotReceivedByCustomer", "IncorrectShippingPrice", "DamagedItem", "DefectiveItem", "CustomerChangedMind",
    "CustomerReceivedItemLate", "Missing Parts / Instructions", "Finance -> Goodwill", "Finance -> Rollback",
    "Buyer canceled", "Customer returned item", "General adjustment", "Merchandise not received",
    "Quality -> Missing Parts / Instructions", "Shipping & Delivery -> Damaged",
    "Shipping & Delivery -> Shipping Price Discrepancy", "Others",
)  # fmt: skip
_ANY_REASON = "General adjustment"
_ZERO = Decimal(0)
_CENT = Decimal("0.01")


def refund_orders(api, refunds):
    """Pay back; one :class:`ActionResult` each. Walmart is asked first whether it has the refund already: our reference
    is in its comments."""
    return each(refunds, lambda refund: _refund(api, refund))


def _refund(api, refund):
    if refund.return_id:
        received = Node(fetch_return(api, refund.shop_id, refund.return_id).payload)
        wanted = _return_lines(received, refund)
        if wanted is not None:
            return _settle(api, refund, received, wanted)
    return _pay(api, refund)


def _return_lines(received, refund):
    """Lines of the return that the refund pays in whole; ``None`` if it pays anything else."""
    lines = {line.text("purchaseOrderLineNumber"): line for line in received.nodes("returnOrderLines")}
    wanted = []
    for line in refund.lines:
        known = lines.get(line.order_line_id)
        total = known and next(
            (entry.node("value") for entry in known.nodes("chargeTotals") if entry.text("name") == "lineTotal"), None
        )
        whole = total and total.money("currencyAmount", "currencyUnit")
        if not whole or whole.amount != line.amount.amount or refund.shipping:
            return None
        wanted.append(known)
    return wanted


def _settle(api, refund, received, lines):
    if all(is_settled(line) for line in lines):
        return ActionResult(refund.reference, True, "already paid back")
    payload = {
        "customerOrderId": received.text("customerOrderId", required=True),
        "refundLines": [
            {
                "returnOrderLineNumber": int(line.text("returnOrderLineNumber", required=True)),
                "quantity": {
                    "unitOfMeasure": line.node("quantity").text("unitOfMeasure") or "EACH",
                    "measurementValue": line.node("quantity").count("measurementValue", required=True),
                },
            }
            for line in lines
            if not is_settled(line)
        ],
    }
    api.send("returns.refund", "POST", f"{PATH}/{refund.return_id}/refund", payload)
    return ActionResult(refund.reference, True)


def _pay(api, refund):
    lines = {line.text("lineNumber"): line for line in read_lines(fetch_node(api, refund.order_id))}
    if missing := [line.order_line_id for line in refund.lines if line.order_line_id not in lines]:
        raise Rejected(f"the order has no line {', '.join(missing)}", "NoSuchLine")
    if any(_has_reference(line, refund.reference) for line in lines.values()):
        return ActionResult(refund.reference, True, "already paid back")
    reason = refund.reason if refund.reason in REASONS else _ANY_REASON
    entries = []
    for position, line in enumerate(refund.lines):
        charges = _charges(lines[line.order_line_id], line.amount, reason)
        if position == 0 and refund.shipping is not None and refund.shipping.amount:
            charges.append(_charge("SHIPPING", "Shipping", refund.shipping.amount, refund.shipping.currency, reason))
        if charges:
            detail = {"refundComments": refund.reference, "refundCharges": {"refundCharge": charges}}
            entries.append({"lineNumber": line.order_line_id, "isFullRefund": False, "refunds": {"refund": [detail]}})
    if not entries:
        raise Rejected("a refund of nothing", "NothingToRefund")
    payload = {"orderRefund": {"purchaseOrderId": refund.order_id, "orderLines": {"orderLine": entries}}}
    api.send("orders.refund", "POST", order_path(refund.order_id, "refund"), payload)
    return ActionResult(refund.reference, True)


def _charges(line, amount, reason):
    """Refund charges of a line: the amount is what the buyer gets, so the tax on it is taken out in proportion."""
    if not amount.amount:
        return []
    ordered, _units = read_units(line)
    charges = read_charges(line, ordered, ordered)
    net = sum((charge.amount.amount for charge in charges), _ZERO)
    tax = sum((charge.tax.amount for charge in charges if charge.tax), _ZERO)
    part = (amount.amount * tax / (net + tax)).quantize(_CENT, ROUND_HALF_UP) if net + tax else _ZERO
    return [_charge("PRODUCT", "ItemPrice", amount.amount - part, amount.currency, reason, part)]


def _charge(kind, name, amount, currency, reason, tax=_ZERO):
    charge = {"chargeType": kind, "chargeName": name, "chargeAmount": _negative(amount, currency)}
    if tax:
        charge["tax"] = {"taxName": "Item Price Tax", "taxAmount": _negative(tax, currency)}
    return {"refundReason": reason, "charge": charge}


def _negative(amount, currency):
    """Walmart wants refunds negative, as JSON numbers; a double of an amount in cents prints as that amount."""
    return {"currency": currency, "amount": float(-amount)}


def _has_reference(line, reference):
    return line.node("refund").text("refundComments") == reference
