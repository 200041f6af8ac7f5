"""Notices (入库单) and what was counted of them.

Source: ``docs/inbound_order``, ``fields.json`` (``CreateGrnPayload``, ``ModifyGrnPayload``).
"""

import base64
import binascii
from datetime import timedelta

from ...marketplace.contract import ActionResult, InvalidPayload, Label, Rejected
from ...marketplace.contract.writes import each
from ...overseas_warehouse.connector import ec_family
from ...overseas_warehouse.connector.ec_family import NOTICE_STATUSES as STATUSES
from ...overseas_warehouse.contract import Booking, InboundState, InboundStatus, ReceivedLine, Transport
from .fields import Node, format_time

#: ``receiving_shipping_type``; GoodCang names none for trucks.
TRANSPORTS = {Transport.AIR: 0, Transport.SEA_LCL: 1, Transport.EXPRESS: 2, Transport.SEA_FCL: 4, Transport.RAIL: 5}
#: How far back a notice is looked for by our number, which GoodCang cannot search by.
LOOK_BACK = timedelta(days=90)
_GOOD = "1"


class Directory:
    """Notices of the last months by our number, read when first asked for."""

    def __init__(self, api):
        self._api = api
        self._codes = None

    def code(self, reference):
        """GoodCang's number of a notice; empty if there is none. Cancelled ones do not count."""
        if self._codes is None:
            since = format_time(self._api.now() - LOOK_BACK)
            entries = self._api.all("inbound_order/get_grn_list", {"create_date_from": since}, size="page_size")
            nodes = [Node(entry, f"data[{index}]") for index, entry in enumerate(entries)]
            self._codes = {
                node.text("reference_no"): node.text("receiving_code", required=True)
                for node in nodes
                if STATUSES.get(node.code("receiving_status")) is not InboundStatus.CANCELLED
            }
        return self._codes.get(reference, "")


def create(api, notices):
    """Announce goods, those that are not announced yet; one :class:`Booking` each."""
    directory = Directory(api)

    def write(notice):
        known = directory.code(notice.reference)
        if not known:
            answer = api.order("inbound_order/create_grn", build(notice))
            known = answer.node("data").text("receiving_code", required=True)
        return Booking(notice.reference, True, external_id=known)

    return each(notices, write, Booking)


def update(api, updates):
    """Correct day and number of notices (``ModifyGrnPayload``: the whole notice again); one :class:`Booking` each."""
    return ec_family.change_notices(
        updates,
        Directory(api).code,
        lambda code, notice: api.order("inbound_order/modify_grn", {"receiving_code": code, **build(notice)}),
        "GoodCang",
    )


def build(notice):
    """A notice as GoodCang takes it: type 0 (straight to the warehouse), checked at once."""
    if notice.transport not in TRANSPORTS:
        raise Rejected(f"GoodCang takes no deliveries by {notice.transport.value}: announce the carriage before")
    return {
        "transit_type": 0,
        "reference_no": notice.reference,
        "receiving_shipping_type": TRANSPORTS[notice.transport],
        "tracking_number": notice.tracking,
        "warehouse_code": notice.warehouse,
        "eta_date": notice.eta.isoformat(),
        "receiving_desc": notice.note,
        "verify": 1,
        "items": [
            {
                "box_no": carton.number,
                "reference_box_no": carton.label,
                "box_details": [{"product_sku": sku, "quantity": units} for sku, units in carton.contents],
            }
            for carton in notice.cartons
        ],
    }


def fetch(api, handles):
    """Notices as list of :class:`InboundState`."""
    directory, states = Directory(api), []
    for handle in handles:
        code = handle.external_id or directory.code(handle.reference)
        detail = api.find("inbound_order/get_grn_detail", {"receiving_code": code}) if code else None
        if detail is None:
            continue
        node = detail.node("data", required=True)
        batches = []
        if STATUSES.get(node.code("receiving_status")) in (InboundStatus.RECEIVING, InboundStatus.RECEIVED):
            batches = api.ask("inbound_order/get_batch", {"receiving_code": code}).nodes("data")
        states.append(read(node, batches))
    return states


def read(node, batches=()):
    """One notice with its batches of what was put away; GoodCang counts these per notice, not per carton."""
    stated = node.code("receiving_status", required=True)
    return InboundState(
        reference=node.text("reference_no"),
        external_id=node.text("receiving_code", required=True),
        status=STATUSES.get(stated, InboundStatus.UNKNOWN),
        received=tuple(sum_batches(batches)),
        status_text=stated,
        message=node.text("receiving_desc"),
    )


def sum_batches(batches):
    """Batches as totals, a list of :class:`ReceivedLine`."""
    totals = {}
    for node in batches:
        sku, units = node.text("product_sku", required=True), node.count("quantity", required=True)
        good, bad, at = totals.get(sku, (0, 0, None))
        later = node.time("putaway_time")
        if node.code("inventory_type") in ("", _GOOD):
            good += units
        else:
            bad += units
        totals[sku] = (good, bad, max(filter(None, (at, later)), default=None))
    return [ReceivedLine(sku, good, bad, at=at) for sku, (good, bad, at) in totals.items()]


def cancel(api, handles):
    """Withdraw notices; one :class:`ActionResult` each."""
    directory = Directory(api)

    def write(handle):
        code = handle.external_id or directory.code(handle.reference)
        found = api.find("inbound_order/get_grn_detail", {"receiving_code": code}) if code else None
        if found is None:
            raise Rejected("GoodCang does not know the notice")
        if STATUSES.get(found.node("data").code("receiving_status")) is not InboundStatus.CANCELLED:
            api.order("inbound_order/del_grn", {"receiving_code": code})
        return ActionResult(handle.reference, True)

    return each(handles, write)


def fetch_labels(api, handle):
    """Labels of all cartons in one file, as list of :class:`Label`.

    The field table names ``print_size`` and ``print_type`` without their values; 1 is sent for both.
    """
    code = handle.external_id or Directory(api).code(handle.reference)
    answer = api.ask(
        "inbound_order/print_gc_receiving_box", {"receiving_code": code, "print_size": 1, "print_type": 1}
    )
    node = answer.node("data", required=True)
    try:
        content = base64.b64decode(node.text("label_image", required=True), validate=True)
    except binascii.Error:
        raise InvalidPayload(node.where("label_image"), "base64 was expected") from None
    return [Label(handle.reference, content, _content_type(content))]


def _content_type(content):
    if content.startswith(b"\x89PNG"):
        return "image/png"
    return "application/pdf" if content.startswith(b"%PDF") else "application/octet-stream"
