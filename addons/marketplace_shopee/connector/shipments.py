"""Arranging shipments: that is at once the booking of the carrier and the confirmation to Shopee.

Sources: documents ``v2.logistics.get_shipping_parameter``, ``v2.logistics.ship_order``, ``v2.order.split_order`` and
``v2.logistics.get_tracking_number``. An order is shipped by packages. It has one, unless it is split before any of
them is arranged; then all its units must be in one of the new packages.
"""

from ...marketplace.contract import (
    ActionResult,
    Arrangement,
    InvalidPayload,
    RateLimited,
    Rejected,
    Unavailable,
)
from .order_view import item_of, parse_order
from .orders import fetch_payload

_RETRY_AFTER = 60.0
# The carrier gives its tracking number some minutes after the booking.
_TRACKING_AFTER = 300.0
#: Statuses of packages that are not arranged yet; one whose pickup failed is, and gets a new slot at Shopee.
_READY = frozenset({
    "", "LOGISTICS_NOT_START", "LOGISTICS_PENDING_ARRANGE", "LOGISTICS_READY",
})  # fmt: skip
_GONE = frozenset({"LOGISTICS_INVALID", "LOGISTICS_REQUEST_CANCELED", "LOGISTICS_COD_REJECTED"})


def confirm_shipments(api, shipments):
    """Arrange each shipment; one :class:`ActionResult` per shipment."""
    return [
        ActionResult(result.reference, result.accepted, result.message, None if result.accepted else result.retry_after)
        for result in _arrange_all(api, shipments, with_tracking=False)
    ]


def arrange_shipments(api, shipments):
    """Arrange each shipment and ask for its tracking number; one :class:`Arrangement` per shipment."""
    return _arrange_all(api, shipments, with_tracking=True)


def _arrange_all(api, shipments, with_tracking):
    by_order = {}
    for shipment in shipments:
        by_order.setdefault((shipment.shop_id, shipment.order_id), []).append(shipment)
    results = {}
    for (shop_id, order_id), parcels in by_order.items():
        try:
            packages = _packages_of(api, shop_id, order_id, parcels)
        except (RateLimited, Unavailable, Rejected, InvalidPayload) as error:
            results |= {parcel.reference: _failed(parcel, error) for parcel in parcels}
            continue
        for parcel in parcels:
            results[parcel.reference] = _arrange(api, parcel, packages.get(parcel.reference), with_tracking)
    return [results[shipment.reference] for shipment in shipments]


def _packages_of(api, shop_id, order_id, parcels):
    """``{reference: Package}``; an order that is not split accordingly yet is split."""
    order = _fetch(api, shop_id, order_id)
    found = match_packages(order, parcels)
    if len(found) < len(parcels) and _can_split(order):
        _split(api, order, parcels)
        found = match_packages(_fetch(api, shop_id, order_id), parcels)
    return found


def _fetch(api, shop_id, order_id):
    payload = fetch_payload(api, shop_id, order_id)
    if payload is None:
        raise Rejected(f"the shop has no order {order_id}", "error_not_found")
    return parse_order(payload)


def match_packages(order, parcels):
    """``{reference: Package}`` of the parcels that Shopee knows: by its number, else by content.

    Of packages with the same content one that is not arranged yet is taken first: Shopee keeps no reference of ours,
    and a parcel that is never arranged is worse than one that is arranged early.
    """
    free = sorted(order.packages, key=lambda package: package.status not in _READY)
    found = {}
    for parcel in parcels:
        content = _content(parcel)
        for package in free:
            named = parcel.package_id and package.external_id == parcel.package_id
            if named or (not parcel.package_id and package.quantities == content):
                found[parcel.reference] = package
                free.remove(package)
                break
    return found


def _content(parcel):
    content = {}
    for line in parcel.lines:
        content[line.order_line_id] = content.get(line.order_line_id, 0) + line.quantity
    return content


def _can_split(order):
    return len(order.packages) == 1 and order.packages[0].status in _READY


def _split(api, order, parcels):
    left = {line.external_id: line.quantity for line in order.lines if line.quantity}
    contents = []
    for parcel in parcels:
        content = _content(parcel)
        for line_id, units in content.items():
            left[line_id] = left.get(line_id, 0) - units
            if left[line_id] < 0:
                raise Rejected(f"more units of {line_id} than the order {order.external_id} has", "units")
        contents.append(content)
    rest = {line_id: units for line_id, units in left.items() if units}
    ordered = {line.external_id: line.quantity for line in order.lines}
    packages = [
        {"item_list": [_split_item(line_id, units, ordered) for line_id, units in content.items()]}
        for content in (*contents, rest)
        if content
    ]
    if len(packages) > 1:
        payload = {"order_sn": order.external_id, "package_list": packages}
        api.post("order.split", order.shop_id, "order/split_order", payload)


