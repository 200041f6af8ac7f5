"""The API as the seller's software sees it. Source: ``shipbob/openapi-2026-01.json``."""

from datetime import datetime, timezone
from urllib.parse import parse_qsl, urlsplit

from ...marketplace.contract import AuthenticationFailed, Rejected
from ...marketplace.transport import HttpClient, redact, remember_secret
from .fields import Node

HOST = "https://api.shipbob.com"
SANDBOX = "https://sandbox-api.shipbob.com"
VERSION = "2026-01"
_WRITES_ORDERS = "orders_write"


class ShipbobApi:
    """Calls paths below the version; numbers with a fraction arrive as text.

    :param str token: personal access token
    :param str channel: number of the channel that orders go through; empty: the first that may write orders
    :param str endpoint: scheme, host and prefix instead of ShipBob's
    :param int page_size: entries of a page, at most 250
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, token, channel="", *, endpoint=None, page_size=100, **transport):
        remember_secret(token)
        headers = {"Authorization": f"Bearer {token}"}
        self._base = f"{(endpoint or HOST).rstrip('/')}/{VERSION}"
        self._channel = channel
        self.page_size = page_size
        self.client = HttpClient(**transport, scope="shipbob", headers=headers, judge=judge, exact=True)

    def now(self):
        """Aware UTC."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc)

    def get(self, operation, path, **query):
        """Body of a GET."""
        return self.client.call(operation, "GET", f"{self._base}/{path}", params=query).body

    def file(self, operation, path):
        """A file: its bytes, or the JSON text that holds them."""
        return self.client.call(operation, "GET", f"{self._base}/{path}", binary=True).body

    def send(self, operation, path, payload=None, *, method="POST", channel=False, idempotent=False, query=None):
        """Body of the answer to a POST or PATCH.

        :param bool channel: whether the operation wants to know the channel
        :param bool idempotent: whether it only asks
        """
        headers = {"shipbob_channel_id": self.channel()} if channel else {}
        return self.client.call(
            operation,
            method,
            f"{self._base}/{path}",
            params=query,
            payload={} if payload is None else payload,
            headers=headers,
            idempotent=idempotent,
        ).body

    def numbered(self, operation, path, **query):
        """All entries of a list whose pages have numbers."""
        entries, number = [], 1
        while True:
            found = self.get(operation, path, Page=number, Limit=self.page_size, **query) or []
            entries += found
            if len(found) < self.page_size:
                return entries
            number += 1

    def linked(self, operation, path, token, **query):
        """``(page as Node, token of the next)`` of a list whose pages name the next one."""
        found = self.get(operation, path, **(follow(token) if token else {"PageSize": self.page_size, **query}))
        node = Node(found, operation)
        return node, node.text("next")

    def channel(self):
        """Number of the channel that orders go through.

        :raise AuthenticationFailed: the token may write orders of none
        """
        if not self._channel:
            nodes = Node(self.get("channel.list", "channel"), "channel.list").nodes("items")
            able = [node for node in nodes if _WRITES_ORDERS in node.texts("scopes")]
            if not able:
                raise AuthenticationFailed("the token may not write orders: no channel has the scope orders_write")
            self._channel = able[0].ident("id", required=True)
        return self._channel


def follow(link):
    """Query of the page that a link, or a bare cursor, leads to; a link's host is not followed."""
    query = urlsplit(link).query
    return dict(parse_qsl(query)) if query else {"Cursor": link}


def judge(operation, response, body):
    """What an error's body says, where the HTTP status alone would say less; ``None``: the status decides."""
    if response.status_code not in (400, 404, 409, 422) or body is None:
        return None
    text = redact(f"{operation}: HTTP {response.status_code} {_reason(body)}".rstrip())[:500]
    return Rejected(text, "NotFound" if response.status_code == 404 else str(response.status_code))


def _reason(body):
    """Bodies are a problem (``title``, ``errors``), texts by field, or a list of texts."""
    if isinstance(body, dict):
        parts = [str(body[name]) for name in ("title", "detail", "message") if body.get(name)]
        errors = body.get("errors", {} if parts else body)
        return " ".join([*parts, _reason(errors)] if isinstance(errors, list) else [*parts, *_texts(errors)])
    return " ".join(map(str, body)) if isinstance(body, list) else str(body)


def _texts(errors):
    if not isinstance(errors, dict):
        return []
    return [f"{name}: {', '.join(map(str, said)) if isinstance(said, list) else said}" for name, said in errors.items()]
