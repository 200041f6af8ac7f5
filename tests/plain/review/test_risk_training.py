"""The model finds what was planted, says how sure it is, and refuses what cannot be learnt."""

import numpy as np
import pandas as pd
import pytest

from addons.marketplace_review.risk import (
    Column,
    Costs,
    Minimum,
    NoFeature,
    NotEnoughOutcomes,
    OneOutcome,
    OtherVersion,
    RiskModel,
    UnreadableModel,
    train,
)

from .risk_world import COLUMNS, make_orders


@pytest.fixture(scope="module")
def orders():
    return make_orders()


@pytest.fixture(scope="module")
def model(orders):
    return train(orders, COLUMNS, "bad", "time", known_at="known_at", amount="amount")


@pytest.fixture(scope="module")
def later():
    return make_orders(6000, seed=11)


def test_probabilities_of_other_orders_are_near_the_true_ones(model, later):
    probability = model.probability(later)
    assert np.corrcoef(probability, later["true"])[0, 1] > 0.93
    assert np.abs(probability - later["true"]).mean() < 0.03


def test_probabilities_come_true_in_every_fifth_of_the_orders(model, later):
    probability = model.probability(later)
    for part in np.array_split(np.argsort(probability), 5):
        assert probability[part].mean() == pytest.approx(later["bad"].to_numpy()[part].mean(), abs=0.05)


def test_the_last_slice_is_tested_by_what_was_known_before(model, orders):
    trial = model.trial
    assert list(trial.index) == list(orders.index[int(len(orders) * 0.8) :])
    assert model.card["test"]["orders"] == len(trial.index)
    assert model.card["test_first"] == orders["time"].iloc[2000].isoformat()
    assert model.seen_until == orders["time"].max()


def test_the_planted_cause_is_the_first_reason(model):
    order = pd.DataFrame({"amount": [20.0], "cod": [1], "noise": [0.0], "country": ["EB"]})
    ordinary = model.encoding.usual
    assert ordinary["country"] == "GB"
    [reasons] = model.explain(order)
    up = [reason.name for reason in reasons if reason.effect > 0]
    assert set(up[:2]) <= {"cod", "country"}
    country = next(reason for reason in reasons if reason.name == "country")
    assert (country.value, country.usual) == ("EB", "GB")
    assert "noise" not in [reason.name for reason in reasons if abs(reason.effect) > 0.3]


def test_what_lowers_the_risk_is_told_as_well(model):
    order = pd.DataFrame({"amount": [20.0], "cod": [0], "noise": [0.0], "country": ["GB"]})
    risky = order.assign(cod=1)
    assert model.probability(order)[0] < model.probability(risky)[0]
    [reasons], [others] = model.explain(order), model.explain(risky)
    effect = {reason.name: reason.effect for reason in reasons}
    other = {reason.name: reason.effect for reason in others}
    assert other.get("cod", 0) - effect.get("cod", 0) > 1


def test_no_orders_have_no_scores(model, later):
    assert len(model.probability(later[:0])) == 0
    assert model.explain(later[:0]) == []


def test_new_and_missing_values_are_scored(model):
    strange = pd.DataFrame({"amount": [np.nan], "cod": [None], "noise": [np.nan], "country": ["Never seen"]})
    assert 0 < model.probability(strange)[0] < 1
    assert model.explain(strange)[0] is not None


def test_the_same_seed_gives_the_same_model(model, orders, later):
    again = train(orders, COLUMNS, "bad", "time", known_at="known_at", amount="amount")
    assert np.array_equal(again.probability(later), model.probability(later))
    assert again.card == model.card


def test_the_order_of_the_rows_does_not_matter(model, orders, later):
    shuffled = orders.sample(frac=1, random_state=1)
    again = train(shuffled, COLUMNS, "bad", "time", known_at="known_at", amount="amount")
    assert np.allclose(again.probability(later), model.probability(later))


def test_bytes_keep_the_model(model, later):
    model.extra = {"rates": {"shop": {1: 0.2}}}
    copy = RiskModel.from_bytes(model.to_bytes())
    assert np.array_equal(copy.probability(later), model.probability(later))
    assert copy.explain(later[:3]) == model.explain(later[:3])
    assert (copy.card, copy.threshold, copy.extra) == (model.card, model.threshold, model.extra)
    assert copy.seen_until == model.seen_until


