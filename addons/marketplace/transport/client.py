"""The HTTP client of every connector."""

import json
import random
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from ..contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from .buckets import MemoryBucketStore, RateLimiter
from .documents import Document, decode_document
from .failures import error_of
from .redaction import get_logger

_logger = get_logger(__name__)

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
MAX_DOCUMENT = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer.

    :param body: parsed JSON, ``None`` if the answer has no content
    :param headers: case-insensitive mapping
    """

    status: int
    headers: object
    body: object


class HttpClient:
    """Calls a marketplace, in its limits, and turns everything that goes wrong into the contract's errors.

    Waiting is bounded: what a call sleeps in all, for its turn and between attempts, is at most ``max_wait`` seconds;
    when more is needed it raises :class:`RateLimited` or :class:`Unavailable` instead, since a job must not hold a
    worker.

    :param session: ``requests.Session``
    :param BucketStore bucket_store: shared by everything that uses the account
    :param clock: returns epoch seconds
    :param sleep: waits that many seconds
    :param str scope: account key of the rate limits; not secret
    :param dict limits: ``{operation: Limit}``
    :param auth: signs requests, as ``requests`` defines it: called with the prepared request, returns it. Two more
        methods are optional: ``ready()`` is called once before the first attempt to get what signing needs, and what
        it raises is final; ``renew(failure)`` is called after 401 and 403, and true means "try once more"
    :param dict headers: sent with each signed call
    :param str rate_header: answer header that states the operation's rate in calls per second
    :param judge: ``(operation, response, body) -> ConnectorError | None``: reads errors out of JSON answers the way
        this marketplace states them, many with HTTP 200; ``None``: the HTTP status decides
    :param bool exact: JSON numbers with a fraction arrive as text, every digit kept: for amounts that are no text
    :param float max_wait: most seconds slept per call
    :param tuple timeout: seconds to connect, seconds between bytes
    :param int attempts: most tries of a call that may be repeated
    :param jitter: returns a number in [0, 1)
    """

    def __init__(
        self,
        session=None,
        bucket_store=None,
        clock=None,
        sleep=None,
        *,
        scope="",
        limits=None,
        auth=None,
        headers=None,
        rate_header="",
        judge=None,
        exact=False,
        max_wait=20.0,
        timeout=(5.0, 30.0),
        attempts=4,
        jitter=random.random,
    ):
        self.clock = clock or time.time
        self._session = session or requests.Session()
        self._sleep = sleep or time.sleep
        self._limiter = RateLimiter(bucket_store or MemoryBucketStore(), scope, limits or {}, self.clock)
        self._auth = auth
        self._headers = headers or {}
        self._rate_header = rate_header
        self._judge = judge or (lambda operation, response, body: None)
        self._parse_float = str if exact else None
        self._max_wait = max_wait
        self._timeout = timeout
        self._attempts = attempts
        self._jitter = jitter

    def call(
        self,
        operation,
        method,
        url,
        *,
        params=None,
        payload=None,
        form=None,
        content=None,
        headers=None,
        auth=None,
        idempotent=None,
        binary=False,
    ):
        """One call that answers JSON or nothing.

        :param str operation: name for the rate limit and the log
        :param dict params: query; ``None`` values are left out, lists are joined by commas
        :param payload: sent as JSON
        :param dict form: sent as a form
        :param bytes content: sent as it is; say its type in ``headers``
        :param auth: instead of the client's
        :param idempotent: whether repeating is harmless; by default true of GET, HEAD, PUT and DELETE
        :param bool binary: the body of the answer is the file itself (bytes), unless the answer is JSON
        :return: :class:`Answer`
        :raise ConnectorError: see :mod:`..contract.errors`
        """
        json_headers = {} if payload is None else {"Content-Type": "application/json"}
        request = {
            "method": method,
            "url": url,
            "params": _query(params or {}),
            "data": content or (form if payload is None else json.dumps(payload).encode()),
            "headers": {**self._headers, **json_headers, **(headers or {})},
            "auth": auth or self._auth or _unsigned,
        }
        repeatable = method in _IDEMPOTENT if idempotent is None else idempotent

        def read(answer):
            if binary and "json" not in answer.headers.get("Content-Type", ""):
                return answer.content
            return self._read_json(operation, answer)

        response, body = self._exchange(operation, request, repeatable, read)
        return Answer(response.status_code, response.headers, body)

    def download(self, operation, url, *, gzipped=False, max_bytes=MAX_DOCUMENT):
        """Fetch a file from a presigned URL, unsigned.

        :param bool gzipped: whether the marketplace says that the file is compressed
        :return: :class:`~.documents.Document`
        :raise Rejected: code ``DocumentExpired``: ask for a new URL
        :raise InvalidPayload: damaged, or larger than ``max_bytes``
        """
        request = {"method": "GET", "url": url, "stream": True}
        response, content = self._exchange_presigned(operation, request, lambda answer: _read(answer, max_bytes))
        return Document(decode_document(content, gzipped, max_bytes), response.headers.get("Content-Type", ""))

    def upload(self, operation, url, content, content_type):
        """Put a file to a presigned URL, unsigned.

        :param str content_type: exactly what the URL was asked for
        :raise Rejected: code ``DocumentExpired``: ask for a new URL
        """
        headers = {"Content-Type": content_type}
        request = {"method": "PUT", "url": url, "data": content, "headers": headers}
        self._exchange_presigned(operation, request, lambda answer: None)

    def _exchange_presigned(self, operation, request, read):
        try:
            return self._exchange(operation, {**request, "auth": _unsigned}, True, read)
        except AuthenticationFailed as error:  # the permission is in the URL and lives for minutes
            raise Rejected(str(error), "DocumentExpired") from None

    def _exchange(self, operation, request, repeatable, read):
        """Send until answered well, refused for good or out of patience; returns ``(response, read(response))``."""
        ready = getattr(request["auth"], "ready", None)
        if ready is not None:
            ready()
        patience = self._max_wait
        attempt = 0
        renewed = False
        while True:
            patience -= self._wait_for_turn(operation, patience)
            attempt += 1
            try:
                return self._send(operation, request, read)
            except _NeverSent as error:
                failure, wait = Unavailable(str(error)), self._backoff(attempt)
            except Unavailable as error:
                if not repeatable:
                    raise
                failure, wait = error, self._backoff(attempt)
            except RateLimited as error:
                failure, wait = error, error.retry_after
            except AuthenticationFailed as error:
                if renewed or not self._renew(request["auth"], error):
                    raise
                renewed = True
                continue
            if attempt >= self._attempts or wait > patience:
                raise failure
            self._sleep(wait)
            patience -= wait

    def _wait_for_turn(self, operation, patience):
        """Sleep until the rate limit allows the call; returns the seconds slept."""
        taken, wait = self._limiter.take(operation, patience)
        if not taken:
            raise RateLimited(f"{operation}: the limit allows the next call in {wait:.1f} s", wait)
        if wait:
            self._sleep(wait)
        return wait

    def _send(self, operation, request, read):
        started = self.clock()
        try:
            response = self._session.request(**request, timeout=self._timeout, allow_redirects=False)
            with response:
                failure = self._find_failure(operation, response, started)
                value = None if failure else read(response)
        except RateLimited as error:  # stated in the body of a success
            failure = error
        except requests.exceptions.ConnectTimeout:
            raise _NeverSent(f"{operation}: no connection within {self._timeout[0]:g} s") from None
        except requests.exceptions.RequestException as error:
            # The message of the original may hold the URL with its secrets: only its kind is told.
            raise Unavailable(f"{operation}: {type(error).__name__}") from None
        self._log(operation, request, response, started)
        self._learn(operation, response.headers)
        if isinstance(failure, RateLimited):
            wait = max(failure.retry_after, self._backoff(1))
            failure.retry_after = self._limiter.refuse(operation, wait)
        if failure:
            raise failure
        return response, value

    def _find_failure(self, operation, response, now):
        if response.status_code < 300:
            return None
        try:
            body = json.loads(response.content)
        except ValueError:
            body = None
        return self._judge(operation, response, body) or error_of(response, operation, now)

    def _read_json(self, operation, response):
        body = _parse(response, self._parse_float)
        failure = self._judge(operation, response, body)
        if failure:
            raise failure
        return body

    def _learn(self, operation, headers):
        value = headers.get(self._rate_header, "") if self._rate_header else ""
        try:
            rate = float(value or 0)
        except ValueError:
            _logger.warning("%s: unreadable rate %r", operation, value)
            return
        if rate > 0:
            self._limiter.learn(operation, rate)

    def _renew(self, auth, failure):
        renew = getattr(auth, "renew", None)
        return renew is not None and renew(failure)

    def _backoff(self, attempt):
        """Seconds: 0.5, 1, 2, 4 … up to half longer by chance, so that workers do not come back together."""
        return 0.5 * 2 ** (attempt - 1) * (1 + self._jitter() / 2)

    def _log(self, operation, request, response, started):
        _logger.debug(
            "%s %s %s: HTTP %s in %.3f s, request id %s",
            operation,
            request["method"],
            urlsplit(request["url"]).path,
            response.status_code,
            self.clock() - started,
            response.headers.get("x-amzn-RequestId", "-"),
        )


class _NeverSent(Exception):
    """The marketplace cannot have seen the call: it may be repeated whatever it was."""


def _unsigned(prepared):
    return prepared


def _query(params):
    """Query without empty values; lists joined by commas."""
    joined = {key: ",".join(value) if isinstance(value, list | tuple) else value for key, value in params.items()}
    return {key: value for key, value in joined.items() if value not in (None, "")}


def _parse(response, parse_float):
    if not response.content:
        return None
    try:
        return json.loads(response.content, parse_float=parse_float)
    except ValueError:
        # Seen with truncated answers and with error pages of proxies: a repetition usually helps.
        raise Unavailable("the answer is not JSON") from None


def _read(response, max_bytes):
    """The raw file; a file larger than ``max_bytes`` is read no further (and refused by ``decode_document``)."""
    content = bytearray()
    for chunk in response.iter_content(1 << 16):
        content += chunk
        if len(content) > max_bytes:
            break
    return bytes(content)
