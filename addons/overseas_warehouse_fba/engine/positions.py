"""What lies where at Amazon: movements replayed from an opening balance."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Deviation:
    """A day at whose end the replay and Amazon's summary disagree.

    :param tuple position: ``(FNSKU, MSKU, fulfilment centre, disposition)``
    """

    position: tuple
    day: date
    replayed: int
    stated: int

    @property
    def units(self):
        """What the replay lacks."""
        return self.stated - self.replayed


def replay(movements, opening=None, until=None):
    """Units of each position after all movements.

    :param movements: of :class:`~.movements.Movement`, in any order
    :param dict opening: ``{position: units}`` before the first
    :param until: last day that counts
    :return: ``{position: units}`` without zeros; a negative one says that an event before it is missing
    """
    units = dict(opening or {})
    for movement in movements:
        if until is None or movement.day <= until:
            position = movement.position
            units[position] = units.get(position, 0) + movement.units
    return {position: count for position, count in units.items() if count}


def opening_of(balances):
    """``{position: units}`` at the beginning of the first day of each position.

    :param balances: of ``connector.ledger.LedgerBalance``
    """
    first = {}
    for balance in balances:
        known = first.get(balance.position)
        if known is None or balance.day < known.day:
            first[balance.position] = balance
    return {position: balance.starting for position, balance in first.items() if balance.starting}


def deviations(movements, balances):
    """Where events and balances of the same period disagree: each first such day of a position and every day on which
    the disagreement changes.

    :return: list of :class:`Deviation`, by day
    """
    moved = {}
    for movement in movements:
        key = movement.position, movement.day
        moved[key] = moved.get(key, 0) + movement.units
    found, units = [], opening_of(balances)
    for balance in sorted(balances, key=lambda balance: balance.day):
        position = balance.position
        replayed = units.get(position, 0) + moved.get((position, balance.day), 0)
        if replayed != balance.ending:
            found.append(Deviation(position, balance.day, replayed, balance.ending))
        units[position] = balance.ending
    return found
