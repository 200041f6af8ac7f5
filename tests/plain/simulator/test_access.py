"""Login with Amazon, access tokens, restricted data tokens and rate limits."""

import pytest
from werkzeug.test import Client

from .api import Api

SEARCH = "/orders/2026-01-01/orders"


def test_tokens_live_an_hour(api):
    answer = api.lwa(grant_type="refresh_token", refresh_token="Atzr|training-eu").get_json()
    assert answer["token_type"] == "bearer" and answer["expires_in"] == 3600
    token = answer["access_token"]
    query = {"lastUpdatedAfter": api.ago(days=1)}
    api.clock.pass_time(3599)
    assert api.call("GET", SEARCH, query, token=token).status_code == 200
    api.clock.pass_time(2)
    refused = api.call("GET", SEARCH, query, token=token)
    assert refused.status_code == 403
    [error] = refused.get_json()["errors"]
    assert (error["code"], error["details"]) == ("Unauthorized", "The access token you provided has expired.")


@pytest.mark.parametrize("form, status, error", [
    ({"client_secret": "wrong"}, 401, "invalid_client"),
    ({"grant_type": "refresh_token"}, 400, "invalid_request"),
    ({"grant_type": "refresh_token", "refresh_token": "Atzr|stolen"}, 400, "invalid_grant"),
    ({"grant_type": "refresh_token", "refresh_token": "Atzr|training-na"}, 400, "invalid_grant"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
])
def test_lwa_errors(api, form, status, error):
    response = api.lwa(**form)
    assert response.status_code == status
    assert response.get_json()["error"] == error and response.get_json()["error_description"]


@pytest.mark.parametrize("headers", [{}, {"x-amz-access-token": "Atza|bm90IG91cnM"}])
def test_without_a_valid_token_nothing_is_shown(api, headers):
    response = api.http.get(SEARCH, headers=headers)
    api.check("GET", SEARCH, {}, None, response)
    assert response.status_code == 403 and response.get_json()["errors"][0]["details"]


def test_each_seller_sees_its_own_region():
    api = Api(orders=0, regions=("eu", "na"))
    [key] = api.place(marketplace="US")
    assert api.call("GET", f"{SEARCH}/{key}", region="eu").status_code == 404
    assert api.call("GET", f"{SEARCH}/{key}", region="na").status_code == 200
    markets = api.call("GET", "/sellers/v1/marketplaceParticipations", region="na").get_json()["payload"]
    assert {entry["marketplace"]["countryCode"] for entry in markets} == {"US", "CA"}


def test_v0_shows_persons_to_restricted_tokens_only(api):
    [key] = api.place(marketplace="DE", kinds=["gift", "b2b", "shipping", "discount"])
    order = f"/orders/v0/orders/{key}"
    for path in (f"{order}/address", f"{order}/buyerInfo"):
        assert api.call("GET", path).status_code == 403
    assert not {"ShippingAddress", "BuyerInfo"} & set(api.get(order)["payload"])
    resources = [{"method": "GET", "path": "/orders/v0/orders/{orderId}",
                  "dataElements": ["buyerInfo", "shippingAddress"]},
                 {"method": "GET", "path": f"{order}/address"}, {"method": "GET", "path": f"{order}/buyerInfo"},
                 {"method": "GET", "path": f"{order}/orderItems", "dataElements": ["buyerInfo"]}]
    token = api.call("POST", "/tokens/2021-03-01/restrictedDataToken",
                     body={"restrictedResources": resources}).get_json()["restrictedDataToken"]
    shown = {path: api.call("GET", path, token=token).get_json()["payload"]
             for path in (order, f"{order}/address", f"{order}/buyerInfo", f"{order}/orderItems")}
    assert shown[order]["ShippingAddress"]["Name"] and shown[order]["BuyerInfo"]["BuyerEmail"]
    assert shown[f"{order}/address"]["ShippingAddress"] == shown[order]["ShippingAddress"]
    assert shown[f"{order}/buyerInfo"]["BuyerTaxInfo"]["CompanyLegalName"]
    assert shown[f"{order}/orderItems"]["OrderItems"][0]["BuyerInfo"]["GiftMessageText"]
    assert api.call("GET", f"/orders/v0/orders/{api.place()[0]}/address", token=token).status_code == 403


@pytest.mark.parametrize("resources", [None, [], [{"method": "", "path": "/"}], [{"method": "GET", "path": "orders"}]])
def test_restricted_resources_are_checked(api, resources):
    body = {"restrictedResources": resources}
    assert api.call("POST", "/tokens/2021-03-01/restrictedDataToken", body=body).status_code == 400


def test_v0_pages_hold_the_same_orders(api):
    markets = [entry["marketplace"]["id"] for entry in api.get("/sellers/v1/marketplaceParticipations")["payload"]]
    query = {"MarketplaceIds": ",".join(markets), "LastUpdatedAfter": api.ago(days=3), "MaxResultsPerPage": 9}
    found, token = [], None
    while True:
        page = api.get("/orders/v0/orders", **query, **({"NextToken": token} if token else {}))["payload"]
        found += page["Orders"]
        token = page.get("NextToken")
        if not token:
            break
    assert [order["AmazonOrderId"] for order in found] == [order["orderId"] for page in api.search() for order in page]
    totals = {order["orderId"]: order["proceeds"]["grandTotal"]["amount"]
              for page in api.search() for order in page if "proceeds" in order}
    assert totals == {order["AmazonOrderId"]: order["OrderTotal"]["Amount"] for order in found if "OrderTotal" in order}


@pytest.mark.parametrize("query", [{}, {"MarketplaceIds": "A1PA6795UKMFR9"},
                                   {"MarketplaceIds": "A1PA6795UKMFR9", "CreatedAfter": "now"},
                                   {"MarketplaceIds": "A1PA6795UKMFR9", "CreatedAfter": "2999-01-01T00:00:00Z"}])
def test_v0_rules_of_the_search(api, query):
    assert api.call("GET", "/orders/v0/orders", query).status_code == 400


def test_a_burst_beyond_the_bucket_is_throttled():
    api = Api(orders=0, limits=True)
    token = api.token()
    answers = [api.call("GET", SEARCH, {"lastUpdatedAfter": api.ago(days=1)}, token=token) for _ in range(22)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 2
    assert answers[-1].get_json()["errors"][0]["code"] == "QuotaExceeded"
    assert {answer.headers["x-amzn-RateLimit-Limit"] for answer in answers} == {"0.0056"}
    api.clock.pass_time(1 / 0.0056 + 1)
    assert api.call("GET", SEARCH, {"lastUpdatedAfter": api.ago(days=1)}, token=api.token()).status_code == 200
    throttled = api.control("books")["throttled"]
    assert (throttled["own_fault"], throttled["storm"]) == (2, 0)
    assert throttled["by_operation"] == {"searchOrders": 2}


def test_buckets_are_per_seller_and_refill_with_the_speed_that_the_header_states():
    api = Api(orders=0, limits=True, speed=100.0, regions=("eu", "na"))
    query = {"lastUpdatedAfter": api.ago(days=1)}
    for region in ("eu", "na"):
        assert [api.call("GET", SEARCH, query, region=region).status_code for _ in range(20)] == [200] * 20
    refused = api.call("GET", SEARCH, query)
    assert refused.status_code == 429
    rate = float(refused.headers["x-amzn-RateLimit-Limit"])
    assert rate == pytest.approx(0.56)
    api.clock.pass_time(1 / rate + 0.001)
    assert api.call("GET", SEARCH, query).status_code == 200


def test_the_control_interface_answers_this_machine_only(api):
    assert Client(api.simulator).get("/_sim/books", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_unknown_paths_and_methods(api):
    assert api.http.get("/orders/2099-01-01/orders").status_code == 404
    assert api.http.post(SEARCH).status_code == 405
    assert api.http.get("/_sim/nothing").status_code == 404
