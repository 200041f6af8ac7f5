"""Reading what shops send.

Plugins turn numbers into text and text into numbers, leave fields out or null, and PHP writes an empty object as an
empty list and a list with gaps as an object; none of that changes what is meant.
"""

from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from ...marketplace.contract import InvalidPayload, Money


class Node:
    """A received JSON object that knows where it is, so that errors name the path of a bad field.

    :param data: what was received
    :param str path: where it is
    """

    __slots__ = ("data", "path")

    def __init__(self, data, path=""):
        self.data = {} if data == [] else data
        self.path = path
        if not isinstance(self.data, dict):
            raise InvalidPayload(path or "payload", f"an object was expected, not {type(data).__name__}")

    def where(self, key):
        """Path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def node(self, key):
        """Object field; an absent one is empty."""
        value = self.data.get(key)
        return Node({} if value in (None, "", False) else value, self.where(key))

    def nodes(self, key):
        """List of objects; an absent one is empty."""
        value = self.data.get(key)
        if value in (None, "", False):
            return []
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, list):
            raise InvalidPayload(self.where(key), f"a list was expected, not {type(value).__name__}")
        return [Node(item, f"{self.where(key)}[{index}]") for index, item in enumerate(value)]

    def text(self, key, required=False):
        """Text, or a number as text; an absent one is empty."""
        value = self.data.get(key)
        if value is None or value is False:
            value = ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise InvalidPayload(self.where(key), f"text was expected, not {type(value).__name__}")
        value = str(value).strip()
        if required and not value:
            raise InvalidPayload(self.where(key), "missing")
        return value

    def number(self, key):
        """Exact number, ``None`` if absent or empty.

        :raise InvalidPayload: no finite number
        """
        text = self.text(key)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise InvalidPayload(self.where(key), f"{text!r} is not a number") from None
        if not value.is_finite():
            raise InvalidPayload(self.where(key), f"{text!r} is not finite")
        return value

    def identifier(self, key, required=False):
        """Id as text; 0, which WooCommerce writes for "none", is empty."""
        text = self.text(key)
        text = "" if text == "0" else text
        if required and not text:
            raise InvalidPayload(self.where(key), "missing")
        return text

    def money(self, key, currency, required=False):
        """Amount in the order's currency; ``None`` if absent or empty."""
        text = self.text(key, required)
        return Money.parse(text, currency, self.where(key)) if text else None

    def time(self, key, required=False):
        """Time of a field ``…_gmt``, which has no zone, as aware UTC; ``None`` if absent."""
        text = self.text(key, required)
        if not text:
            return None
        try:
            value = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise InvalidPayload(self.where(key), f"{text!r} is not a time") from None
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)


def format_time(value):
    """Aware time as WooCommerce reads it with ``dates_are_gmt``: UTC without zone."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
