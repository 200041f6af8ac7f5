"""Every example in Walmart's documents of an operation that we call is read, and nothing of its money, quantities and
states is lost."""

import copy
import json
import re

import pytest

from addons.marketplace.contract import NotReady, Rejected, StockLevel
from addons.marketplace_walmart.connector.errors import stated
from addons.marketplace_walmart.connector.fields import Node
from addons.marketplace_walmart.connector.orders import MOST_ORDERS, parse_order
from addons.marketplace_walmart.connector.refunds import REASONS
from addons.marketplace_walmart.connector.returns import parse_return
from addons.marketplace_walmart.connector.shipments import CARRIERS, METHODS
from addons.marketplace_walmart.connector.stock import feed
from tests.plain.fake_http import answer
from tests.plain.spec_models import shared_specs
from tests.plain.walmart.openapi import check_request, documents, find
from tests.plain.walmart.play import cancellation, refund, shipment
from tests.plain.walmart.recon import read_dates
from tests.plain.walmart.walmart import ROUTES, SHOP, SINCE, find_route, line, one, order, start, status

SPECS = shared_specs()
pytestmark = pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")

_NUMBERS = re.compile(r"amount$|Amount$|quantity|Qty$|status$|Status$|measurementValue")
# What no record shows, and why.
ORDER_IGNORED = {
    "tax.taxAmount": "taxAndOtherFees holds it",
    "percentageApplied": "the referral fee is the settlement's business",
    "originalPrice": "the price is stated after the incentive",
    "orderSubTotals": "sums of the lines' charges",
    "orderLine.refund": "refunds are read to know our own again; their money is booked where it is given",
}
RETURN_IGNORED = {
    "charges": "per unit; chargeTotals holds the sums",
    "unitPrice": "per unit; chargeTotals holds the sums",
    "chargeTotals": "lineTotal is shown, the others are its parts",
    "currentTrackingStatuses": "units of a line in different states: the line's own state is shown",
    "refundChannels": "who refunded: not our business",
    "itemWeight": "no quantity of goods",
    "refundedQty": "shown as the state refunded",
    "cancellableQty": "Walmart offers no such verb",
    "rechargeableQty": "Walmart's own business",
}


def examples():
    """``[(operation, "request" or the status, name, value)]`` of all operations that we call."""
    found = []
    for document in documents():
        for verb, path, _pattern, operation in document.operations:
            try:
                # The list of released orders is answered like that of all, for which there is no example.
                shown = path.replace("/released", "")
                name = "auth.token" if path == "/v3/token" else find_route(verb, re.sub(r"\{\w+\}", "x", shown))[0]
            except AssertionError:
                continue
            if path == "/v3/feeds" and document.content["info"]["title"] != _inventory_title():
                continue  # other kinds of feeds
            contents = [("request", operation.get("requestBody", {}).get("content", {}))]
            contents += [
                (code, document.resolve(answer_).get("content", {})) for code, answer_ in operation["responses"].items()
            ]
            for side, content in contents:
                for kind, media in content.items():
                    if kind == "application/json" or ("form" in kind and side == "request"):
                        found += [(name, side, label, value) for label, value in _values(media)]
    return found


def _inventory_title():
    return json.loads((SPECS / "walmart/inventory-management.openapi.json").read_text())["info"]["title"]


def _values(media):
    if "example" in media:
        yield "example", media["example"]
    for label, entry in (media.get("examples") or {}).items():
        value = entry.get("value", entry) if isinstance(entry, dict) else entry
        # One document has a success between the examples instead of among them.
        if isinstance(value, dict | list) or "<" in str(value):
            yield label, value


def exact(value):
    """As the transport hands it on: fractions as text."""
    return json.loads(json.dumps(value), parse_float=str)


def leaves(value, path=""):
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(entries):
        where = path if isinstance(value, list) else f"{path}.{key}"
        if isinstance(item, dict | list):
            yield from leaves(item, where)
        else:
            yield where, value, key, item


def lost(payload, parse, ignored):
    """Paths of numbers and states that the record does not show; amounts are made unique first."""
    payload = copy.deepcopy(exact(payload))
    wanted, number = [], 0
    for path, container, key, value in leaves(payload):
        if not _NUMBERS.search(path.rpartition(".")[2]) or any(part in path for part in ignored):
            continue
        unit = "Quantity" in path or "measurementValue" in path
        if isinstance(value, int | str) and re.fullmatch(r"-?\d+(\.\d+)?", str(value)) and not unit:
            number += 1
            container[key] = value = f"{700 + number}.{number:02}"
        wanted.append((path, str(value)))
    shown = repr(parse(payload))
    return [path for path, value in wanted if value not in shown]


# === READERS: one for each side of each operation === #


def read_orders(value):
    # So many orders would be read in shorter ranges; this is about the page.
    value = copy.deepcopy(value)
    value["list"]["meta"]["totalCount"] = min(value["list"]["meta"]["totalCount"], MOST_ORDERS)
    walmart, connector = start(answer(value))
    walmart.check = False
    page = connector.fetch_orders([SHOP], SINCE)
    received = value["list"]["elements"]["order"]
    assert len(page.records) == len(received) and page.broken == ()
    for entry in received:
        assert lost(entry, parse_order, ORDER_IGNORED) == []
    assert bool(page.next_token)


