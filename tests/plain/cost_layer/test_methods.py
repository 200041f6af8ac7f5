"""What each method says, worked out by hand; units are whole pieces, money is in cents."""

from datetime import date

import pytest

from addons.stock_cost_layer.engine import (
    METHODS,
    UNIT,
    ZERO,
    BatchActual,
    Event,
    Fifo,
    InvalidEvent,
    Kind,
    MonthlyAverage,
    MovingAverage,
    UnknownOrigin,
    bridge_ledger,
    part,
    snapshot,
    split,
    to_amounts,
    to_money,
    to_units,
)

JAN, FEB = date(2026, 1, 10), date(2026, 2, 3)
HUB, UK, SEA = 1, 2, 9


class Log(list):
    """Builds a log; every call adds one event and returns its number."""

    def __call__(self, kind, units, cost=0, freight=0, place=UK, day=JAN, **more):
        amounts = (cost, freight, 0, 0, 0, 0)
        self.append(Event(len(self) + 1, day, "A", place, kind, units * UNIT, amounts, **more).check())
        return len(self)


@pytest.fixture
def log():
    return Log()


def sold(method):
    return sum(method.expensed()["A"])


def stock(method, place=UK):
    return sum(method.values()["A", place][1])


@pytest.mark.parametrize(
    ("method", "cost"), [(Fifo, 1000 + 5 * 200), (MovingAverage, 15 * 150), (BatchActual, 10 * 200 + 5 * 100)]
)
def test_cost_of_fifteen_out_of_ten_at_1_and_ten_at_2(log, method, cost):
    log(Kind.RECEIPT, 10, 1000, batch="old")
    log(Kind.RECEIPT, 10, 2000, batch="new")
    log(Kind.SALE, 15, batch="new")
    state = method().replay(log)
    assert sold(state) == cost
    assert stock(state) == 3000 - cost


def test_monthly_average_counts_what_comes_later_in_the_month(log):
    log(Kind.RECEIPT, 10, 1000)
    log(Kind.SALE, 5)
    log(Kind.RECEIPT, 10, 2500)
    state = MonthlyAverage().replay(log)
    assert sold(state) == 500
    assert state.close(JAN) == {"A": (375, 0, 0, 0, 0, 0)}
    assert sold(state) == 3500 * 5 // 20
    assert state.close(JAN) == {}


def test_monthly_average_is_closed_by_the_next_month(log):
    log(Kind.RECEIPT, 10, 1000)
    log(Kind.SALE, 5)
    log(Kind.RECEIPT, 10, 2500)
    log(Kind.RECEIPT, 1, 9999, day=FEB)
    assert sold(MonthlyAverage().replay(log)) == 875


@pytest.mark.parametrize("name", METHODS)
def test_late_freight_follows_the_units_of_its_receipt(log, name):
    """Ten bought; four went by sea, three were sold: the bill of 10.01 splits 3 : 3 : 4, the cent to the largest."""
    receipt = log(Kind.RECEIPT, 10, 1000)
    log(Kind.TRANSFER, 4, target=SEA)
    log(Kind.SALE, 3)
    log(Kind.COST, 0, freight=1001, origin=receipt)
    state = METHODS[name]().replay(log)
    assert (stock(state), stock(state, SEA), sold(state)) == (600, 801, 600)


@pytest.mark.parametrize("name", METHODS)
def test_freight_of_a_journey_is_paid_by_the_units_that_travelled(log, name):
    log(Kind.RECEIPT, 10, 1000, place=HUB)
    journey = log(Kind.TRANSFER, 4, place=HUB, target=SEA)
    log(Kind.TRANSFER, 4, place=SEA, target=UK)
    log(Kind.SALE, 1)
    log(Kind.COST, 0, freight=200, origin=journey)
    state = METHODS[name]().replay(log)
    assert (stock(state, HUB), stock(state, SEA), stock(state), sold(state)) == (600, 0, 450, 150)


