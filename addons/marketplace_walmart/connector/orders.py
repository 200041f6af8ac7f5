"""Orders: search by time of change, parsing, acknowledgement. Source: Walmart's OpenAPI ``order-management``.

Walmart searches one kind of fulfilment at a time, gives no more than 10,000 orders for one range, and none that was
created more than 180 days ago. An order states no time of its last change: the latest of its lines counts.
"""

import json
from collections import Counter
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from ...marketplace.contract import (
    ActionResult,
    Address,
    Buyer,
    Charge,
    ChargeKind,
    Fulfilment,
    InvalidPayload,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Package,
    Page,
    RawRecord,
    TaxCollector,
    Window,
    content_hash,
    each,
    format_time,
    read_each,
)
from .fields import Node
from .money import read_charges, read_subsidies, stated_total, total_of

PATH = "/v3/orders"
PAGE_SIZE = 200
MOST_ORDERS = 10_000
HISTORY = timedelta(days=179)
SHORTEST = 60  # seconds: a range is not cut below that
NODE_TYPES = ("SellerFulfilled", "WFSFulfilled", "3PLFulfilled")
OPEN = frozenset({"Created", "Acknowledged"})
SHIPPED = frozenset({"Shipped", "Delivered", "Refund"})
CANCELLED = "Cancelled"
# Replacements and incentives are left out unless asked for.
_DETAILS = {"replacementInfo": "true", "incentiveInfo": "true"}
_COUNTRIES = {"USA": "US", "CAN": "CA", "MEX": "MX", "PRI": "PR"}


def fetch_page(api, shop_ids, since, until, token):
    """One page of orders changed in a range of time, kind after kind of fulfilment.

    Our page token is JSON: the kind, the whole range (``since``, ``end``) and the part of it that is read now
    (``start``, ``until``), and Walmart's cursor, which is a query of its own. A range with too many orders is halved.
    """
    (shop_id,) = shop_ids
    state = json.loads(token) if token else _begin(api, since, until)
    if state["start"] >= state["end"]:
        return Page((), complete_until=min(_time(state["end"]), api.settled({})))
    answer = api.answer("orders.list", PATH + state["cursor"], None if state["cursor"] else _query(api, state))
    listed = Node(answer.body).node("list")
    meta = listed.node("meta")
    state.setdefault("whole", min(int(api.settled(answer.headers).timestamp()), state["end"]))
    span = state["until"] - state["start"]
    if not state["cursor"] and (meta.count("totalCount") or 0) > MOST_ORDERS and span > SHORTEST:
        state["until"] = state["start"] + span // 2
        return Page((), next_token=json.dumps(state))
    records, broken = _file_all(listed.node("elements"), shop_id)
    last = _advance(state, meta.text("nextCursor"))
    return Page(
        records=tuple(records),
        next_token="" if last else json.dumps(state),
        complete_until=_time(state["whole"]) if last else None,
        broken=tuple(broken),
    )


def fetch_order(api, order_id):
    """One order as :class:`RawRecord`."""
    order = fetch_node(api, order_id)
    return raw_record({**order.data, "shop_id": api.partner().text("partnerId", required=True)}, order.path)


def fetch_node(api, order_id):
    """One order as node. Walmart's document and its example differ in whether ``order`` is around it."""
    answer = Node(api.get("orders.get", order_path(order_id), _DETAILS))
    return answer.node("order") if "order" in answer.data else answer


def order_path(order_id, verb=""):
    """Path of an order, or of something to be done with it."""
    return f"{PATH}/{quote(order_id, safe='')}" + (f"/{verb}" if verb else "")


def acknowledge_orders(api, order_ids):
    """Tell Walmart that orders were received, which it wants within four hours; repeating it does no harm."""

    def acknowledge(order):
        api.send("orders.acknowledge", "POST", order_path(order.reference, "acknowledge"), idempotent=True)
        return ActionResult(order.reference, True)

    return each([_Known(order_id) for order_id in order_ids], acknowledge)


class _Known:
    """An order id as something with a reference."""

    def __init__(self, reference):
        self.reference = reference


