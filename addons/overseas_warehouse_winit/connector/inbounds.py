"""Notices (入库单). Sources: fields.json, ``oswh.InboundOrderPayload``, ``oswh.OrderResponse``,
``oswh.PrintPackageLabelPayload``.

Goods come by the seller's own forwarder. The list of notices neither takes nor tells the seller's number, the detail
does: a reference is looked for among the notices of the last weeks.
"""

import base64
import binascii
from datetime import datetime, timedelta, timezone

from ...marketplace.contract import ActionResult, InvalidPayload, Label, NotReady, Rejected, each
from ...overseas_warehouse.contract import Booking, InboundState, InboundStatus, ReceivedLine, Transport
from .errors import WORDING
from .fields import clock_text, plain

_DIRECT = "DW"
_WAYS = {Transport.SEA_FCL: "FCL", Transport.EXPRESS: "Express"}
_STATUSES = {
    "DR": InboundStatus.DRAFT,
    "OD": InboundStatus.ANNOUNCED,
    "RE": InboundStatus.IN_TRANSIT,
    "IC": InboundStatus.IN_TRANSIT,
    "TS": InboundStatus.IN_TRANSIT,
    "PEWC": InboundStatus.RECEIVING,
    "EWC": InboundStatus.RECEIVING,
    "SHD": InboundStatus.RECEIVED,
    "VO": InboundStatus.CANCELLED,
    "STOP": InboundStatus.CANCELLED,
}
_ARRIVED = (InboundStatus.RECEIVING, InboundStatus.RECEIVED)
_LOOK_BACK = timedelta(days=30)
_PAGE_SIZE = 100
_LABELS_A_CALL = 50
_LABEL_SIZE = "10x10"
_PRINTING = 60.0  # seconds


def create_inbounds(api, settings, notices):
    """Announce goods, unless Winit knows the reference."""
    return each(notices, lambda notice: _create(api, settings, notice), Booking)


def fetch_inbounds(api, handles):
    """Notices as they stand now."""
    nodes = (_find(api, handle) for handle in handles)
    return [_state(node) for node in nodes if node is not None]


def cancel_inbounds(api, handles):
    """Withdraw notices of which nothing has arrived."""
    return each(handles, lambda handle: _cancel(api, handle))


def fetch_labels(api, settings, handle):
    """Labels of all cartons, in files of at most fifty."""
    node = _known(api, handle)
    packages = [
        {"packageNo": package.text("packageNo", required=True), "sellerCaseNo": package.text("sellerCaseNo")}
        for package in node.nodes("packageList")
    ]
    number = node.text("orderNo", required=True)
    if not packages:
        raise NotReady({"reference": handle.reference, "external_id": number}, _PRINTING)
    starts = range(0, len(packages), _LABELS_A_CALL)
    return [_label(api, settings, handle, number, packages[at : at + _LABELS_A_CALL]) for at in starts]


def _label(api, settings, handle, number, packages):
    action = "winit.wh.inbound.printPackageLabel"
    asked = {"labelSize": _LABEL_SIZE, "origin": settings.origin_label, "packageNoList": packages}
    answer = api.node(action, {"orderNo": number, **asked})
    try:
        content = base64.b64decode(answer.text("label", required=True), validate=True)
    except binascii.Error:
        raise InvalidPayload(answer.where("label"), "a file in base64 was expected") from None
    return Label(handle.reference, content)


def _create(api, settings, notice):
    found = _search(api, notice.reference, notice)
    if found is None:
        data = _payload(settings, notice)
        found = api.node("winit.wh.inbound.order.create", data, idempotent=False)
    return Booking(notice.reference, True, external_id=found.text("orderNo", required=True))


