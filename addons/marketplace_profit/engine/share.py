"""How a cost that names no SKU is shared among those that caused it."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from ...marketplace.contract import share

DIMENSIONS = ("sku", "shop", "shop_sku", "order_line")


class Weight(NamedTuple):
    """How much of a driver, such as sales, one SKU has in one shop. Ids, or None where it is of none."""

    account: int | None
    shop: int | None
    product: int | None
    line: int | None
    value: Decimal


class Source(NamedTuple):
    """An amount to share, as profit: costs are negative. Units are the smallest coins of its two currencies."""

    account: int | None
    shop: int | None
    amount: Decimal
    amount_currency: Decimal
    unit: Decimal
    currency_unit: Decimal


class Target(NamedTuple):
    """What gets a part: a shop, a SKU, a SKU within a shop, or an order line of one."""

    shop: int | None
    product: int | None
    line: int | None


class Part(NamedTuple):
    """What one target gets, the driver's value that it has, and that value's part of all, in per cent."""

    target: Target
    value: Decimal
    percentage: Decimal
    amount: Decimal
    amount_currency: Decimal


class Basis:
    """The weights of one driver, by what they are shared to. Weights of 0 or less take no part.

    :param weights: of :class:`Weight`
    :param str dimension: of `DIMENSIONS`
    :param bool evenly: each target counts the same, however much of the driver it has
    :param bool everywhere: sources of one shop are shared to other shops, too: percentages that a person stated
    """

    def __init__(self, weights, dimension, evenly=False, everywhere=False):
        if dimension not in DIMENSIONS:
            raise ValueError(dimension)
        self._weights = list(weights)
        self._dimension = dimension
        self._evenly = evenly
        self._everywhere = everywhere
        self._known = {}

    def get_targets(self, account, shop):
        """Who shares the amounts of a shop, of an account (all its shops) or of the company (neither).

        :return: ``{Target: value}``, in the order of the weights; empty where the driver is zero everywhere
        """
        key = (account if not shop else None, shop)
        if key not in self._known:
            self._known[key] = self._collect(*key)
        return self._known[key]

    def _collect(self, account, shop):
        values = defaultdict(Decimal)
        for weight in self._weights:
            target = self._get_target(weight, shop)
            if target and (self._everywhere or _belongs(weight, account, shop)):
                values[target] += weight.value
        return {target: Decimal(1) if self._evenly else value for target, value in values.items() if value > 0}

    def _get_target(self, weight, shop):
        """The weight's target; None where it names none of this dimension. A SKU stays in the source's shop."""
        if self._dimension == "shop":
            return Target(weight.shop, None, None) if weight.shop else None
        if self._dimension == "sku":
            return Target(shop, weight.product, None) if weight.product else None
        if self._dimension == "shop_sku":
            return Target(weight.shop or shop, weight.product, None) if weight.product else None
        return Target(weight.shop or shop, weight.product, weight.line) if weight.line else None


def _belongs(weight, account, shop):
    if shop:
        return weight.shop == shop
    return not account or weight.account == account


def share_out(source, targets):
    """Share a source in proportion to its targets' values; the parts add up to it exactly, in both currencies.

    Largest remainder, see :func:`~...marketplace.contract.share`. A target whose part is nothing is left out.

    :param Source source: what is shared
    :param dict targets: ``{Target: value > 0}``
    :return: list of :class:`Part`; empty without targets, the source then stays where it is
    """
    if not targets:
        return []
    values = list(targets.values())
    total = sum(values)
    amounts = share(source.amount, values, source.unit)
    others = share(source.amount_currency, values, source.currency_unit)
    return [
        Part(target, value, 100 * value / total, amount, other)
        for (target, value), amount, other in zip(targets.items(), amounts, others, strict=True)
        if amount or other
    ]
