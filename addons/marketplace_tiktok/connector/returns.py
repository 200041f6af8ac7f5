"""Returns, refunds and cancellations as TikTok sees them. Source: TikTok Shop's documents "Search Returns" and "Search
Cancellations".
"""

import json
from datetime import datetime, timezone

from ...marketplace.contract import (
    InvalidPayload,
    Page,
    RawRecord,
    Rejected,
    Restock,
    Return,
    ReturnKind,
    ReturnLine,
    ReturnStatus,
    read_each,
)
from .fields import Node
from .orders import revision_of

PAGE_SIZE = 50
# Searched one after the other: operation, key of the list, field with the id.
SOURCES = (("returns.search", "return_orders", "return_id"), ("cancellations.search", "cancellations", "cancel_id"))
_KINDS = {
    "REFUND": ReturnKind.REFUND,
    "RETURN_AND_REFUND": ReturnKind.RETURN,
    "REPLACEMENT": ReturnKind.EXCHANGE,
}
_STATUSES = {
    "RETURN_OR_REFUND_REQUEST_PENDING": ReturnStatus.REQUESTED,
    "REPLACEMENT_REQUEST_PENDING": ReturnStatus.REQUESTED,
    "AWAITING_BUYER_RESPONSE": ReturnStatus.APPROVED,
    "AWAITING_BUYER_SHIP": ReturnStatus.APPROVED,
    "BUYER_SHIPPED_ITEM": ReturnStatus.IN_TRANSIT,
    "REFUND_OR_RETURN_REQUEST_REJECT": ReturnStatus.REJECTED,
    "REPLACEMENT_REQUEST_REJECT": ReturnStatus.REJECTED,
    "REJECT_RECEIVE_PACKAGE": ReturnStatus.REJECTED,
    "RETURN_OR_REFUND_REQUEST_SUCCESS": ReturnStatus.RECEIVED,
    "RETURN_OR_REFUND_REQUEST_COMPLETE": ReturnStatus.REFUNDED,
    "REPLACEMENT_REQUEST_REFUND_SUCCESS": ReturnStatus.REFUNDED,
    "RETURN_OR_REFUND_REQUEST_CANCEL": ReturnStatus.CLOSED,
    "REPLACEMENT_REQUEST_CANCEL": ReturnStatus.CLOSED,
    "REPLACEMENT_REQUEST_COMPLETE": ReturnStatus.CLOSED,
    "CANCELLATION_REQUEST_PENDING": ReturnStatus.REQUESTED,
    "CANCELLATION_REQUEST_SUCCESS": ReturnStatus.APPROVED,
    "CANCELLATION_REQUEST_COMPLETE": ReturnStatus.REFUNDED,
    "CANCELLATION_REQUEST_CANCEL": ReturnStatus.CLOSED,
    "CANCELLATION_REQUEST_CANCELLED": ReturnStatus.CLOSED,
}


def fetch_page(api, shop_ids, since, until, token):
    """One page of returns, then of cancellations, changed in a range of time, shop after shop."""
    steps = [(shop_id, source) for shop_id in sorted(shop_ids) for source in SOURCES]
    state = json.loads(token) if token else {"step": 0, "end": int((until or api.now()).timestamp()), "page": ""}
    start = int(since.timestamp())
    if start >= state["end"]:
        return Page((), complete_until=min(_time(state["end"]), api.settled()))
    shop_id, (operation, key, number) = steps[state["step"]]
    query = {"page_size": PAGE_SIZE, "sort_field": "update_time", "sort_order": "ASC", "page_token": state["page"]}
    payload = {"update_time_ge": start, "update_time_lt": state["end"]}
    answer, whole_until = api.ask(operation, shop_id, query, payload, idempotent=True)
    records, broken = read_each(
        answer.array(key), key, lambda entry, path: raw_record({**Node(entry, path).data, "shop_id": shop_id}, path)
    )
    state["whole"] = state.get("whole") or min(int(whole_until.timestamp()), state["end"])
    state["page"] = answer.text("next_page_token")
    if not state["page"]:
        state["step"] += 1
    last = state["step"] >= len(steps)
    return Page(
        records=tuple(records),
        next_token="" if last else json.dumps(state),
        complete_until=_time(state["whole"]) if last else None,
        broken=tuple(broken),
    )


