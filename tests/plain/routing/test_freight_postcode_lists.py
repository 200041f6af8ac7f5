import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_routing.freight.postcode_lists import PostcodeLists
from addons.marketplace_routing.freight.postcodes import Postcode, parse_postcodes
from addons.marketplace_routing.freight.ranges import list_members

LISTS = ["", "E1", "E1, 25*", "10000-19999", "IV1-IV63", "E1-E20, IV5", "E16AN", "2*, 251*", "1-3", "A1A*"]


@pytest.mark.parametrize("code", ["E1 6AN", "E10 5AA", "IV5 2AB", "25100", "10000", "1", "", "A1A 1A1", "LS1"])
@pytest.mark.parametrize("country", ["GB", "DE"])
def test_finds_what_each_list_says_itself(country, code):
    postcode = Postcode.of(country, code)
    lists = [parse_postcodes(text) for text in LISTS]
    found = list(list_members(PostcodeLists(lists).find(postcode)))
    assert found == [
        number
        for number, entries in enumerate(lists)
        if not entries or any(entry.matches(postcode) for entry in entries)
    ]


entries = st.from_regex(r"[12E]{1,2}[0-9]{0,2}\*?|E[0-4]-E[5-9]|[12]{2}[0-4]-[34]{2}[5-9]", fullmatch=True)


@given(st.lists(st.lists(entries, max_size=3).map(",".join), max_size=6), st.from_regex(r"[12E]{1,2}[0-9]{0,3}( 1A)?"))
def test_any_lists(texts, code):
    postcode = Postcode.of("DE", code)
    lists = [parse_postcodes(text) for text in texts]
    found = list(list_members(PostcodeLists(lists).find(postcode)))
    expected = [any(entry.matches(postcode) for entry in entries) or not entries for entries in lists]
    assert found == [number for number, listed in enumerate(expected) if listed]


def test_a_code_is_found_by_its_first_part():
    found = PostcodeLists([parse_postcodes("E1"), parse_postcodes("E10")]).find(Postcode.of("GB", "E1 6AN"))
    assert list(list_members(found)) == [0]
