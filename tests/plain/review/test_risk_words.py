"""Reasons of marketplaces and couriers, and the pictures of a model card."""

from xml.etree import ElementTree

import pytest

from addons.marketplace_review.risk.plot import calibration_plot, cost_plot
from addons.marketplace_review.risk.words import outcome_of


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("UNDELIVERABLE_REFUSED", "refused"),
        ("Buyer refused the parcel", "refused"),
        ("买家拒收", "refused"),
        ("UNDELIVERABLE_UNKNOWN", "returned_to_sender"),
        ("Return to sender", "returned_to_sender"),
        ("Failed delivery", "returned_to_sender"),
        ("派送失败", "returned_to_sender"),
        ("Chargeback by the bank", "chargeback"),
        ("charge_back", "chargeback"),
        ("Wrong size", ""),
        ("Defective item", ""),
        ("seller refuse to refund", ""),
        (None, ""),
        ("", ""),
    ],
)
def test_reasons_tell_what_became_of_an_order(text, outcome):
    assert outcome_of(text) == outcome


def test_any_of_several_texts_tells():
    assert outcome_of(None, "Other", "Parcel unclaimed at the post office") == "returned_to_sender"


def test_pictures_are_svg_with_a_dot_per_group():
    bins = [{"expected": 0.01 * n, "found": 0.012 * n, "orders": 9} for n in range(10)]
    picture = ElementTree.fromstring(calibration_plot(bins, "Expected <b>", "Found"))
    assert len(picture.findall("{http://www.w3.org/2000/svg}circle")) == 10
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "Expected <b>" in texts


def test_the_threshold_is_marked_where_it_lies():
    curve = [
        {"threshold": 0.1, "held": 1.0, "cost": 4.0},
        {"threshold": 0.4, "held": 0.5, "cost": 1.0},
        {"threshold": 1.01, "held": 0.0, "cost": 2.0},
    ]
    mark = lambda value: ElementTree.fromstring(cost_plot(curve, value, "x", "y")).find(  # noqa: E731
        "{http://www.w3.org/2000/svg}circle"
    )
    assert float(mark(0.1).get("cx")) > float(mark(0.4).get("cx")) > float(mark(1.01).get("cx"))
    assert float(mark(0.4).get("cy")) > float(mark(0.1).get("cy"))
