"""Packages: splitting, shipping by the seller, booking TikTok's carriers, waybills."""

from ...clock import to_text
from ...http import Answer, ApiError
from ...world import parcels, seller
from . import ids
from .answers import data, invalid
from .order_view import PROVIDERS, seconds, shipping_type, view
from .orders import find, find_by_number
from .units import items_of, units_of


def providers(call):
    """Carriers that sellers may use."""
    return data({"shipping_providers": [{"id": key, "name": name} for key, name in PROVIDERS.items()]})


def split(call):
    """Pack the units of an order anew."""
    order, groups = find(call, call.path["order_id"]), call.body().get("splittable_groups") or []
    by_id = {unit.id: unit for unit in units_of(order) if not unit.cancelled}
    wanted = [[_known(by_id, number) for number in group.get("order_line_item_ids", [])] for group in groups]
    parcels.replan(order, [items_of(units) for units in wanted])
    packed = order.setdefault("packed", {})
    for parcel, units in zip(order["parcels"], wanted, strict=True):
        packed.update({unit.id: parcel["id"] for unit in units})
    call.world.save(order, "split")
    made = [{"id": parcel["id"], "splittable_group_id": group.get("id", "")}
            for parcel, group in zip(order["parcels"], groups, strict=True)]
    return data({"packages": made})


def mark_shipped(call):
    """The seller ships units in a package of his own."""
    order, body = find(call, call.path["order_id"]), call.body()
    by_id = {unit.id: unit for unit in units_of(order) if not unit.cancelled}
    units = [_known(by_id, number) for number in body.get("order_line_item_ids") or by_id]
    number = str(5 * 10**13 + order["number"] * 100 + 50 + len(order["packages"]))
    _ship_by_seller(call, order, number, units, body)
    return data({"order_id": order["id"], "order_line_item_ids": [unit.id for unit in units], "package_id": number})


def ship(call):
    """Ship a package: by the seller with a tracking number, else by TikTok's carrier."""
    number, body = call.path["package_id"], call.body()
    order, parcel = _find(call, number)
    if shipping_type(order) == "TIKTOK":
        if body.get("handover_method") not in ("PICKUP", "DROP_OFF"):
            raise invalid("handover_method must be PICKUP or DROP_OFF")
        seller.arrange_parcel(call.world, order, parcel["id"])
        return data()
    units = [unit for unit in units_of(order) if unit.package_id == number]
    _ship_by_seller(call, order, number, units, body.get("self_shipment") or {})
    return data()


def create(call):
    """Buy a label for an order that has no package yet."""
    body = call.body()
    if body.get("ship_type") == "1":
        order = find(call, body.get("order_id", ""))
        units = [unit for unit in units_of(order) if not unit.cancelled]
    else:
        wanted = [entry.get("order_line_id", "") for entry in body.get("order_line_item") or []]
        order = _order_of_unit(call, wanted)
        by_id = {unit.id: unit for unit in units_of(order) if not unit.cancelled}
        units = [_known(by_id, number) for number in wanted]
    parcel = _pack(order, units)
    seller.arrange_parcel(call.world, order, parcel["id"])
    service = {"id": "288233559123860015", "name": "Standard", "currency": order["currency"], "price": "5",
               "shipping_provider_id": next(iter(PROVIDERS)), "shipping_provider_name": parcel["carrier"],
               "earliest_delivery_days": 3, "latest_delivery_days": 5}
    return data({"package_id": parcel["id"], "create_time": seconds(order["updated"]),
                 "shipping_service_info": service})


def slots(call):
    """When a carrier comes to fetch a package."""
    _find(call, call.path["package_id"])
    start = seconds(to_text(call.world.clock.now())) + 3600
    return data({"can_pickup": True, "can_drop_off": True,
                 "pickup_slots": [{"avaliable": True, "start_time": start, "end_time": start + 7200}]})


