"""What is remembered of one product: nodes, lots and places."""

from collections import deque

from .components import ZERO


class Node:
    """Units that came or went together, and where they are now.

    At any time `origin units = lots + uses + kept + backs`, less what corrections took from it.
    """

    __slots__ = ("id", "batch", "lots", "uses", "kept", "amounts", "backs")

    def __init__(self, id, batch=None):
        self.id = id
        self.batch = batch
        self.lots = None  # {place key: Lot}: units that lie somewhere
        self.uses = None  # {id of the node they became part of: units}
        self.kept = 0  # units that are sold or lost for good
        self.amounts = ZERO  # what it charged to cost of sales (found units: negative)
        self.backs = None  # {id of the return: units}


def use(source, node, units):
    """Remember that units of a node became part of a later one; of none when they never were."""
    if node is None:
        return
    if source.uses is None:
        source.uses = {node.id: units}
    else:
        source.uses[node.id] = units


class Lot:
    """Units of one node in one place. Methods that average keep the amounts with the place instead."""

    __slots__ = ("node", "order", "units", "amounts")

    def __init__(self, node, order, units, amounts):
        self.node = node
        self.order = order  # grows from lot to lot in a place's queue
        self.units = units
        self.amounts = amounts


class Place:
    """Units of one product in one warehouse, or under way."""

    __slots__ = ("key", "units", "amounts", "queue", "short", "gross", "gross_units", "issues")

    def __init__(self, key):
        self.key = key
        self.units = 0
        self.amounts = ZERO
        self.queue = deque()  # lots in the order they came
        self.short = deque()  # [node, units] that left although they were not there
        # Monthly average only: what was there to issue in the month, and what was issued.
        self.gross = ZERO
        self.gross_units = 0
        self.issues = []

    @property
    def missing(self):
        """Units that left although they were not there."""
        return sum(units for _node, units in self.short)


class Product:
    """State of one product; `last_*` is its latest receipt, which prices what is found where nothing lies."""

    __slots__ = ("places", "nodes", "month", "last_units", "last_amounts")

    def __init__(self):
        self.places = {}
        self.nodes = {}
        self.month = 0
        self.last_units = 0
        self.last_amounts = ZERO

    def place(self, key):
        place = self.places.get(key)
        if place is None:
            place = self.places[key] = Place(key)
        return place
