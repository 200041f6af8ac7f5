import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_routing.freight.places import Place, distance_km, locate

EARTH_HALF_ROUND_KM = 20015.12


def near(place, lat, lon, km=25):
    return distance_km(place, Place(lat, lon, "")) < km


@pytest.mark.parametrize(
    ("address", "lat", "lon", "precision"),
    [
        (("DE", "", "Berlin"), 52.52, 13.41, "city"),
        (("DE", "", "münchen"), 48.14, 11.58, "city"),
        (("DE", "", "Frankfurt"), 50.11, 8.68, "city"),
        (("US", "IL", "Springfield"), 39.80, -89.64, "city"),
        (("US", "MO", "Springfield"), 37.21, -93.30, "city"),
        (("US", "", "Springfield", "62701"), 39.80, -89.64, "city"),
        (("GB", "", "Horsforth, Leeds"), 53.79, -1.55, "city"),
        (("CN", "", "深圳市"), 22.55, 114.07, "city"),
        (("JP", "東京都", "渋谷区"), 35.66, 139.70, "city"),
        (("US", "TX", "Nowhere at All"), 29.76, -95.36, "state"),
        (("US", "", "", "90210"), 34.05, -118.24, "state"),
        (("CA", "BC", ""), 49.25, -123.12, "state"),
        (("AU", "WA", ""), -31.95, 115.86, "state"),
        (("IT", "MI", "Paesino"), 45.46, 9.19, "state"),
        (("IT", "IT-MI", "Paesino"), 45.46, 9.19, "state"),
        (("DE", "", "Hintertupfing"), 52.52, 13.41, "country"),
        (("de", None, None, None), 52.52, 13.41, "country"),
    ],
)
def test_an_address_is_found_as_exactly_as_it_can_be(address, lat, lon, precision):
    place = locate(*address)
    assert place.precision == precision
    assert near(place, lat, lon)


def test_a_country_that_is_none_has_no_place():
    assert locate("XX", "", "Berlin") is None
    assert locate("", "", "Berlin") is None


def test_distances_of_cities():
    london, new_york = locate("GB", "", "London"), locate("US", "NY", "New York City")
    assert distance_km(london, new_york) == pytest.approx(5570, abs=15)
    assert distance_km(london, london) == 0


points = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180), st.just("city"))


@given(points, points, points)
def test_distance_is_a_metric(first, second, third):
    direct = distance_km(first, second)
    assert 0 <= direct <= EARTH_HALF_ROUND_KM
    assert direct == pytest.approx(distance_km(second, first))
    assert direct <= distance_km(first, third) + distance_km(third, second) + 1e-6