def detail(call):
    """A package."""
    number = call.path["package_id"]
    order, parcel = _find(call, number)
    body = view(call.site, order)
    units = [unit.id for unit in units_of(order) if unit.package_id == number]
    status = {"planned": "TO_FULFILL", "arranged": "PROCESSING"}.get(parcel.get("status"), "FULFILLING")
    return data({"package_id": number, "package_status": status, "order_line_item_ids": units,
                 "orders": [{"id": order["id"]}], "tracking_number": parcel["tracking"],
                 "shipping_provider_name": parcel["carrier"], "shipping_type": body["shipping_type"],
                 "create_time": body["create_time"], "update_time": body["update_time"],
                 "delivery_option_id": body["delivery_option_id"]})


def documents(call):
    """Where the waybill of a package lies."""
    number = call.path["package_id"]
    order, parcel = _find(call, number)
    if parcel.get("status") not in ("arranged", "collected"):
        raise ApiError(200, 21011001, "the package is not shipped yet")
    sealed = call.site.signer.seal("tiktok:waybill", [order["id"], number])
    return data({"doc_url": f"{call.site.url}/files/{sealed}.pdf"})


def waybill(call):
    """The file of a waybill; its address is its permission."""
    found = call.site.signer.open("tiktok:waybill", call.path["name"].removesuffix(".pdf"))
    if found is None:
        raise ApiError(403, 403, "the address is not valid")
    order = call.world.get_order(found[0])
    return Answer(200, parcels.waybill(order, parcels.find(order, found[1])), content_type="application/pdf")


def combinable(call):
    """Packages of one buyer that could go out as one: this world has none."""
    return data({"combinable_packages": [], "next_page_token": "", "total_count": 0})


def combine(call):
    """Refuse to combine what is not combinable."""
    errors = [{"code": 10007014, "message": "fulfillment not allow combine package",
               "detail": {"package_id": str(entry.get("id", ""))}} for entry in call.body()["combinable_packages"]]
    return data({"packages": [], "errors": errors})


def _find(call, package_id):
    """Return ``(order, parcel or shipped package)`` of a package id."""
    if not package_id.isdigit():
        raise invalid("package_id is no number")
    order = find_by_number(call, ids.order_of_package(package_id))
    for known in (*order["parcels"], *order["packages"]):
        if (known.get("id") or known["reference"]) == package_id:
            return order, known
    raise ApiError(200, 21008001, f"package {package_id} does not exist")


def _known(by_id, number):
    if number not in by_id:
        raise ApiError(200, 21001002, f"the order has no open line item {number}")
    return by_id[number]


def _order_of_unit(call, numbers):
    if not numbers or not numbers[0].isdigit():
        raise invalid("order_line_item is missing")
    return find_by_number(call, (int(numbers[0]) // ids.UNITS - 10**13) // 100)


def _ship_by_seller(call, order, number, units, body):
    provider = PROVIDERS.get(body.get("shipping_provider_id"))
    if shipping_type(order) != "SELLER" or not provider or not body.get("tracking_number") or not units:
        raise invalid("tracking_number, shipping_provider_id or order_line_item_ids are not valid for this order")
    if any(unit.shipped for unit in units):
        raise ApiError(200, 21001003, "the line items were shipped before")
    order.setdefault("packed", {}).update({unit.id: number for unit in units})
    seller.confirm_shipment(call.world, order, {
        "reference": number, "carrier": provider, "service": "", "tracking": body["tracking_number"],
        "shipped_at": to_text(call.world.clock.now()), "items": items_of(units)})


def _pack(order, units):
    """Return the planned parcel of exactly these units, packed anew if need be."""
    wanted = sorted((item["line"], item["quantity"]) for item in items_of(units))
    for parcel in order["parcels"]:
        holds = sorted((item["line"], item["quantity"]) for item in parcel["items"])
        if parcel["status"] == "planned" and holds == wanted:
            break
    else:
        chosen = {unit.id for unit in units}
        rest = [unit for unit in units_of(order) if unit.id not in chosen and not unit.cancelled]
        parcels.replan(order, [items_of(group) for group in (units, rest) if group])
        parcel = order["parcels"][0]
    order.setdefault("packed", {}).update({unit.id: parcel["id"] for unit in units})
    return parcel


