"""Orders placed twice, and places that are the same however they are spelled."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from addons.marketplace_review.checks.duplicates import Purchase, find_duplicates
from addons.marketplace_review.checks.text import address_digest

NOON = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)
FIRST = Purchase(1, "amazon", "b1", "home", frozenset({("MUG", 2)}), NOON)


def later(**changes):
    return replace(FIRST, **{"order": 2, "ordered_at": NOON + timedelta(hours=3), **changes})


def test_the_later_of_two_like_orders_is_the_duplicate():
    second = later()
    assert find_duplicates([FIRST, second], [second, FIRST], 24) == {2: [FIRST]}


@pytest.mark.parametrize(
    "changes",
    [
        {"items": frozenset({("MUG", 1)})},
        {"buyer": "b2"},
        {"place": "work"},
        {"ordered_at": NOON + timedelta(hours=25)},
    ],
)
def test_another_buyer_address_item_or_day_is_another_order(changes):
    assert find_duplicates([later(**changes)], [FIRST], 24) == {}


def test_across_accounts_recipient_and_address_must_do():
    assert find_duplicates([later(account="ebay", buyer="x")], [FIRST], 24) == {2: [FIRST]}
    assert find_duplicates([later(account="ebay", place="")], [FIRST], 24) == {}


def test_a_hidden_address_leaves_the_buyer():
    assert find_duplicates([later(place="")], [FIRST], 24) == {2: [FIRST]}
    assert find_duplicates([later(place="", buyer="")], [FIRST], 24) == {}


def test_orders_without_items_are_not_compared():
    empty = replace(FIRST, items=frozenset())
    assert find_duplicates([later(items=frozenset())], [empty], 24) == {}


def test_spellings_of_one_place_have_one_key():
    key = address_digest("12 Mill Lane", "Leeds", "LS1 4AP", "GB")
    assert key == address_digest("12, MILL LN.", "leeds", "ls14ap", "gb")
    assert address_digest("Domstraße 4", "Köln", "50667", "DE") == address_digest("Domstr. 4", "Koeln", "50667", "DE")
    assert len(key) == 40
    assert "mill" not in key


def test_other_places_have_other_keys():
    key = address_digest("12 Mill Lane", "Leeds", "LS1 4AP", "GB")
    assert key != address_digest("13 Mill Lane", "Leeds", "LS1 4AP", "GB")
    assert key != address_digest("12 Mill Lane", "Leeds", "LS1 4AP", "IE")
    assert address_digest("", "Leeds", "LS1 4AP", "GB") == address_digest("12 Mill Lane", "", "", "GB") == ""
