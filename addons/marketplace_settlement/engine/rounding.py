from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal


def spread(exact, unit, total=None):
    """Round amounts of any sign to multiples of ``unit`` so that they add up to a total exactly.

    Largest remainder: all are rounded down, and what is missing goes, a unit each, to the largest remainders, the
    first of equal ones. No amount changes by a unit or more, so none changes its sign.

    :param list exact: Decimal
    :param Decimal unit: smallest coin
    :param Decimal total: less than a unit from the exact sum; by default that sum, rounded
    :return: list of Decimal
    """
    if total is None:
        total = (sum(exact, Decimal(0)) / unit).to_integral_value(ROUND_HALF_EVEN) * unit
    shares = [(amount / unit).to_integral_value(ROUND_FLOOR) * unit for amount in exact]
    missing = int((total - sum(shares, Decimal(0))) / unit)
    order = sorted(range(len(exact)), key=lambda index: (shares[index] - exact[index], index))
    for index in order[:missing]:
        shares[index] += unit
    return shares
