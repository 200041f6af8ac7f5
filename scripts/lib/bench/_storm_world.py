"""The world of the storm, in plain Python: buyers, eight marketplaces with their delays and mistakes, restocks.

Times are seconds since the storm began. What a buyer wants, and what becomes of the order, is drawn beforehand from the
seed, so that two runs meet the same buyers whatever the shops show them.
"""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

BEGIN = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
PRICE = "10.00"
MINUTE = 60.0
SHARE_PENDING = 0.10  # paid later, or never
SHARE_UNPAID = 0.2  # of those: never
SHARE_CANCELLED = 0.04  # buyers who think better of it
SHARE_LOST = 0.02  # calls that fail, half of them after they have done their work
SHARE_LATE = 0.03  # orders that are missing from a first list
SHARE_TWICE = 0.05  # orders that are listed twice


@dataclass(frozen=True)
class Channel:
    """A marketplace's manners.

    :ivar weight: share of the buyers
    :ivar order_delay: seconds until every order is listed
    :ivar push_delay: seconds until a new number is shown, at most
    :ivar later: numbers are acknowledged when they are shown, not when they are sent
    :ivar fee: percent of the price
    """

    name: str
    weight: float
    order_delay: float
    push_delay: float
    later: bool
    fee: float


CHANNELS = (
    Channel("C1", 28, 60, 240, True, 15),
    Channel("C2", 20, 30, 5, False, 12),
    Channel("C3", 14, 45, 10, False, 8),
    Channel("C4", 12, 90, 30, False, 10),
    Channel("C5", 9, 120, 90, True, 9),
    Channel("C6", 7, 20, 5, False, 4),
    Channel("C7", 6, 180, 180, True, 13),
    Channel("C8", 4, 60, 20, False, 3),
)


def to_time(seconds: float) -> datetime:
    """Aware UTC time of the storm's clock."""
    return BEGIN + timedelta(seconds=seconds)


class NotYet(Exception):
    """A feed is not processed; ``args``: its handle, seconds to wait."""


class CallFailed(Exception):
    """The marketplace did not answer; nobody knows whether it did what it was asked."""


@dataclass(frozen=True)
class Wish:
    """A buyer who comes to a channel for a unit.

    :ivar changes: ``((seconds after the purchase, status), …)`` what becomes of the order, its first status first
    :ivar delay: share of the channel's delay after which the order is listed
    """

    number: int
    at: float
    channel: int
    sku: int
    changes: tuple
    delay: float


@dataclass
class Sale:
    """An order at a marketplace."""

    wish: Wish
    shipped: bool = False

    @property
    def number(self) -> str:
        return f"S{self.wish.number:06d}"

    def revision(self, now: float, channel: Channel):
        """``(number of the revision, status, changed at)`` that the marketplace lists now; ``None`` before it does."""
        visible = [
            (index, status, self.wish.at + after)
            for index, (after, status) in enumerate(self.wish.changes, 1)
            if self.wish.at + after + channel.order_delay * self.wish.delay <= now
            and not (self.shipped and status == "cancelled")
        ]
        return visible[-1] if visible else None


@dataclass
class Feed:
    """Numbers that were sent, and when they are shown."""

    apply_at: float
    levels: dict


class Marketplace:
    """One channel: shows its own numbers, counts its own sales down, lists orders late."""

    def __init__(self, channel: Channel, seed: int):
        self.channel = channel
        self.shown: dict[str, int] = defaultdict(int)
        self.sales: list[Sale] = []
        self.by_number: dict[str, Sale] = {}
        self.refunded: set[str] = set()
        self._feeds: list[Feed] = []
        self._applied = 0
        self._rng = random.Random(f"{seed}:{channel.name}")

    # --- buyers ---

    def buy(self, wish: Wish, sku: str) -> bool:
        """Whether the buyer found a unit and ordered it."""
        if self.shown[sku] < 1:
            return False
        self.shown[sku] -= 1
        sale = Sale(wish)
        self.sales.append(sale)
        self.by_number[sale.number] = sale
        return True

    # --- the seller's calls ---

    def push(self, now: float, levels: dict[str, int], handle: str | None) -> list[str]:
        """Numbers to be shown.

        :return: the SKUs that were accepted
        :raise NotYet: the answer comes later
        :raise CallFailed: the call was lost, or its answer
        """
        if handle:
            return self._read_feed(now, int(handle))
        lost = self._rng.random()
        if lost < SHARE_LOST / 2:
            raise CallFailed("no connection")
        previous = self._feeds[-1].apply_at if self._feeds else now
        # Feeds are processed one after the other.
        apply_at = max(previous, now + self.channel.push_delay * self._rng.uniform(0.2, 1))
        self._feeds.append(Feed(apply_at, levels))
        if lost < SHARE_LOST:
            raise CallFailed("the answer was lost")
        if self.channel.later:
            raise NotYet(str(len(self._feeds) - 1), max(apply_at - now, 1))
        return list(levels)

    def _read_feed(self, now: float, index: int) -> list[str]:
        feed = self._feeds[index]
        if feed.apply_at > now:
            raise NotYet(str(index), max(feed.apply_at - now, 1))
        return list(feed.levels)

    def apply_feeds(self, now: float) -> None:
        """Show what is due; each number replaces the one before, whatever was sold meanwhile."""
        while self._applied < len(self._feeds) and self._feeds[self._applied].apply_at <= now:
            self.shown.update(self._feeds[self._applied].levels)
            self._applied += 1

    def list_orders(self, now: float, since: float) -> tuple[list[tuple], float]:
        """Orders changed since then as the marketplace knows them, in no order, some twice.

        :return: ``([(number, revision, status, changed at, ordered at, sku number)], complete until)``
        :raise CallFailed: no answer
        """
        if self._rng.random() < SHARE_LOST:
            raise CallFailed("no connection")
        complete_until = now - self.channel.order_delay
        rows = []
        for sale in self.sales:
            if sale.wish.at + sale.wish.changes[-1][0] < since:
                continue
            revision = sale.revision(now, self.channel)
            if not revision or revision[2] < since:
                continue
            if revision[2] > complete_until and self._rng.random() < SHARE_LATE:
                continue
            rows += [(sale.number, *revision, sale.wish.at, sale.wish.sku)] * (1 + (self._rng.random() < SHARE_TWICE))
        self._rng.shuffle(rows)
        return rows, complete_until

    def ship(self, numbers: list[str]) -> list[str]:
        """The seller says shipped; the marketplace cancels nothing after that.

        :return: the orders that it takes as shipped
        """
        for number in numbers:
            self.by_number[number].shipped = True
        return numbers

    def refund(self, references: list[str]) -> list[str]:
        self.refunded.update(references)
        return references


