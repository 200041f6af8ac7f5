"""Flows of a traced replay: they add up to what lies in each place, and say why it is worth that."""

from datetime import date

import pytest
from hypothesis import given, settings

from addons.stock_cost_layer.engine import METHODS, TRACED, UNIT, ZERO, Event, Kind, Reason, add
from tests.plain.cost_layer import world

THOROUGH = settings(max_examples=120)
every_method = pytest.mark.parametrize("name", METHODS)
HOME, AWAY = 10, 20


def money(purchase, freight=0):
    return purchase, freight, 0, 0, 0, 0


def event(number, kind, units=0, amounts=ZERO, month=1, **more):
    return Event(number, date(2026, month, number), "cup", HOME, kind, units * UNIT, amounts, **more)


def flows(name, *events):
    """``[(event, place, reason, units, purchase)]``"""
    return [
        (flow.event, flow.place, flow.reason, flow.units // UNIT, flow.amounts[0])
        for flow in TRACED[name]().replay(events).flows()
    ]


@every_method
@THOROUGH
@given(events=world.logs)
def test_flows_add_up_to_what_lies_there(name, events):
    traced, plain = TRACED[name]().replay(events), METHODS[name]().replay(events)
    if name == "monthly" and events:
        assert traced.close(events[-1].day) == plain.close(events[-1].day)
    sums = {}
    for flow in traced.flows():
        units, amounts = sums.get((flow.product, flow.place), (0, ZERO))
        sums[flow.product, flow.place] = units + flow.units, add(amounts, flow.amounts)
    there = {key: value for key, value in plain.values().items() if value != (0, ZERO)}
    assert {key: value for key, value in sums.items() if value != (0, ZERO)} == there
    assert traced.values() == plain.values()


@every_method
def test_the_last_units_go_at_their_rounded_cost_and_leave_a_rest(name):
    found = flows(name, event(1, Kind.RECEIPT, 3, money(10000)), event(2, Kind.SALE, 1), event(3, Kind.SALE, 2))
    assert found == [
        (1, HOME, Reason.MOVE, 3, 10000),
        (2, HOME, Reason.MOVE, -1, -3333),
        (3, HOME, Reason.MOVE, -2, -6668),
        (3, HOME, Reason.TAIL, 0, 1),
    ]


@every_method
def test_a_transfer_takes_all_of_its_cost_along(name):
    goods = event(1, Kind.RECEIPT, 3, money(10000)), event(2, Kind.TRANSFER, 3, target=AWAY)
    assert flows(name, *goods)[1:] == [(2, HOME, Reason.MOVE, -3, -10000), (2, AWAY, Reason.MOVE, 3, 10000)]


@every_method
def test_units_that_left_before_they_came_take_their_cost_with_them(name):
    found = flows(name, event(1, Kind.SALE, 2), event(2, Kind.RECEIPT, 5, money(5000)))
    assert found == [
        (1, HOME, Reason.MOVE, -2, 0),
        (2, HOME, Reason.MOVE, 5, 5000),
        (2, HOME, Reason.SHORTAGE, 0, -2000),
    ]


@every_method
def test_a_journey_that_began_too_early_gets_its_cost_later(name):
    found = flows(name, event(1, Kind.TRANSFER, 2, target=AWAY), event(2, Kind.RECEIPT, 2, money(2000)))
    assert found == [
        (1, HOME, Reason.MOVE, -2, 0),
        (1, AWAY, Reason.MOVE, 2, 0),
        (2, HOME, Reason.MOVE, 2, 2000),
        (2, HOME, Reason.SHORTAGE, 0, -2000),
        (2, AWAY, Reason.SHORTAGE, 0, 2000),
    ]


@every_method
def test_a_late_bill_raises_what_still_lies_there(name):
    found = flows(
        name,
        event(1, Kind.RECEIPT, 4, money(4000)),
        event(2, Kind.SALE, 1),
        event(3, Kind.COST, amounts=money(400), origin=1),
    )
    assert found[2:] == [(3, HOME, Reason.COST, 0, 300)]


def test_the_last_word_of_a_month_belongs_to_no_event():
    method = TRACED["monthly"]().replay(
        [
            event(1, Kind.RECEIPT, 10, money(1000)),
            event(2, Kind.SALE, 5),
            event(3, Kind.RECEIPT, 10, money(3000)),
        ]
    )
    method.close(date(2026, 1, 31))
    last = method.flows()[-1]
    assert (last.event, last.day, last.reason) == (None, date(2026, 1, 31), Reason.COST)
    assert last.amounts == money(-500)  # 5 sold at the month's 2.00 instead of 1.00
