"""Walmart in memory for the tests. Each exchange is checked against Walmart's documents where they are."""

import base64
import json
import re
from collections import Counter
from datetime import datetime, timezone
from email.utils import formatdate
from urllib.parse import parse_qsl, unquote, urlsplit

from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_walmart.connector import Credentials, WalmartConnector
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.walmart.openapi import check_answer, check_request

SHOP = "100009"
SINCE = datetime(2026, 5, 1, tzinfo=timezone.utc)
NOW = datetime(2026, 5, 28, tzinfo=timezone.utc).timestamp()
CREDENTIALS = Credentials("f8b1c2d3-client", "APc0ffee-secret-of-walmart")
HOST = "marketplace.walmartapis.com"
ROUTES = (
    ("settings.partner", "GET", "/v3/settings/partnerprofile"),
    ("orders.list", "GET", "/v3/orders"),
    ("orders.get", "GET", "/v3/orders/{}"),
    ("orders.acknowledge", "POST", "/v3/orders/{}/acknowledge"),
    ("orders.ship", "POST", "/v3/orders/{}/shipping"),
    ("orders.cancel", "POST", "/v3/orders/{}/cancel"),
    ("orders.refund", "POST", "/v3/orders/{}/refund"),
    ("returns.list", "GET", "/v3/returns"),
    ("returns.refund", "POST", "/v3/returns/{}/refund"),
    ("items.list", "GET", "/v3/items"),
    ("inventory.get", "GET", "/v3/inventory"),
    ("inventory.put", "PUT", "/v3/inventory"),
    ("inventory.list", "GET", "/v3/inventories"),
    ("inventory.wfs", "GET", "/v3/wfs/inventory"),
    ("feeds.submit", "POST", "/v3/feeds"),
    ("feeds.status", "GET", "/v3/feeds/{}"),
    ("recon.dates", "GET", "/v3/report/reconreport/availableReconFiles"),
    ("recon.file", "GET", "/v3/report/reconreport/reconFile"),
    ("webhooks.types", "GET", "/v3/webhooks/eventTypes"),
    ("webhooks.list", "GET", "/v3/webhooks/subscriptions"),
    ("webhooks.create", "POST", "/v3/webhooks/subscriptions"),
    ("webhooks.delete", "DELETE", "/v3/webhooks/subscriptions/{}"),
)


# Answers that are no JSON, or not as the document says.
_UNCHECKED = ("webhooks.create", "recon.file")


def refusal(code, description, status=400, **headers):
    return answer({"errors": [{"code": code, "description": description, "severity": "ERROR"}]}, status, **headers)


class Walmart(FakeServer):
    """Tokens, checks and dispatch; handlers by operation, else the queue of answers."""

    def __init__(self, time, *answers, **handlers):
        super().__init__(*answers, handler=self._handle)
        self.time = time
        self.access = "eyJ.walmart.0"
        self.presented, self.calls = [], []
        self.correlations = set()
        self.check = True
        self.skew = 0
        self.played = {name.replace("_", ".", 1): handler for name, handler in handlers.items()}

    def handlers(self):
        return self.played

    def before(self, operation, query):
        """Called with each call before anything is checked."""

    def _handle(self, request):
        url = urlsplit(request.url)
        assert url.netloc == HOST and request.headers["WM_SVC.NAME"]
        assert request.headers["WM_QOS.CORRELATION_ID"]
        self.correlations.add(request.headers["WM_QOS.CORRELATION_ID"])
        if url.path == "/v3/token":
            return self._token(request)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        operation, ids = find_route(request.method, url.path)
        is_json = request.headers.get("Content-Type") == "application/json"
        body = json.loads(request.body) if request.body and is_json else request.body
        self.calls.append((operation, query, body))
        self.before(operation, query)
        if request.headers["WM_SEC.ACCESS_TOKEN"] != self.access:
            return refusal("UNAUTHORIZED.GMP_GATEWAY_API", "Unauthorized token or incorrect authorization header", 401)
        if self.check and "soIndex" not in query and "cursor" not in query:
            check_request(request.method, url.path, query, body if is_json else None)
        handler = self.handlers().get(operation)
        played = handler(query, body, *ids) if handler else self._default(operation)
        if self.check and isinstance(played, tuple) and played[0] == 200 and operation not in _UNCHECKED:
            check_answer(request.method, url.path, json.loads(played[2].getvalue() or b"null"))
        if isinstance(played, Exception):
            return played
        status, headers, stream = played
        return status, {"Date": formatdate(self.time.now + self.skew, usegmt=True), **headers}, stream

    def _default(self, operation):
        if operation == "settings.partner":
            return answer({"partner": {"partnerId": SHOP, "partnerDisplayName": "Teapots"}, "configurations": []})
        return self.answers.pop(0)

    def _token(self, request):
        expected = base64.b64encode(f"{CREDENTIALS.client_id}:{CREDENTIALS.client_secret}".encode()).decode()
        assert dict(parse_qsl(request.body)) == {"grant_type": "client_credentials"}
        if request.headers["Authorization"] != f"Basic {expected}":
            return refusal("INVALID_CLIENT", "the client is not known", 401)
        self.presented.append("client_credentials")
        self.access = f"eyJ.walmart.{len(self.presented)}"
        return answer({"access_token": self.access, "token_type": "Bearer", "expires_in": 900})

    def store(self):
        """A token store with a valid token."""
        return MemoryTokenStore(Tokens(self.access, self.time.now + 600))

    def count(self):
        return Counter(operation for operation, _query, _body in self.calls)

    def sent(self, operation):
        """Bodies of the calls of an operation."""
        return [body for name, _query, body in self.calls if name == operation]


