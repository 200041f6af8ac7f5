"""ShipBob's way to state things in JSON, and its measures: ounces and inches."""

from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import InvalidPayload, Payload

KG_PER_OUNCE = Decimal("0.028349523125")
CM_PER_INCH = Decimal("2.54")


class Node(Payload):
    """A received JSON object; times of whole days have no zone and are taken as UTC."""

    __slots__ = ()
    numbers_as_text = True
    zone = timezone.utc

    def number(self, key):
        """A measure as ``Decimal``; ``None`` if absent or zero, which stands for unknown."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise InvalidPayload(self.where(key), f"a number was expected, not {value!r}")
        return Decimal(value) or None

    def day(self, key):
        """A day as its first instant, aware UTC."""
        text = self.text(key, required=True)[:10]
        try:
            return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
        except ValueError:
            raise InvalidPayload(self.where(key), f"{text!r} is not a day") from None


def to_ounces(kilograms):
    """Weight as ShipBob takes it: a JSON number, to the thousandth of an ounce."""
    return float(round(kilograms / KG_PER_OUNCE, 3))


def to_inches(centimetres):
    """Length as ShipBob takes it."""
    return float(round(centimetres / CM_PER_INCH, 3))


def to_kilograms(ounces):
    """Weight in kilograms to the gram; ``None`` stays ``None``."""
    return None if ounces is None else (ounces * KG_PER_OUNCE).quantize(Decimal("0.001"), ROUND_HALF_UP)


def to_centimetres(inches):
    """Length in centimetres to the millimetre; ``None`` stays ``None``."""
    return None if inches is None else (inches * CM_PER_INCH).quantize(Decimal("0.1"), ROUND_HALF_UP)
