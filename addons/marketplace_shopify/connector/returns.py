"""Returns and refunds. A refund that settles a return is part of it; any other refund is a record of its own.

Shopify has no list of returns by time: a change of either changes the order, by which they are found.
"""

import json

from ...marketplace.contract import InvalidPayload, Page, RawRecord, Rejected, Return, format_time, parse_time
from . import documents
from .fields import Node, gid
from .orders import changed_between, fetch_refund, next_cursor, range_end, revision_of
from .paging import rest_of
from .return_parsing import return_of_refund, return_of_return

PAGE_SIZE = 25
_LISTED = 5  # returns and refunds of an order on a page


def fetch_page(api, since, until, token):
    """One page of what changed at orders changed at or after ``since``, as records of the kind ``return``."""
    place = json.loads(token) if token else {}
    reply = api.run(
        documents.CHANGED_RETURNS, query=changed_between(since, until), first=PAGE_SIZE, after=place.get("after")
    )
    end = parse_time(place["end"], "token") if place else range_end(reply.at, since, until)
    orders = reply.data.node("orders")
    records, broken = [], []
    for order in orders.nodes("nodes"):
        for external_id in _listed(api, order):
            try:
                records.append(fetch_return(api, external_id))
            except InvalidPayload as error:
                broken.append((error.path, error.reason, {"id": external_id}))
    cursor = next_cursor(orders)
    return Page(
        records=tuple(records),
        next_token=json.dumps({"after": cursor, "end": format_time(end)}) if cursor else "",
        complete_until=None if cursor else end,
        broken=tuple(broken),
    )


def _listed(api, order):
    """External ids of an order's returns, and of its refunds that settle none."""
    id_ = order.text("id", required=True)
    returns = [item.data for item in order.nodes("returns")]
    returns += rest_of(api, order.node("returns"), documents.ORDER_RETURNS, ("order", "returns"), id_)
    refunds = order.nodes("refunds")
    if len(refunds) == _LISTED:
        refunds = api.run(documents.REFUND_IDS, id=id_).data.node("order").nodes("refunds")
    found = [f"Return/{Node(item, 'return').number()}" for item in returns]
    return found + [f"Refund/{refund.number()}" for refund in refunds if "return" not in refund]


def fetch_return(api, external_id):
    """A return or refund by ``Return/1`` or ``Refund/2``, as :class:`RawRecord`."""
    kind, _, number = external_id.partition("/")
    if kind == "Refund":
        return raw_record(api.credentials.shop, fetch_refund(api, number))
    data = api.run(documents.RETURN, id=gid("Return", number)).data
    if kind != "Return" or "return" not in data:
        raise Rejected(f"there is no return {external_id}", "NOT_FOUND")
    return raw_record(api.credentials.shop, _complete(api, data.node("return")))


def _complete(api, item):
    """A return with all its lines, connections as lists."""
    payload = dict(item.data)
    id_ = item.text("id")
    path = ("return", "returnLineItems")
    lines = [line.data for line in item.nodes(path[1])]
    payload[path[1]] = lines + rest_of(api, item.node(path[1]), documents.RETURN_LINES, path, id_)
    listed = [refund.data for refund in item.nodes("refunds")]
    listed += rest_of(api, item.node("refunds"), documents.RETURN_REFUNDS, ("return", "refunds"), id_)
    payload["refunds"] = [fetch_refund(api, Node(refund, "refund").text("id")) for refund in listed]
    for key in ("exchangeLineItems", "reverseFulfillmentOrders"):
        payload[key] = [part.data for part in item.nodes(key)]
    return payload


def raw_record(shop, payload):
    """File a return or refund.

    :raise InvalidPayload: it is neither, or without id or time
    """
    item = Node(payload)
    updated_at = _updated_at(item)
    return RawRecord(
        kind="return",
        shop_id=shop,
        external_id=f"{_kind(item)}/{item.number()}",
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def _kind(item):
    kind = item.text("id", required=True).rpartition("/")[0].rpartition("/")[2]
    if kind not in ("Return", "Refund"):
        raise InvalidPayload(item.where("id"), f"{kind or 'nothing'} is neither a return nor a refund")
    return kind


def _updated_at(item):
    """A return states no time of its last change: the last of the times it states."""
    created = item.time("createdAt", required=_kind(item) == "Return")
    times = [created, *(item.time(key) for key in ("updatedAt", "requestApprovedAt", "closedAt"))]
    times += [refund.time("updatedAt") for refund in item.nodes("refunds")]
    times = [time for time in times if time]
    if not times:
        raise InvalidPayload(item.where("updatedAt"), "missing")
    return max(times)


def parse_return(payload, shop):
    """A received return or refund as :class:`Return`."""
    record = raw_record(shop, payload)
    item = Node(payload)
    values = return_of_refund(item) if _kind(item) == "Refund" else return_of_return(item)
    return Return(
        external_id=record.external_id,
        shop_id=shop,
        order_id=item.node("order").number(),
        revision=record.revision,
        created_at=item.time("createdAt") or record.updated_at,
        updated_at=record.updated_at,
        **values,
    )
