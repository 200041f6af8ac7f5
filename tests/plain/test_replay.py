"""The replay of the history of orders."""

from collections import Counter

import pytest

from addons.marketplace.tools.replay import (
    KINDS,
    Difference,
    Event,
    OrderState,
    ReplayError,
    compare,
    compare_units,
    read_units,
    replay,
    total,
)

MUG, PEN, HAMBURG, LEEDS = 1, 2, 10, 20


def event(kind, *units, order=7, **data):
    return Event(order, kind, {**data, "units": [list(row) for row in units]} if units else data)


def test_an_order_from_its_coming_in_to_its_return():
    history = [
        event("received", (MUG, HAMBURG, 3), (PEN, HAMBURG, 1)),
        event("accepted", (MUG, HAMBURG, 3), (PEN, HAMBURG, 1)),
        event("held", hold="short"),
        event("reserved", (MUG, HAMBURG, 2), (PEN, HAMBURG, 1)),
        event("reserved", (MUG, HAMBURG, 1)),
        event("released"),
        event("shipped", (MUG, HAMBURG, 3), (PEN, HAMBURG, 1)),
        event("confirmed", parcel_units=4),
        event("returned", (PEN, LEEDS, 1)),
        event("refunded", parcel_units=1),
    ]
    goods = Counter({(MUG, HAMBURG): 3, (PEN, HAMBURG): 1})
    held = replay(history[:4])[7]
    assert (held.state, held.hold, held.reserved) == ("sale", "short", Counter({(MUG, HAMBURG): 2, (PEN, HAMBURG): 1}))
    assert replay(history)[7] == OrderState("sale", "", goods, Counter(), goods, Counter({(PEN, LEEDS): 1}))


def test_a_received_order_is_a_draft_until_it_is_accepted():
    assert replay([event("received", (MUG, HAMBURG, 1))])[7].state == "draft"


def test_a_change_replaces_what_was_asked_for_and_keeps_the_state():
    order = replay([event("accepted", (MUG, HAMBURG, 3)), event("revised", (PEN, HAMBURG, 1))])[7]
    assert (order.state, order.accepted) == ("sale", Counter({(PEN, HAMBURG): 1}))
    assert replay([event("accepted", (MUG, HAMBURG, 3)), event("revised", (MUG, HAMBURG, 1), state="draft")])[
        7
    ].state == ("draft")


def test_routing_moves_what_was_asked_for():
    order = replay([event("accepted", (MUG, HAMBURG, 3)), event("routed", (MUG, LEEDS, 3))])[7]
    assert order.accepted == Counter({(MUG, LEEDS): 3})


def test_cancelling_keeps_what_was_asked_for_as_a_record():
    order = replay([event("accepted", (MUG, HAMBURG, 3)), event("cancelled")])[7]
    assert (order.state, order.accepted) == ("cancel", Counter({(MUG, HAMBURG): 3}))


def test_units_that_are_given_back_leave_nothing_behind():
    order = replay([event("reserved", (MUG, HAMBURG, 0.1)), event("reserved", (MUG, HAMBURG, 0.2))])[7]
    assert order.reserved == Counter({(MUG, HAMBURG): 0.3})
    history = [event("reserved", (MUG, HAMBURG, 0.1))] * 3 + [event("unreserved", (MUG, HAMBURG, 0.3))]
    assert replay(history)[7].reserved == Counter()


def test_orders_do_not_mix_and_add_up():
    states = replay([event("reserved", (MUG, HAMBURG, 2)), event("reserved", (MUG, HAMBURG, 1), order=8)])
    assert states[8].reserved == Counter({(MUG, HAMBURG): 1})
    assert total(states.values(), "reserved") == Counter({(MUG, HAMBURG): 3})


@pytest.mark.parametrize(
    "broken",
    [
        Event(7, "vanished", {}),
        Event(7, "accepted", {}),
        Event(7, "held", {}),
        Event(7, "shipped", {"units": [[1, 2]]}),
    ],
)
def test_an_event_that_cannot_be_read_is_named(broken):
    with pytest.raises(ReplayError, match=f"order 7, {broken.kind}"):
        replay([broken])


def test_every_kind_has_a_rule():
    for kind in KINDS:
        replay([event(kind, (MUG, HAMBURG, 1), hold="short")])


def test_differences_are_typed():
    logged = {
        7: OrderState("sale", "", Counter({(MUG, HAMBURG): 2}), Counter({(MUG, HAMBURG): 2})),
        8: OrderState("cancel", accepted=Counter({(MUG, HAMBURG): 2})),
    }
    found = {7: OrderState("sale", "short", Counter({(MUG, HAMBURG): 2}), Counter({(PEN, LEEDS): 1}))}
    assert compare(logged, found) == [
        Difference(7, "hold", None, "", "short"),
        Difference(7, "reserved", (MUG, HAMBURG), 2, 0),
        Difference(7, "reserved", (PEN, LEEDS), 0, 1),
        Difference(8, "state", None, "cancel", ""),
    ]
    assert compare(found, found) == []


def test_counts_that_agree_to_the_last_digit_do_not_differ():
    ours, theirs = read_units([[MUG, HAMBURG, 0.3]]), Counter({(MUG, HAMBURG): 0.1 + 0.2})
    assert compare_units(0, "reserved", ours, theirs) == []
