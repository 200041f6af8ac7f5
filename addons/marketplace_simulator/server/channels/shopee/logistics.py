"""Packages: splitting, booking the carrier, waybills."""

from ...http import Answer
from ...world import parcels, seller
from .orders import find, status_of, wrong
from .products import sku_of
from .replies import epoch, reply

ADDRESS_ID, BRANCH_ID = 118_454, 77
DOCUMENT = "NORMAL_AIR_WAYBILL"
_SLOTS = 3
_DAY = 86_400


def split_order(call):
    """All units of an order that is one package in new packages, as long as that is not arranged."""
    body = call.body()
    order = find(call, body.get("order_sn"))
    if len(order["parcels"]) > 1:
        raise wrong("This order has already been split.", "order.order_has_been_split")
    if status_of(order) != "READY_TO_SHIP" or len(body.get("package_list") or []) < 2:
        raise wrong("Split order failed, please try again.")
    lines = {line["sku"]: line for line in order["lines"]}
    groups = []
    for package in body["package_list"]:
        items = []
        for item in package["item_list"]:
            line = lines.get(sku_of(call.site, order["region"], item["item_id"], item["model_id"]))
            if line is None:
                raise wrong("Split order failed: an item is not in the order.")
            items.append({"line": line["id"], "quantity": item.get("model_quantity", line["quantity"])})
        groups.append(items)
    parcels.replan(order, groups)
    call.world.save(order, "split")
    return reply({"order_sn": order["id"], "package_list": [{"package_number": f"OFG{parcel['id']}"}
                                                            for parcel in order["parcels"]]})


def unsplit_order(call):
    """All units of a split order in one package, as long as none is arranged."""
    order = find(call, call.body().get("order_sn"))
    planned = all(parcel["status"] == "planned" for parcel in order["parcels"])
    if status_of(order) != "READY_TO_SHIP" or not planned or len(order["parcels"]) < 2:
        raise wrong("Cannot undo split this order.", "order.order_cannot_undo_split")
    units = {}
    for item in (item for parcel in order["parcels"] for item in parcel["items"]):
        units[item["line"]] = units.get(item["line"], 0) + item["quantity"]
    parcels.replan(order, [[{"line": line, "quantity": quantity} for line, quantity in units.items()]])
    call.world.save(order, "unsplit")
    return reply()


def _parcel(order, package_number):
    if package_number:
        return parcels.find(order, package_number.removeprefix("OFG"))
    return order["parcels"][0]


def get_shipping_parameter(call):
    """Pickup at the shop's address, or drop-off at a branch."""
    order = find(call, call.text("order_sn"))
    _parcel(order, call.text("package_number"))
    today = epoch(order["ship_from"]) // _DAY * _DAY
    slots = [{"date": today + number * _DAY, "pickup_time_id": str(today + number * _DAY)} for number in range(_SLOTS)]
    slots[0]["flags"] = ["recommended"]
    address = {"address_id": ADDRESS_ID, "region": order["region"].partition("-")[2],
               "address_flag": ["default_address", "pickup_address"], "time_slot_list": slots}
    return reply({"info_needed": {"dropoff": ["branch_id"], "pickup": ["address_id", "pickup_time_id"]},
                  "dropoff": {"branch_list": [{"branch_id": BRANCH_ID, "region": address["region"]}]},
                  "pickup": {"address_list": [address]}})


def ship_order(call):
    """Book the carrier of a package; doing it twice is refused."""
    body = call.body()
    order = find(call, body.get("order_sn"))
    parcel = _parcel(order, body.get("package_number"))
    pickup, dropoff = body.get("pickup"), body.get("dropoff")
    if pickup is not None and (pickup.get("address_id") != ADDRESS_ID or not pickup.get("pickup_time_id")):
        raise wrong("Invalid pickup address or time.", "logistics.ship_order_invalid_address")
    if pickup is None and (dropoff is None or dropoff.get("branch_id") != BRANCH_ID):
        raise wrong("Neither pickup nor dropoff is given.", "logistics.ship_order_need_method")
    if parcel["status"] != "planned" or status_of(order) != "READY_TO_SHIP":
        raise wrong("The package can not be shipped now.", "logistics.error_status_limit")
    seller.arrange_parcel(call.world, order, parcel["id"])
    return reply()


def get_tracking_number(call):
    """The tracking number of an arranged package."""
    order = find(call, call.text("order_sn"))
    return reply({"tracking_number": _parcel(order, call.text("package_number"))["tracking"], "hint": ""})


def _printable(call):
    """Yield ``(entry of the request, order, parcel or None, result so far)``."""
    for entry in call.body().get("order_list") or []:
        result = {name: entry[name] for name in ("order_sn", "package_number") if name in entry}
        order = call.site.find_order(call, entry.get("order_sn", ""))
        parcel = order and next((parcel for parcel in order["parcels"]
                                 if entry.get("package_number") in (None, f"OFG{parcel['id']}")), None)
        if parcel is None:
            result |= _fail("order_not_exist", "The package does not exist.")
        elif parcel["status"] == "planned":
            parcel = None
            result |= _fail("package_can_not_print", "The package can not print now.")
        yield entry, order, parcel, result


def _fail(code, message):
    return {"fail_error": f"logistics.{code}", "fail_message": message}


def get_document_parameter(call):
    """Which kinds of waybills there are."""
    known = {"suggest_shipping_document_type": DOCUMENT, "selectable_shipping_document_type": [DOCUMENT]}
    return reply({"result_list": [{**result, **(known if parcel else {})}
                                  for _entry, _order, parcel, result in _printable(call)]})


def create_document(call):
    """Order waybills; they are ready when they are asked for the second time."""
    results = []
    for _entry, _order, parcel, result in _printable(call):
        if parcel:
            call.store.set_setting(f"shopee_document:{parcel['id']}", "PROCESSING")
        results.append(result)
    return reply({"result_list": results})


def get_document_result(call):
    """How far the waybills are."""
    results = []
    for _entry, _order, parcel, result in _printable(call):
        status = parcel and call.store.setting(f"shopee_document:{parcel['id']}", "")
        if parcel and not status:
            result |= _fail("shipping_document_should_print_first", "Create it first.")
        elif parcel:
            call.store.set_setting(f"shopee_document:{parcel['id']}", "READY")
            result["status"] = status
        results.append(result)
    return reply({"result_list": results})


def download_document(call):
    """The waybill as PDF."""
    for _entry, order, parcel, _result in _printable(call):
        if parcel and call.store.setting(f"shopee_document:{parcel['id']}", "") == "READY":
            return Answer(200, parcels.waybill(order, parcel), content_type="application/pdf")
    raise wrong("The document is not ready.", "logistics.shipping_document_not_ready")
