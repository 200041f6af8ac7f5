"""eBay's way to state amounts and times in JSON."""

from datetime import timezone
from decimal import Decimal

from ...marketplace.contract import Money, Payload


class Node(Payload):
    """A received JSON object: amounts are objects with ``value`` and ``currency``, ids may be numbers."""

    __slots__ = ()
    numbers_as_text = True

    def money(self, key, original=False):
        """Amount with its currency; ``None`` if absent.

        :param bool original: eBay may have converted the amount into the seller's currency; give the one before
        """
        if key not in self:
            return None
        amount = self.node(key)
        if original and "convertedFromValue" in amount:
            return amount.as_money("convertedFromValue", "convertedFromCurrency")
        return amount.as_money("value", "currency")


def format_time(value):
    """Aware time as eBay writes it: UTC with milliseconds."""
    return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def exact(amount, currency):
    """A computed amount as :class:`Money`."""
    return Money(amount, currency, str(amount))


def total_of(amounts):
    """Sum of :class:`Money` as Decimal; ``None`` counts nothing."""
    return sum((money.amount for money in amounts if money is not None), Decimal(0))
