"""Orders: search by time of change, details, parsing. Source: TikTok Shop's documents "Get Order List" (202309) and
"Get Order Detail" (202507).

An order is filed as its detail answers it, with the shop's id put to it, which TikTok does not state. A line item is
one unit with an id of its own, and stays a line of its own: parcels, cancellations and returns name these ids.
"""

import json
from datetime import datetime, timezone

from ...marketplace.contract import (
    Buyer,
    Fulfilment,
    InvalidPayload,
    Order,
    OrderLine,
    OrderStatus,
    Package,
    Page,
    RawRecord,
    Rejected,
    Window,
    content_hash,
)
from .address import read_address
from .fields import Node
from .money import read_amounts

# As many as the detail takes at once.
PAGE_SIZE = 50
_STATUSES = {
    "UNPAID": OrderStatus.PENDING,
    "ON_HOLD": OrderStatus.PENDING,
    "AWAITING_SHIPMENT": OrderStatus.UNSHIPPED,
    "PARTIALLY_SHIPPING": OrderStatus.PARTIALLY_SHIPPED,
    "AWAITING_COLLECTION": OrderStatus.UNSHIPPED,
    "IN_TRANSIT": OrderStatus.SHIPPED,
    "DELIVERED": OrderStatus.SHIPPED,
    "COMPLETED": OrderStatus.SHIPPED,
    "CANCELLED": OrderStatus.CANCELLED,
}
_LEFT = frozenset({"IN_TRANSIT", "DELIVERED", "COMPLETED"})
_BY_MARKETPLACE = frozenset({"FULFILLMENT_BY_TIKTOK", "FULFILLMENT_BY_DILAYANI_TOKOPEDIA"})


def fetch_page(api, shop_ids, since, until, token):
    """One page of orders changed in a range of time, shop after shop.

    Our page token is JSON: which shop, the end of the range that the first page of all decided, up to when TikTok's
    answer was whole, and TikTok's own token.
    """
    shops = sorted(shop_ids)
    state = json.loads(token) if token else {"shop": 0, "end": int((until or api.now()).timestamp()), "page": ""}
    start = int(since.timestamp())
    if start >= state["end"]:
        return Page((), complete_until=min(_time(state["end"]), api.settled()))
    shop_id = shops[state["shop"]]
    query = {"page_size": PAGE_SIZE, "sort_field": "update_time", "sort_order": "ASC", "page_token": state["page"]}
    payload = {"update_time_ge": start, "update_time_lt": state["end"]}
    answer, whole_until = api.ask("orders.search", shop_id, query, payload, idempotent=True)
    records, broken = _file_all(api, shop_id, answer)
    state["whole"] = state.get("whole") or min(int(whole_until.timestamp()), state["end"])
    state["page"] = answer.text("next_page_token")
    if not state["page"]:
        state["shop"] += 1
    last = state["shop"] >= len(shops)
    return Page(
        records=tuple(records),
        next_token="" if last else json.dumps(state),
        complete_until=_time(state["whole"]) if last else None,
        broken=tuple(broken),
    )


def fetch_order(api, order_id):
    """One order as :class:`RawRecord`; TikTok has to be asked shop by shop.

    :raise Rejected: no shop has it
    """
    refusal = Rejected("TikTok Shop gives access to no shop", "NoShop")
    for shop_id in api.shop_ids():
        try:
            order = fetch_detail(api, shop_id, order_id)
        except Rejected as error:
            refusal = error
            continue
        return raw_record({**order.data, "shop_id": shop_id}, order.path)
    raise refusal


def fetch_detail(api, shop_id, order_id):
    """One order of a known shop as node.

    :raise Rejected: the shop has none
    """
    for order in fetch_details(api, shop_id, [order_id]):
        if order.text("id") == order_id:
            return order
    raise Rejected(f"TikTok Shop knows no order {order_id}", "NoSuchOrder")


