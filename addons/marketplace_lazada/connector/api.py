"""The Open Platform as the app sees it: a host per country, one token, the platform's clock."""

import json
from email.utils import parsedate_to_datetime

from ...marketplace.transport import HttpClient, MemoryTokenStore
from .auth import Authorisation, LazadaAuth
from .countries import COUNTRIES
from .errors import judge
from .fields import Node

# Smaller differences between the clocks are the way of the answer and the header's whole seconds.
_LEAST_SKEW = 5


class LazadaApi:
    """Calls operations by path; numbers with a fraction arrive as text.

    :param Credentials credentials: of the app
    :param endpoint: scheme and host (and prefix) instead of Lazada's
    :param token_store: of the account
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, token_store=None, **transport):
        self.credentials = credentials
        self._endpoint = endpoint.rstrip("/") if endpoint else None
        self._skew = 0.0
        self.client = HttpClient(**transport, scope=credentials.key, judge=self._judge, exact=True)
        store = token_store or MemoryTokenStore()
        self.authorisation = Authorisation(credentials, self._endpoint, store, self.client, self.now)
        self._auth = LazadaAuth(self.authorisation)

    def now(self):
        """Epoch seconds at the platform: our clock, set right by the ``Date`` of its answers."""
        return self.client.clock() + self._skew

    def country(self, shop_id):
        """:class:`~.countries.Country` of a shop."""
        return COUNTRIES[self.authorisation.seller(shop_id).country]

    def get(self, operation, shop_id, path, query=None, idempotent=True):
        """Body of a GET, as :class:`Node`; lists are JSON arrays."""
        query = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        url = self._url(shop_id, path)
        answer = self.client.call(operation, "GET", url, params=query, auth=self._auth, idempotent=idempotent)
        return Node(answer.body, operation)

    def post(self, operation, shop_id, path, form, idempotent=False):
        """Body of the answer to a POST with a form, as :class:`Node`; objects are JSON."""
        form = {name: _text(value) for name, value in form.items()}
        url = self._url(shop_id, path)
        answer = self.client.call(operation, "POST", url, form=form, auth=self._auth, idempotent=idempotent)
        return Node(answer.body, operation)

    def _url(self, shop_id, path):
        country = self.country(shop_id)
        # A test server stands for all countries: the path tells it which one is meant, and is not signed.
        host = f"{self._endpoint}/{country.code}" if self._endpoint else country.host
        return f"{host}/rest{path}"

    def _judge(self, operation, response, body):
        self._learn_clock(response.headers.get("Date", ""))
        return judge(operation, response, body)

    def _learn_clock(self, date):
        try:
            skew = parsedate_to_datetime(date).timestamp() - self.client.clock()
        except ValueError:
            return  # no date: our clock has to do
        self._skew = skew if abs(skew) >= _LEAST_SKEW else 0.0


def _text(value):
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list | bool) else str(value)
