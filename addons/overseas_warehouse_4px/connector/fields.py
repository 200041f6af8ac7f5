"""4PX's way to state numbers, weights and times in JSON (fields.json)."""

import re
from decimal import ROUND_CEILING, Decimal

from ...marketplace.contract import InvalidPayload, Payload

_WHOLE = re.compile(r"-?\d+(\.0+)?")
_THOUSAND = Decimal(1000)


class Node(Payload):
    """A received JSON object: numbers are numbers or text, weights grams, times milliseconds."""

    __slots__ = ()

    numbers_as_text = True

    def units(self, key, required=False):
        """Number of units, not negative; ``None`` if absent."""
        number = self.change(key, required)
        if number is not None and number < 0:
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {number}")
        return number

    def change(self, key, required=False):
        """Whole number with its sign; ``None`` if absent."""
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

    def kilograms(self, key):
        """A weight stated in grams."""
        grams = self.measure(key)
        return None if grams is None else grams / _THOUSAND

    def moment(self, key, required=False):
        """Milliseconds since 1970 as aware UTC; ``None`` if absent."""
        return self.epoch(key, required, units=1000)


def grams(kilograms):
    """A weight as 4PX takes it: text of whole grams, rounded up."""
    return str((kilograms * _THOUSAND).to_integral_value(ROUND_CEILING))


def centimetres(length):
    """A length as text with at most three decimals."""
    return f"{length.quantize(Decimal('0.001')).normalize():f}"


def milliseconds(time):
    """An aware time as 4PX takes it."""
    return round(time.timestamp() * 1000)
