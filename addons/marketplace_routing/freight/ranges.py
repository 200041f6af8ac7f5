"""Finds the rules whose range a number or code is in, without asking each of them."""

from bisect import bisect_left


class Ranges:
    """Ranges of numbers or of codes of one length, both ends included.

    A set of owners is an integer with a bit per owner: bit 0 is number 0's.

    :param list ranges: ``(number of the owner, low, high)``; an owner may have several
    """

    def __init__(self, ranges):
        self._ends = sorted({end for _number, *bounds in ranges for end in bounds})
        # The sets that change at the ends: before the first end, on it, behind it, on the second, …
        self._sets = [0] * (2 * len(self._ends) + 1)
        for number, low, high in ranges:
            for place in range(self._get_place(low), self._get_place(high) + 1):
                self._sets[place] |= 1 << number

    def find(self, value):
        """The set of owners of the ranges in which a value lies."""
        return self._sets[self._get_place(value)]

    def _get_place(self, value):
        index = bisect_left(self._ends, value)
        return 2 * index + (index < len(self._ends) and self._ends[index] == value)


def list_members(members):
    """Numbers of the bits that are set, in their order."""
    while members:
        lowest = members & -members
        yield lowest.bit_length() - 1
        members ^= lowest
