"""Reading fields of received JSON without guessing."""

import re
from datetime import datetime, timezone

from ...marketplace.contract import InvalidPayload, Money

_FRACTION = re.compile(r"\.\d+")


class Node:
    """A received JSON object that knows where it is, so that errors name the path of a bad field."""

    __slots__ = ("data", "path")

    def __init__(self, data, path=""):
        if not isinstance(data, dict):
            raise InvalidPayload(path or "payload", f"an object was expected, not {type(data).__name__}")
        self.data = data
        self.path = path

    def where(self, key):
        """Path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def __contains__(self, key):
        return self.data.get(key) is not None

    def node(self, key):
        """Object field; an absent one is empty."""
        value = self.data.get(key)
        return Node({} if value is None else value, self.where(key))

    def nodes(self, key):
        """Array of objects; an absent one is empty."""
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise InvalidPayload(self.where(key), f"an array was expected, not {type(value).__name__}")
        return [Node(item, f"{self.where(key)}[{index}]") for index, item in enumerate(value)]

    def text(self, key, required=False):
        """Text field; an absent one is empty."""
        value = self.data.get(key)
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise InvalidPayload(self.where(key), f"text was expected, not {type(value).__name__}")
        if required and not value.strip():
            raise InvalidPayload(self.where(key), "missing")
        return value.strip()

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
        return parse_time(text, self.where(key)) if text else None

    def money(self, key):
        """Amount with currency; ``None`` if absent."""
        if key not in self:
            return None
        node = self.node(key)
        return Money.parse(node.data.get("amount"), node.data.get("currencyCode"), node.path)


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
    """Aware time as ISO 8601 in UTC with milliseconds where there are any, as Amazon writes it."""
    text = value.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace(".000+00:00", "Z").replace("+00:00", "Z")
