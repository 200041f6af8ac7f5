"""Fetching orders: changed ones page by page, one by id, and completing what a page cuts off."""

import json
from datetime import timedelta

from ...marketplace.contract import InvalidPayload, Page, RawRecord, Rejected, content_hash, format_time, parse_time
from . import documents
from .fields import Node, gid
from .paging import rest_of

PAGE_SIZE = 5
# Shopify's search finds a change some seconds after it was made.
SEARCH_LAG = timedelta(seconds=60)
_MOST_FULFILMENTS = 35
_MOST_REFUNDS = 4
_DEAD_FULFILMENTS = frozenset({"CANCELLED", "ERROR", "FAILURE"})


def fetch_page(api, since, until, token):
    """One page of orders changed at or after ``since``, in the order of their changes.

    An order that changes while pages are read moves to the end of the list: nothing is skipped. Our page token holds
    Shopify's cursor and the time of the first answer, up to which the range is complete on the last page.

    :param api: :class:`~.api.AdminApi`
    :param str token: JSON text of the page before
    """
    place = json.loads(token) if token else {}
    reply = api.run(documents.ORDERS, query=changed_between(since, until), first=PAGE_SIZE, after=place.get("after"))
    end = parse_time(place["end"], "token") if place else range_end(reply.at, since, until)
    orders = reply.data.node("orders")
    records, broken = file_all(orders.nodes("nodes"), lambda node: complete(api, node))
    cursor = next_cursor(orders)
    return Page(
        records=records,
        next_token=json.dumps({"after": cursor, "end": format_time(end)}) if cursor else "",
        complete_until=None if cursor else end,
        broken=broken,
    )


def changed_between(since, until):
    """Search text of orders by the time of their last change."""
    text = f"updated_at:>='{format_time(since)}'"
    return f"{text} AND updated_at:<='{format_time(until)}'" if until else text


def range_end(at, since, until):
    """Up to when an answer of the time ``at`` knows every change."""
    end = (at - SEARCH_LAG).replace(microsecond=0)
    return min(end, until) if until else end


def next_cursor(connection):
    """Cursor of the page after; empty on the last one."""
    page = connection.node("pageInfo")
    return page.text("endCursor", required=True) if page.flag("hasNextPage") else ""


def file_all(nodes, record):
    """Records of received objects: a damaged one is set aside, the others go on.

    :param record: ``Node -> RawRecord``
    :return: ``(records, broken)`` of a :class:`Page`
    """
    records, broken = [], []
    for node in nodes:
        try:
            records.append(record(node))
        except InvalidPayload as error:
            broken.append((error.path, error.reason, node.data))
    return tuple(records), tuple(broken)


def fetch_order(api, external_id):
    """One order as :class:`RawRecord`.

    :param str external_id: number or global id
    :raise Rejected: there is no such order
    """
    order = api.run(documents.ORDER, id=gid("Order", external_id)).data
    if "order" not in order:
        raise Rejected(f"there is no order {external_id}", "NOT_FOUND")
    return complete(api, order.node("order"))


def complete(api, order):
    """File an order after reading what the page could not hold: further lines, and refunds and parcels by line."""
    number = order.number()
    id_ = order.text("id")
    payload = dict(order.data)
    for key, document in (("lineItems", documents.ORDER_LINES), ("shippingLines", documents.SHIPPING_LINES)):
        payload[key] = [line.data for line in order.nodes(key)]
        if isinstance(order.data.get(key), dict):  # bulk results come as complete lists
            payload[key] += rest_of(api, order.node(key), document, ("order", key), id_)
    payload["fulfillmentOrders"] = [item.data for item in order.nodes("fulfillmentOrders")]
    order = Node(payload, order.path)
    if _is_split(order):
        payload["fulfillments"] = fetch_fulfilments(api, id_)
        payload["refunds"] = fetch_refunds(api, id_)
    return raw_record(api.credentials.shop, payload, number, order.path)


def _is_split(order):
    """Whether the lines alone do not tell what is in which parcel, or which units will not be shipped."""
    live = [item for item in order.nodes("fulfillments") if item.text("status") not in _DEAD_FULFILMENTS]
    removed = any(line.count("currentQuantity") != line.count("quantity") for line in order.nodes("lineItems"))
    return removed or len(live) > 1


def fetch_fulfilments(api, id_):
    """Parcels of an order line by line, as received.

    :raise Rejected: there is no such order
    """
    data = api.run(documents.FULFILMENTS, id=id_, first=_MOST_FULFILMENTS).data
    if "order" not in data:
        raise Rejected(f"there is no order {id_.rpartition('/')[2]}", "NOT_FOUND")
    order = data.node("order")
    found, parcels = order.nodes("fulfillments"), []
    if len(found) == _MOST_FULFILMENTS:
        # The list has no cursor, and more would cost more points than Shopify allows for a call.
        raise InvalidPayload(order.where("fulfillments"), f"{_MOST_FULFILMENTS} parcels or more cannot be read")
    for parcel in found:
        lines = [line.data for line in parcel.nodes("fulfillmentLineItems")]
        path = ("fulfillment", "fulfillmentLineItems")
        lines += rest_of(api, parcel.node(path[1]), documents.FULFILMENT_LINES, path, parcel.text("id"))
        parcels.append({**parcel.data, "fulfillmentLineItems": lines})
    return parcels


def fetch_refunds(api, order_id):
    """Refunds of an order with all their lines, as received, and what is needed of their order."""
    order = api.run(documents.REFUNDS, id=order_id, first=_MOST_REFUNDS).data.node("order")
    refunds = order.nodes("refunds")
    if len(refunds) < _MOST_REFUNDS:
        return [_complete_refund(api, refund, order) for refund in refunds]
    # The list has no cursor: when there may be more than asked for, they are found by id.
    listed = api.run(documents.REFUND_IDS, id=order_id).data.node("order").nodes("refunds")
    return [fetch_refund(api, refund.text("id")) for refund in listed]


def fetch_refund(api, refund_id):
    """One refund as received, and what is needed of its order.

    :raise Rejected: there is no such refund
    """
    data = api.run(documents.REFUND, id=gid("Refund", refund_id)).data
    if "refund" not in data:
        raise Rejected(f"there is no refund {refund_id}", "NOT_FOUND")
    refund = data.node("refund")
    return _complete_refund(api, refund, refund.node("order"))


def _complete_refund(api, refund, order):
    lines = [line.data for line in refund.nodes("refundLineItems")]
    path = ("refund", "refundLineItems")
    lines += rest_of(api, refund.node(path[1]), documents.REFUND_LINES, path, refund.text("id"))
    about = {"id": order.text("id", required=True), "taxesIncluded": order.flag("taxesIncluded")}
    lists = {key: [item.data for item in refund.nodes(key)] for key in ("refundShippingLines", "orderAdjustments")}
    return {**refund.data, **lists, "refundLineItems": lines, "order": about}


def raw_record(shop, payload, number, path=""):
    """File an order: id, time and revision are read, nothing else is looked at."""
    updated_at = Node(payload, path).time("updatedAt", required=True)
    return RawRecord(
        kind="order",
        shop_id=shop,
        external_id=number,
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def revision_of(payload, updated_at):
    """Time of the last change plus a hash: the same content is the same revision, a silent change is another."""
    return f"{format_time(updated_at)}-{content_hash(payload)}"
