from decimal import Decimal

import pytest

from addons.marketplace_routing.engine import rules as module
from addons.marketplace_routing.engine.router import MAX_SKIPPED
from addons.marketplace_routing.engine.rules import get_failed
from tests.plain.routing.engine_case import (
    DHL,
    FBA,
    GLS,
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
    reasons,
    rule,
)

BOTH = {(MUG, LYON): 5, (PEN, MADRID): 5}


def decide(stock, book=None, facts=None, options=None, **values):
    return make_router([rule(**values)], stock, book, **(options or {})).decide(facts or order())


def test_ranked_takes_the_first_with_everything():
    decision = decide({(MUG, LYON): 1, (MUG, HAMBURG): 1}, strategy="ranked", warehouse_ids=(MADRID, LYON, HAMBURG))
    assert decision.option.warehouse_ids == [LYON]
    assert reasons(decision) == {(MADRID,): "short", (HAMBURG,): "rank"}
    [madrid] = [option for option in decision.alternatives if option.warehouse_ids == [MADRID]]
    assert madrid.values == {"missing": [(MUG, 1.0, 0.0)]}


def test_nearest_with_stock():
    decision = decide({(MUG, LYON): 1, (MUG, MADRID): 1}, strategy="nearest")
    assert decision.option.warehouse_ids == [LYON]
    assert decision.option.distance_km == 800
    assert reasons(decision) == {(HAMBURG,): "short", (MADRID,): "farther"}


def test_unknown_place_comes_last():
    decision = decide({(MUG, 4): 1, (MUG, MADRID): 1}, facts=order(warehouse_ids=(4, MADRID)), strategy="nearest")
    assert decision.option.warehouse_ids == [MADRID]
    assert reasons(decision) == {(4,): "unplaced"}


def test_cheapest_by_freight_sets_the_carrier():
    stock = {(MUG, HAMBURG): 1, (MUG, LYON): 1, (MUG, MADRID): 1}
    decision = decide(stock, Book({HAMBURG: 5, LYON: 3}), strategy="cheapest")
    assert decision.option.warehouse_ids == [LYON]
    assert decision.option.freight == Decimal(3)
    assert decision.get_carrier(decision.option.shipments[0]) == DHL
    assert reasons(decision) == {(HAMBURG,): "dearer", (MADRID,): "no_rate"}


def test_cheapest_without_any_rate_is_the_nearest():
    decision = decide({(MUG, LYON): 1, (MUG, MADRID): 1}, Book({}), strategy="cheapest")
    assert decision.option.warehouse_ids == [LYON]
    assert reasons(decision) == {(HAMBURG,): "short", (MADRID,): "no_rate"}
    assert [refusal.code for refusal in decision.option.shipments[0].refusals] == ["no_zone"]


def test_only_the_chosen_option_is_priced_unless_price_decides():
    book = Book({HAMBURG: 5, LYON: 3})
    decision = decide({(MUG, HAMBURG): 1, (MUG, LYON): 1}, book, strategy="nearest")
    assert (book.asked, decision.option.freight) == (1, Decimal(5))
    assert decision.get_carrier(decision.option.shipments[0]) is None


def test_carrier_of_a_rule_is_the_only_one_asked():
    decision = decide({(MUG, LYON): 1}, Book({LYON: 3}), strategy="cheapest", carrier_id=GLS)
    assert decision.option.freight is None
    assert decision.get_carrier(decision.option.shipments[0]) == GLS


def test_promise_refuses_what_is_late():
    stock = {(MUG, HAMBURG): 1, (MUG, LYON): 1}
    book = Book({HAMBURG: 1, LYON: 9}, days={HAMBURG: 5, LYON: 2})
    facts = order(hours_to_deliver=72.0)
    kept = decide(stock, book, facts, strategy="cheapest", keep_promise=True)
    assert (kept.option.warehouse_ids, kept.option.promise) == ([LYON], True)
    assert reasons(kept)[HAMBURG,] == "late"
    careless = decide(stock, book, facts, strategy="cheapest")
    assert (careless.option.warehouse_ids, careless.option.promise) == ([HAMBURG], False)


@pytest.mark.parametrize("split, warehouses", [("never", [HAMBURG]), ("short", [LYON, MADRID])])
def test_split_only_if_allowed(split, warehouses):
    decision = decide(BOTH, facts=order(line(MUG), line(PEN)), strategy="nearest", split=split)
    assert decision.option.warehouse_ids == warehouses


def test_short_split_prefers_one_parcel_and_free_split_the_shorter_way():
    stock = {**BOTH, (MUG, MADRID): 5}
    facts = order(line(MUG), line(PEN))
    whole = decide(stock, facts=facts, strategy="nearest", split="short")
    assert whole.option.warehouse_ids == [MADRID]
    parts = decide(stock, facts=facts, strategy="nearest", split="free")
    assert {s.warehouse_id: [part.product_id for part in s.lines] for s in parts.option.shipments} == {
        LYON: [MUG],
        MADRID: [PEN],
    }
    assert decide(stock, facts=facts, strategy="fewest", split="free").option.warehouse_ids == [MADRID]


