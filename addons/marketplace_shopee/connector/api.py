"""The Open Platform as the app sees it: host, tokens of the shops, clock."""

import json
from email.utils import parsedate_to_datetime

from ...marketplace.contract import InvalidPayload
from ...marketplace.transport import HttpClient, MemoryTokenStore
from .auth import HOSTS, Authorisation, PublicAuth, ShopAuth
from .errors import judge
from .fields import Node

# Smaller differences between the clocks are the way of the answer and the header's whole seconds.
_LEAST_SKEW = 5


class ShopeeApi:
    """Calls operations by path; numbers with a fraction arrive as text.

    :param Credentials credentials: of the app
    :param endpoint: scheme and host (and prefix) instead of Shopee's
    :param token_store: of the account
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, token_store=None, **transport):
        self.credentials = credentials
        self._host = (endpoint or HOSTS[credentials.site]).rstrip("/")
        self._skew = 0.0
        self._shop_auths = {}
        self.client = HttpClient(**transport, scope=credentials.key, judge=self._judge, exact=True)
        store = token_store or MemoryTokenStore()
        self.authorisation = Authorisation(credentials, self._host, store, self.client, self.now)

    def now(self):
        """Epoch seconds at the platform: our clock, set right by the ``Date`` of its answers."""
        return self.client.clock() + self._skew

    def get(self, operation, shop_id, path, query=None):
        """Body of a GET, as :class:`Node`."""
        answer = self.client.call(operation, "GET", self._url(path), params=query, auth=self._auth(shop_id))
        return _body(operation, answer)

    def post(self, operation, shop_id, path, payload, idempotent=False):
        """Body of the answer to a POST, as :class:`Node`."""
        auth = self._auth(shop_id)
        answer = self.client.call(operation, "POST", self._url(path), payload=payload, auth=auth, idempotent=idempotent)
        return _body(operation, answer)

    def download(self, operation, shop_id, path, payload):
        """``(content, content type)`` of a file."""
        answer = self.client.call(
            operation, "POST", self._url(path), payload=payload, auth=self._auth(shop_id), idempotent=True, binary=True
        )
        if not isinstance(answer.body, bytes):
            raise InvalidPayload(operation, "a file was expected")
        return answer.body, answer.headers.get("Content-Type", "").partition(";")[0].strip()

    def public(self, operation, method, path, payload=None):
        """Body of a call that concerns the app."""
        auth = PublicAuth(self.authorisation)
        return _body(
            operation,
            self.client.call(operation, method, self._url(path), payload=payload, auth=auth, idempotent=True),
        )

    def _url(self, path):
        return f"{self._host}/api/v2/{path}"

    def _auth(self, shop_id):
        if shop_id not in self._shop_auths:
            self._shop_auths[shop_id] = ShopAuth(self.authorisation, shop_id)
        return self._shop_auths[shop_id]

    def _judge(self, operation, response, body):
        self._learn_clock(response.headers.get("Date", ""))
        return judge(operation, response, body, self.now())

    def _learn_clock(self, date):
        try:
            skew = parsedate_to_datetime(date).timestamp() - self.client.clock()
        except ValueError:
            return  # no date: our clock has to do
        self._skew = skew if abs(skew) >= _LEAST_SKEW else 0.0


def compact(value):
    """JSON text without blanks, in a fixed order."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _body(operation, answer):
    return Node(answer.body, operation)
