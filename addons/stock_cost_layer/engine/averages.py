from .components import ZERO, add, part, split, subtract
from .event import Kind
from .method import Method
from .state import Product, use

MOVES = frozenset({Kind.TRANSFER, Kind.CORRECTION})


class MovingAverage(Method):
    """What leaves a place costs the average of what lies there at that moment."""

    name = "moving"
    averages = True

    def _take(self, place, node, event):
        queue, units, there = place.queue, event.units, place.units
        if not there:
            return 0, ZERO
        lot = queue[0] if event.origin is None else self._choose(queue, event)
        if lot.units > units:  # most sales take from one lot and leave some of it
            lot.units -= units
            place.units -= units
            use(lot.node, node, units)
        else:
            for lot, taken in self._consume(place, event):
                use(lot.node, node, taken)
            units = there - place.units
        cost = part(place.amounts, units, there)
        place.amounts = subtract(place.amounts, cost)
        if event.kind in MOVES:
            self._note_arrival(place, -units, subtract(ZERO, cost))
        return units, cost

    def _put(self, place, lot, amounts):
        place.amounts = add(place.amounts, amounts)

    def value(self, place):
        return place.amounts


class MonthlyAverage(MovingAverage):
    """What is issued in a month costs the average of what there was in it: opening stock and all that came.

    During the month the moving average stands in; the month's last word comes with the product's first event of a
    later month, or with :meth:`close`, and moves the difference. Transfers carry the moving average.
    """

    name = "monthly"

    def __init__(self):
        super().__init__()
        self._day = self._month = None

    def apply(self, event):
        if event.day != self._day:
            self._day, self._month = event.day, month_of(event.day)
        product = self.products.get(event.product)
        if product is None:
            product = self.products[event.product] = Product()
            product.month = self._month
        corrected = ZERO
        if product.month < self._month:
            corrected = self._close(product)
            product.month = self._month
        return add(corrected, self._do[event.kind](product, event))

    def close(self, day):
        """Give the month of `day`, and what is open from before, its last word; ``{product: amounts expensed}``."""
        month = month_of(day) + 1
        corrections = {}
        for key, product in self.products.items():
            if product.month < month:
                corrections[key] = self._close(product)
                product.month = month
        return corrections

    def _close(self, product):
        expensed = ZERO
        for _key, place in sorted(product.places.items()):
            if place.issues:
                expensed = add(expensed, self._correct(product, place))
            place.gross, place.gross_units, place.issues = place.amounts, place.units, []
        return expensed

    def _correct(self, product, place):
        issues = place.issues
        nodes, issued, stated = zip(*issues, strict=True)
        whole = sum(issued)
        stated = tuple(map(sum, zip(*stated, strict=True)))
        correction = subtract(part(place.gross, whole, place.gross_units), stated)
        if not any(correction):
            return ZERO
        self._put(place, None, subtract(ZERO, correction))
        shares = split(correction, issued)
        expensed = ZERO
        for node, share in zip(nodes, shares, strict=True):
            if any(share):
                expensed = add(expensed, self._spread(product, node, share))
        return expensed

    def _note_issue(self, place, node, units, amounts):
        if units:
            place.issues.append((node, units, amounts))

    def _note_arrival(self, place, units, amounts):
        place.gross_units += units
        place.gross = add(place.gross, amounts)

    def _note_fill(self, place, node, units, amounts):
        if node.kept:
            self._note_arrival(place, units, amounts)
            place.issues.append((node, units, amounts))


def month_of(day):
    """Months since the year 0: a number that tells months apart and sorts them."""
    return day.year * 12 + day.month
