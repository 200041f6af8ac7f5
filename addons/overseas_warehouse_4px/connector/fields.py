"""4PX's way to state numbers, weights and times in JSON (fields.json)."""

from decimal import Decimal

from ...overseas_warehouse.connector.numbers import BEIJING, THOUSAND, NumberNode, grams

__all__ = ["Node", "centimetres", "grams", "milliseconds"]


class Node(NumberNode):
    """A received JSON object: weights are grams, times milliseconds, or text of Beijing."""

    __slots__ = ()

    zone = BEIJING

    def kilograms(self, key):
        """A weight stated in grams."""
        weight = self.measure(key)
        return None if weight is None else weight / THOUSAND

    def moment(self, key, required=False):
        """Milliseconds since 1970 as aware UTC; ``None`` if absent."""
        return self.epoch(key, required, units=1000)

    def clock(self, key, required=False):
        """Text of Beijing as aware UTC; ``None`` if absent."""
        return self.time(key, required)


def centimetres(length):
    """A length as text with at most three decimals."""
    return f"{length.quantize(Decimal('0.001')).normalize():f}"


def milliseconds(time):
    """An aware time as 4PX takes it."""
    return round(time.timestamp() * 1000)