def read_order(value):
    _walmart, connector = start(orders_get=lambda *_args: answer(value))
    _walmart.check = False
    received = value.get("order", value)
    assert connector.fetch_order(received["purchaseOrderId"]).external_id == received["purchaseOrderId"]
    assert lost(received, parse_order, ORDER_IGNORED) == []


def read_returns(value):
    walmart, connector = start(answer(value))
    walmart.check = False  # the example breaks rules of its own schema
    page = connector.fetch_returns([SHOP], SINCE)
    assert len(page.records) == len(value["returnOrders"]) and page.broken == ()
    assert json.loads(page.next_token)["cursor"] == value["meta"]["nextCursor"]
    for entry in value["returnOrders"]:
        assert lost(entry, parse_return, RETURN_IGNORED) == []


def read_items(value):
    nothing = answer({"headers": {"totalCount": 0}, "payload": {"inventory": []}})
    only = {**value, "nextCursor": ""}
    walmart, connector = start(items_list=lambda *_a: answer(only), inventory_wfs=lambda *_a: nothing)
    walmart.check = False
    listings = connector.fetch_listings(SHOP)
    assert [entry.sku for entry in listings] == [entry["sku"] for entry in value["ItemResponse"]]
    for listing, received in zip(listings, exact(value)["ItemResponse"], strict=True):
        stated_price = received.get("price", {}).get("amount")
        assert (listing.price and listing.price.text) == (None if stated_price is None else str(stated_price))
        assert received.get("publishedStatus", "") in listing.status and listing.title == received.get(
            "productName", ""
        )


def read_inventory(value):
    _walmart, connector = start(inventory_put=lambda *_a: answer(value), inventory_get=lambda *_a: answer(value))
    _walmart.check = False
    amount = value["quantity"]["amount"]
    assert connector.push_stock(SHOP, [StockLevel(value["sku"], amount)])[0].accepted
    assert connector.fetch_stock(SHOP, [value["sku"]]) == [StockLevel(value["sku"], amount)]


def read_inventories(value):
    last = {**value, "meta": {**value["meta"], "nextCursor": ""}}
    _walmart, connector = start(inventory_list=lambda *_a: answer(last))
    entries = value["elements"]["inventories"]
    wanted = [entry["sku"] for entry in entries] + [f"other-{number}" for number in range(50)]
    assert connector.fetch_stock(SHOP, wanted) == [
        StockLevel(entry["sku"], sum(node["availToSellQty"]["amount"] for node in entry["nodes"])) for entry in entries
    ]


def read_feed_id(value):
    _walmart, connector = start(feeds_submit=lambda *_a: answer(value))
    with pytest.raises(NotReady) as waiting:
        connector.push_stock(SHOP, [StockLevel(str(number), 1) for number in range(60)])
    assert waiting.value.handle == {"feed": value["feedId"]}


def read_subscriptions(value):
    calls = {
        "webhooks_types": lambda *_a: answer({"eventTypes": []}),
        "webhooks_list": lambda *_a: answer(value),
    }
    walmart, connector = start(**calls)
    walmart.check = False
    connector.subscribe_webhooks("https://example.com/orders")
    assert "webhooks.delete" not in walmart.count()  # others' subscriptions are left alone


def read_partner(value):
    walmart, connector = start(settings_partner=lambda *_a: answer(value))
    walmart.check = False  # the example breaks rules of its own schema
    (shop,) = connector.fetch_shops()
    assert (shop.external_id, shop.name) == (value["partner"]["partnerId"], value["partner"]["partnerDisplayName"])


def read_written_order(value):
    """What a write answers is the order as it is then."""
    received = value["order"]
    statuses = json.dumps(received["orderLines"])
    ignored = (
        {**ORDER_IGNORED, "charges": "cancelled units cost nothing"} if '"Cancelled"' in statuses else ORDER_IGNORED
    )
    assert lost(received, parse_order, ignored) == []


def read_refusal(value):
    code, text = stated(value)
    assert code and text


def read_nothing(_value):
    """The answer only says that it was taken."""


def read_token(value):
    body = Node(value)
    assert body.text("access_token", required=True) and body.count("expires_in") == 900


READERS = {
    ("auth.token", "200"): read_token,
    ("orders.list", "200"): read_orders,
    ("orders.get", "200"): read_order,
    ("orders.acknowledge", "200"): read_written_order,
    ("orders.ship", "200"): read_written_order,
    ("orders.cancel", "200"): read_written_order,
    ("orders.refund", "200"): read_written_order,
    ("returns.list", "200"): read_returns,
    ("returns.refund", "200"): read_nothing,
    ("items.list", "200"): read_items,
    ("inventory.get", "200"): read_inventory,
    ("inventory.put", "200"): read_inventory,
    ("inventory.list", "200"): read_inventories,
    ("feeds.submit", "200"): read_feed_id,
    ("webhooks.list", "200"): read_subscriptions,
    ("webhooks.create", "200"): read_nothing,
    ("settings.partner", "200"): read_partner,
    ("recon.dates", "200"): read_dates,
}


