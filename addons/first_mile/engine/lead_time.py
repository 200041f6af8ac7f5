"""How long lanes really take, learned from shipments that arrived, and which shipments are late."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from statistics import median, quantiles

MIN_OBSERVATIONS = 5


@dataclass(frozen=True)
class Observation:
    """Days from departure to arrival of one carriage."""

    lane: object
    mode: str
    days: int


@dataclass(frozen=True)
class LeadTime:
    """What to expect, in days.

    :param float median: half of them take no longer
    :param float p90: nine of ten take no longer
    :param int count: observations behind it
    :param str source: "lane", or "mode": too few on this lane, so all lanes of the mode
    """

    median: float
    p90: float
    count: int
    source: str


class LeadTimes:
    """Lead times by lane and mode.

    :param observations: :class:`Observation`
    :param int minimum: observations, at least 2, without which nothing is said
    """

    def __init__(self, observations, minimum=MIN_OBSERVATIONS):
        self._minimum = minimum
        self._by_lane, self._by_mode = defaultdict(list), defaultdict(list)
        for seen in observations:
            self._by_lane[seen.lane, seen.mode].append(seen.days)
            self._by_mode[seen.mode].append(seen.days)

    def find(self, lane, mode):
        """:class:`LeadTime`, or None where too few like it have arrived yet."""
        days = self._by_lane.get((lane, mode), ())
        if len(days) >= self._minimum:
            return _summarise(days, "lane")
        # A few on the lane are not enough to trust, and are among those of the mode.
        days = self._by_mode.get(mode, ())
        return _summarise(days, "mode") if len(days) >= self._minimum else None


@dataclass(frozen=True)
class Delay:
    """A carriage that is late.

    :param str reason: "overdue": its own ETA has passed; "slow": it takes longer than nine of ten;
        "not_departed": its ETD has passed
    :param int days: beyond that
    :param date expected: when it should have come
    """

    reason: str
    days: int
    expected: date


def check_delay(today, etd, atd, eta, ata, lead_time):
    """Whether a carriage is late; the worse of its reasons.

    :param lead_time: :class:`LeadTime` or None
    :return: :class:`Delay` or None
    """
    if ata:
        return None
    if not atd:
        return Delay("not_departed", (today - etd).days, etd) if etd and today > etd else None
    delays = []
    if eta and today > eta:
        delays.append(Delay("overdue", (today - eta).days, eta))
    if lead_time and (today - atd).days > lead_time.p90:
        expected = date.fromordinal(atd.toordinal() + round(lead_time.p90))
        delays.append(Delay("slow", (today - expected).days, expected))
    return max(delays, key=lambda delay: delay.days, default=None)


def _summarise(days, source):
    return LeadTime(float(median(days)), quantiles(days, n=10, method="inclusive")[-1], len(days), source)
