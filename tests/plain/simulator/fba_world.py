"""One of everything of FBA in a simulator: good requests to each operation, in an order in which all succeed."""

ROOT = "/inbound/fba/2024-03-20"
V0 = "/fba/inbound/v0/shipments"
MCF = "/fba/outbound/2020-07-01"
ADDRESS = {"name": "Ann", "addressLine1": "1 High St", "city": "Leeds", "postalCode": "LS1 1AA", "countryCode": "GB"}
SIZE = {"unitOfMeasurement": "CM", "length": 40, "width": 30, "height": 20}


def requests(api, market):
    """Return ``{operation name: (path, query, body)}``."""
    sku = next(entry["sku"] for entry in api.control("catalogue")["eu"] if entry["channel"] == "marketplace")
    item = {"msku": sku, "quantity": 3, "labelOwner": "SELLER", "prepOwner": "SELLER"}
    plan_body = {"name": "WH/OUT/1", "sourceAddress": {**ADDRESS, "phoneNumber": "1"}, "items": [item],
                 "destinationMarketplaces": [market]}
    made = api.call("POST", f"{ROOT}/inboundPlans", body=plan_body).get_json()
    spare = api.call("POST", f"{ROOT}/inboundPlans", body=plan_body).get_json()
    plan = f"{ROOT}/inboundPlans/{made['inboundPlanId']}"
    packing = _offer(api, f"{plan}/packingOptions", "packingOptions")
    box = {"contentInformationSource": "BOX_CONTENT_PROVIDED", "quantity": 1, "dimensions": SIZE, "items": [item],
           "weight": {"unit": "KG", "value": 5.5}}
    boxes = {"packageGroupings": [{"packingGroupId": packing["packingGroups"][0], "boxes": [box]}]}
    _do(api, "POST", f"{plan}/packingInformation", boxes)
    placement = _offer(api, f"{plan}/placementOptions", "placementOptions", {})
    place = f"{plan}/placementOptions/{placement['placementOptionId']}/confirmation"
    _do(api, "POST", place)
    key = placement["shipmentIds"][0]
    shipment = f"{plan}/shipments/{key}"
    ready = {"shipmentId": key, "readyToShipWindow": {"start": api.ago(seconds=0)}}
    transport_body = {"placementOptionId": placement["placementOptionId"],
                      "shipmentTransportationConfigurations": [ready]}
    transport = _offer(api, f"{plan}/transportationOptions", "transportationOptions", transport_body, shipmentId=key)
    window = _offer(api, f"{shipment}/deliveryWindowOptions", "deliveryWindowOptions")
    number = api.get(shipment)["shipmentConfirmationId"]
    selection = {"shipmentId": key, "transportationOptionId": transport["transportationOptionId"]}
    tracking = {"spdTrackingDetail": {"spdTrackingItems": [{"boxId": f"{number}U000001", "trackingId": "1Z"}]}}
    group = f"{plan}/packingGroups/{packing['packingGroups'][0]}"
    return {
        "createInboundPlan": (f"{ROOT}/inboundPlans", {}, plan_body),
        "listInboundPlans": (f"{ROOT}/inboundPlans", {"status": "ACTIVE"}, None),
        "getInboundPlan": (plan, {}, None),
        "cancelInboundPlan": (f"{ROOT}/inboundPlans/{spare['inboundPlanId']}/cancellation", {}, None),
        "getInboundOperationStatus": (f"{ROOT}/operations/{made['operationId']}", {}, None),
        "generatePackingOptions": (f"{plan}/packingOptions", {}, None),
        "listPackingOptions": (f"{plan}/packingOptions", {}, None),
        "confirmPackingOption": (f"{plan}/packingOptions/{packing['packingOptionId']}/confirmation", {}, None),
        "listPackingGroupItems": (f"{group}/items", {}, None),
        "listPackingGroupBoxes": (f"{group}/boxes", {}, None),
        "setPackingInformation": (f"{plan}/packingInformation", {}, boxes),
        "generatePlacementOptions": (f"{plan}/placementOptions", {}, {}),
        "listPlacementOptions": (f"{plan}/placementOptions", {}, None),
        "confirmPlacementOption": (place, {}, None),
        "generateTransportationOptions": (f"{plan}/transportationOptions", {}, transport_body),
        "listTransportationOptions": (f"{plan}/transportationOptions", {"shipmentId": key}, None),
        "generateDeliveryWindowOptions": (f"{shipment}/deliveryWindowOptions", {}, None),
        "listDeliveryWindowOptions": (f"{shipment}/deliveryWindowOptions", {}, None),
        "confirmDeliveryWindowOptions": (
            f"{shipment}/deliveryWindowOptions/{window['deliveryWindowOptionId']}/confirmation", {}, None),
        "confirmTransportationOptions": (f"{plan}/transportationOptions/confirmation", {}, {
            "transportationSelections": [selection]}),
        "getShipment": (shipment, {}, None),
        "listShipmentItems": (f"{shipment}/items", {}, None),
        "listShipmentBoxes": (f"{shipment}/boxes", {}, None),
        "updateShipmentTrackingDetails": (f"{shipment}/trackingDetails", {}, {"trackingDetails": tracking}),
        "createMarketplaceItemLabels": (f"{ROOT}/items/labels", {}, {
            "marketplaceId": market, "mskuQuantities": [{"msku": sku, "quantity": 1}], "labelType": "STANDARD_FORMAT"}),
        "getLabels": (f"{V0}/{number}/labels", {"PageType": "PackageLabel_A4_2", "LabelType": "UNIQUE"}, None),
        "getShipmentItemsByShipmentId": (f"{V0}/{number}/items", {"MarketplaceId": market}, None),
        "listTransactions": ("/finances/2024-06-19/transactions", {"postedAfter": api.ago(hours=24)}, None),
        **_orders(api, market, sku),
    }


