"""Reading fields of received JSON without guessing. Source: Walmart's OpenAPI documents, and what they leave open."""

import re
from datetime import datetime, timezone

from ...marketplace.contract import InvalidPayload, Money

_EMPTY = {}
_FRACTION = re.compile(r"\.\d+")
_WHOLE = re.compile(r"-?\d+(\.0+)?$")


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

    def node(self, key):
        """Object field; an absent one is empty."""
        value = self.data.get(key)
        return Node(_EMPTY if value is None else value, key, self)

    def nodes(self, key, required=False):
        """Array of objects; an absent one is empty."""
        value = self.data.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            raise InvalidPayload(self.where(key), f"an array was expected, not {type(value).__name__}")
        return [Node(item, f"{key}[{index}]", self) for index, item in enumerate(value)]

    def text(self, key, required=False):
        """Text field without surrounding blanks; an absent one is empty. Whole numbers for text are taken."""
        value = self.data.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None:
            value = ""
        elif not isinstance(value, str):
            raise InvalidPayload(self.where(key), f"text was expected, not {type(value).__name__}")
        value = value.strip()
        if required and not value:
            raise InvalidPayload(self.where(key), "missing")
        return value

    def count(self, key, required=False):
        """Number of units, stated as number or text, with or without ``.0``; ``None`` if absent."""
        value = self.data.get(key)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str) or not _WHOLE.match(str(value).strip()):
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {value!r}")
        number = int(str(value).strip().partition(".")[0])
        if number < 0:
            raise InvalidPayload(self.where(key), f"{number} units")
        return number

    def time(self, key, required=False):
        """Milliseconds since the epoch, or ISO 8601 text, as aware UTC; ``None`` if absent."""
        value = self.data.get(key)
        if value in (None, "") and not required:
            return None
        try:
            if isinstance(value, int) and not isinstance(value, bool):
                return datetime.fromtimestamp(value / 1000, timezone.utc)
            moment = datetime.fromisoformat(_FRACTION.sub(_six_digits, str(value).strip().replace("Z", "+00:00")))
        except (ValueError, OverflowError, OSError):
            raise InvalidPayload(self.where(key), f"{value!r} is not a time") from None
        # Walmart's documents know times without zone; they are UTC.
        return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)

    def money(self, amount="amount", currency="currency"):
        """The object itself as an amount; ``None`` if it is empty."""
        if not self.data:
            return None
        try:
            return Money.parse(self.data.get(amount), self.data.get(currency), "")
        except InvalidPayload as error:
            raise InvalidPayload(self.path, error.reason) from None


def _six_digits(fraction):
    # Python 3.10 reads fractions of three or six digits only.
    return fraction[0][:7].ljust(7, "0")


def format_time(value):
    """Aware time as Walmart's queries take it: ISO 8601 in UTC, whole seconds."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
