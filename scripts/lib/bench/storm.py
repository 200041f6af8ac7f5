"""Eight marketplaces on one scarce stock, with delays, mistakes and dying servers: nothing may be oversold, and few
orders may come for what is gone; against a seller who publishes everything everywhere every ten minutes, in the same
world."""

import argparse

from scripts.lib.bench._measure import goal, machine
from scripts.lib.bench._odoo import scratch_database
from scripts.lib.bench._storm_run import RISK, Storm

# Buyers who come per order that is wanted: some find nothing.
BUYERS_PER_ORDER = 1.3
REDUCTION = 90


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=10_000, help="orders of our run, about (10000)")
    parser.add_argument("--seed", type=int, default=1, help="another one is another storm (1)")
    parser.add_argument("--skus", type=int, default=500, help="products (500)")
    parser.add_argument("--rate", type=float, default=40, help="buyers a minute, in all channels together (40)")
    parser.add_argument("--risk", type=float, default=RISK, help=f"share of work in which a worker dies ({RISK})")
    parser.add_argument("--quick", action="store_true", help="300 orders of 40 products")


def run(home, server, progress, options) -> dict:
    if options.quick:
        options.orders, options.skus = 300, 40
    options.wishes = round(options.orders * BUYERS_PER_ORDER)
    progress.note(f"{options.wishes} buyers of {options.skus} products, as the suite publishes")
    with scratch_database(home, server, progress) as database:
        own = Storm(*database, options, False, progress).run()
    progress.note(f"{own.orders} orders, {own.held_short} held short, broken: {dict(own.violations)}")
    progress.note("the same buyers, everything published everywhere every 10 minutes")
    with scratch_database(home, server, progress) as database:
        other = Storm(*database, options, True, progress).run()
    return _answer(own, other, options)


def _answer(own, other, options) -> dict:
    reduction = _percent(other.held_short - own.held_short, other.held_short)
    ratios = {
        "fewer_held_short_percent": reduction,
        "published_against_naive_percent": _percent(own.shown / own.steps, other.shown / other.steps),
        "filled_at_once_percent": _percent(own.filled, own.orders),
        "naive_filled_at_once_percent": _percent(other.filled, other.orders),
        "buyers_served_percent": _percent(own.filled, own.wanted),
        "naive_buyers_served_percent": _percent(other.filled, other.wanted),
        "in_stock_buyable_percent": _percent(own.buyable, own.in_stock),
        "naive_in_stock_buyable_percent": _percent(other.buyable, other.in_stock),
    }
    figures = {"buyers": own.wanted}
    for name, outcome in (("ours", own), ("naive", other)):
        figures |= {
            f"{name}_orders": outcome.orders,
            f"{name}_oversold": outcome.violations["oversold"],
            f"{name}_held_short": outcome.held_short,
            f"{name}_cancelled": outcome.cancelled,
            f"{name}_refunded": outcome.refunded,
            f"{name}_published_units_per_sku": _per_sku(outcome.shown, outcome, options),
            f"{name}_phantom_units_per_sku": _per_sku(outcome.phantom, outcome, options),
            f"{name}_workers_killed": outcome.crew["killed"],
            f"{name}_errors_injected": outcome.crew["injected"],
            f"{name}_conflicts": outcome.crew["conflict"],
            f"{name}_invariants_checked": outcome.checks,
            f"{name}_violations": dict(outcome.violations),
        }
        if outcome.examples:
            figures[f"{name}_examples"] = outcome.examples
    violations = sum((own.violations + other.violations).values())
    goals = {
        "oversold": goal(own.violations["oversold"] + other.violations["oversold"], at_most=0),
        "violations": goal(violations, at_most=0),
        "fewer_held_short_percent": goal(reduction, at_least=REDUCTION),
    }
    return {"name": "storm", "ratios": ratios, "figures": figures, "goals": goals, "machine": machine()}


def _per_sku(units: float, outcome, options) -> float:
    """Mean over the steps."""
    return round(units / outcome.steps / options.skus, 2)


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
