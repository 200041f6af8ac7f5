"""Amounts as the marketplace states them."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal, InvalidOperation

from .errors import InvalidPayload


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, with the marketplace's own string.

    :param amount: exact value
    :param currency: ISO 4217 code
    :param text: the amount exactly as received (``"34.9"``), kept as evidence
    """

    amount: Decimal
    currency: str
    text: str

    @classmethod
    def parse(cls, value, currency, path):
        """Build from a received value; floats are refused because they have already lost the exact amount.

        :raise InvalidPayload: not a finite number, or no ISO currency code
        """
        if isinstance(value, float) or value is None:
            raise InvalidPayload(path, f"amount {value!r} is not exact text")
        if not (isinstance(currency, str) and len(currency) == 3 and currency.isalpha()):
            raise InvalidPayload(path, f"currency {currency!r} is not an ISO 4217 code")
        text = str(value)
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise InvalidPayload(path, f"amount {text!r} is not a number") from None
        if not amount.is_finite():
            raise InvalidPayload(path, f"amount {text!r} is not finite")
        return cls(amount, currency.upper(), text)


def split_evenly(total, parts, quantum):
    """Share ``total`` over ``parts`` equal units in steps of ``quantum`` without losing a cent.

    Largest remainder: the result has at most two different unit amounts.

    :param Decimal total: amount to share, a multiple of ``quantum``
    :param int parts: number of units, at least 1
    :param Decimal quantum: smallest coin, e.g. ``Decimal("0.01")``
    :return: ``[(unit amount, number of units)]``; the products add up to ``total``
    """
    base = (total / parts / quantum).quantize(Decimal(1), rounding=ROUND_DOWN) * quantum
    rest = total - base * parts
    step = quantum if rest > 0 else -quantum
    extra = int(abs(rest) / quantum)
    groups = [(base + step, extra), (base, parts - extra)]
    return [(unit, count) for unit, count in groups if count]


def share(amount, weights, unit=Decimal("0.01")):
    """``amount`` in proportion to ``weights``, in multiples of ``unit``; the shares add up to it exactly.

    Largest remainder: what rounding down leaves goes, a unit each, to the largest remainders, the first of equal ones.
    An amount that is no multiple of ``unit`` leaves less than a unit at the end, which goes to the next of them. A
    credit is divided as the bill would be. Weights that are all 0 count the same.

    :param Decimal amount: may be negative
    :param weights: numbers of at least 0
    :param Decimal unit: smallest coin
    :return: list of Decimal, one per weight; empty without weights
    """
    if amount < 0:
        return [-part for part in share(-amount, weights, unit)]
    weights = [Decimal(str(weight)) for weight in weights]
    total = sum(weights)
    if not total:
        weights, total = [Decimal(1)] * len(weights), len(weights)
    exact = [amount * weight / total for weight in weights]
    shares = [(part / unit).to_integral_value(ROUND_FLOOR) * unit for part in exact]
    left = amount - sum(shares)
    for index in sorted(range(len(shares)), key=lambda index: (shares[index] - exact[index], index)):
        if left <= 0:
            break
        step = min(unit, left)
        shares[index] += step
        left -= step
    return shares
