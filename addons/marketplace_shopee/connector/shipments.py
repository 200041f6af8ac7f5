"""Arranging shipments: that is at once the booking of the carrier and the confirmation to Shopee.

Sources: documents ``v2.logistics.get_shipping_parameter``, ``v2.logistics.ship_order`` and
``v2.logistics.get_tracking_number``. An order is shipped by packages; each is arranged by itself, with a waybill of its
own, also where a parcel is several of them.
"""

from ...marketplace.contract import (
    ActionResult,
    Arrangement,
    InvalidPayload,
    RateLimited,
    Rejected,
    Unavailable,
    failed,
)
from .packages import GONE, READY, join_numbers, packages_of

# The carrier gives its tracking number some minutes after the booking.
_TRACKING_AFTER = 300.0


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
            packages = packages_of(api, shop_id, order_id, parcels)
        except (RateLimited, Unavailable, Rejected, InvalidPayload) as error:
            results |= {parcel.reference: failed(parcel, error, Arrangement) for parcel in parcels}
            continue
        for parcel in parcels:
            results[parcel.reference] = _arrange(api, parcel, packages.get(parcel.reference, ()), with_tracking)
    return [results[shipment.reference] for shipment in shipments]


def _arrange(api, parcel, packages, with_tracking):
    if not packages:
        message = "Shopee has no package with these units: pack as it has split the order, or undo the split there"
        return Arrangement(parcel.reference, False, message=message)
    number = join_numbers(package.external_id for package in packages)
    for package in packages:
        if package.status in GONE:
            message = f"the package {package.external_id} is {package.status}"
            return Arrangement(parcel.reference, False, number, message=message)
    try:
        for package in packages:
            if package.status in READY:
                _ship(api, parcel, package)
        trackings = [_tracking(api, parcel, package) for package in packages] if with_tracking else []
    except (RateLimited, Unavailable, Rejected, InvalidPayload) as error:
        return failed(parcel, error, Arrangement)
    return Arrangement(
        parcel.reference,
        True,
        number,
        join_numbers(trackings) if all(trackings) else "",
        ", ".join(dict.fromkeys(package.carrier for package in packages if package.carrier)),
        retry_after=None if all(trackings) else _TRACKING_AFTER,
    )


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