def _payload(settings, notice):
    if not settings.inbound_product:
        raise Rejected("Winit asks for a first-leg product: choose it in the settings of the account")
    eta = datetime(notice.eta.year, notice.eta.month, notice.eta.day, tzinfo=timezone.utc)
    return {
        "orderType": _DIRECT,
        "winitProductCode": settings.inbound_product,
        "destinationWarehouseCode": notice.warehouse,
        "inspectionWarehouseCode": settings.inspection_warehouse or notice.warehouse,
        "sellerOrderNo": notice.reference,
        "dispatchInfo": {"inspectionType": "WI", "pickupType": "S", "expressNo": notice.tracking},
        "packageList": [_package(carton) for carton in notice.cartons],
        "directForecastInfo": {
            "expectedSendWarehouseTime": clock_text(eta),
            "expectedSendWarehouseWay": _WAYS.get(notice.transport, "LCL"),
        },
    }


def _package(carton):
    package = {
        "sellerCaseNo": str(carton.number),
        "sellerLength": plain(carton.length_cm),
        "sellerWidth": plain(carton.width_cm),
        "sellerHeight": plain(carton.height_cm),
        "sellerWeight": plain(carton.weight_kg),
        "merchandiseList": [{"merchandiseCode": sku, "quantity": str(units)} for sku, units in carton.contents],
    }
    return {**package, "thirdPartyCaseNo": carton.label} if carton.label else package


def _cancel(api, handle):
    state = _state(_known(api, handle))
    if state.status in _ARRIVED:
        raise Rejected(f"{handle.reference} is {state.status.value} already")
    if state.status is not InboundStatus.CANCELLED:
        data = {"orderNo": state.external_id, "remark": "cancelled by the seller"}
        api.call("winit.wh.inbound.voidOrder", data, idempotent=False)
    return ActionResult(handle.reference, True)


def _known(api, handle):
    node = _find(api, handle)
    if node is None:
        raise Rejected(f"Winit does not know the notice {handle.reference}")
    return node


def _find(api, handle):
    """Detail of a notice, ``None`` if unknown."""
    return _detail(api, handle.external_id) if handle.external_id else _search(api, handle.reference)


def _search(api, reference, notice=None):
    """Detail of the living notice with a reference; ``notice`` tells which of the list cannot be it."""
    now = api.now()

    def page(number, size):
        return {
            "destinationWareHouseCode": notice.warehouse if notice else "",
            "orderCreateDateStart": clock_text(now - _LOOK_BACK),
            "orderCreateDateEnd": clock_text(now),
            "pageParams": {"pageNo": number, "pageSize": size},
        }

    for entry in api.pages("winit.wh.inbound.getOrderList", page, _PAGE_SIZE, "orderList"):
        if notice is not None and not _may_be(entry, notice):
            continue
        node = _detail(api, entry.text("orderNo", required=True))
        if node is not None and node.text("sellerOrderNo") == reference and node.text("status") not in ("VO", "STOP"):
            return node
    return None


def _may_be(entry, notice):
    cartons, units = entry.units("totalPackageQty"), entry.units("totalItemQty")
    return cartons in (None, len(notice.cartons)) and units in (None, sum(notice.units.values()))


def _detail(api, number):
    try:
        node = api.node("winit.wh.inbound.getOrderDetail", {"orderNo": number, "isIncludePackage": "Y"})
    except Rejected as refusal:
        if WORDING.is_absent(refusal):
            return None
        raise
    return node if "orderNo" in node else None


def _state(node):
    word = node.text("status", required=True)
    return InboundState(
        reference=node.text("sellerOrderNo"),
        external_id=node.text("orderNo", required=True),
        status=_STATUSES.get(word, InboundStatus.UNKNOWN),
        received=_received(node),
        status_text=word,
    )


def _received(node):
    """What was put on shelves; what was damaged on the way is not told."""
    lines = {}
    for package in node.nodes("packageList"):
        carton, at = package.units("sellerCaseNo"), package.moment("shelvesTime")
        for merchandise in package.nodes("merchandiseList"):
            key = (merchandise.text("merchandiseCode", required=True), carton)
            units = merchandise.units("actualQuantity") or 0
            lines[key] = (lines.get(key, (0, None))[0] + units, at)
    return tuple(
        ReceivedLine(sku, units, carton=carton, at=at) for (sku, carton), (units, at) in lines.items() if units
    )
