"""Notices and their labels."""

from ....http import Answer
from ....world.parcels import waybill
from ...depot import Refusal, counted
from .values import millis, numbered, page, within

_STATUSES = {"announced": "A", "receiving": "P", "received": "C", "cancelled": "X"}


def create(call, body):
    boxes = {}
    for line in body["iconsignment_sku"]:
        boxes.setdefault(line["box_no"], []).append([line["sku_code"], line["plan_qty"]])
    notice = call.site.depot.announce({
        "reference": body["ref_no"],
        "place": body["to_warehouse_code"],
        "cartons": [{"number": number, "contents": contents} for number, contents in boxes.items()],
        "transport": body["transport_type"],
    })  # fmt: skip
    return {"consignment_no": f"IC{notice['number']}", "4px_tracking_no": notice["number"]}


def cancel(call, body):
    notice = _notice(call, body)
    call.site.depot.cancel_inbound(notice["number"])
    return {"consignment_no": f"IC{notice['number']}", "ref_no": notice["reference"]}


def list_notices(call, body):
    if "consignment_no" in body or "ref_no" in body:
        found = numbered(call.site.depot.inbound, body, "IC")
        notices = [found] if found else []
    else:
        notices = call.site.depot.inbounds()
    return page([_view(notice) for notice in within(notices, "created", body, "create_time")], body)


def label(call, body):
    return {"label_url": f"{call.site.url}/labels/{_notice(call, body)['number']}.pdf", "status": "Y"}


def label_file(call):
    """The file behind a label's address."""
    notice = call.site.depot.inbound(number=call.path["number"])
    if notice is None:
        raise Refusal("not found", "there is no such notice")
    to = {"id": notice["reference"], "address": {"postcode": "", "country": notice["place"]}}
    label = {"carrier": "4PX", "tracking": f"IC{notice['number']}", "id": notice["number"]}
    return Answer(200, waybill(to, label), content_type="application/pdf")


def _notice(call, body):
    notice = numbered(call.site.depot.inbound, body, "IC")
    if notice is None:
        raise Refusal("not found", "there is no such notice")
    return notice


def _view(notice):
    return {
        "consignment_no": f"IC{notice['number']}",
        "ref_no": notice["reference"],
        "to_warehouse_code": notice["place"],
        "status": _STATUSES[notice["status"]],
        "transport_type": notice["transport"],
        "create_time": millis(notice["created"]),
        "lstsku": _lines(notice),
    }


def _lines(notice):
    """Lines per box; what was counted fills the boxes one after the other, what is too much stands in the last."""
    left = {sku: list(units) for sku, units in counted(notice).items()}
    lines = [(carton["number"], sku, units) for carton in notice["cartons"] for sku, units in carton["contents"]]
    last = {sku: index for index, (_box, sku, _units) in enumerate(lines)}
    views = []
    for index, (box, sku, units) in enumerate(lines):
        sellable, damaged = left.get(sku, [0, 0])
        good = sellable if last[sku] == index else min(units, sellable)
        bad = damaged if last[sku] == index else min(units - good, damaged)
        left[sku] = [sellable - good, damaged - bad]
        views.append({
            "box_no": box, "box_barcode": f"IC{notice['number']}-{box}", "sku_code": sku, "plan_qty": str(units),
            "received_qty": str(good + bad), "putaway_qty": str(good), "exception_qty": str(bad),
        })  # fmt: skip
    return views


HANDLERS = {
    "fu.wms.inbound.create": create,
    "fu.wms.inbound.cancel": cancel,
    "fu.wms.inbound.getlist": list_notices,
    "fu.wms.inbound.getinboundlabel": label,
}
