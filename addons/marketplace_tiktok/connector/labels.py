"""Parcels with TikTok's carriers: booking and waybills. Source: TikTok Shop's documents "Ship Package", "Create
Packages" (202512), "Get Package Handover Time Slots", "Get Package Detail" and "Get Package Shipping Document".
"""

import re

from ...marketplace.contract import Arrangement, Label, NotReady, Rejected, each
from .packages import Parcel

# TikTok gives the tracking number and prints the waybill some seconds after the booking.
_RETRY_AFTER = 15.0
_PRINTING = re.compile(r"generat|not ready|being processed|try again", re.IGNORECASE)
_WHOLE_ORDER, _PART_OF_ORDER = "1", "2"


def arrange_shipments(api, shipments):
    """Book each parcel; one :class:`Arrangement` each. A parcel that is booked is not booked again."""
    return each(shipments, lambda shipment: _arrange(api, shipment), Arrangement)


def fetch_labels(api, parcels):
    """Waybills as list of :class:`Label`.

    :raise NotReady: TikTok is still printing one of them
    """
    labels = []
    for parcel in parcels:
        query = {"document_type": "SHIPPING_LABEL", "document_size": "A6"}
        try:
            answer = api.call("packages.documents", parcel.shop_id, query, package_id=parcel.package_id)
        except Rejected as error:
            if _PRINTING.search(error.reason):
                raise NotReady({}, _RETRY_AFTER) from None
            continue  # refused: missing from the labels, as the contract says
        url = answer.text("doc_url")
        if not url:
            raise NotReady({}, _RETRY_AFTER)
        document = api.client.download("packages.label", url)
        content_type = document.content_type.partition(";")[0].strip() or "application/pdf"
        labels.append(Label(parcel.reference, document.content, content_type))
    return labels


def _arrange(api, shipment):
    parcel = Parcel(api, shipment)
    if not parcel.by_tiktok:
        raise Rejected("the seller ships this order: TikTok Shop books no carrier for it", "SellerShipping")
    if not parcel.open_items:
        package_id = parcel.package_id()
    elif len(parcel.open_items) < len(parcel.items):
        raise Rejected("units of this parcel were already booked in another one", "Booked")
    else:
        package_id = parcel.own_package()
        if package_id:
            _ship(api, shipment.shop_id, package_id)
        else:
            package_id = _create(api, parcel)
    return _describe(api, shipment, package_id)


def _ship(api, shop_id, package_id):
    """Hand over as the account says; when nobody comes to fetch it, it has to be brought."""
    payload = {"handover_method": api.credentials.handover}
    if api.credentials.handover == "PICKUP":
        slots = api.call("packages.slots", shop_id, package_id=package_id)
        free = [slot for slot in slots.nodes("pickup_slots") if slot.flag("avaliable") or slot.flag("available")]
        if slots.flag("can_pickup") and free:
            payload["pickup_slot"] = {key: free[0].count(key, required=True) for key in ("start_time", "end_time")}
        else:
            payload["handover_method"] = "DROP_OFF"
    api.call("packages.ship", shop_id, payload=payload, package_id=package_id)


def _create(api, parcel):
    """Make the package of a market that has none before shipping, with TikTok's default service."""
    shipment = parcel.shipment
    units = [item.text("id") for item in parcel.items]
    if len(units) == len(parcel.order.nodes("line_items")):
        payload = {"ship_type": _WHOLE_ORDER, "order_id": shipment.order_id}
    else:
        payload = {"ship_type": _PART_OF_ORDER, "order_line_item": [{"order_line_id": unit} for unit in units]}
    answer = api.call("packages.create", shipment.shop_id, payload=payload)
    return answer.text("package_id", required=True)


def _describe(api, shipment, package_id):
    detail = api.call("packages.detail", shipment.shop_id, package_id=package_id)
    tracking = detail.text("tracking_number")
    return Arrangement(
        shipment.reference,
        True,
        package_id=package_id,
        tracking=tracking,
        carrier_name=detail.text("shipping_provider_name"),
        retry_after=None if tracking else _RETRY_AFTER,
    )
