"""Body of a refund. Source: REST API v3 document ``order-refunds``.

WooCommerce wants each line's money without tax, and beside it the tax per tax rate; we know what the buyer gets back.
"""

from decimal import ROUND_HALF_UP, Decimal

from ...marketplace.contract import Rejected, Restock

_REFERENCE = "_crossborder_refund"
_ZERO = Decimal(0)


def is_refund_of(entry, reference):
    """Whether a refund of the shop is the one that we gave under a reference."""
    return any(
        meta.data.get("key") == _REFERENCE and meta.text("value") == reference for meta in entry.nodes("meta_data")
    )


def refund_payload(order, refund, through_gateway):
    """What to send.

    :param Node order: as the shop has it now
    :raise Rejected: the order lacks a line
    """
    items = {item.ident("id"): item for item in order.nodes("line_items")}
    lines = [_line(items, line) for line in refund.lines]
    amount = sum((line.amount.amount for line in refund.lines), _ZERO)
    if refund.shipping is not None:
        amount += refund.shipping.amount
        lines += _shipping(order, refund.shipping.amount)
    restocked = [line.restock is Restock.SELLABLE for line in refund.lines if line.quantity]
    return {
        "amount": str(amount),
        "reason": refund.note or refund.reason,
        "line_items": lines,
        "api_refund": through_gateway,
        # The shop restocks all or nothing; what it does not restock is put right by the next push of stock.
        "api_restock": bool(restocked) and all(restocked),
        "meta_data": [{"key": _REFERENCE, "value": refund.reference}],
    }


def _line(items, line):
    item = items.get(line.order_line_id)
    if item is None:
        raise Rejected(f"the order has no line {line.order_line_id}")
    return {"id": int(line.order_line_id), "quantity": line.quantity, **_split(item, line.amount.amount)}


def _shipping(order, amount):
    entries = order.nodes("shipping_lines")
    return [{"id": int(entries[0].ident("id", required=True)), **_split(entries[0], amount)}] if entries else []


def _split(item, amount):
    """An amount with tax as net amount and taxes by rate, in the proportion in which the line was taxed."""
    taxes = {tax.ident("id"): tax.number("total") or _ZERO for tax in item.nodes("taxes")}
    taxes = {rate: tax for rate, tax in taxes.items() if tax}
    gross = (item.number("total") or _ZERO) + sum(taxes.values(), _ZERO)
    coin = Decimal(1).scaleb(min(amount.as_tuple().exponent, 0))
    shares = {}
    if gross:
        shares = {rate: (amount * tax / gross).quantize(coin, ROUND_HALF_UP) for rate, tax in taxes.items()}
    return {
        "refund_total": str(amount - sum(shares.values(), _ZERO)),
        "refund_tax": [{"id": int(rate), "refund_total": str(share)} for rate, share in shares.items()],
    }
