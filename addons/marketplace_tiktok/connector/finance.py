"""What TikTok Shop's finance documents state of one transaction, amount by amount.

Source: TikTok Shop's documents "Get Transactions by Statement", "Get Transactions by Order" (202501) and "Get
Unsettled Transactions" (202507): a transaction's settlement is the sum of four amounts, and three of these are each the
sum of a breakdown. All are signed: fees are negative.
"""

from dataclasses import dataclass

from ...marketplace.contract import InvalidPayload, Money, SettlementLine

#: The amounts that make a settlement: their field, and the breakdowns, by their path, that make each of them.
GROUPS = (
    ("revenue_amount", (("revenue_breakdown",),)),
    ("shipping_cost_amount", (("shipping_cost_breakdown",),)),
    ("fee_tax_amount", (("fee_tax_breakdown", "fee"), ("fee_tax_breakdown", "tax"))),
)
ADJUSTMENT, RESERVE = "adjustment_amount", "reserve_amount"
#: Word of money that is held back, whatever kind of transaction states it.
RESERVED = "RESERVE"
_GOODS = frozenset({"subtotal_before_discount_amount"})
# Breakdowns also hold amounts that others contain: the parts of a sum, and a commission before a tax on it.
_REPEATED = frozenset({
    "retail_delivery_fee_payment_amount", "retail_delivery_fee_refund_amount", "sales_tax_payment_amount",
    "sales_tax_refund_amount",
})  # fmt: skip
_BEFORE_TAX, _AFTER_TAX = "before_pit", "affiliate_commission_amount"


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount and the words for it, of which the first says what kind of transaction it is of."""

    words: tuple[str, ...]
    money: Money

    @property
    def is_goods(self):
        """Whether it is the price of goods, to which units belong."""
        return self.words[-1] in _GOODS


def read_transaction(entry, currency, estimated=False):
    """``(amounts, settlement)`` of a transaction, without what is held back.

    :param entry: :class:`Node`
    :param bool estimated: fields of the four amounts begin with ``est_``, and a breakdown may be incomplete
    :raise InvalidPayload: the amounts do not add up
    """
    prefix, kind = "est_" if estimated else "", entry.text("type", required=True)
    settlement = entry.money(f"{prefix}settlement_amount", currency, required=True)
    amounts = []
    for field, paths in GROUPS:
        amounts += _read_group(entry, kind, prefix, field, paths, currency, estimated)
    adjustment = _first(entry, (f"{prefix}{ADJUSTMENT}", ADJUSTMENT), currency)
    if adjustment is not None and adjustment.amount:
        amounts.append(Amount((kind, ADJUSTMENT), adjustment))
    total = _sum(amounts)
    if total != settlement.amount:
        raise InvalidPayload(
            entry.where(f"{prefix}settlement_amount"), f"the amounts add up to {total}, not to {settlement.amount}"
        )
    return amounts, settlement


def read_reserve(entry, currency):
    """What of a transaction is held back (negative) or set free, as :class:`Amount`; ``None`` for nothing."""
    money = entry.money(RESERVE, currency)
    if money is None or not money.amount:
        return None
    return Amount((RESERVED, entry.text("reserve_status") or RESERVE), money)


def read_sku(entry, currency):
    """Like :func:`read_transaction`, of one SKU of an order."""
    return read_transaction(type(entry)({"type": "ORDER", **entry.data}, entry.path), currency)


def _read_group(entry, kind, prefix, field, paths, currency, estimated):
    stated = entry.money(f"{prefix}{field}", currency)
    amounts = [amount for path in paths for amount in _read_breakdown(entry, kind, path, currency)]
    chosen = _choose(amounts, stated)
    if chosen is not None:
        return chosen
    if amounts and not estimated:
        raise InvalidPayload(entry.where(field), f"its breakdown does not add up to {stated.amount}")
    return [Amount((kind, field), stated)] if stated.amount else []


def _read_breakdown(entry, kind, path, currency):
    node = entry
    for name in path:
        node = node.node(name)
    for field, value in node.data.items():
        money = None if isinstance(value, dict) else node.money(field, currency)
        if money is not None and money.amount:
            yield Amount((kind, path[-1], field), money)


def _choose(amounts, stated):
    """The amounts of a breakdown that make its sum; ``None`` if there are none.

    A commission is there before and after the tax on it, and either of them may be what counts.
    """
    single = [amount for amount in amounts if amount.words[-1] not in _REPEATED]
    net = [amount for amount in single if _BEFORE_TAX not in amount.words[-1]]
    if stated is None:
        return net
    gross = [amount for amount in single if amount.words[-1] != _AFTER_TAX]
    return next((choice for choice in (net, gross, single, amounts) if _sum(choice) == stated.amount), None)


def _first(entry, fields, currency):
    return next((money for field in fields if (money := entry.money(field, currency)) is not None), None)


def _sum(amounts):
    return sum(amount.money.amount for amount in amounts)


def line_of(row, amount, posted_at, **details):
    """A line of a settlement or transaction."""
    return SettlementLine(row=row, words=amount.words, amount=amount.money, posted_at=posted_at, **details)
