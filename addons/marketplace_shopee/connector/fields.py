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
        """Yes or no, which must be stated."""
        value = self.data.get(key)
        if not isinstance(value, bool):
            raise InvalidPayload(self.where(key), f"true or false was expected, not {value!r}")
        return value

    def time(self, key, required=False):
        """Epoch seconds as aware UTC; ``None`` if absent or zero."""
        value = self.data.get(key)
        if not value and not required:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 34:
            raise InvalidPayload(self.where(key), f"epoch seconds were expected, not {value!r}")
        return datetime.fromtimestamp(value, timezone.utc)

    def money(self, key, currency):
        """Amount in a currency; ``None`` if absent.

        Fractions must have been received as text (``HttpClient(exact=True)``): floats are no exact amounts.
        """
        value = self.data.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            raise InvalidPayload(self.where(key), f"an amount was expected, not {value!r}")
        try:
            return Money.parse(value, currency, "")
        except InvalidPayload as error:
            raise InvalidPayload(self.where(key), error.reason) from None


def unmasked(text):
    """``(text, whether it was masked)``; masked text is empty. Shopee masks with asterisks: ``P******n``, ``****``."""
    return ("", True) if "**" in text else (text, False)
