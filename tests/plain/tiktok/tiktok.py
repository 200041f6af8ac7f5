"""TikTok Shop in memory for the tests. Each call is checked: signature (computed anew here), token, published path,
shape of request and answer."""

import hashlib
import hmac
import json
import re
from collections import Counter
from datetime import datetime, timezone
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit

from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_tiktok.connector import Credentials, TikTokConnector
from addons.marketplace_tiktok.connector.operations import OPERATIONS
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.tiktok.shapes import check_answer, check_request, published

SHOP = "7000714532876273420"
SINCE = datetime(2026, 5, 1, tzinfo=timezone.utc)
APP_KEY, APP_SECRET = "6abc1de2fghij", "c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e70000"
CREDENTIALS = Credentials(app_key=APP_KEY, app_secret=APP_SECRET)
NOW = datetime(2026, 5, 28, tzinfo=timezone.utc).timestamp()
API, AUTH = "open-api.tiktokglobalshop.com", "auth.tiktok-shops.com"
REQUEST_ID = "202203070749000101890810281E8C70B7"
CODE = "TTP_code_of_the_seller"


def sign(path, query, body):
    """The documented signature, written down a second time."""
    pairs = "".join(key + query[key] for key in sorted(query) if key not in ("sign", "access_token"))
    message = APP_SECRET.encode() + (path + pairs).encode() + (body or b"") + APP_SECRET.encode()
    return hmac.new(APP_SECRET.encode(), message, hashlib.sha256).hexdigest()


def success(data=None, **headers):
    return answer({"code": 0, "message": "Success", "request_id": REQUEST_ID, "data": data or {}}, **headers)


def refusal(code, message, status=200, **headers):
    return answer({"code": code, "message": message, "request_id": REQUEST_ID, "data": None}, status, **headers)


class TikTok(FakeServer):
    """Tokens, checks and dispatch; ``on_<operation>`` answers one operation, by default from ``answers``."""

    def __init__(self, time, *answers):
        super().__init__(*answers, handler=self._handle)
        self.time = time
        self.access, self.refresh = "TTP_access_0", "TTP_refresh_0"
        self.presented = []  # to the token service
        self.calls = []  # (operation, query, body)
        self.check_shapes = True
        self.skew = 0

    def handlers(self):
        """``{operation: function(query, body, *ids in the path)}``."""
        return {}

    def before(self, operation, query):
        """Called with each call before anything is checked."""

    def _handle(self, request):
        url = urlsplit(request.url)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        if url.netloc == AUTH:
            return self._token(url.path, query)
        if url.path.endswith(".pdf"):
            return answer(b"%PDF-1.4 waybill", Content_Type="application/pdf; charset=binary")
        assert url.netloc == API
        assert query["app_key"] == APP_KEY and abs(int(query["timestamp"]) - self.time.now) <= 300
        assert query["sign"] == sign(url.path, query, request.body)
        operation, ids = find_operation(request.method, url.path)
        assert "shop_cipher" in query or operation == "authorization.shops"
        body = json.loads(request.body) if request.body else None
        self.calls.append((operation, query, body))
        self.before(operation, query)
        if request.headers["x-tts-access-token"] != self.access:
            return refusal(105002, "access token is expired", 401)
        check_request(operation, body)
        handler = self.handlers().get(operation)
        played = handler(query, body, *ids) if handler else self._default(operation)
        if self.check_shapes and isinstance(played, tuple) and played[0] == 200:
            check_answer(operation, json.loads(played[2].getvalue()))
        return dated(played, self.time.now + self.skew)

    def _default(self, operation):
        if operation == "authorization.shops":
            return success({"shops": [shop()]})
        return self.answers.pop(0)

    def _token(self, path, query):
        assert (query["app_key"], query["app_secret"]) == (APP_KEY, APP_SECRET)
        given = query.get("refresh_token") or query["auth_code"]
        self.presented.append(given)
        if given != (self.refresh if path.endswith("/refresh") else CODE):
            return refusal(36004004, "the code or the refresh token is not valid")
        number = len(self.presented)
        self.access, self.refresh = f"TTP_access_{number}", f"TTP_refresh_{number}"
        return success(self.tokens())

    def tokens(self):
        now = int(self.time.now)
        return {
            "access_token": self.access,
            "access_token_expire_in": now + 7 * 86400,
            "refresh_token": self.refresh,
            "refresh_token_expire_in": now + 365 * 86400,
            "open_id": "7010736057180325637",
            "seller_name": "Jjj test shop",
            "seller_base_region": "GB",
            "user_type": 0,
        }

    def store(self):
        """A token store with valid tokens."""
        return MemoryTokenStore(Tokens(self.access, self.time.now + 86400, self.refresh))

    def count(self):
        """How often each operation was called."""
        return Counter(operation for operation, _query, _body in self.calls)


