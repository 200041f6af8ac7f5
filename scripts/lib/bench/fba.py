"""FBA's ledger: a month of events read, typed, replayed and reconciled with books in one pass. No database is used.

The ledger is made here, from a seed: every event type and adjustment code, several centres, questions and damaged rows
among them; the books lack a part of it. What the pass finds is compared with what was left out on purpose.
"""

import argparse
import random
import resource
import time
from datetime import date, timedelta

from addons.overseas_warehouse_fba.connector import ledger
from addons.overseas_warehouse_fba.engine.classification import Classifier, Knowledge, ShipmentFacts
from addons.overseas_warehouse_fba.engine.movements import Kind
from addons.overseas_warehouse_fba.engine.positions import deviations, opening_of, replay
from addons.overseas_warehouse_fba.engine.reconciliation import by_sku_country, reconcile
from scripts.lib.bench._measure import goal, machine, median

FIRST = date(2026, 5, 1)
DAYS = 31
CENTRES = (("BHX4", "GB"), ("LTN4", "GB"), ("LEJ1", "DE"), ("CDG7", "FR"))
EVENTS = (
    # event type, adjustment code, sign, share of all rows
    ("Shipments", "", -1, 0.80),
    ("Receipts", "", 1, 0.05),
    ("CustomerReturns", "", 1, 0.05),
    ("WhseTransfers", "", 1, 0.03),
    ("WhseTransfers", "", -1, 0.03),
    ("VendorReturns", "", -1, 0.01),
    ("Adjustments", "M", -1, 0.008),
    ("Adjustments", "F", 1, 0.008),
    ("Adjustments", "E", -1, 0.005),
    ("Adjustments", "P", 1, 0.005),
    ("Adjustments", "Z", -1, 0.004),
)
NOT_BOOKED = 0.01  # share of the events that our books lack
DETAIL = [
    "Date",
    "FNSKU",
    "MSKU",
    "Event-Type",
    "Reference-ID",
    "Quantity",
    "Fulfillment-Center",
    "Disposition",
    "Reason",
    "Country",
]
SUMMARY = ["Date", "FNSKU", "MSKU", "Disposition", "Location", "Starting-Warehouse-Balance", "Ending-Warehouse-Balance"]
KNOWLEDGE = Knowledge(
    shipments={f"FBA{number}": ShipmentFacts({f"SKU-{sku}": 40 for sku in range(500)}) for number in range(40)},
    removals={f"REM{number}": ("return", "disposal")[number % 2] for number in range(40)},
    mcf_orders=frozenset(f"ORD{number}" for number in range(0, 5000, 10)),
    orders=frozenset(f"ORD{number}" for number in range(5000)),
)
_REFERENCES = {"Receipts": ("FBA", 45), "VendorReturns": ("REM", 45), "Shipments": ("ORD", 6000)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=60_000, help="events of the month (60,000)")
    parser.add_argument("--skus", type=int, default=500, help="SKUs (500)")
    parser.add_argument("--rounds", type=int, default=3, help="runs whose median counts (3)")


def run(home, server, progress, options) -> dict:
    detail, summary = make(options.rows, options.skus)
    readings = []
    for number in range(options.rounds + 1):  # the first warms up
        progress.note(f"run {number} of {options.rounds}")
        readings.append(reconcile_month(detail, summary))
    readings = readings[1:]
    figures = {name: median(reading[name] for reading in readings) for name in readings[0]}
    figures["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {
        "name": "fba",
        "ratios": {"rows_per_cpu_second": round(figures["rows"] / figures["total_cpu"])},
        "figures": figures,
        "goals": {
            "rows": goal(figures["rows"], at_least=50_000),
            "unexplained_units": goal(figures["unexplained_units"], at_most=0),
            "deviations": goal(figures["deviations"], at_most=0),
        },
        "machine": machine(),
    }


