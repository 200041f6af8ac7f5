"""Refunds that a shop has given, as returns. Source: REST API v3 document ``order-refunds``.

WooCommerce knows no returns, only refunds, and lists them per order. An order that got one was changed by it: the
orders changed in a range of time lead to the refunds.
"""

from decimal import Decimal

from ...marketplace.contract import (
    Money,
    RawRecord,
    Rejected,
    Restock,
    Return,
    ReturnKind,
    ReturnLine,
    ReturnStatus,
)
from .api import PAGE_SIZE, objects_of, order_path
from .fields import Node
from .orders import read_page, revision_of
from .skus import sku_of

# Orders with refunds cost a call each: a page must not hold a job for long.
_PAGE_SIZE = 20
_ZERO = Decimal(0)


def fetch_page(api, since, until, token):
    """One page of refunds of orders changed in a range of time."""
    return read_page(api, since, until, token, _PAGE_SIZE, lambda payload, path: _fetch_of(api, Node(payload, path)))


def fetch_return(api, external_id):
    """One refund by our number, which is the order's and the refund's."""
    order_id, _, refund_id = external_id.partition("-")
    if not refund_id:
        raise Rejected(f"{external_id!r} is not the number of an order and of a refund")
    order = Node(api.get("orders.get", order_path(order_id)).body, "order")
    refund = api.get("refunds.get", order_path(order_id, "refunds", refund_id)).body
    return raw_record(_with_order(order, refund), api.credentials.shop_id)


def _fetch_of(api, order):
    if not order.nodes("refunds"):
        return []
    path = order_path(order.ident("id", required=True), "refunds")
    entries = objects_of(api.get("refunds.list", path, {"per_page": PAGE_SIZE}), "refunds")
    return [raw_record(_with_order(order, entry), api.credentials.shop_id) for entry in entries]


def _with_order(order, refund):
    """A refund as received, with what it does not say itself: whose it is and in which currency."""
    return {"order_id": order.ident("id", required=True), "currency": order.text("currency"), "refund": refund}


def raw_record(payload, shop_id):
    """File a refund; it never changes."""
    node = Node(payload)
    order_id, refund = node.ident("order_id", required=True), node.node("refund")
    created_at = refund.time("date_created_gmt", required=True)
    return RawRecord(
        kind="return",
        shop_id=shop_id,
        external_id=f"{order_id}-{refund.ident('id', required=True)}",
        revision=revision_of(payload, created_at),
        payload=payload,
        updated_at=created_at,
    )


def parse_return(payload, shop_id):
    """A received refund as :class:`Return`."""
    record = raw_record(payload, shop_id)
    node = Node(payload)
    refund, currency = node.node("refund"), node.text("currency", required=True)
    amount = refund.money("amount", currency, required=True)
    lines = [_read_line(item, currency) for item in refund.nodes("line_items")]
    for key in ("shipping_lines", "fee_lines"):
        lines += [_read_service(entry, currency) for entry in refund.nodes(key)]
    rest = amount.amount - sum((line.amount.amount for line in lines), _ZERO)
    if rest:
        lines.append(ReturnLine("rest", "", "", 0, amount=Money(rest, currency, str(rest)), restock=Restock.NONE))
    return Return(
        external_id=record.external_id,
        shop_id=shop_id,
        order_id=node.ident("order_id"),
        revision=record.revision,
        kind=ReturnKind.REFUND,
        status=ReturnStatus.REFUNDED,
        status_text="refunded_payment" if refund.data.get("refunded_payment") else "refunded",
        created_at=record.updated_at,
        updated_at=record.updated_at,
        lines=tuple(lines),
        refund=amount,
        reason=refund.text("reason"),
    )


def _read_line(item, currency):
    """A line; the shop states units and money of a refund as negative numbers."""
    quantity = abs(item.number("quantity") or _ZERO)
    return ReturnLine(
        external_id=item.ident("id", required=True),
        order_line_id=_refunded_line(item),
        sku=sku_of(item, item.ident("product_id"), item.ident("variation_id")),
        quantity=int(quantity) if quantity == quantity.to_integral_value() else 1,
        amount=_paid_back(item, currency),
        restock=Restock.UNKNOWN if quantity else Restock.NONE,
    )


def _read_service(entry, currency):
    line_id = entry.ident("id", required=True)
    return ReturnLine(line_id, "", "", 0, amount=_paid_back(entry, currency), restock=Restock.NONE)


def _refunded_line(item):
    for meta in item.nodes("meta_data"):
        if meta.data.get("key") == "_refunded_item_id":
            return meta.text("value")
    return ""


def _paid_back(item, currency):
    paid = -((item.number("total") or _ZERO) + (item.number("total_tax") or _ZERO))
    return Money.parse(str(paid), currency, item.where("total"))
