"""A filed order as :class:`Order`. Source: document ``v2.order.get_order_detail``."""

from dataclasses import replace

from ...marketplace.contract import (
    Address,
    Buyer,
    Fulfilment,
    InvalidPayload,
    Order,
    OrderLine,
    OrderStatus,
    Package,
    Window,
)
from .fields import Node, unmasked
from .money import read_money
from .orders import raw_record

_STATUSES = {
    "UNPAID": OrderStatus.PENDING,
    "PENDING": OrderStatus.PENDING,
    "INVOICE_PENDING": OrderStatus.PENDING,  # Brazil: it may be shipped when its invoice is uploaded
    "READY_TO_SHIP": OrderStatus.UNSHIPPED,
    "PROCESSED": OrderStatus.UNSHIPPED,  # arranged, not yet with the carrier
    "RETRY_SHIP": OrderStatus.UNSHIPPED,
    "IN_CANCEL": OrderStatus.UNSHIPPED,
    "SHIPPED": OrderStatus.SHIPPED,
    "TO_CONFIRM_RECEIVE": OrderStatus.SHIPPED,
    "TO_RETURN": OrderStatus.SHIPPED,
    "COMPLETED": OrderStatus.SHIPPED,
    "CANCELLED": OrderStatus.CANCELLED,
}
#: Logistics statuses of a parcel that has left the seller.
LEFT = frozenset({
    "LOGISTICS_PICKUP_DONE", "LOGISTICS_DELIVERY_DONE", "LOGISTICS_DELIVERY_FAILED", "LOGISTICS_LOST",
})  # fmt: skip
_MARKETPLACE_FLAG = "fulfilled_by_shopee"


def parse_order(payload):
    """A filed order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    filed = Node(payload)
    order = filed.node("order")
    items = order.nodes("item_list")
    if not items:
        raise InvalidPayload(order.where("item_list"), "an order without items")
    word = order.text("order_status", required=True)
    status = _STATUSES.get(word, OrderStatus.UNKNOWN)
    currency = order.text("currency", required=True)
    line_ids = ids_of(items)
    packages = tuple(_read_package(package, items, line_ids) for package in order.nodes("package_list"))
    shipped = _shipped(items, line_ids, packages, status)
    money = _read_money(order, filed.node("escrow"), items, status, currency)
    lines = tuple(
        _read_line(item, line_id, status, charges, shipped.get(line_id, 0), order.text("cancel_reason"))
        for item, line_id, charges in zip(items, line_ids, money.lines, strict=True)
    )
    return Order(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        status=_refined(status, lines),
        fulfilment=_read_fulfilment(order),
        ordered_at=order.time("create_time", required=True),
        updated_at=record.updated_at,
        lines=lines,
        total=money.total,
        charges=money.charges,
        buyer=_read_buyer(order),
        address=_read_address(order.node("recipient_address")),
        ship_by=Window(None, order.time("ship_by_date")),
        deliver_by=Window(order.time("edt_from"), order.time("edt_to")),
        service_level=order.text("checkout_shipping_carrier") or order.text("shipping_carrier"),
        packages=packages,
        cancel_request=(order.text("buyer_cancel_reason") or word) if word == "IN_CANCEL" else "",
        programs=_read_programs(order),
        buyer_note=order.text("message_to_seller"),
        status_text=word,
        subsidies=money.subsidies,
        warnings=money.warnings + tuple(_texts(order, "pending_description")),
    )


def ids_of(items):
    """Line ids: item and model, and for deals what tells the same item in them apart."""
    ids, seen = [], {}
    for item in items:
        line_id = line_id_of(item)
        seen[line_id] = seen.get(line_id, 0) + 1
        ids.append(line_id if seen[line_id] == 1 else f"{line_id}~{seen[line_id]}")
    return ids


def line_id_of(item):
    """``item-model``, for items of a deal ``item-model-order item-promotion group``."""
    item_id, model_id = item.ident("item_id", required=True), item.ident("model_id") or "0"
    order_item, group = item.ident("order_item_id") or item_id, item.ident("promotion_group_id")
    short = f"{item_id}-{model_id}"
    return short if order_item == item_id and not group else f"{short}-{order_item}-{group or 0}"


def item_of(line_id):
    """``(item id, model id, order item id or None, promotion group id)`` of a line id, as Shopee's numbers."""
    item_id, model_id, *deal = (int(part) for part in line_id.partition("~")[0].split("-"))
    return (item_id, model_id, *(deal or (None, 0)))


