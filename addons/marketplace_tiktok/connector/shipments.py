"""Confirmation of parcels that the seller ships by himself. Source: TikTok Shop's documents "Ship Package", "Mark
Package As Shipped" and "Get Shipping Providers".
"""

import re

from ...marketplace.contract import ActionResult, Rejected, each
from .packages import Parcel

_PLAIN = re.compile(r"[\W_]+")
_OTHER = ("others", "other")


def confirm_shipments(api, shipments):
    """Confirm each shipment; one :class:`ActionResult` each.

    TikTok is asked before anything is sent: a parcel that it knows by its tracking number is done.
    """
    providers = {}
    return each(shipments, lambda shipment: _confirm(api, shipment, providers))


def _confirm(api, shipment, providers):
    parcel = Parcel(api, shipment)
    if all(item.text("tracking_number") == shipment.tracking for item in parcel.items) and shipment.tracking:
        return ActionResult(shipment.reference, True, "already confirmed")
    if parcel.by_tiktok:
        return _confirm_by_tiktok(parcel)
    if not shipment.tracking:
        raise Rejected("TikTok Shop takes no parcel without a tracking number", "NoTracking")
    if len(parcel.open_items) < len(parcel.items):
        raise Rejected("units of this parcel were already shipped under another tracking number", "Shipped")
    provider = _provider(api, parcel, providers)
    self_shipment = {"tracking_number": shipment.tracking, "shipping_provider_id": provider}
    package_id = parcel.own_package()
    if package_id:
        payload = {"self_shipment": self_shipment}
        api.call("packages.ship", shipment.shop_id, payload=payload, package_id=package_id)
        return ActionResult(shipment.reference, True)
    units = [item.text("id") for item in parcel.items]
    payload = {"order_line_item_ids": units, **self_shipment}
    answer = api.call("packages.mark_shipped", shipment.shop_id, payload=payload, order_id=shipment.order_id)
    return ActionResult(shipment.reference, True, answer.node("warning").text("message"))


def _confirm_by_tiktok(parcel):
    """TikTok's carrier says itself when it has the parcel; there is nothing to tell but to have booked it."""
    if parcel.open_items:
        raise Rejected("TikTok Shop ships this order: book the parcel and print its label first", "NotArranged")
    return ActionResult(parcel.shipment.reference, True, "TikTok Shop ships this parcel")


def _provider(api, parcel, known):
    """TikTok's id of the carrier: the code itself if it is one, else by name, else its "Others".

    :param dict known: ``{delivery option: {plain name: id}}`` of this call
    """
    shipment = parcel.shipment
    if shipment.carrier_code.isdecimal():
        return shipment.carrier_code
    option = parcel.order.text("delivery_option_id", required=True)
    if option not in known:
        answer = api.call("logistics.providers", shipment.shop_id, delivery_option_id=option)
        known[option] = {
            _plain(provider.text("name")): provider.text("id", required=True)
            for provider in answer.nodes("shipping_providers")
        }
    names = known[option]
    for name in (_plain(shipment.carrier_code), _plain(shipment.carrier_name), *_OTHER):
        if name and name in names:
            return names[name]
    raise Rejected(
        f"TikTok Shop knows no carrier {shipment.carrier_name or shipment.carrier_code!r} here, but {sorted(names)}",
        "NoSuchCarrier",
    )


def _plain(name):
    return _PLAIN.sub("", name).lower()
