from datetime import date, datetime, timezone

from addons.first_mile.engine.milestones import find_days
from addons.first_mile.engine.seventeen_track import Event


def scan(stage, local, at=None):
    return Event(at, local, stage, "", "", "")


VOYAGE = [
    scan("Delivered", "2026-04-09 10:00:00"),
    scan("Arrival", "2026-04-02 23:30:00"),
    scan("Departure", "2026-03-05 08:00:00"),
    scan("PickedUp", "2026-03-02 09:00:00"),
]


def test_ships_depart_and_arrive():
    assert find_days(VOYAGE, "main", "sea_fcl") == (date(2026, 3, 5), date(2026, 4, 2))


def test_parcels_are_picked_up_and_delivered():
    assert find_days(VOYAGE, "main", "express") == (date(2026, 3, 2), date(2026, 4, 9))
    assert find_days(VOYAGE, "delivery", "truck") == (date(2026, 3, 2), date(2026, 4, 9))


def test_under_way_and_not_begun():
    assert find_days(VOYAGE[2:], "main", "air") == (date(2026, 3, 5), None)
    assert find_days(VOYAGE[1:], "delivery", "truck") == (date(2026, 3, 2), None)
    assert find_days([], "main", "air") == (None, None)


def test_what_arrives_has_departed():
    events = [scan("Arrival", "2026-04-02"), scan("InfoReceived", "2026-03-01")]
    assert find_days(events, "main", "air") == (date(2026, 3, 1), date(2026, 4, 2))


def test_the_first_of_several_and_a_scan_without_local_time():
    at = datetime(2026, 3, 6, tzinfo=timezone.utc)
    events = [scan("Departure", "", at), scan("Departure", "2026-03-09 08:00:00"), scan("Departure", "")]
    assert find_days(events, "main", "air") == (date(2026, 3, 6), None)
