import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_routing.freight import Destination, FreightError, Zone, parse_postcodes
from addons.marketplace_routing.freight.postcodes import Postcode
from addons.marketplace_routing.freight.zones import ZoneFinder

GERMANY, BERLIN = Destination("DE", "BY", "80331"), Destination("DE", "BE", "10115")


def matches(entries, country, postcode):
    return any(entry.matches(Postcode.of(country, postcode)) for entry in parse_postcodes(entries))


@pytest.mark.parametrize(
    ("entries", "country", "postcode", "expected"),
    [
        ("10000-19999", "DE", "10115", True),
        ("10000-19999", "DE", "20000", False),
        ("10000-19999", "US", "19999-1234", True),
        ("25*", "DE", "25980", True),
        ("25*", "DE", "2", False),
        ("E1", "GB", "E1 6AN", True),
        ("E1", "GB", "E16AN", True),
        ("E1", "GB", "E10 5AA", False),
        ("E1*", "GB", "e10 5aa", True),
        ("IV1-IV63", "GB", "IV27 4AB", True),
        ("IV1-IV63", "GB", "IV64 1AA", False),
        ("IV1-IV63", "GB", "KW1 1AA", False),
        ("BT1-BT94", "GB", "BT94 1AA", True),
        ("M5A-M5Z", "CA", "M5V 3A8", True),
        ("1000001", "JP", "100-0001", True),
        ("99950", "US", "99950-0001", True),
        ("10115; 20095", "DE", "20095", True),
        ("25*", "DE", "", False),
    ],
)
def test_postcodes(entries, country, postcode, expected):
    assert matches(entries, country, postcode) is expected


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ("19999-10000", "postcode_upside_down"),
        ("IV63-IV1", "postcode_upside_down"),
        ("100-2000", "postcode_lengths"),
        ("10115, #1", "postcode_unreadable"),
        ("-20000", "postcode_unreadable"),
        ("*", "postcode_unreadable"),
    ],
)
def test_bad_postcodes_name_the_entry(entries, code):
    with pytest.raises(FreightError) as error:
        parse_postcodes(entries)
    assert error.value.code == code
    assert error.value.values["entry"] in entries


@given(low=st.integers(0, 99999), high=st.integers(0, 99999), code=st.integers(0, 99999))
def test_ranges_are_those_of_the_numbers(low, high, code):
    low, high = sorted((low, high))
    assert matches(f"{low:05d}-{high:05d}", "DE", f"{code:05d}") is (low <= code <= high)


def find(zones, destination, warehouse_id=1):
    zone = ZoneFinder(zones).find(warehouse_id, destination)
    return zone and zone.name


WORLD = Zone("world", everywhere=True)
EUROPE = Zone("europe", frozenset({"DE", "FR"}))
BAVARIA = Zone("bavaria", frozenset({"DE"}), frozenset({("DE", "BY")}))
MUNICH = Zone("munich", frozenset({"DE"}), postcodes=parse_postcodes("80*, 81*"))
CENTRE = Zone("centre", frozenset({"DE"}), postcodes=parse_postcodes("80331"))
OWN = Zone("own", frozenset({"DE"}), warehouse_ids=frozenset({7}))


@given(st.permutations([WORLD, EUROPE, BAVARIA, MUNICH, CENTRE]))
def test_the_most_specific_zone_wins_whatever_the_order(zones):
    assert find(zones, GERMANY) == "centre"
    assert find(zones, Destination("DE", "BY", "80335")) == "munich"
    assert find(zones, Destination("DE", "BY", "97070")) == "bavaria"
    assert find(zones, BERLIN) == "europe"
    assert find(zones, Destination("US", "CA", "90210")) == "world"


def test_no_zone():
    assert find([EUROPE, MUNICH], Destination("US", "CA", "80331")) is None


def test_a_zone_of_the_warehouse_goes_before_one_of_all():
    assert find([EUROPE, OWN], BERLIN, warehouse_id=7) == "own"
    assert find([EUROPE, OWN], BERLIN, warehouse_id=8) == "europe"
    assert find([OWN], BERLIN, warehouse_id=8) is None


def test_a_more_specific_place_goes_before_the_warehouse():
    assert find([OWN, MUNICH], GERMANY, warehouse_id=7) == "munich"


def test_of_equal_zones_the_first_is_taken():
    twin = Zone("twin", frozenset({"DE"}))
    assert find([twin, EUROPE], BERLIN) == "twin"
    assert find([EUROPE, twin], BERLIN) == "europe"


@pytest.mark.parametrize(
    ("vals", "code"),
    [
        ({}, "zone_without_places"),
        ({"countries": frozenset({"DE", "AT"}), "postcodes": parse_postcodes("1*")}, "zone_postcodes"),
    ],
)
def test_bad_zones(vals, code):
    with pytest.raises(FreightError) as error:
        Zone("Z", **vals)
    assert error.value.code == code
    assert "Z" in str(error.value)
