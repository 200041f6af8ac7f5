"""Why two methods, or the layers and a ledger, differ: product by product, to the cent."""

from typing import NamedTuple

from .components import COMPONENTS, ZERO, add, subtract


class BridgeLine(NamedTuple):
    """One product under two methods.

    Both put in the same, so what one has more in stock it has less in cost of sales: `difference` (amounts, second
    less first) says it by component, `places` says where it lies (``{place: difference}``).
    """

    product: object
    units: int
    first: tuple
    second: tuple
    first_sold: tuple
    second_sold: tuple
    difference: tuple
    places: dict


class Bridge(NamedTuple):
    """Two methods against each other; `difference` is the sum of the lines'."""

    first: str
    second: str
    lines: list
    difference: tuple


class LedgerLine(NamedTuple):
    """One product's layers against what a ledger says of it.

    `ledger_value - layer_value = units_effect + purchase_effect - capitalised`: the ledger counts other units, values
    purchases otherwise, or does not hold the freight, duty … that the layers do.
    """

    product: object
    units: int
    ledger_units: int
    layer_value: int
    ledger_value: int
    difference: int
    capitalised: int
    units_effect: int
    purchase_effect: int


def bridge(first, second):
    """Explain the difference between two methods that replayed one log.

    :param Method first:
    :param Method second:
    :rtype: Bridge
    """
    values, others = _by_product(first), _by_product(second)
    sold, other_sold = first.expensed(), second.expensed()
    lines = []
    for product in sorted(set(values) | set(others)):
        there, other = values.get(product, {}), others.get(product, {})
        places = {
            place: subtract(other.get(place, (0, ZERO))[1], there.get(place, (0, ZERO))[1])
            for place in sorted(set(there) | set(other))
        }
        total, other_total = _total(there), _total(other)
        lines.append(
            BridgeLine(
                product,
                sum(units for units, _amounts in there.values()),
                total,
                other_total,
                sold.get(product, ZERO),
                other_sold.get(product, ZERO),
                subtract(other_total, total),
                {place: difference for place, difference in places.items() if any(difference)},
            )
        )
    difference = ZERO
    for line in lines:
        difference = add(difference, line.difference)
    return Bridge(first.name, second.name, lines, difference)


def bridge_ledger(method, ledger):
    """Explain the difference between layers and a ledger.

    :param Method method:
    :param dict ledger: ``{product: (units, value)}`` in whole numbers, like the layers'
    :return: list of :class:`LedgerLine`, one for each product that either has
    """
    layers = _by_product(method)
    lines = []
    for product in sorted(set(layers) | set(ledger)):
        there = layers.get(product, {})
        amounts = _total(there)
        units = sum(count for count, _amounts in there.values())
        ledger_units, ledger_value = ledger.get(product, (0, 0))
        value = sum(amounts)
        purchase = amounts[COMPONENTS.index("purchase")]
        capitalised = value - purchase
        # What the ledger's other units are worth at its own cost per unit; without units, all of it.
        units_effect = ledger_value * (ledger_units - units) // ledger_units if ledger_units else -purchase
        lines.append(
            LedgerLine(
                product,
                units,
                ledger_units,
                value,
                ledger_value,
                ledger_value - value,
                capitalised,
                units_effect,
                ledger_value - purchase - units_effect,
            )
        )
    return lines


def _by_product(method):
    result = {}
    for (product, place), value in method.values().items():
        result.setdefault(product, {})[place] = value
    return result


def _total(places):
    total = ZERO
    for _units, amounts in places.values():
        total = add(total, amounts)
    return total
