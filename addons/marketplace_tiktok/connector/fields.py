"""Reading fields of received JSON without guessing."""

from datetime import datetime, timezone

from ...marketplace.contract import InvalidPayload, Money

_EMPTY = {}


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
        """Text field without surrounding blanks; an absent one is empty. Numbers for text are taken as they are."""
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

    def texts(self, key):
        """Array of texts as tuple; an absent one is empty."""
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidPayload(self.where(key), "an array of texts was expected")
        return tuple(value)

    def flag(self, key):
        """Whether a flag is set."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, bool):
            raise InvalidPayload(self.where(key), f"true or false was expected, not {value!r}")
        return value is True

    def count(self, key, required=False):
        """Number of units; ``None`` if absent."""
        value = self.data.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {value!r}")
        return value

    def time(self, key, required=False):
        """Epoch seconds, as number or text, as aware UTC; ``None`` if absent or zero."""
        value = self.data.get(key)
        if isinstance(value, str) and value.strip().isdigit():
            value = int(value)
        if not value and not required:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise InvalidPayload(self.where(key), f"a time in seconds was expected, not {value!r}")
        try:
            return datetime.fromtimestamp(value, timezone.utc)
        except (ValueError, OverflowError, OSError):
            raise InvalidPayload(self.where(key), f"{value!r} is no time") from None

    def money(self, key, currency):
        """Amount in a currency that is stated elsewhere; ``None`` if absent or empty."""
        value = self.data.get(key)
        if value is None or value == "":
            return None
        return Money.parse(value, currency, self.where(key))
