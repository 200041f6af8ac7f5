"""The gateway of 4PX's open platform (FOP).

All operations are POSTs of JSON to one address; the operation and the signature stand in the query. The signature is
the hex MD5 of ``app_key``, ``format``, ``method``, ``timestamp`` and ``v``, each name followed by its value, then the
body as it is sent and the app secret; ``language`` is not signed. Sources: domain/apis.md, and the published clients
of EalenXie/sdk-all (4px) and lujie/fulfillment/f4px, which agree.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import urlencode

from ...marketplace.contract import InvalidPayload
from ...marketplace.transport import HttpClient, remember_secret
from .errors import judge
from .fields import Node

HOST = "https://open.4px.com"
SANDBOX = "https://open-test.4px.com"
_PATH = "/router/api/service"
_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of an application on open.4px.com."""

    app_key: str
    app_secret: str = field(repr=False)


class FpxApi:
    """Calls operations by name; numbers with a fraction arrive as text.

    :param str endpoint: scheme and host (and prefix) instead of 4PX's
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, **transport):
        remember_secret(credentials.app_secret)
        self._credentials = credentials
        self._url = (endpoint or HOST).rstrip("/") + _PATH
        self.client = HttpClient(**transport, scope=credentials.app_key, judge=judge, exact=True)

    def now(self):
        """The time, aware."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc)

    def call(self, operation, payload, idempotent=True):
        """``data`` of the answer, whatever it is; fields without a value are not sent.

        :raise InvalidPayload: no answer of the gateway
        """
        payload = {name: value for name, value in payload.items() if value not in (None, "", [], {})}
        auth = _Signature(self._credentials, operation, self.client.clock)
        answer = self.client.call(operation, "POST", self._url, payload=payload, auth=auth, idempotent=idempotent)
        if not isinstance(answer.body, dict) or "result" not in answer.body:
            raise InvalidPayload(operation, "the answer has no result")
        return _unwrapped(answer.body.get("data"), operation)

    def node(self, operation, payload, idempotent=True):
        """``data`` of the answer as :class:`Node`; an absent one is empty."""
        data = self.call(operation, payload, idempotent)
        return Node({} if data in (None, "") else data, operation)

    def nodes(self, operation, payload):
        """``data`` of the answer as list of :class:`Node`."""
        return Node({"data": self.call(operation, payload)}, operation).nodes("data")

    def pages(self, operation, payload, page_size):
        """Entries of all pages, as list of :class:`Node`."""
        found, page_no = [], 0
        while True:
            page_no += 1
            page = self.node(operation, {**payload, "page_no": page_no, "page_size": page_size})
            entries = page.nodes("data")
            found += entries
            if len(entries) < page_size:
                return found


class _Signature:
    """Signs each attempt with the time it is made."""

    def __init__(self, credentials, operation, clock):
        self._credentials = credentials
        self._operation = operation
        self._clock = clock

    def __call__(self, prepared):
        query = {
            "app_key": self._credentials.app_key,
            "format": "json",
            "method": self._operation,
            "timestamp": str(round(self._clock() * 1000)),
            "v": _VERSION,
        }
        signed = "".join(f"{name}{value}" for name, value in query.items()).encode()
        digest = hashlib.md5(signed + prepared.body + self._credentials.app_secret.encode())
        prepared.prepare_url(prepared.url, urlencode({**query, "sign": digest.hexdigest(), "language": "en"}))
        return prepared


def _unwrapped(data, operation):
    """Some operations state their data as the text of JSON."""
    if isinstance(data, str) and data[:1] in ("{", "["):
        try:
            return json.loads(data, parse_float=str)
        except ValueError:
            raise InvalidPayload(f"{operation}.data", "the text is no JSON") from None
    return data