@pytest.mark.parametrize("name", METHODS)
def test_refund_of_duty_goes_back_the_way_the_duty_went(log, name):
    receipt = log(Kind.RECEIPT, 4, 400, freight=80)
    log(Kind.SALE, 1)
    log(Kind.COST, 0, freight=-80, origin=receipt)
    state = METHODS[name]().replay(log)
    assert state.values()["A", UK] == (3 * UNIT, (300, 0, 0, 0, 0, 0))
    assert state.expensed()["A"] == (100, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("name", METHODS)
def test_return_at_original_cost_even_when_prices_rose(log, name):
    log(Kind.RECEIPT, 2, 200)
    sale = log(Kind.SALE, 2)
    log(Kind.RECEIPT, 2, 900)
    log(Kind.RETURN, 1, origin=sale)
    state = METHODS[name]().replay(log)
    assert (sold(state), stock(state)) == (100, 1000)


@pytest.mark.parametrize("name", METHODS)
def test_late_bill_reaches_units_that_were_sold_and_came_back(log, name):
    receipt = log(Kind.RECEIPT, 2, 200)
    sale = log(Kind.SALE, 2)
    log(Kind.RETURN, 1, origin=sale, place=HUB)
    log(Kind.COST, 0, freight=100, origin=receipt)
    state = METHODS[name]().replay(log)
    assert (sold(state), stock(state, HUB)) == (150, 150)


@pytest.mark.parametrize("name", METHODS)
def test_sale_before_its_receipt_is_costed_when_that_comes(log, name):
    log(Kind.SALE, 3)
    state = METHODS[name]().replay(log)
    assert state.values()["A", UK] == (-3 * UNIT, ZERO)
    log(Kind.RECEIPT, 10, 1000)
    assert state.apply(log[-1]) == (300, 0, 0, 0, 0, 0)
    assert state.values()["A", UK] == (7 * UNIT, (700, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("name", METHODS)
def test_units_that_left_before_they_came_get_their_cost_where_they_are(log, name):
    log(Kind.TRANSFER, 4, place=HUB, target=UK)
    log(Kind.SALE, 1)
    log(Kind.RECEIPT, 4, 400, place=HUB)
    state = METHODS[name]().replay(log)
    assert (stock(state, HUB), stock(state), sold(state)) == (0, 300, 100)


@pytest.mark.parametrize("name", METHODS)
def test_lost_and_found_again_at_cost(log, name):
    log(Kind.RECEIPT, 4, 400)
    loss = log(Kind.LOSS, 2)
    log(Kind.RETURN, 2, origin=loss)
    log(Kind.GAIN, 1)
    state = METHODS[name]().replay(log)
    assert (sold(state), stock(state)) == (-100, 500)


@pytest.mark.parametrize("name", METHODS)
def test_units_that_never_came_leave_their_freight_to_the_rest(log, name):
    """Seven came, not ten: 3.00 less for the goods, and the freight of ten is paid by seven, as is a later bill."""
    receipt = log(Kind.RECEIPT, 10, 1000, freight=70)
    log(Kind.SALE, 1)
    log(Kind.CORRECTION, 3, -300, origin=receipt)
    state = METHODS[name]().replay(log)
    assert state.values()["A", UK] == (6 * UNIT, (600, 60, 0, 0, 0, 0))
    assert sold(state) == 110
    log(Kind.COST, 0, freight=14, origin=receipt)
    state.apply(log[-1])
    assert (stock(state), sold(state)) == (672, 112)


@pytest.mark.parametrize("name", METHODS)
def test_units_that_never_came_but_were_sold_are_a_shortage(log, name):
    receipt = log(Kind.RECEIPT, 4, 400)
    log(Kind.SALE, 4)
    log(Kind.CORRECTION, 1, -100, origin=receipt)
    state = METHODS[name]().replay(log)
    assert state.values()["A", UK] == (-UNIT, ZERO)
    assert sold(state) == 300


@pytest.mark.parametrize("name", METHODS)
def test_late_bill_of_a_receipt_that_is_not_there(log, name):
    log(Kind.COST, 0, freight=5, origin=77)
    with pytest.raises(UnknownOrigin, match="77"):
        METHODS[name]().replay(log)


@pytest.mark.parametrize(
    ("kind", "units", "more"),
    [
        ("gift", 1, {}),
        (Kind.SALE, -1, {}),
        (Kind.SALE, 1, {"cost": 5}),
        (Kind.COST, 1, {"origin": 1}),
        (Kind.COST, 0, {}),
        (Kind.TRANSFER, 1, {}),
        (Kind.TRANSFER, 1, {"target": UK}),
        (Kind.SALE, 1, {"target": HUB}),
    ],
)
def test_events_that_contradict_themselves(log, kind, units, more):
    with pytest.raises(InvalidEvent):
        log(kind, units, **more)


def test_splitting_loses_nothing():
    assert split((100, 0, -10, 0, 0, 1), [1, 1, 1]) == [
        (34, 0, -3, 0, 0, 1),
        (33, 0, -3, 0, 0, 0),
        (33, 0, -4, 0, 0, 0),
    ]
    assert part((100, 0, 0, 0, 0, -7), 1, 3) == (33, 0, 0, 0, 0, -2)


def test_money_at_the_border():
    amounts = to_amounts({"purchase": "10.005", "duty": "-0.5"}, 2)
    assert amounts == (1001, 0, -50, 0, 0, 0)
    assert {name: str(amount) for name, amount in to_money(amounts, 2).items()} == {
        "purchase": "10.01",
        "duty": "-0.50",
    }
    assert to_amounts({"purchase": 1250}, 0) == (1250, 0, 0, 0, 0, 0)
    assert to_units(0.1 + 0.2) == 300_000


def test_snapshot_leaves_out_what_is_empty(log):
    log(Kind.RECEIPT, 1, 100, place=HUB)
    log(Kind.TRANSFER, 1, place=HUB, target=UK)
    assert snapshot(Fifo().replay(log)) == [("A", UK, UNIT, (100, 0, 0, 0, 0, 0))]


def test_bridge_to_a_ledger_names_each_reason(log):
    log(Kind.RECEIPT, 10, 1000, freight=300)
    (line,) = bridge_ledger(Fifo().replay(log), {"A": (11 * UNIT, 1210)})
    assert (line.capitalised, line.units_effect, line.purchase_effect) == (300, 110, 100)
    assert line.difference == line.units_effect + line.purchase_effect - line.capitalised == 1210 - 1300