def raw_record(payload, path=""):
    """File an order: id, shop and times are read, nothing else is looked at."""
    order = Node(payload, path)
    times = [order.time("orderDate", required=True)]
    times += [time for line in read_lines(order) if (time := line.time("statusDate")) is not None]
    return RawRecord(
        kind="order",
        shop_id=order.text("shop_id"),
        external_id=order.text("purchaseOrderId", required=True),
        revision=revision_of(payload, max(times)),
        payload=payload,
        updated_at=max(times),
    )


def revision_of(payload, updated_at):
    """Time of the last change plus a hash: the same content is the same revision, a silent change is another."""
    return f"{int(updated_at.timestamp() * 1000)}-{content_hash(payload)}"


def read_lines(order):
    """Order lines as nodes."""
    return order.node("orderLines").nodes("orderLine", required=True)


def read_units(line):
    """``(units ordered, Counter of units per status word)``; units without a status are open."""
    ordered = line.node("orderLineQuantity").count("amount", required=True)
    units = Counter()
    for status in read_statuses(line):
        units[status.text("status", required=True)] += status.node("statusQuantity").count("amount", required=True)
    return ordered, units


def read_statuses(line):
    """Statuses of a line as nodes, each of some units."""
    return line.node("orderLineStatuses").nodes("orderLineStatus")


def parse_order(payload):
    """A received order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    order = Node(payload)
    lines = read_lines(order)
    if not lines:
        raise InvalidPayload("orderLines.orderLine", "an order without lines")
    units = [read_units(line) for line in lines]
    parsed = tuple(_read_line(line, *counted) for line, counted in zip(lines, units, strict=True))
    total, charges, warnings = _reconcile(order, parsed)
    words = list(dict.fromkeys(word for _ordered, counted in units for word in counted))
    info = order.node("shippingInfo")
    return Order(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        status=_read_status(parsed, words),
        fulfilment=_read_fulfilment(order),
        ordered_at=order.time("orderDate", required=True),
        updated_at=record.updated_at,
        lines=parsed,
        total=total,
        charges=charges,
        buyer=_read_buyer(order),
        address=_read_address(info),
        ship_by=Window(end=info.time("estimatedShipDate")),
        deliver_by=Window(end=info.time("estimatedDeliveryDate")),
        service_level=info.text("methodCode"),
        packages=tuple(_read_packages(lines)),
        cancel_request=next((wish for line in lines if (wish := read_wish(line))), ""),
        programs=_read_programs(order, lines),
        number=order.text("customerOrderId"),
        status_text=", ".join(words),
        acknowledged=all(not counted["Created"] for _ordered, counted in units),
        subsidies=tuple(
            subsidy
            for line, known, (ordered, _counted) in zip(lines, parsed, units, strict=True)
            for subsidy in read_subsidies(line, ordered, known.quantity)
        ),
        warnings=warnings,
    )


def read_wish(line):
    """The buyer's wish to cancel a line, as Walmart words it; empty if there is none."""
    word = line.text("intentToCancel")
    return "" if word.lower() in ("", "false", "n", "no") else word


def _begin(api, since, until):
    now = api.now()
    start, end = int(max(since, now - HISTORY).timestamp()), int((until or now).timestamp())
    return {"kind": 0, "since": start, "start": start, "until": end, "end": end, "cursor": ""}


def _query(api, state):
    return {
        "lastModifiedStartDate": format_time(_time(state["start"])),
        "lastModifiedEndDate": format_time(_time(state["until"])),
        # Without it Walmart looks at the orders of the last seven days only.
        "createdStartDate": format_time(api.now() - HISTORY),
        "shipNodeType": NODE_TYPES[state["kind"]],
        "limit": PAGE_SIZE,
        **_DETAILS,
    }


def _advance(state, cursor):
    """Go on to the next page, range or kind of fulfilment; whether this was the last of all."""
    state["cursor"] = cursor
    if cursor:
        return False
    if state["until"] < state["end"]:
        state["start"], state["until"] = state["until"], state["end"]
        return False
    state["start"] = state["since"]
    state["kind"] += 1
    return state["kind"] >= len(NODE_TYPES)