class World:
    """Everything outside the seller's house.

    :param wishes: how many buyers come
    :param skus: how many products there are; few of them sell much
    :param rate: buyers a minute, in all channels together
    """

    def __init__(self, seed: int, wishes: int, skus: int, rate: float):
        rng = random.Random(seed)
        self.skus = [f"SKU-{number:04d}" for number in range(skus)]
        weights = [1 / (number + 3) ** 0.8 for number in range(skus)]
        rng.shuffle(weights)
        self.marketplaces = [Marketplace(channel, seed) for channel in CHANNELS]
        self.length = wishes / rate * MINUTE
        self._wishes = self._draw_wishes(rng, wishes, weights)
        self._next = 0
        self.wanted = 0
        self.arrivals = self._draw_arrivals(rng)

    def _draw_wishes(self, rng, count, weights) -> list[Wish]:
        times = sorted(rng.uniform(0, self.length) for _wish in range(count))
        channels = rng.choices(range(len(CHANNELS)), [channel.weight for channel in CHANNELS], k=count)
        skus = rng.choices(range(len(weights)), weights, k=count)
        return [
            Wish(number, at, channel, sku, self._draw_changes(rng), rng.uniform(0.2, 1))
            for number, (at, channel, sku) in enumerate(zip(times, channels, skus, strict=True))
        ]

    def _draw_changes(self, rng) -> tuple:
        changes = [(0.0, "unshipped")]
        if rng.random() < SHARE_PENDING:
            paid = "cancelled" if rng.random() < SHARE_UNPAID else "unshipped"
            changes = [(0.0, "pending"), (rng.uniform(2, 30) * MINUTE, paid)]
        if changes[-1][1] != "cancelled" and rng.random() < SHARE_CANCELLED:
            changes.append((changes[-1][0] + rng.uniform(1, 60) * MINUTE, "cancelled"))
        return tuple(changes)

    def _draw_arrivals(self, rng) -> list[tuple[float, int, int, int]]:
        """``[(time, sku number, warehouse number, units)]``: the first lies on the shelves when the storm begins.

        Of a product comes about what is wanted of it, of one in three much less.
        """
        wanted = defaultdict(int)
        for wish in self._wishes:
            wanted[wish.sku] += 1
        arrivals = []
        for sku in range(len(self.skus)):
            supply = max(1, round(wanted[sku] * rng.choice((0.5, 0.9, 1.2))))
            first = max(1, round(supply * rng.uniform(0.3, 0.8)))
            for number in range(3):
                arrivals.append((0.0, sku, number, first // 3 + (number < first % 3)))
            while supply > first:
                units = min(supply - first, max(1, supply // 4))
                arrivals.append((rng.uniform(0.1, 0.9) * self.length, sku, rng.randrange(3), units))
                first += units
        return sorted(arrival for arrival in arrivals if arrival[3])

    def advance(self, now: float) -> None:
        """Let buyers come until now."""
        while self._next < len(self._wishes) and self._wishes[self._next].at <= now:
            wish = self._wishes[self._next]
            self._next += 1
            self.wanted += 1
            marketplace = self.marketplaces[wish.channel]
            marketplace.apply_feeds(wish.at)
            marketplace.buy(wish, self.skus[wish.sku])
        for marketplace in self.marketplaces:
            marketplace.apply_feeds(now)

    def arrivals_until(self, now: float) -> list[tuple[int, int, int]]:
        """``[(sku number, warehouse number, units)]`` that came in since this was last asked."""
        due = [arrival[1:] for arrival in self.arrivals if arrival[0] <= now]
        self.arrivals = self.arrivals[len(due) :]
        return due

    def most_shown(self) -> dict[str, int]:
        """Per SKU what the channel shows that shows most."""
        return {sku: max(marketplace.shown[sku] for marketplace in self.marketplaces) for sku in self.skus}


def answer(marketplaces, now: float, shop: str, verb: str, *arguments) -> tuple[str, object]:
    """What a marketplace of the world says to a worker; errors as words, for the worker raises the contract's."""
    marketplace = marketplaces[int(shop)]
    if verb in ("push", "list_orders"):
        arguments = (now, *arguments)
    try:
        return "ok", getattr(marketplace, verb)(*arguments)
    except NotYet as error:
        return "not_ready", error.args
    except CallFailed as error:
        return "unavailable", str(error)
