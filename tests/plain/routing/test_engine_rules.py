import pytest

from addons.marketplace_routing.engine import RuleLoop, RuleSet, find_shadowed
from addons.marketplace_routing.freight import FreightError
from tests.plain.routing.engine_case import (
    DHL,
    GLS,
    HAMBURG,
    LAMP,
    LYON,
    MADRID,
    MUG,
    PEN,
    line,
    make_router,
    order,
    rule,
)

PLENTY = {(product, warehouse): 100 for product in (MUG, PEN, LAMP) for warehouse in (HAMBURG, LYON, MADRID)}
TO_LYON = {"strategy": "ranked", "warehouse_ids": (LYON,)}


def ships_from(rules, facts, stock=None):
    return make_router(rules, PLENTY if stock is None else stock).decide(facts).option.warehouse_ids


@pytest.mark.parametrize(
    "conditions, matching, other",
    [
        ({"shop_ids": frozenset({5})}, {}, {"shop_id": 6}),
        ({"provider": "amazon"}, {}, {"provider": "ebay"}),
        ({"country_ids": frozenset({57})}, {}, {"country_id": 75}),
        ({"state_ids": frozenset({3})}, {"state_id": 3}, {"state_id": None}),
        ({"weight_max": 2.0}, {"lines": (line(MUG, 2),)}, {"lines": (line(MUG, 3),)}),
        ({"weight_min": 2.0}, {"lines": (line(MUG, 2),)}, {"lines": (line(MUG, 1),)}),
        ({"value_min": 50.0, "value_max": 100.0}, {"value": 100.0}, {"value": 100.01}),
        ({"tag_ids": frozenset({1, 2})}, {"tag_ids": frozenset({2, 3})}, {"tag_ids": frozenset({3})}),
        ({"is_business": False}, {"is_business": False}, {"is_business": True}),
        ({"due_hours": 24.0}, {"hours_to_ship": 24.0}, {"hours_to_ship": None}),
        ({"due_hours": 24.0, "due_delivery": True}, {"hours_to_deliver": 3.0}, {"hours_to_ship": 3.0}),
        ({"service_level": "express"}, {"service_level": "DHL EXPRESS 12:00"}, {"service_level": "Standard"}),
        ({"product_ids": frozenset({PEN})}, {"lines": (line(MUG), line(PEN))}, {}),
        (
            {"product_ids": frozenset({PEN}), "product_match": "all"},
            {"lines": (line(PEN),)},
            {"lines": (line(MUG), line(PEN))},
        ),
        ({"product_ids": frozenset({PEN}), "product_match": "none"}, {}, {"lines": (line(MUG), line(PEN))}),
        ({"category_ids": frozenset({7})}, {"lines": (line(MUG, categories=(8, 7)),)}, {}),
    ],
)
def test_condition(conditions, matching, other):
    rules = [rule(conditions=conditions, **TO_LYON)]
    assert ships_from(rules, order(**matching)) == [LYON]
    assert ships_from(rules, order(**other)) == [HAMBURG]


@pytest.mark.parametrize(
    "match, stock, applies",
    [
        ("all", {(MUG, MADRID): 2}, True),
        ("all", {(MUG, MADRID): 1}, False),
        ("any", {(MUG, MADRID): 1}, True),
        ("any", {}, False),
        ("none", {}, True),
        ("none", {(MUG, MADRID): 1}, False),
    ],
)
def test_stock_condition(match, stock, applies):
    conditions = {"stock_warehouse_ids": frozenset({MADRID}), "stock_match": match}
    router = make_router([rule(conditions=conditions, **TO_LYON)], {**stock, (MUG, LYON): 9})
    decision = router.decide(order(line(MUG, 2)))
    assert bool(decision.rule) is applies
    assert decision.skipped == ([] if applies else [(1, "stock")])


@pytest.mark.parametrize(
    "postcodes, code, applies",
    [("10000-19999", "10115", True), ("10000-19999", "20095", False), ("2*, 101*", "10115", True)],
)
def test_postcodes(postcodes, code, applies):
    facts = order()
    facts = order(destination=facts.destination.__class__("DE", "", code, ""))
    assert ships_from([rule(conditions={"postcodes": postcodes}, **TO_LYON)], facts) == [LYON if applies else HAMBURG]


def test_postcodes_upside_down_are_refused():
    with pytest.raises(FreightError) as caught:
        rule(conditions={"postcodes": "19999-10000"})
    assert caught.value.code == "postcode_upside_down"


