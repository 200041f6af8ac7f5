from datetime import date
from typing import NamedTuple

from .components import ZERO
from .errors import InvalidEvent


class Kind:
    """What can happen to units and their cost."""

    RECEIPT = "receipt"  # bought or made; amounts are what it cost
    SALE = "sale"  # delivered to a customer
    LOSS = "loss"  # lost, scrapped, used up
    SUPPLIER_RETURN = "supplier_return"  # given back to the supplier; origin: the receipt
    TRANSFER = "transfer"  # from place to target, cost goes along
    RETURN = "return"  # back from a customer, or found again; origin: the sale or loss
    GAIN = "gain"  # found; comes in at what its place's units cost
    CORRECTION = "correction"  # entered, but never came; origin: the receipt; amounts: what that became dearer by
    COST = "cost"  # late bill (or refund, negative); origin: the receipt

    OUT = frozenset((SALE, LOSS, SUPPLIER_RETURN))
    ALL = frozenset((RECEIPT, SALE, LOSS, SUPPLIER_RETURN, TRANSFER, RETURN, GAIN, CORRECTION, COST))


class Event(NamedTuple):
    """One line of the log. Products and batches may be any hashable values, places also sort.

    `units` are whole numbers of :data:`~.components.UNIT` and positive (0 for a late bill); `amounts` are whole
    numbers of the currency's smallest unit, stated for receipts, their corrections and late bills only.
    """

    id: int
    day: date
    product: object
    place: object
    kind: str
    units: int
    amounts: tuple = ZERO
    target: object = None
    origin: int | None = None
    batch: object = None

    def check(self):
        """:raise InvalidEvent: the event contradicts itself"""
        if self.kind not in Kind.ALL:
            raise InvalidEvent(f"Event {self.id}: there is no kind {self.kind!r}.")
        if self.kind == Kind.COST:
            if self.units or self.origin is None:
                raise InvalidEvent(f"Event {self.id}: a late bill has no units and names the receipt it belongs to.")
        elif self.units <= 0:
            raise InvalidEvent(f"Event {self.id}: a movement needs a positive number of units.")
        elif any(self.amounts) and self.kind not in (Kind.RECEIPT, Kind.CORRECTION):
            raise InvalidEvent(
                f"Event {self.id}: only receipts, their corrections and late bills state what they cost."
            )
        if (self.kind == Kind.TRANSFER) != (self.target is not None) or self.place == self.target:
            raise InvalidEvent(f"Event {self.id}: a transfer, and nothing else, goes to another place.")
        return self
