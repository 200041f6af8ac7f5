"""A received order as :class:`Order`. Source: ``sell_fulfillment_v1_oas3.json``, Order."""

import re

from ...marketplace.contract import (
    Address,
    Buyer,
    Fulfilment,
    InvalidPayload,
    Order,
    OrderLine,
    OrderStatus,
    Package,
    RawRecord,
    Window,
)
from .fields import Node
from .marketplaces import shop_of
from .money import read_money
from .revisions import revision_of

FULFILMENTS = "shippingFulfillments"  # our own field: what getShippingFulfillments says about the order
CANCEL_ASKED = "IN_PROGRESS"
_FULFILMENT_STATUSES = {
    "NOT_STARTED": OrderStatus.UNSHIPPED,
    "IN_PROGRESS": OrderStatus.PARTIALLY_SHIPPED,
    "FULFILLED": OrderStatus.SHIPPED,
}
_NO_TRACKING = re.compile(r"999\d{0,3}")
_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"})
UNPAID = frozenset({"PENDING", "FAILED"})
_CANCEL_STATES = frozenset({"", "NONE_REQUESTED", CANCEL_ASKED, "CANCELED"})
# Only the single order has these; both ways to get an order must lead to the same revision.
_DETAILS = (("cancelStatus", "cancelRequests"), ("buyer", "taxIdentifier"))


def raw_record(payload, path=""):
    """File an order: id, shop, time and revision are read, nothing else is looked at."""
    order = Node(payload, path)
    updated_at = order.time("lastModifiedDate", required=True)
    return RawRecord(
        kind="order",
        shop_id=_read_shop(order),
        external_id=order.text("orderId", required=True),
        revision=revision_of(payload, updated_at, _DETAILS),
        payload=payload,
        updated_at=updated_at,
    )


