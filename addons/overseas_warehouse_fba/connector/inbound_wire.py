"""Between the JSON of Fulfillment Inbound v2024-03-20 and records."""

from datetime import date
from decimal import Decimal, InvalidOperation

from ...marketplace.contract import InvalidPayload, Money
from ...marketplace_amazon.connector.fields import Node, format_time
from .inbound_records import (
    DeliveryWindow,
    Fee,
    InboundBox,
    InboundItem,
    InboundPlan,
    InboundShipment,
    Operation,
    PackingOption,
    PlacementOption,
    TransportOption,
)

_INCH, _POUND = Decimal("2.54"), Decimal("0.45359237")
_WINDOW = "CONFIRMED_DELIVERY_WINDOW"


def plan_body(order):
    """Body of createInboundPlan."""
    return {
        "name": order.reference,
        "destinationMarketplaces": [order.marketplace_id],
        "sourceAddress": _address(order.source, order.email),
        "items": [_item(item) for item in order.items],
    }


def packing_body(group_boxes):
    """Body of setPackingInformation.

    :param dict group_boxes: ``{packing group: list of InboundBox}``
    """
    groups = [{"packingGroupId": key, "boxes": [_box(box) for box in boxes]} for key, boxes in group_boxes.items()]
    return {"packageGroupings": groups}


def transport_body(order, placement_id, shipment_ids):
    """Body of generateTransportationOptions."""
    configurations = [
        {
            "shipmentId": shipment_id,
            "readyToShipWindow": {"start": format_time(order.ready_from)},
            "contactInformation": _contact(order),
        }
        for shipment_id in shipment_ids
    ]
    return {"placementOptionId": placement_id, "shipmentTransportationConfigurations": configurations}


def selection_body(order, choices):
    """Body of confirmTransportationOptions.

    :param dict choices: ``{shipment: transportation option}``
    """
    selections = [
        {"shipmentId": shipment, "transportationOptionId": option, "contactInformation": _contact(order)}
        for shipment, option in choices.items()
    ]
    return {"transportationSelections": selections}


def tracking_body(tracking, freight_bills, bill_of_lading):
    """Body of updateShipmentTrackingDetails: numbers by box for small parcels, or those of a freight shipment."""
    details = {}
    if tracking:
        items = [{"boxId": box, "trackingId": number} for box, number in sorted(tracking.items())]
        details["spdTrackingDetail"] = {"spdTrackingItems": items}
    if freight_bills:
        details["ltlTrackingDetail"] = {"freightBillNumber": list(freight_bills)}
        if bill_of_lading:
            details["ltlTrackingDetail"]["billOfLadingNumber"] = bill_of_lading
    return {"trackingDetails": details}


def read_plan(data):
    """:class:`InboundPlan` of getInboundPlan."""
    plan = Node(data)
    return InboundPlan(
        plan_id=plan.text("inboundPlanId", required=True),
        name=plan.text("name", required=True),
        status=plan.text("status", required=True),
        marketplace_ids=plan.texts("marketplaceIds"),
        packings=_statuses(plan, "packingOptions", "packingOptionId"),
        placements=_statuses(plan, "placementOptions", "placementOptionId"),
        shipments=_statuses(plan, "shipments", "shipmentId"),
    )


def read_operation(data):
    """:class:`Operation` of getInboundOperationStatus."""
    operation = Node(data)
    problems = [_problem(problem) for problem in operation.nodes("operationProblems")]
    return Operation(
        operation.text("operationId", required=True),
        operation.text("operationStatus", required=True),
        tuple(problems),
    )


def read_packing(option):
    """:class:`PackingOption` of an entry of listPackingOptions."""
    return PackingOption(
        option_id=option.text("packingOptionId", required=True),
        status=option.text("status", required=True),
        groups=option.texts("packingGroups"),
        fees=_fees(option),
        expires_at=option.time("expiration"),
    )


def read_placement(option):
    """:class:`PlacementOption` of an entry of listPlacementOptions."""
    return PlacementOption(
        option_id=option.text("placementOptionId", required=True),
        status=option.text("status", required=True),
        shipment_ids=option.texts("shipmentIds"),
        fees=_fees(option),
        expires_at=option.time("expiration"),
    )


def read_transport(option):
    """:class:`TransportOption` of an entry of listTransportationOptions."""
    carrier, quote = option.node("carrier"), option.node("quote")
    return TransportOption(
        option_id=option.text("transportationOptionId", required=True),
        shipment_id=option.text("shipmentId", required=True),
        mode=option.text("shippingMode", required=True),
        solution=option.text("shippingSolution", required=True),
        carrier_code=carrier.text("alphaCode"),
        carrier_name=carrier.text("name"),
        quote=_money(quote.node("cost", required=True)) if "quote" in option else None,
        expires_at=quote.time("expiration"),
        voidable_until=quote.time("voidableUntil"),
        needs_window=_WINDOW in option.texts("preconditions"),
    )


