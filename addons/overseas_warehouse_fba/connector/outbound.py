"""Orders of other shops shipped from Amazon's stock (multi-channel fulfilment). Source: model
``fulfillmentOutbound_2020-07-01``."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from urllib.parse import quote

from ...marketplace.contract import ActionResult, Address, Money, Rejected
from ...marketplace.contract.writes import each
from ...marketplace_amazon.connector.fields import Node, format_time

_ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"
_TRACKING = "/fba/outbound/2020-07-01/tracking"


class McfStatus(str, Enum):
    """How far Amazon is with an order."""

    NEW = "New"
    RECEIVED = "Received"
    PLANNING = "Planning"
    PROCESSING = "Processing"
    CANCELLED = "Cancelled"
    COMPLETE = "Complete"
    PARTIAL = "CompletePartialled"
    UNFULFILLABLE = "Unfulfillable"
    INVALID = "Invalid"


_CANCELLABLE = frozenset({McfStatus.NEW, McfStatus.RECEIVED, McfStatus.PLANNING})


@dataclass(frozen=True, slots=True)
class McfLine:
    """Units of one SKU; ``reference`` is our line."""

    reference: str
    msku: str
    units: int
    value: Money | None = None


@dataclass(frozen=True, slots=True)
class McfOrder:
    """What Amazon shall ship.

    :param str reference: ours, at most 40 characters without a slash, as it becomes part of addresses; Amazon accepts
        each but once
    :param str shown_number: on the packing slip
    :param str speed: ``Standard``, ``Expedited`` or ``Priority``
    :param str origin: country whose stock is used, where the marketplace has several
    """

    reference: str
    shown_number: str
    ordered_at: datetime
    comment: str
    address: Address
    lines: tuple
    speed: str = "Standard"
    origin: str = ""


@dataclass(frozen=True, slots=True)
class McfPreview:
    """What a speed would cost and when the goods would arrive.

    :param tuple fees: ``(name, Money)``
    :param tuple reasons: why it cannot be shipped
    :param dict missing: ``{our line: reasons}``
    """

    speed: str
    possible: bool
    fees: tuple
    arrives_at: datetime | None
    reasons: tuple
    missing: dict


@dataclass(frozen=True, slots=True)
class McfPackage:
    """One parcel.

    :param dict lines: ``{our line: units}``
    """

    number: int
    carrier: str
    tracking: str
    shipped_at: datetime | None
    centre: str
    lines: dict


@dataclass(frozen=True, slots=True)
class McfState:
    """An order at Amazon.

    :param dict skus: ``{our line: MSKU}``
    :param dict cancelled: ``{our line: units}``
    :param dict unfulfillable: ``{our line: units}``
    :param tuple packages: of :class:`McfPackage` that have left
    """

    reference: str
    status: McfStatus | None
    status_text: str
    skus: dict
    cancelled: dict
    unfulfillable: dict
    packages: tuple


class Outbound:
    """Multi-channel fulfilment of one seller in one marketplace.

    :param SellingPartnerApi api: made with ``exact=True``
    :param str marketplace_id: whose stock is used
    """

    def __init__(self, api, marketplace_id):
        self._api = api
        self._marketplace_id = marketplace_id

    def preview(self, order, speeds=("Standard", "Expedited", "Priority")):
        """List of :class:`McfPreview`, one per speed that Amazon knows here."""
        body = {
            "marketplaceId": self._marketplace_id,
            "address": _address(order.address),
            "items": [_preview_line(line) for line in order.lines],
            "shippingSpeedCategories": list(speeds),
        }
        path = f"{_ORDERS}/preview"
        answer = Node(self._api.send("outbound.getFulfillmentPreview", "POST", path, body, idempotent=True))
        return [_read_preview(preview) for preview in answer.node("payload").nodes("fulfillmentPreviews")]

    def ship(self, orders):
        """Have orders shipped; one :class:`ActionResult` each. An order that Amazon has already is not made again."""
        return each(orders, self._create)

    def fetch(self, reference):
        """:class:`McfState`; ``None`` if Amazon does not know the order."""
        try:
            answer = Node(self._api.get("outbound.getFulfillmentOrder", _order(reference)))
        except Rejected as error:
            if error.code in _UNKNOWN:
                return None
            raise
        return _read_state(answer.node("payload", required=True))

    def cancel(self, reference):
        """Stop an order; :class:`ActionResult`. One that is stopped already is accepted.

        :raise Rejected: code ``TooLate``: the goods are being packed or have left; or Amazon does not know it
        """
        state = self.fetch(reference)
        if state is None:
            raise Rejected(f"Amazon does not know the order {reference}", "NotFound")
        if state.status is McfStatus.CANCELLED:
            return ActionResult(reference, True)
        if state.status not in _CANCELLABLE:
            raise Rejected(f"order {reference} cannot be stopped any more: {state.status_text}", "TooLate")
        self._api.send("outbound.cancelFulfillmentOrder", "PUT", f"{_order(reference)}/cancel", None)
        return ActionResult(reference, True)

    def track(self, package_number):
        """``(status, events)`` of a parcel: Amazon's word and a tuple of ``(time, code, place)``."""
        query = {"packageNumber": package_number}
        answer = Node(self._api.get("outbound.getPackageTrackingDetails", _TRACKING, query)).node("payload", True)
        events = tuple(
            (event.time("eventDate", required=True), event.text("eventCode", required=True), _place(event))
            for event in answer.nodes("trackingEvents")
        )
        return answer.text("currentStatus"), events

    def _create(self, order):
        if self.fetch(order.reference) is None:
            self._api.send("outbound.createFulfillmentOrder", "POST", _ORDERS, self._order_body(order))
        return ActionResult(order.reference, True)

    def _order_body(self, order):
        body = {
            "marketplaceId": self._marketplace_id,
            "sellerFulfillmentOrderId": order.reference,
            "displayableOrderId": order.shown_number,
            "displayableOrderDate": format_time(order.ordered_at),
            "displayableOrderComment": order.comment,
            "shippingSpeedCategory": order.speed,
            "destinationAddress": _address(order.address),
            "fulfillmentAction": "Ship",
            "fulfillmentPolicy": "FillOrKill",
            "items": [_line(line) for line in order.lines],
        }
        return {**body, "shipFromCountryCode": order.origin} if order.origin else body


