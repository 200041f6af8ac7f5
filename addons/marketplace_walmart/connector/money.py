"""What the buyer of an order line pays. Source: Walmart's OpenAPI ``order-management``.

Charges are of all units of a line; prices are before tax. Walmart collects the tax and pays it to the states, so none
of it is the seller's. ``taxAndOtherFees`` goes before ``tax``: it holds the same tax and fees besides. An incentive
that Walmart funds has already lowered the price and is paid to the seller: it is a subsidy.
"""

from dataclasses import replace
from decimal import Decimal

from ...marketplace.contract import Charge, ChargeKind, InvalidPayload, Money, TaxCollector, TaxTreatment, split_evenly

_ZERO = Decimal(0)
_KINDS = {"PRODUCT": ChargeKind.ITEM, "SHIPPING": ChargeKind.SHIPPING}
_DISCOUNTS = {
    ChargeKind.ITEM: ChargeKind.ITEM_DISCOUNT,
    ChargeKind.SHIPPING: ChargeKind.SHIPPING_DISCOUNT,
    ChargeKind.OTHER: ChargeKind.ITEM_DISCOUNT,
}


def read_charges(line, quantity, live):
    """Charges of the units of a line that are not cancelled.

    :param Node line: order line
    :param int quantity: units ordered
    :param int live: units not cancelled
    """
    if not live:
        return ()
    charges = [_read_charge(charge) for charge in line.node("charges").nodes("charge")]
    if live == quantity:
        return tuple(charges)
    return tuple(_share(charge, quantity, live) for charge in charges)


def read_subsidies(line, quantity, live):
    """What Walmart pays the seller towards a line's price."""
    funded = line.node("incentive").node("walmartFundedIncentive").money()
    if funded is None or not funded.amount or not live:
        return ()
    subsidy = Charge(ChargeKind.ITEM_DISCOUNT, funded)
    return (subsidy if live == quantity else _share(subsidy, quantity, live),)


def total_of(lines):
    """Sum of charges as :class:`Money`; ``None`` without any.

    :raise InvalidPayload: several currencies
    """
    charges = [charge for line in lines for charge in line]
    currencies = {charge.amount.currency for charge in charges}
    if not charges:
        return None
    if len(currencies) > 1:
        raise InvalidPayload("orderLines.orderLine", f"several currencies: {', '.join(sorted(currencies))}")
    total = sum((charge.total for charge in charges), _ZERO)
    return Money(total, currencies.pop(), str(total))


def stated_total(order):
    """``orderSummary.totalAmount`` as :class:`Money`; ``None`` where Walmart states none."""
    return order.node("orderSummary").node("totalAmount").money("currencyAmount", "currencyUnit")


def _read_charge(charge):
    amount = charge.node("chargeAmount").money()
    if amount is None:
        raise InvalidPayload(charge.where("chargeAmount"), "missing")
    kind = _KINDS.get(charge.text("chargeType", required=True), ChargeKind.OTHER)
    tax = charge.node("taxAndOtherFees").node("taxAmount").money() or charge.node("tax").node("taxAmount").money()
    if tax is not None and tax.currency != amount.currency:
        raise InvalidPayload(charge.where("tax"), f"{tax.currency} on a charge in {amount.currency}")
    return Charge(
        _DISCOUNTS[kind] if amount.amount < 0 else kind,
        amount,
        tax if tax is not None and tax.amount else None,
        TaxTreatment.ADDED,
        TaxCollector.MARKETPLACE,
    )


def _share(charge, quantity, live):
    return replace(
        charge,
        amount=_part(charge.amount, quantity, live),
        tax=charge.tax and _part(charge.tax, quantity, live),
    )


def _part(money, quantity, live):
    """The share of some units, the dearer ones first, in the amount's own decimals but at least in cents."""
    coin = Decimal(1).scaleb(min(money.amount.as_tuple().exponent, -2))
    left, amount = live, _ZERO
    for unit, count in split_evenly(money.amount, quantity, coin):
        taken = min(left, count)
        amount += unit * taken
        left -= taken
    return Money(amount, money.currency, str(amount))
