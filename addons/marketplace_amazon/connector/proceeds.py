"""Money of orders v2026-01-01: from proceeds and their breakdowns to charges whose totals are the order's total.

Amazon's model names the breakdowns (ITEM, SHIPPING, GIFT_WRAP, COD_FEE, OTHER, TAX, DISCOUNT) but not whether TAX is
part of the other amounts, comes on top or stays outside the totals, nor the sign of DISCOUNT. The stated totals decide,
by exact arithmetic; what does not add up is refused.
"""

from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from itertools import product

from ...marketplace.contract import Charge, ChargeKind, InvalidPayload, Money, TaxCollector, TaxTreatment
from .fields import Node

_CHARGES = {
    "ITEM": ChargeKind.ITEM,
    "SHIPPING": ChargeKind.SHIPPING,
    "GIFT_WRAP": ChargeKind.GIFT_WRAP,
    "COD_FEE": ChargeKind.COD,
    "OTHER": ChargeKind.OTHER,
}
_DISCOUNTS = {
    "ITEM": ChargeKind.ITEM_DISCOUNT,
    "SHIPPING": ChargeKind.SHIPPING_DISCOUNT,
    "GIFT_WRAP": ChargeKind.GIFT_WRAP_DISCOUNT,
    "COD_FEE": ChargeKind.COD_DISCOUNT,
    "OTHER": ChargeKind.ITEM_DISCOUNT,
    "DISCOUNT": ChargeKind.ITEM_DISCOUNT,
}
_DISCOUNT_KINDS = frozenset(_DISCOUNTS.values())
_ZERO = Decimal(0)


@dataclass
class _Line:
    """What a line states, before it is known how tax relates to it."""

    item: Node
    charges: list = field(default_factory=list)  # without tax, discounts negative
    taxes: dict = field(default_factory=dict)  # {ChargeKind, "DISCOUNT" or None for the whole: Money}
    stated: Money | None = None
    collector: TaxCollector = TaxCollector.SELLER

    @property
    def base(self):
        return sum((charge.amount.amount for charge in self.charges), _ZERO)

    @property
    def tax(self):
        return sum((money.amount for money in self.taxes.values()), _ZERO)

    def possible(self):
        """Whether tax may come on top, given the line's stated total: a subset of (False, True)."""
        if self.stated is None:
            return (False, True) if self.tax else (False,)
        found = [on_top for on_top in (False, True) if self.stated.amount == self.base + (self.tax if on_top else 0)]
        if not found:
            raise InvalidPayload(
                self.item.where("proceeds.proceedsTotal"),
                f"{self.stated.text} is neither {self.base} without nor {self.base + self.tax} with tax",
            )
        return tuple(found)


def read_money(order, without_tax):
    """Charges of an order.

    :param Node order: an order of v2026-01-01
    :param TaxTreatment without_tax: meaning of a tax that no stated total contains: INCLUDED where the marketplace
        shows prices with tax, OUTSIDE elsewhere
    :return: ``(grand total as Money or None, [charges of each item], charges of the order itself)``
    :raise InvalidPayload: amounts that do not add up
    """
    lines = [_read_line(item) for item in order.nodes("orderItems")]
    total = order.node("proceeds").money("grandTotal")
    tips = _read_tips(order)
    _check_currencies(total, lines, tips)
    on_top, tips = _reconcile(total, lines, tips)
    charges = [
        tuple(_with_tax(line, TaxTreatment.ADDED if added else without_tax))
        for line, added in zip(lines, on_top, strict=True)
    ]
    return total, charges, tuple(charge for charge, _final in tips)


def _read_line(item):
    proceeds = item.node("proceeds")
    line = _Line(item, stated=proceeds.money("proceedsTotal"))
    if any(entry.text("model") == "MARKETPLACE_FACILITATOR" for entry in item.node("tax").nodes("taxCollections")):
        line.collector = TaxCollector.MARKETPLACE
    breakdowns = proceeds.nodes("breakdowns")
    for entry in breakdowns:
        _read_breakdown(line, entry)
    if not breakdowns and line.stated is not None:
        line.charges.append(Charge(ChargeKind.ITEM, line.stated))
    return line


def _read_breakdown(line, entry):
    kind = entry.text("type", required=True)
    subtotal = _required(entry, "subtotal")
    if kind == "TAX":
        _read_tax(line, entry, subtotal)
    elif kind == "DISCOUNT":
        line.charges += _read_discounts(entry, subtotal)
    elif kind in _CHARGES:
        line.charges.append(Charge(_CHARGES[kind], subtotal))
    else:
        raise InvalidPayload(entry.where("type"), f"unknown kind of proceeds {kind!r}")


def _read_discounts(entry, subtotal):
    details = _read_details(entry)
    if not details:
        return [Charge(ChargeKind.ITEM_DISCOUNT, _negative(subtotal))]
    stated = sum((money.amount for _subtype, money in details), _ZERO)
    if abs(stated) != abs(subtotal.amount):
        raise InvalidPayload(entry.path, f"details add up to {stated}, not to {subtotal.text}")
    return [Charge(_DISCOUNTS[subtype], _negative(money)) for subtype, money in details if money.amount]


