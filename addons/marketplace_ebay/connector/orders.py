"""Orders by the time of their last change. Source: ``sell_fulfillment_v1_oas3.json``, getOrders and getOrder."""

from urllib.parse import quote

from ...marketplace.contract import Page, Rejected, read_each
from .api import date_of
from .fields import Node
from .order_parser import CANCEL_ASKED, FULFILMENTS, raw_record
from .shipments import fetch_fulfilments
from .windows import LAG, first_place, next_place, nothing_until, read_token, span_text, write_token

PATH = "/sell/fulfillment/v1/order"
PAGE_SIZE = 200
MOST_IDS = 50
_BREAKDOWN = {"fieldGroups": "TAX_BREAKDOWN"}
# In these countries the buyer's tax number has to be on the invoice; only the single order has it.
_TAX_NUMBERS = frozenset({"EBAY_ES", "EBAY_IT"})


def fetch_page(api, shop_ids, since, until, token):
    """One page of orders changed in a range of time, of all shops; those of other shops are left out.

    :param api: :class:`~.api.EbayApi`
    """
    place = read_token(token) if token else first_place(api, since, until)
    if place is None:
        return Page((), complete_until=nothing_until(api, until))
    answer = _search(api, place)
    body = Node(answer.body)
    entries = body.array("orders", required=True)
    records, broken = _read_entries(api, entries, frozenset(shop_ids))
    place["done"] = min(place["done"], (date_of(answer) or api.now()) - LAG)
    following = next_place(place, len(entries), body.count("total", required=True), "orders")
    if following:
        return Page(tuple(records), next_token=write_token(following), broken=tuple(broken))
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


def _search(api, place):
    query = {
        "filter": f"lastmodifieddate:{span_text(place)}",
        "limit": str(PAGE_SIZE),
        "offset": str(place["offset"]),
        **_BREAKDOWN,
    }
    return api.call("fulfillment.getOrders", "GET", PATH, query=query)


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
