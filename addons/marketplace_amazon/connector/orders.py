"""Orders v2026-01-01: queries and parsing. Source: Amazon's model ``orders_2026-01-01``."""

from datetime import timedelta
from urllib.parse import quote

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
    TaxTreatment,
    Window,
    content_hash,
    parse_time,
    read_each,
)
from .fields import Node, format_time
from .proceeds import read_money
from .regions import MARKETPLACES

PATH = "/orders/2026-01-01/orders"
INCLUDED_DATA = ["BUYER", "RECIPIENT", "PROCEEDS", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX"]
PAGE_SIZE = 100
# Amazon takes no end of a time range that is younger than two minutes.
LATEST = timedelta(minutes=2)

_STATUSES = {
    "PENDING_AVAILABILITY": OrderStatus.PENDING,
    "PENDING": OrderStatus.PENDING,
    "UNSHIPPED": OrderStatus.UNSHIPPED,
    "PARTIALLY_SHIPPED": OrderStatus.PARTIALLY_SHIPPED,
    "SHIPPED": OrderStatus.SHIPPED,
    "CANCELLED": OrderStatus.CANCELLED,
    "UNFULFILLABLE": OrderStatus.UNFULFILLABLE,
}
_FULFILMENTS = {"MERCHANT": Fulfilment.MERCHANT, "AMAZON": Fulfilment.MARKETPLACE}
_REPLACES = "REPLACEMENT_ORIGINAL_ID"
# An order in a state that we do not know may be any of these.
_MONEYLESS = frozenset({OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.UNKNOWN})


def fetch_page(api, marketplace_ids, since, until, token):
    """One page of orders changed in a range of time.

    Our page token is the end of the range that the first page stated, a blank and Amazon's token: an order that
    changes while pages are read belongs to the next range, whatever later pages state.

    :param api: :class:`~.api.SellingPartnerApi`
    :raise InvalidPayload: the answer as a whole is no list of orders
    """
    first_end, _, page_token = token.partition(" ")
    asked_at = api.now()
    query = {
        "marketplaceIds": sorted(marketplace_ids),
        "lastUpdatedAfter": format_time(since),
        "lastUpdatedBefore": until and format_time(until),
        "includedData": INCLUDED_DATA,
        "maxResultsPerPage": PAGE_SIZE,
        "paginationToken": page_token,
    }
    answer = Node(api.get("orders.searchOrders", PATH, query))
    if first_end:
        end = parse_time(first_end, "token")
    else:
        end = answer.time("lastUpdatedBefore") or until or asked_at - LATEST
    return page_of(answer, "orders", answer.node("pagination").text("nextToken"), end, raw_record)


def page_of(answer, key, token, end, record):
    """A received list as :class:`Page`: a damaged order is set aside in ``broken``, the others go on.

    :param str token: the marketplace's token of the next page
    :param datetime end: end of the range of time that the pages cover
    :param record: turns one received order and its path into a :class:`RawRecord`
    """
    records, broken = read_each(answer.array(key, required=True), answer.where(key), record)
    return Page(
        records=tuple(records),
        next_token=f"{format_time(end)} {token}" if token else "",
        complete_until=None if token else end,
        broken=tuple(broken),
    )


def fetch_order(api, order_id):
    """One order as :class:`RawRecord`."""
    answer = api.get("orders.getOrder", f"{PATH}/{quote(order_id, safe='')}", {"includedData": INCLUDED_DATA})
    return raw_record(Node(answer).data.get("order"), "order")


def raw_record(payload, path=""):
    """File an order: id, shop, time and revision are read, nothing else is looked at."""
    order = Node(payload, path)
    updated_at = order.time("lastUpdatedTime", required=True)
    return RawRecord(
        kind="order",
        shop_id=order.node("salesChannel").text("marketplaceId", required=True),
        external_id=order.text("orderId", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def revision_of(payload, updated_at):
    """Time of the last change plus a hash: the same content is the same revision, a silent change is another."""
    return f"{format_time(updated_at)}-{content_hash(payload)}"


def parse_order(payload):
    """A received order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    order = Node(payload)
    fulfilment = order.node("fulfillment")
    status_text = fulfilment.text("fulfillmentStatus", required=True)
    status = _STATUSES.get(status_text, OrderStatus.UNKNOWN)
    if not order.nodes("orderItems"):
        raise InvalidPayload("orderItems", "an order without items")
    total, charges, order_charges = read_money(order, _tax_outside_totals(record.shop_id))
    replaced = _read_replaced(order)
    priced = status not in _MONEYLESS and replaced is None
    if total is None and priced:
        raise InvalidPayload("proceeds.grandTotal", f"missing from an order that is {status.value}")
    buyer = _read_buyer(order)
    return Order(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        status=status,
        fulfilment=_choice(fulfilment, "fulfilledBy", _FULFILMENTS),
        ordered_at=order.time("createdTime", required=True),
        updated_at=record.updated_at,
        lines=_read_lines(order, status, charges, priced),
        total=total,
        charges=order_charges,
        buyer=buyer,
        address=_read_address(order.node("recipient")),
        ship_by=_read_window(fulfilment.node("shipByWindow")),
        deliver_by=_read_window(fulfilment.node("deliverByWindow")),
        service_level=fulfilment.text("fulfillmentServiceLevel"),
        packages=tuple(_read_package(package) for package in order.nodes("packages")),
        cancel_request=_read_cancel_request(order),
        is_business=bool("AMAZON_BUSINESS" in order.texts("programs") or buyer.company),
        programs=order.texts("programs"),
        status_text=status_text,
        is_replacement=replaced is not None,
        replaces=replaced or "",
    )


def _tax_outside_totals(shop_id):
    marketplace = MARKETPLACES.get(shop_id)
    if marketplace is None:
        raise InvalidPayload("salesChannel.marketplaceId", f"unknown marketplace {shop_id!r}")
    return TaxTreatment.INCLUDED if marketplace.prices_with_tax else TaxTreatment.OUTSIDE


def _choice(node, key, choices):
    value = node.text(key, required=True)
    if value not in choices:
        raise InvalidPayload(node.where(key), f"unknown value {value!r}")
    return choices[value]


def _read_replaced(order):
    """Number of the order that this one replaces, empty if it is not named; ``None`` of an order that replaces none."""
    for associated in order.nodes("associatedOrders"):
        if associated.text("associationType") == _REPLACES:
            return associated.text("orderId")
    return None


def _read_lines(order, status, charges, priced):
    items = order.nodes("orderItems")
    return tuple(_read_line(item, status, parts, priced) for item, parts in zip(items, charges, strict=True))


def _read_line(item, status, charges, priced):
    product = item.node("product")
    quantity, shipped = _read_quantities(item, status)
    if quantity and not charges and priced:
        raise InvalidPayload(item.where("proceeds"), f"missing from an order that is {status.value}")
    cancellation = item.node("cancellation")
    return OrderLine(
        external_id=item.text("orderItemId", required=True),
        sku=product.text("sellerSku"),
        title=product.text("title"),
        quantity=quantity,
        charges=charges,
        quantity_shipped=shipped,
        product_id=product.text("asin"),
        gift_message=item.node("fulfillment").node("packing").node("giftOption").text("giftMessage"),
        cancel_reason=cancellation.node("cancellationExecution").text("cancelReason"),
    )


def _read_quantities(item, status):
    """``(units ordered and not cancelled, units shipped)``."""
    ordered = item.count("quantityOrdered", required=True)
    fulfilment = item.node("fulfillment")
    shipped, open_ = fulfilment.count("quantityFulfilled"), fulfilment.count("quantityUnfulfilled")
    if (shipped or 0) + (open_ or 0) > ordered:
        raise InvalidPayload(fulfilment.path, f"{shipped} shipped and {open_} open units of {ordered} ordered")
    if status is OrderStatus.CANCELLED:
        return shipped or 0, shipped or 0
    if "cancellationExecution" in item.node("cancellation"):
        if shipped is None or open_ is None:
            raise InvalidPayload(fulfilment.path, "units left after a cancellation are not stated")
        return shipped + open_, shipped
    return ordered, shipped or 0


def _read_cancel_request(order):
    for item in order.nodes("orderItems"):
        request = item.node("cancellation").node("cancellationRequest")
        if request.text("requester") == "BUYER":
            return request.text("cancelReason") or "BUYER"
    return ""


def _read_buyer(order):
    buyer = order.node("buyer")
    email, _ = _unmasked(buyer.text("buyerEmail"))
    return Buyer(
        key=email.lower(),
        name=_unmasked(buyer.text("buyerName"))[0],
        email=email,
        company=_unmasked(buyer.text("buyerCompanyName"))[0],
        purchase_order=buyer.text("buyerPurchaseOrderNumber"),
        vat=_read_vat(order.node("tax")),
    )


def _read_vat(tax):
    for registration in tax.nodes("taxRegistrations"):
        if registration.text("entityType") == "BUYER":
            return _unmasked(registration.text("taxRegistrationNumber"))[0]
    return ""


_ADDRESS = {
    "name": "name",
    "companyName": "company",
    "addressLine1": "street",
    "addressLine2": "street2",
    "addressLine3": "street3",
    "city": "city",
    "districtOrCounty": "district",
    "stateOrRegion": "state",
    "postalCode": "postal_code",
    "countryCode": "country_code",
    "phone": "phone",
}
# Without these nobody can deliver; their absence means that Amazon withholds them.
_ESSENTIAL = ("name", "addressLine1")


def _read_address(recipient):
    if "deliveryAddress" not in recipient:
        return None
    received = recipient.node("deliveryAddress")
    values = {}
    masked = not all(received.text(key) for key in _ESSENTIAL)
    for key, name in _ADDRESS.items():
        values[name], hidden = _unmasked(received.text(key))
        masked = masked or hidden
    if not values["city"]:
        values["city"] = _unmasked(received.text("municipality"))[0]
    return Address(**values, masked=masked)


def _unmasked(text):
    """``(text, whether it was masked)``; masked text is empty."""
    hidden = bool(text) and (set(text) <= {"*", " "} or "***" in text or text.lower() in ("masked", "redacted"))
    return ("" if hidden else text), hidden


def _read_window(node):
    return Window(node.time("earliestDateTime"), node.time("latestDateTime"))


def _read_package(package):
    quantities = {}
    for item in package.nodes("packageItems"):
        line = item.text("orderItemId", required=True)
        quantities[line] = quantities.get(line, 0) + item.count("quantity", required=True)
    return Package(
        external_id=package.text("packageReferenceId", required=True),
        quantities=quantities,
        carrier=package.text("carrier"),
        tracking=package.text("trackingNumber"),
        shipped_at=package.time("shipTime"),
        status=package.node("packageStatus").text("status"),
    )
