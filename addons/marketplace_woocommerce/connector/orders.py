"""Orders: pages by update time, and parsing. Source: REST API v3 document ``orders``."""

import json
from datetime import timedelta

from ...marketplace.contract import (
    Address,
    Buyer,
    Fulfilment,
    InvalidPayload,
    Order,
    OrderLine,
    OrderStatus,
    Package,
    Page,
    RawRecord,
    content_hash,
    read_each,
)
from .api import PAGE_SIZE, objects_of, order_path, pages_of
from .charges import read_line_charges, read_order_charges, settle
from .fields import Node, format_time
from .parcels import read_parcels, units_shipped
from .skus import sku_of

_STATUSES = {
    "pending": OrderStatus.PENDING,  # not paid
    "on-hold": OrderStatus.PENDING,  # the shop waits for the money
    "failed": OrderStatus.PENDING,  # the payment failed; the buyer may try again
    "auto-draft": OrderStatus.PENDING,
    "checkout-draft": OrderStatus.PENDING,
    "processing": OrderStatus.UNSHIPPED,
    "completed": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
}
_REFUNDED = "refunded"


def fetch_page(api, since, until, token):
    """One page of orders changed in a range of time."""

    def read(payload, path):
        return [raw_record(payload, api.credentials.shop_id, path)]

    return read_page(api, since, until, token, PAGE_SIZE, read)


def read_page(api, since, until, token, size, read):
    """One page of what hangs on the orders changed in a range of time, in the order of their ids.

    Changes while pages are read only add orders to the list, since it has no end: what moves is seen twice, not missed.
    A list gets shorter when an order is deleted, or leaves a range with an end; then the pages in which others have
    moved up are read again. Our page token is JSON: next page, end of the range, size of the list.

    :param int size: orders per page
    :param read: ``(raw order, path) -> list of RawRecord``
    """
    state = json.loads(token) if token else {"page": 1, "end": "", "total": 0}
    answer = api.get("orders.list", "/orders", _query(since, until, state["page"], size))
    bound = api.complete_until(answer)
    end = state["end"] or format_time(min(bound, until) if until else bound)
    found, broken = read_each(objects_of(answer, "orders"), "", read)
    following = _next_token(answer, state, end, size)
    return Page(
        records=tuple(record for records in found for record in records),
        next_token=following,
        complete_until=None if following else Node({"end": end}).time("end"),
        broken=tuple(broken),
    )


def _query(since, until, page, size):
    """The shop takes ``modified_after`` for later than that second."""
    return {
        "modified_after": format_time(since - timedelta(seconds=1)),
        "modified_before": until and format_time(until + timedelta(seconds=1)),
        "dates_are_gmt": "true",
        "status": "any",
        "orderby": "id",
        "order": "asc",
        "per_page": size,
        "page": page,
    }


