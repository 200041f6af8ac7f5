"""The web service as the seller's software sees it. Sources: ``eccang/services.json``, ``eccang/fields.json``.

The sources name services and the fields of requests, not those of answers. Answers are read as ``goodcang/docs`` has
them, whose V1 interface is of the same family: ``ask``, ``message``, ``Error``, and the same names of fields.
"""

from ...marketplace.contract import Payload, Rejected
from ...marketplace.transport import HttpClient, redact, remember_secret
from ...overseas_warehouse.connector.ec_family import WORDING
from ...overseas_warehouse.connector.numbers import BEIJING
from . import soap

_NEVER = ("", "0000-00-00 00:00:00")


class Node(Payload):
    """A received JSON object: numbers may be text, times are Beijing's, and those that never came are zeros."""

    __slots__ = ()
    numbers_as_text = True
    zone = BEIJING

    def get(self, key):
        value = self.data.get(key)
        return None if isinstance(value, str) and value.strip() in _NEVER else value

    def count(self, key, required=False):
        """Number of units, a number or its digits; ``None`` if absent."""
        value = self.get(key)
        return int(value) if isinstance(value, str) and value.strip().isdecimal() else super().count(key, required)


class EccangApi:
    """Calls services by name.

    :param str url: of the operator's web service
    :param str app_key: of the account
    :param str app_token: of the account
    :param int page_size: entries of a page
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, url, app_key, app_token, *, page_size=100, **transport):
        for secret in (app_key, app_token):
            remember_secret(secret)
        self._url, self._secrets = url, (app_key, app_token)
        self.page_size = page_size
        self.client = HttpClient(**transport, scope=f"eccang:{app_key[:6]}")

    def ask(self, service, params):
        """Answer of a service that changes nothing, as :class:`Node`."""
        return self._call(service, params, True)

    def order(self, service, params):
        """Answer of a service that must not be repeated blindly."""
        return self._call(service, params, False)

    def find(self, service, params):
        """As :meth:`ask`; ``None`` where ECCANG says that there is no such thing."""
        try:
            return self.ask(service, params)
        except Rejected as error:
            if WORDING.is_absent(error):
                return None
            raise

    def all(self, service, params):
        """All entries of a list as list of :class:`Node`, page by page."""
        nodes, number = [], 1
        while True:
            answer = self.find(service, {**params, "page": number, "pageSize": self.page_size})
            found = answer.nodes("data") if answer is not None else []
            nodes += found
            if len(found) < self.page_size:
                return nodes
            number += 1

    def _call(self, service, params, idempotent):
        answer = self.client.call(
            service,
            "POST",
            self._url,
            content=soap.build(service, params, *self._secrets),
            headers={"Content-Type": "text/xml; charset=utf-8"},
            idempotent=idempotent,
            binary=True,
        )
        body = soap.read(service, answer.body)
        if str(body.get("ask")).lower() not in ("success", "1", "true"):
            raise _failure(service, body)
        return Node(body, service)


def _failure(service, body):
    """The typed error that an answer states; its texts are what there is to tell errors apart."""
    detail = body.get("Error") if isinstance(body.get("Error"), dict) else {}
    reason = " ".join(filter(None, (str(body.get("message") or ""), str(detail.get("errMessage") or ""))))
    text = redact(f"{service}: {reason}".strip())[:500]
    return WORDING.judge(reason, text, str(detail.get("errCode") or ""), wait=60.0)
