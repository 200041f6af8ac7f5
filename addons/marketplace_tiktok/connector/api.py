"""TikTok Shop's Open API as one authorisation sees it: host, signature, token, shops."""

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ...marketplace.contract import InvalidPayload, Rejected
from ...marketplace.transport import HttpClient, MemoryTokenStore, TokenAuth
from .auth import API_HOST, TokenService
from .errors import is_token_refused, judge
from .fields import Node
from .operations import LIMITS, OPERATIONS
from .signing import sign_request

# Never ask up to this very second: what TikTok has just changed may not be in its search yet.
_DELAY = timedelta(seconds=60)


class OpenApi:
    """Calls operations by name.

    :param Credentials credentials: the application
    :param endpoint: scheme, host and prefix instead of every host of TikTok's
    :param token_store: :class:`~...marketplace.transport.TokenStore`
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, token_store=None, **transport):
        self.credentials = credentials
        self._endpoint = (endpoint or API_HOST).rstrip("/")
        self._prefix = urlsplit(self._endpoint).path
        self.token_store = token_store or MemoryTokenStore()
        plain = HttpClient(**transport, judge=judge)
        self.token_service = TokenService(plain, credentials, endpoint)
        auth = TokenAuth(self.token_store, self.token_service.refresh, self._sign, plain.clock, is_token_refused)
        self.client = HttpClient(**transport, scope=credentials.key, limits=LIMITS, auth=auth, judge=judge, exact=True)
        self._shops = {}

    def call(self, operation, shop_id="", query=None, payload=None, idempotent=None, **path):
        """``data`` of an answer as :class:`Node`."""
        return self.ask(operation, shop_id, query, payload, idempotent, **path)[0]

    def ask(self, operation, shop_id="", query=None, payload=None, idempotent=None, **path):
        """``(data, instant up to which the answer is whole)``: TikTok's clock less a margin."""
        method, template = OPERATIONS[operation]
        asked_at = self.now()
        answer = self.client.call(
            operation,
            method,
            self._endpoint + template.format_map({key: _part(value, key) for key, value in path.items()}),
            params={**(query or {}), "shop_cipher": self._cipher(shop_id) if shop_id else None},
            payload=payload,
            headers={"Content-Type": "application/json"},
            idempotent=idempotent,
        )
        return Node(answer.body).node("data"), _whole_until(answer.headers, asked_at)

    def pages(self, operation, key, shop_id, query, payload=None):
        """All objects of a paged search, as nodes."""
        token = ""
        while True:
            data = self.call(operation, shop_id, {**query, "page_token": token}, payload, idempotent=True)
            yield from data.nodes(key)
            token = data.text("next_page_token")
            if not token:
                return

    def now(self):
        """Aware UTC time of the client's clock."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc)

    def settled(self):
        """Instant up to which TikTok's searches are whole, by our clock."""
        return _whole_until({}, self.now())

    def shops(self):
        """Authorised shops as nodes, by id; asked anew each time."""
        answer = self.call("authorization.shops").nodes("shops")
        self._shops = {shop.text("id", required=True): shop for shop in answer}
        return self._shops

    def shop_ids(self):
        """Ids of the authorised shops, as known."""
        return list(self._shops or self.shops())

    def _cipher(self, shop_id):
        """The word for a shop in queries; it belongs to the authorisation and is never kept longer."""
        shop = self._shops.get(shop_id) or self.shops().get(shop_id)
        if shop is None:
            raise Rejected(f"TikTok Shop gives no access to the shop {shop_id}", "NoSuchShop")
        return shop.text("cipher", required=True)

    def _sign(self, prepared, tokens):
        return sign_request(prepared, self.credentials, tokens.access, self.client.clock(), self._prefix)


def _part(value, name):
    """An id as part of a path."""
    if not value.isalnum():
        raise InvalidPayload(name, f"{value!r} is no id of TikTok Shop")
    return value


def _whole_until(headers, asked_at):
    """TikTok's clock, or ours where it is behind or the answer names none, less a margin."""
    try:
        answered_at = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        answered_at = asked_at
    return min(answered_at, asked_at).replace(microsecond=0) - _DELAY
