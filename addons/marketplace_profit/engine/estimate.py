"""What an order will bring and cost, before its settlement says so. Pure computing on one order; all Decimal."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import share
from .rate_card import ZERO, Sale, Size, compute_fee, find_rate

# Fees that a marketplace books itself: what it booked already comes before any card.
OF_MARKETPLACE = ("selling", "fulfilment")


@dataclass(frozen=True, slots=True)
class Kind:
    """A fee kind. :param key: names it"""

    key: object
    code: str
    group: str


@dataclass(frozen=True, slots=True)
class Line:
    """Goods of one order line.

    :param total: as the buyer pays it, tax included
    :param tax: contained in the total
    """

    key: object
    units: Decimal
    total: Decimal
    tax: Decimal = ZERO
    categories: tuple = ()
    size: Size = Size()


@dataclass(frozen=True, slots=True)
class Order:
    """An order that is not settled.

    :param unit: smallest coin of its currency
    :param day: on which cards are looked up
    :param services: ``{code of a kind: (total, tax)}``, what buyers pay beside goods
    :param subsidies: ``{code of a kind: amount}``, what the marketplace adds
    :param tax_on_top: paid by the buyer, kept by the marketplace for a state
    :param booked: ``[(Kind, line key or None, amount)]``, what the marketplace booked and has not settled
    :param freight: what the carrier asks, in ``freight_currency``; negative
    """

    provider: str
    shop: object
    shop_country: object
    currency: object
    unit: Decimal
    day: date
    lines: tuple
    fulfilment: str = "merchant"
    services: dict | None = None
    subsidies: dict | None = None
    tax_on_top: Decimal = ZERO
    booked: tuple = ()
    freight: Decimal = ZERO
    freight_currency: object = None
    freight_unit: Decimal = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Expected:
    """An amount to come, as the settlement will state it.

    :param line: key of the order line
    :param kind: key of the kind
    :param amount: positive to the seller
    :param tax: contained in it; what is left is profit
    :param source: ``order``, ``booked``, ``freight``, ``card`` or ``learned``
    :param base: that a percentage was taken of
    :param rate: key of the row of the card
    """

    line: object
    kind: object
    amount: Decimal
    currency: object
    tax: Decimal = ZERO
    source: str = "order"
    base: Decimal = ZERO
    percentage: Decimal = ZERO
    rate: object = None


def expect(order, cards, kinds):
    """All that an order will bring and cost, by line and kind. What belongs to the whole order is shared over its
    lines by what they cost, to the coin.

    :param dict cards: ``{key of a kind: [Rate]}``
    :param dict kinds: :class:`Kind` by code
    :return: list of :class:`Expected`, at most one by line and kind
    """
    if not order.lines:
        return []
    by_key = {kind.key: kind for kind in kinds.values()}
    result = [*_expect_revenue(order, kinds), *_expect_booked(order)]
    booked = {by_key[row.kind].group for row in result if row.source == "booked" and row.kind in by_key}
    if order.freight:
        result += _spread(order, kinds["parcel_freight"].key, order.freight, "freight")
    done = {row.kind for row in result}
    for key, rates in cards.items():
        kind = by_key.get(key)
        if kind and key not in done and not (booked.intersection(OF_MARKETPLACE) and kind.group in OF_MARKETPLACE):
            result += _expect_fee(order, key, rates)
    return _merge(result)


def _expect_revenue(order, kinds):
    principal = kinds["principal"].key
    rows = [Expected(line.key, principal, line.total, order.currency, line.tax) for line in order.lines if line.total]
    for code, (total, tax) in (order.services or {}).items():
        parts, taxes = _share(order, total), _share(order, tax)
        rows += [
            Expected(line.key, kinds[code].key, part, order.currency, tax_part)
            for line, part, tax_part in zip(order.lines, parts, taxes, strict=True)
            if part
        ]
    for code, amount in (order.subsidies or {}).items():
        rows += _spread(order, kinds[code].key, amount, "order")
    return rows


def _expect_booked(order):
    """Fees and refunds that the marketplace booked; what it booked of the sale, the order says itself."""
    rows = []
    for kind, line, amount in order.booked:
        if line is not None:
            rows.append(Expected(line, kind.key, amount, order.currency, source="booked"))
        else:
            rows += _spread(order, kind.key, amount, "booked")
    return [_take_tax_out(order, row) for row in rows] if any(line.tax for line in order.lines) else rows


def _take_tax_out(order, row):
    """Refunds to buyers contain tax in the proportion of the sale."""
    refunds = {kind.key for kind, _line, _amount in order.booked if is_refund_to_buyer(kind)}
    if row.kind not in refunds:
        return row
    total = sum(line.total for line in order.lines)
    tax = row.amount * sum(line.tax for line in order.lines) / total if total else ZERO
    return Expected(row.line, row.kind, row.amount, row.currency, _round(tax, order.unit), row.source)


def is_refund_to_buyer(kind):
    """Whether amounts of a kind go back to buyers, and not fees to the seller."""
    return kind.group == "refunds" and kind.code.endswith("_refund") and kind.code not in _OF_FEES


_OF_FEES = ("commission_refund", "fee_refund")


def _expect_fee(order, kind, rates):
    """One fee by the card; what is asked once per order is shared over the lines."""
    shippings = _share(order, (order.services or {}).get("shipping_credit", (ZERO, ZERO))[0])
    taxes = _share(order, order.tax_on_top)
    found, once, rate_of_order = [], ZERO, None
    for line, shipping, tax in zip(order.lines, shippings, taxes, strict=True):
        sale = _to_sale(order, line, shipping, tax)
        if rate := find_rate(rates, sale):
            fee = compute_fee(rate, sale, order.unit)
            source = "learned" if rate.learned else "card"
            found.append(
                Expected(
                    line.key,
                    kind,
                    -fee.amount,
                    order.currency,
                    source=source,
                    base=fee.base if rate.percentage else ZERO,
                    percentage=rate.percentage,
                    rate=rate.key,
                )
            )
            if fee.per_order > once:
                once, rate_of_order = fee.per_order, rate
    if once:
        source = "learned" if rate_of_order.learned else "card"
        found += [
            Expected(row.line, kind, row.amount, order.currency, source=source, rate=rate_of_order.key)
            for row in _spread(order, kind, -once, source)
        ]
    return found


def _to_sale(order, line, shipping, tax):
    return Sale(
        provider=order.provider,
        shop=order.shop,
        shop_country=order.shop_country,
        categories=line.categories,
        day=order.day,
        currency=order.currency,
        units=line.units,
        goods=line.total,
        shipping=shipping,
        tax=tax,
        fulfilment=order.fulfilment,
        size=line.size,
    )


def _share(order, amount, unit=None):
    return share(amount, [max(line.total, ZERO) for line in order.lines], unit or order.unit)


def _spread(order, kind, amount, source):
    unit = order.freight_unit if source == "freight" else order.unit
    currency = order.freight_currency if source == "freight" else order.currency
    parts = zip(order.lines, _share(order, amount, unit), strict=True)
    return [Expected(line.key, kind, part, currency, source=source) for line, part in parts if part]


def _merge(rows):
    """One row by line and kind; those of amount zero are left out."""
    merged = {}
    for row in rows:
        key = row.line, row.kind
        if first := merged.get(key):
            row = Expected(
                row.line,
                row.kind,
                first.amount + row.amount,
                first.currency,
                first.tax + row.tax,
                first.source,
                first.base or row.base,
                first.percentage or row.percentage,
                first.rate or row.rate,
            )
        merged[key] = row
    return [row for row in merged.values() if row.amount]


def _round(amount, unit):
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