def test_cheapest_may_split_when_free():
    stock = {(MUG, HAMBURG): 1, (PEN, HAMBURG): 1, (PEN, LYON): 1}
    facts = order(line(MUG), line(PEN))
    dear = decide(stock, Book({HAMBURG: 10, LYON: 30}), facts, strategy="cheapest", split="free")
    assert dear.option.warehouse_ids == [HAMBURG]
    cheap = decide(stock, Book({HAMBURG: 10, LYON: 1}), facts, strategy="cheapest", split="free")
    assert sorted(cheap.option.warehouse_ids) == [HAMBURG, LYON]
    assert cheap.option.freight == Decimal(11)


def test_ranked_splits_line_by_line_when_free():
    stock = {(MUG, HAMBURG): 1, (PEN, HAMBURG): 1, (PEN, LYON): 1}
    facts = order(line(MUG), line(PEN))
    decision = decide(stock, facts=facts, strategy="ranked", warehouse_ids=(LYON, HAMBURG), split="free")
    assert decision.option.warehouse_ids == [LYON, HAMBURG]


def test_goods_without_stock_follow_the_others():
    facts = order(line(PEN, stocked=False), line(MUG), line(LAMP))
    decision = decide({(MUG, LYON): 1, (LAMP, MADRID): 1}, facts=facts, strategy="nearest", split="short")
    assert [[part.product_id for part in s.lines] for s in decision.option.shipments] == [[MUG, PEN], [LAMP]]
    alone = decide({}, facts=order(line(PEN, stocked=False)), strategy="nearest")
    assert alone.option.warehouse_ids == [HAMBURG]


def test_fulfilment_stock_is_kept_for_the_marketplace():
    facts = order(warehouse_ids=(LYON, FBA))
    stock = {(MUG, LYON): 1, (MUG, FBA): 9}
    options = {"fulfilment_ids": {FBA}}
    kept = decide(stock, facts=facts, options=options, strategy="nearest")
    assert kept.option.warehouse_ids == [LYON]
    assert reasons(kept) == {(FBA,): "fulfilment"}
    used = decide(stock, facts=facts, options=options, strategy="nearest", use_fulfilment=True)
    assert used.option.warehouse_ids == [FBA]


def test_orders_of_a_batch_share_the_stock():
    router = make_router([rule(strategy="ranked", warehouse_ids=(LYON, MADRID))], {(MUG, LYON): 1, (MUG, MADRID): 1})
    chosen = [router.decide(order(order_id=number)).option.warehouse_ids for number in range(3)]
    assert chosen == [[LYON], [MADRID], [HAMBURG]]


def test_merged_orders_leave_from_one_warehouse():
    rules = [rule(strategy="nearest", merge=True)]
    router = make_router(rules, {(MUG, LYON): 1, (PEN, HAMBURG): 1, (PEN, LYON): 1})
    router.decide(order(line(MUG), join_key="ada"))
    second = router.decide(order(line(PEN), join_key="ada"))
    assert second.option.warehouse_ids == [LYON]
    assert reasons(second)[HAMBURG,] == "apart"
    other = make_router(rules, {(PEN, HAMBURG): 1, (PEN, LYON): 1}).decide(order(line(PEN), join_key="bob"))
    assert other.option.warehouse_ids == [HAMBURG]


def test_inputs_are_those_before_the_decision():
    decision = decide({(MUG, LYON): 3}, facts=order(line(MUG, 2)), strategy="ranked", warehouse_ids=(LYON, MADRID))
    assert sorted(decision.stock) == [(MUG, LYON, 3), (MUG, MADRID, 0.0)]


def test_rules_for_others_are_not_asked(monkeypatch):
    """Of 100 rules for a country each, only the order's own is weighed; of 99 for a weight each, only those that are
    named as skipped are."""
    conditions = [{"country_ids": frozenset({n}), "weight_max": 30.0, "postcodes": "1*"} for n in range(100)]
    conditions += [{"weight_min": 50.0 + n} for n in range(99)]
    rules = [rule(n, conditions=c, strategy="ranked", warehouse_ids=(LYON,)) for n, c in enumerate(conditions, 1)]
    rules.append(rule(900, strategy="nearest", split="short"))
    warehouses = (HAMBURG, LYON, MADRID, 4, 5)
    router = make_router(rules, {(MUG, warehouse): 1e6 for warehouse in warehouses})
    router.decide(order(country_id=57, warehouse_ids=warehouses))
    asked = []
    monkeypatch.setattr(module, "get_failed", lambda checks, *args: asked.append(checks) or get_failed(checks, *args))
    decision = router.decide(order(country_id=57, warehouse_ids=warehouses))
    assert decision.rule.id == 58
    assert decision.trail == [(58, "decided"), (900, "already_decided")]
    assert len(decision.skipped) == MAX_SKIPPED
    assert len(asked) <= MAX_SKIPPED + 3
