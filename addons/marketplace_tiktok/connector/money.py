"""What the buyer of an order pays, and what TikTok adds to it for the seller.

Source: TikTok Shop's documents "Get Order List" and "Get Order Detail": ``sub_total`` is
``original_total_product_price`` less ``seller_discount`` less ``platform_discount``; ``shipping_fee`` is
``original_shipping_fee`` less its discounts; ``total_amount`` is both, the taxes and the fees. In the United States
prices are stated before tax, elsewhere with it; the documents do not say which amount holds which tax, so the stated
total decides, by exact arithmetic.

Discounts of the platform lower what the buyer pays; TikTok pays them to the seller, so each is also a subsidy. The
co-funded shipping discount counts as one for the part that TikTok refunds, which only the settlement states: it is no
subsidy here.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from ...marketplace.contract import Charge, ChargeKind, InvalidPayload, Money, TaxCollector, TaxTreatment

# Fees and discounts of the order as a whole: field, kind, sign, whether TikTok pays it to the seller.
_PARTS = (
    ("original_shipping_fee", ChargeKind.SHIPPING, 1, False),
    ("shipping_fee_seller_discount", ChargeKind.SHIPPING_DISCOUNT, -1, False),
    ("shipping_fee_cofunded_discount", ChargeKind.SHIPPING_DISCOUNT, -1, False),
    ("shipping_fee_platform_discount", ChargeKind.SHIPPING_DISCOUNT, -1, True),
    ("small_order_fee", ChargeKind.OTHER, 1, False),
    ("retail_delivery_fee", ChargeKind.OTHER, 1, False),
    ("buyer_service_fee", ChargeKind.OTHER, 1, False),
    ("handling_fee", ChargeKind.OTHER, 1, False),
    ("item_insurance_fee", ChargeKind.OTHER, 1, False),
    ("item_insurance_tax", ChargeKind.OTHER, 1, False),
    ("shipping_insurance_fee", ChargeKind.OTHER, 1, False),
    ("distance_shipping_fee", ChargeKind.OTHER, 1, False),
    ("distance_fee", ChargeKind.OTHER, 1, False),
    ("payment_discount_service_fee", ChargeKind.OTHER, 1, False),
    ("payment_platform_discount", ChargeKind.ITEM_DISCOUNT, -1, False),
)
# Where TikTok adds the tax to the price and pays it to the state, whether or not an order has any.
_PRE_TAX_CURRENCY = "USD"
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Amounts:
    """Money of an order.

    :param lines: charges of each line item, in their order
    """

    total: Money | None
    lines: tuple[tuple[Charge, ...], ...]
    charges: tuple[Charge, ...]
    subsidies: tuple[Charge, ...]
    warnings: tuple[str, ...] = ()


def read_amounts(order, cancelled):
    """Money of an order.

    :param Node order: a received order
    :param cancelled: for each line item, whether it is cancelled: its money is left out
    :return: :class:`Amounts`; a difference that no documented part explains is a charge of its own, with a warning
    :raise InvalidPayload: amounts that are none, or in several currencies
    """
    payment = order.node("payment")
    items = order.nodes("line_items")
    if not payment.data or all(cancelled):
        return Amounts(None, ((),) * len(items), (), ())
    currency = payment.text("currency", required=True)
    total = payment.money("total_amount", currency)
    if total is None:
        raise InvalidPayload(payment.where("total_amount"), "missing")
    taxes = _Taxes(payment, items, currency)
    lines = [_read_line(item, currency, taxes, index) for index, item in enumerate(items)]
    charges, subsidies = _read_order(payment, currency, taxes)
    kept = [() if off else line for line, off in zip(lines, cancelled, strict=True)]
    # Whether the total still has the cancelled units in it is seen from the amounts.
    (added, difference), counted = min(
        ((_reconcile(total, choice, charges), choice) for choice in (lines, kept)),
        key=lambda found: bool(found[0][1]),
    )
    added = added or currency == _PRE_TAX_CURRENCY
    charges = [_treated(charge, added) for charge in charges]
    paid = [[_treated(charge, added) for charge in line] for line in counted]
    gone = sum((charge.total for line, off in zip(paid, cancelled, strict=True) if off for charge in line), _ZERO)
    kept = tuple(tuple(_treated(charge, added) for charge in line) for line in kept)
    warnings = ()
    if difference:
        charges.append(Charge(ChargeKind.OTHER, _exact(difference, currency)))
        warnings = (f"TikTok states a total of {total.text} {currency}, {difference} more than its parts add up to.",)
    if gone:
        total = _exact(total.amount - gone, currency)
    live = [item for item, off in zip(items, cancelled, strict=True) if not off]
    subsidies = [paid for item in live for paid in _read_subsidies(item, currency)] + subsidies
    return Amounts(total, kept, tuple(charges), tuple(subsidies), warnings)


class _Taxes:
    """Stated taxes: of each line where they are, else of all products at once; and of shipping."""

    def __init__(self, payment, items, currency):
        self.lines = [_sum(item.nodes("item_tax"), "tax_amount", currency) for item in items]
        self.shipping = payment.money("shipping_fee_tax", currency)
        products, whole = payment.money("product_tax", currency), payment.money("tax", currency)
        stated = sum((tax.amount for tax in self.lines if tax), _ZERO)
        shipping = self.shipping.amount if self.shipping else _ZERO
        known = products.amount if products else stated
        if whole is not None and products is None and not stated:
            known = whole.amount - shipping
        self.rest = known - stated if known != stated else _ZERO


def _read_line(item, currency, taxes, index):
    stated = item.text("currency")
    if stated and stated != currency:
        raise InvalidPayload(item.where("currency"), f"{stated} in an order in {currency}")
    price = item.money("original_price", currency)
    if price is None:
        raise InvalidPayload(item.where("original_price"), "missing")
    charges = [_taxed(ChargeKind.ITEM, price, taxes.lines[index])]
    for key in ("seller_discount", "platform_discount"):
        discount = item.money(key, currency)
        if discount is not None and discount.amount:
            charges.append(Charge(ChargeKind.ITEM_DISCOUNT, _negative(discount)))
    return tuple(charges)


def _read_order(payment, currency, taxes):
    """``([charges], [subsidies])`` of the order as a whole."""
    charges, subsidies = [], []
    for key, kind, sign, subsidised in _PARTS:
        money = payment.money(key, currency)
        if money is None or not money.amount:
            continue
        if kind is ChargeKind.SHIPPING:
            charges.append(_taxed(kind, money, taxes.shipping))
        else:
            charges.append(Charge(kind, money if sign > 0 else _negative(money)))
        if subsidised:
            subsidies.append(Charge(kind, replace(money, amount=abs(money.amount))))
    if taxes.shipping and taxes.shipping.amount and not any(c.kind is ChargeKind.SHIPPING for c in charges):
        charges.append(_taxed(ChargeKind.SHIPPING, Money(_ZERO, currency, "0"), taxes.shipping))
    if taxes.rest:
        charges.append(_taxed(ChargeKind.OTHER, Money(_ZERO, currency, "0"), _exact(taxes.rest, currency)))
    return charges, subsidies


def _reconcile(total, lines, charges):
    """``(whether tax comes on top, what is left unexplained)``."""
    parts = [charge for line in lines for charge in line] + charges
    base = sum((charge.amount.amount for charge in parts), _ZERO)
    tax = sum((charge.tax.amount for charge in parts if charge.tax), _ZERO)
    for added, amount in ((True, base + tax), (False, base)):
        if amount == total.amount:
            return added and bool(tax), _ZERO
    return bool(tax), total.amount - base - tax


def _treated(charge, added):
    """Tax on top of the prices is what TikTok collects and pays to the state; tax in them is the seller's."""
    if added:
        return replace(charge, tax_treatment=TaxTreatment.ADDED, tax_collector=TaxCollector.MARKETPLACE)
    return charge if charge.amount.amount else replace(charge, tax=None)  # a tax that no amount contains


def _taxed(kind, money, tax):
    return Charge(kind, money, tax if tax is not None and tax.amount else None)


def _read_subsidies(item, currency):
    discount = item.money("platform_discount", currency)
    if discount is not None and discount.amount:
        yield Charge(ChargeKind.ITEM_DISCOUNT, replace(discount, amount=abs(discount.amount)))


def _negative(money):
    """The amount as a deduction; TikTok's text stays as evidence."""
    return replace(money, amount=-abs(money.amount))


def _exact(amount, currency):
    return Money(amount, currency, str(amount))


def _sum(nodes, key, currency):
    amounts = [money for node in nodes if (money := node.money(key, currency)) is not None]
    if len(amounts) == 1:
        return amounts[0]
    return _exact(sum((money.amount for money in amounts), _ZERO), currency) if amounts else None
