import pytest

from addons.first_mile.engine.places import find_settled, locate


@pytest.mark.parametrize(
    "text, lat, lon",
    [
        ("Shenzhen", 22.5, 114.1),
        ("深圳", 22.5, 114.1),
        ("Port of Felixstowe", 52.0, 1.4),
        ("LOS ANGELES, US", 34.1, -118.2),
        ("Hamburg (Waltershof)", 53.6, 10.0),
    ],
)
def test_places_that_people_name(text, lat, lon):
    place = locate(text, ("CN", "GB"))
    assert (place.lat, place.lon) == (pytest.approx(lat, abs=0.2), pytest.approx(lon, abs=0.2))


def test_the_country_decides_between_towns_of_one_name():
    assert locate("Birmingham", ("GB",)).lon == pytest.approx(-1.9, abs=0.2)
    assert locate("Birmingham", ("US",)).lon == pytest.approx(-86.8, abs=0.2)
    assert locate("Birmingham, US", ("GB",)).lon == pytest.approx(-86.8, abs=0.2)


def test_nowhere():
    assert locate("Xanadu on Sea", ("GB",)) is None
    assert locate("", ("GB",)) is None
    assert locate(False) is None


def test_people_live_on_land():
    settled = find_settled(2)
    assert (11, 57) in settled  # Shenzhen
    assert not {(row, -15) for row in range(-20, 5)} & settled  # the middle of the Atlantic
