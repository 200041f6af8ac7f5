"""The risk score on outside data: AUC, Brier score, calibration, and cost against holding none and against a rule.

The files are not part of the suite. They lie in ``data/risk`` of the folder that ``CROSSBORDER_SHARED`` names, else of
``../shared`` beside the checkout; without them the bench says so. No database is used.
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from addons.marketplace_review.risk import Column, Costs, RiskModel, train
from addons.marketplace_review.risk.features import Encoding
from addons.marketplace_review.risk.history import general_rate, past_of
from addons.marketplace_review.risk.learners import one_thread
from addons.marketplace_review.risk.measure import cost_of, measure
from scripts.lib.bench._measure import goal, machine

CHECKOUT = Path(__file__).resolve().parents[3]
LAST = 0.8  # share of the orders, oldest first, that a model learns from; the rest tests it
KNOWN_AFTER = pd.Timedelta(days=30)  # the cancellations of the shop's file are those within 30 days

ORDER_NUMBERS = [
    "value",
    "lines",
    "units",
    "largest_units",
    "largest_value",
    "line_value",
    "price",
    "line_units",
    "share",
    "orders",
    "days",
    "gap",
    "known",
    "rate",
]
ORDER_COLUMNS = [Column(name) for name in ORDER_NUMBERS]
# Neither what is known only after the stay began nor the week: with less than two years it tells no season.
BOOKING_NUMBERS = [
    "lead_time",
    "stays_in_weekend_nights",
    "stays_in_week_nights",
    "adults",
    "children",
    "babies",
    "is_repeated_guest",
    "previous_cancellations",
    "previous_bookings_not_canceled",
    "days_in_waiting_list",
    "adr",
    "required_car_parking_spaces",
    "total_of_special_requests",
]
BOOKING_CATEGORIES = [
    "hotel",
    "meal",
    "country",
    "market_segment",
    "distribution_channel",
    "reserved_room_type",
    "deposit_type",
    "agent",
    "company",
    "customer_type",
]
BOOKING_COLUMNS = [
    *(Column(name) for name in BOOKING_NUMBERS),
    *(Column(name, "category") for name in BOOKING_CATEGORIES),
]

# The columns of the files as they are, for the comparison.
RAW_ORDER_COLUMNS = [
    *(Column(name) for name in ("value", "lines", "units", "max_line_units", "max_line_value")),
    Column("country", "category"),
]
RAW_BOOKING_COLUMNS = [*BOOKING_COLUMNS, Column("arrival_date_week_number"), Column("arrival_date_day_of_month")]
# A margin of a fifth, a lost buyer in four that are held, three minutes of a clerk.
COSTS = Costs(loss_share=0.8, review=1.0, lost_sale_share=0.05)


@dataclass(frozen=True)
class Case:
    """One question to one file.

    :ivar reference: AUC that plain boosting reached on the later months, which are not in the file
    :ivar rule: column by whose largest tenth a clerk would hold instead
    """

    name: str
    table: pd.DataFrame
    columns: list[Column]
    raw: list[Column]
    label: str
    reference: float
    rule: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, help="seed of the models (0)")


def run(_home, _server, progress, options) -> dict:
    answer = {"name": "risk", "ratios": {}, "figures": {}, "goals": {}, "machine": machine()}
    folder = data_folder()
    if not folder.is_dir():
        answer["figures"]["skipped"] = f"no data in {folder}; CROSSBORDER_SHARED names the folder that holds data/risk"
        return answer
    for case in cases(folder):
        progress.note(f"{case.name}: {len(case.table)} orders")
        ratios, figures, goals = measure_case(case, options.seed)
        for part, values in (("ratios", ratios), ("figures", figures), ("goals", goals)):
            answer[part].update({f"{case.name}_{key}": value for key, value in values.items()})
    return answer


def data_folder() -> Path:
    return Path(os.environ.get("CROSSBORDER_SHARED") or CHECKOUT.parent / "shared") / "data" / "risk"


def cases(folder: Path) -> Iterator[Case]:
    orders = pd.read_parquet(folder / "uci_orders_cancelled.parquet")
    for name, label, reference in (
        ("half_value", "half_value_cancelled", 0.846),
        ("any_line", "any_line_cancelled", 0.671),
    ):
        yield Case(name, order_table(orders, label), ORDER_COLUMNS, RAW_ORDER_COLUMNS, label, reference, "value")
    bookings = booking_table(pd.read_parquet(folder / "hotel_bookings.parquet"))
    yield Case("hotel", bookings, BOOKING_COLUMNS, RAW_BOOKING_COLUMNS, "is_canceled", 0.899, "lead_time")


def order_table(orders: pd.DataFrame, label: str) -> pd.DataFrame:
    """Features of the shop's orders; later months go in together with the earlier ones, which are their history."""
    table = orders.sort_values("ts", kind="stable").reset_index(drop=True)
    table["known_at"] = table["ts"] + KNOWN_AFTER
    past = past_of(table["customer"], table["ts"], table["known_at"], table[label])
    return table.assign(
        largest_units=table["max_line_units"],
        largest_value=table["max_line_value"],
        line_value=table["value"] / table["lines"],
        price=table["value"] / table["units"],
        line_units=table["units"] / table["lines"],
        share=table["max_line_value"] / table["value"],
        orders=past.orders,
        days=past.days,
        gap=past.gap,
        known=past.known,
        rate=past.rate(general_rate(table["ts"], table["known_at"], table[label])),
        amount=table["value"],
        time=table["ts"],
    )


