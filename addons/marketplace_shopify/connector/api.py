"""The Admin GraphQL API of one shop: errors read from answers, points held and settled."""

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, RateLimited, Rejected, Unavailable
from ...marketplace.transport import HttpClient, MemoryBucketStore, MemoryTokenStore, redact
from .auth import Authorisation
from .fields import Node
from .throttle import Cost, PointBucket

VERSION = "2026-10"
_OUTAGES = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "UNAVAILABLE"})
# No or another shop's access: a person has to look at the app's scopes or at the shop's bill.
_FORBIDDEN = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE", "UNAUTHORIZED"})


@dataclass(frozen=True, slots=True)
class Reply:
    """``data`` of an answer, and the platform's time of it."""

    data: Node
    at: datetime


class AdminApi:
    """Runs the documents of :mod:`.documents`.

    :param Credentials credentials: of the shop
    :param str endpoint: scheme, host and prefix instead of the shop's own
    :param TokenStore token_store: keeps the tokens of apps whose tokens expire
    :param float max_wait: most seconds slept per call
    """

    def __init__(
        self,
        credentials,
        *,
        endpoint=None,
        token_store=None,
        session=None,
        bucket_store=None,
        clock=None,
        sleep=None,
        max_wait=20.0,
        **transport,
    ):
        self.credentials = credentials
        self.sleep = sleep or time.sleep
        self._max_wait = max_wait
        base = (endpoint or f"https://{credentials.shop}").rstrip("/")
        self._url = f"{base}/admin/api/{VERSION}/graphql.json"
        store = bucket_store or MemoryBucketStore()
        self._client = HttpClient(
            session, store, clock, sleep, scope=credentials.key, judge=judge, max_wait=max_wait, **transport
        )
        self.authorisation = Authorisation(self._client, credentials, base, token_store or MemoryTokenStore())
        self._points = PointBucket(store, credentials.key, self._client.clock)
        self._stated = {}  # (document, page size): requested cost as Shopify stated it last

    def now(self):
        """Our own time, aware UTC."""
        return datetime.fromtimestamp(self._client.clock(), timezone.utc)

    def run(self, document, **variables):
        """Send one document.

        :param Document document: query or mutation
        :return: :class:`Reply`
        :raise ConnectorError: as the transport does; see :func:`judge`
        """
        key = document.name, variables.get("first")
        held = self._stated.get(key) or document.cost(variables)
        wait = self._points.hold(held, self._max_wait)
        if wait:
            self.sleep(wait)
        try:
            answer = self._call(document, variables, held)
        except RateLimited:
            self._points.release(held)
            raise
        cost = Cost.of(answer.body)
        if cost:
            self._points.settle(held, cost)
            self._stated[key] = cost.requested
        return Reply(Node(answer.body).node("data"), self._time_of(answer.headers))

    def download(self, url):
        """A file that Shopify made, as text."""
        return self._client.download("bulkOperation.result", url).text

    def _call(self, document, variables, held):
        payload = {"query": document.text, "operationName": document.name, "variables": variables}
        answer = self._client.call(
            document.name,
            "POST",
            self._url,
            payload=payload,
            auth=self.authorisation.auth,
            idempotent=document.repeatable,
        )
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get("data"), dict):
            raise InvalidPayload("data", "an object was expected")
        return answer

    def _time_of(self, headers):
        """The platform's clock; ours if it is behind or the header is missing."""
        now = self.now()
        try:
            return min(now, parsedate_to_datetime(headers.get("Date", "")).astimezone(timezone.utc))
        except ValueError:
            return now


def judge(operation, response, body):
    """The error that an answer states in its body, most of them with HTTP 200; ``None`` if it states none."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not errors:
        return None
    if not isinstance(errors, list):
        return _judge_refusal(operation, response.status_code, errors)
    first = errors[0] if isinstance(errors[0], dict) else {"message": str(errors[0])}
    code = str((first.get("extensions") or {}).get("code") or "")
    text = redact(f"{operation}: {code} {first.get('message', '')}".strip())
    if code == "THROTTLED":
        cost = Cost.of(body)
        return RateLimited(text, cost.wait if cost else 1.0)
    if code in _OUTAGES:
        return Unavailable(text)
    if code in _FORBIDDEN:
        return AuthenticationFailed(text)
    return Rejected(text, code) if response.status_code < 400 else None


def _judge_refusal(operation, status, errors):
    """Refusals before the query is read: a text, or texts by field."""
    if status in (401, 403):
        return AuthenticationFailed(redact(f"{operation}: HTTP {status} {errors if isinstance(errors, str) else ''}"))
    return None


def user_errors(payload, key="userErrors"):
    """What a mutation refused: ``[(field path as text, message, code)]``.

    :param Node payload: the mutation's result
    """
    return [
        (".".join(str(part) for part in error.data.get("field") or ()), error.text("message"), error.text("code"))
        for error in payload.nodes(key)
    ]


def raise_user_errors(payload, key="userErrors"):
    """:raise Rejected: the mutation was refused"""
    errors = user_errors(payload, key)
    if errors:
        raise Rejected("; ".join(message for _field, message, _code in errors), errors[0][2])
