"""Fulfillment Inbound v2024-03-20: every step of sending goods to Amazon as a verb. What Amazon does by itself returns
the id of its operation. Box labels and received units still come from v0, which has no successor for them."""

from urllib.parse import quote

from ...marketplace_amazon.connector.fields import Node
from . import inbound_wire as wire

_ROOT = "/inbound/fba/2024-03-20"
_PLANS = f"{_ROOT}/inboundPlans"
_V0 = "/fba/inbound/v0/shipments"
_PAGE = 30
_LABEL_PAGE = 1000


class Inbound:
    """One seller's goods on their way to Amazon.

    :param SellingPartnerApi api: made with ``exact=True``, so that amounts keep their digits
    """

    def __init__(self, api):
        self._api = api

    # === PLANS === #

    def find_plan(self, name):
        """Id of the active plan of that name, the newest of several; empty if there is none."""
        query = {"status": "ACTIVE", "sortBy": "CREATION_TIME", "sortOrder": "DESC"}
        for plan in self._list("listInboundPlans", _PLANS, "inboundPlans", query):
            if plan.text("name") == name:
                return plan.text("inboundPlanId", required=True)
        return ""

    def create_plan(self, order):
        """``(plan id, operation id)`` of a new plan for an :class:`InboundOrder`."""
        answer = self._send("createInboundPlan", "POST", _PLANS, wire.plan_body(order))
        return answer.text("inboundPlanId", required=True), answer.text("operationId", required=True)

    def fetch_plan(self, plan_id):
        """:class:`InboundPlan`."""
        return wire.read_plan(self._api.get("inbound.getInboundPlan", _plan(plan_id)))

    def cancel_plan(self, plan_id):
        """Operation id."""
        return self._start("cancelInboundPlan", f"{_plan(plan_id)}/cancellation", method="PUT")

    def fetch_operation(self, operation_id):
        """:class:`Operation`."""
        path = f"{_ROOT}/operations/{_part(operation_id)}"
        return wire.read_operation(self._api.get("inbound.getInboundOperationStatus", path))

    # === PACKING === #

    def generate_packing_options(self, plan_id):
        """Operation id."""
        return self._start("generatePackingOptions", f"{_plan(plan_id)}/packingOptions")

    def list_packing_options(self, plan_id):
        """List of :class:`PackingOption`."""
        found = self._list("listPackingOptions", f"{_plan(plan_id)}/packingOptions", "packingOptions", size=20)
        return [wire.read_packing(option) for option in found]

    def confirm_packing_option(self, plan_id, option_id):
        """Operation id."""
        path = f"{_plan(plan_id)}/packingOptions/{_part(option_id)}/confirmation"
        return self._start("confirmPackingOption", path)

    def list_group_items(self, plan_id, group_id):
        """What belongs in a packing group, as list of :class:`InboundItem`."""
        path = f"{_plan(plan_id)}/packingGroups/{_part(group_id)}/items"
        return [wire.read_item(item) for item in self._list("listPackingGroupItems", path, "items")]

    def count_group_boxes(self, plan_id, group_id):
        """Number of entries of boxes that Amazon knows of a packing group."""
        path = f"{_plan(plan_id)}/packingGroups/{_part(group_id)}/boxes"
        return len(self._list("listPackingGroupBoxes", path, "boxes"))

    def set_packing(self, plan_id, group_boxes):
        """Operation id.

        :param dict group_boxes: ``{packing group: list of InboundBox}``, all groups of the plan
        """
        body = wire.packing_body(group_boxes)
        return self._start("setPackingInformation", f"{_plan(plan_id)}/packingInformation", body)

    # === PLACEMENT === #

    def generate_placement_options(self, plan_id):
        """Operation id."""
        return self._start("generatePlacementOptions", f"{_plan(plan_id)}/placementOptions", {})

    def list_placement_options(self, plan_id):
        """List of :class:`PlacementOption` with their fees."""
        found = self._list("listPlacementOptions", f"{_plan(plan_id)}/placementOptions", "placementOptions", size=20)
        return [wire.read_placement(option) for option in found]

    def confirm_placement_option(self, plan_id, option_id):
        """Operation id. From here on the fees are owed."""
        path = f"{_plan(plan_id)}/placementOptions/{_part(option_id)}/confirmation"
        return self._start("confirmPlacementOption", path)

    # === TRANSPORT === #

    def generate_transport_options(self, plan_id, order, placement_id, shipment_ids):
        """Operation id."""
        body = wire.transport_body(order, placement_id, shipment_ids)
        return self._start("generateTransportationOptions", f"{_plan(plan_id)}/transportationOptions", body)

    def list_transport_options(self, plan_id, shipment_id):
        """List of :class:`TransportOption` of a shipment."""
        path = f"{_plan(plan_id)}/transportationOptions"
        query = {"shipmentId": shipment_id}
        found = self._list("listTransportationOptions", path, "transportationOptions", query, size=20)
        return [wire.read_transport(option) for option in found]

    def confirm_transport_options(self, plan_id, order, choices):
        """Operation id.

        :param dict choices: ``{shipment: transportation option}`` of all shipments
        """
        path = f"{_plan(plan_id)}/transportationOptions/confirmation"
        return self._start("confirmTransportationOptions", path, wire.selection_body(order, choices))

    def generate_delivery_windows(self, plan_id, shipment_id):
        """Operation id."""
        return self._start("generateDeliveryWindowOptions", f"{_shipment(plan_id, shipment_id)}/deliveryWindowOptions")

    def list_delivery_windows(self, plan_id, shipment_id):
        """List of :class:`DeliveryWindow` that are not blocked, earliest first."""
        path = f"{_shipment(plan_id, shipment_id)}/deliveryWindowOptions"
        found = self._list("listDeliveryWindowOptions", path, "deliveryWindowOptions", size=100)
        windows = [wire.read_window(option) for option in found]
        open_windows = [window for window in windows if window.availability != "BLOCKED"]
        return sorted(open_windows, key=lambda window: window.starts_at)

    def confirm_delivery_window(self, plan_id, shipment_id, option_id):
        """Operation id."""
        path = f"{_shipment(plan_id, shipment_id)}/deliveryWindowOptions/{_part(option_id)}/confirmation"
        return self._start("confirmDeliveryWindowOptions", path)

    # === SHIPMENTS === #

    def fetch_shipment(self, plan_id, shipment_id):
        """:class:`InboundShipment`."""
        return wire.read_shipment(self._api.get("inbound.getShipment", _shipment(plan_id, shipment_id)))

    def list_shipment_items(self, plan_id, shipment_id):
        """What a shipment holds, as list of :class:`InboundItem`."""
        path = f"{_shipment(plan_id, shipment_id)}/items"
        return [wire.read_item(item) for item in self._list("listShipmentItems", path, "items")]

    def list_boxes(self, plan_id, shipment_id):
        """A shipment's boxes with Amazon's numbers, as list of :class:`InboundBox`."""
        boxes = self._list("listShipmentBoxes", f"{_shipment(plan_id, shipment_id)}/boxes", "boxes")
        return [wire.read_box(box) for box in boxes]

    def list_box_ids(self, plan_id, shipment_id):
        """Amazon's numbers of a shipment's boxes."""
        return [box.box_id for box in self.list_boxes(plan_id, shipment_id)]

    def set_tracking(self, plan_id, shipment_id, tracking=None, freight_bills=(), bill_of_lading=""):
        """Tell Amazon the carrier's numbers; does nothing if it has them already.

        :param dict tracking: ``{box: tracking number}`` of small parcels
        :param freight_bills: numbers (PRO) of freight
        :return: operation id, empty if there was nothing to tell
        """
        known = self.fetch_shipment(plan_id, shipment_id)
        stated = dict(tracking or {}), tuple(freight_bills), bill_of_lading
        if stated == (known.tracking, known.freight_bills, known.bill_of_lading):
            return ""
        path = f"{_shipment(plan_id, shipment_id)}/trackingDetails"
        return self._start("updateShipmentTrackingDetails", path, wire.tracking_body(*stated), method="PUT")

    def fetch_received(self, confirmation_id, marketplace_id):
        """What arrived of a shipment: ``{MSKU: (units sent, units received)}``."""
        path = f"{_V0}/{_part(confirmation_id)}/items"
        query = {"MarketplaceId": marketplace_id}
        answer = Node(self._api.get("inboundV0.getShipmentItemsByShipmentId", path, query)).node("payload", True)
        return {
            item.text("SellerSKU", required=True): (
                item.count("QuantityShipped", required=True),
                item.count("QuantityReceived") or 0,
            )
            for item in answer.nodes("ItemData")
        }

    # === LABELS === #

    def fetch_box_labels(self, confirmation_id, page_type="PackageLabel_Thermal_NonPCP"):
        """Labels of all boxes of a shipment (PDF, bytes).

        :param str confirmation_id: ``FBA…``
        """
        query = {"PageType": page_type, "LabelType": "UNIQUE", "PageSize": _LABEL_PAGE, "PageStartIndex": 0}
        path = f"{_V0}/{_part(confirmation_id)}/labels"
        answer = Node(self._api.get("inboundV0.getLabels", path, query)).node("payload", True)
        url = answer.text("DownloadURL", required=True)
        return self._api.client.download("inboundV0.getLabels.download", url).content

    def fetch_item_labels(self, marketplace_id, units, page_type="A4_24", locale="en_US"):
        """FNSKU labels (PDF, bytes), one file each of Amazon's documents.

        :param dict units: ``{MSKU: number of labels}``, at most 100
        """
        body = {
            "marketplaceId": marketplace_id,
            "mskuQuantities": [{"msku": msku, "quantity": count} for msku, count in units.items()],
            "labelType": "STANDARD_FORMAT",
            "pageType": page_type,
            "localeCode": locale,
        }
        answer = self._send("createMarketplaceItemLabels", "POST", f"{_ROOT}/items/labels", body, idempotent=True)
        urls = [document.text("uri", required=True) for document in answer.nodes("documentDownloads", required=True)]
        operation = "inbound.createMarketplaceItemLabels.download"
        return [self._api.client.download(operation, url).content for url in urls]

    def _start(self, operation, path, body=None, method="POST"):
        return self._send(operation, method, path, body).text("operationId", required=True)

    def _send(self, operation, method, path, body, idempotent=False):
        # Not even PUT is repeated blindly here: each call starts an operation of its own.
        return Node(self._api.send(f"inbound.{operation}", method, path, body, idempotent=idempotent))

    def _list(self, operation, path, key, query=None, size=_PAGE):
        """Entries of all pages."""
        entries, token = [], ""
        while True:
            page = {**(query or {}), "pageSize": size, "paginationToken": token}
            answer = Node(self._api.get(f"inbound.{operation}", path, page))
            entries += answer.nodes(key)
            token = answer.node("pagination").text("nextToken")
            if not token:
                return entries


def _part(key):
    return quote(key, safe="")


def _plan(plan_id):
    return f"{_PLANS}/{_part(plan_id)}"


def _shipment(plan_id, shipment_id):
    return f"{_plan(plan_id)}/shipments/{_part(shipment_id)}"
