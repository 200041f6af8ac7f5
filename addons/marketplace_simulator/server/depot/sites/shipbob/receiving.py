"""Warehouse receiving orders."""

import base64

from ....http import Answer, ApiError
from ...depot import counted, expected
from .products import centre, chosen, skus
from .replies import by_pages, find, listed, number

STATUSES = {"announced": "Awaiting", "receiving": "Processing", "received": "Completed", "cancelled": "Cancelled"}
BOX_STATUSES = {"announced": "Awaiting", "receiving": "Stowing", "received": "Completed", "cancelled": "Cancelled"}


def create(call):
    """Take a notice."""
    body, known = call.body(), skus(call)
    items = [item for box in body["boxes"] for item in box["box_items"]]
    if any(item["inventory_id"] not in known for item in items):
        raise ApiError(422, "Inventory", "An inventory id is not known.")
    cartons = [{"number": position, "label": box["tracking_number"],
                "contents": [[known[item["inventory_id"]], item["quantity"]] for item in box["box_items"]]}
               for position, box in enumerate(body["boxes"], 1)]
    notice = {"reference": body.get("purchase_order_number") or "", "cartons": cartons,
              "place": str(body["fulfillment_center"]["id"]), "eta": body["expected_arrival_date"],
              "transport": body["package_type"], "packing": body["box_packaging_type"]}
    return Answer(201, _order(call, call.site.depot.announce(notice)))


def search(call):
    """Notices by ShipBob's or the seller's numbers."""
    numbers, references = chosen(call, "IDs"), listed(call, "PurchaseOrderNumbers")
    found = [notice for notice in call.site.depot.inbounds()
             if (numbers is None or number(notice) in numbers)
             and (references is None or notice["reference"] in references)]
    return by_pages(call, [_order(call, notice) for notice in found])


def _order(call, notice):
    depot, arrived = call.site.depot, counted(notice)
    quantities = [{"inventory_id": number(depot.product(sku)), "sku": sku, "expected_quantity": units,
                   "received_quantity": sum(arrived.get(sku, (0, 0))), "stowed_quantity": arrived.get(sku, (0, 0))[0]}
                  for sku, units in expected(notice).items()]
    return {"id": number(notice), "purchase_order_number": notice["reference"], "status": STATUSES[notice["status"]],
            "package_type": notice["transport"], "box_packaging_type": notice["packing"],
            "expected_arrival_date": notice["eta"], "insert_date": notice["created"],
            "last_updated_date": notice["updated"], "fulfillment_center": centre(depot.places[notice["place"]]),
            "box_labels_uri": f"/2026-01/receiving/{number(notice)}/labels", "inventory_quantities": quantities,
            "status_history": []}


def boxes(call):
    """What each box held; what was counted fills the boxes one after the other, the rest the last."""
    notice = find(call, "inbound", call.path["notice"])
    left = {sku: list(units) for sku, units in counted(notice).items()}
    last = {sku: carton["number"] for carton in notice["cartons"] for sku, _units in carton["contents"]}
    return [_box(call, notice, carton, left, last) for carton in notice["cartons"]]


def _box(call, notice, carton, left, last):
    items = []
    for sku, units in carton["contents"]:
        sellable, damaged = left.get(sku, [0, 0])
        if last[sku] != carton["number"]:
            sellable, damaged = min(units, sellable), min(damaged, max(0, units - sellable))
        if sku in left:
            left[sku] = [left[sku][0] - sellable, left[sku][1] - damaged]
        items.append({"inventory_id": number(call.site.depot.product(sku)), "quantity": units, "lot_number": None,
                      "received_quantity": sellable + damaged, "stowed_quantity": sellable, "lot_date": None})
    arrived = notice["batches"][0]["at"] if notice["batches"] else None
    return {"box_id": number(notice) * 100 + carton["number"], "box_number": carton["number"], "box_items": items,
            "box_status": BOX_STATUSES[notice["status"]], "tracking_number": carton["label"], "arrived_date": arrived,
            "received_date": arrived, "counting_started_date": arrived}


def labels(call):
    """Labels as text in base64, as the document has them."""
    notice = find(call, "inbound", call.path["notice"])
    return base64.b64encode(f"%PDF-1.4\n% labels of {notice['reference']}\n%%EOF\n".encode()).decode()


def cancel(call):
    """Withdraw a notice."""
    notice = find(call, "inbound", call.path["notice"])
    return _order(call, call.site.depot.cancel_inbound(notice["number"]))
