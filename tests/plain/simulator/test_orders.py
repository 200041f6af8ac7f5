"""Orders: paging, filters, rules of the search, and amounts that add up."""

from decimal import Decimal

import pytest

from addons.marketplace_simulator.server.spapi import accounts

from .api import ALL, Api

SEARCH = "/orders/2026-01-01/orders"


def test_pages_hold_every_visible_order_once(api):
    pages = api.search(maxResultsPerPage=7)
    ids = [order["orderId"] for page in pages for order in page]
    assert len(ids) == len(set(ids)) == api.control("books")["visible"]["orders"]["created"] == 60
    assert {len(page) for page in pages[:-1]} == {7}
    updates = [order["lastUpdatedTime"] for page in pages for order in page]
    assert updates == sorted(updates)


def test_an_order_changed_between_pages_is_found_by_the_next_search():
    api = Api(orders=30)
    api.clock.pass_time(1)
    first = api.get(SEARCH, lastUpdatedAfter=api.ago(days=3), maxResultsPerPage=10)
    later = next(order["id"] for order in api.control("orders")["orders"]
                 if order["status"] == "unshipped" and order["fulfilled_by"] == "merchant"
                 and order["id"] not in {shown["orderId"] for shown in first["orders"]})
    api.control(f"orders/{later}/address", {})
    api.clock.pass_time(121)
    found = {order["orderId"] for page in api.search(lastUpdatedAfter=first["lastUpdatedBefore"]) for order in page}
    assert later in found


def test_a_new_order_is_searchable_after_two_minutes_and_readable_at_once():
    api = Api(orders=0)
    [key] = api.place()
    assert api.search() == [[]]
    assert api.order(key)["orderId"] == key
    api.clock.pass_time(121)
    assert [order["orderId"] for order in api.search()[0]] == [key]


def test_speed_shortens_the_lag_of_searches():
    api = Api(orders=0, speed=10.0)
    api.place()
    api.clock.pass_time(12.1)
    assert len(api.search()[0]) == 1


@pytest.mark.parametrize("query", [
    {},
    {"createdAfter": "2026-01-01T00:00:00Z", "lastUpdatedAfter": "2026-01-01T00:00:00Z"},
    {"createdAfter": "2026-01-01T00:00:00Z", "lastUpdatedBefore": "2026-01-02T00:00:00Z"},
    {"createdAfter": "2001-01-01T00:00:00Z"},
    {"createdAfter": "2999-01-01T00:00:00Z"},
    {"createdAfter": "yesterday"},
    {"lastUpdatedAfter": "ago", "lastUpdatedBefore": "now"},
    {"lastUpdatedAfter": "ago", "maxResultsPerPage": "101"},
    {"lastUpdatedAfter": "ago", "maxResultsPerPage": "0"},
    {"lastUpdatedAfter": "ago", "fulfillmentStatuses": "SENT"},
    {"lastUpdatedAfter": "ago", "fulfilledBy": "ME"},
    {"lastUpdatedAfter": "ago", "includedData": "EVERYTHING"},
    {"lastUpdatedAfter": "ago", "paginationToken": "bm90IG91cnM"},
])
def test_rules_of_the_search(api, query):
    times = {"ago": api.ago(hours=1), "now": api.ago(seconds=0)}
    response = api.call("GET", SEARCH, {name: times.get(value, value) for name, value in query.items()})
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["code"] == "InvalidInput"


def test_a_page_token_is_bound_to_its_search(api):
    query = {"lastUpdatedAfter": api.ago(days=3), "maxResultsPerPage": 5}
    token = api.get(SEARCH, **query)["pagination"]["nextToken"]
    assert api.call("GET", SEARCH, {**query, "maxResultsPerPage": 6, "paginationToken": token}).status_code == 200
    changed = {**query, "fulfilledBy": "MERCHANT", "paginationToken": token}
    assert api.call("GET", SEARCH, changed).status_code == 400
    api.clock.pass_time(24 * 3600 + 1)
    assert api.call("GET", SEARCH, {**query, "paginationToken": token}).status_code == 400


def test_filters(api):
    germany = accounts.marketplace_id("DE")
    found = [order for page in api.search(fulfilledBy="AMAZON", marketplaceIds=germany, fulfillmentStatuses="SHIPPED")
             for order in page]
    expected = [order["id"] for order in api.control("orders")["orders"] if order["fulfilled_by"] == "marketplace"
                and order["marketplace"] == "DE" and order["status"] == "shipped"]
    assert expected and sorted(order["orderId"] for order in found) == sorted(expected)


def test_data_sets_come_when_asked_for(api):
    [key] = api.place(kinds=["gift", "discount", "b2b"])
    bare = api.get(f"{SEARCH}/{key}")["order"]
    assert not {"buyer", "recipient", "proceeds", "fulfillment", "tax", "payment"} & set(bare)
    full = api.order(key)
    assert {"buyer", "recipient", "proceeds", "fulfillment", "tax", "payment"} <= set(full)
    assert full["tax"]["taxRegistrations"][0]["entityType"] == "BUYER"
    assert full["orderItems"][0]["fulfillment"]["packing"]["giftOption"]["giftMessage"]
    assert full["orderItems"][0]["promotion"]["breakdowns"][0]["promotionId"]


