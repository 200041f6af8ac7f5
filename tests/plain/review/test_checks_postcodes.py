"""Ranges of postcodes."""

import pytest

from addons.marketplace_review.checks.postcodes import PostcodeRange, postcode_key


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        ("BT1", "BT99", ["BT1 1AA", "BT28 5XY", "bt285xy", "BT99 9ZZ"], ["BS1 4DJ", "CF10 1AA", ""]),
        ("97100", "97499", ["97110", "97499"], ["97500", "75001"]),
        ("96701", "96898", ["96815-1234", "96898"], ["96913"]),
        ("", "0999", ["0801"], ["2000"]),
        ("35000", "", ["35001", "99999"], ["28001"]),
        ("", "", ["anything", ""], []),
    ],
)
def test_a_range_holds_what_lies_between(first, last, inside, outside):
    span = PostcodeRange(first, last)
    assert [postcode for postcode in inside if postcode not in span] == []
    assert [postcode for postcode in outside if postcode in span] == []


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match="BT28 comes after BT9"):
        PostcodeRange("BT28", "BT9")


def test_leading_zeros_do_not_matter():
    assert postcode_key("01067") == postcode_key("1067")
