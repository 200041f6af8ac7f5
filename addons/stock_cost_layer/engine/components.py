"""Amounts as six whole numbers, one per component, and how they are split without losing any."""

from decimal import ROUND_HALF_UP, Decimal
from operator import add as _add
from operator import sub as _sub

COMPONENTS = ("purchase", "freight", "duty", "insurance", "preparation", "other")
ZERO = (0,) * len(COMPONENTS)
UNIT = 10**6  # whole numbers that one unit of a product is counted in


def add(left, right):
    """Sum of two amounts, component by component."""
    return tuple(map(_add, left, right))


def subtract(left, right):
    """Difference of two amounts, component by component."""
    return tuple(map(_sub, left, right))


def part(amounts, units, whole):
    """The share of `units` out of `whole`; what is rounded stays with the rest."""
    if units == whole:
        return amounts
    double = 2 * whole
    units *= 2
    return tuple([(amount * units + whole) // double if amount else 0 for amount in amounts])


def split_number(number, weights):
    """Split a whole number by largest remainder; the first of equal remainders gets more.

    :param list weights: whole numbers, none negative, at least one positive
    :return: list of whole numbers whose sum is `number`
    """
    whole = sum(weights)
    shares = [number * weight // whole for weight in weights]
    left = number - sum(shares)
    if left:
        order = sorted(range(len(weights)), key=lambda i: (-(number * weights[i] % whole), i))
        for i in order[:left]:
            shares[i] += 1
    return shares


def split(amounts, weights):
    """Split every component by largest remainder; returns one amounts tuple per weight."""
    if len(weights) == 1:
        return [amounts]
    nothing = [0] * len(weights)
    return list(zip(*[split_number(amount, weights) if amount else nothing for amount in amounts], strict=True))


def to_amounts(money, digits):
    """Whole numbers of the smallest unit from ``{component: Decimal}``, each rounded half up.

    :param int digits: decimal places of the currency
    :raise KeyError: no such component
    """
    result = dict.fromkeys(COMPONENTS, 0)
    for component, amount in money.items():
        result[component] += int(Decimal(amount).scaleb(digits).to_integral_value(ROUND_HALF_UP))
    return tuple(result.values())


def to_money(amounts, digits):
    """``{component: Decimal}`` of what is not zero."""
    return {
        component: Decimal(amount).scaleb(-digits)
        for component, amount in zip(COMPONENTS, amounts, strict=True)
        if amount
    }


def to_units(quantity):
    """Whole numbers of :data:`UNIT` from a quantity (Decimal, int or the text of a float)."""
    return int((Decimal(str(quantity)) * UNIT).to_integral_value(ROUND_HALF_UP))
