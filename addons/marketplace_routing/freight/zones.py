"""Zones: the places that share a price. The most specific zone wins: postcode, then state, then country, then the
rest of the world; of two postcode lists the narrower entry; then a zone of the warehouse before one of all."""

from dataclasses import dataclass

from .postcode_lists import PostcodeLists
from .postcodes import Postcode
from .ranges import list_members
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

    def list_places(self):
        """What the zone consists of: pairs of how specific it is, the smaller the more so, and a postcode entry or None
        for all postcodes."""
        if self.everywhere:
            return [((_WORLD, 0.0), None)]
        if self.postcodes:
            return [((_POSTCODE, entry.width), entry) for entry in self.postcodes]
        return [((_STATE if self.states else _COUNTRY, 0.0), None)]

    def admits(self, warehouse_id, destination):
        """Whether parcels start where the zone asks for, and go to one of its states."""
        if self.warehouse_ids and warehouse_id not in self.warehouse_ids:
            return False
        return self.everywhere or not self.states or (destination.country, destination.state) in self.states


class ZoneFinder:
    """Looks up zones of one carrier. ``has_origins``: answers depend on the warehouse.

    :param zones: :class:`Zone`; of two that fit equally the first wins
    """

    def __init__(self, zones):
        # The most specific places come first, so the first one that fits is the best.
        places = [(*rank, not zone.warehouse_ids, entry, zone) for zone in zones for rank, entry in zone.list_places()]
        places.sort(key=lambda place: place[:3])
        self._places = [(entry, zone) for *_rank, entry, zone in places]
        self._countries = {}
        self.has_origins = any(zone.warehouse_ids for zone in zones)

    def find(self, warehouse_id, destination):
        """The zone of a destination for parcels from a warehouse, or None."""
        zones, postcodes = self._get_country(destination.country)
        postcode = Postcode.of(destination.country, destination.postcode)
        for place in list_members(postcodes.find(postcode)):
            if zones[place].admits(warehouse_id, destination):
                return zones[place]
        return None

    def _get_country(self, country):
        """Zones of each place of a country, and their postcodes."""
        if country not in self._countries:
            places = [place for place in self._places if place[1].everywhere or country in place[1].countries]
            postcodes = PostcodeLists((entry,) if entry else () for entry, _zone in places)
            self._countries[country] = [zone for _entry, zone in places], postcodes
        return self._countries[country]
