"""Reading what shops send.

Plugins turn numbers into text and text into numbers, leave fields out or null, and PHP writes an empty object as an
empty list and a list with gaps as an object; none of that changes what is meant.
"""

from datetime import timezone
from decimal import Decimal, InvalidOperation

from ...marketplace.contract import InvalidPayload, Payload


class Node(Payload):
    """A received JSON object; empty text and ``false`` are absent, times ``…_gmt`` state no zone."""

    __slots__ = ()
    numbers_as_text = True
    zone = timezone.utc

    def __init__(self, data, key="", parent=None):
        super().__init__({} if data == [] else data, key, parent)

    def get(self, key):
        """A field as received, ``None`` if absent."""
        value = self.data.get(key)
        return None if value is False or value == "" else value

    def array(self, key, required=False):
        """Array as received, or what is in the object that PHP made of it."""
        value = self.get(key)
        return list(value.values()) if isinstance(value, dict) else super().array(key, required)

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


def format_time(value):
    """Aware time as WooCommerce reads it with ``dates_are_gmt``: UTC without zone."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