def find_route(method, path):
    for name, verb, template in ROUTES:
        match = re.match(re.escape(template).replace(r"\{\}", "([^/]+)") + "$", path)
        if verb == method and match:
            return name, [unquote(group) for group in match.groups()]
    raise AssertionError(f"{method} {path} is no operation of ours")


def connect(walmart, credentials=CREDENTIALS, store=None, **options):
    return WalmartConnector(
        credentials,
        session=session_of(walmart),
        clock=walmart.time.clock,
        sleep=walmart.time.sleep,
        token_store=walmart.store() if store is None else store,
        jitter=lambda: 0.0,
        **options,
    )


def start(*answers, **handlers):
    """``(fake, connector)``: answers in order, or a handler per operation, ``orders_get=…``."""
    walmart = Walmart(FakeTime(NOW), *answers, **handlers)
    return walmart, connect(walmart)


def amount(value, currency="USD"):
    return {"currency": currency, "amount": value}


def charge(value, tax=None, kind="PRODUCT", name="ItemPrice", currency="USD"):
    """One charge; amounts are JSON numbers."""
    body = {"chargeType": kind, "chargeName": name, "chargeAmount": amount(value, currency)}
    if tax is not None:
        stated = {"taxName": "Tax1", "taxAmount": amount(tax, currency)}
        body |= {"tax": stated, "taxAndOtherFees": stated}
    return body


def status(word, quantity=1, tracking="", **fields):
    body = {"status": word, "statusQuantity": {"unitOfMeasurement": "EACH", "amount": str(quantity)}, **fields}
    if tracking:
        body["trackingInfo"] = {
            "shipDateTime": int(NOW) * 1000,
            "carrierName": {"carrier": "UPS"},
            "methodCode": "Standard",
            "trackingNumber": tracking,
        }
    return body


def line(number=1, charges=None, quantity=1, statuses=None, **fields):
    """One order line."""
    return {
        "lineNumber": str(number),
        "item": {"productName": "Teapot", "sku": f"SKU-{number}"},
        "charges": {"charge": charges or [charge("10.00", "0.83")]},
        "orderLineQuantity": {"unitOfMeasurement": "EACH", "amount": str(quantity)},
        "statusDate": (int(NOW) - 3600) * 1000,
        "orderLineStatuses": {"orderLineStatus": statuses or [status("Acknowledged", quantity)]},
        **fields,
    }


def order(number=1, lines=None, **fields):
    """One purchase order, numbers with fractions as text, as the transport hands them on."""
    return {
        "purchaseOrderId": f"179627708396{number}",
        "customerOrderId": f"402160432182{number}",
        "customerEmailId": "3A26A451ED43434D@relay.walmart.com",
        "orderType": "REGULAR",
        "orderDate": (int(NOW) - 86400) * 1000,
        "shippingInfo": {
            "phone": "2025551234",
            "estimatedDeliveryDate": (int(NOW) + 400000) * 1000,
            "estimatedShipDate": (int(NOW) + 100000) * 1000,
            "methodCode": "Value",
            "postalAddress": {
                "name": "Donald Ashley",
                "address1": "6600 gazebo drive",
                "city": "Cedar Hill",
                "state": "MO",
                "postalCode": "63016",
                "country": "USA",
                "addressType": "RESIDENTIAL",
            },
        },
        "orderLines": {"orderLine": lines or [line()]},
        "shipNode": {"type": "SellerFulfilled"},
        **fields,
    }


_AMOUNTS = frozenset({"amount", "currencyAmount", "measurementValue"})


def wire(value, key=""):
    """As Walmart sends it: amounts are JSON numbers, quantities of lines stay text."""
    if isinstance(value, dict):
        keep = "unitOfMeasurement" in value
        return {name: item if keep else wire(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [wire(item) for item in value]
    return float(value) if key in _AMOUNTS and isinstance(value, str) else value


def listed(*orders, cursor=None, total=None):
    """An answer of getAllOrders."""
    meta = {"totalCount": total or len(orders), "limit": 200, **({"nextCursor": cursor} if cursor else {})}
    return answer({"list": {"meta": meta, "elements": {"order": [wire(entry) for entry in orders]}}})


def one(entry):
    """An answer of getAnOrder."""
    return answer({"order": wire(entry)})