def booking_table(bookings: pd.DataFrame) -> pd.DataFrame:
    """Features of the bookings, in the order of arrival, when what became of them is known."""
    day = bookings["arrival_date_day_of_month"].astype(str)
    text = bookings["arrival_date_year"].astype(str) + "-" + bookings["arrival_date_month"] + "-" + day
    nights = bookings["stays_in_weekend_nights"] + bookings["stays_in_week_nights"]
    table = bookings.assign(time=pd.to_datetime(text, format="%Y-%B-%d"), amount=bookings["adr"] * nights)
    table["known_at"] = table["time"]
    return table.sort_values("time", kind="stable").reset_index(drop=True)


def learn(case: Case, table: pd.DataFrame, seed: int = 0) -> RiskModel:
    """A model of the case from ``table``, which is its table or the earlier part of it."""
    return train(table, case.columns, case.label, "time", known_at="known_at", amount="amount", costs=COSTS, seed=seed)


def measure_case(case: Case, seed: int) -> tuple[dict, dict, dict]:
    cut = int(len(case.table) * LAST)
    began = time.process_time()
    earlier, later = case.table[:cut], case.table[cut:]
    known = earlier[earlier["known_at"] <= later["time"].iloc[0]]
    model = learn(case, known, seed)
    spent = time.process_time() - began
    probability, label = model.probability(later), later[case.label].to_numpy()
    figures = measure(label, probability, later["amount"], model.threshold, COSTS)
    plain = auc_of_plain_boosting(case, known, later)
    rule = (later[case.rule] >= known[case.rule].quantile(0.9)).to_numpy()
    by_rule = cost_of(label, rule, later["amount"], COSTS)
    shown = ("orders", "bad", "auc", "average_precision", "brier", "log_loss", "calibration_error", "held")
    figures = {
        **{name: round(figures[name], 4) for name in shown},
        "auc_of_plain_boosting": round(plain, 4),
        "auc_of_the_reference_on_later_months": case.reference,
        "learner": model.card["learner"],
        "brier_of_the_rate": round(float(np.mean((label - known[case.label].mean()) ** 2)), 4),
        "cost_per_order": round(figures["cost"], 3),
        "cost_hold_none": round(figures["cost_hold_none"], 3),
        "cost_rule": round(by_rule, 3),
        "training_cpu_seconds": round(spent, 1),
    }
    ratios = {
        "cost_against_hold_none": round(figures["cost_per_order"] / figures["cost_hold_none"], 3),
        "cost_against_rule": round(figures["cost_per_order"] / figures["cost_rule"], 3),
    }
    return ratios, figures, {"auc": goal(figures["auc"], at_least=figures["auc_of_plain_boosting"])}


def auc_of_plain_boosting(case: Case, known: pd.DataFrame, later: pd.DataFrame) -> float:
    """What the library's classifier reaches as it comes, from the file's own columns, on the same orders."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    encoding = Encoding.fit(known, case.raw)
    with one_thread():
        plain = HistGradientBoostingClassifier(random_state=0, categorical_features=encoding.is_category)
        plain.fit(encoding.encode(known), known[case.label])
        return float(roc_auc_score(later[case.label], plain.predict_proba(encoding.encode(later))[:, 1]))
