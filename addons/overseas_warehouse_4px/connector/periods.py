"""Ranges of time that are longer than 4PX answers at once."""

from dataclasses import dataclass


def periods(since, until, longest):
    """``[(start, end)]`` that follow each other from ``since`` to ``until``."""
    found = []
    while since < until:
        end = min(since + longest, until)
        found.append((since, end))
        since = end
    return found


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a fetch in several parts stands.

    :param entry: the part to fetch now
    :param following: token of the next part, empty after the last
    """

    entry: tuple
    following: str

    @classmethod
    def of(cls, entries, token):
        """The cursor that a token means; ``None`` if there is nothing to fetch."""
        index = int(token or 0)
        if index >= len(entries):
            return None
        return cls(entries[index], str(index + 1) if index + 1 < len(entries) else "")