def make(rows: int, skus: int) -> tuple[str, str]:
    """``(detail report, summary report)`` of a month."""
    chance = random.Random(1)
    kinds, weights = EVENTS, [share for *_event, share in EVENTS]
    events = sorted(
        (_event(chance, kind, skus) for kind in chance.choices(kinds, weights, k=rows)), key=lambda event: event[0]
    )
    lines = [(f"{day:%m/%d/%Y}", *event) for day, *event in events]
    return _text(DETAIL, lines), _text(SUMMARY, _balances(events))


def reconcile_month(detail: str, summary: str) -> dict:
    """CPU seconds of each part, and what was found."""
    clock = _Clock()
    events, balances = ledger.read_detail(detail).records, ledger.read_summary(summary).records
    clock.lap("read_cpu")
    movements = Classifier(KNOWLEDGE).classify(events)
    clock.lap("type_cpu")
    units, wrong = replay(movements, opening_of(balances)), deviations(movements, balances)
    clock.lap("replay_cpu")
    chance = random.Random(2)
    booked = {movement.key: movement.units for movement in movements if chance.random() >= NOT_BOOKED}
    theirs, ours = _books(movements, booked)
    clock.lap("books_cpu")  # not ours: in Odoo these are the quants
    differences = reconcile(theirs, ours, movements, booked)
    clock.lap("reconcile_cpu")
    return {
        **clock.laps,
        "total_cpu": sum(spent for name, spent in clock.laps.items() if name != "books_cpu"),
        "rows": len(events),
        "positions": len(units),
        "deviations": len(wrong),
        "differences": len(differences),
        "unexplained_units": sum(abs(difference.unexplained) for difference in differences),
        "questions": sum(movement.kind is Kind.UNKNOWN for movement in movements),
    }


class _Clock:
    """CPU seconds between laps."""

    def __init__(self):
        self.laps, self._began = {}, time.process_time()

    def lap(self, name: str) -> None:
        now = time.process_time()
        self.laps[name], self._began = now - self._began, now


def _event(chance: random.Random, kind: tuple, skus: int) -> tuple:
    name, code, sign, _share = kind
    sku, (centre, country) = chance.randrange(skus), chance.choice(CENTRES)
    prefix, count = _REFERENCES.get(name, ("ORD", 6000))
    units = sign * (chance.randrange(1, 30) if name in ("Receipts", "WhseTransfers") else 1)
    disposition = "WAREHOUSE_DAMAGED" if code == "P" else "SELLABLE"
    day = FIRST + timedelta(days=chance.randrange(DAYS))
    reference = f"{prefix}{chance.randrange(count)}"
    return day, f"X{sku:05d}", f"SKU-{sku}", name, reference, units, centre, disposition, code, country


def _balances(events: list[tuple]) -> list[tuple]:
    """Balance of every position and day, from an opening that keeps all of them positive."""
    moved = {}
    for day, fnsku, msku, _name, _reference, units, centre, disposition, *_rest in events:
        days = moved.setdefault((fnsku, msku, disposition, centre), {})
        days[day] = days.get(day, 0) + units
    rows = []
    for position, days in moved.items():
        balance = 1000
        for day in (FIRST + timedelta(days=number) for number in range(DAYS)):
            ending = balance + days.get(day, 0)
            rows.append((f"{day:%m/%d/%Y}", *position, balance, ending))
            balance = ending
    return rows


def _books(movements: list, booked: dict) -> tuple[dict, dict]:
    """``(units at Amazon, units in our books)`` by key."""
    theirs, ours = {}, {}
    for movement in movements:
        key = by_sku_country(movement)
        theirs[key] = theirs.get(key, 0) + movement.units
        ours[key] = ours.get(key, 0) + booked.get(movement.key, 0)
    return theirs, ours


def _text(columns: list[str], rows: list[tuple]) -> str:
    return "\n".join("\t".join(map(str, line)) for line in (columns, *rows)) + "\n"
