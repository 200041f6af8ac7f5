"""How good probabilities are, what mistakes cost, and the threshold that costs least."""

from dataclasses import dataclass

import numpy as np

HOLD_NONE = 1.01  # above every probability
BINS = 10
CURVE_POINTS = 60


@dataclass(frozen=True)
class Costs:
    """What the two mistakes cost.

    :ivar loss_share: share of its amount that a bad order costs when it is shipped
    :ivar review: money that one review costs
    :ivar lost_sale_share: share of its amount that holding a good order costs: the margin, times how often a held
        buyer is lost
    """

    loss_share: float = 0.8
    review: float = 0.5
    lost_sale_share: float = 0.01


def measure(label, probability, amount, threshold: float, costs: Costs) -> dict:
    """Figures of one slice of orders.

    :param label: 1 for bad, 0 for good; both occur
    :return: plain numbers; ``bins``: calibration table; costs are per order
    """
    from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

    label, probability = np.asarray(label, dtype=int), np.asarray(probability, dtype=float)
    bins = calibration_table(label, probability)
    held = probability >= threshold
    caught = int((held & (label == 1)).sum())
    return {
        "orders": len(label),
        "bad": int(label.sum()),
        "auc": float(roc_auc_score(label, probability)),
        "average_precision": float(average_precision_score(label, probability)),
        "brier": float(brier_score_loss(label, probability)),
        "log_loss": float(log_loss(label, probability)),
        "calibration_error": sum(row["orders"] * abs(row["expected"] - row["found"]) for row in bins) / len(label),
        "bins": bins,
        "held": int(held.sum()),
        "precision": caught / int(held.sum()) if held.any() else None,
        "recall": caught / int(label.sum()),
        "cost": cost_of(label, held, amount, costs),
        "cost_hold_none": cost_of(label, np.zeros_like(held), amount, costs),
    }


def calibration_table(label, probability, bins: int = BINS) -> list[dict]:
    """Orders in groups of about the same size by probability: what was expected of each and what was found."""
    order = np.argsort(probability, kind="stable")
    return [
        {"orders": len(part), "expected": float(probability[part].mean()), "found": float(label[part].mean())}
        for part in np.array_split(order, min(bins, len(order)))
    ]


def cost_of(label, held, amount, costs: Costs) -> float:
    """Mean cost per order of holding ``held`` and shipping the rest."""
    label, amount = np.asarray(label), np.asarray(amount, dtype=float)
    kept = costs.review + (label == 0) * costs.lost_sale_share * amount
    shipped = (label == 1) * costs.loss_share * amount
    return float(np.where(held, kept, shipped).mean())


def cost_curve(label, probability, amount, costs: Costs, threshold: float = HOLD_NONE) -> list[dict]:
    """Cost per order and share held, by threshold from holding all to holding none, ``threshold`` among them."""
    quantiles = np.quantile(probability, np.linspace(0, 1, CURVE_POINTS - 1))
    thresholds = np.unique([*quantiles, threshold, HOLD_NONE]).tolist()
    return [
        {
            "threshold": threshold,
            "held": float((probability >= threshold).mean()),
            "cost": cost_of(label, probability >= threshold, amount, costs),
        }
        for threshold in thresholds
    ]


def best_threshold(label, probability, amount, costs: Costs) -> float:
    """The threshold of least cost; the highest of equals, so that nobody is held for nothing."""
    label, probability = np.asarray(label), np.asarray(probability, dtype=float)
    amount = np.asarray(amount, dtype=float)
    order = np.argsort(-probability, kind="stable")
    kept = costs.review + (label == 0) * costs.lost_sale_share * amount
    shipped = (label == 1) * costs.loss_share * amount
    # Holding the first k of the list changes the cost by the sum of their differences.
    change = np.concatenate([[0.0], np.cumsum((kept - shipped)[order])])
    ranked = probability[order]
    whole = np.concatenate([[True], ranked[:-1] != ranked[1:], [True]])  # equals are held together
    best = int(np.argmin(np.where(whole, change, np.inf)))
    return float(ranked[best - 1]) if best else HOLD_NONE
