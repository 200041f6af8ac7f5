"""Fulfillment Inbound v2024-03-20 (model ``fulfillmentInbound_2024-03-20.json``): plans whose steps are asynchronous.

A step is decided when it is asked for and shown when its operation has ended. Goods arrive some time after their
tracking numbers: short by one unit of each SKU of ten or more, and with one damaged unit of each of twenty or more. Of
the shortages of a shipment Amazon pays the first by itself.
"""

import uuid

from ..clock import to_text
from ..http import Answer, ApiError, Operation, bad_input
from . import accounts, fba_fees, fba_files, fba_stock, inbound_view

PATH = "/inbound/fba/2024-03-20"
PLAN, WORK, SHIPMENT = "inbound_plan", "inbound_operation", "fba_shipment"
WORK_TIME = 20
TRANSIT_TIME = 1200
FEE = "0.30"
CARRIERS = (("USE_YOUR_OWN_CARRIER", "OTHER", "Other", None), ("AMAZON_PARTNERED_CARRIER", "UPSN", "UPS", 12.4))


def create_plan(call):
    """Make a plan."""
    body = call.body()
    markets, items = body.get("destinationMarketplaces"), body.get("items")
    if not isinstance(markets, list) or len(markets) != 1 or markets[0] not in accounts.CODES:
        raise bad_input("destinationMarketplaces must hold one marketplace.")
    if not items or not body.get("sourceAddress"):
        raise bad_input("items and sourceAddress are required.")
    for item in items:
        fba_stock.listing(call, item.get("msku"))
    now = to_text(call.world.clock.now())
    plan = {"id": _new("wf"), "region": call.region, "name": body.get("name") or f"FBA ({now})", "created": now,
            "updated": now, "status": "ACTIVE", "market": markets[0], "source": body["sourceAddress"], "items": items,
            "packing": None, "boxes": [], "placements": [], "shipments": {}, "ready": {}}
    return Answer(202, {"inboundPlanId": plan["id"], "operationId": _work(call, plan, "createInboundPlan", "plan")})


def list_plans(call):
    """Return the plans of a status, newest first."""
    status = call.text("status")
    if status not in (None, "ACTIVE", "VOIDED", "SHIPPED"):
        raise bad_input("The status is invalid.")
    plans = [plan for plan in call.store.documents(PLAN, call.region) if status in (None, plan["status"])]
    return {"inboundPlans": [inbound_view.plan_summary(plan) for plan in plans[:call.number("pageSize", 10, 1, 30)]]}


def get_plan(call):
    """Return a plan."""
    plan = _plan(call)
    return inbound_view.plan(plan, {part: _shown(call, plan, part) for part in ("packing", "placement", "confirmed")})


def cancel_plan(call):
    """Give a plan up."""
    plan = _plan(call)
    plan["status"] = "VOIDED"
    return _accepted(call, plan, "cancelInboundPlan", "cancel")


def get_operation(call):
    """Return how far an operation is."""
    work = call.store.document(WORK, call.path["operationId"], call.region)
    if work is None:
        raise ApiError(404, "NotFound", "The operation was not found.")
    done = to_text(call.world.clock.now()) >= work["ends"]
    return {"operationId": work["id"], "operation": work["name"], "operationProblems": [],
            "operationStatus": "SUCCESS" if done else "IN_PROGRESS"}


def generate_packing(call):
    """Offer one way to pack: everything together."""
    plan = _plan(call)
    plan["packing"] = plan["packing"] or {"id": _new("po"), "group": _new("pg"), "status": "OFFERED"}
    return _accepted(call, plan, "generatePackingOptions", "packing")


def list_packing(call):
    """Return the packing options."""
    plan = _plan(call)
    return {"packingOptions": [inbound_view.packing(plan)] if _shown(call, plan, "packing") else []}


def confirm_packing(call):
    """Take a packing option."""
    plan = _plan(call)
    if not plan["packing"] or plan["packing"]["id"] != call.path["packingOptionId"]:
        raise bad_input("The packing option is not of this plan.")
    plan["packing"]["status"] = "ACCEPTED"
    return _accepted(call, plan, "confirmPackingOption", "confirmed_packing")


def list_group_items(call):
    """Return what belongs in a packing group."""
    plan = _plan(call)
    _group(call, plan)
    return {"items": [inbound_view.item(call.world, plan, item) for item in plan["items"]]}


def list_group_boxes(call):
    """Return the boxes of a packing group."""
    plan = _plan(call)
    _group(call, plan)
    return {"boxes": [inbound_view.box(call.world, plan, box) for box in plan["boxes"] if _shown(call, plan, "boxes")]}


