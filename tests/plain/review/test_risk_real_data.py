"""The score on real orders, where they lie beside the checkout."""

import pytest

from scripts.lib.bench import risk as bench

FOLDER = bench.data_folder()

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no data in {FOLDER}")


def test_a_model_of_earlier_orders_finds_later_cancellations():
    case = next(bench.cases(FOLDER))
    ratios, figures, _goals = bench.measure_case(case, seed=0)
    assert figures["auc"] > 0.75
    assert figures["auc"] > figures["auc_of_plain_boosting"]
    assert figures["brier"] < figures["brier_of_the_rate"]
    assert figures["calibration_error"] < 0.015
    assert ratios["cost_against_hold_none"] < 1
