"""Returns. Source: ``return_oas3.json``; eBay documents the bodies in its Post-Order API reference, ReturnSummaryType.

Searches go by the day of creation and tell neither shop nor time of the last change: every page is completed by the
orders that it is about, and reaches back over all returns that may still change.
"""

import json
from datetime import timedelta
from urllib.parse import quote

from ...marketplace.contract import (
    InvalidPayload,
    Page,
    RawRecord,
    Restock,
    Return,
    ReturnKind,
    ReturnLine,
    ReturnStatus,
    parse_time,
    read_each,
)
from .api import date_of
from .fields import Node, format_time
from .marketplaces import marketplace_header, shop_of
from .orders import MOST_IDS, fetch_by_ids
from .revisions import revision_of
from .windows import LAG

PATH = "/post-order/v2/return"
SEARCH = f"{PATH}/search"
# A search covers at most this span, within 18 months; a return that was made 90 days ago does not change any more.
SPAN = timedelta(days=90)
KEPT = timedelta(days=540)

_STATUSES = {
    "RETURN_REQUESTED": ReturnStatus.REQUESTED,
    "REPLACEMENT_REQUESTED": ReturnStatus.REQUESTED,
    "PARTIAL_REFUND_REQUESTED": ReturnStatus.REQUESTED,
    "READY_FOR_SHIPPING": ReturnStatus.APPROVED,
    "RETURN_LABEL_REQUESTED": ReturnStatus.APPROVED,
    "ITEM_SHIPPED": ReturnStatus.IN_TRANSIT,
    "ITEM_DELIVERED": ReturnStatus.RECEIVED,
    "PARTIAL_REFUND_INITIATED": ReturnStatus.REFUNDED,
    "LESS_THAN_A_FULL_REFUND_ISSUED": ReturnStatus.REFUNDED,
    "RETURN_REJECTED": ReturnStatus.REJECTED,
    "PARTIAL_REFUND_DECLINED": ReturnStatus.DISPUTED,
    "ESCALATED": ReturnStatus.DISPUTED,
    "REPLACED": ReturnStatus.CLOSED,
    "REPLACEMENT_CLOSED": ReturnStatus.CLOSED,
}
_KINDS = {"MONEY_BACK": ReturnKind.RETURN, "REPLACEMENT": ReturnKind.EXCHANGE}


def fetch_page(api, shop_ids, since, until, token):
    """One page of returns made up to 90 days before ``since`` or later; those of other shops are left out.

    Our page token is JSON: number of the page, and the searched range.
    """
    place = _read_token(token) if token else _first_place(api, since, until)
    answer = _search(api, place, min(shop_ids))
    body = Node(answer.body)
    records, broken = _read_members(api, body.array("members"), frozenset(shop_ids))
    place["done"] = min(place["done"], (date_of(answer) or api.now()) - LAG)
    following = _next_place(place, body.node("paginationOutput").count("totalPages") or 1)
    if following:
        return Page(tuple(records), next_token=_write_token(following), broken=tuple(broken))
    return Page(tuple(records), complete_until=place["done"], broken=tuple(broken))


def fetch_return(api, shop_id, return_id):
    """One return as :class:`RawRecord`."""
    summary = fetch_summary(api, shop_id, return_id)
    order_id = Node(summary).text("orderId", required=True)
    return raw_record(_join(summary, fetch_by_ids(api, [order_id]).get(order_id)))


def fetch_summary(api, shop_id, return_id):
    """The summary of a return, as searches give it."""
    body = Node(
        api.get(
            "postOrder.getReturn",
            f"{PATH}/{quote(return_id, safe='')}",
            {"fieldgroups": "SUMMARY"},
            auth=api.post_order,
            headers=marketplace_header(shop_id),
        )
    )
    return body.node("summary").data


