"""Paying back. Source: TikTok Shop's documents "Create Return" and "Approve Return": a refund without a return is a
return of the type ``REFUND`` that the seller creates; one with a return is the answer to it. Both take an idempotency
key, so that sending them again pays nothing twice.
"""

from decimal import Decimal

from ...marketplace.contract import ActionResult, Rejected, Restock, ReturnStatus, each
from .cancellations import idempotency_key
from .returns import fetch_return, parse_return

_REASON = "ecom_order_delivered_refund_reason_missing_product_seller"
_DECISIONS = {
    "SELLER_RESPOND_REFUND": "APPROVE_REFUND",
    "SELLER_RESPOND_RETURN": "APPROVE_RETURN",
    "SELLER_RESPOND_RECEIVE_PACKAGE": "APPROVE_RECEIVED_PACKAGE",
    "SELLER_RESPOND_REPLACEMENT": "ISSUE_REPLACEMENT_REFUND",
}
_SETTLED = (ReturnStatus.RECEIVED, ReturnStatus.REFUNDED)


def refund_orders(api, refunds):
    """Pay back; one :class:`ActionResult` each."""
    return each(refunds, lambda refund: _settle(api, refund) if refund.return_id else _create(api, refund))


def _amount(refund):
    """``(sum as text, currency)`` of what is paid back."""
    parts = [line.amount for line in refund.lines] + ([refund.shipping] if refund.shipping else [])
    currencies = {part.currency for part in parts}
    if len(currencies) != 1:
        raise Rejected("a refund needs amounts in one currency", "Currency")
    return str(sum((part.amount for part in parts), Decimal())), currencies.pop()


def _create(api, refund):
    total, currency = _amount(refund)
    payload = {
        "order_id": refund.order_id,
        "order_line_item_ids": [line.order_line_id for line in refund.lines],
        "return_type": "REFUND",
        "return_reason": refund.reason if refund.reason.startswith("ecom_") else _REASON,
        "refund_total": total,
        "currency": currency,
    }
    query = {"idempotency_key": idempotency_key(refund.reference)}
    answer = api.call("returns.create", refund.shop_id, query, payload, idempotent=True)
    return ActionResult(refund.reference, True, f"return {answer.text('return_id', required=True)}")


def _settle(api, refund):
    """Answer the buyer's return: with all that it asks for, or with a part of it."""
    received = fetch_return(api, refund.shop_id, refund.return_id).payload
    known = parse_return(received)
    if known.status in _SETTLED:
        return ActionResult(refund.reference, True, "already paid back")
    actions = [step.get("action") for step in received.get("seller_next_action_response") or ()]
    decision = next((_DECISIONS[action] for action in actions if action in _DECISIONS), None)
    if decision is None:
        raise Rejected(f"TikTok Shop expects no answer to this return, which is {known.status_text}", "NotExpected")
    total, currency = _amount(refund)
    payload = {"decision": decision}
    if known.refund is not None and Decimal(total) < known.refund.amount:
        payload = {"decision": "OFFER_PARTIAL_REFUND", "partial_refund": {"amount": total, "currency": currency}}
    elif decision == "APPROVE_RETURN" and all(line.restock is Restock.NONE for line in refund.lines):
        payload["buyer_keep_item"] = True
    query = {"idempotency_key": idempotency_key(refund.reference)}
    api.call("returns.approve", refund.shop_id, query, payload, idempotent=True, return_id=refund.return_id)
    return ActionResult(refund.reference, True)