def read_window(option):
    """:class:`DeliveryWindow` of an entry of listDeliveryWindowOptions."""
    return DeliveryWindow(
        option_id=option.text("deliveryWindowOptionId", required=True),
        starts_at=option.time("startDate", required=True),
        ends_at=option.time("endDate", required=True),
        availability=option.text("availabilityType", required=True),
        valid_until=option.time("validUntil", required=True),
    )


def read_shipment(data):
    """:class:`InboundShipment` of getShipment."""
    shipment = Node(data)
    tracking = shipment.node("trackingDetails")
    parcels = tracking.node("spdTrackingDetail").nodes("spdTrackingItems")
    freight = tracking.node("ltlTrackingDetail")
    return InboundShipment(
        shipment_id=shipment.text("shipmentId", required=True),
        confirmation_id=shipment.text("shipmentConfirmationId"),
        reference_id=shipment.text("amazonReferenceId"),
        name=shipment.text("name"),
        status=shipment.text("status"),
        placement_id=shipment.text("placementOptionId", required=True),
        warehouse=shipment.node("destination", required=True).text("warehouseId"),
        transport_id=shipment.text("selectedTransportationOptionId"),
        window_id=shipment.node("selectedDeliveryWindow").text("deliveryWindowOptionId"),
        tracking={parcel.text("boxId"): parcel.text("trackingId") for parcel in parcels if parcel.text("trackingId")},
        freight_bills=freight.texts("freightBillNumber"),
        bill_of_lading=freight.text("billOfLadingNumber"),
    )


def read_item(item):
    """:class:`InboundItem` of an entry of a list of items."""
    return InboundItem(
        msku=item.text("msku", required=True),
        units=item.count("quantity", required=True),
        label_owner=item.text("labelOwner"),
        expires_on=_read_day(item, "expiration"),
        lot=item.text("manufacturingLotCode"),
        fnsku=item.text("fnsku"),
    )


def read_box(box):
    """:class:`InboundBox` of an entry of a list of boxes; what Amazon tells in inches and pounds is converted."""
    size, weight = box.node("dimensions"), box.node("weight")
    centimetres = _INCH if size.text("unitOfMeasurement") == "IN" else 1
    kilograms = _POUND if weight.text("unit") == "LB" else 1
    return InboundBox(
        *(_measure(size, side) * centimetres for side in ("length", "width", "height")),
        weight_kg=_measure(weight, "value") * kilograms,
        items=tuple(read_item(item) for item in box.nodes("items")),
        count=box.count("quantity") or 1,
        box_id=box.text("boxId"),
    )


def _measure(node, key):
    """A measure; zero where Amazon does not state it."""
    number = node.get(key)
    if number is None:
        return Decimal(0)
    try:
        return Decimal(str(number))
    except InvalidOperation:
        raise InvalidPayload(node.where(key), f"{number!r} is not a number") from None


def _read_day(node, key):
    text = node.text(key)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidPayload(node.where(key), f"{text!r} is not a day") from None


def _problem(problem):
    what = " ".join(filter(None, (problem.text("message"), problem.text("details"))))
    return f"{problem.text('severity')} {problem.text('code')}: {what}"


def _statuses(plan, key, name):
    return {entry.text(name, required=True): entry.text("status", required=True) for entry in plan.nodes(key)}


def _fees(option):
    return tuple(
        Fee(
            amount=_money(fee.node("value", required=True)),
            discount=key == "discounts",
            target=fee.text("target"),
            description=fee.text("description"),
        )
        for key in ("fees", "discounts")
        for fee in option.nodes(key)
    )


def _money(node):
    return Money.parse(node.get("amount"), node.get("code"), node.path)


def _address(address, email):
    fields = {
        "name": address.name,
        "companyName": address.company,
        "addressLine1": address.street,
        "addressLine2": address.street2,
        "city": address.city,
        "districtOrCounty": address.district,
        "stateOrProvinceCode": address.state,
        "postalCode": address.postal_code,
        "countryCode": address.country_code,
        "phoneNumber": address.phone,
        "email": email,
    }
    return {key: value for key, value in fields.items() if value}


def _contact(order):
    contact = {"name": order.source.name, "phoneNumber": order.source.phone, "email": order.email}
    return {key: value for key, value in contact.items() if value}


def _item(item):
    body = {
        "msku": item.msku,
        "quantity": item.units,
        "labelOwner": item.label_owner,
        "prepOwner": item.prep_owner,
    }
    if item.expires_on:
        body["expiration"] = item.expires_on.isoformat()
    if item.lot:
        body["manufacturingLotCode"] = item.lot
    return body


def _box(box):
    return {
        "contentInformationSource": "BOX_CONTENT_PROVIDED",
        "dimensions": {
            "unitOfMeasurement": "CM",
            "length": float(box.length_cm),
            "width": float(box.width_cm),
            "height": float(box.height_cm),
        },
        "weight": {"unit": "KG", "value": float(box.weight_kg)},
        "quantity": box.count,
        "items": [_item(item) for item in box.items],
    }
