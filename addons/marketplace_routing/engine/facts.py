"""What is known of an order before it is routed. Weights in kg, volumes in m³, times in hours from the decision."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..freight.postcodes import Postcode


@dataclass(frozen=True)
class LineFacts:
    """An order line of goods.

    :param int line_id: of the order line
    :param tuple needs: ``((product id, units), …)`` that the line takes out of stock: usually its own product, the
        components of a kit, nothing for goods of which no stock is kept
    :param frozenset category_ids: the product's category and all above it
    :param float weight_kg: of all units of the line
    :param float volume_m3: of all units of the line
    """

    line_id: int
    product_id: int
    needs: tuple
    category_ids: frozenset = frozenset()
    weight_kg: float = 0.0
    volume_m3: float = 0.0


@dataclass(frozen=True)
class OrderFacts:
    """An order with its lines of goods.

    :param str provider: the marketplace, e.g. ``amazon``
    :param float value: total in the company's currency
    :param own_warehouse_id: warehouse that ships it when no rule decides
    :param tuple warehouse_ids: warehouses whose stock the shop offers
    :param hours_to_ship: hours until it must be handed to the carrier; None when nothing is promised
    :param hours_to_deliver: hours until it must arrive; None when nothing is promised
    :param destination: a ``freight.Destination``
    :param join_key: equal for orders of one buyer to one address
    """

    order_id: int
    shop_id: int
    provider: str
    own_warehouse_id: int
    warehouse_ids: tuple
    lines: tuple
    destination: Any
    country_id: int | None = None
    state_id: int | None = None
    value: float = 0.0
    is_business: bool = False
    service_level: str = ""
    tag_ids: frozenset = frozenset()
    hours_to_ship: float | None = None
    hours_to_deliver: float | None = None
    join_key: Any = None
    needs: dict = field(init=False, repr=False, compare=False)
    weight_kg: float = field(init=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "needs", sum_needs(self.lines))
        object.__setattr__(self, "weight_kg", round(sum(line.weight_kg for line in self.lines), 6))

    @cached_property
    def postcode(self):
        """The destination's :class:`~..freight.postcodes.Postcode`."""
        return Postcode.of(self.destination.country, self.destination.postcode)

    @cached_property
    def stocked_lines(self):
        """Lines that take something out of stock; they decide where the order ships from."""
        return [line for line in self.lines if line.needs]


def sum_needs(lines):
    """Units that lines take out of stock.

    :return: ``{product id: units}``
    """
    total = {}
    for line in lines:
        for product_id, units in line.needs:
            total[product_id] = total.get(product_id, 0.0) + units
    return total
