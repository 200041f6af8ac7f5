"""What one unit earns, and what it would earn at another price, fee, freight, duty, rate or with other advertising."""

from dataclasses import dataclass, fields, replace
from decimal import Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)


class InvalidCase(ValueError):
    """An assumption that no sale can have; ``field`` names it."""

    def __init__(self, field):
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Case:
    """One unit sold. Price and fulfilment are in the shop's currency, costs in the company's, rates in per cent.

    `refund_rate` is of sales; `commission_rate` and `ads_rate` are of net sales, sales less refunds; `duty_rate` is of
    the purchase cost. `exchange_rate` is what one unit of the shop's currency is in the company's. Costs are positive.
    """

    price: Decimal
    exchange_rate: Decimal
    refund_rate: Decimal
    commission_rate: Decimal
    fulfilment: Decimal
    purchase: Decimal
    freight: Decimal
    duty_rate: Decimal
    storage: Decimal
    other: Decimal
    ads_rate: Decimal

    def check(self):
        """Return the case itself.

        :raise InvalidCase: the exchange rate is not above 0, an amount is negative, or refunds are above 100 %
        """
        if self.exchange_rate <= 0:
            raise InvalidCase("exchange_rate")
        for field in ("price", "refund_rate", "duty_rate", "purchase"):
            if getattr(self, field) < 0:
                raise InvalidCase(field)
        if self.refund_rate > HUNDRED:
            raise InvalidCase("refund_rate")
        return self


FIELDS = tuple(field.name for field in fields(Case))


@dataclass(frozen=True)
class Result:
    """What one unit of a case earns, in the company's currency; costs are negative.

    `break_even_price` is in the shop's currency, `break_even_ads` in per cent of net sales; None where there is none:
    fees that take each further penny, or no sales.
    """

    net_sales: Decimal
    goods: Decimal
    fees: Decimal
    ads: Decimal
    margin: Decimal
    margin_rate: Decimal | None
    break_even_price: Decimal | None
    break_even_ads: Decimal | None


def evaluate(case):
    """What one unit of the case earns.

    :param Case case: checked
    :return: :class:`Result`, not rounded
    """
    net = case.price * case.exchange_rate * (1 - case.refund_rate / HUNDRED)
    goods = -(case.purchase + case.freight + case.purchase * case.duty_rate / HUNDRED)
    unit_fees = -(case.fulfilment * case.exchange_rate + case.storage + case.other)
    fees = unit_fees - net * case.commission_rate / HUNDRED
    ads = -net * case.ads_rate / HUNDRED
    margin = net + goods + fees + ads
    return Result(
        net_sales=net,
        goods=goods,
        fees=fees,
        ads=ads,
        margin=margin,
        margin_rate=HUNDRED * margin / net if net else None,
        break_even_price=_get_break_even_price(case, -(goods + unit_fees)),
        break_even_ads=HUNDRED * (net + goods + fees) / net if net else None,
    )


def _get_break_even_price(case, fixed):
    """The price of margin 0: what does not depend on it, by what is left of each penny of it."""
    kept = (
        case.exchange_rate * (1 - case.refund_rate / HUNDRED) * (1 - (case.commission_rate + case.ads_rate) / HUNDRED)
    )
    return max(fixed, ZERO) / kept if kept > 0 else None


@dataclass(frozen=True)
class Effect:
    """What the change of one assumption does to the margin of a unit."""

    field: str
    before: Decimal
    after: Decimal
    margin: Decimal


def explain(now, then):
    """Which change does what: assumptions change one after the other, so the effects add up to the whole difference.

    :param Case now: as measured
    :param Case then: as assumed
    :return: list of :class:`Effect`, in the order of the fields, of those that changed
    """
    effects, case = [], now
    for field in FIELDS:
        before, after = getattr(now, field), getattr(then, field)
        if before == after:
            continue
        changed = replace(case, **{field: after})
        effects.append(Effect(field, before, after, evaluate(changed).margin - evaluate(case).margin))
        case = changed
    return effects
