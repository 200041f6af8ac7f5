"""From log-odds of a learner to probabilities that come true as often as they say."""

import numpy as np

# Isotonic regression follows any shape but needs many outcomes of both kinds; Platt's line needs few.
ISOTONIC_ORDERS = 5000
ISOTONIC_BAD = 500


class Calibration:
    """A rising function from log-odds to probability, learnt from outcomes that the learner had not seen."""

    def __init__(self, method: str, state):
        self.method, self.state = method, state

    @classmethod
    def fit(cls, score: np.ndarray, label: np.ndarray) -> "Calibration":
        bad = int(label.sum())
        if len(label) >= ISOTONIC_ORDERS and min(bad, len(label) - bad) >= ISOTONIC_BAD:
            return cls("isotonic", _fit_isotonic(score, label))
        return cls("platt", _fit_line(score, label))

    def probability(self, score: np.ndarray) -> np.ndarray:
        if self.method == "platt":
            slope, intercept = self.state
            return 1 / (1 + np.exp(-(slope * score + intercept)))
        scores, probabilities = self.state
        return np.interp(score, scores, probabilities)


def _fit_line(score, label):
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e6).fit(score.reshape(-1, 1), label)
    # A falling line would turn the order of the scores round: then the scores tell nothing.
    slope = max(float(line.coef_[0, 0]), 0.0)
    rate = label.mean()
    return slope, float(line.intercept_[0]) if slope else float(np.log(rate / (1 - rate)))


def _fit_isotonic(score, label):
    from sklearn.isotonic import IsotonicRegression

    # Nothing is certain: half an order of either kind beyond those that were seen.
    edge = 0.5 / (len(label) + 1)
    steps = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip").fit(score, label)
    return steps.X_thresholds_.tolist(), steps.y_thresholds_.tolist()
