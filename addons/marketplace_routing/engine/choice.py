"""How one rule ships one order."""

from .decision import DECIDED, WAITS, Option, Shipment
from .options import list_singles, list_splits, sort_key
from .rules import CHEAPEST, FEWEST, FREE, NEAREST, NEVER, RANKED, WAIT


class Choice:
    """The best option of a rule and all that it was chosen from.

    ``option`` is None when the rule cannot ship; ``step`` is what the trail says of it; ``alternatives`` are the other
    options with the reason each was not taken, the better ones first.

    :param Router router: stock, distances and prices
    :param Rule rule: one with a strategy
    :param Decision decision: what the rules before have added
    """

    def __init__(self, router, rule, decision):
        self._router, self._rule, self._facts = router, rule, decision.facts
        self._carrier_id = decision.carrier_id or rule.carrier_id
        self._joined_id = router.get_joined(decision.facts) if rule.merge or decision.merge else None
        self._key = sort_key(rule.strategy, rule.split, self._joined_id)
        self.option, self.step = None, DECIDED
        self.alternatives = []
        self._choose()

    def _choose(self):
        admitted, refused = self._admit()
        singles = list_singles(self._facts, admitted, self._router.stock, self._router.geography)
        able = self._list_able(singles)
        if self._rule.strategy == CHEAPEST or self._rule.keep_promise:
            for option in able:
                self._router.pricing.quote(self._facts, option, self._carrier_id, self._rule.keep_promise)
        in_time = [option for option in able if not (self._rule.keep_promise and option.promise is False)]
        self.option = min(in_time, key=self._key, default=None)
        if self.option is None and self._rule.when_short == WAIT and singles:
            self.option, self.step = min(able or singles, key=self._key), WAITS
        short = [option for option in singles if option.missing]
        self._explain(able + short, refused)

    def _admit(self):
        """Warehouses that the rule may choose from, and those it may not since they serve a marketplace."""
        wanted = self._rule.warehouse_ids or self._facts.warehouse_ids
        kept = () if self._rule.use_fulfilment else self._router.fulfilment_ids
        return [id_ for id_ in wanted if id_ not in kept], [id_ for id_ in wanted if id_ in kept]

    def _list_able(self, singles):
        """Options that have everything in stock."""
        able = [option for option in singles if not option.missing]
        split = self._rule.split
        if split == NEVER or (able and split != FREE):
            return able
        preference = RANKED if self._rule.strategy == RANKED else NEAREST
        preferred = sorted(singles, key=sort_key(preference, NEVER))
        return able + list_splits(self._facts, preferred, self._router.stock, split)

    # === REASONS === #

    def _explain(self, options, refused):
        for option in sorted((option for option in options if option is not self.option), key=self._key):
            option.reason, option.values = self._get_reason(option)
            self.alternatives.append(option)
        for warehouse_id in refused:
            shipment = Shipment(warehouse_id, self._facts.lines)
            self.alternatives.append(Option([shipment], 0, reason="fulfilment"))

    def _get_reason(self, option):
        """Why an option was not taken."""
        if option.missing:
            return "short", {"missing": option.missing}
        if self._rule.keep_promise and option.promise is False:
            return "late", {"days": max(shipment.days for shipment in option.shipments if shipment.days is not None)}
        if self._joined_id is not None and self.option.warehouse_ids == [self._joined_id]:
            return "apart", {"warehouse": self._joined_id}
        if len(option.shipments) > len(self.option.shipments) and (
            self._rule.split != FREE or self._rule.strategy == FEWEST
        ):
            return "parcels", {"parcels": len(option.shipments)}
        return self._get_reason_of_strategy(option)

    def _get_reason_of_strategy(self, option):
        if self._rule.strategy == RANKED:
            return "rank", {}
        if self._rule.strategy == CHEAPEST and option.freight is None:
            return "no_rate", {}
        if self._rule.strategy == CHEAPEST and option.freight > self.option.freight:
            return "dearer", {"more": str(option.freight - self.option.freight)}
        if option.distance_km is None:
            return "unplaced", {}
        if option.distance_km > (self.option.distance_km or 0):
            return "farther", {"more": round(option.distance_km - self.option.distance_km)}
        return "rank", {}