def test_bytes_of_another_scikit_learn_are_not_unpickled(model):
    head, _line, _body = model.to_bytes().partition(b"\n")
    with pytest.raises(OtherVersion) as caught:
        RiskModel.from_bytes(head.replace(b'"sklearn": "', b'"sklearn": "0.') + b"\nnot even a pickle")
    assert caught.value.stored.startswith("0.")


@pytest.mark.parametrize("data", [b"", b"{}\n", b"[]\n", b"junk", b'{"format": 9, "sklearn": "1"}\n'])
def test_other_bytes_are_no_model(data):
    with pytest.raises(UnreadableModel):
        RiskModel.from_bytes(data)


# --- what cannot be learnt ---


def test_too_few_orders_or_bad_ones_are_told_with_figures(orders):
    with pytest.raises(NotEnoughOutcomes) as caught:
        train(orders[:299], COLUMNS, "bad", "time")
    assert (caught.value.orders, caught.value.minimum_orders) == (299, 300)
    rare = orders.assign(bad=[1.0] * 29 + [0.0] * (len(orders) - 29))
    with pytest.raises(NotEnoughOutcomes) as caught:
        train(rare, COLUMNS, "bad", "time")
    assert (caught.value.bad, caught.value.minimum_bad) == (29, 30)


def test_an_empty_table_is_too_few(orders):
    with pytest.raises(NotEnoughOutcomes):
        train(orders[:0], COLUMNS, "bad", "time")


def test_orders_of_unknown_outcome_do_not_count(orders):
    with pytest.raises(NotEnoughOutcomes) as caught:
        train(orders.assign(bad=np.nan), COLUMNS, "bad", "time")
    assert caught.value.orders == 0


def test_one_outcome_only_is_refused(orders):
    with pytest.raises(OneOutcome):
        train(orders.assign(bad=1.0), COLUMNS, "bad", "time")


def test_a_last_slice_of_one_outcome_is_refused(orders):
    late = orders.assign(bad=np.where(orders.index >= 2000, 0.0, orders["bad"]))
    with pytest.raises(OneOutcome) as caught:
        train(late, COLUMNS, "bad", "time")
    assert caught.value.slice_name == "last"


def test_constant_features_are_named(orders):
    with pytest.raises(NoFeature) as caught:
        train(orders.assign(amount=1, cod=0), [Column("amount"), Column("cod")], "bad", "time")
    assert caught.value.columns == ("amount", "cod")


def test_a_constant_feature_beside_others_is_left_out(orders):
    model = train(orders.assign(noise=1.0), COLUMNS, "bad", "time")
    assert model.card["left_out"] == ["noise"]


def test_without_a_signal_the_score_is_the_rate(orders):
    draw = np.random.default_rng(0)
    noise = orders.assign(bad=(draw.random(len(orders)) < 0.1).astype(float))
    model = train(noise, [Column("noise")], "bad", "time", minimum=Minimum(300, 30))
    probability = model.probability(noise)
    assert probability.mean() == pytest.approx(noise["bad"].mean(), abs=0.03)
    assert np.ptp(np.quantile(probability, [0.05, 0.95])) < 0.08


def test_a_column_is_a_number_or_a_category():
    with pytest.raises(ValueError, match="number or a category"):
        Column("amount", "money")


def test_labels_that_were_known_too_late_are_not_learnt(orders):
    """A label that is known only at the end tells nothing to any origin: then there is nothing to learn from."""
    late = orders.assign(known_at=orders["time"].max() + pd.Timedelta(days=1))
    with pytest.raises(OneOutcome) as caught:
        train(late, COLUMNS, "bad", "time", known_at="known_at")
    assert caught.value.slice_name == "first"


def test_a_leaking_label_of_the_last_slice_does_not_reach_its_test(orders):
    """Were the last slice's labels used, turning them round would change what was predicted for it."""
    turned = orders.assign(bad=np.where(orders.index >= 2000, 1 - orders["bad"], orders["bad"]))
    plain = train(orders, COLUMNS, "bad", "time", known_at="known_at").trial
    other = train(turned, COLUMNS, "bad", "time", known_at="known_at").trial
    assert np.array_equal(plain.probability, other.probability)


def test_dear_reviews_hold_fewer_orders(orders):
    cheap = train(orders, COLUMNS, "bad", "time", amount="amount", costs=Costs(review=0.01))
    dear = train(orders, COLUMNS, "bad", "time", amount="amount", costs=Costs(review=10))
    assert cheap.threshold < dear.threshold
    assert cheap.card["test"]["held"] > dear.card["test"]["held"]
