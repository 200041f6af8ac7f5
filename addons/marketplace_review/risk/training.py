"""Training by time: learn from earlier orders, calibrate on the next, test on the last; never shuffled."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from . import learners
from .calibration import Calibration
from .errors import NotEnoughOutcomes, OneOutcome
from .features import Column, Encoding
from .measure import Costs, best_threshold, cost_curve, measure
from .model import RiskModel

# Shares of the orders, oldest first, up to which each rolling origin learns; it predicts the slice up to the next.
ORIGINS = (0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Minimum:
    """Labelled orders, and bad ones among them, below which nothing is trained."""

    orders: int = 300
    bad: int = 30


@dataclass(frozen=True)
class Trial:
    """The last slice as predicted by the same recipe without having seen it.

    :ivar index: the rows of the training table
    """

    index: pd.Index
    label: np.ndarray
    probability: np.ndarray


def train(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    label: str,
    time: str,
    *,
    known_at: str = "",
    amount: str = "",
    costs: Costs | None = None,
    minimum: Minimum | None = None,
    seed: int = 0,
) -> RiskModel:
    """Train a model; the same table and seed give the same model.

    Rolling origins predict each slice of time from what was known at its beginning. Their log-odds choose the learner
    and calibrate it. The figures of the card are of the last slice, which took no part in either; the model itself
    then learns from all orders.

    :param label: column with 1 for bad, 0 for good, missing for not known: those orders are left out
    :param time: column with the time of the order
    :param known_at: column with the time from which the label was known; an origin learns from labels known before
        it only. Without it, each is known at once.
    :param amount: column with the amount at stake, for the costs; without it, each order counts 1
    :raise NotEnoughOutcomes: below the minimum
    :raise OneOutcome: all orders, or all of a slice, ended alike
    :raise NoFeature: no column differs between orders
    """
    costs, minimum = costs or Costs(), minimum or Minimum()
    table = frame[frame[label].notna()].sort_values(time, kind="stable")
    outcome = table[label].to_numpy(dtype=int)
    if len(table) < minimum.orders or outcome.sum() < minimum.bad:
        raise NotEnoughOutcomes(len(table), int(outcome.sum()), minimum.orders, minimum.bad)
    _require_both(outcome, "whole")
    amounts = table[amount].to_numpy(dtype=float) if amount else np.ones(len(table))
    known = table[known_at] if known_at else table[time]
    with learners.one_thread():
        *earlier, last = _roll(table, columns, outcome, table[time], known, seed) or [None]
        if not earlier:
            raise OneOutcome("first")
        # The last slice must not profit from what came to be known in its own time either.
        ready = (known <= table[time].iloc[last[0][0]]).to_numpy()
        earlier = _Predictions.of(earlier, ready)
        _require_both(outcome[earlier.rows], "calibration")
        _require_both(outcome[last[0]], "last")
        name, figures = _choose(earlier, outcome)
        recipe = _Recipe(table, columns, outcome, amounts, table[time], costs, seed, name)
        return recipe.finish(earlier, _Predictions(*last), figures)


@dataclass
class _Predictions:
    """Out-of-time log-odds of rows of the table, by learner."""

    rows: np.ndarray
    scores: dict

    @classmethod
    def of(cls, slices, ready=None):
        rows = np.concatenate([part for part, _scores in slices])
        kept = np.ones(len(rows), dtype=bool) if ready is None else ready[rows]
        scores = {name: np.concatenate([part[name] for _rows, part in slices])[kept] for name in slices[0][1]}
        return cls(rows[kept], scores)


def _require_both(outcome, name):
    if outcome.min() == outcome.max():
        raise OneOutcome(name)


def _roll(table, columns, outcome, times, known, seed):
    """Log-odds of every learner for every slice, from what was known when it began.

    :return: ``[(rows, {learner: log-odds})]``
    """
    bounds = [int(len(table) * share) for share in (*ORIGINS, 1.0)]
    result = []
    for start, end in zip(bounds, bounds[1:], strict=False):
        origin = times.iloc[start]
        past = np.flatnonzero(((times < origin) & (known <= origin)).to_numpy())
        if not len(past) or outcome[past].min() == outcome[past].max():
            continue  # nothing to learn from yet; later origins know more
        rows = np.arange(start, end)
        encoding = Encoding.fit(table.iloc[past], columns)
        before, after = encoding.encode(table.iloc[past]), encoding.encode(table.iloc[rows])
        fitted = {
            name: learners.fit(name, before, outcome[past], encoding.is_category, seed)
            for name in ("logistic", "boosting")
        }
        fitted["both"] = fitted["logistic"] + fitted["boosting"]
        result.append((rows, {name: learners.log_odds(parts, after) for name, parts in fitted.items()}))
    return result


def _choose(earlier, outcome):
    """The learner whose calibrated predictions before the last slice lose least.

    :return: its name, and the figures of all
    """
    from sklearn.metrics import log_loss, roc_auc_score

    label, figures = outcome[earlier.rows], {}
    for name in learners.LEARNERS:
        score = earlier.scores[name]
        probability = Calibration.fit(score, label).probability(score)
        figures[name] = {
            "log_loss": float(log_loss(label, probability)),
            "auc": float(roc_auc_score(label, score)),
        }
    return min(figures, key=lambda name: figures[name]["log_loss"]), figures


@dataclass
class _Recipe:
    """What the last steps of a training share."""

    table: pd.DataFrame
    columns: Sequence[Column]
    outcome: np.ndarray
    amounts: np.ndarray
    times: pd.Series
    costs: Costs
    seed: int
    learner: str

    def finish(self, earlier: _Predictions, last: _Predictions, figures: dict) -> RiskModel:
        """Try the recipe on the last slice, then let the model learn from all orders."""
        calibration, threshold, _probability = self._calibrate(earlier)
        tested = calibration.probability(last.scores[self.learner])
        label = self.outcome[last.rows]
        test = measure(label, tested, self.amounts[last.rows], threshold, self.costs)
        every = _Predictions.of([(earlier.rows, earlier.scores), (last.rows, last.scores)])
        calibration, threshold, probability = self._calibrate(every)
        encoding = Encoding.fit(self.table, self.columns)
        array = encoding.encode(self.table)
        estimators = learners.fit(self.learner, array, self.outcome, encoding.is_category, self.seed)
        card = {
            "learner": self.learner,
            "learners": figures,
            "calibration": calibration.method,
            "orders": len(self.table),
            "bad": int(self.outcome.sum()),
            "first": self.times.iloc[0].isoformat(),
            "last": self.times.iloc[-1].isoformat(),
            "test_first": self.times.iloc[last.rows[0]].isoformat(),
            "columns": [column.name for column in encoding.columns],
            "left_out": [column.name for column in self.columns if column not in encoding.columns],
            "costs": asdict(self.costs),
            "threshold": threshold,
            "test": test,
            "curve": cost_curve(self.outcome[every.rows], probability, self.amounts[every.rows], self.costs, threshold),
            "seed": self.seed,
        }
        trial = Trial(self.table.index[last.rows], label, tested)
        return RiskModel(encoding, estimators, calibration, threshold, self.times.iloc[-1], card, trial=trial)

    def _calibrate(self, predictions: _Predictions):
        """:return: the calibration, the threshold of least cost, and the probabilities they were found with"""
        label, score = self.outcome[predictions.rows], predictions.scores[self.learner]
        calibration = Calibration.fit(score, label)
        probability = calibration.probability(score)
        return calibration, best_threshold(label, probability, self.amounts[predictions.rows], self.costs), probability
