"""Returns and refunds. Sources: documents ``/reverse/getreverseordersforseller``, ``/order/reverse/return/update`` and
``/order/reverse/onlyrefund/seller/decide``.

A filed return is ``{"shop_id", "country", "return"}``: amounts are in the smallest coin of the country.
"""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import partial

from ...marketplace.contract import (
    ActionResult,
    InvalidPayload,
    Money,
    Page,
    RawRecord,
    Rejected,
    Restock,
    Return,
    ReturnKind,
    ReturnLine,
    ReturnStatus,
    content_hash,
    each_alone,
    read_each,
    refuse_refund,
)
from .countries import COUNTRIES
from .fields import Node

PAGE_SIZE = 50
_MARGIN = timedelta(seconds=60)
_LIST_PATH = "/reverse/getreverseordersforseller"
_UPDATE_PATH, _REFUND_PATH = "/order/reverse/return/update", "/order/reverse/onlyrefund/seller/decide"
_KINDS = {
    "RETURN": ReturnKind.RETURN,
    "ONLY_REFUND": ReturnKind.REFUND,
    "CANCEL": ReturnKind.CANCELLATION,
}
_STATUSES = {
    "REQUEST_INITIATE": ReturnStatus.REQUESTED,
    "CANCEL_INIT": ReturnStatus.REQUESTED,
    "REQUEST_REJECT": ReturnStatus.REJECTED,
    "REFUND_REJECT": ReturnStatus.REJECTED,
    "REQUEST_CANCEL": ReturnStatus.CLOSED,
    "REQUEST_COMPLETE": ReturnStatus.CLOSED,
    "CANCEL_SUCCESS": ReturnStatus.REFUNDED,
    "CANCEL_REFUND_ISSUED": ReturnStatus.REFUNDED,
    "REFUND_SUCCESS": ReturnStatus.REFUNDED,
    "REFUND_PENDING": ReturnStatus.APPROVED,
    "REFUND_AUTHORIZED": ReturnStatus.APPROVED,
    "REFUND_PROCESSING": ReturnStatus.APPROVED,
}
#: Where the goods of an agreed return are.
_TRANSIT = {
    "RETURN_PICKED_UP": ReturnStatus.IN_TRANSIT,
    "RETURN_SHIPPING_BACK": ReturnStatus.IN_TRANSIT,
    "RETURN_DELIVERED": ReturnStatus.RECEIVED,
    "RETURN_RECEIVED": ReturnStatus.RECEIVED,
}


def fetch_page(api, shop_ids, since, until, token):
    """One page of returns changed in a range of time.

    Pages are read from the last to the first: a return that changes meanwhile leaves the range, and those after it move
    to pages that are still to be read. Our page token is JSON: shop, page number, end of the range.
    """
    shops, start = sorted(shop_ids), int(since.timestamp())
    last = min(int(until.timestamp()), _latest(api)) if until else _latest(api)
    state = json.loads(token) if token else {"shop": shops[0], "page": None, "end": last}
    entries, page = _read(api, state, start) if start <= state["end"] else ([], 1)
    end = min(state["end"], _latest(api))
    country = api.country(state["shop"]).code
    records, broken = read_each(
        entries, "items", lambda entry, path: raw_record(_payload(state["shop"], country, entry), path)
    )
    following = _following({**state, "end": end}, page, shops)
    return Page(
        records=tuple(records),
        next_token=json.dumps(following, separators=(",", ":")) if following else "",
        complete_until=None if following else datetime.fromtimestamp(end, timezone.utc),
        broken=tuple(broken),
    )


def _latest(api):
    return int(api.now() - _MARGIN.total_seconds())


def _following(state, page, shops):
    if page > 1:
        return {**state, "page": page - 1}
    left = shops[shops.index(state["shop"]) + 1 :]
    return {**state, "shop": left[0], "page": None} if left else None


def _read(api, state, start):
    """``(entries, page number)``: of the page that the state names, else of the last one."""
    page = state["page"]
    if page is None:
        entries, page = _list(api, state, start, 1)
        if page <= 1:
            return entries, 1
    return _list(api, state, start, page)[0], page