def sku_of(item):
    """The seller's own number: of the model, else of the item, else Shopee's numbers of both."""
    own = item.text("model_sku") or item.text("item_sku")
    return own or f"{item.ident('item_id', required=True)}-{item.ident('model_id') or 0}"


def _read_line(item, line_id, status, charges, shipped, cancel_reason):
    quantity = _open_units(item)
    if status is OrderStatus.CANCELLED:
        quantity = shipped  # a parcel that could not be delivered cancels an order that has left
    model = item.text("model_name")
    return OrderLine(
        external_id=line_id,
        sku=sku_of(item),
        title=" / ".join(part for part in (item.text("item_name"), model) if part),
        quantity=quantity,
        charges=charges if quantity else (),
        quantity_shipped=min(shipped, quantity),
        product_id=item.ident("item_id"),
        cancel_reason=cancel_reason if status is OrderStatus.CANCELLED else "",
    )


def _open_units(item):
    """Units ordered and not cancelled."""
    ordered = item.count("model_quantity_purchased", required=True)
    return max(0, ordered - (item.count("cancelled_qty") or 0))


def _read_money(order, escrow, items, status, currency):
    left = [_open_units(item) for item in items]
    money = read_money(items, left, escrow, order.money("total_amount", currency), currency)
    if status in (OrderStatus.CANCELLED, OrderStatus.PENDING):
        # Nothing is owed any more; and before it is paid the total is not final.
        return replace(money, total=None, charges=(), warnings=())
    return money


def _shipped(items, line_ids, packages, status):
    """``{line id: units that have left}``; where no parcels are told, the status of the order decides."""
    if not packages:
        everything = status is OrderStatus.SHIPPED
        return {line_id: _open_units(item) for item, line_id in zip(items, line_ids, strict=True) if everything}
    shipped = {}
    for package in packages:
        if package.status in LEFT or status is OrderStatus.SHIPPED:
            for line_id, units in package.quantities.items():
                shipped[line_id] = shipped.get(line_id, 0) + units
    return shipped


def _refined(status, lines):
    """An order of which some parcels have left is partially shipped."""
    if status is OrderStatus.UNSHIPPED and any(line.quantity_shipped for line in lines):
        return OrderStatus.PARTIALLY_SHIPPED
    return status


def _read_package(package, items, line_ids):
    units_of = dict(zip(line_ids, (_open_units(item) for item in items), strict=True))
    quantities = {}
    for item in package.nodes("item_list"):
        line_id = _line_of(item, line_ids)
        units = item.count("model_quantity")
        quantities[line_id] = quantities.get(line_id, 0) + (units_of[line_id] if units is None else units)
    return Package(
        external_id=package.text("package_number", required=True),
        quantities=quantities or units_of,
        carrier=package.text("shipping_carrier"),
        status=package.text("logistics_status"),
    )


def _line_of(item, line_ids):
    exact = line_id_of(item)
    short = f"{item.ident('item_id')}-{item.ident('model_id') or 0}"
    for line_id in line_ids:
        if line_id == exact or line_id.partition("~")[0] == exact:
            return line_id
    for line_id in line_ids:
        if line_id.startswith(short):
            return line_id
    raise InvalidPayload(item.path, f"a parcel with the item {exact}, which the order has not")


def _read_fulfilment(order):
    by_shopee = order.text("fulfillment_flag") == _MARKETPLACE_FLAG
    return Fulfilment.MARKETPLACE if by_shopee else Fulfilment.MERCHANT


def _read_buyer(order):
    name, _hidden = unmasked(order.text("buyer_username"))
    return Buyer(
        key=order.ident("buyer_user_id") or name,
        name=name,
        vat=unmasked(order.text("buyer_cpf_id"))[0],
    )


_ADDRESS = {
    "name": "name",
    "full_address": "street",
    "town": "street2",
    "district": "district",
    "city": "city",
    "state": "state",
    "zipcode": "postal_code",
    "region": "country_code",
    "phone": "phone",
}


def _read_address(received):
    if not received.data:
        return None
    values, masked = {}, not received.text("name") or not received.text("full_address")
    for key, name in _ADDRESS.items():
        values[name], hidden = unmasked(received.text(key))
        masked = masked or hidden
    return Address(**values, masked=masked)


def _read_programs(order):
    names = {"cod": "COD", "is_international": "SIP", "advance_package": "advance fulfilment", "split_up": "split"}
    return tuple(name for key, name in names.items() if order.data.get(key) is True)


def _texts(order, key):
    value = order.data.get(key) or []
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else [str(value)]
