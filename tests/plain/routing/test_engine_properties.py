"""What must hold for every set of rules, every stock and every order."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_routing.engine import find_loop
from tests.plain.routing.engine_case import (
    FBA,
    HAMBURG,
    LAMP,
    LYON,
    MADRID,
    MUG,
    PEN,
    Book,
    line,
    make_router,
    order,
    rule,
)

WAREHOUSES = (HAMBURG, LYON, MADRID, FBA)
warehouse_lists = st.lists(st.sampled_from(WAREHOUSES), unique=True, max_size=4).map(tuple)
stocks = st.dictionaries(
    st.tuples(st.sampled_from((MUG, PEN, LAMP)), st.sampled_from(WAREHOUSES)), st.integers(0, 6).map(float)
)
rule_values = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from(("", "ranked", "nearest", "cheapest", "fewest")),
        "warehouse_ids": warehouse_lists,
        "split": st.sampled_from(("never", "short", "free")),
        "when_short": st.sampled_from(("next", "wait")),
        "keep_promise": st.booleans(),
        "merge": st.booleans(),
        "stop": st.booleans(),
        "conditions": st.fixed_dictionaries({"weight_max": st.sampled_from((0.0, 3.0))}),
    }
)
rule_lists = st.lists(rule_values, max_size=4).map(
    lambda found: [rule(number, **values) for number, values in enumerate(found, 1)]
)
lines = st.lists(
    st.tuples(st.sampled_from((MUG, PEN, LAMP)), st.integers(1, 4), st.booleans()), min_size=1, max_size=4
).map(
    lambda found: [
        line(product, units, number, stocked=stocked) for number, (product, units, stocked) in enumerate(found)
    ]
)
orders = st.lists(
    st.builds(
        lambda goods, buyer, hours: order(*goods, join_key=buyer, hours_to_deliver=hours),
        lines,
        st.sampled_from((None, "ada")),
        st.sampled_from((None, 24.0, 96.0)),
    ),
    max_size=6,
)
books = st.dictionaries(st.sampled_from(WAREHOUSES), st.integers(1, 9)).map(lambda prices: Book(prices, days=3))


def decide_all(rules, stock, book, found):
    router = make_router(rules, stock, book, fulfilment_ids={FBA})
    return [router.decide(facts) for facts in found]


@given(rule_lists, stocks, books, orders)
def test_every_line_gets_exactly_one_warehouse(rules, stock, book, found):
    for facts, decision in zip(found, decide_all(rules, stock, book, found), strict=True):
        shipped = Counter(part.line_id for shipment in decision.option.shipments for part in shipment.lines)
        assert shipped == Counter(part.line_id for part in facts.lines)
        assert len(set(decision.option.warehouse_ids)) == len(decision.option.shipments)


@given(rule_lists, stocks, books, orders)
def test_no_rule_takes_more_than_there_is_unless_it_waits(rules, stock, book, found):
    left = dict(stock)
    for decision in decide_all(rules, stock, book, found):
        taken = Counter()
        for shipment in decision.option.shipments:
            for part in shipment.lines:
                for product, units in part.needs:
                    taken[product, shipment.warehouse_id] += units
        if decision.rule and (decision.rule.id, "decided") in decision.trail:
            assert all(left.get(key, 0) >= units for key, units in taken.items())
        for key, units in taken.items():
            left[key] = left.get(key, 0) - units


@given(rule_lists, stocks, books, orders)
def test_the_same_again_is_decided_the_same(rules, stock, book, found):
    first, second = (decide_all(rules, stock, book, found) for _round in range(2))
    assert first == second


@given(rule_lists, stocks, books, orders)
def test_every_alternative_has_a_reason_and_the_choice_none(rules, stock, book, found):
    for decision in decide_all(rules, stock, book, found):
        assert not decision.option.reason
        assert all(option.reason for option in decision.alternatives)


@given(rule_lists, stocks, books, orders)
def test_stock_of_a_marketplace_is_never_used_without_leave(rules, stock, book, found):
    for decision in decide_all(rules, stock, book, found):
        assert FBA not in decision.option.warehouse_ids


@given(st.dictionaries(st.integers(1, 6), st.integers(1, 6)))
def test_a_loop_is_found_if_and_only_if_there_is_one(links):
    loop = find_loop(links)
    if loop:
        assert loop[0] == loop[-1]
        assert all(links[first] == second for first, second in zip(loop, loop[1:], strict=False))
    else:
        for start in links:
            current, steps = start, 0
            while current in links:
                current, steps = links[current], steps + 1
                assert steps <= len(links)