def raw_record(payload, path=""):
    """File an order: id, shop and time are read, nothing else is looked at."""
    order = Node(payload, path)
    updated_at = order.time("update_time", required=True)
    return RawRecord(
        kind="order",
        shop_id=order.text("shop_id"),
        external_id=order.text("id", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def revision_of(payload, updated_at):
    """Time of the last change plus a hash: the same content is the same revision, a silent change is another."""
    return f"{int(updated_at.timestamp())}-{content_hash(payload)}"


def parse_order(payload):
    """A received order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    order = Node(payload)
    items = order.nodes("line_items")
    if not items:
        raise InvalidPayload("line_items", "an order without line items")
    word = order.text("status", required=True)
    status = read_status(order)
    cancelled = [status is OrderStatus.CANCELLED or is_cancelled(item) for item in items]
    amounts = read_amounts(order, cancelled)
    if amounts.total is None and status not in (OrderStatus.PENDING, OrderStatus.CANCELLED):
        raise InvalidPayload("payment", f"missing from an order that is {word}")
    return Order(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        status=status,
        fulfilment=Fulfilment.MARKETPLACE if _is_fbt(order) else Fulfilment.MERCHANT,
        ordered_at=order.time("create_time", required=True),
        updated_at=record.updated_at,
        lines=tuple(
            _read_line(order, item, charges, off)
            for item, charges, off in zip(items, amounts.lines, cancelled, strict=True)
        ),
        total=amounts.total,
        charges=amounts.charges,
        subsidies=amounts.subsidies,
        buyer=_read_buyer(order),
        address=read_address(order.node("recipient_address")),
        ship_by=Window(end=_first_time(order, "rts_sla_time", "shipping_due_time", "tts_sla_time")),
        deliver_by=Window(end=_first_time(order, "delivery_option_required_delivery_time", "delivery_due_time")),
        service_level=order.text("delivery_option_name"),
        packages=_read_packages(order, items),
        cancel_request=_read_cancel_request(order),
        programs=_read_programs(order),
        buyer_note=order.text("buyer_message"),
        status_text=word,
        warnings=amounts.warnings + _read_warnings(order),
    )


def read_status(order):
    """:class:`OrderStatus`. With TikTok's carriers a parcel that awaits its collection is still here; a seller who
    ships by himself says so when it has left."""
    word = order.text("status")
    if word == "AWAITING_COLLECTION" and order.text("shipping_type") == "SELLER":
        return OrderStatus.SHIPPED
    return _STATUSES.get(word, OrderStatus.UNKNOWN)


def is_cancelled(item):
    """Whether one unit of an order is cancelled."""
    return item.text("display_status") == "CANCELLED"


def has_left(order, item):
    """Whether one unit has left the seller, according to TikTok."""
    word = item.text("display_status") or order.text("status")
    return word in _LEFT or (word == "AWAITING_COLLECTION" and order.text("shipping_type") == "SELLER")


def _file_all(api, shop_id, answer):
    """``([records], [broken])`` of a page; the details are newer than the search and replace what it says."""
    found, broken = {}, []
    for index, payload in enumerate(answer.data.get("orders") or ()):
        try:
            order = Node(payload, f"orders[{index}]")
            found[order.text("id", required=True)] = order
        except InvalidPayload as error:
            broken.append((error.path, error.reason, payload))
    records = []
    for order in fetch_details(api, shop_id, list(found)):
        try:
            record = raw_record({**order.data, "shop_id": shop_id}, order.path)
        except InvalidPayload as error:
            broken.append((error.path, error.reason, order.data))
            continue
        if found.pop(record.external_id, None) is not None:
            records.append(record)
    broken += [(f"{order.path}.id", "the detail of the order is missing", order.data) for order in found.values()]
    return records, broken


def fetch_details(api, shop_id, order_ids):
    """Yield orders of a shop as nodes; those that TikTok does not know are left out."""
    for start in range(0, len(order_ids), PAGE_SIZE):
        query = {"ids": order_ids[start : start + PAGE_SIZE]}
        yield from api.call("orders.detail", shop_id, query).nodes("orders")


def _read_line(order, item, charges, cancelled):
    return OrderLine(
        external_id=item.text("id", required=True),
        sku=item.text("seller_sku") or item.text("sku_id"),
        title=" – ".join(text for text in (item.text("product_name"), item.text("sku_name")) if text),
        quantity=0 if cancelled else 1,
        charges=charges,
        quantity_shipped=int(not cancelled and has_left(order, item)),
        product_id=item.text("product_id"),
        cancel_reason=item.text("cancel_reason"),
    )


def _read_buyer(order):
    return Buyer(key=order.text("user_id"), email=order.text("buyer_email"), vat=order.text("cpf"))


def _read_packages(order, items):
    """Parcels by the ids that the units name; one without units of this order has none to tell."""
    units, first = {}, {}
    for item in items:
        package_id = item.text("package_id")
        if package_id and not is_cancelled(item):
            units.setdefault(package_id, {})[item.text("id")] = 1
            first.setdefault(package_id, item)
    return tuple(
        Package(
            external_id=package_id,
            quantities=units[package_id],
            carrier=item.text("shipping_provider_name") or order.text("shipping_provider"),
            tracking=item.text("tracking_number"),
            shipped_at=item.time("rts_time") if has_left(order, item) else None,
            status=item.text("package_status"),
        )
        for package_id, item in first.items()
    )


def _read_cancel_request(order):
    if not order.flag("is_buyer_request_cancel"):
        return ""
    return order.text("cancel_reason") or "the buyer asks to cancel"


def _read_programs(order):
    named = (
        ("COD", order.flag("is_cod")),
        ("SAMPLE", order.flag("is_sample_order")),
        ("REPLACEMENT", order.flag("is_replacement_order")),
    )
    words = [name for name, applies in named if applies]
    words += [order.text(key) for key in ("shipping_type", "order_type", "commerce_platform", "split_or_combine_tag")]
    return tuple(word for word in words if word)


def _read_warnings(order):
    warnings = []
    if order.text("need_upload_invoice") == "NEED_INVOICE":
        warnings.append("TikTok waits for the invoice of this order.")
    if order.flag("has_updated_recipient_address"):
        warnings.append("The buyer changed the address after ordering.")
    return tuple(warnings)


def _is_fbt(order):
    return order.text("fulfillment_type") in _BY_MARKETPLACE


def _first_time(order, *keys):
    return next((time for key in keys if (time := order.time(key)) is not None), None)


def _time(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)
