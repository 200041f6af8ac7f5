"""GoodCang's way to state counts, measures and times in JSON."""

from decimal import Decimal, InvalidOperation

from ...marketplace.contract import InvalidPayload, Payload
from ...overseas_warehouse.connector.numbers import BEIJING

_NEVER = ("", "0000-00-00 00:00:00", "0000-00-00")


class Node(Payload):
    """A received JSON object: numbers may be text, times are Beijing's (field tables of ``finance`` and ``inventory``:
    北京时间), and those that never came are zeros."""

    __slots__ = ()
    numbers_as_text = True
    zone = BEIJING

    def get(self, key):
        value = self.data.get(key)
        return None if isinstance(value, str) and value.strip() in _NEVER else value

    def count(self, key, required=False):
        """Number of units, a number or its digits; ``None`` if absent."""
        value = self.get(key)
        if isinstance(value, str):
            if not value.strip().isdecimal():
                raise InvalidPayload(self.where(key), f"a number of units was expected, not {value!r}")
            return int(value)
        return super().count(key, required)

    def measure(self, key):
        """Weight or length as ``Decimal``; ``None`` if absent or zero, which stands for unknown."""
        value = self.get(key)
        if value is None:
            return None
        try:
            measure = Decimal(str(value))
        except InvalidOperation:
            raise InvalidPayload(self.where(key), f"a measure was expected, not {value!r}") from None
        return measure or None

    def code(self, key, required=False):
        """A code that may be a number, zero among them, as text."""
        value = self.get(key)
        if value is None:
            self._absent(key, required)
            return ""
        return str(value).strip()


def format_time(moment):
    """Aware time as GoodCang takes it."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
