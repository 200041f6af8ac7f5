"""Inbound plans in the words of Fulfillment Inbound v2024-03-20."""

from datetime import timedelta
from decimal import Decimal

from ..clock import to_text
from ..world.marketplaces import MARKETPLACES
from . import accounts, files

_PDF = b"%PDF-1.4\n% labels of the training marketplace\n%%EOF\n"


def plan_summary(plan):
    """Return a plan in a list."""
    return {"inboundPlanId": plan["id"], "name": plan["name"], "createdAt": plan["created"], "status": plan["status"],
            "lastUpdatedAt": plan["updated"], "marketplaceIds": [plan["market"]], "sourceAddress": plan["source"]}


def plan(plan, shown):
    """Return a plan with those of its parts that are ready."""
    packings = [plan["packing"]] if shown["packing"] else []
    placements = plan["placements"] if shown["placement"] else []
    chosen = [option for option in placements if option["status"] == "ACCEPTED"] if shown["confirmed"] else []
    return {
        **plan_summary(plan),
        "packingOptions": [{"packingOptionId": one["id"], "status": one["status"]} for one in packings],
        "placementOptions": [{"placementOptionId": one["id"], "status": one["status"]} for one in placements],
        "shipments": [{"shipmentId": key, "status": plan["shipments"][key]["status"]}
                      for option in chosen for key in option["shipments"]],
    }


def packing(plan):
    """Return the packing option."""
    option = plan["packing"]
    return {"packingOptionId": option["id"], "status": option["status"], "packingGroups": [option["group"]],
            "fees": [], "discounts": [], "supportedConfigurations": [], "supportedShippingConfigurations": []}


def item(world, plan, entry):
    """Return an item of a plan."""
    listing = world.listing(plan["region"], entry["msku"])
    marks = {name: entry[name] for name in ("expiration", "manufacturingLotCode") if entry.get(name)}
    return {"msku": entry["msku"], "quantity": entry["quantity"], "asin": listing["asin"], "fnsku": listing["fnsku"],
            "labelOwner": entry.get("labelOwner", "SELLER"), "prepInstructions": [], **marks}


def box(world, plan, entry, number=""):
    """Return a box; its label's number once its shipment has one."""
    shown = {"packageId": entry["package"], "quantity": 1, "weight": entry["weight"], "dimensions": entry["dimensions"],
             "contentInformationSource": entry["contentInformationSource"],
             "items": [item(world, plan, content) for content in entry["items"]]}
    return {**shown, "boxId": f"{number}U{entry['number']:06d}"} if number else shown


def placement_fee(plan, option):
    """Return the fee of a placement option, in the currency of the plan's marketplace."""
    return sum(entry["quantity"] for entry in plan["items"]) * Decimal(option["fee"])


def placement(plan, option):
    """Return a placement option; its fee is by unit."""
    fees = []
    if option["fee"]:
        amount = float(placement_fee(plan, option))
        fees = [{"type": "FEE", "target": "Placement Services", "description": "Placement service fee",
                 "value": {"code": _currency(plan), "amount": amount}}]
    return {"placementOptionId": option["id"], "status": option["status"], "shipmentIds": option["shipments"],
            "fees": fees, "discounts": []}


def transport(plan, shipment_id, option):
    """Return a carrier for a shipment."""
    key, solution, code, name, cost = option
    shown = {"transportationOptionId": key, "shipmentId": shipment_id, "shippingMode": "GROUND_SMALL_PARCEL",
             "shippingSolution": solution, "carrier": {"alphaCode": code, "name": name}, "preconditions": []}
    if cost is None:
        return {**shown, "preconditions": ["CONFIRMED_DELIVERY_WINDOW"]}
    return {**shown, "quote": {"cost": {"code": _currency(plan), "amount": cost}}}


def window(world, key, number):
    """Return a delivery window: a week each, the first blocked."""
    start = world.clock.now() + timedelta(days=14 + 7 * number)
    return {"deliveryWindowOptionId": key, "startDate": to_text(start), "endDate": to_text(start + timedelta(days=6)),
            "availabilityType": "BLOCKED" if number == 0 else "AVAILABLE",
            "validUntil": to_text(world.clock.now() + timedelta(days=1))}


def shipment(world, plan, key, entry):
    """Return a shipment."""
    option = next(one for one in plan["placements"] if key in one["shipments"])
    shown = {
        "shipmentId": key, "placementOptionId": option["id"], "name": f"{plan['name']}-{entry['centre']}",
        "status": entry["status"], "source": {"sourceType": "SELLER_FACILITY", "address": plan["source"]},
        "destination": {"destinationType": "AMAZON_WAREHOUSE", "warehouseId": entry["centre"]},
    }
    if entry["number"]:
        shown |= {"shipmentConfirmationId": entry["number"], "amazonReferenceId": f"REF{entry['number']}"}
    if entry["transport"]:
        shown["selectedTransportationOptionId"] = entry["transport"]
    if entry["window"]:
        chosen = window(world, entry["window"], entry["windows"].index(entry["window"]))
        del chosen["validUntil"]
        shown["selectedDeliveryWindow"] = chosen
    if entry["tracking"]:
        shown["trackingDetails"] = entry["tracking"]
    return shown


def pdf(call, what):
    """Return a link to a document of labels."""
    now = to_text(call.world.clock.now())
    key = f"labels-{call.store.count('labels')}"
    document = {"region": call.region, "created": now, "contentType": "application/pdf", "what": what}
    call.store.put_document("labels", key, call.region, now, document, _PDF)
    return files.link(call, "labels", key)


def _currency(plan):
    return MARKETPLACES[accounts.CODES[plan["market"]]].currency