def raw_record(payload, path=""):
    """File a return together with what its order says about shop and SKU."""
    joined = Node(payload, path)
    summary, order = joined.node("summary"), joined.node("order")
    updated_at = _updated_at(summary)
    shop_id = shop_of(order.text("marketplaceId", required=True))
    return RawRecord(
        kind="return",
        shop_id=shop_id,
        external_id=summary.text("returnId", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def parse_return(payload):
    """A filed return as :class:`Return`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    summary = Node(payload).node("summary")
    creation = summary.node("creationInfo")
    refund = _refund_of(summary)
    status, word = _read_status(summary)
    return Return(
        external_id=record.external_id,
        shop_id=record.shop_id,
        order_id=summary.text("orderId", required=True),
        revision=record.revision,
        kind=_KINDS.get(summary.text("currentType") or creation.text("type"), ReturnKind.RETURN),
        status=status,
        status_text=word,
        created_at=_created_at(summary),
        updated_at=record.updated_at,
        lines=(_read_line(payload, creation, refund),),
        refund=refund,
        reason=creation.text("reason"),
        note=creation.node("comments").text("content"),
        answer_by=_date(summary.node("sellerResponseDue"), "respondByDate"),
    )


def _first_place(api, since, until):
    end = min(until, api.now()) if until else api.now()
    start = max(since - SPAN, api.now() - KEPT)
    return {"since": start, "until": min(end, start + SPAN), "end": end, "done": end, "page": 1}


def _search(api, place, shop_id):
    query = {
        "creation_date_range_from": format_time(place["since"]),
        "creation_date_range_to": format_time(place["until"]),
        "role": "SELLER",
        "limit": str(MOST_IDS),
        "offset": str(place["page"]),
    }
    return api.call(
        "postOrder.searchReturns",
        "GET",
        SEARCH,
        query=query,
        auth=api.post_order,
        headers=marketplace_header(shop_id),
    )


def _next_place(place, pages):
    if place["page"] < pages:
        return {**place, "page": place["page"] + 1}
    if place["until"] < place["end"]:
        since = place["until"]
        return {**place, "since": since, "until": min(place["end"], since + SPAN), "page": 1}
    return None


def _read_members(api, members, shop_ids):
    """``(records, broken)`` of the shops' returns."""
    order_ids = {member.get("orderId") for member in members if isinstance(member, dict)}
    orders = fetch_by_ids(api, {order_id for order_id in order_ids if isinstance(order_id, str) and order_id})

    def read(member, path):
        order = orders.get(Node(member, path).text("orderId", required=True))
        record = raw_record(_join(member, order), path)
        return record if record.shop_id in shop_ids else None

    return read_each(members, "members", read)


def _join(summary, order):
    """A return, and what its order says about the shop and the line items."""
    items = Node(order or {}, "order").nodes("lineItems")
    joined = {"lineItems": [{key: item.text(key) for key in ("lineItemId", "legacyItemId", "sku")} for item in items]}
    if items:
        joined["marketplaceId"] = items[0].text("listingMarketplaceId") or items[0].text("purchaseMarketplaceId")
    return {"summary": summary, "order": joined}


def _read_line(payload, creation, refund):
    """eBay has one line item per return; its transaction id is the id of the order's line item."""
    item = creation.node("item")
    line_id, listing = item.text("transactionId"), item.text("itemId")
    known = Node(payload).node("order").nodes("lineItems")
    line = next((entry for entry in known if entry.text("lineItemId") == line_id), None)
    if line is None:
        same = [entry for entry in known if entry.text("legacyItemId") == listing]
        line = same[0] if len(same) == 1 else None
    return ReturnLine(
        external_id=line_id or listing,
        order_line_id=line.text("lineItemId") if line is not None else line_id,
        sku=line.text("sku") if line is not None else "",
        quantity=item.count("returnQuantity", required=True),
        reason=creation.text("reason"),
        amount=refund,
        restock=Restock.UNKNOWN,
    )


def _read_status(summary):
    """``(status, eBay's own word)``; a closed return was refunded if eBay says how much."""
    word = summary.text("status") or summary.text("state", required=True)
    if word == "CLOSED":
        paid = summary.node("sellerTotalRefund").money("actualRefundAmount")
        return (ReturnStatus.REFUNDED if paid is not None and paid.amount else ReturnStatus.CLOSED), word
    return _STATUSES.get(word, ReturnStatus.UNKNOWN), word


def _refund_of(summary):
    total = summary.node("sellerTotalRefund")
    paid = total.money("actualRefundAmount")
    return paid if paid is not None and paid.amount else total.money("estimatedRefundAmount")


def _created_at(summary):
    created = _date(summary.node("creationInfo"), "creationDate")
    if created is None:
        raise InvalidPayload(summary.where("creationInfo.creationDate.value"), "missing")
    return created


def _updated_at(summary):
    """The latest thing that is known to have happened: summaries do not tell when they changed."""
    escalated = _date(summary.node("escalationInfo"), "escalationDate")
    return max(time for time in (_created_at(summary), escalated) if time)


def _date(node, key):
    """A time that the Post-Order API wraps into an object."""
    return node.node(key).time("value") if key in node else None


_TIMES = ("since", "until", "end", "done")


def _write_token(place):
    return json.dumps({**place, **{key: format_time(place[key]) for key in _TIMES}})


def _read_token(token):
    place = json.loads(token)
    return {**place, **{key: parse_time(place[key], "token") for key in _TIMES}}