# === REQUESTS: what we send has the form of the example === #


def sent_by(operation, call, **handlers):
    walmart, connector = start(**handlers)
    call(connector)
    (body,) = walmart.sent(operation)
    return body


def our_shipment():
    return sent_by(
        "orders.ship",
        lambda connector: connector.confirm_shipments([shipment(carrier="Pigeon")]),
        orders_get=lambda *_a: one(order(1, [line(intentToCancel="CUSTOMER")])),
        orders_ship=lambda *_a: one(order(1)),
    )


def our_refund():
    return sent_by(
        "orders.refund",
        lambda connector: connector.refund_orders([refund()]),
        orders_get=lambda *_a: one(order(1, [line(statuses=[status("Shipped", 1, "1Z1")])])),
        orders_refund=lambda *_a: one(order(1)),
    )


def our_cancellation():
    return sent_by(
        "orders.cancel",
        lambda connector: connector.cancel_orders([cancellation((1, 1))]),
        orders_get=lambda *_a: one(order(1)),
        orders_cancel=lambda *_a: one(order(1)),
    )


def our_feed(label):
    return {"file": feed([StockLevel("SKU-RED-MUG-12OZ", 185)], "FC_1" if "multi" in label.lower() else "")[1]}


def our_subscription():
    types = {"eventTypes": [{"eventType": "PO_CREATED", "resourceName": "ORDER", "eventVersion": "V1"}]}
    return sent_by(
        "webhooks.create",
        lambda connector: connector.subscribe_webhooks("https://example.com/orders"),
        webhooks_types=lambda *_a: answer(types),
        webhooks_list=lambda *_a: answer({"events": []}),
        webhooks_create=lambda *_a: answer({}),
    )


def our_level():
    return sent_by(
        "inventory.put",
        lambda connector: connector.push_stock(SHOP, [StockLevel("97964_KFTest", 10)]),
        inventory_put=lambda *_a: answer({"sku": "97964_KFTest", "quantity": {"unit": "EACH", "amount": 10}}),
    )


REQUESTS = {
    "orders.ship": lambda _label: our_shipment(),
    "orders.refund": lambda _label: our_refund(),
    "orders.cancel": lambda _label: our_cancellation(),
    "feeds.submit": our_feed,
    "inventory.put": lambda _label: our_level(),
    "webhooks.create": lambda _label: our_subscription(),
}
# Fields of our requests that an example does not show although the document has them.
_BESIDES = {"authMethod", "authHeaderName", "clientSecret", "authDetails"}


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def read_request(operation, label, value):
    """The example names each field that we send; forms and XML have no fields of ours."""
    if operation == "auth.token":
        assert value["grant_type"] in ("refresh_token", "client_credentials", "authorization_code")
    elif operation == "returns.refund":
        verb, path = ("POST", "/v3/returns/1/refund")
        check_request(verb, path, {}, value)
    elif isinstance(value, str) or isinstance(value.get("file"), str):
        assert operation == "feeds.submit"  # XML, which we do not write
    else:
        example = {"file": {**value}} if operation == "feeds.submit" and "file" not in value else value
        ours = keys_of(REQUESTS[operation](label))
        # "carrier" and "otherCarrier" stand in for each other.
        assert ours - keys_of(example) - _BESIDES <= {"otherCarrier"}, ours - keys_of(example)


def test_every_example_is_read(capsys):
    found = examples()
    read = 0
    for operation, side, label, value in found:
        if side == "request":
            read_request(operation, label, value)
        elif (operation, side) in READERS:
            READERS[operation, side](value)
        elif side.startswith(("4", "5")):
            read_refusal(value)
        else:
            raise AssertionError(f"nobody reads the example {label} of {operation} {side}")
        read += 1
    assert {operation for operation, _side, _label, _value in found} >= {"orders.list", "orders.get", "returns.list"}
    with capsys.disabled():
        print(f"\nwalmart: parsed {read} / total {len(found)}")


def test_every_operation_is_published():
    for _name, method, path in ROUTES:
        find(method, path.replace("{}", "x"))


def test_words_are_those_of_the_documents():
    text = (SPECS / "walmart/order-management.openapi.json").read_text()
    content = json.loads(text)
    enums = {json.dumps(value) for value in _enums(content)}
    assert json.dumps(list(REASONS)) in enums and json.dumps(list(METHODS)) in enums
    carriers = next(json.loads(value) for value in enums if '"DTDC"' in value and value.endswith('"PTS"]'))
    assert list(CARRIERS) == carriers


def _enums(node):
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield node["enum"]
        for child in node.values():
            yield from _enums(child)
    elif isinstance(node, list):
        for child in node:
            yield from _enums(child)


def test_an_example_of_refusal_stops_what_it_is_about():
    _walmart, connector = start(answer({"errors": [{"code": "X", "description": "no"}]}, 404))
    with pytest.raises(Rejected):
        connector.fetch_order("1")
