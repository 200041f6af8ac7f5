"""Every official sample of the operations that the connector calls, and every example of a message, is read.

The documents stay beside the checkout; where they are absent these tests are skipped. Most of Lazada's documents have
an empty sample of the answer (``data={}``), which tells nothing and is not counted; their fields are checked with every
exchange of the other tests. "Not lost" is proved by changing each value of a sample: what is read must change with it,
unless the field is listed below as deliberately not read.
"""

import base64
import copy
import json
import re

import pytest

from addons.marketplace.contract import (
    ConnectorError,
    InvalidPayload,
    NoticeKind,
    Shipment,
    ShipmentLine,
    WebhookRequest,
)
from addons.marketplace.transport import MemoryTokenStore
from addons.marketplace_lazada.connector import LazadaConnector
from addons.marketplace_lazada.connector.auth import read_sellers
from addons.marketplace_lazada.connector.errors import judge
from addons.marketplace_lazada.connector.fields import Node
from addons.marketplace_lazada.connector.listings import read_offer
from addons.marketplace_lazada.connector.webhooks import signature
from tests.plain.fake_http import FakeServer, answer, session_of
from tests.plain.lazada.documents import SYSTEM, check_request, documents, push_examples
from tests.plain.lazada.lazada import CREDENTIALS, KEY, SECRET, Lazada
from tests.plain.lazada.samples import SHOP, at, line_id, order

pytestmark = pytest.mark.skipif(not documents(), reason="../shared/specs is not beside the checkout")

CALLED = (
    "/auth/token/create", "/auth/token/refresh", "/seller/get", "/orders/get", "/order/get", "/orders/items/get",
    "/order/reverse/cancel/validate", "/order/reverse/cancel/create", "/order/reverse/cancel/seller/decide",
    "/order/shipment/providers/get", "/order/fulfill/pack", "/order/package/rts", "/order/package/document/get",
    "/products/get", "/product/stock/sellable/update", "/reverse/getreverseordersforseller",
    "/order/reverse/return/update", "/order/reverse/onlyrefund/seller/decide", "/finance/payout/status/get",
    "/finance/transaction/details/get",
)  # fmt: skip
#: Samples of answers without content.
EMPTY = ({"data": "null"}, {"data": "data"})
# Fields of a product that say nothing about what is offered at which price in which number.
_PRODUCT = {
    "created_time", "updated_time", "images", "Images", "Url", "package_width", "package_height", "package_length",
    "package_weight", "trialProduct", "primary_category", "short_description", "description", "video", "brand", "model",
    "movement", "feature", "movement_country", "water_resistant", "case_shape", "Dial_Glass", "watch_dial_size",
    "strap", "warranty_type", "name_ms", "source", "delivery_option_sof",
    # of campaigns' own channels
    "channelName", "startTime", "endTime", "sellableQuantity",
    # parts and sums of the quantity that can be sold, which is read
    "occupyQuantity", "quantity", "totalQuantity", "withholdQuantity", "Available",
    # the product's, where its SKU states its own
    "status",
}  # fmt: skip


class _Response:
    status_code = 200
    headers = {}


def sample(path):
    """The sample of an answer as JSON, ``None`` where the document has none with content."""
    text = documents()[path].response_sample
    lines = [line.split("=", 1) for line in text.splitlines() if re.match(r"\w+=", line)]
    values = {}
    for name, value in lines:
        value = value.strip()
        block = value[:1] in "{["
        # The map of countries is spread over several lines.
        found = re.search(rf"^{name}=(.*?)(?=^\w+=|\Z)", text, flags=re.M | re.S)[1].strip() if block else value
        values[name] = json.loads(found, parse_float=str) if block else found
    return values if any(values.values()) and values not in EMPTY else None


def read_message(text):
    """An example of a message as JSON: without its comments, with quotes around all names."""
    text = re.sub(r"//[^\n\"]*$", "", text, flags=re.M)
    text = re.sub(r"^(\s*)(\w+) ?:", r'\1"\2":', text, flags=re.M)
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    return json.loads(text, strict=False)


def read_products(received):
    product = Node(received["data"]["data"])
    return [read_offer(SHOP, "MYR", product, sku) for sku in product.nodes("skus")]


def connector_answering(body):
    """A connected connector to which every call is answered alike."""
    server = FakeServer(handler=lambda _request: answer(json.dumps(body).encode()))
    return LazadaConnector(CREDENTIALS, session_of(server), token_store=MemoryTokenStore(), clock=lambda: 1e9)


