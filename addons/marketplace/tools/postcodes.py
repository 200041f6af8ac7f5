"""Lists of postcodes as people write them: ``10000-19999, 25*, IV1-IV63, E1``.

``25*`` is all postcodes that begin so. An entry without a star is a whole postcode, or its first part (``E1`` is
``E1 6AN`` but not ``E10 5AA``). A range compares as many characters as its ends have; ends of letters and a number
(``IV1-IV63``) count the number.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

_SEPARATORS = re.compile(r"[,;\n]+")
_PARTS = re.compile(r"[\s-]+")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")
_DISTRICT = re.compile(r"([A-Z]+)(\d+)")
# The second part of a British postcode has three characters, whether or not a space is written before it.
_BRITISH = {"GB", "GG", "JE", "IM"}
_BRITISH_INWARD = 3


class PostcodeError(ValueError):
    """A list of postcodes that cannot be read. The message is for people; ``code``, ``text`` and ``values`` say the
    same to programs, e.g. to translate it."""

    def __init__(self, code, text, **values):
        self.code, self.text, self.values = code, text, values
        super().__init__(text.format(**values))


@dataclass(frozen=True)
class Postcode:
    """A postcode made comparable: ``whole`` without spaces and hyphens, ``area`` its first part."""

    whole: str
    area: str

    @cached_property
    def district(self):
        """Letters and number that the area begins with, e.g. ``("IV", 63)``; None without them."""
        found = _DISTRICT.match(self.area)
        return (found[1], int(found[2])) if found else None

    @classmethod
    @lru_cache(maxsize=4096)
    def of(cls, country, text):
        text = (text or "").strip().upper()
        whole = _NOT_ALPHANUMERIC.sub("", text)
        if country in _BRITISH and len(whole) > _BRITISH_INWARD + 1:
            return cls(whole, whole[:-_BRITISH_INWARD])
        return cls(whole, _NOT_ALPHANUMERIC.sub("", _PARTS.split(text)[0]))


@dataclass(frozen=True)
class WholeCode:
    """One postcode, or the first part of several."""

    code: str
    width: float = 0.0

    def matches(self, postcode):
        return self.code in (postcode.whole, postcode.area)


@dataclass(frozen=True)
class CodeRange:
    """Postcodes whose first characters lie between two ends of the same length."""

    low: str
    high: str

    @property
    def width(self):
        base = 10 if (self.low + self.high).isdigit() else 36
        return (int(self.high, base) - int(self.low, base) + 1) / base ** len(self.low)

    def matches(self, postcode):
        head = postcode.whole[: len(self.low)]
        return len(head) == len(self.low) and self.low <= head <= self.high


@dataclass(frozen=True)
class DistrictRange:
    """Postcodes of the same letters whose number lies between two ends, e.g. IV1 to IV63."""

    letters: str
    low: int
    high: int

    @property
    def width(self):
        return (self.high - self.low + 1) / 100 / 36 ** len(self.letters)

    def matches(self, postcode):
        letters, number = postcode.district or ("", 0)
        return letters == self.letters and self.low <= number <= self.high


@lru_cache(maxsize=1024)
def parse_postcodes(text):
    """The entries of a list of postcodes, as objects with ``matches(postcode)`` and a ``width`` (the share of all
    postcodes, the smaller the more specific).

    :raises PostcodeError: ``postcode_upside_down``, ``postcode_lengths`` or ``postcode_unreadable``
    """
    entries = (entry.strip().upper() for entry in _SEPARATORS.split(text or ""))
    return tuple(_parse_entry(entry) for entry in entries if entry)


def is_listed(text, country, postcode):
    """Whether a postcode of a country is one of a list.

    :param str country: ISO 3166-1 alpha-2 code
    :raises PostcodeError: the list cannot be read
    """
    sought = Postcode.of(country, postcode)
    return any(entry.matches(sought) for entry in parse_postcodes(text))


def _parse_entry(entry):
    if entry.endswith("*"):
        prefix = _clean(entry[:-1], entry)
        return CodeRange(prefix, prefix)
    low, dash, high = (part.strip() for part in entry.partition("-"))
    if not dash:
        return WholeCode(_clean(entry, entry))
    return _parse_range(_clean(low, entry), _clean(high, entry), entry)


def _parse_range(low, high, entry):
    first, last = _DISTRICT.fullmatch(low), _DISTRICT.fullmatch(high)
    if first and last and first[1] == last[1]:
        found = DistrictRange(first[1], int(first[2]), int(last[2]))
    elif len(low) == len(high):
        found = CodeRange(low, high)
    else:
        raise PostcodeError(
            "postcode_lengths",
            "Both ends of the postcodes {entry} must have the same length. A single postcode has no hyphen here.",
            entry=entry,
        )
    if found.low > found.high:
        raise PostcodeError(
            "postcode_upside_down", "The postcodes {entry} are upside down: the smaller one comes first.", entry=entry
        )
    return found


def _clean(text, entry):
    code = text.replace(" ", "")
    if not code or _NOT_ALPHANUMERIC.search(code):
        raise PostcodeError(
            "postcode_unreadable",
            "{entry} is not a postcode. Write e.g. 10000-19999, 25*, IV1-IV63 or E1, with commas between them.",
            entry=entry,
        )
    return code
