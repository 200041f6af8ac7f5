"""Orders by the time of their last change. Source: ``sell_fulfillment_v1_oas3.json``, getOrders and getOrder."""

import json
from datetime import timedelta
from urllib.parse import quote

from ...marketplace.contract import InvalidPayload, Page, Rejected, parse_time, read_each
from .api import date_of
from .fields import Node, format_time
from .order_parser import CANCEL_ASKED, FULFILMENTS, raw_record
from .shipments import fetch_fulfilments

PATH = "/sell/fulfillment/v1/order"
PAGE_SIZE = 200
MOST_IDS = 50
# A search covers at most this span, and orders are kept this long.
SPAN = timedelta(days=90)
KEPT = timedelta(days=730) - timedelta(hours=1)
# Changes may become visible this much later.
LAG = timedelta(seconds=60)
_BREAKDOWN = {"fieldGroups": "TAX_BREAKDOWN"}
# In these countries the buyer's tax number has to be on the invoice; only the single order has it.
_TAX_NUMBERS = frozenset({"EBAY_ES", "EBAY_IT"})


def fetch_page(api, shop_ids, since, until, token):
    """One page of orders changed in a range of time, of all shops; those of other shops are left out.

    Our page token is JSON: the window searched (``since``, ``until``), the end of the range (``end``), up to when it is
    complete (``done``), the place in the window (``offset``) and the number of orders in it (``total``). An order that
    changes while we read leaves the window, and those after it move up: by as many places we step back.

    :param api: :class:`~.api.EbayApi`
    """
    place = _read_token(token) if token else _first_place(api, since, until)
    if place is None:
        latest = api.now() - LAG
        return Page((), complete_until=min(until, latest) if until else latest)
    answer = _search(api, place)
    body = Node(answer.body)
    entries = body.array("orders", required=True)
    records, broken = _read_entries(api, entries, frozenset(shop_ids))
    place["done"] = min(place["done"], (date_of(answer) or api.now()) - LAG)
    following = _next_place(place, len(entries), body)
    if following:
        return Page(tuple(records), next_token=_write_token(following), broken=tuple(broken))
    return Page(tuple(records), complete_until=place["done"], broken=tuple(broken))


def fetch_order(api, order_id):
    """One order as :class:`RawRecord`."""
    payload = _get(api, order_id)
    return raw_record(_with_fulfilments(api, payload))


def fetch_by_ids(api, order_ids):
    """``{order id: order}`` of at most 50 orders, without their taxes; orders that are gone are missing."""
    if not order_ids:
        return {}
    body = Node(api.get("fulfillment.getOrders", PATH, {"orderIds": sorted(order_ids)}))
    return {order.text("orderId"): order.data for order in body.nodes("orders")}


def _first_place(api, since, until):
    """Where a fetch begins; ``None`` where there is nothing to search."""
    now = api.now()
    since = max(since, now - KEPT)
    end = min(until, now) if until else now
    if since >= end:
        return None
    return {"since": since, "until": min(end, since + SPAN), "end": end, "done": end, "offset": 0, "total": 0}


def _search(api, place):
    span = f"[{format_time(place['since'])}..{format_time(place['until'])}]"
    query = {
        "filter": f"lastmodifieddate:{span}",
        "limit": str(PAGE_SIZE),
        "offset": str(place["offset"]),
        **_BREAKDOWN,
    }
    return api.call("fulfillment.getOrders", "GET", PATH, query=query)


def _next_place(place, count, body):
    """Place of the next page, ``None`` after the last one."""
    total = body.count("total", required=True)
    moved_up = place["total"] - total if place["offset"] else 0
    if moved_up > 0:
        return {**place, "offset": max(0, place["offset"] - moved_up), "total": total}
    if place["offset"] + count < total:
        if not count:
            raise InvalidPayload("orders", f"an empty page at {place['offset']} of {total}")
        return {**place, "offset": place["offset"] + count, "total": total}
    if place["until"] < place["end"]:
        since = place["until"]
        return {**place, "since": since, "until": min(place["end"], since + SPAN), "offset": 0, "total": 0}
    return None


def _read_entries(api, entries, shop_ids):
    """``(records, broken)`` of the shops' orders."""

    def read(payload, path):
        record = raw_record(payload, path)
        return _complete(api, record) if record.shop_id in shop_ids else None

    return read_each(entries, "orders", read)


def _complete(api, record):
    """The order with what searches do not tell: why the buyer cancels, tax numbers, parcels of a part delivery."""
    payload = record.payload
    asked = Node(payload).node("cancelStatus").text("cancelState") == CANCEL_ASKED
    if asked or record.shop_id in _TAX_NUMBERS:
        payload = _get(api, record.external_id)
    payload = _with_fulfilments(api, payload)
    return record if payload is record.payload else raw_record(payload)


def _get(api, order_id):
    path = f"{PATH}/{quote(order_id, safe='')}"
    payload = api.get("fulfillment.getOrder", path, _BREAKDOWN)
    if not isinstance(payload, dict):
        raise Rejected(f"fulfillment.getOrder: no order {order_id}", "NoOrder")
    return payload


def _with_fulfilments(api, payload):
    """Orders shipped in part: their line items say that some units have left, not how many."""
    if payload.get("orderFulfillmentStatus") != "IN_PROGRESS":
        return payload
    return {**payload, FULFILMENTS: fetch_fulfilments(api, payload["orderId"])}


_TIMES = ("since", "until", "end", "done")


def _write_token(place):
    return json.dumps({**place, **{key: format_time(place[key]) for key in _TIMES}})


def _read_token(token):
    place = json.loads(token)
    return {**place, **{key: parse_time(place[key], "token") for key in _TIMES}}