def _list(api, state, start, page):
    """``(entries of a page, how many pages there are)``."""
    query = {
        "page_no": page,
        "page_size": PAGE_SIZE,
        "ReverseOrderLineModifiedTimeRangeStart": start * 1000,
        "ReverseOrderLineModifiedTimeRangeEnd": state["end"] * 1000,
    }
    result = api.get("reverse.list", state["shop"], _LIST_PATH, query).node("result", required=True)
    entries = result.array("items")
    size = result.count("page_size") or PAGE_SIZE
    return entries, -(-result.count("total", required=True) // size)


def _payload(shop_id, country, entry):
    return {"shop_id": shop_id, "country": country, "return": entry}


def fetch_return(api, shop_id, return_id):
    """One return as :class:`RawRecord`, as the list has it."""
    if not return_id.isdigit():
        raise Rejected(f"the shop has no return {return_id}", "112")
    query = {"page_no": 1, "page_size": PAGE_SIZE, "reverse_order_id": return_id}
    result = api.get("reverse.list", shop_id, _LIST_PATH, query).node("result", required=True)
    for entry in result.nodes("items"):
        if entry.ident("reverse_order_id") == return_id:
            return raw_record(_payload(shop_id, api.country(shop_id).code, entry.data))
    raise Rejected(f"the shop has no return {return_id}", "112")


def raw_record(payload, path=""):
    """File a return: id, shop, time and revision are read, nothing else is looked at."""
    filed = Node(payload, path)
    received = filed.node("return")
    external_id = received.ident("reverse_order_id", required=True)
    updated_at = _updated_at(received)
    return RawRecord(
        kind="return",
        shop_id=filed.text("shop_id", required=True),
        external_id=external_id,
        revision=f"{int(updated_at.timestamp())}-{content_hash(payload)}",
        payload=payload,
        updated_at=updated_at,
    )


def _lines(received):
    lines = received.nodes("reverse_order_lines", required=True)
    if not lines:
        raise InvalidPayload(received.where("reverse_order_lines"), "a return without lines")
    return lines


def _updated_at(received):
    return max(line.epoch("return_order_line_gmt_modified", required=True) for line in _lines(received))


def parse_return(payload):
    """A filed return as :class:`Return`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    filed = Node(payload)
    received = filed.node("return")
    country = COUNTRIES.get(filed.text("country", required=True))
    if country is None:
        raise InvalidPayload("country", f"unknown country {filed.text('country')!r}")
    lines = _lines(received)
    kind = _KINDS.get(received.text("request_type"), ReturnKind.RETURN)
    amounts = [_amount(line, "refund_amount", country) for line in lines]
    stated = [amount for amount in amounts if amount is not None]
    word = lines[0].text("reverse_status", required=True)
    return Return(
        external_id=record.external_id,
        shop_id=record.shop_id,
        order_id=received.ident("trade_order_id", required=True),
        revision=record.revision,
        kind=kind,
        status=_read_status(lines[0], word),
        status_text=word,
        created_at=min(line.epoch("return_order_line_gmt_create", required=True) for line in lines),
        updated_at=record.updated_at,
        lines=tuple(_read_line(line, amount, kind) for line, amount in zip(lines, amounts, strict=True)),
        refund=_sum(stated, country) if stated else None,
        reason=lines[0].text("reason_text"),
        tracking=next((line.text("tracking_number") for line in lines if line.text("tracking_number")), ""),
        answer_by=_deadline(lines[0]),
    )


def _read_status(line, word):
    if line.flag("is_dispute"):
        return ReturnStatus.DISPUTED
    status = _STATUSES.get(word, ReturnStatus.UNKNOWN)
    if status in (ReturnStatus.APPROVED, ReturnStatus.REQUESTED):
        return _TRANSIT.get(line.text("ofc_status"), status)
    return status


def _read_line(line, amount, kind):
    return ReturnLine(
        external_id=line.ident("reverse_order_line_id", required=True),
        order_line_id=line.ident("trade_order_line_id", required=True),
        sku=line.text("seller_sku_id"),
        quantity=1,
        reason=line.text("reason_text"),
        amount=amount,
        restock=Restock.UNKNOWN if kind is ReturnKind.RETURN else Restock.NONE,
    )


def _amount(line, key, country):
    """An amount that is stated in the smallest coin."""
    cents = line.count(key)
    if cents is None:
        return None
    amount = Decimal(cents).scaleb(-country.cents)
    return Money(amount, country.currency, format(amount, "f"))


def _sum(amounts, country):
    total = sum((money.amount for money in amounts), Decimal(0))
    return Money(total, country.currency, format(total, "f"))


def _deadline(line):
    """Until when the seller must answer: a time in milliseconds; other numbers are durations without a start."""
    value = line.data.get("sla")
    return line.epoch("sla") if isinstance(value, int) and value > 10**11 else None


def refund_orders(api, refunds):
    """Agree to refunds that buyers asked for; one :class:`ActionResult` per refund.

    Lazada pays the amount of the return and no other, and it knows no refund without a return.
    """
    return each_alone(refunds, partial(_refund, api))


def _refund(api, refund):
    if not refund.return_id:
        return ActionResult(refund.reference, False, "Lazada refunds only by a return that the buyer has asked for")
    asked = parse_return(fetch_return(api, refund.shop_id, refund.return_id).payload)
    refused = refuse_refund(refund, asked, "Lazada")
    if refused:
        return refused
    path, action = _UPDATE_PATH, "agreeRefund" if asked.status is ReturnStatus.RECEIVED else "instantRefund"
    if asked.kind is ReturnKind.REFUND:
        path, action = _REFUND_PATH, "agreeRefund"
    query = {
        "action": action,
        "reverse_order_id": refund.return_id,
        "reverse_order_item_ids": [int(line.external_id) for line in asked.lines],
    }
    api.get("reverse.refund", refund.shop_id, path, query, idempotent=False)
    return ActionResult(refund.reference, True)
