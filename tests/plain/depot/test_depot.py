"""The simulated world of warehouses: its books balance, and its people work by themselves."""

from datetime import timedelta

import pytest

from addons.marketplace_simulator.server import depot as depots
from addons.marketplace_simulator.server.app import Simulator
from addons.marketplace_simulator.server.depot.depot import Depot, Place, Refusal, counted
from addons.marketplace_simulator.server.depot.hands import work
from tests.plain.simulator.api import SetClock

CUP = {"sku": "CUP", "name": "Cup", "weight_kg": "0.4", "length_cm": "10", "width_cm": "10", "height_cm": "10"}


@pytest.fixture
def depot():
    clock = SetClock()
    world = Simulator(clock=clock, channels=()).world
    places = [Place("W1", "One", "DE", "EUR"), Place("W2", "Two", "GB", "GBP")]
    depot = Depot(world, "test", places, {"STD": "Standard"})
    depot.put_product(CUP)
    return depot


def notice(reference="ASN1", units=10):
    return {"reference": reference, "place": "W1", "cartons": [{"number": 1, "contents": [["CUP", units]]}]}


def order(reference="SO1", units=3):
    return {"reference": reference, "place": "W1", "service": "STD", "lines": [{"sku": "CUP", "units": units}]}


def on_hand(depot):
    return depot.units("W1", "CUP")


def test_goods_are_counted_in_parts(depot):
    number = depot.announce(notice())["number"]
    assert depot.stock() == [
        {"place": "W1", "sku": "CUP", "on_hand": 0, "damaged": 0, "reserved": 0, "inbound": 10, "sellable": 0}
    ]
    depot.receive(number, {"CUP": (4, 1)}, finished=False)
    assert depot.inbound(number)["status"] == "receiving"
    assert depot.stock()[0]["inbound"] == 5
    depot.receive(number, {"CUP": (6, 0)}, finished=True)  # one more than announced
    assert counted(depot.inbound(reference="ASN1")) == {"CUP": (10, 1)}
    assert on_hand(depot) == (10, 1)
    assert [bill["amount"] for bill in depot.bills()] == ["1.65"]
    with pytest.raises(Refusal):
        depot.receive(number, {"CUP": (1, 0)}, finished=True)


def test_an_order_promises_leaves_and_comes_back(depot):
    depot.put_stock("W1", "CUP", 5)
    number = depot.take_order(order())["number"]
    assert (depot.stock()[0]["sellable"], depot.stock()[0]["reserved"]) == (2, 3)
    shipped = depot.ship(number)
    assert shipped["tracking"] and on_hand(depot) == (2, 0)
    assert [(bill["kind"], bill["amount"]) for bill in depot.bills()] == [("freight", "5.16"), ("handling", "1.10")]
    depot.bring_back(number, damaged=1)
    assert on_hand(depot) == (4, 1)
    assert sum(event["units"] for event in depot.events()) == 0


def refused(reason, do, *args):
    with pytest.raises(Refusal) as caught:
        do(*args)
    assert caught.value.reason == reason


def test_what_makes_no_sense_is_refused(depot):
    depot.put_stock("W1", "CUP", 5)
    first, sent = depot.take_order(order()), depot.announce(notice())
    refused("duplicate", depot.take_order, order())
    refused("duplicate", depot.announce, notice())
    refused("no stock", depot.take_order, order("SO2", 3))
    refused("unknown place", depot.take_order, {**order("SO3", 1), "place": "W9"})
    refused("unknown service", depot.take_order, {**order("SO4", 1), "service": "FAST"})
    refused("unknown product", depot.announce,
            {**notice("ASN2"), "cartons": [{"number": 1, "contents": [["PLATE", 1]]}]})
    refused("invalid", depot.announce, notice("ASN3", 0))
    refused("invalid", depot.put_product, {**CUP, "weight_kg": "0"})
    depot.ship(first["number"])
    refused("too late", depot.cancel_outbound, first["number"])
    depot.receive(sent["number"], {"CUP": (1, 0)}, False)
    refused("too late", depot.cancel_inbound, sent["number"])


def test_cancelled_orders_promise_nothing(depot):
    depot.put_stock("W1", "CUP", 3)
    number = depot.take_order(order())["number"]
    assert depot.cancel_outbound(number) == depot.cancel_outbound(number)
    assert depot.stock()[0]["sellable"] == 3
    refused("too late", depot.ship, number)


def test_people_work_by_themselves_and_every_unit_is_explained(depot):
    for number in range(30):
        depot.announce(notice(f"ASN{number}"))
    clock = depot.world.clock
    for _hour in range(2 * 24):
        clock.pass_time(3600)
        work(depot)
    assert {found["status"] for found in depot.inbounds()} == {"received"}
    arrived = [counted(found)["CUP"] for found in depot.inbounds()]
    assert {sum(units) for units in arrived} >= {9, 10} and any(damaged for _good, damaged in arrived)
    for number in range(60):
        depot.take_order(order(f"SO{number}", 2))
    for _hour in range(24):
        clock.pass_time(3600)
        work(depot)
    statuses = [found["status"] for found in depot.outbounds()]
    assert set(statuses) <= {"shipped", "exception"} and statuses.count("shipped") > 50
    events = depot.events()
    assert (sum(event["units"] for event in events if event["grade"] == "sellable"),
            sum(event["units"] for event in events if event["grade"] == "damaged")) == on_hand(depot)
    storage = [bill for bill in depot.bills() if bill["kind"] == "storage"]
    assert storage and all(bill["day"] < clock.now().date().isoformat() for bill in storage)


def test_a_restarted_server_goes_on(tmp_path):
    path, clock = tmp_path / "state.sqlite", SetClock()
    place = [Place("W1", "One", "DE", "EUR")]
    depot = Depot(Simulator(path, clock=clock, channels=()).world, "test", place, {"STD": "Standard"})
    depot.put_product(CUP)
    depot.announce(notice())
    depot.world.store.close()
    depot = Depot(Simulator(path, clock=clock, channels=()).world, "test", place, {"STD": "Standard"})
    clock.pass_time(timedelta(hours=21).total_seconds())
    work(depot)
    assert depot.inbound(reference="ASN1")["status"] == "receiving"


def test_operators_are_opened_by_name():
    for name in depots.names():
        assert depots.load(name).name == name
