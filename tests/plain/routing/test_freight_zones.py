import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_routing.freight import Destination, FreightError, Zone, parse_postcodes
from addons.marketplace_routing.freight.zones import ZoneFinder

GERMANY, BERLIN = Destination("DE", "BY", "80331"), Destination("DE", "BE", "10115")


@pytest.mark.parametrize("code", ["19999-10000", "100-2000", "*"])
def test_bad_postcodes_are_faults_of_the_table(code):
    with pytest.raises(FreightError) as error:
        parse_postcodes(code)
    assert error.value.values["entry"] == code


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
