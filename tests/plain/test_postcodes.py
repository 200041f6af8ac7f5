"""Lists of postcodes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace.tools.postcodes import PostcodeError, is_listed, parse_postcodes


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
        ("97100-97499", "FR", "97499", True),
        ("97100-97499", "FR", "97500", False),
        ("BT1-BT99", "GB", "bt285xy", True),
        ("BT1-BT99", "GB", "BS1 4DJ", False),
        ("0*", "AU", "0801", True),
        ("25*", "DE", "", False),
    ],
)
def test_postcodes(entries, country, postcode, expected):
    assert is_listed(entries, country, postcode) is expected


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
    with pytest.raises(PostcodeError) as error:
        parse_postcodes(entries)
    assert error.value.code == code
    assert error.value.values["entry"] in entries


@given(low=st.integers(0, 99999), high=st.integers(0, 99999), code=st.integers(0, 99999))
def test_ranges_are_those_of_the_numbers(low, high, code):
    low, high = sorted((low, high))
    assert is_listed(f"{low:05d}-{high:05d}", "DE", f"{code:05d}") is (low <= code <= high)
