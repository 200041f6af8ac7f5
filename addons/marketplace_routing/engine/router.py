"""Decides orders, one after the other, on stock that shrinks with each."""

from .choice import Choice
from .decision import ADDED, CANNOT_SHIP, TOO_LATE, Decision, Option, Shipment
from .facts import sum_needs
from .pricing import Pricing
from .rules import CHEAPEST, FALLBACK
from .stock import Stock

# Enough to explain a decision; a set may have hundreds of rules that do not apply.
MAX_SKIPPED = 10
MAX_ALTERNATIVES = 12


class Router:
    """Applies a set of rules.

    The first rule that applies and can ship decides the warehouse. Rules that only add (carrier, tags, notes, hold,
    merge) add up, until one says stop; of several carriers or holds the first counts.

    :param RuleSet ruleset: the rules
    :param stock: :class:`~.stock.Stock` or its ``{(product id, warehouse id): units}``
    :param book: ``freight.RateBook``, or None where there are no rate tables
    :param geography: :class:`~.geography.Geography`
    :param fulfilment_ids: warehouses of marketplaces, from which orders ship only if a rule allows it
    :param dict joined: ``{join key: warehouse id}`` from which open orders of a buyer leave
    """

    def __init__(self, ruleset, stock, book, geography, fulfilment_ids=frozenset(), joined=None):
        self.ruleset = ruleset
        self.stock = stock if isinstance(stock, Stock) else Stock(stock)
        self.pricing = Pricing(book)
        self.geography = geography
        self.fulfilment_ids = frozenset(fulfilment_ids)
        self._joined = dict(joined or {})

    def decide(self, facts):
        """Decide an order and take its units from the stock.

        :param OrderFacts facts: of the order
        :return: :class:`~.decision.Decision`
        """
        decision = Decision(facts)
        end = self._walk(decision)
        decision.skipped = self.ruleset.list_skipped(facts, self.stock, end, MAX_SKIPPED)
        self._complete(decision)
        return decision

    def _walk(self, decision):
        """Let the rules do their work.

        :return: the rule that ended it; None: all were asked
        """
        for rule in self.ruleset.find(decision.facts, self.stock):
            if self._apply(rule, decision) and rule.stop:
                return rule
        return None

    # === ONE RULE === #

    def _apply(self, rule, decision):
        """Let a rule that applies do its work.

        :return: whether it could; one that cannot ship hands the order on
        """
        if not rule.strategy:
            self._add(rule, decision)
            decision.trail.append((rule.id, ADDED))
            return True
        if decision.option:
            decision.trail.append((rule.id, TOO_LATE))
            return False
        return self._ship(rule, decision)

    def _add(self, rule, decision):
        decision.carrier_id = decision.carrier_id or rule.carrier_id
        decision.merge = decision.merge or rule.merge
        if decision.hold is None:
            decision.hold = rule.hold
        if rule.tag_ids:
            decision.tag_ids = tuple(dict.fromkeys((*decision.tag_ids, *rule.tag_ids)))
        if rule.note:
            decision.notes = (*decision.notes, rule.note)

    def _ship(self, rule, decision):
        """Choose the warehouses by a rule, or by its fallbacks."""
        while True:
            choice = Choice(self, rule, decision)
            decision.alternatives += choice.alternatives
            if choice.option:
                self._settle(rule, decision, choice)
                return True
            decision.trail.append((rule.id, CANNOT_SHIP))
            if rule.when_short != FALLBACK:
                return False
            rule = self.ruleset.by_id[rule.fallback_id]

    def _settle(self, rule, decision, choice):
        """The rule decides; what it adds counts now."""
        decision.rule, decision.option = rule, choice.option
        decision.chooses_carrier = rule.strategy == CHEAPEST or rule.keep_promise
        self._add(rule, decision)
        decision.trail.append((rule.id, choice.step))

    def get_joined(self, facts):
        """Warehouse from which another order of the buyer leaves, or None."""
        return self._joined.get(facts.join_key)

    # === END === #

    def _complete(self, decision):
        """Without a rule, the shop's own warehouse ships; then the estimate is made and the units are taken."""
        facts = decision.facts
        if decision.option is None:
            own = facts.own_warehouse_id
            shipment = Shipment(own, list(facts.lines), self.geography.get_distances(facts.destination).get(own))
            decision.option = Option([shipment], 0, self.stock.get_missing(facts.needs, own))
        keep_promise = bool(decision.rule and decision.rule.keep_promise)
        self.pricing.quote(facts, decision.option, decision.carrier_id, keep_promise)
        del decision.alternatives[MAX_ALTERNATIVES:]
        decision.stock = self._copy_stock(decision)
        for shipment in decision.option.shipments:
            self.stock.take(sum_needs(shipment.lines), shipment.warehouse_id)
        if decision.merge and facts.join_key is not None:
            self._joined.setdefault(facts.join_key, decision.main_warehouse_id)

    def _copy_stock(self, decision):
        """What the warehouses that were weighed have of the order's products."""
        seen = dict.fromkeys(decision.option.warehouse_ids)
        for option in decision.alternatives:
            seen.update(dict.fromkeys(option.warehouse_ids))
        get = self.stock.get
        return [(product, warehouse, get(product, warehouse)) for product in decision.facts.needs for warehouse in seen]
