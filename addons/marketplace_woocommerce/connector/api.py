"""A shop's REST API v3: address, signing, limits, pages, errors. Source: document ``introduction``."""

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from ...marketplace.contract import InvalidPayload, Rejected
from ...marketplace.transport import HttpClient, Limit
from .auth import KeyAuth

PREFIX = "/wp-json/wc/v3"
PAGE_SIZE = 100  # most that a page or a batch holds
_USER_AGENT = "Crossborder/1.0 (Python)"
# WooCommerce states no limit. Shops live on shared hosts that stop answering long before a marketplace would.
_GENTLE = Limit(rate=4, burst=12)
OPERATIONS = (
    "orders.list", "orders.get", "orders.update", "notes.list", "notes.create", "refunds.list", "refunds.get",
    "refunds.create", "products.list", "variations.list", "products.batch", "variations.batch", "settings.list",
    "webhooks.list", "webhooks.create", "webhooks.update",
)  # fmt: skip
# What the shop saves while we ask may be seen a moment later, and its times are whole seconds.
LAG = timedelta(seconds=30)
# Without the shop's own time its clock may be this far behind ours.
_UNSURE = timedelta(minutes=3)


class WooApi:
    """Calls operations by path.

    :param Credentials credentials: access to the shop
    :param str endpoint: scheme, host and prefix instead of the shop's address
    :param transport: further arguments of :class:`HttpClient`
    """

    def __init__(self, credentials, *, endpoint=None, **transport):
        self.credentials = credentials
        address = endpoint or credentials.shop_url
        self._base = (address if "://" in address else f"https://{address}").rstrip("/") + PREFIX
        self.client = HttpClient(
            **transport,
            scope=credentials.key,
            limits=dict.fromkeys(OPERATIONS, _GENTLE),
            headers={"Accept": "application/json", "User-Agent": _USER_AGENT},
            judge=_judge,
            exact=True,
            auth=KeyAuth(credentials, lambda: self.client.clock()),
        )

    def get(self, operation, path, query=None):
        """:class:`Answer` of a GET."""
        return self.client.call(operation, "GET", self._base + path, params=query)

    def send(self, operation, method, path, payload, idempotent=None):
        """JSON body of the answer to a call with a JSON body."""
        return self.client.call(operation, method, self._base + path, payload=payload, idempotent=idempotent).body

    def pages(self, operation, path, query=None):
        """All objects of a list, page after page."""
        page, last = 1, 1
        while page <= last:
            answer = self.get(operation, path, {**(query or {}), "per_page": PAGE_SIZE, "page": page})
            yield from objects_of(answer, path)
            last = pages_of(answer, page, PAGE_SIZE)
            page += 1

    def complete_until(self, answer):
        """Up to when a list holds all changes: by the shop's clock, if its answer states it."""
        try:
            return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(timezone.utc) - LAG
        except ValueError:
            return datetime.fromtimestamp(self.client.clock(), timezone.utc) - _UNSURE


def objects_of(answer, path):
    """The body of a list.

    :raise InvalidPayload: it is none
    """
    if not isinstance(answer.body, list):
        raise InvalidPayload(path.strip("/"), f"a list was expected, not {type(answer.body).__name__}")
    return answer.body


def pages_of(answer, page, size):
    """Number of pages; where a proxy has dropped the header, a full page is not the last."""
    stated = answer.headers.get("X-WP-TotalPages", "")
    if stated.isdigit():
        return int(stated)
    return page + 1 if len(answer.body) >= size else page


def order_path(order_id, *parts):
    """Path of an order or of what belongs to it; ids are quoted."""
    return "/".join(("/orders", *(quote(str(part), safe="") for part in (order_id, *parts))))


def _judge(operation, response, body):
    """WooCommerce answers 500 also when it understood and refuses, e.g. a refund that the payment gateway rejects."""
    if response.status_code != 500 or not isinstance(body, dict):
        return None
    code = str(body.get("code", ""))
    if not code.startswith("woocommerce_rest_"):
        return None
    return Rejected(f"{operation}: {code} {body.get('message', '')}", code)
