"""Winit's way to state numbers and times in JSON (fields.json)."""

import re
from datetime import timedelta, timezone
from decimal import ROUND_CEILING, Decimal

from ...marketplace.contract import InvalidPayload, Payload

BEIJING = timezone(timedelta(hours=8))
_THOUSAND = Decimal(1000)
_WHOLE = re.compile(r"-?\d+(\.0+)?")


class Node(Payload):
    """A received JSON object: numbers are numbers or text, times those of Beijing."""

    __slots__ = ()

    numbers_as_text = True
    zone = BEIJING

    def units(self, key, required=False):
        """Number of units, not negative; ``None`` if absent."""
        number = self.change(key, required)
        if number is not None and number < 0:
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {number}")
        return number

    def change(self, key, required=False):
        """Whole number with its sign; ``None`` if absent. Some have a fraction of zero."""
        text = self.text(key, required)
        if text and not _WHOLE.fullmatch(text):
            raise InvalidPayload(self.where(key), f"a whole number was expected, not {text!r}")
        return int(text.split(".")[0]) if text else None

    def measure(self, key):
        """Exact number; ``None`` if absent or zero, which stands for what nobody measured."""
        text = self.text(key)
        if text and not re.fullmatch(r"\d+(\.\d+)?", text):
            raise InvalidPayload(self.where(key), f"a measure was expected, not {text!r}")
        return (Decimal(text) or None) if text else None

    def moment(self, key, required=False):
        """A time, text of Beijing or milliseconds since 1970, as aware UTC; ``None`` if absent."""
        if isinstance(self.get(key), int):
            return self.epoch(key, required, units=1000)
        return self.time(key, required)


def clock_text(time):
    """An aware time as Winit takes it: text of Beijing."""
    return time.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def day_text(time):
    """The day in Beijing of an aware time."""
    return time.astimezone(BEIJING).strftime("%Y-%m-%d")


def grams(kilograms):
    """A weight as text of whole grams, rounded up."""
    return str((kilograms * _THOUSAND).to_integral_value(ROUND_CEILING))


def plain(number):
    """A number as text without superfluous zeros."""
    return f"{number.normalize():f}"
