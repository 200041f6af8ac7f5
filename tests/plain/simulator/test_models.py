"""Every operation answers as the official models define it, for success and for errors, faults included."""

import re

import pytest

from addons.marketplace_simulator.server.spapi import accounts
from addons.marketplace_simulator.server.spapi.site import OPERATIONS
from tests.plain.spec_models import SpecMismatch, SpecModel, shared_specs

from .api import DE, Api, model
from .fba_world import requests

pytestmark = pytest.mark.skipif(shared_specs() is None, reason="no ../shared/specs beside the checkout")

SELLER = "A1TRAININGEU"
ARN = "arn:aws:sqs:eu-west-1:444455556666:crossborder-eu"


@pytest.fixture
def world(api):
    """Good requests to a simulator with one of everything."""
    return good_requests(api)


@pytest.fixture(scope="module")
def untouched():
    """``(simulator, good requests)`` for calls that fail before they have an effect."""
    api = Api(orders=60)
    return api, good_requests(api)


def good_requests(api):
    """Make one of everything; returns ``{operation name: (path, query, body)}``."""
    fba = requests(api, accounts.marketplace_id("GB"))
    availability = [{"fulfillment_channel_code": "DEFAULT", "quantity": 5}]
    patch = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": availability}
    listing = next(entry for entry in api.control("catalogue")["eu"] if entry["channel"] == "merchant")
    order = api.order(api.place(marketplace="DE", kinds=["gift"])[0])
    document = api.call("POST", "/feeds/2021-06-30/documents", body={"contentType": "application/json"}).get_json()
    feed_body = {"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [DE],
                 "inputFeedDocumentId": document["feedDocumentId"]}
    report_body = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [DE]}
    feed, waiting_feed, report, waiting_report = (
        api.call("POST", path, body=body).get_json()[key] for path, body, key in (
            ("/feeds/2021-06-30/feeds", feed_body, "feedId"), ("/feeds/2021-06-30/feeds", feed_body, "feedId"),
            ("/reports/2021-06-30/reports", report_body, "reportId"),
            ("/reports/2021-06-30/reports", report_body, "reportId")))
    destination = api.call("POST", "/notifications/v1/destinations", region=None, body={
        "name": "first", "resourceSpecification": {"sqs": {"arn": ARN}}}).get_json()["payload"]["destinationId"]
    subscription_body = {"payloadVersion": "1.0", "destinationId": destination}
    orders, order_path = "/orders/2026-01-01/orders", f"/orders/v0/orders/{order['orderId']}"
    items = f"/listings/2021-08-01/items/{SELLER}"
    subscription = "/notifications/v1/subscriptions/ORDER_CHANGE"
    shipment = {"marketplaceId": DE, "packageDetail": {
        "packageReferenceId": "1", "carrierCode": "DHL", "trackingNumber": "JJD1", "shipDate": api.ago(seconds=0),
        "orderItems": [{"orderItemId": item["orderItemId"], "quantity": 1} for item in order["orderItems"]]}}
    return {
        **fba,
        "getMarketplaceParticipations": ("/sellers/v1/marketplaceParticipations", {}, None),
        "searchOrders": (orders, {"lastUpdatedAfter": api.ago(days=3)}, None),
        "getOrder": (f"{orders}/{order['orderId']}", {}, None),
        "getOrders": ("/orders/v0/orders", {"MarketplaceIds": DE, "CreatedAfter": api.ago(days=3)}, None),
        "v0.getOrder": (order_path, {}, None), "getOrderItems": (f"{order_path}/orderItems", {}, None),
        "getOrderBuyerInfo": (f"{order_path}/buyerInfo", {}, None),
        "getOrderAddress": (f"{order_path}/address", {}, None),
        "confirmShipment": (f"{order_path}/shipmentConfirmation", {}, shipment),
        "createRestrictedDataToken": ("/tokens/2021-03-01/restrictedDataToken", {}, {
            "restrictedResources": [{"method": "GET", "path": f"{order_path}/address"}]}),
        "getListingsItem": (f"{items}/{listing['sku']}", {"marketplaceIds": DE, "includedData": (
            "summaries,attributes,issues,offers,fulfillmentAvailability,productTypes")}, None),
        "patchListingsItem": (f"{items}/{listing['sku']}", {"marketplaceIds": DE}, {
            "productType": "PRODUCT", "patches": [patch]}),
        "searchListingsItems": (items, {"marketplaceIds": DE}, None),
        "createFeedDocument": ("/feeds/2021-06-30/documents", {}, {"contentType": "application/json"}),
        "getFeedDocument": (f"/feeds/2021-06-30/documents/{document['feedDocumentId']}", {}, None),
        "createFeed": ("/feeds/2021-06-30/feeds", {}, feed_body),
        "getFeeds": ("/feeds/2021-06-30/feeds", {"feedTypes": "JSON_LISTINGS_FEED"}, None),
        "getFeed": (f"/feeds/2021-06-30/feeds/{feed}", {}, None),
        "cancelFeed": (f"/feeds/2021-06-30/feeds/{waiting_feed}", {}, None),
        "createReport": ("/reports/2021-06-30/reports", {}, report_body),
        "getReports": ("/reports/2021-06-30/reports", {"reportTypes": report_body["reportType"]}, None),
        "getReport": (f"/reports/2021-06-30/reports/{report}", {}, None),
        "cancelReport": (f"/reports/2021-06-30/reports/{waiting_report}", {}, None),
        "getReportDocument": (f"/reports/2021-06-30/documents/amzn1.spdoc.1.4.eu.{report}", {}, None),
        "getInventorySummaries": ("/fba/inventory/v1/summaries", {
            "granularityType": "Marketplace", "granularityId": DE, "marketplaceIds": DE, "details": "true"}, None),
        "createSubscription": (subscription, {}, subscription_body),
        "getSubscription": (subscription, {}, None), "getSubscriptionById": (f"{subscription}/%s", {}, None),
        "deleteSubscriptionById": (f"{subscription}/%s", {}, None),
        "createDestination": ("/notifications/v1/destinations", {}, {
            "name": "second", "resourceSpecification": {"sqs": {"arn": ARN}}}),
        "getDestinations": ("/notifications/v1/destinations", {}, None),
        "getDestination": (f"/notifications/v1/destinations/{destination}", {}, None),
        "deleteDestination": (f"/notifications/v1/destinations/{destination}", {}, None),
    }


