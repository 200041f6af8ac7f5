"""Walmart's Marketplace API as one seller sees it: host, token, headers, limits."""

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from ...marketplace.contract import InvalidPayload
from ...marketplace.transport import HttpClient, Limit, MemoryTokenStore, TokenAuth
from .auth import TokenService, common_headers, sign
from .errors import judge
from .fields import Node

HOST = "https://marketplace.walmartapis.com"
# Walmart grants each seller a bucket per operation and tells in answers what is left, but not how fast it refills.
# Only the feed's rate is in its documents (partner profile: six files an hour); the others are on the safe side.
_READ = Limit(rate=1, burst=20)
_WRITE = Limit(rate=2, burst=20)
LIMITS = {
    "settings.partner": _READ,
    "orders.list": _READ,
    "orders.get": _WRITE,
    "orders.acknowledge": _WRITE,
    "orders.ship": _WRITE,
    "orders.cancel": _WRITE,
    "orders.refund": _WRITE,
    "returns.list": _READ,
    "returns.refund": _WRITE,
    "items.list": _READ,
    "inventory.get": _WRITE,
    "inventory.put": _WRITE,
    "inventory.list": _READ,
    "inventory.wfs": _READ,
    "feeds.submit": Limit(rate=6 / 3600, burst=6),
    "feeds.status": _READ,
    "recon.dates": _READ,
    "recon.file": _READ,
    "webhooks.types": Limit(rate=5 / 60, burst=5),
    "webhooks.list": _READ,
    "webhooks.create": _WRITE,
    "webhooks.delete": Limit(rate=10 / 60, burst=10),
}
# Never trust the very last seconds of a search: what has just changed may not be in it yet.
_DELAY = timedelta(seconds=60)


class MarketplaceApi:
    """Calls operations by path.

    :param Credentials credentials: the seller's keys
    :param endpoint: scheme, host and prefix instead of Walmart's
    :param token_store: :class:`~...marketplace.transport.TokenStore`
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, token_store=None, **transport):
        self.credentials = credentials
        self._endpoint = (endpoint or HOST).rstrip("/")
        plain = HttpClient(**transport, judge=judge)
        service = TokenService(plain, credentials, self._endpoint)
        auth = TokenAuth(token_store or MemoryTokenStore(), service.renew, sign, plain.clock)
        self.client = HttpClient(**transport, scope=credentials.key, limits=LIMITS, auth=auth, judge=judge, exact=True)
        self._partner = None

    def get(self, operation, path, query=None):
        """JSON body of a GET."""
        return self.answer(operation, path, query).body

    def answer(self, operation, path, query=None):
        """The whole answer of a GET."""
        return self.client.call(operation, "GET", self._endpoint + path, params=query, headers=common_headers())

    def download(self, operation, path, query):
        """The file that a GET answers.

        :raise InvalidPayload: the answer is no file
        """
        headers = {**common_headers(), "Accept": "application/octet-stream"}
        url = self._endpoint + path
        body = self.client.call(operation, "GET", url, params=query, headers=headers, binary=True).body
        if not isinstance(body, bytes):
            raise InvalidPayload(operation, "a file was expected")
        return body

    def send(self, operation, method, path, payload=None, query=None, idempotent=None):
        """JSON body of the answer to a call that changes something."""
        answer = self.client.call(
            operation,
            method,
            self._endpoint + path,
            params=query,
            payload=payload,
            headers=common_headers(),
            idempotent=idempotent,
        )
        return answer.body

    def upload(self, operation, path, query, content, content_type):
        """JSON body of the answer to a file; a lost answer is not repeated."""
        headers = {**common_headers(), "Content-Type": content_type}
        url = self._endpoint + path
        return self.client.call(operation, "POST", url, params=query, content=content, headers=headers).body

    def partner(self):
        """The seller's profile as node; it is asked for once."""
        if self._partner is None:
            self._partner = Node(self.get("settings.partner", "/v3/settings/partnerprofile")).node("partner")
        return self._partner

    def now(self):
        """Aware UTC time of the client's clock."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc)

    def settled(self, headers):
        """Instant up to which an answer is whole: Walmart's clock, or ours where it is behind, less a margin."""
        try:
            answered_at = parsedate_to_datetime(headers.get("Date", ""))
        except ValueError:
            answered_at = self.now()
        return min(answered_at, self.now()).replace(microsecond=0) - _DELAY
