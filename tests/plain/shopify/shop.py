"""A Shopify shop in memory: orders as the API answers them, and the operations that write."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import parse_qsl

from addons.marketplace.contract import WebhookRequest
from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_shopify.connector import Credentials, ShopifyConnector
from tests.plain.fake_http import FakeServer, answer, session_of

DOMAIN = "test-shop.myshopify.com"
SECRET = "shpss_very-secret-4711"
CREDENTIALS = Credentials(DOMAIN, "client-1", SECRET)
LOCATION = "gid://shopify/Location/70001"


def bag(amount, currency="EUR", buyer=None, buyer_currency=None):
    """A ``MoneyBag``."""
    presented = {"amount": buyer or amount, "currencyCode": buyer_currency or currency}
    return {"shopMoney": {"amount": amount, "currencyCode": currency}, "presentmentMoney": presented}


def tax(amount, currency="EUR", liable=False):
    return {"title": "Tax", "rate": 0.1, "channelLiable": liable, "priceSet": bag(amount, currency)}


def line(number=1, price="10.0", quantity=1, current=None, currency="EUR", **fields):
    """A ``LineItem``."""
    current = quantity if current is None else current
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "name": f"Product {number}",
        "sku": f"SKU-{number}",
        "quantity": quantity,
        "currentQuantity": current,
        "unfulfilledQuantity": current,
        "nonFulfillableQuantity": quantity - current,
        "requiresShipping": True,
        "isGiftCard": False,
        "variant": {"id": f"gid://shopify/ProductVariant/{number}"},
        "originalTotalSet": bag(price, currency),
        "discountAllocations": [],
        "taxLines": [],
        "duties": [],
        **fields,
    }


def discount(amount, currency="EUR"):
    return {"allocatedAmountSet": bag(amount, currency)}


def delivery(price="5.0", currency="EUR", **fields):
    """A ``ShippingLine``."""
    base = {"id": "gid://shopify/ShippingLine/1", "title": "Standard", "code": "std", "taxLines": []}
    return {**base, "originalPriceSet": bag(price, currency), "discountAllocations": [], **fields}


def order(number=1, total="10.0", lines=None, currency="EUR", **fields):
    """An ``Order`` as the API answers it."""
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{1000 + number}",
        "createdAt": "2026-05-20T09:00:00Z",
        "processedAt": "2026-05-20T09:00:00Z",
        "updatedAt": f"2026-05-20T10:00:{number:02d}Z",
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "edited": False,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "taxesIncluded": True,
        "dutiesIncluded": False,
        "currencyCode": currency,
        "presentmentCurrencyCode": currency,
        "email": "max@mustermann.example",
        "note": None,
        "poNumber": None,
        "paymentGatewayNames": ["shopify_payments"],
        "totalPriceSet": bag(total, currency),
        "totalTipReceivedSet": bag("0.0", currency),
        "additionalFees": [],
        "customer": {"id": "gid://shopify/Customer/77", "displayName": "Max Mustermann"},
        "purchasingEntity": {"__typename": "Customer"},
        "paymentTerms": None,
        "shippingAddress": {
            "name": "Max Mustermann",
            "company": None,
            "address1": "Hauptstr. 1",
            "address2": None,
            "city": "Berlin",
            "province": None,
            "zip": "10115",
            "countryCodeV2": "DE",
            "phone": None,
        },
        "risk": {"recommendation": "ACCEPT", "assessments": []},
        "fulfillments": [],
        "lineItems": page(lines or [line(currency=currency)]),
        "shippingLines": page([]),
        "fulfillmentOrders": {"nodes": []},
        **fields,
    }


def page(nodes, cursor=""):
    """A connection."""
    return {"nodes": nodes, "pageInfo": {"hasNextPage": bool(cursor), "endCursor": cursor or None}}


def refund(number=1, lines=(), total="5.0", order_number=1, **fields):
    """A ``Refund`` as :func:`fetch_refund` files it."""
    return {
        "id": f"gid://shopify/Refund/{number}",
        "createdAt": "2026-05-22T10:00:00Z",
        "updatedAt": "2026-05-22T10:00:00Z",
        "note": "",
        "return": None,
        "totalRefundedSet": bag(total),
        "refundLineItems": list(lines),
        "refundShippingLines": [],
        "orderAdjustments": [],
        "order": {"id": f"gid://shopify/Order/{order_number}", "taxesIncluded": True},
        **fields,
    }


def refund_line(line_number=1, quantity=1, subtotal="5.0", restock="CANCEL", taxed="0.0"):
    """A ``RefundLineItem``."""
    return {
        "id": f"gid://shopify/RefundLineItem/{line_number}9",
        "quantity": quantity,
        "restockType": restock,
        "lineItem": {"id": f"gid://shopify/LineItem/{line_number}", "sku": f"SKU-{line_number}"},
        "subtotalSet": bag(subtotal),
        "totalTaxSet": bag(taxed),
    }


def parcel(number=1, lines=None, tracking="00341", **fields):
    """A ``Fulfillment``, line by line if ``lines`` are given: ``{line number: units}``."""
    detailed = {} if lines is None else {"fulfillmentLineItems": page(fulfilled(lines))}
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "createdAt": "2026-05-21T10:00:00Z",
        "totalQuantity": sum((lines or {1: 1}).values()),
        "location": {"id": LOCATION, "name": "Main"},
        "trackingInfo": [{"company": "DHL", "number": tracking}],
        **detailed,
        **fields,
    }


def fulfilled(lines):
    return [
        {
            "id": f"gid://shopify/FulfillmentLineItem/{number}",
            "quantity": units,
            "lineItem": {"id": f"gid://shopify/LineItem/{number}"},
        }
        for number, units in lines.items()
    ]


def cost(requested=10, actual=1, available=1999, rate=100.0, maximum=2000.0):
    """``extensions`` of an answer."""
    status = {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}}


def data(now=None, **fields):
    """A successful answer."""
    headers = {"Date": format_datetime(datetime.fromtimestamp(now, timezone.utc), usegmt=True)} if now else {}
    return answer({"data": fields, "extensions": cost()}, **headers)


def failed(code, message="", status=200, extensions=None, **headers):
    """An answer with an error."""
    body = {"errors": [{"message": message or code, "extensions": {"code": code}}]}
    return answer({**body, **({"extensions": extensions} if extensions else {})}, status, **headers)


def sent(request):
    """``(operation name, variables)`` of a request."""
    body = json.loads(request.body)
    return body["operationName"], body["variables"]


def is_token_call(request):
    return request.url.endswith("/oauth/access_token")


def form_of(request):
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    return dict(parse_qsl(body))


def tokens(number=1, ends_at=None):
    return Tokens(f"shpat_access-{number}", ends_at, f"shprt_refresh-{number}")


def connect(handler, time, credentials=CREDENTIALS, store=None, **options):
    """A connector of a fake shop."""
    return ShopifyConnector(
        credentials,
        session=session_of(FakeServer(handler=handler)),
        token_store=store or MemoryTokenStore(tokens()),
        clock=time.clock,
        sleep=time.sleep,
        jitter=lambda: 0,
        **options,
    )


def webhook(body, topic, now, secret=SECRET, delivery="b54557e4-1", domain=DOMAIN):
    """A signed call."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
    headers = {
        "x-shopify-hmac-sha256": signature,
        "x-shopify-topic": topic,
        "x-shopify-webhook-id": delivery,
        "x-shopify-shop-domain": domain,
    }
    return WebhookRequest("POST", "https://odoo.example/marketplace/webhook/1", headers, {}, raw, now)