def _next_token(answer, state, end, size):
    """Token of the page to read next, empty after the last."""
    page, stated = state["page"], answer.headers.get("X-WP-Total", "")
    pages = pages_of(answer, page, size)
    total = int(stated) if stated.isdigit() else state["total"]
    lost = state["total"] - total
    if lost > 0:
        held = max(1, total // max(1, pages))  # hosts may allow fewer orders on a page than we ask for
        page = max(0, page - 1 - -(-lost // held))
    elif page >= pages:
        return ""
    return json.dumps({"page": page + 1, "end": end, "total": total})


def fetch_order(api, order_id):
    """One order as :class:`RawRecord`."""
    return raw_record(api.get("orders.get", order_path(order_id)).body, api.credentials.shop_id, "order")


def raw_record(payload, shop_id, path=""):
    """File an order: id, time and revision are read, nothing else is looked at."""
    order = Node(payload, path)
    updated_at = order.time("date_modified_gmt") or order.time("date_created_gmt", required=True)
    return RawRecord(
        kind="order",
        shop_id=shop_id,
        external_id=order.ident("id", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def revision_of(payload, updated_at):
    """Time of the last change plus a hash: plugins change orders without touching the time."""
    return f"{format_time(updated_at)}Z-{content_hash(payload)}"


def parse_order(payload, shop_id):
    """A received order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    record, order = raw_record(payload, shop_id), Node(payload)
    currency = order.text("currency", required=True)
    total = order.money("total", currency, required=True)
    items = order.nodes("line_items")
    if not items:
        raise InvalidPayload("line_items", "an order without lines")
    parcels = read_parcels(order)
    status_text = order.text("status", required=True)
    status = _read_status(order, status_text, parcels)
    line_charges = [read_line_charges(item, currency) for item in items]
    charges, warnings = settle(order, total, line_charges, read_order_charges(order, currency))
    lines = tuple(_read_line(item, own, status, parcels) for item, own in zip(items, line_charges, strict=True))
    fractions = tuple(f"{item.text('name')}: quantity {item.text('quantity')}" for item in items if _is_fraction(item))
    return Order(
        external_id=record.external_id,
        shop_id=shop_id,
        revision=record.revision,
        status=status,
        fulfilment=Fulfilment.MERCHANT,
        ordered_at=order.time("date_created_gmt", required=True),
        updated_at=record.updated_at,
        lines=lines,
        total=total,
        charges=charges,
        buyer=_read_buyer(order),
        address=_read_address(order),
        service_level=next((entry.text("method_title") for entry in order.nodes("shipping_lines")), ""),
        packages=tuple(_package(reference, parcel) for reference, parcel in parcels.items()),
        is_business=bool(order.node("billing").text("company")),
        number=order.text("number"),
        buyer_note=order.text("customer_note"),
        status_text=status_text,
        warnings=warnings + fractions,
    )


def _read_status(order, word, parcels):
    if word == _REFUNDED:  # in full: what was not sent yet stays here
        return OrderStatus.SHIPPED if order.time("date_completed_gmt") else OrderStatus.CANCELLED
    status = _STATUSES.get(word, OrderStatus.UNKNOWN)
    return OrderStatus.PARTIALLY_SHIPPED if status is OrderStatus.UNSHIPPED and parcels else status


def _read_line(item, charges, status, parcels):
    line_id = item.ident("id", required=True)
    quantity, shipped = _read_units(item), units_shipped(parcels).get(line_id, 0)
    if status is OrderStatus.CANCELLED:
        quantity = min(shipped, quantity)
    if status is OrderStatus.SHIPPED:
        shipped = quantity
    title = item.text("name")
    return OrderLine(
        external_id=line_id,
        sku=sku_of(item, item.ident("product_id"), item.ident("variation_id")),
        title=f"{title} ({item.text('quantity')})" if _is_fraction(item) else title,
        quantity=quantity,
        charges=charges,
        quantity_shipped=min(shipped, quantity),
        product_id=item.ident("variation_id") or item.ident("product_id"),
    )


def _read_units(item):
    """Units; what a plugin sells by measure (1.5 m) is one unit of that measure, and a person is told."""
    quantity = item.number("quantity")
    if quantity is None or quantity < 0:
        raise InvalidPayload(item.where("quantity"), f"a number of units was expected, not {item.text('quantity')!r}")
    return 1 if _is_fraction(item) else int(quantity)


def _is_fraction(item):
    quantity = item.number("quantity")
    return quantity is not None and quantity != quantity.to_integral_value()


def _package(reference, parcel):
    return Package(
        external_id=reference,
        quantities=parcel.lines,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        shipped_at=parcel.shipped_at,
    )


def _read_buyer(order):
    billing = order.node("billing")
    email, customer = billing.text("email"), order.ident("customer_id")
    return Buyer(
        key=f"customer:{customer}" if customer else email.lower(),
        name=_full_name(billing),
        email=email,
        company=billing.text("company"),
    )


def _read_address(order):
    """Where to send it: the delivery address, or the billing address where the buyer gave no other."""
    shipping, billing = order.node("shipping"), order.node("billing")
    source = shipping if shipping.text("address_1") or shipping.text("city") else billing
    if not (source.text("address_1") or source.text("country")):
        return None
    return Address(
        name=_full_name(source),
        company=source.text("company"),
        street=source.text("address_1"),
        street2=source.text("address_2"),
        city=source.text("city"),
        state=source.text("state"),
        postal_code=source.text("postcode"),
        country_code=source.text("country"),
        phone=source.text("phone") or billing.text("phone"),
    )


def _full_name(address):
    return " ".join(part for part in (address.text("first_name"), address.text("last_name")) if part)
