from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_routing.freight.ranges import Ranges, list_members

numbers = st.integers(0, 12).map(float) | st.just(float("inf"))


@given(st.lists(st.tuples(numbers, numbers), max_size=8), st.floats(0, 14))
def test_ranges_are_those_that_contain_the_number(ranges, value):
    found = list(list_members(Ranges([(number, low, high) for number, (low, high) in enumerate(ranges)]).find(value)))
    assert found == [number for number, (low, high) in enumerate(ranges) if low <= value <= high]


def test_both_ends_are_included():
    ranges = Ranges([(0, 1.0, 2.0), (1, 2.0, 3.0), (2, 0.0, float("inf"))])
    assert [list(list_members(ranges.find(value))) for value in (0.5, 1.0, 2.0, 3.0, 3.5)] == [
        [2],
        [0, 2],
        [0, 1, 2],
        [1, 2],
        [2],
    ]