def set_packing(call):
    """Take over boxes; they must hold what the plan says."""
    plan = _plan(call)
    groupings = call.body().get("packageGroupings") or []
    boxes = [box for grouping in groupings for box in grouping.get("boxes", [])]
    for box in boxes:
        dates = {(item["msku"], item.get("expiration")) for item in box.get("items", [])}
        if len(dates) > len({msku for msku, _date in dates}):
            raise bad_input("Items with the same MSKU but different expiration dates cannot go into the same box.")
    packed = _count((item, box["quantity"]) for box in boxes for item in box.get("items", []))
    if packed != _count((item, 1) for item in plan["items"]):
        raise bad_input("The boxes do not hold the items of the plan.")
    plan["boxes"] = [{**box, "quantity": 1, "package": _new("pk"), "number": number} for number, box in enumerate(
        (box for box in boxes for _copy in range(box["quantity"])), 1)]
    return _accepted(call, plan, "setPackingInformation", "boxes")


def generate_placement(call):
    """Offer one warehouse for a fee, and two for nothing where there are boxes for both."""
    plan = _plan(call)
    if not plan["boxes"]:
        raise bad_input("The plan has no boxes yet.")
    if not plan["placements"]:
        centres = list(fba_stock.CENTRES[plan["region"]])
        plan["placements"] = [_placement(plan, centres[:1], FEE)]
        if len(plan["boxes"]) > 1:
            plan["placements"].append(_placement(plan, centres, None))
    return _accepted(call, plan, "generatePlacementOptions", "placement")


def list_placement(call):
    """Return the placement options."""
    plan = _plan(call)
    options = plan["placements"] if _shown(call, plan, "placement") else []
    return {"placementOptions": [inbound_view.placement(plan, option) for option in options]}


def confirm_placement(call):
    """Take a placement option; its shipments get their numbers."""
    plan = _plan(call)
    chosen = next((one for one in plan["placements"] if one["id"] == call.path["placementOptionId"]), None)
    if chosen is None:
        raise bad_input("The placement option is not of this plan.")
    if chosen["fee"] and chosen["status"] == "OFFERED":
        fba_fees.charge(call.world, call.region, accounts.CODES[plan["market"]], "placement",
                        inbound_view.placement_fee(plan, chosen))
    for option in plan["placements"]:
        option["status"] = "ACCEPTED" if option is chosen else "EXPIRED"
    for key in chosen["shipments"]:
        shipment = plan["shipments"][key]
        shipment["status"] = "WORKING"
        shipment["number"] = shipment["number"] or f"FBA15{call.store.count('inbound_shipments'):07d}"
    return _accepted(call, plan, "confirmPlacementOption", "confirmed")


def generate_transport(call):
    """Offer carriers for shipments."""
    plan, body = _plan(call), call.body()
    for wanted in body.get("shipmentTransportationConfigurations") or []:
        shipment = _shipment(plan, wanted.get("shipmentId"))
        shipment["transports"] = shipment["transports"] or [[_new("to"), *carrier] for carrier in CARRIERS]
    return _accepted(call, plan, "generateTransportationOptions", "transport")


def list_transport(call):
    """Return the carriers of a shipment."""
    plan = _plan(call)
    key = call.text("shipmentId")
    shipment = _shipment(plan, key)
    found = shipment["transports"] if _shown(call, plan, "transport") else []
    return {"transportationOptions": [inbound_view.transport(plan, key, option) for option in found]}


def confirm_transport(call):
    """Take carriers; own ones need a delivery window."""
    plan = _plan(call)
    for chosen in call.body().get("transportationSelections") or []:
        shipment = _shipment(plan, chosen.get("shipmentId"))
        option = next((one for one in shipment["transports"] if one[0] == chosen.get("transportationOptionId")), None)
        if option is None or shipment["status"] != "WORKING":
            raise bad_input("The transportation option cannot be confirmed.")
        if option[1] == CARRIERS[0][0] and not shipment["window"]:
            raise bad_input("The delivery window must be confirmed before.")
        shipment.update(transport=option[0], status="READY_TO_SHIP")
    return _accepted(call, plan, "confirmTransportationOptions", "transported")


def generate_windows(call):
    """Offer delivery windows."""
    plan, shipment = _of_path(call)
    shipment["windows"] = shipment["windows"] or [_new("dw") for _number in range(3)]
    return _accepted(call, plan, "generateDeliveryWindowOptions", f"windows:{call.path['shipmentId']}")


def list_windows(call):
    """Return the delivery windows."""
    plan, shipment = _of_path(call)
    found = shipment["windows"] if _shown(call, plan, f"windows:{call.path['shipmentId']}") else []
    options = [inbound_view.window(call.world, key, number) for number, key in enumerate(found)]
    return {"deliveryWindowOptions": options}


