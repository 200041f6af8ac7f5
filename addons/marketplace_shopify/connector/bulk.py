"""History: a range of orders that Shopify writes into a file by itself.

A long range would cost hours of points page by page. A bulk operation costs none; its result is a file of JSON
lines, in which each object of a connection names its parent.
"""

import json
from datetime import timedelta

from ...marketplace.contract import InvalidPayload, NotReady, Page, Unavailable, format_time, parse_time
from . import documents
from .api import raise_user_errors
from .fields import Node
from .orders import changed_between, complete, file_all, range_end
from .selections import BULK_ORDERS

# Longer ranges are prepared by Shopify.
LONG = timedelta(days=7)
SLICE = 250
# Orders of one file, which is read into memory as a whole (Shopify may count no further than 10,000), and the shortest
# part of a range that is still halved.
MOST = 9_000
_LEAST = timedelta(hours=1)
_POLL = 15.0
_RUNNING = frozenset({"CREATED", "RUNNING", "CANCELING"})
_CONNECTION_OF = {"LineItem": "lineItems", "ShippingLine": "shippingLines", "FulfillmentOrder": "fulfillmentOrders"}


class History:
    """Reads ranges by bulk operations; keeps the file it read last, since its slices are asked for one by one.

    :param AdminApi api: of the shop
    """

    def __init__(self, api):
        self._api = api
        self._file = "", []

    def is_long(self, since, until):
        """Whether a range is worth a bulk operation."""
        return (until or self._api.now()) - since > LONG

    def fetch_page(self, since, until, token):
        """Start, follow or read bulk operations, one after the other; the token is JSON text.

        :raise NotReady: Shopify still writes; its handle is the next token
        """
        place = json.loads(token) if token else {"since": format_time(since)}
        if "bulk" not in place:
            until = parse_time(place["until"], "token") if "until" in place else until
            self._start(parse_time(place["since"], "token"), until)
        operation = self._api.run(documents.BULK, id=place["bulk"]).data.node("bulkOperation")
        status = operation.text("status")
        if status in _RUNNING:
            raise NotReady(token, _POLL)
        if status != "COMPLETED":
            raise Unavailable(f"Shopify ended the preparation of the orders: {status} {operation.text('errorCode')}")
        return self._slice(place, operation.text("url"))

    def _start(self, since, until):
        """Have Shopify prepare the range, or so much of its beginning as one file shall hold."""
        until, end = self._part(since, until)
        query = BULK_ORDERS % changed_between(since, end)
        payload = self._api.run(documents.START_BULK, query=query).data.node("bulkOperationRunQuery")
        codes = {error.text("code") for error in payload.nodes("userErrors")}
        if codes & {"OPERATION_IN_PROGRESS", "LIMIT_REACHED"}:
            raise Unavailable("Shopify is still preparing another range of this shop")
        raise_user_errors(payload)
        place = {
            "bulk": payload.node("bulkOperation").text("id", required=True),
            "from": 0,
            "end": format_time(end),
            "until": format_time(until),
        }
        raise NotReady(json.dumps(place), _POLL)

    def _part(self, since, until):
        """``(end of the range, end of its part that holds at most MOST orders)``."""
        reply = self._api.run(documents.ORDER_COUNT, query=changed_between(since, until))
        until = end = range_end(reply.at, since, until)
        while reply.data.node("ordersCount").count("count", required=True) > MOST and end - since > _LEAST:
            end = since + (end - since) / 2
            reply = self._api.run(documents.ORDER_COUNT, query=changed_between(since, end))
        return until, end

    def _slice(self, place, url):
        orders = self._read(place["bulk"], url)
        start = place["from"]
        nodes = [Node(order, f"orders[{start + index}]") for index, order in enumerate(orders[start : start + SLICE])]
        records, broken = file_all(nodes, lambda node: complete(self._api, node))
        following = _following(place, start + SLICE < len(orders))
        return Page(
            records=records,
            next_token=json.dumps(following) if following else "",
            complete_until=None if following else parse_time(place["until"], "token"),
            broken=broken,
        )

    def _read(self, bulk, url):
        if self._file[0] != bulk:
            # A range without orders has no file.
            self._file = bulk, read_lines(self._api.download(url)) if url else []
        return self._file[1]


def is_bulk(token):
    """Whether a page token belongs to a range that Shopify prepares."""
    return bool(token) and "until" in json.loads(token)


def _following(place, more):
    """Where the next page begins: in the same file, in the next part of the range, or nowhere."""
    if more:
        return {**place, "from": place["from"] + SLICE}
    return {"since": place["end"], "until": place["until"]} if place["end"] < place["until"] else None


def read_lines(text):
    """Orders of a bulk result, their connections as lists; further children stay under their parent too.

    :raise Unavailable: the file broke off: read it again
    :raise InvalidPayload: the parent of a line is unknown
    """
    orders, by_id = [], {}
    for number, line in enumerate(text.splitlines()):
        if not line.strip():
            continue
        item = _parse(line, number)
        parent = item.pop("__parentId", None)
        if parent is None:
            orders.append({**item, **{key: [] for key in _CONNECTION_OF.values()}})
            by_id[item.get("id")] = orders[-1]
            continue
        kind = item.pop("__typename", None) or _kind_of(item.get("id"))
        if parent not in by_id or kind not in _CONNECTION_OF:
            raise InvalidPayload(f"line {number + 1}", f"{kind} of the unknown parent {parent}")
        by_id[parent][_CONNECTION_OF[kind]].append(item)
    return orders


def _parse(line, number):
    try:
        item = json.loads(line)
    except ValueError:
        raise Unavailable(f"line {number + 1} of the prepared orders is damaged") from None
    if not isinstance(item, dict):
        raise InvalidPayload(f"line {number + 1}", "an object was expected")
    return item


def _kind_of(id_):
    """``LineItem`` of ``gid://shopify/LineItem/1``."""
    return str(id_).rpartition("/")[0].rpartition("/")[2]
