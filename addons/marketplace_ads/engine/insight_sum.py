"""Why the sales of many SKUs changed: of a product, a shop, a country, a company."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from math import log

from .insight import _CENT, Window, _split_traffic, build, get_figures, get_rating_effect, split_conversion

_SUMS = ("sales", "local", "units", "orders", "sessions", "impressions", "clicks", "out")
# These are no figure of a sum: a sum of SKUs has no price.
_OF_ONE = ("price", "rate", "rating")


def decompose_sum(items, unit=_CENT, elasticity=0.0):
    """The parts of the change of a sum of SKUs, which add up to it to the cent.

    Factors are those of the sum: all sessions, all orders per all sessions and so on. Prices and rates count SKU by
    SKU. What remains is the mix: units that moved between dear and cheap SKUs (in LMDI: activity, structure and
    intensity; see :mod:`.insight`). SKUs of which different things are known are summed apart; those that sold in one
    window only count with parts of their own.

    :param list items: of :class:`~.insight.Item`
    :param Decimal unit: smallest coin
    :param float elasticity: as the items were prepared with
    :return: :class:`~.insight.Analysis`
    """
    parts, pools, missing = defaultdict(float), defaultdict(list), set()
    for item in items:
        missing.update(item.missing)
        if item.regular:
            pools[item.known - {"rating"}].append(item)
        else:
            _add(parts, item.parts)
    for known, pool in pools.items():
        _add(parts, _get_pool_parts(pool, known, elasticity))
    before = sum((item.scaled for item in items), Decimal(0))
    after = sum((item.after.sales for item in items), Decimal(0))
    return build(before, after, dict(parts), _get_sum_figures(items), missing, unit)


def _add(parts, more):
    for code, part in more.items():
        parts[code] += part


def _get_pool_parts(pool, known, elasticity):
    """Parts of SKUs that sold in both windows and of which the same is known."""
    before, after = _sum_up([item.before for item in pool]), _sum_up([item.after for item in pool])
    total = sum(item.weight for item in pool)
    parts = {code: total * log(last / first) for code, first, last in _get_volume(before, after, known)}
    for code in ("price", "rate"):
        parts[code] = sum(item.parts[code] for item in pool)
    parts["mix"] = sum(
        item.weight * log(item.after.units / item.before.units * before.units / after.units) for item in pool
    )
    if "traffic" in known:
        _split_traffic(parts, total, known, [(item.before, item.after) for item in pool])
        rated = [item for item in pool if "rating" in item.known]
        if rated:
            split_conversion(
                parts, sum(item.weight * get_rating_effect(item, elasticity) for item in rated), {"rating"}
            )
    return parts


def _get_volume(before, after, known):
    return [link for link in get_figures(before, after, known - {"ads"}) if link[0] not in _OF_ONE]


def _get_sum_figures(items):
    """``{code: (before, after)}`` over all SKUs, of what is known of all of them."""
    if not items:
        return {}
    known = frozenset.intersection(*(item.known for item in items)) - {"rating"}
    before, after = _sum_up([item.before for item in items]), _sum_up([item.after for item in items])
    return {code: (first, last) for code, first, last in get_figures(before, after, known) if code not in _OF_ONE}


def _sum_up(windows):
    """A window whose days are those of all SKUs together."""
    values = {
        name: None if any(value is None for value in column) else sum(column)
        for name in _SUMS
        for column in [[getattr(window, name) for window in windows]]
    }
    # A sum of SKUs may well have fewer orders than its SKUs together; how many is not asked here.
    return replace(Window(sum(window.days for window in windows)), **values)
