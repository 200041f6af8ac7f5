"""Whether a new model is better than the one in use, or only luckier."""

from dataclasses import dataclass

import numpy as np

ROUNDS = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Comparison:
    """Both models on the same orders, which neither was trained on.

    :ivar gain: mean log loss that the challenger saves per order
    :ivar low: lower end of the interval of that gain, :ivar high: its upper end
    :ivar wins: the whole interval is above 0
    """

    orders: int
    bad: int
    gain: float
    low: float
    high: float

    @property
    def wins(self) -> bool:
        return self.low > 0


def compare(label, champion, challenger, seed: int = 0) -> Comparison:
    """Compare probabilities pairwise by a bootstrap over orders.

    :param label: 1 for bad, 0 for good, :param champion: its probabilities, :param challenger: its probabilities
    """
    label = np.asarray(label, dtype=int)
    saved = _loss(label, np.asarray(champion)) - _loss(label, np.asarray(challenger))
    drawn = np.random.default_rng(seed)
    means = [saved[drawn.integers(0, len(saved), len(saved))].mean() for _round in range(ROUNDS)]
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Comparison(len(label), int(label.sum()), float(saved.mean()), float(low), float(high))


def _loss(label, probability):
    probability = np.clip(probability, 1e-6, 1 - 1e-6)
    return -np.where(label == 1, np.log(probability), np.log(1 - probability))
