"""What Amazon takes from the seller for work in its warehouses, in the world's book of money."""

from decimal import Decimal

from ..world import money_book
from ..world.marketplaces import MARKETPLACES, in_region
from ..world.money_rates import converted


def charge(world, region, code, kind, amount, sku="", units=0):
    """Book a fee.

    :param code: of the marketplace in whose currency it is
    :param kind: of the book's line: ``placement``, ``removal`` or ``disposal``
    :param amount: positive Decimal
    """
    money_book.book(world, region, MARKETPLACES[code].currency, "fee", [(kind, -amount, "", sku, units)], market=code)


def charge_shipment(world, region, reference, fees, units):
    """Book what Amazon takes for shipping the order of another shop.

    :param reference: the seller's number of the order
    :param fees: of the order and of each unit, in euros as text
    :param units: ``{sku: units}``
    """
    currency = in_region(region)[0].currency
    order, unit = (converted(Decimal(fee), currency) for fee in fees)
    lines = [("mcf_order", -order, "", "", 0), *(("mcf_units", -unit * count, "", sku, count)
                                                 for sku, count in units.items())]
    money_book.book(world, region, currency, "mcf", lines, reference=reference)
