"""Notices (document ``inbound_order``)."""

import base64

from ....clock import from_text
from ...depot import Refusal, counted, expected
from .replies import absent, first, local, moment, paged

STATUSES = {"announced": 7, "receiving": 8, "received": 10, "cancelled": 100}


def create(call):
    """Take a notice."""
    return first({"receiving_code": code(call.site.depot.announce(_read(call.body())))})


def modify(call):
    """Take a notice anew; what it is about stays."""
    notice, stated = find(call), _read(call.body())
    if any(stated[name] != notice[name] for name in ("reference", "place", "cartons")):
        raise Refusal("invalid", "reference, warehouse and boxes of a notice stay")
    changed = {name: stated[name] for name in ("transport", "tracking", "eta", "note")}
    return first({"receiving_code": code(call.site.depot.change_inbound(notice["number"], **changed))})


def _read(body):
    cartons = [{"number": box["box_no"], "label": box.get("reference_box_no") or "",
                "contents": [[entry["product_sku"], entry["quantity"]] for entry in box["box_details"]]}
               for box in body.get("items") or []]
    return {"reference": body.get("reference_no"), "place": body.get("warehouse_code"), "cartons": cartons,
            "transport": body.get("receiving_shipping_type"), "tracking": body.get("tracking_number") or "",
            "eta": body.get("eta_date"), "note": body.get("receiving_desc") or ""}


def code(notice):
    """Return GoodCang's number of a notice."""
    return f"RV{notice['number']}"


def find(call):
    """Return the notice that a request means."""
    notice = call.site.depot.inbound(call.body().get("receiving_code", "")[2:] or "-")
    if notice is None:
        raise absent("入库单")
    return notice


def search(call):
    """Notices made in a range of time."""
    body = call.body()
    start, end = body.get("create_date_from"), body.get("create_date_to")
    found = [notice for notice in call.site.depot.inbounds()
             if (not start or from_text(notice["created"]) >= moment(start))
             and (not end or from_text(notice["created"]) <= moment(end))]
    page, count = paged(body, found, "page_size")
    return first([_head(notice) for notice in page], count=count)


def detail(call):
    """One notice."""
    notice = find(call)
    arrived = counted(notice)
    lines = [{"box_no": carton["number"], "reference_box_no": carton["label"], "product_sku": sku,
              "overseas_pre_count": units, "overseas_shelves_count": min(units, sum(arrived.get(sku, (0, 0))))}
             for carton in notice["cartons"] for sku, units in carton["contents"]]
    return first({**_head(notice), "receiving_desc": notice["note"], "eta_date": notice["eta"], "transfer_detail": [],
                  "overseas_detail": lines})


def _head(notice):
    return {"receiving_code": code(notice), "reference_no": notice["reference"], "transit_type": 0,
            "receiving_status": STATUSES[notice["status"]], "receiving_shipping_type": notice["transport"],
            "create_at": local(notice["created"]), "update_at": local(notice["updated"]),
            "warehouse_code": notice["place"], "box_total_count": len(notice["cartons"]),
            "sku_total_count": sum(expected(notice).values()), "tracking_number": notice["tracking"]}


def batches(call):
    """What was put away of a notice."""
    notice = find(call)
    return first([{"receiving_code": code(notice), "receiving_status": STATUSES[notice["status"]],
                   "product_sku": batch["sku"], "quantity": units, "putaway_time": local(batch["at"]),
                   "inventory_type": kind, "shelf_lift": 0}
                  for batch in notice["batches"]
                  for kind, units in ((1, batch["sellable"]), (2, batch["damaged"])) if units])


def delete(call):
    """Withdraw a notice."""
    notice = find(call)
    if notice["status"] == "cancelled":
        raise Refusal("too late", "the notice is cancelled already")
    call.site.depot.cancel_inbound(notice["number"])
    return first({"receiving_code": code(notice)})


def labels(call):
    """Labels of a notice's cartons."""
    content = f"%PDF-1.4\n% labels of {code(find(call))}\n%%EOF\n".encode()
    return first({"label_image": base64.b64encode(content).decode(), "image_type": 1})
