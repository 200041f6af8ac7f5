"""The money of an order: what the buyer pays and what Lazada adds.

Sources: documents ``/orders/get`` and ``/orders/items/get``. An item is one unit: its price, its vouchers by who gives
them, and its share of the delivery. What the buyer pays for the order is its price without vouchers, plus the delivery.
"""

from dataclasses import dataclass
from decimal import Decimal

from ...marketplace.contract import Charge, ChargeKind, Money

_ZERO = Decimal(0)
#: Vouchers on an item, and whether Lazada pays them.
_VOUCHERS = (("voucher_seller", False), ("voucher_platform", True))
#: What may take more off the paid price: bonuses, and the buyer's credit at Lazada.
_BONUSES = (("voucher_seller_lpi", False), ("voucher_platform_lpi", True), ("wallet_credits", True))


@dataclass(frozen=True)
class OrderMoney:
    """Charges of the items, in their order, and of the order as a whole."""

    total: Money | None
    lines: tuple
    charges: tuple
    subsidies: tuple
    warnings: tuple


def read_money(order, items, open_items, currency):
    """Put the money of an order together.

    :param list items: :class:`Node` of its items
    :param list open_items: whether each of them is not cancelled
    """
    lines, subsidies, wallet = [], [], _ZERO
    for item, is_open in zip(items, open_items, strict=True):
        charges, paid_by_lazada = _item_charges(item, currency) if is_open else ((), ())
        lines.append(tuple(charges))
        subsidies += paid_by_lazada
        wallet += _credits(item, charges, currency)
    charges = list(_rest_of_delivery(order, items, currency)) if any(open_items) else []
    total = sum((charge.total for line in (*lines, charges) for charge in line), _ZERO)
    warnings = []
    stated = _stated_total(order, wallet, currency) if all(open_items) else None
    if stated is not None and stated != total:
        rest = amount_of(stated - total, currency)
        charges.append(Charge(ChargeKind.OTHER, rest))
        warnings.append(f"a part of the total is not stated by name: {rest.text} {currency}")
        total = stated
    return OrderMoney(amount_of(total, currency), tuple(lines), tuple(charges), tuple(subsidies), tuple(warnings))


def _item_charges(item, currency):
    """``(charges of an item, what Lazada pays towards them)``."""
    price = item.money("item_price", currency) or amount_of(_ZERO, currency)
    paid = item.money("paid_price", currency)
    tax = item.money("tax_amount", currency)
    charges, subsidies = [Charge(ChargeKind.ITEM, price, tax if tax is not None and tax.amount else None)], []
    left = price.amount - paid.amount if paid is not None else None
    for names, certain in ((_VOUCHERS, True), (_BONUSES, False)):
        for name, by_lazada in names:
            amount = item.money(name, currency)
            if amount is None or not amount.amount:
                continue
            if not certain and (left is None or abs(amount.amount) > left):
                continue  # part of a voucher already, or of another payment
            left = None if left is None else left - abs(amount.amount)
            charges.append(Charge(ChargeKind.ITEM_DISCOUNT, negative(amount)))
            if by_lazada:
                subsidies.append(Charge(ChargeKind.ITEM_DISCOUNT, positive(amount)))
    if left:
        charges.append(Charge(ChargeKind.ITEM_DISCOUNT, amount_of(-left, currency)))
    delivery, from_lazada = _delivery(item, "shipping_amount", currency)
    return charges + delivery, subsidies + from_lazada


def _credits(item, charges, currency):
    """The buyer's credit at Lazada that was taken off this item, positive."""
    amount = item.money("wallet_credits", currency)
    if amount is None or not amount.amount:
        return _ZERO
    taken = any(charge.amount.amount == -abs(amount.amount) for charge in charges)
    return abs(amount.amount) if taken else _ZERO


def _delivery(node, name, currency):
    """``(charges, what Lazada pays)`` of the delivery: the fee before discounts and each discount."""
    fee = node.money(name, currency)
    off = [(node.money(f"shipping_fee_discount_{who}", currency), who == "platform") for who in ("seller", "platform")]
    off = [(amount, by_lazada) for amount, by_lazada in off if amount is not None and amount.amount]
    if fee is None or not (fee.amount or off):
        return [], []
    before = fee.amount + sum((abs(amount.amount) for amount, _by_lazada in off), _ZERO)
    original = node.money("shipping_fee_original", currency)
    stated = next((money for money in (original, fee) if money is not None and money.amount == before), None)
    charges = [Charge(ChargeKind.SHIPPING, stated or amount_of(before, currency))]
    charges += [Charge(ChargeKind.SHIPPING_DISCOUNT, negative(amount)) for amount, _by_lazada in off]
    subsidies = [Charge(ChargeKind.SHIPPING_DISCOUNT, positive(amount)) for amount, by_lazada in off if by_lazada]
    return charges, subsidies


def _rest_of_delivery(order, items, currency):
    """The part of the order's delivery fee that its items do not state."""
    fee = order.money("shipping_fee", currency)
    if fee is None:
        return
    stated = [item.money("shipping_amount", currency) for item in items]
    rest = fee.amount - sum((amount.amount for amount in stated if amount is not None), _ZERO)
    if rest:
        yield Charge(ChargeKind.SHIPPING, fee if rest == fee.amount else amount_of(rest, currency))


def _stated_total(order, wallet, currency):
    price, voucher, fee = (order.money(name, currency) for name in ("price", "voucher", "shipping_fee"))
    if price is None:
        return None
    off = abs(voucher.amount) if voucher is not None else _ZERO
    return price.amount - off - wallet + (fee.amount if fee is not None else _ZERO)


def amount_of(amount, currency):
    """An amount that we computed."""
    return Money(amount, currency, format(amount, "f"))


def negative(money):
    """The amount below zero, whichever sign it was stated with."""
    return money if money.amount < 0 else Money(-money.amount, money.currency, f"-{money.text}")


def positive(money):
    """The amount above zero, whichever sign it was stated with."""
    return Money(-money.amount, money.currency, money.text[1:]) if money.amount < 0 else money
