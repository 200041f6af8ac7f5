"""Notices (入库委托). Sources: fields.json, ``fulfillment.InboundCreate``, ``InboundConsignment``, ``GetInboundLabel``.

Goods come by the seller's own forwarder: where the warehouse of arrival is the one that puts away, 4PX takes the
notice as sent by the customer (客户自发), without a product of its own.
"""

from datetime import datetime, timezone

from ...marketplace.contract import Label, NotReady, Rejected, each
from ...overseas_warehouse.contract import Booking, Handle, InboundState, InboundStatus, ReceivedLine, Transport
from .documents import cancel_each, find
from .fields import milliseconds

_LIST = "fu.wms.inbound.getlist"
_TRANSPORTS = {
    Transport.SEA_FCL: "S",
    Transport.SEA_LCL: "S",
    Transport.AIR: "A",
    Transport.RAIL: "R",
    Transport.TRUCK: "G",
    Transport.EXPRESS: "E",
}
_STATUSES = {
    "N": InboundStatus.DRAFT,
    "S": InboundStatus.ANNOUNCED,
    "A": InboundStatus.ANNOUNCED,
    "B": InboundStatus.ANNOUNCED,
    "F": InboundStatus.ANNOUNCED,
    "R": InboundStatus.ANNOUNCED,  # the day of arrival was refused, not the notice
    "H": InboundStatus.IN_TRANSIT,
    "G": InboundStatus.RECEIVING,
    "V": InboundStatus.RECEIVING,
    "K": InboundStatus.RECEIVING,
    "P": InboundStatus.RECEIVING,
    "C": InboundStatus.RECEIVED,
    "X": InboundStatus.CANCELLED,
    "D": InboundStatus.CANCELLED,
}
_ARRIVED = (InboundStatus.RECEIVING, InboundStatus.RECEIVED)
_LABEL_10_BY_15 = "LABEL_BOX_L3"
_PRINTING = 300.0  # seconds: "about five minutes", ``fulfillment.InboundLabelResponse``


def create_inbounds(api, settings, notices):
    """Announce goods, unless 4PX knows the reference."""
    return each(notices, lambda notice: _create(api, settings, notice), Booking)


def fetch_inbounds(api, settings, handles):
    """Notices as they stand now."""
    states = (_fetch(api, settings, handle) for handle in handles)
    return [state for state in states if state is not None]


def cancel_inbounds(api, settings, handles):
    """Withdraw notices of which nothing has arrived."""

    def stop(state):
        api.call("fu.wms.inbound.cancel", {"consignment_no": state.external_id}, idempotent=False)

    return cancel_each(handles, lambda handle: _fetch(api, settings, handle), stop, InboundStatus.CANCELLED, _ARRIVED)


def fetch_labels(api, settings, handle):
    """Labels of all cartons in one PDF."""
    number = handle.external_id or _known(api, settings, handle).external_id
    answer = api.node("fu.wms.inbound.getinboundlabel", {"consignment_no": number, "type": _LABEL_10_BY_15})
    if answer.text("status") != "Y":
        raise NotReady({"reference": handle.reference, "external_id": number}, _PRINTING)
    document = api.client.download("inbound label", answer.text("label_url", required=True))
    return [Label(handle.reference, document.content, document.content_type or "application/pdf")]


def _create(api, settings, notice):
    known = _fetch(api, settings, Handle(notice.reference))
    if known is not None:
        return Booking(notice.reference, True, external_id=known.external_id)
    answer = api.node("fu.wms.inbound.create", _payload(settings, notice), idempotent=False)
    return Booking(notice.reference, True, external_id=answer.text("consignment_no", required=True))


def _payload(settings, notice):
    return {
        "customer_code": settings.customer_code,
        "business_type": "F",
        "ref_no": notice.reference,
        "is_pickup": "N",
        "from_warehouse_code": notice.warehouse,
        "to_warehouse_code": notice.warehouse,
        "transport_type": _TRANSPORTS[notice.transport],
        "tracking_no": notice.tracking,
        "supplier_address": _sender(settings.sender, notice.eta),
        "ocustoms_service": "D1",
        "icustoms_service": "D3",
        "vat_no": settings.vat_number,
        "print_box_no": "Y",
        "print_box_type": "P",
        "remark": notice.note,
        "iconsignment_sku": [
            {"box_no": str(carton.number), "sku_code": sku, "plan_qty": units}
            for carton in notice.cartons
            for sku, units in carton.contents
        ],
    }


def _sender(address, eta):
    if not (address.country_code and (address.city or address.state)):
        raise Rejected("4PX asks where the goods come from: give the sender's address of the account, country and city")
    fields = {
        "country": address.country_code,
        "state": address.state,
        "city": address.city,
        "district": address.district,
        "post_code": address.postal_code,
        "street": address.street,
        "company": address.company,
        "contack_name": address.name,
        "phone": address.phone,
        "plan_arrive_time": milliseconds(datetime(eta.year, eta.month, eta.day, tzinfo=timezone.utc)),
    }
    return {name: value for name, value in fields.items() if value}


def _known(api, settings, handle):
    state = _fetch(api, settings, handle)
    if state is None:
        raise Rejected(f"4PX does not know the notice {handle.reference}")
    return state


def _fetch(api, settings, handle):
    node = find(api, _LIST, handle, settings.customer_code)
    return None if node is None else _state(node)


def _state(node):
    word = node.text("status", required=True)
    return InboundState(
        reference=node.text("ref_no"),
        external_id=node.text("consignment_no", required=True),
        status=_STATUSES.get(word, InboundStatus.UNKNOWN),
        received=_received(node),
        status_text=word,
        message=node.text("remark"),
    )


def _received(node):
    """What was put away is there to be sold; what is an exception is there, but not to be sold."""
    counts = {}
    for line in node.nodes("lstsku"):
        box = line.change("box_no")
        key = (line.text("sku_code", required=True), box)
        sellable, damaged = counts.get(key, (0, 0))
        counts[key] = (sellable + (line.units("putaway_qty") or 0), damaged + (line.units("exception_qty") or 0))
    return tuple(
        ReceivedLine(sku, sellable, damaged, carton=box)
        for (sku, box), (sellable, damaged) in counts.items()
        if sellable or damaged
    )
