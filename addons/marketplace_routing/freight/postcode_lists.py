"""Finds the rules or zones on whose list a postcode is, without asking each of them."""

from collections import defaultdict

from .postcodes import CodeRange, DistrictRange, WholeCode
from .ranges import Ranges


class PostcodeLists:
    """Lists of postcodes. A set of lists is an integer as in :class:`~.ranges.Ranges`.

    :param lists: tuples of entries as ``parse_postcodes`` returns them; an empty one is all postcodes
    """

    def __init__(self, lists):
        self._unlimited, self._codes = 0, defaultdict(int)
        by_length, by_letters = defaultdict(list), defaultdict(list)
        for number, entries in enumerate(lists):
            self._unlimited |= (not entries) << number
            for entry in entries:
                match entry:
                    case WholeCode():
                        self._codes[entry.code] |= 1 << number
                    case CodeRange():
                        by_length[len(entry.low)].append((number, entry.low, entry.high))
                    case DistrictRange():
                        by_letters[entry.letters].append((number, entry.low, entry.high))
        self._by_length = {length: Ranges(ranges) for length, ranges in by_length.items()}
        self._by_letters = {letters: Ranges(ranges) for letters, ranges in by_letters.items()}

    def find(self, postcode):
        """The set of lists on which a :class:`~.postcodes.Postcode` is."""
        found = self._unlimited | self._codes.get(postcode.whole, 0) | self._codes.get(postcode.area, 0)
        for length, ranges in self._by_length.items():
            if len(postcode.whole) >= length:
                found |= ranges.find(postcode.whole[:length])
        letters, number = postcode.district or ("", 0)
        if letters in self._by_letters:
            found |= self._by_letters[letters].find(number)
        return found
