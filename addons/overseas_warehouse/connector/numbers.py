"""Numbers and times as Chinese operators state them in JSON."""

import re
from datetime import timedelta, timezone
from decimal import ROUND_CEILING, Decimal

from ...marketplace.contract import InvalidPayload, Payload

BEIJING = timezone(timedelta(hours=8))
THOUSAND = Decimal(1000)
_WHOLE = re.compile(r"-?\d+(\.0+)?")
_MEASURE = re.compile(r"\d+(\.\d+)?")


class NumberNode(Payload):
    """A received JSON object whose numbers are numbers or text; counts may have a fraction of zero."""

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
        if text and not _MEASURE.fullmatch(text):
            raise InvalidPayload(self.where(key), f"a measure was expected, not {text!r}")
        return (Decimal(text) or None) if text else None


def grams(kilograms):
    """A weight as text of whole grams, rounded up."""
    return str((kilograms * THOUSAND).to_integral_value(ROUND_CEILING))