def _orders(api, market, sku):
    lines = [{"sellerSku": sku, "quantity": 1, "sellerFulfillmentOrderItemId": "1"}]
    order = {"marketplaceId": market, "displayableOrderId": "S1", "displayableOrderDate": api.ago(hours=1),
             "displayableOrderComment": "Thank you", "shippingSpeedCategory": "Standard",
             "destinationAddress": ADDRESS, "items": lines}
    for reference in ("SHIPPED", "OPEN"):
        body = {**order, "sellerFulfillmentOrderId": reference}
        api.call("POST", f"{MCF}/fulfillmentOrders", body=body)
        if reference == "SHIPPED":
            api.clock.pass_time(7200)
    shipped = api.get(f"{MCF}/fulfillmentOrders/SHIPPED")["payload"]["fulfillmentShipments"][0]
    number = shipped["fulfillmentShipmentPackage"][0]["packageNumber"]
    return {
        "getFulfillmentPreview": (f"{MCF}/fulfillmentOrders/preview", {}, {
            "marketplaceId": market, "address": ADDRESS, "items": lines}),
        "createFulfillmentOrder": (f"{MCF}/fulfillmentOrders", {}, {**order, "sellerFulfillmentOrderId": "NEW"}),
        "getFulfillmentOrder": (f"{MCF}/fulfillmentOrders/OPEN", {}, None),
        "cancelFulfillmentOrder": (f"{MCF}/fulfillmentOrders/OPEN/cancel", {}, None),
        "getPackageTrackingDetails": (f"{MCF}/tracking", {"packageNumber": str(number)}, None),
    }


def _do(api, method, path, body=None):
    answer = api.call(method, path, body=body)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    api.clock.pass_time(30)


def _offer(api, path, name, body=None, **query):
    """Have options generated and return the first."""
    _do(api, "POST", path, body)
    return api.get(path, **query)[name][0]