def send(api, name, request, **options):
    """Send a good request to an operation; its answer is held against the model on the way."""
    operation, (path, query, body) = OPERATIONS[name], request
    region = None if operation.access == "grantless" else "eu"
    return api.call(operation.method, path, query, body, **{"region": region, **options})


def test_every_operation_succeeds_as_its_model_says(api, world):
    assert set(world) == set(OPERATIONS)
    order_path = world["v0.getOrder"][0]
    restricted = api.call("POST", "/tokens/2021-03-01/restrictedDataToken", body={"restrictedResources": [
        {"method": "GET", "path": f"{order_path}/{part}"} for part in ("buyerInfo", "address")]}).get_json()
    subscription = None
    for name, (path, query, body) in world.items():
        if name == "getReportDocument":
            api.control("advance", {})
        personal = name in ("getOrderBuyerInfo", "getOrderAddress")
        options = {"token": restricted["restrictedDataToken"]} if personal else {}
        answer = send(api, name, (path.replace("%s", str(subscription)), query, body), **options)
        assert answer.status_code in (200, 201, 202, 204), (name, answer.get_data(as_text=True))
        if name == "createSubscription":
            subscription = answer.get_json()["payload"]["subscriptionId"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_fails_as_its_model_says(untouched, name):
    api, world = untouched
    statuses = [send(api, name, world[name], token="Atza|bm90IG91cnM").status_code]
    for kind in ("throttle", "error_500", "error_503"):
        api.control("faults", {"kind": kind, "count": 1, "operation": name})
        statuses.append(send(api, name, world[name]).status_code)
    assert statuses == [403, 429, 500, 503]


@pytest.mark.parametrize("name", OPERATIONS)
def test_rates_are_those_of_the_models(name):
    operation = OPERATIONS[name]
    description = model(operation.path).operation(operation.method, operation.path)["description"]
    table = re.search(r"\|[ -]+\|[ -]+\|\s*\|\s*([\d.]+)\s*\|\s*(\d+)\s*\|", description)
    assert (operation.rate, operation.burst) == (float(table[1]), int(table[2]))


def test_the_check_itself_finds_mistakes():
    orders = SpecModel(shared_specs() / "amazon-sp-api" / "models" / "orders_2026-01-01.json")
    path = "/orders/2026-01-01/orders"
    orders.validate_response("GET", path, 200, {"orders": []})
    for status, body in ((200, {}), (200, {"orders": [{}]}), (200, {"orders": [], "more": 1}), (418, {}),
                         (400, {"errors": [{"code": 1}]})):
        with pytest.raises(SpecMismatch):
            orders.validate_response("GET", path, status, body)
    orders.validate_request("GET", path, {"createdAfter": "2026-01-01T00:00:00Z", "maxResultsPerPage": "5",
                                          "fulfilledBy": "AMAZON,MERCHANT"})
    for query in ({"createdAfter": "2026-01-01"}, {"maxResultsPerPage": "many"}, {"fulfilledBy": "ME"}, {"page": "2"}):
        with pytest.raises(SpecMismatch):
            orders.validate_request("GET", path, query)
    with pytest.raises(KeyError):
        orders.operation("POST", path)


def test_all_regions_answer_as_their_models_say():
    api = Api(orders=200, regions=("na", "fe"))
    for region in ("na", "fe"):
        shown = api.call("GET", "/orders/2026-01-01/orders", {
            "createdAfter": api.ago(days=3), "includedData": "BUYER,RECIPIENT,PROCEEDS,FULFILLMENT,TAX,PAYMENT"},
            region=region).get_json()["orders"]
        assert len(shown) > 20