def _split_item(line_id, units, ordered):
    item_id, model_id, order_item_id, group = item_of(line_id)
    item = {
        "item_id": item_id,
        "model_id": model_id,
        "order_item_id": order_item_id or item_id,
        "promotion_group_id": group,
    }
    # Splitting the units of one model is for chosen sellers: the field is left out where it is not needed.
    return item if units == ordered[line_id] else {**item, "model_quantity": units}


def _arrange(api, parcel, package, with_tracking):
    if package is None:
        return Arrangement(parcel.reference, False, message="Shopee has no package with these units")
    if package.status in _GONE:
        return Arrangement(parcel.reference, False, package.external_id, message=f"the package is {package.status}")
    try:
        if package.status in _READY:
            _ship(api, parcel, package)
        tracking = _tracking(api, parcel, package) if with_tracking else ""
    except (RateLimited, Unavailable, Rejected, InvalidPayload) as error:
        return _failed(parcel, error)
    return Arrangement(
        parcel.reference,
        True,
        package.external_id,
        tracking,
        package.carrier,
        retry_after=None if tracking or not with_tracking else _TRACKING_AFTER,
    )


def _failed(parcel, error):
    wait = error.retry_after if isinstance(error, RateLimited) else _RETRY_AFTER
    final = isinstance(error, Rejected | InvalidPayload)
    return Arrangement(parcel.reference, False, message=str(error), retry_after=None if final else wait)


def _ship(api, parcel, package):
    """Not repeated by itself: after a time-out the status of the package is asked for first, at the next attempt."""
    query = {"order_sn": parcel.order_id, "package_number": package.external_id}
    parameter = api.get("logistics.parameter", parcel.shop_id, "logistics/get_shipping_parameter", query)
    method = shipping_method(parameter.node("response"), parcel, api.credentials.handover)
    payload = {"order_sn": parcel.order_id, "package_number": package.external_id, **method}
    api.post("logistics.ship", parcel.shop_id, "logistics/ship_order", payload)


def shipping_method(parameter, parcel, handover):
    """How a package is handed over, of the ways that Shopee offers for it, with what it asks for.

    :param str handover: ``pickup`` or ``dropoff``, whichever the seller prefers where both are offered
    """
    needed = parameter.node("info_needed")
    offers = {name: _names(needed, name) for name in ("non_integrated", "pickup", "dropoff") if name in needed}
    if "non_integrated" in offers:
        return {"non_integrated": {"tracking_number": parcel.tracking} if parcel.tracking else {}}
    if "dropoff" in offers and (handover == "dropoff" or "pickup" not in offers):
        return {"dropoff": _dropoff(parameter.node("dropoff"), offers["dropoff"], parcel)}
    if "pickup" in offers:
        return {"pickup": _pickup(parameter.node("pickup"), offers["pickup"], parcel)}
    raise Rejected("Shopee offers no way to ship this package", "info_needed")


def _names(needed, key):
    value = needed.data[key]
    if not isinstance(value, list):
        raise InvalidPayload(needed.where(key), "an array was expected")
    return value


def _dropoff(offered, names, parcel):
    values = {}
    if "branch_id" in names:
        branches = [branch.ident("branch_id", required=True) for branch in offered.nodes("branch_list")]
        if not branches:
            raise Rejected("Shopee names no branch for the drop-off", "branch_id")
        values["branch_id"] = int(branches[0])
    slugs = [slug.text("slug") for slug in offered.nodes("slug_list")]
    if slugs:
        values["slug"] = slugs[0]
    if "sender_real_name" in names:
        if not parcel.ship_from or not parcel.ship_from.name:
            raise Rejected("the drop-off needs the name of the sender", "sender_real_name")
        values["sender_real_name"] = parcel.ship_from.name
    return values | _own_tracking(names, parcel)


def _pickup(offered, names, parcel):
    if "address_id" not in names:
        return _own_tracking(names, parcel)
    addresses = offered.nodes("address_list")
    if not addresses:
        raise Rejected("Shopee has no pickup address of the shop", "address_id")
    flagged = [node for node in addresses if "pickup_address" in (node.data.get("address_flag") or ())]
    address = (flagged or addresses)[0]
    values = {"address_id": int(address.ident("address_id", required=True))}
    slots = address.nodes("time_slot_list")
    if slots:
        recommended = [node for node in slots if "recommended" in (node.data.get("flags") or ())]
        values["pickup_time_id"] = (recommended or slots)[0].ident("pickup_time_id", required=True)
    return values | _own_tracking(names, parcel)


def _own_tracking(names, parcel):
    """The carrier's number, where Shopee asks for it; it is ``tracking_no`` there and ``tracking_number`` here."""
    if not {"tracking_no", "tracking_number"} & set(names):
        return {}
    if not parcel.tracking:
        raise Rejected("Shopee asks for the tracking number of the carrier", "tracking_no")
    return {"tracking_number": parcel.tracking}


def _tracking(api, parcel, package):
    query = {"order_sn": parcel.order_id, "package_number": package.external_id}
    answer = api.get("logistics.tracking", parcel.shop_id, "logistics/get_tracking_number", query)
    return answer.node("response").text("tracking_number")
