"""The money of an order, line by line.

Shopify states every amount twice: in the shop's currency, in which the shop keeps its books and is paid, and in the
buyer's. Charges are in the shop's currency; the buyer's amounts stay in the payload and check the sum.
``totalPriceSet`` is the order before refunds; what is refunded for units that are never shipped leaves the order, line
and total alike.
"""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain

from ...marketplace.contract import Charge, ChargeKind, InvalidPayload, Money, TaxCollector, TaxTreatment

SHOP, BUYER = "shopMoney", "presentmentMoney"
# What Shopify gave back for units that were never shipped comes first, see ``_removed_of``.
_RESTOCK_ORDER = ("CANCEL", "NO_RESTOCK", "LEGACY_RESTOCK", "RETURN")
# Currencies without cents, and with a thousandth (ISO 4217).
_NO_CENTS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_MILLS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


class Ledger:
    """Charges of one order in one of its two currencies.

    :param Node order: the received order
    :param side: ``shopMoney`` or ``presentmentMoney``
    """

    def __init__(self, order, side):
        self.side = side
        self._treatment = TaxTreatment.INCLUDED if order.flag("taxesIncluded") else TaxTreatment.ADDED
        self._duties_included = order.flag("dutiesIncluded")

    def of_line(self, line):
        """Charges of a line for all its units, those refunded later included."""
        charges = self._priced(line, "originalTotalSet", ChargeKind.ITEM, ChargeKind.ITEM_DISCOUNT)
        if not self._duties_included:
            for duty in line.nodes("duties"):
                charges += self._priced(duty, "price", ChargeKind.OTHER, ChargeKind.OTHER)
        return charges

    def of_shipping(self, line):
        """Charges of a delivery."""
        return self._priced(line, "originalPriceSet", ChargeKind.SHIPPING, ChargeKind.SHIPPING_DISCOUNT)

    def of_fee(self, fee):
        """Charges of an additional fee."""
        return self._priced(fee, "price", ChargeKind.OTHER, ChargeKind.OTHER)

    def removed_of(self, line, units, refunds):
        """``(price, discount, tax)`` of units that are never shipped, as refunded; what no refund tells, in proportion.

        :param int units: how many
        :param refunds: refund lines of this line
        """
        price, discount, tax = self._sums(line)
        quantity = line.count("quantity", required=True)
        left, paid_back, tax_back = units, Decimal(), Decimal()
        for refund in sorted(refunds, key=lambda node: _rank(node.text("restockType"))):
            stated = refund.count("quantity", required=True)
            count = min(left, stated)
            if count:
                share = Decimal(count) / stated
                paid_back += _share(refund.bag("subtotalSet", self.side), share)
                tax_back += _share(refund.bag("totalTaxSet", self.side), share)
                left -= count
        share = Decimal(left) / quantity
        paid_back += _round((price.amount - discount) * share, price)
        removed = _round(price.amount * units / quantity, price)
        return removed, removed - paid_back, tax_back + _round(tax * share, price)

    def without(self, charges, line, units, refunds):
        """The charges of a line without some of its units; duties and fees stay with the units that are shipped."""
        price, discount, tax = self.removed_of(line, units, refunds)
        if not any(charge.kind is ChargeKind.ITEM_DISCOUNT for charge in charges):
            price, discount = price - discount, Decimal()
        less = {ChargeKind.ITEM: (-price, -tax), ChargeKind.ITEM_DISCOUNT: (discount, Decimal())}
        result = []
        for charge in charges:
            amount, tax_amount = less.pop(charge.kind, (Decimal(), Decimal()))
            result.append(_changed(charge, amount, tax_amount))
        return result

    def _sums(self, line):
        price = _required(line, "originalTotalSet", self.side)
        discounts = (item.bag("allocatedAmountSet", self.side) for item in line.nodes("discountAllocations"))
        tax, _collector = self._tax(line)
        return price, sum((item.amount for item in discounts), Decimal()), tax.amount if tax else Decimal()

    def _priced(self, node, key, kind, discount_kind):
        price = _required(node, key, self.side)
        tax, collector = self._tax(node)
        charges = [Charge(kind, price, tax, self._treatment, collector)]
        discounts = [_required(item, "allocatedAmountSet", self.side) for item in node.nodes("discountAllocations")]
        discount = sum((item.amount for item in discounts), Decimal())
        if discount:
            charges.append(Charge(discount_kind, _money(-discount, price), None, self._treatment, collector))
        return charges

    def _tax(self, node):
        """``(tax or None, who owes it)``; the channel owes it only where it says so of every tax."""
        lines = node.nodes("taxLines")
        if not lines:
            return None, TaxCollector.SELLER
        amounts = [_required(line, "priceSet", self.side) for line in lines]
        liable = {line.flag("channelLiable") for line in lines if line.bag("priceSet", self.side).amount}
        if len(liable) > 1:
            raise InvalidPayload(node.where("taxLines"), "some taxes are owed by the channel, others by the seller")
        collector = TaxCollector.MARKETPLACE if liable == {True} else TaxCollector.SELLER
        if len(amounts) == 1:
            return amounts[0], collector
        return _money(sum((item.amount for item in amounts), Decimal()), amounts[0]), collector