def _file_all(elements, shop_id):
    """``([records], [broken])`` of a page."""

    def read(payload, path):
        return raw_record({**Node(payload, path).data, "shop_id": shop_id}, path)

    return read_each(elements.array("order"), elements.where("order"), read)


def _read_line(line, ordered, units):
    cancelled = units[CANCELLED]
    shipped = sum(units[word] for word in SHIPPED)
    if cancelled + shipped > ordered:
        raise InvalidPayload(
            line.where("orderLineStatuses"), f"{shipped} shipped and {cancelled} cancelled units of {ordered}"
        )
    item = line.node("item")
    reasons = (status.text("cancellationReason") for status in read_statuses(line))
    return OrderLine(
        external_id=line.text("lineNumber", required=True),
        sku=item.text("sku", required=True),
        title=item.text("productName"),
        quantity=ordered - cancelled,
        charges=read_charges(line, ordered, ordered - cancelled),
        quantity_shipped=shipped,
        cancel_reason=next((reason for reason in reasons if reason), ""),
    )


def _reconcile(order, lines):
    """``(total, charges of the order, warnings)``: a stated total that the lines do not add up to is told."""
    total = total_of(line.charges for line in lines)
    stated = stated_total(order)
    whole = all(line.quantity for line in lines)
    if stated is None or total is None or not whole or stated.amount == total.amount:
        return total, (), ()
    difference = stated.amount - total.amount
    rest = Charge(
        ChargeKind.OTHER,
        Money(difference, stated.currency, str(difference)),
        tax_collector=TaxCollector.MARKETPLACE,
    )
    warning = f"Walmart states a total of {stated.text} {stated.currency}, {difference} more than its lines add up to."
    return stated, (rest,), (warning,)


def _read_status(lines, words):
    known = OPEN | SHIPPED | {CANCELLED}
    if any(word not in known for word in words):
        return OrderStatus.UNKNOWN
    live, shipped = sum(line.quantity for line in lines), sum(line.quantity_shipped for line in lines)
    if not live:
        return OrderStatus.CANCELLED
    if shipped >= live:
        return OrderStatus.SHIPPED
    return OrderStatus.PARTIALLY_SHIPPED if shipped else OrderStatus.UNSHIPPED


def _read_fulfilment(order):
    by_walmart = order.node("shipNode").text("type") == "WFSFulfilled"
    return Fulfilment.MARKETPLACE if by_walmart else Fulfilment.MERCHANT


def _read_buyer(order):
    email = order.text("customerEmailId")
    return Buyer(key=order.text("buyerId") or email.lower(), email=email)


def _read_address(info):
    received = info.node("postalAddress")
    if not received.data:
        return None
    country = received.text("country")
    return Address(
        name=received.text("name"),
        street=received.text("address1"),
        street2=received.text("address2"),
        city=received.text("city"),
        state=received.text("state"),
        postal_code=received.text("postalCode"),
        country_code=_COUNTRIES.get(country, country[:2]),
        phone=info.text("phone"),
        masked=not received.text("name") or not received.text("address1"),
    )


def _read_packages(lines):
    """Parcels by tracking number: the lines state it per status."""
    found = {}
    for line in lines:
        for status in read_statuses(line):
            tracking = status.node("trackingInfo")
            number = tracking.text("trackingNumber")
            if number:
                quantities = found.setdefault(number, (tracking, status, {}))[2]
                units = status.node("statusQuantity").count("amount", required=True)
                name = line.text("lineNumber")
                quantities[name] = quantities.get(name, 0) + units
    for number, (tracking, status, quantities) in found.items():
        carrier = tracking.node("carrierName")
        yield Package(
            external_id=number,
            quantities=quantities,
            carrier=carrier.text("carrier") or carrier.text("otherCarrier"),
            tracking=number,
            shipped_at=tracking.time("shipDateTime"),
            status=status.text("status"),
        )


def _read_programs(order, lines):
    words = [order.text("orderType"), order.node("shipNode").text("type")]
    words += [line.node("fulfillment").text("shippingProgramType") for line in lines]
    return tuple(dict.fromkeys(word for word in words if word))


def _time(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)
