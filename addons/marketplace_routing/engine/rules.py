"""Rules and sets of rules."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ..freight.postcode_lists import PostcodeLists
from ..freight.ranges import Ranges, list_members
from .conditions import Conditions

RANKED, NEAREST, CHEAPEST, FEWEST = "ranked", "nearest", "cheapest", "fewest"
STRATEGIES = (RANKED, NEAREST, CHEAPEST, FEWEST)
NEVER, SHORT, FREE = "never", "short", "free"
NEXT, WAIT, FALLBACK = "next", "wait", "fallback"
# Orders come from few shops, countries and services, so few selections of a set are used again and again.
SELECTIONS_KEPT = 1000


class RuleLoop(ValueError):
    """Rules that name each other as fallback.

    :ivar list names: of the rules, in the order of the loop; the first one again at the end
    """

    def __init__(self, names):
        super().__init__(" → ".join(names))
        self.names = names


@dataclass(frozen=True)
class Rule:
    """What is done with orders to which the conditions apply.

    :param str strategy: how a warehouse is chosen, one of :data:`STRATEGIES`; empty: the rule only adds
    :param tuple warehouse_ids: warehouses to choose from, first one first; empty: those whose stock the shop offers
    :param str split: ``never``; ``short``: when no warehouse has everything; ``free``: whenever that is better
    :param str when_short: what happens when none of the warehouses can ship: ``next`` rule, ``wait`` for stock in the
        best of them, or go on with the ``fallback``
    :param bool fallback_only: used by other rules, never by itself
    :param bool use_fulfilment: whether stock at a marketplace (FBA) may be used
    :param bool keep_promise: refuse what no carrier delivers in time
    :param bool merge: put orders of one buyer and address into one parcel where possible
    :param hold: note for the person who has to look at the order; None: not held
    :param bool stop: ask no further rule once this one has done its work
    """

    id: int
    name: str
    conditions: Conditions = Conditions()
    strategy: str = ""
    warehouse_ids: tuple = ()
    split: str = NEVER
    when_short: str = NEXT
    fallback_id: int | None = None
    fallback_only: bool = False
    use_fulfilment: bool = False
    keep_promise: bool = False
    carrier_id: int | None = None
    merge: bool = False
    hold: str | None = None
    tag_ids: tuple = ()
    note: str = ""
    stop: bool = False
    shared_checks: tuple = field(init=False, repr=False, compare=False)
    checks: tuple = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "shared_checks", self.conditions.compile_shared())
        object.__setattr__(self, "checks", self.conditions.compile())


def get_failed(checks, facts, stock=None):
    """Name of the first condition that does not apply, or None.

    :param checks: a rule's ``shared_checks``, which ask nothing of the stock, or its ``checks``
    """
    for name, check in checks:
        if not check(facts, stock):
            return name
    return None


class Selection(NamedTuple):
    """What orders of equal :meth:`Conditions.get_shared` have in common.

    :ivar list concerned: ``[(rule, name of the shared condition that does not apply or None)]`` of the rules that shop,
        marketplace and country do not exclude
    :ivar int admitted: those without such a name, as set of their places in the rule set
    """

    concerned: list
    admitted: int


class RuleSet:
    """Rules in their order, found by what many orders share (shop, marketplace, country, state, service), by their
    limits of weight and value, and by their postcodes.

    :raises RuleLoop: fallbacks go in a circle
    """

    def __init__(self, rules):
        self.rules = tuple(rules)
        self.by_id = {rule.id: rule for rule in self.rules}
        names = {rule.id: rule.name for rule in self.rules}
        if loop := find_loop({rule.id: rule.fallback_id for rule in self.rules if rule.when_short == FALLBACK}):
            raise RuleLoop([names[rule_id] for rule_id in loop])
        conditions = [rule.conditions for rule in self.rules]
        self._weights = Ranges([(place, *asked.weight_range) for place, asked in enumerate(conditions)])
        self._values = Ranges([(place, *asked.value_range) for place, asked in enumerate(conditions)])
        self._postcodes = PostcodeLists(asked.postcode_entries for asked in conditions)
        self._selections = {}

    @cached_property
    def warehouse_ids(self):
        """Warehouses that any rule names."""
        named = {id_ for rule in self.rules for id_ in rule.warehouse_ids}
        return named.union(*(rule.conditions.stock_warehouse_ids for rule in self.rules))

    def find(self, facts, stock):
        """The rules that apply to an order, in their order."""
        admitted = self._select(facts).admitted & self._postcodes.find(facts.postcode)
        for place in list_members(admitted & self._weights.find(facts.weight_kg) & self._values.find(facts.value)):
            if not get_failed(self.rules[place].checks, facts, stock):
                yield self.rules[place]

    def list_skipped(self, facts, stock, end, most):
        """The first rules that concern an order but do not apply.

        :param Rule end: only rules before this one; None: all
        :param int most: number of rules that are enough
        :return: ``[(rule id, name of the condition that does not apply)]``
        """
        skipped = []
        for rule, excluded in self._select(facts).concerned:
            if rule is end or len(skipped) == most:
                break
            if failed := excluded or get_failed(rule.checks, facts, stock):
                skipped.append((rule.id, failed))
        return skipped

    def _select(self, facts):
        key = Conditions.get_shared(facts)
        if key not in self._selections:
            if len(self._selections) >= SELECTIONS_KEPT:
                self._selections.clear()
            self._selections[key] = self._make_selection(facts)
        return self._selections[key]

    def _make_selection(self, facts):
        concerned, admitted = [], 0
        for place, rule in enumerate(self.rules):
            if rule.fallback_only or not rule.conditions.concerns(facts):
                continue
            excluded = get_failed(rule.shared_checks, facts)
            concerned.append((rule, excluded))
            admitted |= (not excluded) << place
        return Selection(concerned, admitted)


def find_loop(next_by_id):
    """A circle in ``{id: next id or None}``.

    :return: the ids of the circle, the first one again at the end; empty without a circle
    """
    cleared = set()
    for start in next_by_id:
        path = []
        current = start
        while current and current not in cleared:
            if current in path:
                return [*path[path.index(current) :], current]
            path.append(current)
            current = next_by_id.get(current)
        cleared.update(path)
    return []