def read_charges(order, lines, quantities, refunds):
    """Charges of an order, checked against its stated total.

    :param Node order: the received order
    :param lines: its lines without tips, as nodes
    :param dict quantities: ``{line id: (units ordered, units left in the order)}``
    :param dict refunds: ``{line id: [refund lines]}``
    :return: ``({line id: charges}, charges of the order, total)``
    :raise InvalidPayload: the parts do not add up to the stated total
    """
    ledger = Ledger(order, SHOP)
    whole = [ledger.of_line(line) for line in lines]
    others = _of_order(order, ledger)
    total = _required(order, "totalPriceSet", SHOP)
    rest = total.amount - _sum_of(whole, others)
    if rest:
        _require_conversion(order, lines, total, rest, sum(map(len, whole)) + len(others))
        others.append(Charge(ChargeKind.OTHER, _money(rest, total)))
    by_line, removed = {}, Decimal()
    for line, charges in zip(lines, whole, strict=True):
        id_ = line.number()
        ordered, left = quantities[id_]
        if left < ordered:
            kept = ledger.without(charges, line, ordered - left, refunds.get(id_, ()))
            removed += _sum_of([charges]) - _sum_of([kept])
            if not left:  # what is not paid back for a line that is gone stays due
                others += [replace(charge, kind=ChargeKind.OTHER) for charge in kept if charge.total]
                kept = []
            charges = kept
        by_line[id_] = tuple(charges)
    return by_line, tuple(others), _money(total.amount - removed, total) if removed else total


def _of_order(order, ledger):
    charges = [charge for line in order.nodes("shippingLines") for charge in ledger.of_shipping(line)]
    charges += [charge for fee in order.nodes("additionalFees") for charge in ledger.of_fee(fee)]
    tip = order.bag("totalTipReceivedSet", ledger.side)
    if tip and tip.amount:
        charges.append(Charge(ChargeKind.TIP, tip))
    return [charge for charge in charges if charge.total or charge.tax]


def _require_conversion(order, lines, total, rest, count):
    """What the stated total has more than its parts must be a rest of conversion.

    Shopify converts each part of an order that was paid in another currency by itself, so that the converted parts may
    miss the converted total by coins; the buyer's own amounts must add up.

    :param int count: of the parts
    :raise InvalidPayload: it is anything else
    """
    buyer = order.bag("totalPriceSet", BUYER)
    converted = buyer is not None and buyer.currency != total.currency and abs(rest) <= coin_of(total) * count
    if converted:
        ledger = Ledger(order, BUYER)
        total, rest = buyer, buyer.amount - _sum_of(map(ledger.of_line, lines), _of_order(order, ledger))
    if rest or not converted:
        text = f"the parts add up to {total.amount - rest}, Shopify states {total.amount}"
        raise InvalidPayload(order.where("totalPriceSet"), text)


def _sum_of(by_line, others=()):
    """What charges of lines and charges of the order add up to."""
    return sum((charge.total for charge in chain(*by_line, others)), Decimal())


def _required(node, key, side):
    amount = node.bag(key, side)
    if amount is None:
        raise InvalidPayload(node.where(key), "missing")
    return amount


def _rank(restock):
    return _RESTOCK_ORDER.index(restock) if restock in _RESTOCK_ORDER else len(_RESTOCK_ORDER)


def _changed(charge, amount, tax):
    new_tax = _money(charge.tax.amount + tax, charge.tax) if charge.tax and tax else charge.tax
    new_amount = _money(charge.amount.amount + amount, charge.amount) if amount else charge.amount
    return Charge(charge.kind, new_amount, new_tax, charge.tax_treatment, charge.tax_collector)


def _share(money, share):
    return _round(money.amount * share, money) if money else Decimal()


def _round(amount, like):
    return amount.quantize(coin_of(like), ROUND_HALF_UP)


def coin_of(money):
    """Smallest step of an amount: its currency's coin, or what the amount itself uses."""
    digits = 0 if money.currency in _NO_CENTS else 3 if money.currency in _MILLS else 2
    return Decimal(1).scaleb(min(-digits, money.amount.normalize().as_tuple().exponent))


def _money(amount, like):
    return Money(amount, like.currency, str(amount))
