"""Reading fields of received JSON without guessing."""

import re
from datetime import datetime, timezone

from ...marketplace.contract import InvalidPayload, Money

_EMPTY = {}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|[+-])(?:(\d\d):?(\d\d))?")


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
        """Where the object is; put together only when asked for, which is when something is wrong."""
        return self._parent.where(self._key) if self._parent is not None else self._key

    def where(self, key):
        """Path of a field."""
        path = self.path
        return f"{path}.{key}" if path else key

    def __contains__(self, key):
        return self.data.get(key) is not None

    def node(self, key, required=False):
        """Object field; an absent one is empty."""
        value = self.data.get(key)
        if value is None and required:
            raise InvalidPayload(self.where(key), "missing")
        return Node(_EMPTY if value is None else value, key, self)

    def nodes(self, key, required=False):
        """Array of objects; an absent one is empty."""
        value = self.data.get(key)
        if value is None:
            if required:
                raise InvalidPayload(self.where(key), "missing")
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

    def ident(self, key, required=False):
        """Number or text that identifies something, as text; zero and absence are empty."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | str | None):
            raise InvalidPayload(self.where(key), f"an identifier was expected, not {value!r}")
        text = "" if value in (None, 0) else str(value).strip()
        if required and not text:
            raise InvalidPayload(self.where(key), "missing")
        return text

    def count(self, key, required=False):
        """Number of units; ``None`` if absent."""
        value = self.data.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {value!r}")
        return value

    def flag(self, key):
        """Yes or no: a boolean, ``1`` or ``true`` as text or number; an absent one is no."""
        return str(self.data.get(key)).lower() in ("true", "1")

    def time(self, key, required=False):
        """Text such as ``2018-02-10 16:00:00 +0800`` as aware UTC; ``None`` if absent."""
        text = self.text(key, required)
        if not text:
            return None
        try:
            return parse_time(text, "")
        except InvalidPayload as error:
            raise InvalidPayload(self.where(key), error.reason) from None

    def epoch(self, key, required=False):
        """Epoch seconds or milliseconds as aware UTC; ``None`` if absent or zero."""
        value = self.data.get(key)
        if not value and not required:
            return None
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 43:
            raise InvalidPayload(self.where(key), f"an epoch time was expected, not {value!r}")
        # The documents do not say which of the two a field has.
        return datetime.fromtimestamp(value / 1000 if value > 1 << 34 else value, timezone.utc)

    def money(self, key, currency):
        """Amount in a currency; ``None`` if absent. Some amounts have commas between the thousands.

        Fractions must have been received as text (``HttpClient(exact=True)``): floats are no exact amounts.
        """
        value = self.data.get(key)
        if value in (None, "", "null"):
            return None
        if isinstance(value, bool):
            raise InvalidPayload(self.where(key), f"an amount was expected, not {value!r}")
        try:
            return Money.parse(value.replace(",", "") if isinstance(value, str) else value, currency, "")
        except InvalidPayload as error:
            raise InvalidPayload(self.where(key), error.reason) from None


def parse_time(text, path):
    """ISO-like text with an offset as aware UTC.

    :raise InvalidPayload: no time, or one without zone
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise InvalidPayload(path, f"{text!r} is no time with a zone")
    day, time, sign, hours, minutes = match.groups(default="00")
    zone = "+00:00" if sign == "Z" else f"{sign}{hours}:{minutes}"
    try:
        return datetime.fromisoformat(f"{day}T{time}{zone}").astimezone(timezone.utc)
    except ValueError:
        raise InvalidPayload(path, f"{text!r} is not a time") from None


def format_time(value):
    """Aware time as the platform takes it: whole seconds, with offset."""
    return value.astimezone(timezone.utc).isoformat(timespec="seconds")


def unmasked(text):
    """``(text, whether it was masked)``; masked text is empty. Lazada masks with asterisks: ``J******n``."""
    return ("", True) if "**" in text else (text, False)
