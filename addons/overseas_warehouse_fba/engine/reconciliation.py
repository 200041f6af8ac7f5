"""Ledger against books: how far apart they are, and what explains every unit of it.

The gap of a key is theirs minus ours. It equals the sum of its explanations, always: what nothing explains is an
explanation of its own (``UNEXPLAINED``), for a person.
"""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from .movements import VALUE_ONLY, Kind


class Cause(str, Enum):
    """Why books and ledger differ."""

    NOT_BOOKED = "not_booked"  # the ledger's movement is not in our books
    BOOKED_DIFFERENTLY = "booked_differently"  # it is, with other units
    QUESTION = "question"  # the movement waits for a person to say what it is
    NOT_IN_LEDGER = "not_in_ledger"  # we booked what the ledger does not show
    TOO_EARLY = "too_early"  # so recent that the ledger cannot show it yet
    CARRIED = "carried"  # stood open at the reconciliation before
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class OwnBooking:
    """A movement in our books that no movement of the ledger stands for.

    :param key: where it counts, as ``key_of`` says
    """

    key: tuple
    document: str
    units: int
    day: object


@dataclass(frozen=True, slots=True)
class Explanation:
    """A part of a gap.

    :param int units: signed: what it adds to theirs minus ours
    :param kind: of the ledger's movements; ``None`` of other causes
    :param tuple documents: keys of movements, or documents of ours
    """

    cause: Cause
    units: int
    kind: Kind | None = None
    documents: tuple = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One key whose units differ, or whose movements cancel each other out."""

    key: tuple
    theirs: int
    ours: int
    explanations: tuple

    @property
    def gap(self):
        """Units that the ledger has more than our books."""
        return self.theirs - self.ours

    @property
    def unexplained(self):
        """Units that nothing explains."""
        return sum(part.units for part in self.explanations if part.cause is Cause.UNEXPLAINED)


def by_sku_country(movement):
    """Key of a reconciliation by ``(MSKU, country, attribute)``."""
    return movement.msku, movement.country, movement.attribute


def reconcile(theirs, ours, movements, booked, own=(), carried=None, visible_until=None, key_of=by_sku_country):
    """Compare and explain; one pass over movements.

    :param dict theirs: ``{key: units}`` at Amazon
    :param dict ours: ``{key: units}`` in our books
    :param movements: of the ledger since the reconciliation before
    :param dict booked: ``{movement key: units booked}``; absent is not booked
    :param own: of :class:`OwnBooking` since then
    :param dict carried: ``{key: units}`` that stood open then
    :param visible_until: last day that the ledger shows completely
    :param key_of: movement → key
    :return: list of :class:`Difference`, by key; keys without a gap and without an explanation are left out
    """
    parts = defaultdict(lambda: defaultdict(list))
    for movement in movements:
        if movement.kind not in VALUE_ONLY:
            _explain(parts[key_of(movement)], movement, booked.get(movement.key))
    for booking in own:
        early = visible_until is not None and booking.day > visible_until
        cause = Cause.TOO_EARLY if early else Cause.NOT_IN_LEDGER
        parts[booking.key][cause, None].append((-booking.units, booking.document))
    for key, units in (carried or {}).items():
        if units:
            parts[key][Cause.CARRIED, None].append((units, ""))
    keys = set(theirs) | set(ours) | set(parts)
    found = [_difference(key, theirs.get(key, 0), ours.get(key, 0), parts.get(key, {})) for key in keys]
    return sorted((entry for entry in found if entry.gap or entry.explanations), key=lambda entry: entry.key)


def _explain(causes, movement, booked):
    if booked == movement.units:
        return
    if movement.kind is Kind.UNKNOWN:
        cause = Cause.QUESTION
    else:
        cause = Cause.NOT_BOOKED if booked is None else Cause.BOOKED_DIFFERENTLY
    causes[cause, movement.kind].append((movement.units - (booked or 0), movement.key))


def _difference(key, theirs, ours, causes):
    explanations = [
        Explanation(cause, sum(units for units, _document in entries), kind, _documents(entries))
        for (cause, kind), entries in causes.items()
    ]
    rest = theirs - ours - sum(part.units for part in explanations)
    if rest:
        explanations.append(Explanation(Cause.UNEXPLAINED, rest))
    return Difference(key, theirs, ours, tuple(explanations))


def _documents(entries):
    return tuple(document for _units, document in entries if document)
