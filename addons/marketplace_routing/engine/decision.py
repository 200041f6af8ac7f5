"""What was decided, and what else could have been."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass
class Shipment:
    """What one warehouse ships of an order.

    :param quote: ``freight.Quote`` of the carrier that is taken for the estimate, or None
    :param refusals: ``freight.NoQuote`` of the carriers that do not take it
    :param days: latest number of days on the way, or None when unknown
    """

    warehouse_id: int
    lines: list
    distance_km: float | None = None
    quote: Any = None
    refusals: tuple = ()

    @property
    def days(self):
        return self.quote.days_max if self.quote else None


@dataclass
class Option:
    """A way to ship an order: from one warehouse, or parts of it from several.

    :param list shipments: one :class:`Shipment` per warehouse
    :param int rank: place of its warehouses in the rule's list, added up per line
    :param list missing: ``[(product id, wanted units, available units)]`` that the warehouse lacks
    :param promise: True or False where the promise is known to be kept or broken, else None
    :param str reason: why it was not taken; empty: it was. :data:`REASONS` has the words
    :param dict values: what the reason speaks of
    :ivar distance_km: kilometres from the warehouses to the buyer, weighted by lines; None when a place is unknown
    """

    shipments: list
    rank: int
    missing: list = field(default_factory=list)
    promise: bool | None = None
    reason: str = ""
    values: dict = field(default_factory=dict)
    distance_km: float | None = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        self.distance_km = self._compute_distance_km()

    @property
    def warehouse_ids(self):
        return [shipment.warehouse_id for shipment in self.shipments]

    def _compute_distance_km(self):
        if len(self.shipments) == 1:
            return self.shipments[0].distance_km
        distances = [shipment.distance_km for shipment in self.shipments]
        if None in distances:
            return None
        lines = [len(shipment.lines) or 1 for shipment in self.shipments]
        return sum(km * count for km, count in zip(distances, lines, strict=True)) / sum(lines)

    @property
    def freight(self):
        """Freight of all parcels; None when one of them has no rate."""
        if len(self.shipments) == 1:
            quote = self.shipments[0].quote
            return quote.amount if quote else None
        quotes = [shipment.quote for shipment in self.shipments]
        return None if None in quotes else sum((quote.amount for quote in quotes), Decimal(0))


# Why an alternative was not taken. The Odoo models translate the same words.
REASONS = {
    "short": "not everything is in stock",
    "fulfilment": "kept for the marketplace that ships from it",
    "rank": "later in the rule's list",
    "farther": "farther away",
    "unplaced": "its place or the buyer's is not known",
    "dearer": "freight is higher",
    "no_rate": "no carrier has a rate",
    "parcels": "more parcels",
    "late": "would arrive too late",
    "apart": "another order of the buyer leaves elsewhere",
}


@dataclass
class Decision:
    """How an order ships, and why.

    :param rule: the :class:`~.rules.Rule` that decided; None: the shop's own warehouse as ever
    :param Option option: what is done
    :param list alternatives: :class:`Option` that were weighed and not taken
    :param list trail: ``[(rule id, what it did)]`` of the rules that applied, see :data:`STEPS`
    :param list skipped: ``[(rule id, name of the condition that does not apply)]``, the first few
    :param list stock: ``[(product id, warehouse id, units)]`` as they were
    :param carrier_id: carrier that a rule names for the whole order
    :param hold: note for the person who has to look at the order; None: not held
    """

    facts: Any
    rule: Any = None
    option: Option | None = None
    alternatives: list = field(default_factory=list)
    trail: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    stock: list = field(default_factory=list)
    carrier_id: int | None = None
    chooses_carrier: bool = False
    merge: bool = False
    hold: str | None = None
    tag_ids: tuple = ()
    notes: tuple = ()

    @property
    def main_warehouse_id(self):
        """The warehouse that ships most lines; it is the order's own."""
        return max(self.option.shipments, key=lambda shipment: len(shipment.lines)).warehouse_id

    def get_carrier(self, shipment):
        """Carrier of a shipment: the one a rule names, or whose rate was chosen; None: nobody decided it."""
        if self.carrier_id:
            return self.carrier_id
        return shipment.quote.carrier_id if self.chooses_carrier and shipment.quote else None


# What a rule of the trail did.
DECIDED, WAITS, CANNOT_SHIP, ADDED, TOO_LATE = "decided", "waits", "cannot_ship", "added", "already_decided"
STEPS = (DECIDED, WAITS, CANNOT_SHIP, ADDED, TOO_LATE)
