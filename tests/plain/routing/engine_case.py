"""A world of three warehouses on a line: Hamburg at 0 km, Lyon at 900 km, Madrid at 1,900 km; buyers at 100 km."""

from decimal import Decimal

from addons.marketplace_routing.engine import Conditions, Geography, LineFacts, OrderFacts, Router, Rule, RuleSet
from addons.marketplace_routing.freight import Destination, NoQuote, Quote

HAMBURG, LYON, MADRID, FBA = 1, 2, 3, 9
PLACES = {HAMBURG: 0, LYON: 900, MADRID: 1900, FBA: 50}
MUG, PEN, LAMP = 11, 12, 13
DHL, GLS = 21, 22
BERLIN = Destination("DE", "BE", "10115", "Berlin")


class Book:
    """Freight of so much per warehouse and kilogram; ``None`` where no carrier goes."""

    has_origins = True

    def __init__(self, per_kg, carrier_id=DHL, days=2):
        self._per_kg, self._carrier_id, self._days = per_kg, carrier_id, days
        self.asked = 0

    def quotes(self, warehouse_id, destination, parcel, carrier_ids=None):
        self.asked += 1
        price = self._per_kg.get(warehouse_id)
        if price is None or (carrier_ids and self._carrier_id not in carrier_ids):
            return [], [NoQuote(self._carrier_id, "no_zone", {"place": destination.country})]
        amount = Decimal(price) * parcel.weight_kg
        days = self._days.get(warehouse_id) if isinstance(self._days, dict) else self._days
        return [Quote(self._carrier_id, amount, "EUR", "Zone", parcel.weight_kg, (("Freight", amount),), 1, days)], []


def line(product_id, units=1, line_id=None, weight=1.0, stocked=True, categories=()):
    needs = ((product_id, float(units)),) if stocked else ()
    return LineFacts(
        line_id or product_id * 10, product_id, needs, frozenset(categories), weight * units, 0.001 * units
    )


def order(*lines, order_id=1, **values):
    values = {
        "shop_id": 5,
        "provider": "amazon",
        "own_warehouse_id": HAMBURG,
        "warehouse_ids": (HAMBURG, LYON, MADRID),
        "destination": BERLIN,
        "country_id": 57,
        "lines": lines or (line(MUG),),
        **values,
    }
    return OrderFacts(order_id=order_id, **values)


def make_router(rules, stock, book=None, **options):
    geography = Geography(PLACES, lambda country, state, city, postcode: 100, lambda a, b: float(abs(a - b)))
    return Router(RuleSet(rules), stock, book, geography, **options)


def rule(rule_id=1, name=None, conditions=None, **values):
    return Rule(rule_id, name or f"Rule {rule_id}", Conditions(**(conditions or {})), **values)


def reasons(decision):
    """Why the alternatives were not taken: ``{warehouse ids: reason}``."""
    return {tuple(option.warehouse_ids): option.reason for option in decision.alternatives}
