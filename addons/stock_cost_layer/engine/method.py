import gc

from .components import ZERO, add, part, split, subtract
from .errors import UnknownOrigin
from .event import Kind
from .state import Lot, Node, Product


class Method:
    """Replays events in the order of the log. Subclasses say what units that leave a place cost.

    :ivar dict products: ``{product: Product}``
    """

    name = ""
    averages = False  # whether a place has one cost, instead of one per lot

    def __init__(self):
        self.products = {}
        self._do = {
            Kind.RECEIPT: self._receive,
            Kind.TRANSFER: self._transfer,
            Kind.RETURN: self._return,
            Kind.GAIN: self._gain,
            Kind.CORRECTION: self._correct_receipt,
            Kind.COST: self._cost,
            **dict.fromkeys(Kind.OUT, self._issue),
        }

    def replay(self, events):
        """Apply events in their order; returns self.

        All that a replay makes is kept, so the garbage collector would look through it again and again for nothing.
        """
        apply = self.apply
        collecting = gc.isenabled()
        gc.disable()
        try:
            for event in events:
                apply(event)
        finally:
            if collecting:
                gc.enable()
        return self

    def apply(self, event):
        """Apply one event.

        :return: amounts that it moved to cost of sales (negative: taken back from there)
        :raise UnknownOrigin: a late bill of a receipt that is not in the log
        """
        product = self.products.get(event.product)
        if product is None:
            product = self.products[event.product] = Product()
        return self._do[event.kind](product, event)

    # === KINDS === #

    def _receive(self, product, event):
        product.last_units, product.last_amounts = event.units, event.amounts
        return self._bring_in(product, event, event.units, event.amounts)

    def _issue(self, product, event):
        place = product.places.get(event.place) or product.place(event.place)
        units = event.units
        node = product.nodes[event.id] = Node(event.id, event.batch)
        node.kept = units
        found, cost = self._take(place, node, event)
        node.amounts = cost
        self._note_issue(place, node, found, cost)
        if found < units:
            place.short.append([node, units - found])
        return cost

    def _transfer(self, product, event):
        """Units that travel become a node, so that what the journey costs can be put on them alone."""
        place = product.place(event.place)
        node = product.nodes[event.id] = Node(event.id, event.batch)
        found, cost = self._take(place, node, event)
        if found < event.units:
            place.short.append([node, event.units - found])
        return self._arrive(product, product.place(event.target), node, event.units, cost)

    def _return(self, product, event):
        """Units come back at what they cost when they went; more than went come in as found."""
        sold = product.nodes.get(event.origin)
        units = min(event.units, sold.kept) if sold else 0
        amounts = ZERO
        if units:
            amounts = part(sold.amounts, units, sold.kept)
            sold.kept -= units
            sold.amounts = subtract(sold.amounts, amounts)
            if sold.backs is None:
                sold.backs = {}
            sold.backs[event.id] = units
        if units == event.units:
            return subtract(self._bring_in(product, event, units, amounts), amounts)
        found = self._price(product, product.place(event.place), event.units - units)
        return subtract(self._find(product, event, add(amounts, found), found), amounts)

    def _gain(self, product, event):
        amounts = self._price(product, product.place(event.place), event.units)
        return self._find(product, event, amounts, amounts)

    def _find(self, product, event, amounts, found):
        """Bring in units at `amounts`, of which cost of sales gives `found` for units nobody paid for."""
        expensed = self._bring_in(product, event, event.units, amounts)
        node = product.nodes[event.id]
        node.amounts = subtract(node.amounts, found)
        return subtract(expensed, found)

    def _correct_receipt(self, product, event):
        """Take out units that never came. What they cost beyond the correction stays with the rest of the receipt."""
        place = product.place(event.place)
        found, cost = self._take(place, None, event)
        node = product.nodes[event.id] = Node(event.id, event.batch)
        node.kept = event.units - found
        if node.kept:
            place.short.append([node, node.kept])
        return self._spread(product, product.nodes.get(event.origin, node), add(cost, event.amounts))

    def _cost(self, product, event):
        node = product.nodes.get(event.origin)
        if node is None:
            raise UnknownOrigin(event.id, event.origin)
        return self._spread(product, node, event.amounts)

    # === UNITS === #

    def _bring_in(self, product, event, units, amounts):
        node = product.nodes[event.id] = Node(event.id, event.batch)
        return self._arrive(product, product.place(event.place), node, units, amounts)

    def _arrive(self, product, place, node, units, amounts):
        """Put units of a node in a place; shortages there come first. Returns what went to cost of sales."""
        expensed = ZERO
        while place.short and units:
            gap = place.short[0]
            waiting, missing = gap
            taken = min(units, missing)
            cost = part(amounts, taken, units)
            if node.uses is None:
                node.uses = {}
            node.uses[waiting.id] = node.uses.get(waiting.id, 0) + taken
            expensed = add(expensed, self._spread(product, waiting, cost))
            self._note_fill(place, waiting, taken, cost)
            amounts = subtract(amounts, cost)
            units -= taken
            gap[1] -= taken
            if not gap[1]:
                place.short.popleft()
        if units:
            lot = node.lots.get(place.key) if node.lots else None
            if lot is None:
                lot = Lot(node, place.queue[-1].order + 1 if place.queue else 1, 0, ZERO)
                if node.lots is None:
                    node.lots = {}
                node.lots[place.key] = lot
                place.queue.append(lot)
            lot.units += units
            place.units += units
            self._put(place, lot, amounts)
            self._note_arrival(place, units, amounts)
        return expensed

    def _spread(self, product, node, amounts, active=()):
        """Give amounts to the units of a node, wherever they are now. Returns what went to cost of sales.

        Units that were sold before they came and then returned can fill their own shortage; `active` keeps what
        goes around in such a circle from doing so for ever.
        """
        if not (node.lots or node.uses or node.backs):
            node.amounts = add(node.amounts, amounts)
            return amounts
        active = (*active, node.id)
        # Sorted, so that equal remainders fall the same way whatever order a state was read in.
        lots = sorted(node.lots.items()) if node.lots else ()
        onward = [
            (product.nodes[key], units)
            for links in (node.uses, node.backs)
            if links
            for key, units in sorted(links.items())
            if key not in active
        ]
        weights = [lot.units for _key, lot in lots] + [units for _node, units in onward] + [node.kept]
        if not any(weights):
            node.amounts = add(node.amounts, amounts)
            return amounts
        shares = split(amounts, weights)
        for (key, lot), share in zip(lots, shares, strict=False):
            if any(share):
                place = product.places[key]
                self._put(place, lot, share)
                self._note_arrival(place, 0, share)
        expensed = shares[-1]
        node.amounts = add(node.amounts, expensed)
        for (follower, _units), share in zip(onward, shares[len(lots) :], strict=False):
            if any(share):
                expensed = add(expensed, self._spread(product, follower, share, active))
        return expensed

    def _consume(self, place, event):
        """Units that leave a place, oldest first: yields (lot, units) and takes them out."""
        left = event.units
        queue = place.queue
        while left and queue:
            lot = self._choose(queue, event)
            units = lot.units
            if units > left:
                units = left
            yield lot, units
            lot.units -= units
            place.units -= units
            left -= units
            if not lot.units:
                if queue[0] is lot:
                    queue.popleft()
                else:
                    queue.remove(lot)
                del lot.node.lots[place.key]

    def _choose(self, queue, event):
        """The lot to take from next: the oldest; a correction takes from its own receipt as long as it can."""
        if event.kind == Kind.CORRECTION:
            for lot in queue:
                if lot.node.id == event.origin:
                    return lot
        return queue[0]

    # === VALUE: what methods differ in === #

    def _take(self, place, node, event):
        """Take the event's units out of a place for its node, as many as are there: ``(units, amounts)``."""
        raise NotImplementedError

    def _put(self, place, lot, amounts):
        """Add amounts to units that lie in a place."""
        raise NotImplementedError

    def _price(self, product, place, units):
        """What units that are found in a place shall cost."""
        if place.units:
            return part(self.value(place), units, place.units)
        return part(product.last_amounts, units, product.last_units) if product.last_units else ZERO

    def _note_issue(self, place, node, units, amounts):
        """Units were issued from what lay in a place; hook for methods that price a period."""

    def _note_arrival(self, place, units, amounts):
        """Units or amounts came to a place; hook for methods that price a period."""

    def _note_fill(self, place, node, units, amounts):
        """Units that came filled a shortage; hook for methods that price a period."""

    # === READING === #

    def value(self, place):
        """What the units of a place cost, by component."""
        raise NotImplementedError

    def values(self):
        """``{(product, place): (units, amounts)}``; shortages count as negative units without amounts."""
        return {
            (key, place.key): (place.units - place.missing, self.value(place))
            for key, product in self.products.items()
            for place in product.places.values()
        }

    def expensed(self):
        """``{product: amounts}`` in cost of sales, net of returns."""
        result = {}
        for key, product in self.products.items():
            total = ZERO
            for node in product.nodes.values():
                if node.amounts is not ZERO:
                    total = add(total, node.amounts)
            result[key] = total
        return result
