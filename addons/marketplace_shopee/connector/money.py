"""The money of an order: what the buyer pays and what Shopee adds.

Sources: documents ``v2.order.get_order_detail`` and ``v2.payment.get_escrow_detail``. The order itself states unit
prices and the total only; the parts between them are in the escrow detail: ``items`` with the price of each line,
``buyer_payment_info`` with what was paid at the checkout and ``order_income`` with what Shopee pays to the seller.
Vouchers, coins and promotions that are no deduction in Shopee's formula of ``escrow_amount`` are paid by Shopee: they
are discounts for the buyer and subsidies for the seller.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from ...marketplace.contract import Charge, ChargeKind, Money, TaxCollector, TaxTreatment

_ZERO = Decimal(0)

#: Discounts on the goods: field of ``buyer_payment_info``, of ``order_income``, of its items, whether Shopee pays it.
_REDUCTIONS = (
    ("seller_voucher", "voucher_from_seller", "discount_from_voucher_seller", False),
    ("shopee_voucher", "voucher_from_shopee", "discount_from_voucher_shopee", True),
    ("shopee_coins_redeemed", "coins", "discount_from_coin", True),
    ("credit_card_promotion", "credit_card_promotion", "", True),
    ("discount_pix", "pix_discount", "", True),
    ("ads_voucher_discount", "", "", True),
    ("", "voucher_from_external_party", "", True),
    ("trade_in_bonus", "trade_in_bonus_by_seller", "", True),
)
#: What the buyer pays besides the goods, and who keeps it.
_FEES = (
    ("shipping_fee", "buyer_paid_shipping_fee", ChargeKind.SHIPPING, TaxCollector.SELLER),
    ("buyer_paid_packaging_fee", "buyer_paid_packaging_fee", ChargeKind.OTHER, TaxCollector.SELLER),
    ("initial_buyer_txn_fee", "buyer_transaction_fee", ChargeKind.OTHER, TaxCollector.MARKETPLACE),
    ("buyer_service_fee", "", ChargeKind.OTHER, TaxCollector.MARKETPLACE),
    ("insurance_premium", "final_product_protection", ChargeKind.OTHER, TaxCollector.MARKETPLACE),
    ("bulky_handling_fee", "", ChargeKind.OTHER, TaxCollector.MARKETPLACE),
    ("shopeevip_subtotal", "", ChargeKind.OTHER, TaxCollector.MARKETPLACE),
    ("bcrs_deposit", "bcrs_deposit", ChargeKind.OTHER, TaxCollector.MARKETPLACE),
)
#: Taxes that Shopee takes from the buyer and pays to the state.
_TAXES = (
    ("buyer_tax_amount", "cross_border_tax"),
    ("icms_tax_amount", ""),
    ("import_tax_amount", ""),
    ("iof_tax_amount", ""),
    ("shipping_fee_sst_amount", ""),
)
#: What Shopee and its carriers pay towards the delivery.
_SHIPPING_SUBSIDIES = ("shopee_shipping_rebate", "shipping_fee_discount_from_3pl")


@dataclass(frozen=True)
class OrderMoney:
    """Charges of the lines, in their order, and of the order as a whole."""

    total: Money | None
    lines: tuple
    charges: tuple
    subsidies: tuple
    warnings: tuple


def read_money(items, left, escrow, stated_total, currency):
    """Put the money of an order together.

    :param list items: :class:`Node` of the order's items
    :param list left: their units that are not cancelled
    :param escrow: :class:`Node` of the order's escrow detail; empty where Shopee states none
    :param stated_total: :class:`Money` of the order, ``None`` before it is paid
    """
    income, paid = escrow.node("order_income"), escrow.node("buyer_payment_info")
    if is_affiliate(income):
        return _settlement(items, left, income, stated_total, currency)
    details = match_items(items, left, income.nodes("items"))
    lines = [_goods(item, detail, currency) for item, detail in zip(items, details, strict=True)]
    weights = [sum((charge.amount.amount for charge in line), _ZERO) for line in lines]
    subsidies = [Charge(ChargeKind.ITEM_DISCOUNT, amount) for amount in _rebates(details, currency)]
    for names in _REDUCTIONS:
        reduction, subsidy = _reduction(names, income, paid, currency)
        if reduction is None:
            continue
        for line, part in zip(lines, _parts(reduction, names[2], details, weights, currency), strict=True):
            if part.amount:
                line.append(Charge(ChargeKind.ITEM_DISCOUNT, part))
        subsidies += [Charge(ChargeKind.ITEM_DISCOUNT, subsidy)] if subsidy else []
    subsidies += [
        Charge(ChargeKind.SHIPPING_DISCOUNT, amount)
        for amount in (income.money(name, currency) for name in _SHIPPING_SUBSIDIES)
        if amount is not None and amount.amount
    ]
    charges = [*_fees(income, paid, currency), *_taxes(income, paid, currency)]
    total = stated_total or paid.money("buyer_total_amount", currency)
    ordered = [item.count("model_quantity_purchased", required=True) for item in items]
    if ordered != left:
        priced = [
            detail.count("quantity_purchased", required=True) if detail else units
            for detail, units in zip(details, ordered, strict=True)
        ]
        lines = [_scaled(line, *units) for line, *units in zip(lines, left, priced, strict=True)]
    parts = [charge for line in lines for charge in line] + charges
    rest = amount_of((total.amount if total else _ZERO) - sum((part.total for part in parts), _ZERO), currency)
    warnings = ()
    if total is not None and rest.amount and ordered != left:
        warnings = (f"units were cancelled: the stated total holds {rest.text} {currency} for them",)
        total = amount_of(total.amount - rest.amount, currency)
    elif total is not None and rest.amount:
        charges.append(Charge(ChargeKind.OTHER, rest))
        warnings = (f"a part of the total is not stated by name: {rest.text} {currency}",)
    return OrderMoney(total, tuple(map(tuple, lines)), tuple(charges), tuple(subsidies), warnings)


def is_affiliate(income):
    """Whether the order is of an affiliate shop that Shopee runs for a cross-border seller (SIP)."""
    currency = income.text("pri_currency")
    return len(currency) == 3 and currency.isalpha()


def _settlement(items, left, income, stated_total, currency):
    """The money of an affiliate shop's order: not what the buyer pays, which Shopee hides, but the agreed prices.

    The order is in the currency of the seller; of the escrow only the fields named ``_pri`` are.
    """
    details = match_items(items, left, income.nodes("items"))
    known = income.text("pri_currency") == currency
    lines = []
    for item, detail, units in zip(items, details, left, strict=True):
        agreed = detail.money("original_price_pri", currency) if detail is not None and known else None
        charges = [Charge(ChargeKind.ITEM, agreed)] if agreed is not None else _goods(item, None, currency)
        lines.append(tuple(charges if units else ()))
    total = stated_total if stated_total is not None and stated_total.amount else None
    rest = total.amount - sum((charge.total for line in lines for charge in line), _ZERO) if total else _ZERO
    charges = (Charge(ChargeKind.OTHER, amount_of(rest, currency)),) if rest else ()
    return OrderMoney(total, tuple(lines), charges, (), ())


def match_items(items, left, details):
    """The escrow item of each order item, ``None`` where there is no certain one.

    An item may be in an order several times, once alone and once in a deal. After a cancellation the escrow states
    either all units or those that are left.
    """
    free = list(details)
    matched = []
    for item, units in zip(items, left, strict=True):
        found = next((detail for detail in free if _is_same(item, units, detail)), None)
        if found is not None:
            free.remove(found)
        matched.append(found)
    return matched


def _is_same(item, left, detail):
    if "line_item_id" in item and "line_item_id" in detail:
        return item.ident("line_item_id") == detail.ident("line_item_id")
    return (
        item.ident("item_id") == detail.ident("item_id")
        and item.ident("model_id") == detail.ident("model_id")
        and detail.count("quantity_purchased") in (item.count("model_quantity_purchased"), left)
    )


def _goods(item, detail, currency):
    """Charges of a line: the price before discounts and each discount on it; escrow items state subtotals."""
    if detail is None:
        unit = item.money("model_discounted_price", currency)
        if unit is None:
            return []
        quantity = item.count("model_quantity_purchased", required=True)
        return [Charge(ChargeKind.ITEM, unit if quantity == 1 else amount_of(unit.amount * quantity, currency))]
    price = detail.money("discounted_price", currency) or amount_of(_ZERO, currency)
    off = [detail.money(name, currency) for name in ("seller_discount", "shopee_discount")]
    off = [amount for amount in off if amount is not None and amount.amount]
    before = price.amount + sum((amount.amount for amount in off), _ZERO)
    original = detail.money("original_price", currency)
    stated = next((money for money in (original, price) if money and money.amount == before), None)
    return [
        Charge(ChargeKind.ITEM, stated or amount_of(before, currency)),
        *(Charge(ChargeKind.ITEM_DISCOUNT, negative(amount)) for amount in off),
    ]


def _rebates(details, currency):
    amounts = (detail.money("shopee_discount", currency) for detail in details if detail is not None)
    return [amount for amount in amounts if amount is not None and amount.amount]


def _reduction(names, income, paid, currency):
    """``(discount as negative amount, what Shopee pays of it)`` of one kind; ``(None, None)`` if there is none."""
    paid_name, income_name, _item_name, by_shopee = names
    amount = _either(paid, paid_name, income, income_name, currency)
    if amount is None:
        return None, None
    reduction = negative(amount) if amount.amount > 0 else amount
    if not by_shopee:
        return reduction, None
    if paid_name == "trade_in_bonus":
        of_seller = income.money(income_name, currency)
        share = abs(amount.amount) - (abs(of_seller.amount) if of_seller else _ZERO)
        return reduction, amount_of(share, currency) if share > 0 else None
    return reduction, negative(reduction)


def _parts(reduction, item_name, details, weights, currency):
    """A discount by line: as stated with the items if that adds up, else in proportion to their prices."""
    if item_name and all(detail is not None and item_name in detail for detail in details):
        stated = [detail.money(item_name, currency) for detail in details]
        stated = [amount if amount.amount <= 0 else negative(amount) for amount in stated]
        if sum((amount.amount for amount in stated), _ZERO) == reduction.amount:
            return stated
    if len(details) == 1:
        return [reduction]
    return [amount_of(part, currency) for part in share(reduction.amount, weights)]


def share(amount, weights):
    """Split an amount by weights in its own smallest digit; what is left over goes to the largest weight."""
    whole = sum(weights, _ZERO)
    if not whole:
        return [amount] + [_ZERO] * (len(weights) - 1)
    quantum = Decimal(1).scaleb(amount.as_tuple().exponent)
    parts = [(amount * weight / whole).quantize(quantum, ROUND_DOWN) for weight in weights]
    parts[weights.index(max(weights))] += amount - sum(parts, _ZERO)
    return parts


def _fees(income, paid, currency):
    for paid_name, income_name, kind, keeper in _FEES:
        amount = _either(paid, paid_name, income, income_name, currency)
        if amount is not None:
            yield Charge(kind, amount, tax_collector=keeper)


def _taxes(income, paid, currency):
    nothing = amount_of(_ZERO, currency)
    for paid_name, income_name in _TAXES:
        tax = _either(paid, paid_name, income, income_name, currency)
        if tax is not None:
            yield Charge(ChargeKind.OTHER, nothing, tax, TaxTreatment.ADDED, TaxCollector.MARKETPLACE)


def _either(paid, paid_name, income, income_name, currency):
    """The amount at the checkout, else the one of the income; ``None`` if both are absent or zero."""
    amount = paid.money(paid_name, currency) if paid_name else None
    if amount is None and income_name:
        amount = income.money(income_name, currency)
    return amount if amount is not None and amount.amount else None


def _scaled(line, left, ordered):
    """Charges of the units that are left of a line whose charges are those of all units."""
    if left == ordered or not left:
        return line if left else []
    return [Charge(charge.kind, _rounded(charge.amount, Decimal(left) / ordered)) for charge in line]


def _rounded(money, factor):
    quantum = Decimal(1).scaleb(money.amount.as_tuple().exponent)
    return amount_of((money.amount * factor).quantize(quantum, ROUND_HALF_UP), money.currency)


def amount_of(amount, currency):
    """An amount that we computed."""
    return Money(amount, currency, format(amount, "f"))


def negative(money):
    """The amount with the other sign."""
    text = money.text[1:] if money.text.startswith("-") else f"-{money.text}"
    return Money(-money.amount, money.currency, text)