def confirm_window(call):
    """Take a delivery window."""
    plan, shipment = _of_path(call)
    if call.path["deliveryWindowOptionId"] not in shipment["windows"]:
        raise bad_input("The delivery window is not of this shipment.")
    shipment["window"] = call.path["deliveryWindowOptionId"]
    return _accepted(call, plan, "confirmDeliveryWindowOptions", "window")


def get_shipment(call):
    """Return a shipment."""
    plan, shipment = _of_path(call)
    return inbound_view.shipment(call.world, plan, call.path["shipmentId"], shipment)


def list_shipment_items(call):
    """Return what a shipment holds."""
    plan, shipment = _of_path(call)
    items = [{"msku": msku, "quantity": units} for msku, units in units_of(plan, shipment).items()]
    return {"items": [inbound_view.item(call.world, plan, item) for item in items]}


def list_shipment_boxes(call):
    """Return the boxes of a shipment."""
    plan, shipment = _of_path(call)
    boxes = [box for box in plan["boxes"] if box["number"] in shipment["boxes"]]
    return {"boxes": [inbound_view.box(call.world, plan, box, shipment["number"]) for box in boxes]}


def update_tracking(call):
    """Take over tracking numbers; the goods are on their way."""
    plan, shipment = _of_path(call)
    details = call.body().get("trackingDetails") or {}
    if shipment["status"] not in ("READY_TO_SHIP", "SHIPPED"):
        raise bad_input("The shipment is not ready.")
    shipment.update(tracking=details, status="SHIPPED")
    now = call.world.clock.now()
    journey = {"plan": plan["id"], "shipment": call.path["shipmentId"], "region": call.region}
    call.store.put_document(SHIPMENT, shipment["number"], call.region, to_text(now), journey,
                            due=to_text(now + call.world.clock.wait(TRANSIT_TIME)))
    return _accepted(call, plan, "updateShipmentTrackingDetails", "tracking")


def item_labels(call):
    """Return a link to FNSKU labels."""
    body = call.body()
    if body.get("marketplaceId") not in accounts.CODES or not body.get("mskuQuantities"):
        raise bad_input("marketplaceId and mskuQuantities are required.")
    return {"documentDownloads": [{"uri": inbound_view.pdf(call, "item labels"), "downloadType": "URL"}]}


def process(site, journey):
    """Receive a shipment that has arrived, and close it."""
    store = site.world.store
    plan = store.document(PLAN, journey["plan"])
    shipment = plan["shipments"][journey["shipment"]]
    for msku, units in units_of(plan, shipment).items():
        damaged, missing = int(units >= 20), int(units >= 10)
        _receive(site.world, shipment, journey["region"], msku, units - missing - damaged, fba_stock.SELLABLE)
        _receive(site.world, shipment, journey["region"], msku, damaged, "CARRIER_DAMAGED")
        shipment["received"][msku] = units - missing
    short = [msku for msku, units in units_of(plan, shipment).items() if shipment["received"][msku] < units]
    for msku in short[:1]:
        fba_files.reimburse(site.world, journey["region"], plan["market"], msku, 1, "Lost_Inbound")
    shipment["status"] = "CLOSED"
    _put(store, plan)
    store.put_document(SHIPMENT, shipment["number"], journey["region"], plan["created"], journey)


def _count(items):
    """Return ``{(msku, expiration, lot): units}`` of pairs of an item and how often it is there."""
    units = {}
    for item, times in items:
        key = item["msku"], item.get("expiration"), item.get("manufacturingLotCode")
        units[key] = units.get(key, 0) + item["quantity"] * times
    return units


def units_of(plan, shipment):
    """Return ``{msku: units}`` of a shipment's boxes."""
    units = {}
    for box in plan["boxes"]:
        if box["number"] in shipment["boxes"]:
            for item in box["items"]:
                units[item["msku"]] = units.get(item["msku"], 0) + item["quantity"]
    return units


def _receive(world, shipment, region, msku, units, disposition):
    if units:
        fba_stock.record(world, region, msku, "Receipts", units, shipment["number"], disposition,
                         centre=shipment["centre"])


def _placement(plan, centres, fee):
    keys = []
    for turn, centre in enumerate(centres):
        key = _new("sh")
        boxes = [box["number"] for box in plan["boxes"] if box["number"] % len(centres) == turn]
        plan["shipments"][key] = {"centre": centre, "boxes": boxes, "status": "UNCONFIRMED", "number": "",
                                  "transports": [], "transport": "", "windows": [], "window": "", "tracking": {},
                                  "received": {}}
        keys.append(key)
    return {"id": _new("pl"), "status": "OFFERED", "shipments": keys, "fee": fee}


def _new(prefix):
    return f"{prefix}{uuid.uuid4()}"


