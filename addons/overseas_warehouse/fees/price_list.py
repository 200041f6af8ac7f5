"""What an operator charges, as a price list has it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Price:
    """A line of a price list.

    :param str basis: what is charged for: "unit", "carton", "kg" or "m3" taken in; "unit" or "order" sent or come
        back; "m3_day" stored
    :param Decimal amount: of one of them
    :param date valid_from: first day
    :param date valid_to: last day, ``None``: until further notice
    :param int age_from: days in store from which on it holds; only with "m3_day"
    """

    basis: str
    amount: Decimal
    valid_from: date
    valid_to: date | None = None
    age_from: int = 0

    def is_valid(self, day):
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Measures:
    """What was taken in, sent or came back; 0: unknown, or there is no such thing.

    :param Decimal kg: gross
    :param Decimal m3: from outside
    :param int orders: or returns
    """

    units: int
    cartons: int = 0
    kg: Decimal = ZERO
    m3: Decimal = ZERO
    orders: int = 0


@dataclass(frozen=True)
class Layer:
    """Units in store since the same day."""

    units: int
    since: date


class PriceList:
    """Prices of one warehouse for one kind of charge in one currency.

    :param prices: :class:`Price`
    """

    def __init__(self, prices):
        prices = list(prices)
        self._at_once = [price for price in prices if price.basis != "m3_day"]
        self._storing = sorted((price for price in prices if price.basis == "m3_day"), key=lambda price: price.age_from)

    def quote(self, measures, day):
        """What is charged once on a day, all prices together; ``None`` without a price, or where a measure that a price
        needs is unknown."""
        prices = [price for price in self._at_once if price.is_valid(day)]
        counts = {
            "unit": Decimal(measures.units),
            "carton": Decimal(measures.cartons),
            "kg": measures.kg,
            "m3": measures.m3,
            "order": Decimal(measures.orders),
        }
        if not prices or not all(counts[price.basis] for price in prices):
            return None
        return sum((price.amount * counts[price.basis] for price in prices), ZERO)

    def quote_storage(self, layers, unit_m3, first, last):
        """What units cost from the first to the last day, both included, each day at the price of its age; ``None``
        where a day has no price.

        :param layers: :class:`Layer`
        :param Decimal unit_m3: volume of one unit
        """
        total = ZERO
        for layer in layers:
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                price = self._find_storage(day, (day - layer.since).days)
                if price is None:
                    return None
                total += price.amount * layer.units * unit_m3
        return total

    def _find_storage(self, day, age):
        fitting = [price for price in self._storing if price.age_from <= age and price.is_valid(day)]
        return fitting[-1] if fitting else None
