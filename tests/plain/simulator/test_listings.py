"""Listings, feeds, reports and FBA inventory."""

import gzip
import json

import pytest
from jsonschema import Draft7Validator

from addons.marketplace_simulator.server.spapi import accounts
from tests.plain.spec_models import shared_specs

from .api import DE, Api

SELLER = accounts.SELLERS["eu"]["id"]
ITEMS = f"/listings/2021-08-01/items/{SELLER}"
FEEDS = "/feeds/2021-06-30"
REPORTS = "/reports/2021-06-30"
LISTINGS_REPORT = "GET_MERCHANT_LISTINGS_ALL_DATA"


def listings(api, channel):
    return [listing for listing in api.control("catalogue")["eu"] if listing["channel"] == channel]


def patch(quantity):
    return {"op": "replace", "path": "/attributes/fulfillment_availability",
            "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]}


def message(number, sku, quantity):
    return {"messageId": number, "sku": sku, "operationType": "PATCH", "productType": "PRODUCT",
            "patches": [patch(quantity)]}


def submit_feed(api, messages, seller=SELLER):
    content_type = "application/json; charset=UTF-8"
    document = api.call("POST", f"{FEEDS}/documents", body={"contentType": content_type}).get_json()
    feed = {"header": {"sellerId": seller, "version": "2.0"}, "messages": messages}
    upload = api.http.put(document["url"], data=json.dumps(feed), content_type=content_type)
    assert upload.status_code == 200, upload.get_data(as_text=True)
    body = {"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [DE], "inputFeedDocumentId": document["feedDocumentId"]}
    return api.call("POST", f"{FEEDS}/feeds", body=body).get_json()["feedId"]


def fetch(api, path):
    document = api.get(path)
    data = api.http.get(document["url"])
    assert document["compressionAlgorithm"] == "GZIP" and data.status_code == 200
    return gzip.decompress(data.data), data.headers["Content-Type"]


def feed_report(api, feed_id):
    key = api.get(f"{FEEDS}/feeds/{feed_id}")["resultFeedDocumentId"]
    return json.loads(fetch(api, f"{FEEDS}/documents/{key}")[0])


def test_a_patch_sets_the_quantity(api):
    sku = listings(api, "merchant")[0]["sku"]
    answer = api.call("PATCH", f"{ITEMS}/{sku}", {"marketplaceIds": DE},
                      {"productType": "PRODUCT", "patches": [patch(7)]}).get_json()
    assert answer["status"] == "ACCEPTED" and answer["issues"] == []
    item = api.get(f"{ITEMS}/{sku}", marketplaceIds=DE, includedData="summaries,offers,fulfillmentAvailability")
    assert item["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 7}]
    assert api.control("books")["stock"] == {"accepted": 1, "rejected": 0, "by_sku": {f"eu:{sku}": 7}}
    api.place(kinds=[], skus=[sku])
    item = api.get(f"{ITEMS}/{sku}", marketplaceIds=DE, includedData="fulfillmentAvailability")
    assert item["fulfillmentAvailability"][0]["quantity"] == 6


def test_patches_that_cannot_be_accepted(api):
    merchant, amazon = listings(api, "merchant")[0]["sku"], listings(api, "marketplace")[0]["sku"]
    wrong = [(merchant, [patch(-1)]), (merchant, [patch("3")]), (amazon, [patch(3)]), ("UNLISTED", [patch(3)]),
             (merchant, [{"op": "replace", "path": "/attributes/list_price", "value": [{}]}])]
    for sku, patches in wrong:
        answer = api.call("PATCH", f"{ITEMS}/{sku}", {"marketplaceIds": DE},
                          {"productType": "PRODUCT", "patches": patches}).get_json()
        assert answer["status"] == "INVALID" and answer["issues"][0]["severity"] == "ERROR"
    assert api.control("books")["stock"]["rejected"] == len(wrong)


def test_a_preview_changes_nothing(api):
    listing = listings(api, "merchant")[0]
    answer = api.call("PATCH", f"{ITEMS}/{listing['sku']}",
                      {"marketplaceIds": DE, "mode": "VALIDATION_PREVIEW", "includedData": "identifiers,issues"},
                      {"productType": "PRODUCT", "patches": [patch(1)]}).get_json()
    assert answer["status"] == "VALID" and answer["identifiers"][0]["asin"] == listing["asin"]
    assert api.control("books")["stock"]["accepted"] == 0


@pytest.mark.parametrize("path, query, body", [
    (f"{ITEMS}/X", {}, {"productType": "P", "patches": [patch(1)]}),
    (f"{ITEMS}/X", {"marketplaceIds": "ATVPDKIKX0DER"}, {"productType": "P", "patches": [patch(1)]}),
    (f"{ITEMS}/X", {"marketplaceIds": DE}, {"productType": "P", "patches": []}),
    (f"{ITEMS}/X", {"marketplaceIds": DE}, None),
    (f"{ITEMS}/X", {"marketplaceIds": DE, "mode": "MAYBE"}, {"productType": "P", "patches": [patch(1)]}),
])
def test_bad_patch_requests(api, path, query, body):
    assert api.call("PATCH", path, query, body).status_code == 400


def test_another_sellers_listings_are_closed(api):
    path = "/listings/2021-08-01/items/A2SOMEONE/CB-01-NAT"
    assert api.call("GET", path, {"marketplaceIds": DE}).status_code == 403
    assert api.call("GET", f"{ITEMS}/UNLISTED", {"marketplaceIds": DE}).status_code == 404


def test_search_finds_every_listing_once(api):
    query, found = {"marketplaceIds": DE, "pageSize": 20, "sortBy": "sku", "sortOrder": "ASC"}, []
    page = api.get(ITEMS, **query)
    while True:
        found += [item["sku"] for item in page["items"]]
        if "nextToken" not in page.get("pagination", {}):
            break
        page = api.get(ITEMS, **query, pageToken=page["pagination"]["nextToken"])
    assert found == sorted(listing["sku"] for listing in api.control("catalogue")["eu"])
    assert page["numberOfResults"] == len(found) and "previousToken" in page["pagination"]
    wanted = found[3:5]
    some = api.get(ITEMS, marketplaceIds=DE, identifiers=",".join(wanted), identifiersType="SKU")
    assert sorted(item["sku"] for item in some["items"]) == wanted
    for bad in ({"identifiers": "X"}, {"pageSize": "21"}, {"sortBy": "price"}, {"pageToken": "bm90IG91cnM"}):
        assert api.call("GET", ITEMS, {"marketplaceIds": DE, **bad}).status_code == 400


def test_a_feed_takes_time_and_accepts_message_by_message(api):
    merchant, amazon = listings(api, "merchant"), listings(api, "marketplace")
    messages = [message(1, merchant[0]["sku"], 11), message(2, merchant[1]["sku"], 12), message(3, "UNLISTED", 1),
                message(4, amazon[0]["sku"], 1), message(5, merchant[2]["sku"], -5),
                {"messageId": 6, "sku": merchant[3]["sku"], "operationType": "PARTIAL_UPDATE", "productType": "PRODUCT",
                 "attributes": {"fulfillment_availability": patch(13)["value"]}},
                {"messageId": 7, "sku": merchant[4]["sku"], "operationType": "DELETE"}]
    feed_id = submit_feed(api, messages)
    states = []
    for seconds in (0, 16, 31):
        api.clock.pass_time(seconds)
        states.append(api.get(f"{FEEDS}/feeds/{feed_id}")["processingStatus"])
    assert states == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    report = feed_report(api, feed_id)
    assert report["summary"] == {"errors": 4, "warnings": 0, "messagesProcessed": 7, "messagesAccepted": 3,
                                 "messagesInvalid": 4}
    assert {found["messageId"] for found in report["issues"]} == {3, 4, 5, 7}
    pushed = {f"eu:{merchant[0]['sku']}": 11, f"eu:{merchant[1]['sku']}": 12, f"eu:{merchant[3]['sku']}": 13}
    assert api.control("books")["stock"] == {"accepted": 3, "rejected": 4, "by_sku": pushed}


@pytest.mark.skipif(shared_specs() is None, reason="no ../shared/specs beside the checkout")
def test_the_feeds_report_follows_its_schema(api):
    feed_id = submit_feed(api, [message(1, "UNLISTED", 1), message(2, listings(api, "merchant")[0]["sku"], 4)])
    api.control("advance", {})
    folder = shared_specs() / "amazon-sp-api" / "schemas" / "feeds"
    schema = json.loads((folder / "listings-feed-processing-report-schema-v2.json").read_text(encoding="utf-8"))
    Draft7Validator(schema).validate(feed_report(api, feed_id))


@pytest.mark.parametrize("messages, seller", [([], SELLER), ([message(1, "A", 1)], "A2SOMEONE"),
                                              ([message(1, "A", 1), message(1, "B", 1)], SELLER),
                                              ([message(number, "A", 1) for number in range(1, 10_002)], SELLER)])
def test_a_wrong_feed_is_fatal(api, messages, seller):
    feed_id = submit_feed(api, messages, seller)
    api.control("advance", {})
    assert api.get(f"{FEEDS}/feeds/{feed_id}")["processingStatus"] == "FATAL"
    report = feed_report(api, feed_id)
    assert report["summary"]["errors"] == 1 and report["summary"]["messagesProcessed"] == 0


def test_feeds_can_be_listed_and_cancelled(api):
    keys = [submit_feed(api, [message(1, "UNLISTED", 1)]) for _ in range(3)]
    page = api.get(f"{FEEDS}/feeds", feedTypes="JSON_LISTINGS_FEED", pageSize=2)
    rest = api.get(f"{FEEDS}/feeds", nextToken=page["nextToken"])
    assert sorted(feed["feedId"] for feed in page["feeds"] + rest["feeds"]) == keys
    assert api.call("DELETE", f"{FEEDS}/feeds/{keys[0]}").status_code == 200
    assert api.get(f"{FEEDS}/feeds/{keys[0]}")["processingStatus"] == "CANCELLED"
    assert api.call("DELETE", f"{FEEDS}/feeds/{keys[0]}").status_code == 400
    api.control("advance", {})
    done = api.get(f"{FEEDS}/feeds", feedTypes="JSON_LISTINGS_FEED", processingStatuses="DONE")["feeds"]
    assert sorted(feed["feedId"] for feed in done) == keys[1:]


def test_bad_feed_requests(api):
    assert api.call("POST", f"{FEEDS}/documents", body={}).status_code == 400
    for body in ({"feedType": "POST_PRODUCT_DATA"}, {"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": []},
                 {"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [DE], "inputFeedDocumentId": "unknown"}):
        assert api.call("POST", f"{FEEDS}/feeds", body=body).status_code == 400
    assert api.call("GET", f"{FEEDS}/feeds/1").status_code == 404
    assert api.call("GET", f"{FEEDS}/documents/1").status_code == 404
    assert api.call("GET", f"{FEEDS}/feeds").status_code == 400


def test_links_expire_after_five_minutes(api):
    document = api.call("POST", f"{FEEDS}/documents", body={"contentType": "application/json"}).get_json()
    assert api.http.get(document["url"]).status_code == 403
    assert api.http.put(document["url"], data="{}", content_type="text/plain").status_code == 403
    api.clock.pass_time(301)
    late = api.http.put(document["url"], data="{}", content_type="application/json")
    assert late.status_code == 403 and late.content_type.startswith("application/xml")
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in late.data
    assert api.http.get("/files/bm90IG91cnM").status_code == 403


def test_the_listings_report(api):
    body = {"reportType": LISTINGS_REPORT, "marketplaceIds": [DE]}
    report_id = api.call("POST", f"{REPORTS}/reports", body=body).get_json()["reportId"]
    assert api.get(f"{REPORTS}/reports/{report_id}")["processingStatus"] == "IN_QUEUE"
    api.clock.pass_time(46)
    report = api.get(f"{REPORTS}/reports/{report_id}")
    assert report["processingStatus"] == "DONE"
    data, content_type = fetch(api, f"{REPORTS}/documents/{report['reportDocumentId']}")
    assert "Cp1252" in content_type
    header, *rows = [line.split("\t") for line in data.decode("cp1252").splitlines()]
    shown = [dict(zip(header, row, strict=True)) for row in rows]
    catalogue = {listing["sku"]: listing for listing in api.control("catalogue")["eu"]}
    assert {row["seller-sku"] for row in shown} == set(catalogue)
    for row in shown:
        listing = catalogue[row["seller-sku"]]
        assert row["item-name"] == listing["title"] and row["price"] == listing["prices"]["DE"]
        assert row["fulfillment-channel"] == ("DEFAULT" if listing["channel"] == "merchant" else "AMAZON_EU")
        assert row["quantity"] == (str(listing["quantity"]) if listing["channel"] == "merchant" else "")
    assert not data.isascii()


def test_reports_are_listed_cancelled_and_checked(api):
    body = {"reportType": LISTINGS_REPORT, "marketplaceIds": [DE]}
    keys = [api.call("POST", f"{REPORTS}/reports", body=body).get_json()["reportId"] for _ in range(2)]
    assert api.call("DELETE", f"{REPORTS}/reports/{keys[0]}").status_code == 200
    listed = api.get(f"{REPORTS}/reports", reportTypes=LISTINGS_REPORT, processingStatuses="CANCELLED")["reports"]
    assert [report["reportId"] for report in listed] == keys[:1]
    for bad in ({"reportType": "GET_NOTHING", "marketplaceIds": [DE]}, {"reportType": LISTINGS_REPORT},
                {**body, "dataStartTime": "yesterday"}, {**body, "dataEndTime": "2999-01-01T00:00:00Z"}):
        assert api.call("POST", f"{REPORTS}/reports", body=bad).status_code == 400
    assert api.call("GET", f"{REPORTS}/reports/1").status_code == 404
    assert api.call("GET", f"{REPORTS}/documents/1").status_code == 404
    assert api.call("GET", f"{REPORTS}/reports").status_code == 400


def test_fba_inventory_follows_the_orders():
    api = Api(orders=0)
    path = "/fba/inventory/v1/summaries"
    query = {"granularityType": "Marketplace", "granularityId": DE, "marketplaceIds": DE, "details": "true"}
    sku = listings(api, "marketplace")[0]["sku"]
    before = api.get(path, **query, sellerSkus=sku)["payload"]["inventorySummaries"][0]
    [key] = api.control("orders", {"fulfilled_by": "marketplace", "kinds": [], "skus": [sku]})["orders"]
    reserved = api.get(path, **query, sellerSkus=sku)["payload"]["inventorySummaries"][0]
    assert reserved["totalQuantity"] == before["totalQuantity"]
    changed = api.get(path, **query, startDateTime=api.ago(hours=1))["payload"]["inventorySummaries"]
    assert [entry["sellerSku"] for entry in changed] == [sku]
    assert reserved["inventoryDetails"]["reservedQuantity"]["pendingCustomerOrderQuantity"] == 1
    api.control("advance", {})
    shipped = api.get(path, **query, sellerSkus=sku)["payload"]["inventorySummaries"][0]
    assert shipped["totalQuantity"] == before["totalQuantity"] - 1
    assert shipped["inventoryDetails"]["reservedQuantity"]["pendingCustomerOrderQuantity"] == 0
    api.control("orders", {"fulfilled_by": "marketplace", "kinds": [], "skus": [sku]})
    api.control(f"orders/{key}/refund", {})
    after = api.get(path, **query, sellerSkus=sku)["payload"]["inventorySummaries"][0]
    assert after["inventoryDetails"]["reservedQuantity"]["pendingCustomerOrderQuantity"] == 1
    for bad in ({"marketplaceIds": "X"}, {"granularityId": "X"}, {"nextToken": "bm90IG91cnM"}):
        assert api.call("GET", path, {**query, **bad}).status_code == 400


def test_fba_inventory_comes_in_pages(monkeypatch):
    monkeypatch.setattr("addons.marketplace_simulator.server.spapi.fba_inventory.PAGE", 4)
    api = Api(orders=0)
    query = {"granularityType": "Marketplace", "granularityId": DE, "marketplaceIds": DE}
    found, token = [], None
    while True:
        page = api.get("/fba/inventory/v1/summaries", **query, **({"nextToken": token} if token else {}))
        found += [entry["sellerSku"] for entry in page["payload"]["inventorySummaries"]]
        token = page.get("pagination", {}).get("nextToken")
        if not token:
            break
    assert found == [listing["sku"] for listing in listings(api, "marketplace")]