def test_first_rule_that_decides_counts_and_additions_add_up():
    rules = [
        rule(1, note="fragile", tag_ids=(1,), carrier_id=DHL),
        rule(2, **TO_LYON, tag_ids=(2, 1)),
        rule(3, strategy="ranked", warehouse_ids=(MADRID,), note="never seen"),
        rule(4, note="gift", carrier_id=GLS, hold="Call the buyer"),
        rule(5, hold="another"),
    ]
    decision = make_router(rules, PLENTY).decide(order())
    assert decision.rule.id == 2
    assert decision.option.warehouse_ids == [LYON]
    assert (decision.carrier_id, decision.hold) == (DHL, "Call the buyer")
    assert (decision.tag_ids, decision.notes) == ((1, 2), ("fragile", "gift"))
    assert decision.trail == [(1, "added"), (2, "decided"), (3, "already_decided"), (4, "added"), (5, "added")]


def test_stop_ends_the_walk_only_if_the_rule_could_ship():
    rules = [rule(1, **TO_LYON, stop=True), rule(2, strategy="ranked", warehouse_ids=(MADRID,), note="seen")]
    assert make_router(rules, PLENTY).decide(order()).notes == ()
    decision = make_router(rules, {(MUG, MADRID): 1}).decide(order())
    assert decision.option.warehouse_ids == [MADRID]
    assert decision.trail == [(1, "cannot_ship"), (2, "decided")]


def test_no_rule_decides():
    decision = make_router([rule(conditions={"shop_ids": frozenset({6})}, **TO_LYON)], PLENTY).decide(order())
    assert decision.rule is None
    assert decision.option.warehouse_ids == [HAMBURG]


def test_fallback_ships_and_is_asked_no_conditions():
    rules = [
        rule(1, **TO_LYON, when_short="fallback", fallback_id=3),
        rule(2, strategy="ranked", warehouse_ids=(HAMBURG,)),
        rule(
            3,
            strategy="ranked",
            warehouse_ids=(MADRID,),
            fallback_only=True,
            conditions={"shop_ids": frozenset({99})},
            note="by fallback",
        ),
    ]
    stock = {(MUG, MADRID): 5, (MUG, HAMBURG): 5}
    decision = make_router(rules, stock).decide(order())
    assert decision.option.warehouse_ids == [MADRID]
    assert decision.notes == ("by fallback",)
    assert decision.trail == [(1, "cannot_ship"), (3, "decided"), (2, "already_decided")]
    assert make_router(rules, {(MUG, HAMBURG): 5}).decide(order()).rule.id == 2


def test_wait_takes_the_best_warehouse_without_stock():
    decision = make_router([rule(1, **TO_LYON, when_short="wait")], {(MUG, HAMBURG): 5}).decide(order())
    assert decision.option.warehouse_ids == [LYON]
    assert decision.trail == [(1, "waits")]


def test_fallbacks_in_a_circle_are_refused_by_name():
    rules = [
        rule(1, "North", **TO_LYON, when_short="fallback", fallback_id=2),
        rule(2, "South", **TO_LYON, when_short="fallback", fallback_id=1),
    ]
    with pytest.raises(RuleLoop, match="North → South → North"):
        RuleSet(rules)


@pytest.mark.parametrize(
    "earlier, later, shadowed",
    [
        ({"stop": True}, {"conditions": {"shop_ids": frozenset({5})}}, True),
        ({"stop": True, "conditions": {"weight_max": 5.0}}, {"conditions": {"weight_max": 2.0}}, True),
        ({"stop": True, "conditions": {"weight_max": 2.0}}, {"conditions": {"weight_max": 5.0}}, False),
        ({"stop": True, "conditions": {"weight_max": 2.0}}, {}, False),
        ({**TO_LYON, "stop": True}, TO_LYON, False),
        ({**TO_LYON, "when_short": "wait"}, TO_LYON, True),
        ({**TO_LYON, "when_short": "wait"}, {"note": "adds"}, False),
        ({**TO_LYON, "when_short": "wait", "stop": True}, {"note": "adds"}, True),
        ({"stop": True, "conditions": {"country_ids": frozenset({1, 2})}}, {"conditions": {"state_ids": {1}}}, False),
    ],
)
def test_shadowed_rules(earlier, later, shadowed):
    first, second = rule(1, **earlier), rule(2, **later)
    assert find_shadowed(RuleSet([first, second])) == ({2: first} if shadowed else {})
