"""A filed order as :class:`Order`. Sources: documents ``/orders/get`` and ``/orders/items/get``.

Lazada has no status of an order, only of each of its items, and each item is one unit.
"""

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

CANCELLED = frozenset({"canceled", "cancelled"})
UNPAID = frozenset({"unpaid"})
#: Statuses of items that can be packed, that are packed, and that are given to the carrier by our confirmation.
PACKABLE = frozenset({"pending", "topack", "repacked"})
PACKED = frozenset({"packed", "toship"})
HANDED_OVER = frozenset({"ready_to_ship", "ready_to_ship_pending"})
SHIPPED = frozenset({
    "shipped", "shipping", "delivered", "returned", "failed", "failed_delivery", "lost", "lost_by_3pl",
    "damaged_by_3pl", "shipped_back", "shipped_back_success", "shipped_back_failed", "package_scrapped",
})  # fmt: skip
_KNOWN = CANCELLED | UNPAID | PACKABLE | PACKED | HANDED_OVER | SHIPPED
_COUNTRIES = {
    "singapore": "SG", "malaysia": "MY", "philippines": "PH", "thailand": "TH", "indonesia": "ID", "vietnam": "VN",
    "viet nam": "VN", "việt nam": "VN",
}  # fmt: skip


def parse_order(payload):
    """A filed order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    filed = Node(payload)
    order, items = filed.node("order"), filed.nodes("items")
    if not items:
        raise InvalidPayload("items", "an order without items")
    words = [status_of(item) for item in items]
    currencies = {item.text("currency", required=True) for item in items}
    if len(currencies) > 1:
        raise InvalidPayload("items[0].currency", f"several currencies: {', '.join(sorted(currencies))}")
    open_items = [word not in CANCELLED for word in words]
    money = read_money(order, items, open_items, currencies.pop())
    status = _order_status(words)
    settled = status not in (OrderStatus.CANCELLED, OrderStatus.PENDING)
    return Order(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        status=status,
        fulfilment=_read_fulfilment(items),
        ordered_at=order.time("created_at", required=True),
        updated_at=record.updated_at,
        lines=tuple(
            _read_line(item, word, charges, order)
            for item, word, charges in zip(items, words, money.lines, strict=True)
        ),
        total=money.total if settled else None,
        charges=money.charges if settled else (),
        buyer=_read_buyer(order, items),
        address=_read_address(order.node("address_shipping")),
        ship_by=Window(None, _earliest(items, "sla_time_stamp")),
        service_level=next((item.text("shipping_provider_type") for item in items), ""),
        packages=_read_packages(items, open_items),
        cancel_request=_read_cancel_request(order, items),
        programs=_read_programs(order, items),
        number=order.ident("order_number"),
        buyer_note=order.text("buyer_note") or order.text("remarks"),
        status_text=",".join(dict.fromkeys(words)),
        subsidies=money.subsidies,
        warnings=money.warnings if settled else (),
    )


def status_of(item):
    """Lazada's word for the status of an item, in lower case."""
    return item.text("status", required=True).lower()


def _order_status(words):
    active = [word for word in words if word not in CANCELLED]
    if any(word not in _KNOWN for word in words):
        return OrderStatus.UNKNOWN
    if not active:
        return OrderStatus.CANCELLED
    if any(word in UNPAID for word in active):
        return OrderStatus.PENDING
    gone = [word in SHIPPED for word in active]
    if all(gone):
        return OrderStatus.SHIPPED
    return OrderStatus.PARTIALLY_SHIPPED if any(gone) else OrderStatus.UNSHIPPED


def _read_line(item, word, charges, order):
    variation = item.text("variation")
    return OrderLine(
        external_id=item.ident("order_item_id", required=True),
        sku=item.text("sku") or item.text("shop_sku"),
        title=" / ".join(part for part in (item.text("name"), variation) if part),
        quantity=0 if word in CANCELLED else 1,
        charges=charges,
        quantity_shipped=1 if word in SHIPPED else 0,
        product_id=item.ident("product_id") or item.ident("sku_id"),
        gift_message=order.text("gift_message"),
        cancel_reason=(item.text("reason_detail") or item.text("reason")) if word in CANCELLED else "",
    )


def _read_fulfilment(items):
    by_lazada = all(item.flag("is_fbl") for item in items)
    return Fulfilment.MARKETPLACE if by_lazada else Fulfilment.MERCHANT


def _earliest(items, key):
    times = [item.time(key) for item in items if item.data.get(key)]
    return min(times, default=None)


def _read_packages(items, open_items):
    packages = {}
    for item, is_open in zip(items, open_items, strict=True):
        package_id = item.text("package_id")
        if package_id and is_open:
            packages.setdefault(package_id, []).append(item)
    return tuple(
        Package(
            external_id=package_id,
            quantities={item.ident("order_item_id", required=True): 1 for item in inside},
            carrier=inside[0].text("shipment_provider"),
            tracking=inside[0].text("tracking_code"),
            status=status_of(inside[0]),
        )
        for package_id, inside in packages.items()
    )


def _read_cancel_request(order, items):
    """The buyer's reason if the seller has to answer a wish to cancel."""
    asking = [item for item in items if item.flag("need_cancel_confirm")]
    if not asking and not order.flag("need_cancel_confirm"):
        return ""
    return next((item.text("reason") for item in asking if item.text("reason")), "buyer")


def _read_programs(order, items):
    programs = ["COD"] if order.text("payment_method").upper() == "COD" else []
    programs += ["DBS"] if any(item.flag("delivery_option_sof") for item in items) else []
    flags = (item.text("order_flag") for item in items)
    return tuple(dict.fromkeys([*programs, *(flag for flag in flags if flag not in ("", "NORMAL"))]))


def _read_buyer(order, items):
    name, _hidden = unmasked(_name(order.text("customer_first_name"), order.text("customer_last_name")))
    key = next((item.ident("buyer_id") for item in items if item.ident("buyer_id")), "")
    tax_code, _hidden = unmasked(order.text("tax_code"))
    return Buyer(key=key, name=name, vat=tax_code)


def _name(first, last):
    return " ".join(part for part in (first, last) if part)


def _read_address(received):
    if not received.data:
        return None
    texts = {
        "name": _name(received.text("first_name"), received.text("last_name")),
        "street": received.text("address1"),
        "street2": received.text("address2"),
        "district": received.text("addressDsitrict") or received.text("address5"),
        "city": received.text("address4") or received.text("city"),
        "state": received.text("address3"),
        "postal_code": received.text("post_code"),
        "phone": received.text("phone") or received.text("phone2"),
    }
    values = {name: unmasked(text) for name, text in texts.items()}
    masked = any(hidden for _text, hidden in values.values()) or not texts["name"] or not texts["street"]
    country = received.text("country")
    code = _COUNTRIES.get(country.lower()) or (country.upper() if len(country) == 2 else "")
    return Address(**{name: text for name, (text, _hidden) in values.items()}, country_code=code, masked=masked)
