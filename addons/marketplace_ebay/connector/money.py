"""Money of orders: from the amounts of each line item to charges whose totals are the order's total.

The document names the amounts but not which of them a line's ``total`` contains: handling, import charges, charges that
eBay collects, promotions and taxes are in it for some programs and countries only. The stated totals decide, by exact
arithmetic; what does not add up is refused. Amounts that eBay has converted into the seller's currency are read as they
were before, for that is what the buyer pays. Source: ``sell_fulfillment_v1_oas3.json``, LineItem and PricingSummary.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from ...marketplace.contract import Charge, ChargeKind, InvalidPayload, Money, TaxCollector, TaxTreatment
from .fields import Node, exact, total_of

_ZERO = Decimal(0)


@dataclass
class _Line:
    """What a line item states.

    :param certain: charges that its total contains
    :param possible: charges that its total may contain
    """

    item: Node
    certain: list
    possible: list
    tax: Money | None
    collector: TaxCollector
    stated: Money | None


def read_money(order):
    """Charges of an order.

    :param Node order: an order of the Fulfillment API, with its tax breakdown
    :return: ``(total, [charges of each line item], charges of the order itself)``
    :raise InvalidPayload: amounts that do not add up
    """
    summary = order.node("pricingSummary")
    original = "convertedFromValue" in summary.node("total")
    total = _required(summary, "total", original)
    lines = [_read_line(item, original) for item in order.nodes("lineItems")]
    charges = [_settle(line) for line in lines]
    rest = total.amount - _sum(charges)
    if rest and rest == _outside(charges):
        charges, rest = [_on_top(parts) for parts in charges], _ZERO
    order_charges = _explain(summary, original, rest) if rest else ()
    _check_currencies(total, charges, order_charges)
    return total, charges, order_charges


def _read_line(item, original):
    cost = _required(item, "lineItemCost", original)
    certain = [Charge(ChargeKind.ITEM, cost)]
    possible = []
    discounted = item.money("discountedLineItemCost", original)
    if discounted is not None and discounted.amount != cost.amount:
        certain.append(Charge(ChargeKind.ITEM_DISCOUNT, exact(discounted.amount - cost.amount, cost.currency)))
    elif discounted is None:
        promotions = [promotion.money("discountAmount", original) for promotion in item.nodes("appliedPromotions")]
        possible += _some(ChargeKind.ITEM_DISCOUNT, exact(-abs(total_of(promotions)), cost.currency))
    delivery = item.node("deliveryCost")
    certain += _some(ChargeKind.SHIPPING, delivery.money("shippingCost", original))
    possible += _some(ChargeKind.SHIPPING_DISCOUNT, _negative(delivery.money("discountAmount", original)))
    possible += _some(ChargeKind.SHIPPING, delivery.money("handlingCost", original))
    for key in ("importCharges", "shippingIntermediationFee"):
        possible += _some(ChargeKind.OTHER, delivery.money(key, original))
    collected = item.node("ebayCollectedCharges")
    possible += _some(ChargeKind.SHIPPING, collected.money("ebayShipping", original))
    for charge in collected.nodes("charges"):
        possible += _some(ChargeKind.OTHER, charge.money("amount", original))
    fees, tax, collector = _read_tax(item, original, cost.currency)
    return _Line(item, certain, possible + fees, tax, collector, item.money("total", original))


def _read_tax(item, original, currency):
    """``(fees, tax, who owes it)``; eBay lists what it remits in ``ebayCollectAndRemitTaxes`` and in ``taxes``."""
    stated, fees = _sum_taxes(item.nodes("taxes"), original)
    remitted, remitted_fees = _sum_taxes(item.nodes("ebayCollectAndRemitTaxes"), original)
    if stated and remitted and stated != remitted:
        raise InvalidPayload(item.where("taxes"), f"of {stated} tax eBay remits {remitted}, the rest is the seller's")
    collector = TaxCollector.MARKETPLACE if remitted else TaxCollector.SELLER
    amount = stated or remitted
    charges = [Charge(ChargeKind.OTHER, money) for money in fees or remitted_fees]
    return charges, exact(amount, currency) if amount else None, collector


def _sum_taxes(entries, original):
    """``(sum of the taxes, fees among them)``: recycling and delivery fees are listed like taxes."""
    tax, fees = _ZERO, []
    for entry in entries:
        money = entry.money("amount", original)
        if money is None or not money.amount:
            continue
        if entry.text("taxType").endswith("_FEE"):
            fees.append(money)
        else:
            tax += money.amount
    return tax, fees


def _settle(line):
    """Charges that the stated total of a line consists of; all that is stated, where there is no total."""
    base = sum((charge.amount.amount for charge in line.certain), _ZERO)
    taxes = (True, False) if line.tax else (False,)
    for taxed in taxes:
        for chosen in product((True, False), repeat=len(line.possible)):
            parts = [charge for charge, taken in zip(line.possible, chosen, strict=True) if taken]
            added = sum((charge.amount.amount for charge in parts), line.tax.amount if taxed else _ZERO)
            if line.stated is None or base + added == line.stated.amount:
                return _with_tax(line, line.certain + parts, taxed)
    raise InvalidPayload(line.item.where("total"), f"{line.stated.text} is not what the amounts add up to ({base} …)")


def _with_tax(line, charges, on_top):
    """The tax of a line item is one amount for goods and delivery; it is kept at the goods."""
    charges = [replace(charge, tax_collector=line.collector) for charge in charges]
    if line.tax:
        outside = TaxTreatment.OUTSIDE if line.collector is TaxCollector.MARKETPLACE else TaxTreatment.INCLUDED
        charges[0] = replace(charges[0], tax=line.tax, tax_treatment=TaxTreatment.ADDED if on_top else outside)
    return tuple(charges)


def _outside(lines):
    """Tax that the totals of the lines do not contain; the order's total may."""
    return total_of(charge.tax for charges in lines for charge in charges if _is_outside(charge))


def _on_top(charges):
    """The charges with their tax in the order's total."""
    added = TaxTreatment.ADDED
    return tuple(replace(charge, tax_treatment=added) if _is_outside(charge) else charge for charge in charges)


def _is_outside(charge):
    return charge.tax_treatment is TaxTreatment.OUTSIDE


def _sum(lines):
    return sum((charge.total for charges in lines for charge in charges), _ZERO)


def _explain(summary, original, rest):
    """Charges of the order itself that are the difference between its total and its lines."""
    keys = ("adjustment", "fee", "priceDiscount", "deliveryDiscount")
    pieces = [charge for key in keys for charge in _some(ChargeKind.OTHER, summary.money(key, original))]
    for chosen in product((True, False), repeat=len(pieces)):
        parts = tuple(charge for charge, taken in zip(pieces, chosen, strict=True) if taken)
        if sum((charge.amount.amount for charge in parts), _ZERO) == rest:
            return parts
    raise InvalidPayload(summary.where("total"), f"it differs by {rest} from what the line items add up to")


def _check_currencies(total, lines, order_charges):
    amounts = [charge.amount for charges in lines for charge in charges] + [charge.amount for charge in order_charges]
    if {money.currency for money in amounts} - {total.currency}:
        raise InvalidPayload("pricingSummary.total", f"other amounts are not in {total.currency}")


def _required(node, key, original):
    money = node.money(key, original)
    if money is None:
        raise InvalidPayload(node.where(key), "missing")
    return money


def _some(kind, money):
    """A charge, unless it is nothing."""
    return [Charge(kind, money)] if money is not None and money.amount else []


def _negative(money):
    return None if money is None else replace(money, amount=-abs(money.amount))
