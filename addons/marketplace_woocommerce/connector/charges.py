"""Money of an order. Source: REST API v3 document ``orders``.

Lines state amounts without tax and the tax beside them, whatever ``prices_include_tax`` says about the shop's price
tags: all tax is ADDED. A line's ``subtotal`` is before coupons, its ``total`` after. Coupon lines repeat what the lines
contain.
"""

from decimal import Decimal

from ...marketplace.contract import Charge, ChargeKind, Money, TaxTreatment

_ZERO = Decimal(0)


def read_line_charges(line, currency):
    """Charges of a line item: its price, and what coupons take off it."""
    total, total_tax = line.money("total", currency, required=True), line.money("total_tax", currency)
    price, price_tax = line.money("subtotal", currency), line.money("subtotal_tax", currency)
    if price is None or price.amount <= total.amount:  # sold for more than the list price: no discount
        return (_charge(ChargeKind.ITEM, total, total_tax),)
    discount = _exact(total.amount - price.amount, currency)
    discount_tax = _difference(total_tax, price_tax, currency)
    return _charge(ChargeKind.ITEM, price, price_tax), _charge(ChargeKind.ITEM_DISCOUNT, discount, discount_tax)


def read_order_charges(order, currency):
    """Charges of the order as a whole: delivery and fees (a negative fee is a deduction)."""
    charges = []
    for key, kind in (("shipping_lines", ChargeKind.SHIPPING), ("fee_lines", ChargeKind.OTHER)):
        for entry in order.nodes(key):
            amount = entry.money("total", currency)
            if amount is not None:
                charges.append(_charge(kind, amount, entry.money("total_tax", currency)))
    return charges


def settle(order, total, lines, charges):
    """What is in the order's total but in none of its lines, and what a person should know about it.

    Gift cards and deposits of plugins lower the total without a line; tax that is rounded per order differs by coins
    from tax rounded per line. The buyer pays the total: the rest becomes a charge of its own.

    :param lines: charges of all lines
    :param list charges: charges of the order
    :return: ``(charges of the order, warnings)``
    """
    parts = [charge for line in lines for charge in line] + charges
    rest = total.amount - sum((charge.total for charge in parts), _ZERO)
    if not rest:
        return tuple(charges), ()
    closed = (*charges, _charge(ChargeKind.OTHER, _exact(rest, total.currency), None))
    if rest == -_gift_cards(order) or abs(rest) <= _rounding(total, parts):
        return closed, ()
    stated = total.amount - rest
    return closed, (f"The lines add up to {stated} {total.currency}, the shop states a total of {total.text}.",)


def _gift_cards(order):
    return sum((card.number("amount") or _ZERO for card in order.nodes("gift_cards")), _ZERO)


def _rounding(total, parts):
    """Half a coin for each amount that may have been rounded."""
    coin = Decimal(1).scaleb(min(total.amount.as_tuple().exponent, 0))
    return coin * sum(2 if charge.tax is not None else 1 for charge in parts) / 2


def _charge(kind, amount, tax):
    return Charge(kind, amount, tax, TaxTreatment.ADDED)


def _difference(tax, other, currency):
    if tax is None and other is None:
        return None
    return _exact((tax.amount if tax else _ZERO) - (other.amount if other else _ZERO), currency)


def _exact(amount, currency):
    return Money(amount, currency, str(amount))