def test_orders_of_amazon_show_no_person(api):
    [key] = api.control("orders", {"fulfilled_by": "marketplace", "kinds": []})["orders"]
    order = api.order(key)
    address = order["recipient"]["deliveryAddress"]
    assert address["postalCode"] and not {"name", "phone", "addressLine1"} & set(address)
    assert "buyer" not in order and "packages" not in order


def test_a_pending_order_has_neither_address_nor_amounts_until_it_is_paid(api):
    [key] = api.place(kinds=["pending"])
    order = api.order(key)
    assert order["fulfillment"]["fulfillmentStatus"] == "PENDING"
    assert not {"recipient", "proceeds", "buyer"} & set(order)
    api.control("advance", {})
    order = api.order(key)
    assert order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert order["recipient"]["deliveryAddress"]["addressLine1"]


def test_orders_of_amazon_ship_by_themselves():
    api = Api(orders=0)
    [key] = api.control("orders", {"fulfilled_by": "marketplace", "kinds": []})["orders"]
    api.clock.pass_time(1801)
    item = api.order(key)["orderItems"][0]["fulfillment"]
    assert item["quantityUnfulfilled"] == 0 and item["quantityFulfilled"] > 0


def test_every_amount_adds_up():
    api = Api(orders=400, regions=("eu", "na", "fe"))
    seen = set()
    for region in ("eu", "na", "fe"):
        token = api.token(region)
        query = {"lastUpdatedAfter": api.ago(days=3), "includedData": ALL}
        while True:
            page = api.call("GET", SEARCH, query, token=token).get_json()
            for order in page["orders"]:
                if "proceeds" in order:
                    seen |= {kind["type"] for kind in order["proceeds"]["breakdowns"]}
                    _check_amounts(order)
            if "pagination" not in page:
                break
            query["paginationToken"] = page["pagination"]["nextToken"]
    assert seen == {"ITEM", "SHIPPING", "GIFT_WRAP", "DISCOUNT", "TAX"}


def _check_amounts(order):
    total = Decimal(order["proceeds"]["grandTotal"]["amount"])
    assert total == sum(Decimal(part["subtotal"]["amount"]) for part in order["proceeds"]["breakdowns"])
    assert total == sum(Decimal(item["proceeds"]["proceedsTotal"]["amount"]) for item in order["orderItems"])
    for item in order["orderItems"]:
        parts = item["proceeds"]["breakdowns"]
        assert Decimal(item["proceeds"]["proceedsTotal"]["amount"]) == sum(Decimal(part["subtotal"]["amount"])
                                                                          for part in parts)
        for part in parts:
            if "detailedBreakdowns" in part:
                details = sum(Decimal(detail["value"]["amount"]) for detail in part["detailedBreakdowns"])
                assert Decimal(part["subtotal"]["amount"]) == details
    if order["proceeds"]["grandTotal"]["currencyCode"] == "JPY":
        assert "." not in order["proceeds"]["grandTotal"]["amount"]


def test_books_agree_with_the_orders_shown(api):
    totals = {}
    for page in api.search():
        for order in page:
            if "proceeds" in order:
                grand = order["proceeds"]["grandTotal"]
                totals[grand["currencyCode"]] = totals.get(grand["currencyCode"], 0) + Decimal(grand["amount"])
    books = api.control("books")
    pending = books["totals_by_status"].get("pending", {})
    assert totals and totals == {currency: Decimal(amount) - Decimal(pending.get(currency, "0"))
                                 for currency, amount in books["totals"].items()}


def test_a_line_of_several_units_need_not_divide(api):
    [key] = api.place(kinds=["odd_total"], marketplace="DE")
    item = api.order(key)["orderItems"][0]
    cents = Decimal(item["proceeds"]["breakdowns"][0]["subtotal"]["amount"]) * 100
    assert item["quantityOrdered"] > 1 and cents % item["quantityOrdered"]


def test_who_collects_the_tax():
    api = Api(orders=0, regions=("eu", "na"))
    us = api.call("GET", f"{SEARCH}/{api.place(marketplace='US', kinds=[])[0]}", {"includedData": "TAX,PROCEEDS"},
                  region="na").get_json()["order"]["orderItems"][0]
    assert us["tax"]["taxCollections"][0]["model"] == "MARKETPLACE_FACILITATOR"
    assert [part["type"] for part in us["proceeds"]["breakdowns"]] == ["ITEM", "TAX"]
    own = api.order(api.place(marketplace="DE", kinds=[], skus=["CB-01-NAT", "CB-02-NAT", "CB-03-NAT"])[0])
    assert "tax" not in own["orderItems"][0]
    deemed = api.order(api.place(marketplace="FR", kinds=["uoss"])[0])["orderItems"][0]
    assert deemed["tax"]["taxCalculationBreakdowns"] == [{"reportingScheme": "UOSS"}]
    imported = api.order(api.place(marketplace="IT", kinds=["ioss"], skus=["CB-06-NAT", "CB-09-NAT"])[0])
    assert imported["orderItems"][0]["fulfillment"]["shipping"]["internationalShipping"]["iossNumber"]


