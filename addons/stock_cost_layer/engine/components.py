"""Amounts as six whole numbers, one per component, and how they are split without losing any."""

from decimal import ROUND_HALF_UP, Decimal

COMPONENTS = ("purchase", "freight", "duty", "insurance", "preparation", "other")
ZERO = (0,) * len(COMPONENTS)
UNIT = 10**6  # whole numbers that one unit of a product is counted in


# Replays spend most of their time here: six names are faster than a loop over six places.


def add(left, right):
    """Sum of two amounts, component by component."""
    if right is ZERO:
        return left
    if left is ZERO:
        return right
    a, b, c, d, e, f = left
    p, q, r, s, t, u = right
    return (a + p, b + q, c + r, d + s, e + t, f + u)


def subtract(left, right):
    """Difference of two amounts, component by component."""
    if right is ZERO:
        return left
    a, b, c, d, e, f = left
    p, q, r, s, t, u = right
    return (a - p, b - q, c - r, d - s, e - t, f - u)


def part(amounts, units, whole):
    """The share of `units` out of `whole`; what is rounded stays with the rest."""
    if units == whole or amounts is ZERO:
        return amounts
    double = 2 * whole
    units *= 2
    a, b, c, d, e, f = amounts
    return (
        (a * units + whole) // double if a else 0,
        (b * units + whole) // double if b else 0,
        (c * units + whole) // double if c else 0,
        (d * units + whole) // double if d else 0,
        (e * units + whole) // double if e else 0,
        (f * units + whole) // double if f else 0,
    )


def split_number(number, weights, whole=None):
    """Split a whole number by largest remainder; the first of equal remainders gets more.

    :param list weights: whole numbers, none negative, at least one positive
    :param int whole: their sum, where it is known
    :return: list of whole numbers whose sum is `number`
    """
    whole = whole or sum(weights)
    products = [number * weight for weight in weights]
    shares = [product // whole for product in products]
    left = number - sum(shares)
    if left:
        remainders = [product % whole for product in products]
        for i in sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)[:left]:
            shares[i] += 1
    return shares


def split(amounts, weights):
    """Split every component by largest remainder; returns one amounts tuple per weight."""
    if len(weights) == 1:
        return [amounts]
    nothing, whole = [0] * len(weights), sum(weights)
    return list(zip(*[split_number(amount, weights, whole) if amount else nothing for amount in amounts], strict=True))


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