def dated(played, now):
    if isinstance(played, Exception):
        return played
    status, headers, stream = played
    return status, {"Date": formatdate(now, usegmt=True), **headers}, stream


def find_operation(method, path):
    """``(our name, ids in the path)``; the path must be published."""
    listed = published()
    assert not listed or any(verb == method and pattern.match(path) for verb, pattern in listed), f"{method} {path}"
    for name, (verb, template) in OPERATIONS.items():
        match = re.match(re.sub(r"\{\w+\}", "([^/]+)", template) + "$", path)
        if verb == method and match:
            return name, match.groups()
    raise AssertionError(f"{method} {path} is no operation of ours")


def connect(tiktok, credentials=CREDENTIALS, store=None, **options):
    """A connector of a :class:`TikTok`."""
    return TikTokConnector(
        credentials,
        session=session_of(tiktok),
        clock=tiktok.time.clock,
        sleep=tiktok.time.sleep,
        token_store=tiktok.store() if store is None else store,
        jitter=lambda: 0.0,
        **options,
    )


def start(*answers):
    """``(fake, connector)`` that plays the answers in order."""
    tiktok = TikTok(FakeTime(NOW), *answers)
    return tiktok, connect(tiktok)


def shop(number=SHOP, region="GB"):
    return {
        "cipher": f"GCP_{number}",
        "code": "CNGBCBA4LLU8",
        "id": number,
        "name": "Maomao beauty shop",
        "region": region,
        "seller_type": "CROSS_BORDER",
    }


def item(number, price="10.00", seller="0", platform="0", currency="GBP", status="AWAITING_SHIPMENT", **fields):
    """One line item: one unit."""
    return {
        "id": f"57708651212375512{number}",
        "product_id": "1729582718312380123",
        "product_name": "Teapot",
        "sku_name": "Blue",
        "sku_id": f"272938247685292156{number}",
        "seller_sku": f"SKU-{number}",
        "currency": currency,
        "original_price": price,
        "seller_discount": seller,
        "platform_discount": platform,
        "display_status": status,
        **fields,
    }


def order(number=1, items=None, payment=None, status="AWAITING_SHIPMENT", currency="GBP", **fields):
    """One order; ``payment`` holds the amounts, of which ``total_amount`` is needed."""
    created = int(NOW) - 86400
    return {
        "id": f"57646141303878575{number}",
        "status": status,
        "create_time": created,
        "update_time": created + 60 * number,
        "user_id": "7021436810468230477",
        "buyer_email": "v2b2V5@chat.seller.tiktok.com",
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "shipping_type": "SELLER",
        "delivery_option_id": "7091146663229654785",
        "delivery_option_name": "Standard shipping",
        "is_cod": False,
        "payment": {"currency": currency, **(payment or {"total_amount": "10.00"})},
        "recipient_address": {
            "name": "David Kong",
            "address_line1": "5 High Street",
            "postal_code": "SW1A 1AA",
            "region_code": "GB",
            "phone_number": "(+44)213-***-1234",
            "district_info": [
                {"address_level": "L1", "address_level_name": "State", "address_name": "England"},
                {"address_level": "L3", "address_level_name": "City", "address_name": "London"},
            ],
        },
        "line_items": items or [item(1, status=status, currency=currency)],
        **fields,
    }
