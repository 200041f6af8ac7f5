"""Packing, and telling that a package is ready: booking the carrier, and confirming.

Sources: documents ``/order/shipment/providers/get``, ``/order/fulfill/pack`` and ``/order/package/rts``. Packing books
the carrier and gives package and tracking number; "ready to ship" hands the package over. Items of the seller's own
fleet (DBS) are packed without a provider.
"""

from dataclasses import dataclass
from functools import partial

from ...marketplace.contract import ActionResult, Arrangement, InvalidPayload, Rejected, Unavailable, each_alone
from .fields import Node
from .order_view import CANCELLED, HANDED_OVER, PACKABLE, SHIPPED, status_of
from .orders import fetch_items

_PACK_PATH, _READY_PATH = "/order/fulfill/pack", "/order/package/rts"
_PROVIDERS_PATH = "/order/shipment/providers/get"


@dataclass(frozen=True)
class _Packed:
    package_id: str
    tracking: str
    carrier: str
    handed_over: bool


def arrange_shipments(api, shipments):
    """Pack each shipment; one :class:`Arrangement` per shipment."""
    return each_alone(shipments, partial(_arrange, api), Arrangement)


def confirm_shipments(api, shipments):
    """Pack each shipment that is not packed yet, and tell that it is ready; one :class:`ActionResult` per shipment."""
    return each_alone(shipments, partial(_confirm, api))


def _arrange(api, shipment):
    packed = _packed(api, shipment)
    return Arrangement(shipment.reference, True, packed.package_id, packed.tracking, packed.carrier)


def _confirm(api, shipment):
    packed = _packed(api, shipment)
    if not packed.handed_over:
        request = {"packages": [{"package_id": packed.package_id}]}
        answer = api.post("order.rts", shipment.shop_id, _READY_PATH, {"readyToShipReq": request})
        for package in answer.node("result", required=True).node("data").nodes("packages", required=True):
            _check(package)
    return ActionResult(shipment.reference, True)


def _packed(api, shipment):
    """The package of a shipment, packed now unless it is packed already."""
    received = fetch_items(api, shipment.shop_id, shipment.order_id)
    if received is None:
        raise Rejected(f"the shop has no order {shipment.order_id}", "16")
    items = {item.ident("order_item_id", required=True): item for item in Node({"items": received}).nodes("items")}
    wanted = [line.order_line_id for line in shipment.lines if line.quantity]
    if unknown := [line_id for line_id in wanted if line_id not in items]:
        raise Rejected(f"the order has no item {unknown[0]}", "item")
    mine = [items[line_id] for line_id in wanted]
    if cancelled := [item for item in mine if status_of(item) in CANCELLED]:
        raise Rejected(f"the item {cancelled[0].ident('order_item_id')} is cancelled", "cancelled")
    packages = {item.text("package_id") for item in mine if status_of(item) not in PACKABLE}
    if not packages:
        return _pack(api, shipment, mine)
    if len(packages) > 1 or any(status_of(item) in PACKABLE for item in mine) or "" in packages:
        raise Rejected("the items are packed otherwise already: repack the order at Lazada", "packages")
    gone = all(status_of(item) in HANDED_OVER | SHIPPED for item in mine)
    first = mine[0]
    return _Packed(packages.pop(), first.text("tracking_code"), first.text("shipment_provider"), gone)


def _pack(api, shipment, items):
    """Not repeated by itself: after a time-out the status of the items is asked for first, at the next attempt."""
    numbers = [int(item.ident("order_item_id")) for item in items]
    order = {"order_id": int(shipment.order_id), "order_item_list": numbers}
    request = {"pack_order_list": [order], "delivery_type": "dropship", **_provider(api, shipment, order, items)}
    answer = api.post("order.pack", shipment.shop_id, _PACK_PATH, {"packReq": request})
    packed = [
        item
        for entry in answer.node("result", required=True).node("data").nodes("pack_order_list", required=True)
        for item in entry.nodes("order_item_list")
    ]
    for item in packed:
        _check(item)
    if not packed:
        raise InvalidPayload("result.data.pack_order_list", "the answer has no packed item")
    first = packed[0]
    package_id = first.text("package_id", required=True)
    return _Packed(package_id, first.text("tracking_number"), first.text("shipment_provider"), False)


def _provider(api, shipment, order, items):
    """Who carries: Lazada's choice for local sellers, a transfer warehouse to be named for cross-border ones."""
    request = {"orders": [{"order_id": order["order_id"], "order_item_ids": order["order_item_list"]}]}
    answer = api.get("order.providers", shipment.shop_id, _PROVIDERS_PATH, {"getShipmentProvidersReq": request})
    data = answer.node("result", required=True).node("data")
    chosen = {"shipping_allocate_type": data.text("shipping_allocate_type") or "TFS"}
    if data.count("platform_default") == 1 or all(item.flag("delivery_option_sof") for item in items):
        return chosen
    codes = [provider.text("provider_code") for provider in data.nodes("shipment_providers")]
    if not codes:
        raise Rejected("Lazada names no transfer warehouse for this order", "provider")
    wanted = shipment.carrier_code
    return {**chosen, "shipment_provider_code": wanted if wanted in codes else codes[0]}


def _check(entry):
    """Raise what an answer says about one item or package."""
    code = entry.ident("item_err_code")  # "0" is a success, and so is its absence
    if code in ("", "0"):
        return
    message = f"{code}: {entry.text('msg')}"
    raise Unavailable(message) if entry.flag("retry") else Rejected(message, code)
