"""Assumptions of a what-if as facts have them."""

from collections import defaultdict
from decimal import Decimal

ZERO, HUNDRED = Decimal(0), Decimal(100)
_KINDS = {"purchase_cost": "purchase", "freight_cost": "freight", "duty_cost": "duty"}
_GROUPS = {"selling": "commission", "fulfilment": "fulfilment", "inbound": "fulfilment", "storage": "storage"}


def measure(facts, shop_currency, rate, stock):
    """Assumptions of a unit, from sums of facts booked and estimated: an estimate stands for what is not booked yet.

    :param list facts: ``(state, kind, currency, amount, amount in currency, units)``
    :param shop_currency: the shop's currency
    :param Decimal rate: what 1 of it is in the company's currency, where no fact tells
    :param dict stock: cost of a unit in stock, ``{component: Decimal}``, for goods that were not sold yet
    :return: ``({field: (Decimal, source)}, units)``; sources are those of `profit.what.if.line`
    """
    sums, estimated, sold = defaultdict(Decimal), set(), ZERO
    in_shop = [ZERO, ZERO]
    for state, kind, currency, amount, amount_currency, units in facts:
        name = _get_component(kind)
        amount = Decimal(str(amount))
        sums[name] += amount
        sold += Decimal(str(units or 0))
        if state == "estimated":
            estimated.add(name)
        if name == "sales" and currency == shop_currency:
            in_shop[0] += amount
            in_shop[1] += Decimal(str(amount_currency))
    known = in_shop[0] > 0 and in_shop[1] > 0
    exchange = in_shop[0] / in_shop[1] if known else rate
    values = _get_values(sums, sold, exchange)
    result = {name: (value, _get_source(part, sums, estimated, sold)) for name, (value, part) in values.items()}
    result["exchange_rate"] = (exchange, _get_source("sales", sums, estimated, sold) if known else "rate")
    if "purchase" not in sums and stock:
        result.update(_get_stock_values(stock))
    order = ("price", "exchange_rate", "refund_rate", "commission_rate", "fulfilment", "purchase", "freight")
    order += ("duty_rate", "storage", "other", "ads_rate")
    return {name: result[name] for name in order}, max(sold, ZERO)


def _get_component(kind):
    if kind.group == "refunds":
        return "refunds"
    if kind.group in ("sales", "promotions", "subsidies", "liquidation"):
        return "sales"
    if kind.group == "ads":
        return "ads"
    return _KINDS.get(kind.code) or _GROUPS.get(kind.group, "other")


def _get_values(sums, sold, exchange):
    """``{field: (value of a unit or rate, component of the sums that it is from)}``"""
    sales = sums.get("sales", ZERO)
    net = sales + sums.get("refunds", ZERO)
    purchase = -sums.get("purchase", ZERO)

    def each(name):
        return -sums.get(name, ZERO) / sold if sold > 0 else ZERO

    def rate(name, base):
        return -HUNDRED * sums.get(name, ZERO) / base if base > 0 else ZERO

    return {
        "price": (sales / sold / exchange if sold > 0 else ZERO, "sales"),
        "refund_rate": (rate("refunds", sales), "refunds"),
        "commission_rate": (rate("commission", net), "commission"),
        "fulfilment": (each("fulfilment") / exchange, "fulfilment"),
        "purchase": (each("purchase"), "purchase"),
        "freight": (each("freight"), "freight"),
        "duty_rate": (rate("duty", purchase), "duty"),
        "storage": (each("storage"), "storage"),
        "other": (each("other"), "other"),
        "ads_rate": (rate("ads", net), "ads"),
    }


def _get_source(part, sums, estimated, sold):
    if sold <= 0:
        return "missing"
    if part not in sums:
        return "none"
    return "estimated" if part in estimated else "booked"


def _get_stock_values(stock):
    purchase = stock["purchase"]
    return {
        "purchase": (purchase, "stock"),
        "freight": (stock["freight"], "stock"),
        "duty_rate": (HUNDRED * stock["duty"] / purchase if purchase else ZERO, "stock"),
        "other": (stock["insurance"] + stock["preparation"] + stock["other"], "stock"),
    }
