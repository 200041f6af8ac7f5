"""Returns and refunds. Sources: documents ``v2.returns.get_return_list``, ``get_return_detail`` and ``confirm``.

A filed return is ``{"shop_id", "return"}`` with the detail of the return.
"""

from functools import partial

from ...marketplace.contract import (
    ActionResult,
    InvalidPayload,
    Page,
    RawRecord,
    Restock,
    Return,
    ReturnKind,
    ReturnLine,
    ReturnStatus,
    each_alone,
    refuse_refund,
)
from .fields import Node
from .orders import revision_of
from .windows import read_page

PAGE_SIZE = 40
_STATUSES = {
    "REQUESTED": ReturnStatus.REQUESTED,
    "ACCEPTED": ReturnStatus.APPROVED,
    "PROCESSING": ReturnStatus.APPROVED,
    "JUDGING": ReturnStatus.DISPUTED,
    "SELLER_DISPUTE": ReturnStatus.DISPUTED,
    "REFUND_PAID": ReturnStatus.REFUNDED,
    "CANCELLED": ReturnStatus.CLOSED,
    "CLOSED": ReturnStatus.CLOSED,
}
#: Where the goods of an agreed return are.
_TRANSIT = {
    "LOGISTICS_PICKUP_DONE": ReturnStatus.IN_TRANSIT,
    "LOGISTICS_DELIVERY_DONE": ReturnStatus.RECEIVED,
}
_REFUND_ONLY = 1


def fetch_page(api, shop_ids, since, until, token):
    """One page of returns changed in a range of time, see :mod:`.windows`."""
    shop_id, entries, token, end = read_page(api, shop_ids, since, until, token, partial(_list, api))
    records, broken = [], []
    for entry in entries:
        try:
            records.append(fetch_return(api, shop_id, entry.text("return_sn", required=True)))
        except InvalidPayload as error:
            broken.append((error.path, error.reason, entry.data))
    return Page(tuple(records), token, end, tuple(broken))


def _list(api, shop_id, start, stop, cursor):
    page = int(cursor or 0)
    query = {"page_no": page, "page_size": PAGE_SIZE, "update_time_from": start, "update_time_to": stop}
    response = api.get("returns.list", shop_id, "returns/get_return_list", query).node("response", required=True)
    return response.nodes("return"), str(page + 1) if response.flag("more", required=True) else ""


def fetch_return(api, shop_id, return_id):
    """One return as :class:`RawRecord`."""
    answer = api.get("returns.detail", shop_id, "returns/get_return_detail", {"return_sn": return_id})
    return raw_record({"shop_id": shop_id, "return": answer.data.get("response")})


def raw_record(payload):
    """File a return: id, shop, time and revision are read, nothing else is looked at."""
    filed = Node(payload)
    received = filed.node("return")
    updated_at = received.time("update_time", required=True)
    return RawRecord(
        kind="return",
        shop_id=filed.text("shop_id", required=True),
        external_id=received.text("return_sn", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def parse_return(payload):
    """A filed return as :class:`Return`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    received = Node(payload).node("return")
    currency = received.text("currency", required=True)
    word = received.text("status", required=True)
    refund_only = received.data.get("return_solution") == _REFUND_ONLY or received.data.get("needs_logistics") is False
    reason = received.text("reassessed_request_reason") or received.text("reason")
    return Return(
        external_id=record.external_id,
        shop_id=record.shop_id,
        order_id=received.text("order_sn", required=True),
        revision=record.revision,
        kind=ReturnKind.REFUND if refund_only else ReturnKind.RETURN,
        status=_read_status(received, word),
        status_text=word,
        created_at=received.time("create_time", required=True),
        updated_at=record.updated_at,
        lines=tuple(
            _read_line(item, index, record.external_id, currency, refund_only, reason)
            for index, item in enumerate(received.nodes("item"))
        ),
        refund=received.money("refund_amount", currency),
        reason=reason,
        note=received.text("text_reason"),
        tracking=received.text("tracking_number"),
        answer_by=received.time("due_date"),
    )


def _read_status(received, word):
    status = _STATUSES.get(word, ReturnStatus.UNKNOWN)
    if status is not ReturnStatus.APPROVED:
        return status
    return _TRANSIT.get(received.text("reverse_logistics_status") or received.text("logistics_status"), status)


def _read_line(item, index, return_id, currency, refund_only, reason):
    item_id, model_id = item.ident("item_id", required=True), item.ident("model_id") or "0"
    return ReturnLine(
        external_id=f"{return_id}-{index + 1}",
        order_line_id=f"{item_id}-{model_id}",
        sku=item.text("variation_sku") or item.text("item_sku") or f"{item_id}-{model_id}",
        quantity=item.count("amount", required=True),
        reason=reason,
        amount=item.money("refund_amount", currency),
        restock=Restock.NONE if refund_only else Restock.UNKNOWN,
    )


def refund_orders(api, refunds):
    """Agree to refunds that buyers asked for; one :class:`ActionResult` per refund.

    Shopee pays the amount of the return and no other, and it knows no refund without a return.
    """
    return each_alone(refunds, partial(_refund, api))


def _refund(api, refund):
    if not refund.return_id:
        return ActionResult(refund.reference, False, "Shopee refunds only by a return that the buyer has asked for")
    asked = parse_return(fetch_return(api, refund.shop_id, refund.return_id).payload)
    refused = refuse_refund(refund, asked, "Shopee")
    if refused:
        return refused
    api.post("returns.confirm", refund.shop_id, "returns/confirm", {"return_sn": refund.return_id})
    return ActionResult(refund.reference, True)
