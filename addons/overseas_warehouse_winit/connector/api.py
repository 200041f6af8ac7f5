"""The gateway of Winit's open platform.

All operations are POSTs of one JSON envelope to one address. It is signed twice, with the token of the account
(``sign``) and with the secret of the application (``client_sign``): upper-case hex MD5 of the secret, then ``action``,
``app_key``, ``data``, ``format``, ``platform``, ``sign_method``, ``timestamp`` and ``version``, each name followed by
its value, then the secret again. ``data`` is signed as compact JSON whose names are in order, and sent just so.
Sources: domain/apis.md, fields.json (``winit.WinitRequest``), and the published client of EalenXie/sdk-all (winit).
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from ...marketplace.contract import InvalidPayload
from ...marketplace.transport import HttpClient, remember_secret
from .errors import judge
from .fields import BEIJING, Node, clock_text

HOST = "https://openapi.winit.com.cn"
SANDBOX = "https://sandboxopenapi.winit.com.cn"
_PATH = "/openapi/service"
_SIGNED = ("action", "app_key", "data", "format", "platform", "sign_method", "timestamp", "version")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of an account and of the application that acts for it.

    :param app_key: name that the seller signs in with
    :param platform: code of the application
    """

    app_key: str
    token: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    platform: str


class WinitApi:
    """Calls operations by name; numbers with a fraction arrive as text.

    :param str endpoint: scheme and host (and prefix) instead of Winit's
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, **transport):
        for secret in (credentials.token, credentials.client_secret):
            remember_secret(secret)
        self._credentials = credentials
        self._url = (endpoint or HOST).rstrip("/") + _PATH
        self.client = HttpClient(**transport, scope=credentials.app_key, judge=judge, exact=True)

    def now(self):
        """The time in Beijing, which is Winit's."""
        return datetime.fromtimestamp(self.client.clock(), BEIJING)

    def call(self, action, data=None, idempotent=True):
        """``data`` of the answer, whatever it is; fields without a value are not sent.

        :raise InvalidPayload: no answer of the gateway
        """
        data = None if data is None else {name: value for name, value in data.items() if value not in (None, "", [])}
        auth = _Envelope(self._credentials, action, data, self.now)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = self.client.call(action, "POST", self._url, headers=headers, auth=auth, idempotent=idempotent)
        if not isinstance(answer.body, dict) or "code" not in answer.body:
            raise InvalidPayload(action, "the answer has no code")
        return answer.body.get("data")

    def node(self, action, data=None, idempotent=True):
        """``data`` of the answer as :class:`Node`; an absent one is empty."""
        received = self.call(action, data, idempotent)
        return Node({} if received in (None, "") else received, action)

    def nodes(self, action, data=None):
        """``data`` of the answer as list of :class:`Node`."""
        return Node({"data": self.call(action, data)}, action).nodes("data")

    def pages(self, action, page, page_size, entries="list"):
        """Entries of all pages, as list of :class:`Node`.

        :param page: ``(page number, page size) -> data`` of the request
        :param str entries: name of the list in the answer
        """
        found, number = [], 0
        while True:
            number += 1
            received = self.node(action, page(number, page_size)).nodes(entries)
            found += received
            if len(received) < page_size:
                return found


class _Envelope:
    """Writes and signs each attempt with the time it is made."""

    def __init__(self, credentials, action, data, now):
        self._credentials = credentials
        self._action = action
        self._data = data
        self._now = now

    def __call__(self, prepared):
        envelope = {
            "action": self._action,
            "app_key": self._credentials.app_key,
            "client_id": self._credentials.client_id,
            "format": "json",
            "language": "en_US",
            "platform": self._credentials.platform,
            "sign_method": "md5",
            "timestamp": clock_text(self._now()),
            "version": "1.0",
        }
        signed = {**envelope, "data": "" if self._data is None else _compact(self._data)}
        envelope["sign"] = _signature(self._credentials.token, signed)
        envelope["client_sign"] = _signature(self._credentials.client_secret, signed)
        if self._data is not None:
            envelope["data"] = self._data
        prepared.body = _compact(envelope).encode()
        return prepared


def _signature(secret, values):
    text = "".join(f"{name}{values[name]}" for name in _SIGNED)
    return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()


def _compact(data):
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
