"""Zones: the places that share a price. The most specific zone wins: postcode, then state, then country, then the
rest of the world; of two postcode lists the narrower entry; then a zone of the warehouse before one of all."""

from dataclasses import dataclass

from .postcodes import Postcode
from .records import FreightError

_POSTCODE, _STATE, _COUNTRY, _WORLD = range(4)


@dataclass(frozen=True)
class Zone:
    """Places that share a price.

    :param frozenset countries: ISO codes; empty with ``everywhere``, the rest of the world
    :param frozenset states: pairs of country and state code; empty: all states
    :param tuple postcodes: from :func:`~.postcodes.parse_postcodes`; empty: all postcodes
    :param frozenset warehouse_ids: where parcels start; empty: anywhere
    :param tuple rates: :class:`~.rates.Rate`, by weight
    :raises FreightError: ``zone_without_places``, or ``zone_postcodes``: postcodes belong to one country
    """

    name: str
    countries: frozenset = frozenset()
    states: frozenset = frozenset()
    postcodes: tuple = ()
    everywhere: bool = False
    warehouse_ids: frozenset = frozenset()
    rates: tuple = ()
    days_min: int | None = None
    days_max: int | None = None

    def __post_init__(self):
        if not self.countries and not self.everywhere:
            raise FreightError(
                "zone_without_places",
                "Zone {zone} has no places: give it countries, or make it the rest of the world.",
                zone=self.name,
            )
        if self.postcodes and len(self.countries) != 1:
            raise FreightError(
                "zone_postcodes",
                "Zone {zone} has postcodes, so it needs exactly one country: postcodes of two countries look alike.",
                zone=self.name,
            )

    def rank(self, destination, postcode):
        """How well the zone fits, the smaller the better; None when it does not.

        :param Postcode postcode: the destination's, made comparable
        """
        if self.everywhere:
            return (_WORLD, 0.0)
        if destination.country not in self.countries:
            return None
        if self.states and (destination.country, destination.state) not in self.states:
            return None
        if self.postcodes:
            widths = [entry.width for entry in self.postcodes if entry.matches(postcode)]
            return (_POSTCODE, min(widths)) if widths else None
        return (_STATE, 0.0) if self.states else (_COUNTRY, 0.0)


class ZoneFinder:
    """Looks up zones of one carrier. ``has_origins``: answers depend on the warehouse.

    :param zones: :class:`Zone`; of two that fit equally the first wins
    """

    def __init__(self, zones):
        self._by_country, self._world = {}, []
        for zone in zones:
            for country in zone.countries:
                self._by_country.setdefault(country, []).append(zone)
            if zone.everywhere:
                self._world.append(zone)
        self.has_origins = any(zone.warehouse_ids for zone in zones)

    def find(self, warehouse_id, destination):
        """The zone of a destination for parcels from a warehouse, or None."""
        postcode = Postcode.of(destination.country, destination.postcode)
        best, best_rank = None, None
        for zone in [*self._by_country.get(destination.country, ()), *self._world]:
            if zone.warehouse_ids and warehouse_id not in zone.warehouse_ids:
                continue
            rank = zone.rank(destination, postcode)
            if rank is not None:
                rank = (*rank, not zone.warehouse_ids)
                if best_rank is None or rank < best_rank:
                    best, best_rank = zone, rank
        return best
