"""Notices (warehouse receiving orders, WRO) and what was stowed of them."""

import base64
import binascii
import json
from datetime import datetime, time, timezone

from ...marketplace.contract import ActionResult, InvalidPayload, Label, Rejected, format_time
from ...marketplace.contract.writes import each
from ...overseas_warehouse.contract import Booking, InboundState, InboundStatus, ReceivedLine, Transport
from .catalogue import find_variants
from .fields import Node

#: An ``Incomplete`` order was never finished by who made it.
STATUSES = {
    "Incomplete": InboundStatus.DRAFT, "Awaiting": InboundStatus.ANNOUNCED,
    "InternalTransfer": InboundStatus.IN_TRANSIT, "Arrived": InboundStatus.RECEIVING,
    "PartiallyArrived": InboundStatus.RECEIVING, "ArrivedAtHub": InboundStatus.RECEIVING,
    "PartiallyArrivedAtHub": InboundStatus.RECEIVING, "Processing": InboundStatus.RECEIVING,
    "ProcessingAtHub": InboundStatus.RECEIVING, "Completed": InboundStatus.RECEIVED,
    "Cancelled": InboundStatus.CANCELLED,
}  # fmt: skip
_COUNTED = (InboundStatus.RECEIVING, InboundStatus.RECEIVED)


def create(api, notices):
    """Announce goods that are not announced yet; one :class:`Booking` each."""

    def write(notice):
        known = [node for node in _search(api, [notice.reference]) if node.text("status") != "Cancelled"]
        if not known:
            body = build(notice, _stock_numbers(api, notice))
            known = [Node(api.send("receiving.create", "receiving", body), "receiving.create")]
        return Booking(notice.reference, True, external_id=known[0].ident("id", required=True))

    return each(notices, write, Booking)


def _stock_numbers(api, notice):
    found = find_variants(api, sorted(notice.units))
    numbers = {sku: variant.node("inventory").ident("inventory_id") for sku, (_product, variant) in found.items()}
    unknown = sorted(sku for sku in notice.units if not numbers.get(sku))
    if unknown:
        raise Rejected(f"ShipBob does not know the products {', '.join(unknown)}: push them first")
    return numbers


def build(notice, numbers):
    """A notice as ShipBob takes it.

    :param dict numbers: ``{sku: ShipBob's number of its stock}``
    """
    mixed = any(len(carton.contents) > 1 for carton in notice.cartons)
    packing = "MultipleSkuPerBox" if mixed else "OneSkuPerBox"
    return {
        "purchase_order_number": notice.reference,
        "fulfillment_center": {"id": int(notice.warehouse)},
        "package_type": "FloorLoadedContainer" if notice.transport is Transport.SEA_FCL else "Package",
        "box_packaging_type": "EverythingInOneBox" if len(notice.cartons) == 1 else packing,
        "expected_arrival_date": format_time(datetime.combine(notice.eta, time(), timezone.utc)),
        "boxes": [
            {
                "tracking_number": carton.label or notice.tracking or f"{notice.reference}-{carton.number}",
                "box_items": [
                    {"inventory_id": int(numbers[sku]), "quantity": units} for sku, units in carton.contents
                ],
            }
            for carton in notice.cartons
        ],
    }


def _search(api, references):
    """Notices of our numbers, as list of :class:`Node`."""
    entries = api.numbered("receiving.list", "receiving", PurchaseOrderNumbers=",".join(references))
    nodes = [Node(entry, f"[{index}]") for index, entry in enumerate(entries)]
    return [node for node in nodes if node.text("purchase_order_number") in references]


def _find(api, handles):
    """``{handle: Node}`` of what ShipBob knows."""
    numbers = [handle.external_id for handle in handles if handle.external_id]
    entries = api.numbered("receiving.list", "receiving", IDs=",".join(numbers)) if numbers else []
    nodes = [Node(entry, f"[{index}]") for index, entry in enumerate(entries)]
    by_number = {node.ident("id", required=True): node for node in nodes}
    references = [handle.reference for handle in handles if not handle.external_id]
    by_reference = {node.text("purchase_order_number"): node for node in _search(api, references)} if references else {}
    found = {
        handle: by_number.get(handle.external_id) if handle.external_id else by_reference.get(handle.reference)
        for handle in handles
    }
    return {handle: node for handle, node in found.items() if node is not None}


def fetch(api, handles):
    """Notices as list of :class:`InboundState`, with what each carton held once goods have arrived."""
    states = []
    for node in _find(api, handles).values():
        boxes = []
        if STATUSES.get(node.text("status")) in _COUNTED:
            boxes = api.get("receiving.boxes", f"receiving/{node.ident('id', required=True)}/boxes") or []
        states.append(read(node, [Node(box, f"boxes[{index}]") for index, box in enumerate(boxes)]))
    return states


def read(node, boxes=()):
    """One notice. What counts is what was stowed: before, ShipBob does not sell it. It states no damage."""
    status = node.text("status", required=True)
    skus = {
        entry.ident("inventory_id", required=True): entry.text("sku") for entry in node.nodes("inventory_quantities")
    }
    lines = {}
    for box in boxes:
        for item in box.nodes("box_items"):
            number = item.ident("inventory_id", required=True)
            key = (skus.get(number) or number, box.count("box_number", required=True))
            units, at = lines.get(key, (0, None))
            lines[key] = (units + (item.count("stowed_quantity") or 0), box.time("received_date") or at)
    return InboundState(
        reference=node.text("purchase_order_number"),
        external_id=node.ident("id", required=True),
        status=STATUSES.get(status, InboundStatus.UNKNOWN),
        received=tuple(
            ReceivedLine(sku, units, carton=carton, at=at) for (sku, carton), (units, at) in lines.items() if units
        ),
        status_text=status,
    )


def cancel(api, handles):
    """Withdraw notices; one :class:`ActionResult` each."""

    def write(handle):
        node = _find(api, [handle]).get(handle)
        if node is None:
            raise Rejected("ShipBob does not know the notice")
        if node.text("status") != "Cancelled":
            api.send("receiving.cancel", f"receiving/{node.ident('id', required=True)}:cancel")
        return ActionResult(handle.reference, True)

    return each(handles, write)


def fetch_labels(api, handle):
    """Labels of all cartons in one PDF, as list of :class:`Label`."""
    node = _find(api, [handle]).get(handle)
    if node is None:
        raise Rejected("ShipBob does not know the notice")
    content = api.file("receiving.labels", f"receiving/{node.ident('id', required=True)}/labels")
    return [Label(handle.reference, read_file(content))]


def read_file(content):
    """Bytes of a file; the document has them as JSON text in base64, whatever the type of the answer."""
    if isinstance(content, bytes) and not content.startswith(b'"'):
        return content
    text = json.loads(content) if isinstance(content, bytes) else content
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError):
        raise InvalidPayload("labels", "a file in base64 was expected") from None
