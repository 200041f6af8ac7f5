"""How far a price or a quantity lies from what is usual: the robust z-score, median and median absolute deviation.

A few odd orders in the history move neither (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993).
"""

import math
from dataclasses import dataclass

# Makes the median absolute deviation of normally distributed values their standard deviation.
CONSISTENCY = 1.4826


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, learned from the history of one SKU in one channel.

    :param int count: how many orders were seen
    :param float median: of the values, or of their logarithms
    :param float spread: robust standard deviation, at least the smallest that counts
    :param bool log: values are compared by their ratio, as prices are
    """

    count: int
    median: float
    spread: float
    log: bool

    def score(self, value):
        """Robust z-score: how many spreads ``value`` lies above (positive) or below the median."""
        return ((math.log(value) if self.log else value) - self.median) / self.spread

    @property
    def typical(self):
        """The median in the unit of the values."""
        return math.exp(self.median) if self.log else self.median

    def bounds(self, threshold):
        """Lowest and highest value whose score stays within the threshold."""
        low, high = self.median - threshold * self.spread, self.median + threshold * self.spread
        return (math.exp(low), math.exp(high)) if self.log else (max(low, 0.0), high)


def learn(counts, *, minimum, least_spread, log=False):
    """What is usual by a history.

    :param dict counts: ``{value: how often it was seen}``; values that have no logarithm are left out where
        ``log`` is set
    :param int minimum: fewer than this many values tell nothing
    :param float least_spread: spread where all values are alike, in the unit of the values (of a logarithm: 0.1 is
        about 10 %)
    :return: :class:`Usual`, or ``None`` without enough history
    """
    if log:
        counts = {math.log(value): count for value, count in counts.items() if value > 0}
    total = sum(counts.values())
    if total < max(minimum, 1):
        return None
    median = weighted_median(counts)
    deviations = {}
    for value, count in counts.items():
        deviation = abs(value - median)
        deviations[deviation] = deviations.get(deviation, 0) + count
    spread = max(CONSISTENCY * weighted_median(deviations), least_spread)
    return Usual(total, median, spread, log)


def weighted_median(counts):
    """Median of values that are counted.

    :param dict counts: ``{value: count}``, not empty
    """
    total, seen = sum(counts.values()), 0
    values = sorted(counts)
    for index, value in enumerate(values):
        seen += counts[value]
        if 2 * seen > total:
            return value
        if 2 * seen == total:
            return (value + values[index + 1]) / 2
    raise ValueError("a median needs at least one value")
