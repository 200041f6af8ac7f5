"""Amazon in memory for the tests: a server that checks every exchange against the official models where they are."""

import json
from datetime import datetime, timezone
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from addons.marketplace_amazon.connector import AmazonConnector, Credentials
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.spec_models import SpecModel, shared_specs

DE = "A1PA6795UKMFR9"
US = "ATVPDKIKX0DER"
JP = "A1VC38T7YXB528"
SINCE = datetime(2026, 5, 1, tzinfo=timezone.utc)
CREDENTIALS = Credentials(
    client_id="amzn1.application-oa2-client.1",
    client_secret="amzn1.oa2-cs.v1.c0ffee",
    refresh_token="Atzr|refreshing",
    region="eu",
    seller_id="A3SELLER",
)
TOKEN = {"access_token": "Atza|access-1", "token_type": "bearer", "expires_in": 3600}
ENDPOINT = "https://sellingpartnerapi-eu.amazon.com"
LWA = "https://api.amazon.com/auth/o2/token"

_MODELS = {
    "/orders/2026-01-01/": "orders_2026-01-01",
    "/orders/v0/": "ordersV0",
    "/sellers/v1/": "sellers",
    "/listings/2021-08-01/": "listingsItems_2021-08-01",
    "/feeds/2021-06-30/": "feeds_2021-06-30",
    "/reports/2021-06-30/": "reports_2021-06-30",
    "/fba/inventory/v1/": "fbaInventory",
    "/fba/inbound/v0/": "fulfillmentInboundV0",
    "/fba/outbound/2020-07-01/": "fulfillmentOutbound_2020-07-01",
    "/inbound/fba/2024-03-20/": "fulfillmentInbound_2024-03-20",
    "/notifications/v1/": "notifications",
    "/finances/2024-06-19/": "finances_2024-06-19",
    "/tokens/2021-03-01/": "tokens_2021-03-01",
}


@lru_cache
def model_of(path):
    """The official model that owns a path; ``None`` where specifications are absent or the path is not the API's."""
    specs = shared_specs()
    for prefix, name in _MODELS.items():
        if specs and path.startswith(prefix):
            return load_model(name)
    return None


@lru_cache
def load_model(name):
    """A model by file name."""
    return SpecModel(shared_specs() / "amazon-sp-api" / "models" / f"{name}.json")


class Amazon(FakeServer):
    """Hands out tokens and plays answers in order; requests and answers must follow the official models.

    :param answers: for the operations after the token
    """

    def __init__(self, *answers, handler=None, check_answers=True):
        super().__init__(*answers)
        self.play = handler
        self.check_answers = check_answers
        self.handler = self._handle
        self.token_requests = []
        self.calls = []

    def _handle(self, request):
        if request.url == LWA:
            self.token_requests.append(dict(parse_qsl(request.body)))
            number = len(self.token_requests)
            return answer({**TOKEN, "access_token": f"Atza|access-{number}"})
        self.calls.append(request)
        path, query, body = parts(request)
        model = model_of(path)
        if model:
            model.validate_request(request.method, path, query, body)
        played = self.play(request) if self.play else self.answers.pop(0)
        if model and self.check_answers and not isinstance(played, Exception):
            _check_answer(model, request.method, path, played)
        return played


def _check_answer(model, method, path, played):
    status, _headers, stream = played
    content = stream.getvalue()
    model.validate_response(method, path, status, json.loads(content) if content else None)


def parts(request):
    """``(path, query, JSON body)`` of a request."""
    url = urlsplit(request.url)
    is_json = request.headers.get("Content-Type", "").startswith("application/json")
    body = json.loads(request.body) if request.body and is_json else None
    return url.path, dict(parse_qsl(url.query)), body


def connect(amazon, time=None, credentials=CREDENTIALS, **options):
    """``(connector, time)`` of an :class:`Amazon`."""
    time = time or FakeTime(datetime(2026, 5, 28, tzinfo=timezone.utc).timestamp())
    connector = AmazonConnector(
        credentials,
        session=session_of(amazon),
        clock=time.clock,
        sleep=time.sleep,
        jitter=lambda: 0.0,
        **options,
    )
    return connector, time


def last_path(request):
    """Last part of a request's path, decoded."""
    return unquote(urlsplit(request.url).path.rsplit("/", 1)[1])


def money(amount, currency="EUR"):
    """A Money object of the API."""
    return {"amount": str(amount), "currencyCode": currency}


def breakdown(kind, amount, currency="EUR", **details):
    """One proceeds breakdown; details as ``ITEM="1.00"``."""
    entry = {"type": kind, "subtotal": money(amount, currency)}
    if details:
        entry["detailedBreakdowns"] = [
            {"subtype": subtype, "value": money(value, currency)} for subtype, value in details.items()
        ]
    return entry


def item(number=1, total="11.90", breakdowns=None, quantity=1, shipped=0, currency="EUR", **fields):
    """One order item."""
    proceeds = {"breakdowns": breakdowns or [breakdown("ITEM", total, currency)]}
    if total is not None:
        proceeds["proceedsTotal"] = money(total, currency)
    return {
        "orderItemId": f"9000000000000{number}",
        "quantityOrdered": quantity,
        "product": {"asin": "B000000001", "title": "Teekanne", "sellerSku": f"SKU-{number}"},
        "proceeds": proceeds,
        "fulfillment": {"quantityFulfilled": shipped, "quantityUnfulfilled": quantity - shipped},
        **fields,
    }


def order(number=1, total="11.90", items=None, shop=DE, currency="EUR", status="UNSHIPPED", **fields):
    """One order of v2026-01-01."""
    return {
        "orderId": f"302-0000000-000000{number}",
        "createdTime": "2026-05-20T10:00:00Z",
        "lastUpdatedTime": f"2026-05-20T10:00:{number:02}Z",
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": shop, "marketplaceName": "Amazon"},
        "buyer": {"buyerEmail": "ABC123@marketplace.amazon.de", "buyerName": "Erika Mustermann"},
        "recipient": {
            "deliveryAddress": {
                "name": "Erika Mustermann",
                "addressLine1": "Heidestraße 17",
                "city": "Köln",
                "postalCode": "51147",
                "countryCode": "DE",
                "phone": "+49 221 4710",
            }
        },
        "proceeds": {"grandTotal": money(total, currency)},
        "fulfillment": {"fulfillmentStatus": status, "fulfilledBy": "MERCHANT", "fulfillmentServiceLevel": "STANDARD"},
        "orderItems": items or [item(total=total, currency=currency)],
        **fields,
    }


def page(*orders, token="", until="2026-05-27T23:58:00Z"):
    """An answer of searchOrders."""
    body = {"orders": list(orders), "lastUpdatedBefore": until}
    if token:
        body["pagination"] = {"nextToken": token}
    return answer(body)


def errors(code, message, status, **headers):
    """An error answer."""
    return answer({"errors": [{"code": code, "message": message}]}, status, **headers)
