"""Ranges of postcodes, with letters or without."""

import re
from dataclasses import dataclass


def postcode_key(postcode):
    """Sort key: digits by their number, letters by the alphabet, so ``BT9`` comes before ``BT28``.

    :return: tuple of ``(0, number)`` and ``(1, letters)``
    """
    text = (postcode or "").strip().upper()
    if match := re.fullmatch(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", text):
        text = " ".join(match.groups())  # British, written without its space
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"[A-Z]+|\d+", text))


@dataclass(frozen=True, slots=True)
class PostcodeRange:
    """Postcodes from ``first`` to ``last``, both included with all that they begin; empty means open.

    :raise ValueError: ``first`` comes after ``last``
    """

    first: str = ""
    last: str = ""

    def __post_init__(self):
        if self.first and self.last and postcode_key(self.first) > postcode_key(self.last):
            raise ValueError(f"{self.first} comes after {self.last}")

    def __contains__(self, postcode):
        if not (self.first or self.last):
            return True
        key, first, last = postcode_key(postcode), postcode_key(self.first), postcode_key(self.last)
        return bool(key) and first <= key and (not last or key[: len(last)] <= last)
