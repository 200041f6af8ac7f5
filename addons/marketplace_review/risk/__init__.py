"""The risk score of an order, in plain Python on scikit-learn, which is imported when a model is trained or read."""

from .compare import Comparison, compare
from .errors import NoFeature, NotEnoughOutcomes, OneOutcome, OtherVersion, RiskError, UnreadableModel
from .features import Column
from .measure import Costs, best_threshold, cost_curve, measure
from .model import Reason, RiskModel
from .training import Minimum, train

__all__ = [
    "Column",
    "Comparison",
    "Costs",
    "Minimum",
    "NoFeature",
    "NotEnoughOutcomes",
    "OneOutcome",
    "OtherVersion",
    "Reason",
    "RiskError",
    "RiskModel",
    "UnreadableModel",
    "best_threshold",
    "compare",
    "cost_curve",
    "measure",
    "train",
]
