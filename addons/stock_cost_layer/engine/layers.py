from .components import ZERO, add, part, subtract
from .method import Method
from .state import use


class Fifo(Method):
    """First in, first out, in each place by itself; a lot that arrives from elsewhere is as old as its arrival."""

    name = "fifo"

    def _take(self, place, node, event):
        queue, units = place.queue, event.units
        if not queue:
            return 0, ZERO
        lot = queue[0] if event.origin is None and event.batch is None else self._choose(queue, event)
        if lot.units > units:  # most sales take from one lot and leave some of it
            cost = self._price_lot(lot, units)
            lot.units -= units
            place.units -= units
            use(lot.node, node, units)
            return units, cost
        found, cost = 0, ZERO
        for lot, units in self._consume(place, event):
            cost = add(cost, self._price_lot(lot, units))
            use(lot.node, node, units)
            found += units
        return found, cost

    def _price_lot(self, lot, units):
        cost = part(lot.amounts, units, lot.units)
        lot.amounts = subtract(lot.amounts, cost)
        return cost

    def _put(self, place, lot, amounts):
        lot.amounts = add(lot.amounts, amounts)

    def value(self, place):
        total = ZERO
        for lot in place.queue:
            total = add(total, lot.amounts)
        return total


class BatchActual(Fifo):
    """What the units of the named batch really cost. Units beyond the batch, or of no batch, go first in, first out.

    An event that names its receipt (a return to the supplier) takes that receipt's units first.
    """

    name = "batch"

    def _choose(self, queue, event):
        if event.origin is not None:
            for lot in queue:
                if lot.node.id == event.origin:
                    return lot
        if event.batch is not None:
            for lot in queue:
                if lot.node.batch == event.batch:
                    return lot
        return queue[0]
