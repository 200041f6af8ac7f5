"""History: a range of orders that Shopify writes into a file by itself.

A long range would cost hours of points page by page. A bulk operation costs none; its result is a file of JSON
lines, in which each object of a connection names its parent.
"""

import json
from datetime import timedelta

from ...marketplace.contract import InvalidPayload, NotReady, Page, Unavailable
from . import documents
from .api import raise_user_errors
from .fields import Node, format_time, parse_time
from .orders import changed_between, complete, file_all, range_end
from .selections import BULK_ORDERS

# Longer ranges are prepared by Shopify.
LONG = timedelta(days=7)
SLICE = 250
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
        """Start, follow or read a bulk operation; the token is JSON text with its ``bulk`` id.

        :raise NotReady: Shopify still writes; its handle is the next token
        """
        if not token:
            self._start(since, until)
        place = json.loads(token)
        operation = self._api.run(documents.BULK, id=place["bulk"]).data.node("bulkOperation")
        status = operation.text("status")
        if status in _RUNNING:
            raise NotReady(token, _POLL)
        if status != "COMPLETED":
            raise Unavailable(f"Shopify ended the preparation of the orders: {status} {operation.text('errorCode')}")
        return self._slice(place, operation.text("url"))

    def _start(self, since, until):
        query = BULK_ORDERS % changed_between(since, until)
        reply = self._api.run(documents.START_BULK, query=query)
        payload = reply.data.node("bulkOperationRunQuery")
        codes = {error.text("code") for error in payload.nodes("userErrors")}
        if codes & {"OPERATION_IN_PROGRESS", "LIMIT_REACHED"}:
            raise Unavailable("Shopify is still preparing another range of this shop")
        raise_user_errors(payload)
        end = range_end(reply.at, since, until)
        token = {"bulk": payload.node("bulkOperation").text("id", required=True), "end": format_time(end), "from": 0}
        raise NotReady(json.dumps(token), _POLL)

    def _slice(self, place, url):
        orders = self._read(place["bulk"], url)
        start = place["from"]
        nodes = [Node(order, f"orders[{start + index}]") for index, order in enumerate(orders[start : start + SLICE])]
        records, broken = file_all(nodes, lambda node: complete(self._api, node))
        more = start + SLICE < len(orders)
        return Page(
            records=records,
            next_token=json.dumps({**place, "from": start + SLICE}) if more else "",
            complete_until=None if more else parse_time(place["end"], "token"),
            broken=broken,
        )

    def _read(self, bulk, url):
        if self._file[0] != bulk:
            # A range without orders has no file.
            self._file = bulk, read_lines(self._api.download(url)) if url else []
        return self._file[1]


def is_bulk(token):
    """Whether a page token continues a bulk operation."""
    return bool(token) and "bulk" in json.loads(token)


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
