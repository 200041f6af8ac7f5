"""The open platform as the seller's software sees it: one POST per operation, two headers, errors in the body.

Source: ``goodcang/docs`` (URL, answers of V1 and V2), ``goodcang/operations.json`` and ``fields.json``.
"""

from datetime import datetime, timezone

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, RateLimited, Rejected, Unavailable
from ...marketplace.transport import HttpClient, redact, remember_secret
from ...overseas_warehouse.connector.ec_family import WORDING
from .fields import Node

HOST = "https://oms.goodcang.net"


class GoodcangApi:
    """Calls operations by path; numbers with a fraction arrive as text.

    :param str app_key: of the application
    :param str app_token: of the account
    :param str endpoint: scheme, host and prefix instead of GoodCang's
    :param int page_size: entries of a page, at most 100
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, app_key, app_token, *, endpoint=None, page_size=100, **transport):
        for secret in (app_key, app_token):
            remember_secret(secret)
        headers = {"app-key": app_key, "app-token": app_token}
        self._base = f"{(endpoint or HOST).rstrip('/')}/public_open"
        self.page_size = page_size
        self.client = HttpClient(**transport, scope=f"goodcang:{app_key[:6]}", headers=headers, judge=judge, exact=True)

    def now(self):
        """Aware UTC."""
        return datetime.fromtimestamp(self.client.clock(), timezone.utc)

    def ask(self, operation, payload):
        """Answer of an operation that changes nothing, as :class:`Node`."""
        return self._call(operation, payload, True)

    def order(self, operation, payload):
        """Answer of an operation that must not be repeated blindly."""
        return self._call(operation, payload, False)

    def find(self, operation, payload):
        """As :meth:`ask`; ``None`` where GoodCang says that there is no such thing."""
        try:
            return self.ask(operation, payload)
        except Rejected as error:
            if WORDING.is_absent(error):
                return None
            raise

    def page(self, operation, payload, number, size="pageSize", page="page"):
        """``(entries as list, whether there are more)`` of a V1 or V2 list.

        :param int number: of the page, from 1
        """
        answer = self.ask(operation, {**payload, size: self.page_size, page: number})
        data = answer.get("data")
        if isinstance(data, dict):
            inner = answer.node("data")
            entries = inner.array("list") if "list" in inner else []
            total = inner.count("total") if "total" in inner else inner.count("count")
        else:
            entries, total = answer.array("data"), answer.count("count")
        more = bool(entries) and (total or 0) > number * self.page_size
        return entries, more

    def all(self, operation, payload, **names):
        """All entries of a list, page by page."""
        entries, number, more = [], 0, True
        while more:
            number += 1
            found, more = self.page(operation, payload, number, **names)
            entries += found
        return entries

    def _call(self, operation, payload, idempotent):
        url = f"{self._base}/{operation}"
        answer = self.client.call(operation, "POST", url, payload=payload, idempotent=idempotent)
        return Node(answer.body, operation)


def judge(operation, response, body):
    """The typed error that an answer states, ``None`` if it states none: V1 ``ask``, V2 ``code``."""
    if not isinstance(body, dict):
        return InvalidPayload(operation, "an object was expected") if body is not None else None
    if "ask" in body:
        stated = str(body["ask"])
        if stated.lower() == "success":
            return None
    elif "code" in body:
        stated = str(body["code"])
        if stated == "0":
            return None
    else:
        return None
    detail = body.get("Error")
    detail = detail if isinstance(detail, dict) else {}
    code = str(detail.get("errCode") or stated)
    reason = " ".join(filter(None, (str(body.get("message") or ""), str(detail.get("errMessage") or ""))))
    text = redact(f"{operation}: {code}: {reason}")[:500]
    if response.status_code in (401, 403):
        return AuthenticationFailed(text)
    retry_after = response.headers.get("Retry-After", "")
    wait = float(retry_after) if retry_after.isdigit() else 0.0
    if response.status_code == 429:
        return RateLimited(text, wait)
    error = WORDING.judge(reason, text, code, wait)
    return Unavailable(text) if response.status_code >= 500 and isinstance(error, Rejected) else error