def _work(call, plan, name, part):
    """Start an operation that shows a part of the plan when it ends; return its id."""
    now = call.world.clock.now()
    ends = to_text(now + call.world.clock.wait(WORK_TIME))
    work = {"id": str(uuid.uuid4()), "name": name, "ends": ends}
    call.store.put_document(WORK, work["id"], call.region, to_text(now), work)
    plan["ready"].setdefault(part, ends)
    plan["updated"] = to_text(now)
    _put(call.store, plan)
    return work["id"]


def _accepted(call, plan, name, part):
    return Answer(202, {"operationId": _work(call, plan, name, part)})


def _put(store, plan):
    store.put_document(PLAN, plan["id"], plan["region"], plan["created"], plan)


def _shown(call, plan, part):
    return part in plan["ready"] and plan["ready"][part] <= to_text(call.world.clock.now())


def _plan(call):
    plan = call.store.document(PLAN, call.path["inboundPlanId"], call.region)
    if plan is None:
        raise ApiError(404, "NotFound", "The inbound plan was not found.")
    return plan


def _group(call, plan):
    if not plan["packing"] or plan["packing"]["group"] != call.path["packingGroupId"]:
        raise ApiError(404, "NotFound", "The packing group was not found.")


def _shipment(plan, key):
    if key not in plan["shipments"]:
        raise ApiError(404, "NotFound", "The shipment was not found.")
    return plan["shipments"][key]


def _of_path(call):
    plan = _plan(call)
    return plan, _shipment(plan, call.path["shipmentId"])


_P, _S = f"{PATH}/inboundPlans/{{inboundPlanId}}", f"{PATH}/inboundPlans/{{inboundPlanId}}/shipments/{{shipmentId}}"
_G = f"{_P}/packingGroups/{{packingGroupId}}"
OPERATIONS = (
    Operation("createInboundPlan", "POST", f"{PATH}/inboundPlans", create_plan, 2.0, 2),
    Operation("listInboundPlans", "GET", f"{PATH}/inboundPlans", list_plans, 2.0, 6),
    Operation("getInboundPlan", "GET", _P, get_plan, 2.0, 6),
    Operation("cancelInboundPlan", "PUT", f"{_P}/cancellation", cancel_plan, 2.0, 2),
    Operation("getInboundOperationStatus", "GET", f"{PATH}/operations/{{operationId}}", get_operation, 2.0, 6),
    Operation("generatePackingOptions", "POST", f"{_P}/packingOptions", generate_packing, 2.0, 2),
    Operation("listPackingOptions", "GET", f"{_P}/packingOptions", list_packing, 2.0, 6),
    Operation("confirmPackingOption", "POST", f"{_P}/packingOptions/{{packingOptionId}}/confirmation",
              confirm_packing, 2.0, 2),
    Operation("listPackingGroupItems", "GET", f"{_G}/items", list_group_items, 2.0, 30),
    Operation("listPackingGroupBoxes", "GET", f"{_G}/boxes", list_group_boxes, 2.0, 30),
    Operation("setPackingInformation", "POST", f"{_P}/packingInformation", set_packing, 2.0, 2),
    Operation("generatePlacementOptions", "POST", f"{_P}/placementOptions", generate_placement, 2.0, 2),
    Operation("listPlacementOptions", "GET", f"{_P}/placementOptions", list_placement, 2.0, 6),
    Operation("confirmPlacementOption", "POST", f"{_P}/placementOptions/{{placementOptionId}}/confirmation",
              confirm_placement, 2.0, 2),
    Operation("generateTransportationOptions", "POST", f"{_P}/transportationOptions", generate_transport, 2.0, 2),
    Operation("listTransportationOptions", "GET", f"{_P}/transportationOptions", list_transport, 2.0, 6),
    Operation("confirmTransportationOptions", "POST", f"{_P}/transportationOptions/confirmation", confirm_transport,
              2.0, 2),
    Operation("generateDeliveryWindowOptions", "POST", f"{_S}/deliveryWindowOptions", generate_windows, 2.0, 30),
    Operation("listDeliveryWindowOptions", "GET", f"{_S}/deliveryWindowOptions", list_windows, 2.0, 30),
    Operation("confirmDeliveryWindowOptions", "POST",
              f"{_S}/deliveryWindowOptions/{{deliveryWindowOptionId}}/confirmation", confirm_window, 2.0, 30),
    Operation("getShipment", "GET", _S, get_shipment, 2.0, 6),
    Operation("listShipmentItems", "GET", f"{_S}/items", list_shipment_items, 2.0, 30),
    Operation("listShipmentBoxes", "GET", f"{_S}/boxes", list_shipment_boxes, 2.0, 30),
    Operation("updateShipmentTrackingDetails", "PUT", f"{_S}/trackingDetails", update_tracking, 2.0, 2),
    Operation("createMarketplaceItemLabels", "POST", f"{PATH}/items/labels", item_labels, 2.0, 30),
)