def parse_order(payload):
    """A received order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    order = Node(payload)
    status, word = _read_status(order)
    cancelled = status is OrderStatus.CANCELLED
    # What a cancelled order would have cost is nobody's debt.
    total, charges, order_charges = (None, None, ()) if cancelled else read_money(order)
    start = order.nodes("fulfillmentStartInstructions")
    instruction = start[0] if start else Node({}, "fulfillmentStartInstructions")
    items = order.nodes("lineItems")
    shipped = _read_shipped(order)
    return Order(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        status=status,
        buyer_note=order.text("buyerCheckoutNotes"),
        status_text=word,
        fulfilment=_read_fulfilment(order, instruction),
        ordered_at=order.time("creationDate", required=True),
        updated_at=record.updated_at,
        lines=tuple(
            _read_line(item, () if cancelled else charges[index], cancelled, shipped)
            for index, item in enumerate(items)
        ),
        total=total,
        charges=order_charges,
        buyer=_read_buyer(order, instruction),
        address=_read_address(instruction),
        ship_by=Window(None, _earliest(items, "shipByDate")),
        deliver_by=Window(instruction.time("minEstimatedDeliveryDate"), instruction.time("maxEstimatedDeliveryDate")),
        service_level=instruction.node("shippingStep").text("shippingServiceCode"),
        packages=_read_packages(order),
        cancel_request=_read_cancel_request(order, status),
        programs=_read_programs(order, instruction),
        warnings=_read_warnings(order, status),
    )


def _read_shop(order):
    """The marketplace of the listing, which is where stock and price are; the buyer may have come by another."""
    items = order.nodes("lineItems")
    if not items:
        raise InvalidPayload(order.where("lineItems"), "an order without line items")
    item = items[0]
    marketplace = item.text("listingMarketplaceId") or item.text("purchaseMarketplaceId")
    if not marketplace:
        raise InvalidPayload(item.where("listingMarketplaceId"), "missing")
    return shop_of(marketplace)


def _read_status(order):
    """``(status, eBay's own word)``; the first word of payment, cancellation or delivery that we do not know wins."""
    delivery = order.text("orderFulfillmentStatus", required=True)
    payment = order.text("orderPaymentStatus", required=True)
    cancel = order.node("cancelStatus").text("cancelState")
    if cancel == "CANCELED":
        return OrderStatus.CANCELLED, cancel
    for word, known in ((delivery, _FULFILMENT_STATUSES), (payment, _PAID | UNPAID), (cancel, _CANCEL_STATES)):
        if word not in known:
            return OrderStatus.UNKNOWN, word
    if payment in UNPAID and delivery == "NOT_STARTED":
        return OrderStatus.PENDING, payment
    return _FULFILMENT_STATUSES[delivery], delivery


def _read_fulfilment(order, instruction):
    by_ebay = order.node("program").node("fulfillmentProgram").text("fulfilledBy") == "EBAY"
    if by_ebay or instruction.text("fulfillmentInstructionsType") == "FULFILLED_BY_EBAY":
        return Fulfilment.MARKETPLACE
    return Fulfilment.MERCHANT


def _read_line(item, charges, cancelled, shipped):
    line_id = item.text("lineItemId", required=True)
    quantity = item.count("quantity", required=True)
    gone = quantity if item.text("lineItemFulfillmentStatus") == "FULFILLED" else shipped.get(line_id, 0)
    listing, variation = item.text("legacyItemId"), item.text("legacyVariationId")
    product_id = f"{listing}/{variation}" if variation else listing
    return OrderLine(
        external_id=line_id,
        # Listings outside the inventory model may have no SKU: then the listing itself is what can be matched.
        sku=item.text("sku") or product_id,
        title=item.text("title"),
        quantity=0 if cancelled else quantity,
        charges=charges,
        quantity_shipped=0 if cancelled else min(gone, quantity),
        product_id=product_id,
        gift_message=item.node("giftDetails").text("message"),
    )


def _read_shipped(order):
    """``{line item id: units}`` of the parcels that eBay knows."""
    units = {}
    for entry in order.nodes(FULFILMENTS):
        for line, quantity in _read_quantities(entry).items():
            units[line] = units.get(line, 0) + quantity
    return units


def _read_quantities(fulfilment):
    quantities = {}
    for entry in fulfilment.nodes("lineItems"):
        line, count = entry.text("lineItemId", required=True), entry.count("quantity")
        quantities[line] = quantities.get(line, 0) + (1 if count is None else count)
    return quantities


def _read_packages(order):
    """Parcels that eBay knows; of an order that was not shipped in part only the numbers that their addresses end in.

    A parcel without tracking number is called 999 and so on.
    """
    if FULFILMENTS in order:
        return tuple(_read_package(entry) for entry in order.nodes(FULFILMENTS))
    numbers = [href.rstrip("/").rpartition("/")[2] for href in order.texts("fulfillmentHrefs")]
    return tuple(
        Package(external_id=number, quantities={}, tracking="" if _NO_TRACKING.fullmatch(number) else number)
        for number in numbers
    )


def _read_package(fulfilment):
    return Package(
        external_id=fulfilment.text("fulfillmentId", required=True),
        quantities=_read_quantities(fulfilment),
        carrier=fulfilment.text("shippingCarrierCode"),
        tracking=fulfilment.text("shipmentTrackingNumber"),
        shipped_at=fulfilment.time("shippedDate"),
    )


def _read_cancel_request(order, status):
    """The buyer's reason; searches tell that there is a request, but not the reason."""
    cancel = order.node("cancelStatus")
    if status is OrderStatus.CANCELLED or cancel.text("cancelState") != CANCEL_ASKED:
        return ""
    requests = [entry for entry in cancel.nodes("cancelRequests") if entry.text("cancelRequestState") == "REQUESTED"]
    if requests and all(entry.text("cancelInitiator").lower() == "seller" for entry in requests):
        return ""
    return next((entry.text("cancelReason") for entry in requests if "cancelReason" in entry), "BUYER")


def _read_buyer(order, instruction):
    buyer = order.node("buyer")
    registered = buyer.node("buyerRegistrationAddress")
    ship_to = instruction.node("shippingStep").node("shipTo")
    return Buyer(
        key=buyer.text("username"),
        name=_unmasked(registered.text("fullName"))[0] or _unmasked(ship_to.text("fullName"))[0],
        email=_unmasked(registered.text("email"))[0] or _unmasked(ship_to.text("email"))[0],
        company=_unmasked(registered.text("companyName"))[0],
        vat=_unmasked(buyer.node("taxIdentifier").text("taxpayerId"))[0],
    )


_ADDRESS = {
    "addressLine1": "street",
    "addressLine2": "street2",
    "city": "city",
    "county": "district",
    "stateOrProvince": "state",
    "postalCode": "postal_code",
    "countryCode": "country_code",
}


def _read_address(instruction):
    """Where the seller ships to: eBay's hub or authenticator where they forward the goods, whose reference must be on
    the label. Name and street are withheld from old orders."""
    step = instruction.node("shippingStep")
    if "shipTo" not in step:
        return None
    ship_to = step.node("shipTo")
    received = ship_to.node("contactAddress")
    values, masked = {}, False
    for key, name in _ADDRESS.items():
        values[name], hidden = _unmasked(received.text(key))
        masked = masked or hidden
    values["name"], hidden = _unmasked(ship_to.text("fullName"))
    values["phone"], no_phone = _unmasked(ship_to.node("primaryPhone").text("phoneNumber"))
    reference = step.text("shipToReferenceId")
    return Address(
        **values,
        company=_unmasked(ship_to.text("companyName"))[0],
        street3=f"Ref. {reference}" if reference else "",
        masked=masked or hidden or no_phone or not (values["name"] and values["street"]),
    )


def _unmasked(text):
    """``(text, whether it was masked)``; masked text is empty."""
    hidden = bool(text) and (set(text) <= {"*", " "} or "***" in text)
    return ("" if hidden else text), hidden


def _earliest(items, key):
    times = [item.node("lineItemFulfillmentInstructions").time(key) for item in items]
    return min((time for time in times if time), default=None)


def _read_programs(order, instruction):
    """Programs of eBay that decide how the order is shipped, and how it was sold where not at a fixed price."""
    program = order.node("program")
    named = {
        "AUTHENTICITY_GUARANTEE": "authenticityVerification" in program,
        "EBAY_VAULT": "ebayVault" in program,
        "EBAY_INTERNATIONAL_SHIPPING": "ebayInternationalShipping" in program,
        "EBAY_SHIPPING": "ebayShipping" in program,
        "FULFILLED_BY_EBAY": "fulfillmentProgram" in program,
        "FORWARDED_BY_EBAY": instruction.data.get("ebaySupportedFulfillment") is True,
    }
    formats = sorted({item.text("soldFormat") for item in order.nodes("lineItems")} - {"", "FIXED_PRICE"})
    return tuple(name for name, taken in named.items() if taken) + tuple(formats)


def _read_warnings(order, status):
    """What a person should see before the order is shipped."""
    if status not in (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED):
        return ()
    return ("FULLY_REFUNDED",) if order.text("orderPaymentStatus") == "FULLY_REFUNDED" else ()
