"""Thousands of random receipts, transfers, sales, returns and late bills in three currencies."""

import json

import pytest
from hypothesis import given, settings

from addons.stock_cost_layer.engine import METHODS, ZERO, Kind, Rows, add, bridge, dump, load, needed, pack, unpack
from tests.plain.cost_layer import world

THOROUGH = settings(max_examples=120)
every_method = pytest.mark.parametrize("name", METHODS)


def in_stock(method):
    total = {}
    for (product, _place), (_units, amounts) in method.values().items():
        total[product] = add(total.get(product, ZERO), amounts)
    return total


@every_method
@THOROUGH
@given(events=world.logs)
def test_units_and_money_are_kept(name, events):
    method = METHODS[name]()
    expensed = {}
    for event in events:
        expensed[event.product] = add(expensed.get(event.product, ZERO), method.apply(event))
    units = {key: units for key, (units, _amounts) in method.values().items() if units}
    assert units == world.count(events)
    assert method.expensed() == expensed
    stock = in_stock(method)
    assert {product: add(stock[product], expensed[product]) for product in stock} == world.added(events)


@every_method
@THOROUGH
@given(events=world.logs)
def test_units_of_nodes_are_kept(name, events):
    """Each movement still knows where all of its units are; units that never came are nowhere."""
    method = METHODS[name]().replay(events)
    corrected = {event.product for event in events if event.kind == Kind.CORRECTION}
    for event in events:
        node = method.products[event.product].nodes.get(event.id)
        if event.kind == Kind.COST:
            assert node is None
            continue
        there = sum(lot.units for lot in (node.lots or {}).values())
        onward = sum((node.uses or {}).values()) + sum((node.backs or {}).values())
        if event.product in corrected:
            assert there + onward + node.kept <= event.units
        else:
            assert there + onward + node.kept == event.units


@every_method
@THOROUGH
@given(events=world.logs)
def test_nothing_costs_where_nothing_lies(name, events):
    method = METHODS[name]().replay(events)
    for units, amounts in method.values().values():
        if units <= 0:
            assert amounts == ZERO


@every_method
@THOROUGH
@given(events=world.logs)
def test_replay_in_two_parts_gives_the_same(name, events):
    """Stopping anywhere, writing the state as rows and going on from them is a replay from zero."""
    half = len(events) // 2
    first = METHODS[name]().replay(events[:half])
    resumed = load(METHODS[name](), dump(first)).replay(events[half:])
    assert dump(resumed) == dump(METHODS[name]().replay(events))


def reached(rows, events):
    """The part of a state that a batch needs, the way a database reads it."""
    products = {event.product for event in events}
    some = Rows({}, {}, {}, {}, {})
    for product, data in pack(rows).items():
        if product in products:
            unpack(some, product, json.loads(json.dumps(data)))
    entire, alone = needed(some, events)
    todo, links = list(entire), {}
    for node in todo:
        for (product, earlier, later), values in rows.links.items():
            if earlier == node and (product, earlier, later) not in links:
                links[product, earlier, later] = values
                todo.append(later)
    some.links.update(links)
    some.nodes.update({key: values for key, values in rows.nodes.items() if key[1] in {*todo, *alone}})
    return some


@every_method
@THOROUGH
@given(events=world.logs)
def test_a_batch_needs_only_what_it_reaches(name, events):
    """Going on from a part of the state gives what a replay from zero gives."""
    third = len(events) * 2 // 3
    before = dump(METHODS[name]().replay(events[:third]))
    after = dump(load(METHODS[name](), reached(before, events[third:])).replay(events[third:]))
    lots = {key: values for key, values in before.lots.items() if key[0] not in after.months}
    together = Rows(*({**there, **now} for there, now in zip(before, after, strict=True)))._replace(
        lots={**lots, **after.lots}
    )
    assert together == dump(METHODS[name]().replay(events))


@every_method
@THOROUGH
@given(events=world.logs)
def test_a_late_bill_splits_exactly(name, events):
    """What a bill adds to stock and to cost of sales is the bill, and its product alone changes."""
    receipts = [event for event in events if event.kind == Kind.RECEIPT]
    if not receipts:
        return
    receipt = receipts[len(receipts) // 2]
    method = METHODS[name]().replay(events)
    before, rows = in_stock(method), dump(method)
    bill = receipt._replace(
        id=events[-1].id + 1, day=events[-1].day, kind=Kind.COST, units=0, amounts=(0, 100_001, 37, 0, 0, 0),
        origin=receipt.id,
    )  # fmt: skip
    expensed = method.apply(bill)
    after = in_stock(method)
    grown = {product: tuple(a - b for a, b in zip(after[product], before[product], strict=True)) for product in after}
    assert add(grown.pop(receipt.product), expensed) == bill.amounts
    assert set(grown.values()) <= {ZERO}
    now = dump(method)
    changed = {key[0] for part, other in zip(rows[:4], now[:4], strict=True) for key in part if part[key] != other[key]}
    assert changed <= {receipt.product}


@THOROUGH
@given(events=world.logs)
def test_a_bridge_adds_up(events):
    fifo, moving = METHODS["fifo"]().replay(events), METHODS["moving"]().replay(events)
    result = bridge(fifo, moving)
    total = ZERO
    for line in result.lines:
        sold = tuple(a - b for a, b in zip(line.first_sold, line.second_sold, strict=True))
        assert sold == line.difference
        places = ZERO
        for difference in line.places.values():
            places = add(places, difference)
        assert places == line.difference
        total = add(total, line.difference)
    assert total == result.difference
