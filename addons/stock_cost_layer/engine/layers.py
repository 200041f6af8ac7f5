from .components import ZERO, add, part, subtract
from .method import Method


class Fifo(Method):
    """First in, first out, in each place by itself; a lot that arrives from elsewhere is as old as its arrival."""

    name = "fifo"

    def _take(self, place, event):
        units = event.units
        if place.queue:
            lot = self._choose(place.queue, event)
            if lot.units > units:  # most sales take from one lot and leave some of it
                amounts = part(lot.amounts, units, lot.units)
                lot.amounts = subtract(lot.amounts, amounts)
                lot.units -= units
                place.units -= units
                return ((lot.node, units, amounts),)
        taken = []
        for lot, units in self._consume(place, event):
            amounts = lot.amounts
            if units != lot.units:
                amounts = part(amounts, units, lot.units)
                lot.amounts = subtract(lot.amounts, amounts)
            taken.append((lot.node, units, amounts))
        return taken

    def _put(self, place, lot, amounts):
        lot.amounts = amounts if lot.amounts is ZERO else add(lot.amounts, amounts)

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
