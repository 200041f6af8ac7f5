"""Cost layers: replay of a long log under every costing method, and what one late bill touches.

The goal is for all methods together: CPU seconds of their replays, and peak memory of the process with the log in it.
A late bill may touch only what the units of its receipt are or became: movements, lots, and the places of these.
Needs no database: methods are pure functions of the log.
"""

import argparse
import random
import resource
import time
from datetime import date, timedelta
from itertools import islice

from addons.stock_cost_layer.engine import METHODS, UNIT, ZERO, Event, Kind, Rows, dump
from scripts.lib.bench._measure import goal, machine

SECONDS, MIB = 60, 1024
PRODUCTS = 2000
PLACES = (1, 2, 3, 9)
DAYS = 365
BILL = (0, 123_457, 891, 0, 0, 0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the log (1000000)")


def run(_home, _server, progress, options) -> dict:
    return measure(options.events, progress.note)


def measure(count: int, note) -> dict:
    """The bench itself, for a log of `count` events."""
    events = make_log(count)
    figures, goals, spent = {"events": count, "products": PRODUCTS}, {}, {}
    for name, method in METHODS.items():
        began = time.process_time()
        state = method().replay(events)
        spent[name] = time.process_time() - began
        figures[f"{name}_cpu_seconds"] = round(spent[name], 2)
        figures.update(_late_bill(name, state, events))
        del state
        note(f"{name}: {figures[f'{name}_cpu_seconds']} s")
        goals[f"{name}_late_bill_rows_beyond_reach"] = goal(figures[f"{name}_late_bill_rows_beyond_reach"], at_most=0)
    figures["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figures["all_methods_cpu_seconds"] = round(sum(spent.values()), 2)
    goals["all_methods_cpu_seconds"] = goal(figures["all_methods_cpu_seconds"], at_most=SECONDS)
    goals["peak_mib"] = goal(figures["peak_mib"], at_most=MIB)
    ratios = {f"{name}_times_fifo": round(seconds / spent["fifo"], 2) for name, seconds in spent.items()}
    return {"name": "cost", "ratios": ratios, "figures": figures, "goals": goals, "machine": machine()}


def make_log(count: int) -> list[Event]:
    """A year of a seller: one receipt in 25 events, goods moved on by sea, sold, returned, sometimes lost."""
    dice = random.Random(5)
    first, step = date(2026, 1, 1), DAYS / count
    receipts, sales, events = {}, {}, []
    for number in range(1, count + 1):
        day = first + timedelta(days=int(number * step))
        events.append(_draw(dice, number, day, receipts, sales))
    return events


def _draw(dice, number, day, receipts, sales):
    product, luck = dice.randrange(PRODUCTS), dice.random()
    if luck < 0.04 or product not in receipts:
        units = dice.randint(20, 80)
        receipts[product] = number
        amounts = (units * dice.randint(300, 900), dice.randint(100, 9000), dice.randint(0, 900), 0, 17, 0)
        return Event(number, day, product, 1, Kind.RECEIPT, units * UNIT, amounts)
    if luck < 0.10:
        source, target = dice.choice(((1, 9), (9, 2), (9, 3)))
        return Event(number, day, product, source, Kind.TRANSFER, dice.randint(5, 40) * UNIT, ZERO, target)
    if luck < 0.14 and product in sales:
        sale, place = sales.pop(product)
        return Event(number, day, product, place, Kind.RETURN, UNIT, ZERO, None, sale)
    if luck < 0.15:
        return Event(
            number, day, product, 1, Kind.COST, 0, (0, dice.randint(-500, 5000), 0, 0, 0, 0), None, receipts[product]
        )
    place = dice.choice((1, 1, 2, 3))
    kind = Kind.SALE if luck < 0.99 else Kind.LOSS
    sales[product] = (number, place)
    return Event(number, day, product, place, kind, dice.randint(1, 2) * UNIT)


def _late_bill(name, state, events):
    """Append one late bill; count the rows that it changed, and those that its receipt's units never came to."""
    receipt = _choose_receipt(state, events)
    sample = set(range(0, PRODUCTS, 10)) | {receipt.product}
    before = _dump(state, sample)
    own = [event for event in events if event.product == receipt.product]  # the bill comes in the month of the last
    bill = Event(len(events) + 1, own[-1].day, receipt.product, receipt.place, Kind.COST, 0, BILL, None, receipt.id)
    began = time.process_time()
    state.apply(bill)
    spent = time.process_time() - began
    after = _dump(state, sample)
    allowed = _reach(before, receipt)
    changed = [
        (kind, key)
        for kind, rows, now in zip(Rows._fields, before, after, strict=True)
        for key in now
        if rows.get(key) != now[key]
    ]
    return {
        f"{name}_late_bill_events_of_product": len(own),
        f"{name}_late_bill_rows_reached": len(allowed),
        f"{name}_late_bill_rows_touched": len(changed),
        f"{name}_late_bill_rows_beyond_reach": len(set(changed) - allowed),
        f"{name}_late_bill_milliseconds": round(1000 * spent, 2),
    }


def _choose_receipt(state, events):
    """A receipt of the log's second half that many later events took from."""
    receipts = (event for event in events[len(events) // 2 :] if event.kind == Kind.RECEIPT)
    return max(islice(receipts, 1000), key=lambda event: len(state.products[event.product].nodes[event.id].uses or ()))


def _reach(rows, receipt):
    """Rows of what the units of a receipt are or became: movements, lots and the places that these lie in."""
    later = {}
    for product, node, follower in rows.links:
        if product == receipt.product:
            later.setdefault(node, []).append(follower)
    found, todo = set(), [receipt.id]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += later.get(node, ())
    lots = [key for key in rows.lots if key[0] == receipt.product and key[2] in found]
    return {
        *(("nodes", (receipt.product, node)) for node in found),
        *(("lots", key) for key in lots),
        *(("places", key[:2]) for key in lots),
    }


def _dump(state, products):
    """The rows of some products of a state."""
    some = type(state)()
    some.products = {key: product for key, product in state.products.items() if key in products}
    return dump(some)
