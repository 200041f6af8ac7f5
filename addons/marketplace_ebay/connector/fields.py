"""Reading fields of received JSON without guessing."""

import re
from datetime import datetime, timezone
from decimal import Decimal

from ...marketplace.contract import InvalidPayload, Money

_FRACTION = re.compile(r"\.\d+")
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

    def node(self, key):
        """Object field; an absent one is empty."""
        value = self.data.get(key)
        return Node(_EMPTY if value is None else value, key, self)

    def nodes(self, key):
        """Array of objects; an absent one is empty."""
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise InvalidPayload(self.where(key), f"an array was expected, not {type(value).__name__}")
        return [Node(item, f"{key}[{index}]", self) for index, item in enumerate(value)]

    def text(self, key, required=False):
        """Text field, a whole number as text; an absent one is empty."""
        value = self.data.get(key)
        if value is None:
            value = ""
        elif isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        elif not isinstance(value, str):
            raise InvalidPayload(self.where(key), f"text was expected, not {type(value).__name__}")
        value = value.strip()
        if required and not value:
            raise InvalidPayload(self.where(key), "missing")
        return value

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

    def money(self, key, original=False):
        """Amount with its currency; ``None`` if absent.

        :param bool original: eBay may have converted the amount into the seller's currency; give the one before
        """
        if self.data.get(key) is None:
            return None
        amount = self.node(key)
        if original and "convertedFromValue" in amount:
            value, currency = amount.data["convertedFromValue"], amount.data.get("convertedFromCurrency")
        else:
            value, currency = amount.data.get("value"), amount.data.get("currency")
        return Money.parse(value, currency, amount.path)


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
    """Aware time as eBay writes it: UTC with milliseconds."""
    return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def exact(amount, currency):
    """A computed amount as :class:`Money`."""
    return Money(amount, currency, str(amount))


def total_of(amounts):
    """Sum of :class:`Money` as Decimal; ``None`` counts nothing."""
    return sum((money.amount for money in amounts if money is not None), Decimal(0))
