"""Rates between other currencies than the euro."""

from decimal import Decimal

EURO = "EUR"


def cross_rates(rates, base):
    """Rates of a day by another currency than the euro.

    :param dict rates: ``{ISO code: units for one euro}``
    :param str base: ISO code
    :return: ``{ISO code: units for one unit of the base}`` of all others, the euro too; empty where the bank states
        no rate of the base for the day
    """
    stated = {EURO: Decimal(1), **rates}
    if base not in stated:
        return {}
    return {code: rate / stated[base] for code, rate in stated.items() if code != base}