def signed_callback(params, secret=SECRET):
    """Callback parameters with their HMAC."""
    message = "&".join(f"{key}={value}" for key, value in sorted(params.items()))
    return {**params, "hmac": hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()}


class Shop:
    """Answers by operation name: a value, or a function of the variables; remembers what was sent."""

    def __init__(self, **answers):
        self.answers, self.sent = answers, []

    def __call__(self, request):
        name, variables = sent(request)
        self.sent.append((name, variables))
        found = self.answers[name]
        found = found(variables) if callable(found) else found
        return found if isinstance(found, Exception) else data(**found)

    def of(self, name):
        """Variables of each call of an operation."""
        return [variables for sent_name, variables in self.sent if sent_name == name]


def part(number, location, lines, actions=("CREATE_FULFILLMENT",)):
    """A fulfilment order; ``{line number: remaining units}``."""
    nodes = [
        {"id": f"fol-{number}-{key}", "remainingQuantity": units, "lineItem": {"id": f"gid://shopify/LineItem/{key}"}}
        for key, units in lines.items()
    ]
    return {
        "id": f"fo-{number}",
        "status": "OPEN",
        "assignedLocation": {"location": {"id": location}},
        "supportedActions": [{"action": action} for action in actions],
        "lineItems": page(nodes),
    }
