"""What of Fulfillment Inbound v0 has no successor (model ``fulfillmentInboundV0.json``): box labels, received units."""

from ..http import ApiError, Operation, bad_input
from . import inbound, inbound_view

PATH = "/fba/inbound/v0/shipments/{shipmentId}"


def get_labels(call):
    """Return a link to the labels of a shipment's boxes."""
    _find(call)
    for name in ("PageType", "LabelType"):
        if not call.text(name):
            raise bad_input(f"{name} is required.")
    return {"payload": {"DownloadURL": inbound_view.pdf(call, "box labels")}}


def get_shipment_items(call):
    """Return what was sent and what was received."""
    plan, shipment = _find(call)
    items = inbound.units_of(plan, shipment)
    return {"payload": {"ItemData": [
        {"ShipmentId": shipment["number"], "SellerSKU": msku, "QuantityShipped": units,
         "FulfillmentNetworkSKU": call.world.listing(call.region, msku)["fnsku"],
         "QuantityReceived": shipment["received"].get(msku, 0)} for msku, units in items.items()]}}


def _find(call):
    for plan in call.store.documents(inbound.PLAN, call.region):
        for shipment in plan["shipments"].values():
            if shipment["number"] == call.path["shipmentId"]:
                return plan, shipment
    raise ApiError(404, "NotFound", "The shipment was not found.")


OPERATIONS = (
    Operation("getLabels", "GET", f"{PATH}/labels", get_labels, 2.0, 30),
    Operation("getShipmentItemsByShipmentId", "GET", f"{PATH}/items", get_shipment_items, 2.0, 30),
)
