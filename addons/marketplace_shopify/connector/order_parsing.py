"""A received order as :class:`Order`."""

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
from .charges import SHOP, read_charges
from .fields import Node
from .orders import raw_record

# Money that has not come and may never come; an invoice with payment terms or cash on delivery is no reason to wait.
_UNPAID = frozenset({"PENDING", "EXPIRED", "VOIDED"})
_PAID = frozenset({"AUTHORIZED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "REFUNDED", ""})
_CASH_ON_DELIVERY = "cash on delivery"
_STATUSES = {
    "UNFULFILLED": OrderStatus.UNSHIPPED,
    "OPEN": OrderStatus.UNSHIPPED,
    "IN_PROGRESS": OrderStatus.UNSHIPPED,
    "PENDING_FULFILLMENT": OrderStatus.UNSHIPPED,
    "REQUEST_DECLINED": OrderStatus.UNSHIPPED,
    "ON_HOLD": OrderStatus.PENDING,
    "SCHEDULED": OrderStatus.PENDING,
    "PARTIALLY_FULFILLED": OrderStatus.PARTIALLY_SHIPPED,
    "FULFILLED": OrderStatus.SHIPPED,
    "FULFILLMENT_NOT_REQUIRED": OrderStatus.SHIPPED,
    "RESTOCKED": OrderStatus.CANCELLED,
}
_DEAD = frozenset({"CANCELLED", "ERROR", "FAILURE"})
_RISKS = frozenset({"HIGH", "MEDIUM"})


def parse_order(payload, shop):
    """A received order as :class:`Order`.

    :param str shop: domain of the shop it came from
    :raise InvalidPayload: with the path of the field
    """
    order = Node(payload)
    record = raw_record(shop, payload, order.number())
    items = order.nodes("lineItems")
    tips = _tips(order, items)
    items = [item for item in items if item.number() not in tips]
    if not items:
        raise InvalidPayload("lineItems", "an order without lines")
    status, word = _read_status(order)
    shipped = _shipped_units(order, items)
    refunds = _refund_lines(order)
    quantities = {item.number(): _units(item, shipped, status) for item in items}
    by_line, others, total = read_charges(order, items, quantities, refunds)
    if status is OrderStatus.CANCELLED and not any(left for _ordered, left in quantities.values()):
        # Nothing is delivered and nothing is owed; what was paid comes back as refunds.
        by_line, others, total = {}, (), None
    buyer = _read_buyer(order)
    return Order(
        external_id=record.external_id,
        shop_id=shop,
        revision=record.revision,
        status=status,
        fulfilment=Fulfilment.MERCHANT,
        ordered_at=order.time("processedAt") or order.time("createdAt", required=True),
        updated_at=record.updated_at,
        lines=tuple(_read_line(item, quantities, shipped, by_line, order) for item in items),
        total=total,
        charges=others,
        buyer=buyer,
        address=_read_address(order),
        ship_by=_read_ship_by(order),
        deliver_by=_read_deliver_by(order),
        service_level=", ".join(filter(None, (line.text("title") for line in order.nodes("shippingLines")))),
        packages=_read_packages(order, shipped),
        is_business=bool(buyer.company),
        number=order.text("name"),
        buyer_note=order.text("note"),
        status_text=word,
        warnings=_read_warnings(order),
    )


def _tips(order, items):
    """Numbers of lines that are a tip: no product, nothing to ship, and the amount that the order states as its tip."""
    tip = order.bag("totalTipReceivedSet")
    if not tip or not tip.amount:
        return ()
    return tuple(item.number() for item in items if _is_tip(item, tip))[:1]


def _is_tip(item, tip):
    stocked = "variant" in item or item.text("sku") or item.flag("requiresShipping")
    price = item.bag("originalTotalSet", SHOP)
    return not stocked and price is not None and price.amount == tip.amount


def _read_status(order):
    """``(status, Shopify's words)``."""
    paid, shipped = order.text("displayFinancialStatus"), order.text("displayFulfillmentStatus", required=True)
    words = f"{paid} {shipped}".strip()
    if "cancelledAt" in order:
        return OrderStatus.CANCELLED, words
    if shipped not in _STATUSES:
        return OrderStatus.UNKNOWN, shipped
    if paid not in _UNPAID | _PAID:
        return OrderStatus.UNKNOWN, paid
    status = _STATUSES[shipped]
    if status is OrderStatus.UNSHIPPED and paid in _UNPAID and not _may_ship_unpaid(order):
        return OrderStatus.PENDING, words
    return status, words


def _may_ship_unpaid(order):
    gateways = " ".join(order.texts("paymentGatewayNames")).replace("_", " ").lower()
    return order.text("displayFinancialStatus") == "PENDING" and (
        "paymentTerms" in order or _CASH_ON_DELIVERY in gateways
    )


def _shipped_units(order, items):
    """``{line id: units in live parcels}``: from the parcels where they were read line by line, else from the lines."""
    parcels = [parcel for parcel in order.nodes("fulfillments") if parcel.text("status") not in _DEAD]
    if any("fulfillmentLineItems" in parcel for parcel in parcels):
        units = {}
        for parcel in parcels:
            for line, count in _units_of(parcel).items():
                units[line] = units.get(line, 0) + count
        return units
    if not parcels:
        return {}
    return {
        item.number(): max(
            0,
            item.count("quantity", required=True)
            - (item.count("unfulfilledQuantity") or 0)
            - (item.count("nonFulfillableQuantity") or 0),
        )
        for item in items
    }


def _units(item, shipped, status):
    """``(units ordered, units shipped or to ship)``: those refunded before they were shipped leave the order."""
    ordered, current = item.count("quantity", required=True), item.count("currentQuantity", required=True)
    gone = shipped.get(item.number(), 0)
    if gone > ordered or current > ordered:
        raise InvalidPayload(item.where("quantity"), f"{gone} shipped and {current} current units of {ordered} ordered")
    if status is OrderStatus.CANCELLED:
        return ordered, gone
    if current == ordered:
        return ordered, ordered
    return ordered, min(ordered, max(current, gone + (item.count("unfulfilledQuantity") or 0)))


def _refund_lines(order):
    lines = {}
    for refund in order.nodes("refunds"):
        for line in refund.nodes("refundLineItems"):
            lines.setdefault(line.node("lineItem").number(), []).append(line)
    return lines


def _read_line(item, quantities, shipped, charges, order):
    number = item.number()
    ordered, left = quantities[number]
    return OrderLine(
        external_id=number,
        sku=item.text("sku"),
        title=item.text("name"),
        quantity=left,
        charges=charges.get(number, ()),
        quantity_shipped=min(left, shipped.get(number, 0)),
        product_id=item.node("variant").number(required=False),
        cancel_reason=order.text("cancelReason") if left < ordered else "",
    )


def _read_buyer(order):
    company = order.node("purchasingEntity")
    place = company.node("location")
    customer = order.node("customer")
    email = order.text("email")
    return Buyer(
        key=customer.number(required=False) or email.lower(),
        name=customer.text("displayName") or order.node("shippingAddress").text("name"),
        email=email,
        company=company.node("company").text("name"),
        purchase_order=order.text("poNumber"),
        vat=place.node("taxSettings").text("taxRegistrationId"),
    )


def _read_address(order):
    if "shippingAddress" not in order:
        return None
    place = order.node("shippingAddress")
    return Address(
        name=place.text("name"),
        company=place.text("company"),
        street=place.text("address1"),
        street2=place.text("address2"),
        city=place.text("city"),
        state=place.text("province"),
        postal_code=place.text("zip"),
        country_code=place.text("countryCodeV2"),
        phone=place.text("phone"),
        # An app without access to protected customer data gets the country and nothing else.
        masked=not (place.text("address1") and place.text("name")),
    )


def _read_ship_by(order):
    times = [(item.time("fulfillAt"), item.time("fulfillBy")) for item in order.nodes("fulfillmentOrders")]
    return Window(
        min((start for start, _end in times if start), default=None),
        min((end for _s, end in times if end), default=None),
    )


def _read_deliver_by(order):
    methods = [item.node("deliveryMethod") for item in order.nodes("fulfillmentOrders")]
    times = [(item.time("minDeliveryDateTime"), item.time("maxDeliveryDateTime")) for item in methods]
    return Window(
        min((start for start, _end in times if start), default=None),
        max((end for _s, end in times if end), default=None),
    )


def _read_packages(order, shipped):
    parcels = [parcel for parcel in order.nodes("fulfillments") if parcel.text("status") not in _DEAD]
    return tuple(_read_package(parcel, shipped) for parcel in parcels)


def _read_package(parcel, shipped):
    tracking = (parcel.nodes("trackingInfo") or [Node({})])[0]
    split = "fulfillmentLineItems" in parcel
    return Package(
        external_id=parcel.number(),
        quantities=_units_of(parcel) if split else {line: units for line, units in shipped.items() if units},
        carrier=tracking.text("company"),
        tracking=tracking.text("number"),
        shipped_at=parcel.time("createdAt"),
        status=parcel.text("displayStatus") or parcel.text("status"),
    )


def _units_of(parcel):
    units = {}
    for line in parcel.nodes("fulfillmentLineItems"):
        key = line.node("lineItem").number()
        units[key] = units.get(key, 0) + line.count("quantity", required=True)
    return units


def _read_warnings(order):
    risk = order.node("risk")
    warnings = [
        f"Risk of fraud: {item.text('riskLevel').lower()} ({item.node('provider').text('title') or 'Shopify'})"
        for item in risk.nodes("assessments")
        if item.text("riskLevel") in _RISKS
    ]
    if risk.text("recommendation") in ("CANCEL", "INVESTIGATE"):
        warnings.append(f"Shopify recommends: {risk.text('recommendation').lower()}")
    if order.flag("test"):
        warnings.append("Test order: no money was paid")
    return tuple(warnings)