def _read_tax(line, entry, subtotal):
    details = _read_details(entry)
    if not details:
        line.taxes[None] = subtotal
        return
    for candidate in (details, [(s, _negative(m) if s == "DISCOUNT" else m) for s, m in details]):
        if sum((money.amount for _subtype, money in candidate), _ZERO) == subtotal.amount:
            for subtype, money in candidate:
                key = _CHARGES.get(subtype, subtype)
                if key in line.taxes:
                    raise InvalidPayload(entry.path, f"tax on {subtype} is stated twice")
                line.taxes[key] = money
            return
    raise InvalidPayload(entry.path, f"details do not add up to {subtotal.text}")


def _read_details(entry):
    details = []
    for detail in entry.nodes("detailedBreakdowns"):
        subtype = detail.text("subtype", required=True)
        if subtype not in _DISCOUNTS:
            raise InvalidPayload(detail.where("subtype"), f"unknown kind of proceeds {subtype!r}")
        details.append((subtype, _required(detail, "value")))
    return details


def _read_tips(order):
    """Tips as ``[(Charge, whether final)]``; the other order breakdowns repeat the lines' sums."""
    tips = []
    for entry in order.node("proceeds").nodes("breakdowns"):
        if entry.text("type", required=True) == "DELIVERY_TIP":
            charge = Charge(ChargeKind.TIP, _required(entry, "subtotal"))
            tips.append((charge, entry.text("status") != "PENDING"))
    return tips


def _check_currencies(total, lines, tips):
    amounts = [charge.amount for line in lines for charge in line.charges] + [tip.amount for tip, _final in tips]
    amounts += [money for line in lines for money in line.taxes.values()]
    amounts += [line.stated for line in lines if line.stated] + ([total] if total else [])
    currencies = {money.currency for money in amounts}
    if len(currencies) > 1:
        raise InvalidPayload("proceeds", f"several currencies: {', '.join(sorted(currencies))}")


def _reconcile(total, lines, tips):
    """Which lines have their tax on top of the order's total, and which tips are in it."""
    possible = [line.possible() for line in lines]
    attempts = list(_choices(possible))
    if total is None:
        return attempts[0], tips
    final = [tip for tip in tips if tip[1]]
    # Line totals may be stated without a tax that the grand total contains.
    attempts.append([True] * len(lines))
    for chosen, counted in product(attempts, (tips, final)):
        if _sum(lines, chosen, counted) == total.amount:
            return chosen, counted
    sums = {str(_sum(lines, chosen, counted)) for chosen, counted in product(attempts, (tips, final))}
    raise InvalidPayload("proceeds.grandTotal", f"{total.text} is not what the lines add up to: {sorted(sums)}")


def _choices(possible):
    """Treatments to try: undecided lines all alike, and first of all like the decided ones."""
    apart, on_top = [choice[0] for choice in possible], [choice[-1] for choice in possible]
    yield from (on_top, apart) if (True,) in possible else (apart, on_top)


def _sum(lines, on_top, tips):
    return sum(
        (line.base + (line.tax if added else _ZERO) for line, added in zip(lines, on_top, strict=True)),
        sum((tip.amount.amount for tip, _final in tips), _ZERO),
    )


def _with_tax(line, treatment):
    """The line's charges with each tax at the charge that it belongs to."""
    taxes = {}
    for key, money in line.taxes.items():
        for index, share in _share(line, key, money).items():
            taxes[index] = share if index not in taxes else _exact(taxes[index].amount + share.amount, share.currency)
    for index, charge in enumerate(line.charges):
        treated = treatment if index in taxes else charge.tax_treatment
        yield Charge(charge.kind, charge.amount, taxes.get(index), treated, line.collector)


def _share(line, key, money):
    """``{index of charge: its part of the tax}``.

    A tax stated for several charges at once is shared in proportion to their amounts, since parts of one line are
    taxed alike; the parts add up exactly.
    """
    bearers = [index for index, charge in enumerate(line.charges) if _bears(charge.kind, key) and charge.amount.amount]
    if not bearers:
        if money.amount:
            raise InvalidPayload(line.item.where("proceeds.breakdowns"), f"tax {money.text} on nothing that is charged")
        return {}
    if len(bearers) == 1:
        return {bearers[0]: money}
    amounts = [line.charges[index].amount.amount for index in bearers]
    return dict(zip(bearers, _proportional(money, amounts, line), strict=True))


def _proportional(money, amounts, line):
    whole = sum(amounts, _ZERO)
    if not whole:
        raise InvalidPayload(
            line.item.where("proceeds.breakdowns"), f"tax {money.text} on charges that cancel each other"
        )
    step = Decimal(1).scaleb(money.amount.as_tuple().exponent)
    parts = [(money.amount * amount / whole).quantize(step, ROUND_DOWN) for amount in amounts]
    largest = max(range(len(amounts)), key=lambda index: abs(amounts[index]))
    parts[largest] += money.amount - sum(parts, _ZERO)
    return [_exact(part, money.currency) for part in parts]


def _bears(kind, key):
    if key is None:
        return True
    return kind in _DISCOUNT_KINDS if key == "DISCOUNT" else kind is key


def _required(node, key):
    money = node.money(key)
    if money is None:
        raise InvalidPayload(node.where(key), "missing")
    return money


def _negative(money):
    """The amount as a deduction; Amazon's text stays as evidence."""
    return replace(money, amount=-abs(money.amount))


def _exact(amount, currency):
    return Money(amount, currency, str(amount))