# Amazon's words for an order that it does not have.
_UNKNOWN = frozenset({"NotFound", "NOT_FOUND", "ResourceNotFound"})


def _order(reference):
    return f"{_ORDERS}/{quote(reference, safe='')}"


def _address(address):
    fields = {
        "name": address.name,
        "addressLine1": address.street,
        "addressLine2": address.street2,
        "addressLine3": address.street3,
        "city": address.city,
        "districtOrCounty": address.district,
        "stateOrRegion": address.state,
        "postalCode": address.postal_code,
        "countryCode": address.country_code,
        "phone": address.phone,
    }
    return {key: value for key, value in fields.items() if value}


def _preview_line(line):
    return {"sellerSku": line.msku, "quantity": line.units, "sellerFulfillmentOrderItemId": line.reference}


def _line(line):
    body = _preview_line(line)
    if line.value is not None:
        body["perUnitDeclaredValue"] = {"currencyCode": line.value.currency, "value": line.value.text}
    return body


def _read_preview(preview):
    shipments = preview.nodes("fulfillmentPreviewShipments")
    arrivals = [shipment.time("latestArrivalDate") for shipment in shipments if "latestArrivalDate" in shipment]
    return McfPreview(
        speed=preview.text("shippingSpeedCategory", required=True),
        possible=preview.flag("isFulfillable", required=True),
        fees=tuple(
            (fee.text("name", required=True), fee.node("amount", True).as_money("value", "currencyCode"))
            for fee in preview.nodes("estimatedFees")
        ),
        arrives_at=max(arrivals, default=None),
        reasons=preview.texts("orderUnfulfillableReasons"),
        missing={
            item.text("sellerFulfillmentOrderItemId"): item.texts("itemUnfulfillableReasons")
            for item in preview.nodes("unfulfillablePreviewItems")
        },
    )


def _read_state(payload):
    order = payload.node("fulfillmentOrder", required=True)
    status = order.text("fulfillmentOrderStatus", required=True)
    items = payload.nodes("fulfillmentOrderItems", required=True)
    return McfState(
        reference=order.text("sellerFulfillmentOrderId", required=True),
        status=McfStatus(status) if status in set(McfStatus) else None,
        status_text=status,
        skus={item.text("sellerFulfillmentOrderItemId", True): item.text("sellerSku", True) for item in items},
        cancelled=_units(items, "cancelledQuantity"),
        unfulfillable=_units(items, "unfulfillableQuantity"),
        packages=tuple(
            package for shipment in payload.nodes("fulfillmentShipments") for package in _read_packages(shipment)
        ),
    )


def _units(items, key):
    found = {item.text("sellerFulfillmentOrderItemId", True): item.count(key, required=True) for item in items}
    return {line: units for line, units in found.items() if units}


def _read_packages(shipment):
    """Parcels of a shipment that has left."""
    if shipment.text("fulfillmentShipmentStatus", required=True) != "SHIPPED":
        return
    for package in shipment.nodes("fulfillmentShipmentPackage"):
        number = package.count("packageNumber", required=True)
        lines = {}
        for item in shipment.nodes("fulfillmentShipmentItem"):
            if item.count("packageNumber") == number:
                line = item.text("sellerFulfillmentOrderItemId", required=True)
                lines[line] = lines.get(line, 0) + item.count("quantity", required=True)
        yield McfPackage(
            number=number,
            carrier=package.text("carrierCode"),
            tracking=package.text("trackingNumber"),
            shipped_at=shipment.time("shippingDate"),
            centre=shipment.text("fulfillmentCenterId"),
            lines=lines,
        )


def _place(event):
    address = event.node("eventAddress")
    return ", ".join(filter(None, (address.text("city"), address.text("state"), address.text("country"))))
