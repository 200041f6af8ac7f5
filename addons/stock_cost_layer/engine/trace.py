"""What each event did to the units and the value of each place: the lines of a statement of stock.

A replay only keeps what lies in a place now. A traced one also notes how it came to that, so that the notes of a place
add up to its units and its value, whatever the method.
"""

from typing import NamedTuple

from .averages import MonthlyAverage, MovingAverage
from .components import UNIT, ZERO, add, part, subtract
from .event import Kind
from .layers import BatchActual, Fifo


class Reason:
    """Why a place is worth more or less."""

    MOVE = "move"  # units came or went, at what they cost
    TAIL = "tail"  # what rounding leaves when the last units go out at their rounded unit cost
    SHORTAGE = "shortage"  # units that came had left before; their cost follows them
    COST = "cost"  # late bills, refunds, corrected receipts, the last word of a month


class Flow(NamedTuple):
    """One line: signed `units`, in whole numbers of :data:`~.components.UNIT`, and signed `amounts` by component.

    `event` is None for what the closing of a month moved.
    """

    event: int | None
    day: object
    product: object
    place: object
    reason: str
    units: int
    amounts: tuple


class Traced:
    """Mixin of methods that also note their flows."""

    def __init__(self):
        super().__init__()
        self._at = None, None
        self._reason = Reason.COST
        self._noted = {}

    def apply(self, event):
        """Apply one event and note what it does."""
        self._at = event.id, event.day
        return super().apply(event)

    def flows(self):
        """List of :class:`Flow` of all events applied so far, in their order."""
        products = {place: key for key, product in self.products.items() for place in product.places.values()}
        return [
            Flow(event, day, products[place], place.key, reason, units, amounts)
            for (event, day, place, reason), (units, amounts) in self._noted.items()
            if units or any(amounts)
        ]

    def _note(self, place, reason, units, amounts):
        key = (*self._at, place, reason)
        before, worth = self._noted.get(key, (0, ZERO))
        self._noted[key] = before + units, add(worth, amounts)

    def _take(self, place, node, event):
        found, cost = super()._take(place, node, event)
        tail = _tail(found, cost) if found and not place.units and event.kind in Kind.OUT else ZERO
        self._note(place, Reason.MOVE, -event.units, subtract(tail, cost))
        if any(tail):
            self._note(place, Reason.TAIL, 0, subtract(ZERO, tail))
        return found, cost

    def _arrive(self, product, place, node, units, amounts):
        """What fills a shortage is noted as the difference between what came and what stays."""
        self._note(place, Reason.MOVE, units, amounts)
        self._note(place, Reason.SHORTAGE, 0, subtract(ZERO, amounts))
        before, self._reason = self._reason, Reason.SHORTAGE
        expensed = super()._arrive(product, place, node, units, amounts)
        self._reason = before
        return expensed

    def _put(self, place, lot, amounts):
        self._note(place, self._reason, 0, amounts)
        return super()._put(place, lot, amounts)


class TracedMonthlyAverage(Traced, MonthlyAverage):
    """The last word of a month belongs to the event that brought it, or to none."""

    def close(self, day):
        """Close the month of `day` and note what that moves."""
        self._at = None, day
        return super().close(day)


TRACED = {
    MonthlyAverage.name: TracedMonthlyAverage,
    **{
        method.name: type(f"Traced{method.__name__}", (Traced, method), {})
        for method in (Fifo, MovingAverage, BatchActual)
    },
}


def _tail(units, amounts):
    """What amounts of units are more than their unit cost in whole smallest coins, times the units."""
    return subtract(amounts, part(part(amounts, UNIT, units), units, UNIT))
