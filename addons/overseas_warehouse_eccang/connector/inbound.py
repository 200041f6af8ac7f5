"""Notices (ASN). Source: ``CreateAsn``, ``ModifyAsn``, ``AsnItemsDTOParam``, ``GetAsnList``; :mod:`.api` on answers.

The source has the fields of ``ModifyAsn`` but lists no service; published clients call it ``modifyAsn``.
"""

from ...marketplace.contract.writes import each
from ...overseas_warehouse.connector import ec_family
from ...overseas_warehouse.connector.ec_family import NOTICE_STATUSES as STATUSES
from ...overseas_warehouse.contract import Booking, InboundState, InboundStatus, ReceivedLine

_DAMAGED = "2"


def create(api, notices):
    """Announce goods that are not announced yet; one :class:`Booking` each."""

    def write(notice):
        known = _search(api, {"reference_no_arr": [notice.reference]})
        if known:
            code = known[0].text("receiving_code", required=True)
        else:
            answer = api.order("createAsn", build(notice))
            code = answer.text("receiving_code") or answer.node("data").text("receiving_code", required=True)
        return Booking(notice.reference, True, external_id=code)

    return each(notices, write, Booking)


def update(api, updates):
    """Correct day and number of notices; one :class:`Booking` each."""

    def find(reference):
        known = _search(api, {"reference_no_arr": [reference]})
        return known[0].text("receiving_code", required=True) if known else ""

    return ec_family.change_notices(
        updates, find, lambda code, notice: api.order("modifyAsn", {"receiving_code": code, **build(notice)}), "ECCANG"
    )


def build(notice):
    """A notice as ECCANG takes it, checked at once (``verify`` 1); an item is a SKU in a box."""
    return {
        "reference_no": notice.reference,
        "warehouse_code": notice.warehouse,
        "tracking_number": notice.tracking,
        "receiving_desc": notice.note,
        "eta_date": notice.eta.isoformat(),
        "verify": 1,
        "items": [
            {"product_sku": sku, "quantity": units, "box_no": carton.number}
            for carton in notice.cartons
            for sku, units in carton.contents
        ],
    }


def _search(api, wanted):
    return api.all("getAsnList", wanted)


def fetch(api, handles):
    """Notices as list of :class:`InboundState`."""
    codes = [handle.external_id for handle in handles if handle.external_id]
    references = [handle.reference for handle in handles if not handle.external_id]
    nodes = _search(api, {"receiving_code_arr": codes}) if codes else []
    nodes += _search(api, {"reference_no_arr": references}) if references else []
    return [read(node) for node in nodes]


def read(node):
    """One notice; items say what was received of a SKU, per box, good (type 1) or not (type 2)."""
    stated = node.ident("receiving_status") or "0"
    lines = {}
    for item in node.nodes("items"):
        key = (item.text("product_sku", required=True), item.count("box_no"))
        good, bad = lines.get(key, (0, 0))
        units = item.count("received_qty") or 0
        damaged = item.ident("inventory_type") == _DAMAGED
        lines[key] = (good, bad + units) if damaged else (good + units, bad)
    return InboundState(
        reference=node.text("reference_no"),
        external_id=node.text("receiving_code", required=True),
        status=STATUSES.get(stated, InboundStatus.UNKNOWN),
        received=tuple(
            ReceivedLine(sku, good, bad, carton=carton) for (sku, carton), (good, bad) in lines.items() if good or bad
        ),
        status_text=stated,
        message=node.text("receiving_desc"),
    )