def leaves(value, path=()):
    """Paths of the single values in a JSON value."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in leaves(item, (*path, key))]
    if isinstance(value, list) and value:
        return [found for index, item in enumerate(value) for found in leaves(item, (*path, index))]
    return [path] if value not in (None, [], {}) else []


def changed(value, path):
    """A copy with another value at one place."""
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    old = holder[path[-1]]
    if isinstance(old, str):
        holder[path[-1]] = "7.5" if re.fullmatch(r"\d+\.\d+", old) else f"{old}x"
    else:
        holder[path[-1]] = not old if isinstance(old, bool) else old + 1
    return value


def test_nothing_of_a_product_is_lost_unnoticed():
    received = sample("/products/get")
    base, lost = read_products(received), set()
    for path in leaves(received["data"]["data"]):
        try:
            noticed = read_products(changed(received, ("data", "data", *path))) != base
        except InvalidPayload:
            noticed = True
        if not noticed:
            lost.add(next(key for key in reversed(path) if isinstance(key, str)))
    assert lost <= _PRODUCT
    (offer,) = base
    assert (offer.listing.sku, offer.listing.quantity, str(offer.listing.price.amount)) == ("12333-poi", 20, "102.0")
    assert (offer.item_id, offer.sku_id, offer.warehouses) == ("2807246166", "13449296008", ("dropshipping",))


def test_countries_of_the_renewed_token():
    received = sample("/auth/token/refresh")
    assert read_sellers(received["country_user_info_list"]) == [["1001", "sg"], ["2001", "my"]]


def test_samples_of_requests_are_as_their_documents_say():
    """The reader of the documents that checks our calls takes the official ones as well."""
    for path in CALLED:
        document = documents()[path]
        given = {name: text.strip() for name, text in document.request_sample.items()}
        system = dict.fromkeys(SYSTEM if path.startswith("/auth/") else SYSTEM | {"access_token"}, "x")
        check_request(document.methods[0], path, {**system, **given})


def test_every_sample_is_read(capsys):
    parsed = total = 0
    for path in CALLED:
        received = sample(path)
        if received is not None:
            total += 1
            parsed += _is_read(path, received)
        for code, text in documents()[path].errors:
            total += 1
            failure = judge(path, _Response(), {"code": code, "message": text, "type": "ISV"})
            parsed += isinstance(failure, ConnectorError)
    for text in push_examples():
        total += 1
        parsed += _is_notice(read_message(text))
    with capsys.disabled():
        print(f"\nlazada: parsed {parsed} / total {total}")
    assert parsed == total > 100


def _is_read(path, received):
    if path == "/products/get":
        return len(read_products(received)) == 1
    if path == "/auth/token/refresh":
        return bool(read_sellers(received["country_user_info_list"]))
    if path == "/order/package/document/get":
        # The file is cut off in the sample.
        return base64.b64decode(received["result"]["data"]["file"] + "==").startswith(b"<iframe")
    if path == "/order/package/rts":
        (package,) = received["result"]["data"]["packages"]
        return package["item_err_code"] != "0" and judge(path, _Response(), received) is None
    return judge(path, _Response(), received) is None


def _is_notice(message):
    body = json.dumps(message).encode()
    request = WebhookRequest("POST", "u", {"authorization": signature(KEY, SECRET, body)}, {}, body, 0.0)
    webhook = connector_answering({}).read_webhook(request)
    wanted = {
        0: NoticeKind.ORDER, 14: NoticeKind.ORDER, 10: NoticeKind.RETURN, 8: NoticeKind.AUTHORISATION_ENDS,
        1: NoticeKind.LISTING, 3: NoticeKind.LISTING, 4: NoticeKind.LISTING, 5: NoticeKind.LISTING,
        6: NoticeKind.LISTING,
    }  # fmt: skip
    return webhook.notices[0].kind is wanted.get(message["message_type"], NoticeKind.OTHER)


def test_an_official_refusal_of_a_package_is_told():
    received = sample("/order/package/rts")
    lazada = Lazada(orders=[order(1)])
    lazada.fail = lambda path, params: lazada.reply(received) if path == "/order/package/rts" else None
    line = ShipmentLine(line_id(1), 1)
    (result,) = lazada.connect().confirm_shipments([Shipment("P", SHOP, "500001", "", "", "", at(0), (line,))])
    assert (result.accepted, result.message) == (False, "600002: package already cancelled")