@pytest.mark.parametrize("event, status", [("cancel", "CANCELLED"), ("ship", "SHIPPED"), ("address", "UNSHIPPED"),
                                           ("cancel_request", "UNSHIPPED"), ("quantity", "UNSHIPPED")])
def test_events_change_the_order(api, event, status):
    [key] = api.place(kinds=["odd_total"])
    before = api.order(key)
    api.control(f"orders/{key}/{event}", {})
    after = api.order(key)
    assert after["fulfillment"]["fulfillmentStatus"] == status
    assert after["lastUpdatedTime"] >= before["lastUpdatedTime"]
    item, was = after["orderItems"][0], before["orderItems"][0]
    changed = {
        "cancel": item["cancellation"]["cancellationExecution"]["cancelledBy"] if event == "cancel" else None,
        "ship": event == "ship" and after["packages"][0]["trackingNumber"],
        "address": after.get("recipient") != before["recipient"],
        "cancel_request": item.get("cancellation", {}).get("cancellationRequest"),
        "quantity": item["quantityOrdered"] == was["quantityOrdered"] - 1,
    }
    assert changed[event]
    if "proceeds" in after:
        _check_amounts(after)


def test_a_cancelled_order_of_amazon_goes_back_to_its_shelf():
    api = Api(orders=0)

    def stock():
        listings = api.control("catalogue")["eu"]
        return [(listing["sku"], listing["quantity"], listing["reserved"]) for listing in listings]

    before = stock()
    [key] = api.control("orders", {"fulfilled_by": "marketplace", "kinds": []})["orders"]
    assert stock() != before
    api.control(f"orders/{key}/cancel", {})
    assert stock() == before


def test_an_event_that_the_state_forbids_is_refused(api):
    [key] = api.place(kinds=[])
    api.control(f"orders/{key}/ship", {})
    assert api.http.post(f"/_sim/orders/{key}/cancel").status_code == 409
    assert api.control(f"orders/{key}/refund", {})["happened"] == "refunded"


def test_no_order_is_sold_beyond_the_offered_quantity_unless_asked_for():
    api = Api(orders=0, stock=3)
    api.place(200)
    books = api.control("books")
    merchant = [listing for listing in api.control("catalogue")["eu"] if listing["channel"] == "merchant"]
    sold = sum(line["quantity"] for order in api.control("orders")["orders"] for line in order["lines"])
    assert sold == 3 * len(merchant) and books["oversold"]["units"] == 0
    assert api.place(1) == []
    assert len(api.place(2, allow_oversell=True)) == 2
    assert api.control("books")["oversold"]["units"] > 0


def test_the_world_is_the_same_for_the_same_seed():
    first, again, other = (Api(orders=40, seed=seed).control("orders")["orders"] for seed in (5, 5, 6))
    facts = [[(order["id"], order["total"], order["lines"], order["history"]) for order in world]
             for world in (first, again, other)]
    assert facts[0] == facts[1] != facts[2]


def test_the_stream_changes_earlier_orders():
    api = Api(orders=0, stock=10_000)
    for _ in range(400):
        api.simulator.world.stream()
    api.control("advance", {})
    api.control("advance", {})
    for _ in range(400):
        api.simulator.world.stream()
    happened = api.control("books")["events"]
    assert {"cancel", "cancel_request", "address", "refund", "quantity", "ship", "pay"} == set(happened)
    assert api.control("books")["orders"]["created"] == 800


def test_amazon_sends_the_goods_of_an_order_once_more_for_nothing():
    api = Api(orders=0)
    [first] = api.place(fulfilled_by="marketplace")
    assert api.http.post(f"/_sim/orders/{first}/replace").status_code == 409
    api.control("advance", {})
    again = api.control(f"orders/{first}/replace", {})["order"]
    api.control("advance", {})
    shown, before = api.order(again), api.order(first)
    assert shown["associatedOrders"] == [{"orderId": first, "associationType": "REPLACEMENT_ORIGINAL_ID"}]
    assert "associatedOrders" not in before
    assert Decimal(shown["proceeds"]["grandTotal"]["amount"]) == 0
    goods = [[(item["product"]["sellerSku"], item["quantityOrdered"]) for item in order["orderItems"]]
             for order in (shown, before)]
    assert goods[0] == goods[1]
    old = {key: api.get(f"/orders/v0/orders/{key}")["payload"] for key in (first, again)}
    assert (old[again]["IsReplacementOrder"], old[again]["ReplacedOrderId"]) == (True, first)
    assert (old[first]["IsReplacementOrder"], "ReplacedOrderId" in old[first]) == (False, False)
    assert api.http.post("/_sim/orders/302-0/replace").status_code == 404
