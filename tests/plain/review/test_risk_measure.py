"""Costs, thresholds, calibration and the comparison of two models."""

import numpy as np
import pytest

from addons.marketplace_review.risk import Costs, best_threshold, compare, cost_curve, measure
from addons.marketplace_review.risk.calibration import Calibration
from addons.marketplace_review.risk.measure import HOLD_NONE, calibration_table, cost_of

LABEL = np.array([0, 0, 1, 0, 1])
PROBABILITY = np.array([0.1, 0.2, 0.6, 0.7, 0.9])
AMOUNT = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
COSTS = Costs(loss_share=0.5, review=1.0, lost_sale_share=0.1)


def test_costs_of_holding_and_shipping():
    nobody = np.zeros(5, dtype=bool)
    assert cost_of(LABEL, nobody, AMOUNT, COSTS) == pytest.approx((15 + 25) / 5)
    # Reviews of three, and a tenth of the good one of 40.
    assert cost_of(LABEL, PROBABILITY >= 0.6, AMOUNT, COSTS) == pytest.approx((3 + 4) / 5)


def test_the_best_threshold_is_the_cheapest_of_all():
    threshold = best_threshold(LABEL, PROBABILITY, AMOUNT, COSTS)
    tried = {value: cost_of(LABEL, value <= PROBABILITY, AMOUNT, COSTS) for value in (*PROBABILITY, HOLD_NONE)}
    assert tried[threshold] == min(tried.values())
    assert threshold == 0.6


def test_equal_probabilities_are_held_together():
    label, probability = np.array([1, 0, 0, 0]), np.full(4, 0.25)
    costs = Costs(loss_share=1, review=1, lost_sale_share=0)
    assert best_threshold(label, probability, np.full(4, 3.0), costs) == HOLD_NONE
    assert best_threshold(label, probability, np.full(4, 5.0), costs) == 0.25


def test_nothing_is_held_when_reviews_cost_more_than_losses():
    assert best_threshold(LABEL, PROBABILITY, AMOUNT, Costs(review=1000)) == HOLD_NONE


def test_the_curve_goes_from_all_to_none():
    curve = cost_curve(LABEL, PROBABILITY, AMOUNT, COSTS)
    assert (curve[0]["held"], curve[-1]["held"]) == (1.0, 0.0)
    assert curve[-1]["cost"] == pytest.approx(8)


def test_figures():
    figures = measure(LABEL, PROBABILITY, AMOUNT, 0.6, COSTS)
    assert figures["auc"] == pytest.approx(5 / 6)
    assert figures["brier"] == pytest.approx((0.01 + 0.04 + 0.16 + 0.49 + 0.01) / 5)
    assert (figures["precision"], figures["recall"], figures["held"]) == (pytest.approx(2 / 3), 1.0, 3)
    assert measure(LABEL, PROBABILITY, AMOUNT, HOLD_NONE, COSTS)["precision"] is None


def test_the_calibration_table_groups_by_probability():
    rows = calibration_table(np.array([0, 1, 0, 1]), np.array([0.1, 0.9, 0.2, 0.8]), bins=2)
    assert rows == [
        {"orders": 2, "expected": pytest.approx(0.15), "found": 0.0},
        {"orders": 2, "expected": pytest.approx(0.85), "found": 1.0},
    ]


@pytest.mark.parametrize(("count", "method"), [(1000, "platt"), (20000, "isotonic")])
def test_calibration_corrects_scores_that_are_too_sure(count, method):
    draw = np.random.default_rng(2)
    honest = draw.normal(-1, 1, count)
    label = (draw.random(count) < 1 / (1 + np.exp(-honest))).astype(int)
    calibration = Calibration.fit(3 * honest, label)
    assert calibration.method == method
    assert calibration.probability(np.array([0.0, -3.0])) == pytest.approx([0.5, 1 / (1 + np.e)], abs=0.06)


def test_calibration_never_turns_scores_round():
    draw = np.random.default_rng(2)
    score = draw.normal(size=400)
    label = (draw.random(400) < 1 / (1 + np.exp(score))).astype(int)  # high scores are the good ones
    probability = Calibration.fit(score, label).probability(np.array([-2.0, 2.0]))
    assert probability == pytest.approx([label.mean(), label.mean()])


def test_isotonic_probabilities_are_never_certain():
    score = np.linspace(-5, 5, 6000)
    probability = Calibration.fit(score, (score > 0).astype(int)).probability(np.array([-9.0, 9.0]))
    assert 0 < probability[0] < 0.001
    assert 0.999 < probability[1] < 1


def test_a_better_challenger_wins_and_an_equal_one_does_not():
    draw = np.random.default_rng(4)
    true = draw.uniform(0.02, 0.6, 800)
    label = (draw.random(800) < true).astype(int)
    flat = np.full(800, label.mean())
    assert compare(label, flat, true).wins
    assert not compare(label, true, flat).wins
    assert not compare(label, true, true).wins


def test_a_challenger_that_may_only_be_lucky_does_not_win():
    label = np.array([0, 1] * 20)
    challenger = np.where(label == 1, 0.6, 0.4)
    challenger[:16] = 1 - challenger[:16]  # right on 24 of 40
    result = compare(label, np.full(40, 0.5), challenger)
    assert result.gain > 0
    assert result.low < 0 < result.high
    assert not result.wins


def test_a_comparison_is_the_same_each_time():
    draw = np.random.default_rng(4)
    label, one, other = draw.integers(0, 2, 200), draw.uniform(0.1, 0.9, 200), draw.uniform(0.1, 0.9, 200)
    assert compare(label, one, other) == compare(label, one, other)
