"""A trained risk model: scores orders, says why, and travels as bytes."""

import json
import pickle
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from . import learners
from .calibration import Calibration
from .errors import OtherVersion, UnreadableModel
from .features import Encoding

FORMAT = 1
NEGLIGIBLE = 0.02  # log-odds; below it a feature says nothing worth reading


@dataclass(frozen=True)
class Reason:
    """What one feature does to one order's score.

    :ivar name: the column, :ivar value: what the order has, :ivar usual: what an ordinary order has
    :ivar effect: log-odds that it adds (raises the risk) or takes away, against the usual value
    """

    name: str
    value: Any
    usual: Any
    effect: float


@dataclass
class RiskModel:
    """Made by :func:`.training.train`.

    :ivar threshold: probability from which holding costs less than shipping; above 1 nothing is held
    :ivar card: plain data of the model card: period, counts, figures, choices
    :ivar seen_until: time of the last order that it learnt from
    :ivar extra: plain data that the caller wants to keep with the model
    :ivar trial: :class:`.training.Trial` on the last slice, fresh from training only
    """

    encoding: Encoding
    estimators: list
    calibration: Calibration
    threshold: float
    seen_until: pd.Timestamp
    card: dict
    extra: dict = field(default_factory=dict)
    trial: Any = field(default=None, repr=False)

    def log_odds(self, frame: pd.DataFrame) -> np.ndarray:
        if not len(frame):
            return np.empty(0)
        with learners.one_thread():
            return learners.log_odds(self.estimators, self.encoding.encode(frame))

    def probability(self, frame: pd.DataFrame) -> np.ndarray:
        """Probability of a bad outcome per order, 0–1. ``frame`` has the columns of the training."""
        return self.calibration.probability(self.log_odds(frame))

    def explain(self, frame: pd.DataFrame, top: int = 5) -> list[list[Reason]]:
        """Reasons per order, strongest first: at most ``top`` that raise its risk and ``top`` that lower it.

        Each feature in turn is set to what an ordinary order has; the change of the log-odds is its effect.
        """
        if not len(frame):
            return []
        array, usual = self.encoding.encode(frame), self.encoding.usual_codes()
        variants = np.repeat(array[None], len(usual) + 1, axis=0)
        for place, value in enumerate(usual):
            variants[place + 1, :, place] = value
        with learners.one_thread():
            scores = learners.log_odds(self.estimators, variants.reshape(-1, len(usual)))
        scores = scores.reshape(len(usual) + 1, len(frame))
        effects = scores[0] - scores[1:]
        return [self._reasons_of(row, effects[:, place], top) for place, (_index, row) in enumerate(frame.iterrows())]

    def _reasons_of(self, row, effects, top):
        reasons = [
            Reason(column.name, _plain(row[column.name]), self.encoding.usual[column.name], float(effect))
            for column, effect in zip(self.encoding.columns, effects, strict=True)
            if abs(effect) > NEGLIGIBLE
        ]
        up = sorted((reason for reason in reasons if reason.effect > 0), key=lambda r: -r.effect)[:top]
        down = sorted((reason for reason in reasons if reason.effect < 0), key=lambda r: r.effect)[:top]
        return sorted(up + down, key=lambda reason: -abs(reason.effect))

    # --- bytes ---

    def to_bytes(self) -> bytes:
        """A line of JSON that says what made it, then the pickled state."""
        import sklearn

        head = {"format": FORMAT, "sklearn": sklearn.__version__}
        state = {
            "encoding": self.encoding.to_state(),
            "estimators": self.estimators,
            "calibration": (self.calibration.method, self.calibration.state),
            "threshold": self.threshold,
            "seen_until": self.seen_until.isoformat(),
            "card": self.card,
            "extra": self.extra,
        }
        return json.dumps(head).encode() + b"\n" + pickle.dumps(state, protocol=5)

    @classmethod
    def from_bytes(cls, data: bytes) -> "RiskModel":
        """Read what :meth:`to_bytes` made. A pickle can run code: authenticate the bytes before.

        :raise OtherVersion: made with another scikit-learn, whose estimators this one may read wrongly
        :raise UnreadableModel: no such bytes
        """
        import sklearn

        line, _newline, body = data.partition(b"\n")
        try:
            head = json.loads(line)
            stored, form = head["sklearn"], head["format"]
        except (ValueError, KeyError, TypeError):
            raise UnreadableModel("these bytes are no risk model") from None
        if form != FORMAT:
            raise UnreadableModel(f"form {form} of a risk model is not known")
        if stored != sklearn.__version__:
            raise OtherVersion(stored, sklearn.__version__)
        state = pickle.loads(body)
        return cls(
            Encoding.from_state(state["encoding"]),
            state["estimators"],
            Calibration(*state["calibration"]),
            state["threshold"],
            pd.Timestamp(state["seen_until"]),
            state["card"],
            state["extra"],
        )


def _plain(value):
    """A cell of a table as JSON knows it."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
