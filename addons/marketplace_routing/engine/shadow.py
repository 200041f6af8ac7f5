"""Rules that never come into play, since an earlier one takes all their orders."""

from .rules import FALLBACK, WAIT


def find_shadowed(ruleset):
    """Rules that can do nothing.

    Only what is certain is found: an earlier rule that asks nothing the later one does not ask too.

    :return: ``{id of the rule: the earlier Rule}``
    """
    found, ends = {}, []
    for rule in ruleset.rules:
        if rule.fallback_only:
            continue
        for earlier, always_ships in ends:
            hides = rule.strategy if always_ships and not earlier.stop else earlier.stop
            if hides and covers(earlier.conditions, rule.conditions):
                found[rule.id] = earlier
                break
        always_ships = _always_ships(ruleset, rule)
        if always_ships or (rule.stop and not rule.strategy):
            ends.append((rule, always_ships))
    return found


def _always_ships(ruleset, rule):
    """Whether a rule decides the warehouse of every order, if need be by its fallbacks."""
    while rule.strategy and rule.when_short == FALLBACK:
        rule = ruleset.by_id[rule.fallback_id]
    return bool(rule.strategy) and rule.when_short == WAIT


def covers(wide, narrow):
    """Whether whatever meets the conditions ``narrow`` meets ``wide`` too."""
    return all(
        (
            _covers_set(wide.shop_ids, narrow.shop_ids),
            _covers_set(wide.country_ids, narrow.country_ids),
            _covers_set(wide.state_ids, narrow.state_ids),
            _covers_set(wide.tag_ids, narrow.tag_ids),
            _covers_range(wide.weight_min, wide.weight_max, narrow.weight_min, narrow.weight_max),
            _covers_range(wide.value_min, wide.value_max, narrow.value_min, narrow.value_max),
            wide.provider in ("", narrow.provider),
            wide.postcodes in ("", narrow.postcodes),
            wide.is_business in (None, narrow.is_business),
            wide.service_level.casefold() in narrow.service_level.casefold(),
            _covers_due(wide, narrow),
            _covers_goods(wide, narrow),
            not wide.stock_warehouse_ids or _get_stock(wide) == _get_stock(narrow),
        )
    )


def _covers_set(wide, narrow):
    return not wide or (bool(narrow) and narrow <= wide)


def _covers_range(low, high, narrow_low, narrow_high):
    return low <= narrow_low and (not high or (bool(narrow_high) and narrow_high <= high))


def _covers_due(wide, narrow):
    if not wide.due_hours:
        return True
    return wide.due_delivery == narrow.due_delivery and 0 < narrow.due_hours <= wide.due_hours


def _covers_goods(wide, narrow):
    if not wide.product_ids and not wide.category_ids:
        return True
    return _get_goods(wide) == _get_goods(narrow)


def _get_goods(conditions):
    return conditions.product_ids, conditions.category_ids, conditions.product_match


def _get_stock(conditions):
    return conditions.stock_warehouse_ids, conditions.stock_match
