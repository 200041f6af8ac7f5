from datetime import date, timedelta

from addons.first_mile.engine import LeadTimes, Observation, check_delay

TODAY = date(2026, 11, 20)


def ago(days):
    return TODAY - timedelta(days=days)


def observe(lane, mode, *days):
    return [Observation(lane, mode, count) for count in days]


TIMES = LeadTimes(
    observe("SZ-LA", "sea_fcl", 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40)
    + observe("SZ-FXT", "sea_fcl", 60, 62)
    + observe("SZ-LA", "air", 5)
)


def test_median_and_ninth_decile_of_the_lane():
    found = TIMES.find("SZ-LA", "sea_fcl")
    assert (found.median, found.p90, found.count, found.source) == (30, 38, 11, "lane")


def test_few_on_the_lane_fall_back_to_the_mode():
    found = TIMES.find("SZ-FXT", "sea_fcl")
    assert (found.count, found.source, found.median) == (13, "mode", 32)


def test_too_few_say_nothing():
    assert TIMES.find("SZ-LA", "air") is None
    assert TIMES.find("SZ-LA", "rail") is None


def test_enough_on_the_lane_leave_others_alone():
    times = LeadTimes(observe("A", "air", 1, 1, 1, 1, 1) + observe("B", "air", 9, 9, 9, 9, 9))
    assert times.find("A", "air").p90 == 1


def test_not_departed():
    delay = check_delay(TODAY, ago(3), None, None, None, None)
    assert (delay.reason, delay.days) == ("not_departed", 3)
    assert check_delay(TODAY, TODAY, None, None, None, None) is None


def test_overdue_by_its_own_eta():
    delay = check_delay(TODAY, ago(30), ago(30), ago(2), None, None)
    assert (delay.reason, delay.days, delay.expected) == ("overdue", 2, ago(2))


def test_slow_against_others_before_the_eta():
    delay = check_delay(TODAY, ago(45), ago(45), TODAY + timedelta(days=9), None, TIMES.find("SZ-LA", "sea_fcl"))
    assert (delay.reason, delay.days, delay.expected) == ("slow", 7, ago(7))


def test_the_worse_reason_counts():
    lead_time = TIMES.find("SZ-LA", "sea_fcl")
    assert check_delay(TODAY, None, ago(40), ago(10), None, lead_time).reason == "overdue"
    assert check_delay(TODAY, None, ago(60), ago(10), None, lead_time).reason == "slow"


def test_in_time_or_arrived():
    lead_time = TIMES.find("SZ-LA", "sea_fcl")
    assert check_delay(TODAY, None, ago(38), None, None, lead_time) is None
    assert check_delay(TODAY, None, ago(90), ago(50), ago(40), lead_time) is None