def fetch_return(api, shop_id, external_id):
    """One return or cancellation as :class:`RawRecord`."""
    for operation, key, number in SOURCES:
        for entry in api.pages(operation, key, shop_id, {"page_size": PAGE_SIZE}, {f"{number}s": [external_id]}):
            if entry.text(number) == external_id:
                return raw_record({**entry.data, "shop_id": shop_id}, entry.path)
    raise Rejected(f"TikTok Shop knows no return {external_id}", "NoSuchReturn")


def raw_record(payload, path=""):
    """File a return or cancellation: id, shop and time are read, nothing else is looked at."""
    entry = Node(payload, path)
    updated_at = entry.time("update_time", required=True)
    return RawRecord(
        kind="return",
        shop_id=entry.text("shop_id"),
        external_id=entry.text("cancel_id") or entry.text("return_id", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def parse_return(payload):
    """A received return or cancellation as :class:`Return`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    entry = Node(payload)
    cancels = bool(entry.text("cancel_id"))
    word = entry.text("cancel_status" if cancels else "return_status", required=True)
    kind = ReturnKind.CANCELLATION if cancels else _read_kind(entry)
    refund = _read_refund(entry)
    return Return(
        external_id=record.external_id,
        shop_id=record.shop_id,
        order_id=entry.text("order_id", required=True),
        revision=record.revision,
        kind=kind,
        status=_read_status(entry, word),
        status_text=word,
        created_at=entry.time("create_time", required=True),
        updated_at=record.updated_at,
        lines=tuple(_read_line(item, kind) for item in entry.nodes(_lines_key(cancels), required=True)),
        refund=refund,
        reason=_first(entry, *(("cancel_reason_text", "cancel_reason") if cancels else _REASON_KEYS)),
        note=_read_note(entry),
        carrier=entry.text("return_provider_name"),
        tracking=entry.text("return_tracking_number"),
        answer_by=_read_deadline(entry),
    )


_REASON_KEYS = ("return_reason_text", "return_reason")


def _lines_key(cancels):
    return "cancel_line_items" if cancels else "return_line_items"


def _read_kind(entry):
    word = entry.text("return_type", required=True)
    if word not in _KINDS:
        raise InvalidPayload(entry.where("return_type"), f"unknown kind of return {word!r}")
    return _KINDS[word]


def _read_status(entry, word):
    if entry.text("arbitration_status") == "IN_PROGRESS":
        return ReturnStatus.DISPUTED
    return _STATUSES.get(word, ReturnStatus.UNKNOWN)


def _read_refund(entry):
    """What the buyer gets back: a part that the seller offered goes before the whole."""
    partial, whole = entry.node("partial_refund"), entry.node("refund_amount")
    offered = partial.money("amount", partial.text("currency"))
    if offered is not None and not entry.flag("buyer_rejected_partial_refund"):
        return offered
    return whole.money("refund_total", whole.text("currency"))


def _read_line(item, kind):
    amount = item.node("refund_amount")
    comes_back = kind in (ReturnKind.RETURN, ReturnKind.EXCHANGE)
    return ReturnLine(
        external_id=_first(item, "return_line_item_id", "cancel_line_item_id"),
        order_line_id=item.text("order_line_item_id", required=True),
        sku=item.text("seller_sku") or item.text("sku_id"),
        quantity=1,  # a line item is one unit
        amount=amount.money("refund_total", amount.text("currency")),
        restock=Restock.UNKNOWN if comes_back else Restock.NONE,
    )


def _read_note(entry):
    """What a person should know besides: who began it, and who pays for the way back."""
    notes = [f"{key}: {entry.text(key)}" for key in ("role", "shipment_type", "return_method") if entry.text(key)]
    if entry.flag("can_buyer_keep_item"):
        notes.append("the buyer may keep the item")
    return ", ".join(notes)


def _read_deadline(entry):
    deadlines = [step.time("deadline") for step in entry.nodes("seller_next_action_response")]
    return min((deadline for deadline in deadlines if deadline), default=None)


def _first(node, *keys):
    return next((text for key in keys if (text := node.text(key))), "")


def _time(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)
