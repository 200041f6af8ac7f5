"""Shares of an amount that add up to it."""

from decimal import ROUND_FLOOR, Decimal


def share(amount, weights, unit=Decimal("0.01")):
    """``amount`` divided in proportion to ``weights``, to multiples of ``unit``; the shares add up exactly.

    What is left after rounding down goes to the largest remainders. Weights that are all 0 count the same.

    :param Decimal amount: a multiple of ``unit``
    :param weights: numbers of at least 0
    :return: list of Decimal, one per weight
    """
    weights = [Decimal(str(weight)) for weight in weights]
    if not sum(weights):
        weights = [Decimal(1)] * len(weights)
    total = sum(weights)
    exact = [amount * weight / total for weight in weights]
    shares = [(value / unit).to_integral_value(ROUND_FLOOR) * unit for value in exact]
    left = int((amount - sum(shares)) / unit)
    order = sorted(range(len(shares)), key=lambda index: (shares[index] - exact[index], index))
    for index in order[:left]:
        shares[index] += unit
    return shares
