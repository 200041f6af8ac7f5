"""Orders by time of their last change. Sources: documents ``v2.order.get_order_list``, ``v2.order.get_order_detail``
and ``v2.payment.get_escrow_detail_batch``.

A filed order is ``{"shop_id", "order", "escrow"}``: Shopee's orders do not tell their shop, and the parts of their
money are in the escrow detail (absent where Shopee has none yet, or where the app may not read it).
"""

from functools import partial

from ...marketplace.contract import InvalidPayload, Page, RawRecord, Rejected, content_hash, read_each
from .errors import NOT_FOUND, PERMISSION
from .fields import Node
from .windows import read_page

LIST_PATH, DETAIL_PATH = "order/get_order_list", "order/get_order_detail"
ESCROW_PATH = "payment/get_escrow_detail_batch"
#: Most orders of one call of the details; the list is read in pages of as many.
BATCH = 50
OPTIONAL_FIELDS = (
    "buyer_user_id,buyer_username,estimated_shipping_fee,recipient_address,actual_shipping_fee,goods_to_declare,note,"
    "note_update_time,item_list,pay_time,dropshipper,dropshipper_phone,split_up,buyer_cancel_reason,cancel_by,"
    "cancel_reason,actual_shipping_fee_confirmed,buyer_cpf_id,fulfillment_flag,pickup_done_time,package_list,"
    "shipping_carrier,payment_method,total_amount,invoice_data,order_chargeable_weight_gram,edt,international_label"
)
# Before it is paid an order has no income, and when it is cancelled it has none any more.
_WITHOUT_ESCROW = frozenset({"UNPAID", "PENDING", "CANCELLED"})


def fetch_page(api, shop_ids, since, until, token):
    """One page of orders changed in a range of time, see :mod:`.windows`."""
    shop_id, entries, token, end = read_page(api, shop_ids, since, until, token, partial(_list, api))
    listed, broken = _listed_ids(entries)
    payloads = _fetch_details(api, shop_id, listed)
    records, damaged = _file(payloads)
    broken += [*damaged, *_missing(listed, payloads)]
    return Page(records=records, next_token=token, complete_until=end, broken=tuple(broken))


def _list(api, shop_id, start, stop, cursor):
    query = {
        "time_range_field": "update_time",
        "time_from": start,
        "time_to": stop,
        "page_size": BATCH,
        "cursor": cursor,
        "response_optional_fields": "order_status",
        "request_order_status_pending": "true",
    }
    response = api.get("order.list", shop_id, LIST_PATH, query).node("response", required=True)
    more = response.flag("more", required=True)
    return response.array("order_list"), response.text("next_cursor", required=True) if more else ""


def _listed_ids(entries):
    """``(order numbers, broken entries)`` of a list, each number once."""
    listed, broken = read_each(
        entries, "order_list", lambda entry, path: Node(entry, path).text("order_sn", required=True)
    )
    return list(dict.fromkeys(listed)), broken


def _fetch_details(api, shop_id, order_ids):
    """Payloads of orders of one shop, to be filed."""
    if not order_ids:
        return []
    query = {
        "order_sn_list": ",".join(order_ids),
        "response_optional_fields": OPTIONAL_FIELDS,
        "request_order_status_pending": "true",
    }
    response = api.get("order.detail", shop_id, DETAIL_PATH, query).node("response")
    orders = response.array("order_list", required=True)
    escrows = _fetch_escrows(api, shop_id, [order["order_sn"] for order in orders if _has_escrow(order)])
    return [_payload(shop_id, order, escrows) for order in orders]


def _has_escrow(order):
    return isinstance(order, dict) and order.get("order_sn") and order.get("order_status") not in _WITHOUT_ESCROW


def _payload(shop_id, order, escrows):
    escrow = escrows.get(order.get("order_sn")) if isinstance(order, dict) else None
    return {"shop_id": shop_id, "order": order, **({"escrow": escrow} if escrow else {})}


def _fetch_escrows(api, shop_id, order_ids):
    """``{order number: escrow detail}``; an app without access to payments gets none.

    The document's table says GET, its errors speak of a JSON body: that is what the platform takes.
    """
    if not order_ids:
        return {}
    try:
        answer = fetch_escrow_answer(api, shop_id, order_ids)
    except Rejected as error:
        if error.code in PERMISSION:
            return {}
        raise
    return {order_id: detail.data for order_id, detail in escrows_in(answer).items()}


def fetch_escrow_answer(api, shop_id, order_ids):
    """The answer with the escrow details of at most :data:`BATCH` orders, as :class:`Node`."""
    return api.post("payment.escrows", shop_id, ESCROW_PATH, {"order_sn_list": order_ids}, idempotent=True)


def escrows_in(answer):
    """``{order number: escrow detail}`` of an answer, as :class:`Node`."""
    details = (entry.node("escrow_detail") for entry in answer.nodes("response", required=True))
    return {detail.text("order_sn"): detail for detail in details if "order_income" in detail}


def fetch_order(api, order_id):
    """One order as :class:`RawRecord`; its shop is found by asking."""
    for shop_id in api.authorisation.shops():
        payload = fetch_payload(api, shop_id, order_id)
        if payload is not None:
            return raw_record(payload)
    raise Rejected(f"no shop of the account has the order {order_id}", "error_not_found")


def fetch_payload(api, shop_id, order_id):
    """One order of a shop as it is filed; ``None`` if the shop does not have it."""
    try:
        payloads = _fetch_details(api, shop_id, [order_id])
    except Rejected as error:
        if error.code in NOT_FOUND or "not found" in error.reason:
            return None
        raise
    return payloads[0] if payloads else None


def _missing(listed, payloads):
    """Orders that were listed, but whose details were not given: they must not be forgotten silently."""
    given = {payload["order"].get("order_sn") for payload in payloads if isinstance(payload["order"], dict)}
    return [
        ("order.detail.response.order_list", f"{order_id} was listed, its details are missing", {"order_sn": order_id})
        for order_id in listed
        if order_id not in given
    ]


def _file(payloads):
    records, broken = [], []
    for index, payload in enumerate(payloads):
        try:
            records.append(raw_record(payload, f"order_list[{index}]"))
        except InvalidPayload as error:
            broken.append((error.path, error.reason, payload["order"]))
    return tuple(records), broken


def raw_record(payload, path=""):
    """File an order: id, shop, time and revision are read, nothing else is looked at."""
    filed = Node(payload, path)
    order = filed.node("order")
    updated_at = order.time("update_time", required=True)
    return RawRecord(
        kind="order",
        shop_id=filed.text("shop_id", required=True),
        external_id=order.text("order_sn", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def revision_of(payload, updated_at):
    """Time of the last change plus a hash: the same content is the same revision, a silent change is another."""
    return f"{int(updated_at.timestamp())}-{content_hash(payload)}"
