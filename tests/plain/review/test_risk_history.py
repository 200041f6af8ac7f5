"""Nothing that was not known when an order was placed reaches its features."""

import numpy as np
import pandas as pd
import pytest

from addons.marketplace_review.risk.history import STRENGTH, general_rate, mean_before, past_of
from addons.marketplace_review.risk.orders import COLUMNS, build, take_snapshot

from .risk_world import make_facts

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2025-03-01")


def _series(days):
    return pd.Series([pd.NaT if day is None else START + day * DAY for day in days])


def test_only_earlier_orders_and_outcomes_known_by_then_count():
    keys = pd.Series(["a", "b", "a", "a", None])
    past = past_of(keys, _series([0, 1, 2, 10, 11]), _series([5, 6, 30, None, 12]), pd.Series([1, 1, 0, None, 1]))
    assert past.orders.tolist() == [0, 0, 1, 2, 0]
    assert past.known.tolist() == [0, 0, 0, 1, 0]  # on day 2 nobody knew, on day 10 the first was known
    assert past.bad.tolist() == [0, 0, 0, 1, 0]
    assert past.days[:4].tolist() == [0, 0, 2, 10]
    assert past.gap[2:4].tolist() == [2, 8]
    assert np.isnan(past.gap[0])
    assert np.isnan(past.days[4])
    assert past.rate(0.1)[3] == pytest.approx((1 + STRENGTH * 0.1) / (1 + STRENGTH))


def test_an_outcome_dated_before_its_order_is_not_known_at_it():
    past = past_of(pd.Series(["a"]), _series([5]), _series([1]), pd.Series([1]))
    assert past.known.tolist() == [0]


def test_the_order_of_rows_does_not_matter():
    facts = make_facts(300)
    shuffled = facts.sample(frac=1, random_state=2)
    names = [column.name for column in COLUMNS]
    pd.testing.assert_frame_equal(build(facts)[names], build(shuffled)[names].loc[facts.index], check_exact=False)


def test_nothing_later_changes_a_feature():
    """The features of the first half are the same whatever the second half brought, outcomes of the first included
    that became known only then."""
    facts = make_facts()
    cut = facts["time"].iloc[len(facts) // 2]
    then = facts[facts["time"] <= cut].copy()
    unknown = ~(then["known_at"] <= cut)
    then.loc[unknown, ["bad", "known_at"]] = [np.nan, pd.NaT]
    turned = facts.copy()
    late = ~(turned["known_at"] <= cut)
    turned.loc[late, "bad"] = 1 - turned.loc[late, "bad"]
    names = [column.name for column in COLUMNS]
    expected = build(then)[names]
    assert unknown.any()
    pd.testing.assert_frame_equal(build(facts)[names].loc[then.index], expected)
    pd.testing.assert_frame_equal(build(turned)[names].loc[then.index], expected)


def test_an_own_outcome_never_reaches_an_own_feature():
    facts = make_facts(400)
    turned = facts.copy()
    turned.loc[200, "bad"] = 1 - turned.loc[200, "bad"]
    names = [column.name for column in COLUMNS]
    pd.testing.assert_series_equal(build(facts)[names].loc[200], build(turned)[names].loc[200])


def test_no_feature_is_a_person():
    assert not {"buyer", "address", "order"} & {column.name for column in COLUMNS}


def test_a_snapshot_scores_new_orders_as_the_whole_history_does():
    facts = make_facts()
    facts["known_at"] = facts["known_at"].where(facts["known_at"] < facts["time"].iloc[-50])
    new = facts.index[-50:]
    snapshot = take_snapshot(facts.drop(new))
    around = facts[facts["buyer"].isin(facts.loc[new, "buyer"]) | facts.index.isin(new)]
    names = [column.name for column in COLUMNS]
    numbers = [name for name in names if name not in ("country", "service")]
    whole, quick = build(facts).loc[new, numbers], build(around, snapshot).loc[new, numbers]
    exact = [name for name in numbers if not name.endswith(("rate", "ratio"))]
    pd.testing.assert_frame_equal(quick[exact], whole[exact])
    assert np.allclose(quick, whole, atol=0.15, rtol=0.1, equal_nan=True)


def test_a_snapshot_knows_no_person():
    snapshot = take_snapshot(make_facts(200))
    assert set(snapshot["rates"]) == {"shop", "country", "product", "category"}


def test_means_and_rates_begin_with_nothing():
    keys = pd.Series(["a", "a", "b"])
    means = mean_before(keys, _series([0, 1, 2]), pd.Series([4.0, 8.0, 1.0]))
    assert np.isnan(means[0])
    assert means[1] == 4.0
    assert np.isnan(means[2])
    rate = general_rate(_series([0, 1, 9]), _series([5, 5, 9]), pd.Series([1, 0, 0]))
    assert rate.tolist() == [0.5 / 25, 0.5 / 25, 1.5 / 27]
