"""Which lots leave when Amazon does not say: the one that expires first, then the one received first.

Amazon ships units of a SKU and never names their lot. A lot-tracked product blocks nothing: units beyond the known lots
leave without one, and say so.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LotStock:
    """Units of one lot at Amazon.

    :param expires_on: ``None`` of goods that do not expire; they leave last
    """

    lot: str
    units: int
    received_on: date
    expires_on: date | None = None


def allocate(lots, units):
    """Take units out of lots.

    :param lots: of :class:`LotStock` of one SKU
    :param int units: that left
    :return: ``([(lot, units)], units without a known lot)``
    """
    taken, rest = [], units
    for stock in sorted(lots, key=_leaves_first):
        part = min(rest, stock.units)
        if part > 0:
            taken.append((stock.lot, part))
            rest -= part
    return taken, rest


def _leaves_first(stock):
    return stock.expires_on or date.max, stock.received_on, stock.lot
