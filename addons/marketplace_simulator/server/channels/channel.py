"""What a sales channel is to the simulator: a name, markets of the one world, and a site that speaks its protocol."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..world.marketplaces import Marketplace, Outlet
from ..world.orders import CHANNEL_KINDS


@dataclass(frozen=True)
class Channel:
    """One sales channel beside Amazon.

    :param name: lower case; the site answers under ``/<name>/``
    :param markets: its :class:`..world.marketplaces.Marketplace`; those with the same ``region`` share one stock of
        offers, which is an outlet
    :param site: ``(channel, simulator) -> site``, usually a subclass of :class:`.site.ChannelSite`
    :param credentials: ``site -> dict`` of what a seller's software needs to connect, as JSON
    :param weight: its share of the one demand stream; Amazon Europe has 3
    :param kinds: what may make its orders special and how often by itself: names of :data:`..world.orders.ALL_KINDS`
    :param order_id: ``order number -> id text``; must be injective and clash with no other channel's ids
    """

    name: str
    markets: tuple[Marketplace, ...]
    site: Callable
    credentials: Callable
    weight: float = 2
    kinds: dict = field(default_factory=lambda: dict(CHANNEL_KINDS), hash=False)
    order_id: Callable[[int], str] | None = None

    def outlets(self):
        """Return its :class:`..world.marketplaces.Outlet`, which split its weight like their markets'."""
        by_region = {}
        for market in self.markets:
            by_region.setdefault(market.region, []).append(market)
        total = sum(market.weight for market in self.markets)
        return [Outlet(region, self.name, self.weight * sum(market.weight for market in markets) / total,
                       tuple(markets), self.kinds, self.order_id or self._plain_id)
                for region, markets in by_region.items()]

    def _plain_id(self, number):
        return f"{self.name.upper()}-{number:08d}"
