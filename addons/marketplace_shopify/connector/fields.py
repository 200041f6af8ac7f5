"""Reading fields of received JSON without guessing."""

import re
from datetime import datetime, timezone

from ...marketplace.contract import InvalidPayload, Money

_EMPTY = {}
_FRACTION = re.compile(r"\.\d+")


class Node:
    """A received JSON object that knows where it is, so that errors name the path of a bad field.

    :param data: what was received
    :param str key: its name in ``parent``, or the whole path without one
    """

    __slots__ = ("_key", "_parent", "data")

    def __init__(self, data, key="", parent=None):
        self.data = data
        self._key = key
        self._parent = parent
        if not isinstance(data, dict):
            raise InvalidPayload(self.path or "payload", f"an object was expected, not {type(data).__name__}")

    @property
    def path(self):
        """Where the object is; put together only when something is wrong."""
        return self._parent.where(self._key) if self._parent is not None else self._key

    def where(self, key):
        """Path of a field."""
        path = self.path
        return f"{path}.{key}" if path else key

    def __contains__(self, key):
        return self.data.get(key) is not None

    def node(self, key):
        """Object field; an absent one is empty."""
        value = self.data.get(key)
        return Node(_EMPTY if value is None else value, key, self)

    def nodes(self, key):
        """Array of objects; an absent one is empty. A connection gives what is in its ``nodes``."""
        value = self.data.get(key)
        if isinstance(value, dict):
            return self.node(key).nodes("nodes")
        if value is None:
            return []
        if not isinstance(value, list):
            raise InvalidPayload(self.where(key), f"an array was expected, not {type(value).__name__}")
        return [Node(item, f"{key}[{index}]", self) for index, item in enumerate(value)]

    def text(self, key, required=False):
        """Text field; an absent one is empty."""
        value = self.data.get(key)
        if value is None:
            value = ""
        elif not isinstance(value, str):
            raise InvalidPayload(self.where(key), f"text was expected, not {type(value).__name__}")
        value = value.strip()
        if required and not value:
            raise InvalidPayload(self.where(key), "missing")
        return value

    def number(self, key="id", required=True):
        """The last part of a global id: ``gid://shopify/Order/42`` is ``42``."""
        return self.text(key, required).partition("?")[0].rpartition("/")[2]

    def flag(self, key):
        """Truth field; an absent one is false."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, bool):
            raise InvalidPayload(self.where(key), f"true or false was expected, not {type(value).__name__}")
        return bool(value)

    def texts(self, key):
        """Array of texts as tuple."""
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidPayload(self.where(key), "an array of texts was expected")
        return tuple(value)

    def count(self, key, required=False):
        """Number of units; ``None`` if absent."""
        value = self.data.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {value!r}")
        return value

    def time(self, key, required=False):
        """ISO 8601 time as aware UTC; ``None`` if absent."""
        text = self.text(key, required)
        if not text:
            return None
        try:
            return parse_time(text, "")
        except InvalidPayload as error:
            raise InvalidPayload(self.where(key), error.reason) from None

    def bag(self, key, side="shopMoney"):
        """Amount of a money bag in the shop's currency, or the buyer's (``presentmentMoney``); ``None`` if absent."""
        if self.data.get(key) is None:
            return None
        return self.node(key).amount(side)

    def amount(self, key):
        """Amount with currency.

        :raise InvalidPayload: missing, or not exact
        """
        node = self.node(key)
        try:
            return Money.parse(node.data.get("amount"), node.data.get("currencyCode"), "")
        except InvalidPayload as error:
            raise InvalidPayload(node.path, error.reason) from None


def parse_time(text, path):
    """ISO 8601 text as aware UTC.

    :raise InvalidPayload: no time, or one without zone
    """
    try:
        value = datetime.fromisoformat(_FRACTION.sub(_six_digits, text.upper().replace("Z", "+00:00")))
    except ValueError:
        raise InvalidPayload(path, f"{text!r} is not a time") from None
    if value.tzinfo is None:
        raise InvalidPayload(path, f"{text!r} has no time zone")
    return value.astimezone(timezone.utc)


def _six_digits(fraction):
    # Python 3.10 reads fractions of three or six digits only.
    return fraction[0][:7].ljust(7, "0")


def format_time(value):
    """Aware time as ISO 8601 in UTC; Shopify's search knows whole seconds."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def gid(kind, number):
    """Global id of an object; a global id stays as it is."""
    return number if number.startswith("gid://") else f"gid://shopify/{kind}/{number}"
