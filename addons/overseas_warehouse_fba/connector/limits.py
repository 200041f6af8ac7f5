"""Rate limits of the operations of this package, from Amazon's API models."""

from ...marketplace.transport import Limit
from ...marketplace_amazon.connector.limits import LIMITS as SHARED

_FEW, _SOME, _MANY = Limit(2, 2), Limit(2, 6), Limit(2, 30)
_INBOUND = {
    _FEW: (
        "createInboundPlan",
        "cancelInboundPlan",
        "setPackingInformation",
        "generatePackingOptions",
        "confirmPackingOption",
        "generatePlacementOptions",
        "confirmPlacementOption",
        "updateShipmentTrackingDetails",
        "generateTransportationOptions",
        "confirmTransportationOptions",
    ),
    _SOME: (
        "listInboundPlans",
        "getInboundPlan",
        "listPackingOptions",
        "listPlacementOptions",
        "getShipment",
        "listTransportationOptions",
        "getInboundOperationStatus",
    ),
    _MANY: (
        "listPackingGroupBoxes",
        "listPackingGroupItems",
        "listShipmentBoxes",
        "listShipmentItems",
        "listDeliveryWindowOptions",
        "generateDeliveryWindowOptions",
        "confirmDeliveryWindowOptions",
        "createMarketplaceItemLabels",
    ),
}
_OUTBOUND = (
    "getFulfillmentPreview",
    "createFulfillmentOrder",
    "getFulfillmentOrder",
    "cancelFulfillmentOrder",
    "getPackageTrackingDetails",
)
LIMITS = {
    **SHARED,
    **{f"inbound.{name}": limit for limit, names in _INBOUND.items() for name in names},
    "inboundV0.getLabels": _MANY,
    "inboundV0.getShipmentItemsByShipmentId": _MANY,
    **{f"outbound.{name}": _MANY for name in _OUTBOUND},
}
