"""The state of orders, rebuilt from the log of what happened to them.

Plain Python: what it needs of an event are ``order_id``, ``kind`` and ``data`` (see :data:`KINDS`). Units are numbers
in the product's own unit, by ``(product id, warehouse id)``; 0 stands for no warehouse.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# Where units are counted. ``accepted`` is what the order asks for; the others are where units are or went.
MEASURES = ("accepted", "reserved", "shipped", "returned")
# Events that say anew what the order asks for, with the state it is in since; ``None`` leaves the state.
STATED = {"received": "draft", "accepted": "sale", "revised": None, "routed": None}
# Events that add units to a measure, or take them away.
MOVED = {"reserved": ("reserved", 1), "unreserved": ("reserved", -1), "returned": ("returned", 1)}
# Events that tell people what was done, and change neither state nor stock.
TOLD = ("confirmed", "refunded")
KINDS = (*STATED, "held", "released", *MOVED, "shipped", "cancelled", *TOLD)
# Units are rounded to this many digits: sums of fractions must not differ by what floats leave behind.
DIGITS = 6

Place = tuple[int, int]


class ReplayError(ValueError):
    """An event that no rule knows, or whose data is not what its kind promises."""


class Event(NamedTuple):
    """One thing that happened.

    :ivar data: ``units`` as ``[[product id, warehouse id, units], …]``, ``state`` of the order, ``hold``
    """

    order_id: int
    kind: str
    data: Mapping


@dataclass
class OrderState:
    """Where an order stands. ``hold`` is the reason, or ``""``."""

    state: str = ""
    hold: str = ""
    accepted: Counter = field(default_factory=Counter)
    reserved: Counter = field(default_factory=Counter)
    shipped: Counter = field(default_factory=Counter)
    returned: Counter = field(default_factory=Counter)


class Difference(NamedTuple):
    """Something that the log says otherwise than the database.

    :ivar order_id: 0 where all orders together differ
    :ivar what: ``state``, ``hold`` or a measure
    :ivar place: ``(product id, warehouse id)`` of a measure, else ``None``
    """

    order_id: int
    what: str
    place: Place | None
    logged: object
    found: object


def replay(events: Iterable) -> dict[int, OrderState]:
    """State of every order that the events mention.

    :param events: in the order in which they were written
    :raise ReplayError: an event cannot be read
    """
    states: dict[int, OrderState] = {}
    for event in events:
        try:
            _apply(states.setdefault(event.order_id, OrderState()), event.kind, event.data or {})
        except (KeyError, TypeError, ValueError) as error:
            raise ReplayError(f"order {event.order_id}, {event.kind}: {error!r}") from error
    return states


def _apply(order: OrderState, kind: str, data: Mapping) -> None:
    if kind in STATED:
        order.state = data.get("state") or STATED[kind] or order.state
        order.accepted = read_units(data["units"])
    elif kind in MOVED:
        measure, sign = MOVED[kind]
        _add(getattr(order, measure), data["units"], sign)
    elif kind == "shipped":
        _add(order.shipped, data["units"], 1)
        _add(order.reserved, data["units"], -1)
    elif kind == "held":
        order.hold = data["hold"]
    elif kind == "released":
        order.hold = ""
    elif kind == "cancelled":
        order.state = "cancel"
    elif kind not in TOLD:
        raise ValueError("unknown kind")


def read_units(rows: Iterable) -> Counter:
    """Units by place from ``[[product id, warehouse id, units], …]``, without places that have none."""
    units = Counter()
    _add(units, rows, 1)
    return units


def _add(units: Counter, rows: Iterable, sign: int) -> None:
    for product_id, warehouse_id, quantity in rows:
        place = (product_id, warehouse_id)
        units[place] = round(units[place] + sign * quantity, DIGITS)
        if not units[place]:
            del units[place]


def total(states: Iterable[OrderState], measure: str) -> Counter:
    """Units of a measure over all orders, by place."""
    units = Counter()
    for order in states:
        _add(units, ((*place, quantity) for place, quantity in getattr(order, measure).items()), 1)
    return units


def compare(logged: Mapping[int, OrderState], found: Mapping[int, OrderState]) -> list[Difference]:
    """What two accounts of the same orders do not agree on.

    What an order asks for is only compared while it is alive: a cancelled one keeps its lines as a record.
    """
    differences = []
    for order_id, ours in logged.items():
        theirs = found.get(order_id, OrderState())
        for name in ("state", "hold"):
            if getattr(ours, name) != getattr(theirs, name):
                differences.append(Difference(order_id, name, None, getattr(ours, name), getattr(theirs, name)))
        for measure in MEASURES[ours.state == "cancel" :]:
            differences += compare_units(order_id, measure, getattr(ours, measure), getattr(theirs, measure))
    return differences


def compare_units(order_id: int, measure: str, logged: Counter, found: Counter) -> list[Difference]:
    """The places at which two counts of a measure differ."""
    return [
        Difference(order_id, measure, place, logged[place], found[place])
        for place in sorted(logged.keys() | found.keys())
        if round(logged[place] - found[place], DIGITS)
    ]
