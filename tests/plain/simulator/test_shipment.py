"""confirmShipment: what counts, what is refused, what is only said twice."""

import pytest

from .api import Api


def path(key):
    return f"/orders/v0/orders/{key}/shipmentConfirmation"


def package(api, order, reference="1", quantity=None, **changes):
    items = [{"orderItemId": item["orderItemId"], "quantity": quantity or item["quantityOrdered"]}
             for item in order["orderItems"]]
    detail = {"packageReferenceId": reference, "carrierCode": "DHL", "trackingNumber": f"JJD{reference}",
              "shipDate": api.ago(seconds=0), "orderItems": items, **changes}
    return {"marketplaceId": order["salesChannel"]["marketplaceId"],
            "packageDetail": {name: value for name, value in detail.items() if value is not None}}


@pytest.fixture
def order(api):
    return api.order(api.place(kinds=["odd_total"], marketplace="DE")[0])


def test_a_confirmed_order_is_shipped(api, order):
    assert api.call("POST", path(order["orderId"]), body=package(api, order)).status_code == 204
    shown = api.order(order["orderId"])
    assert shown["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert shown["packages"][0]["trackingNumber"] == "JJD1"
    listed = next(entry for entry in api.control("orders")["orders"] if entry["id"] == order["orderId"])
    assert listed["confirmations"][0]["tracking"] == "JJD1" and listed["lines"][0]["shipped"] > 1
    assert api.control("books")["shipments"] == {"confirmed": 1, "packages": 1, "repeated": 0, "rejected": 0}


def test_the_same_package_again_changes_nothing(api, order):
    body = package(api, order)
    assert [api.call("POST", path(order["orderId"]), body=body).status_code for _ in range(3)] == [204] * 3
    assert len(api.order(order["orderId"])["packages"]) == 1
    assert api.control("books")["shipments"] == {"confirmed": 1, "packages": 1, "repeated": 2, "rejected": 0}
    other = package(api, order, trackingNumber="OTHER")
    assert api.call("POST", path(order["orderId"]), body=other).status_code == 400


def test_an_order_ships_in_parts(api, order):
    whole = order["orderItems"][0]["quantityOrdered"]
    assert api.call("POST", path(order["orderId"]), body=package(api, order, "1", 1)).status_code == 204
    shown = api.order(order["orderId"])
    assert shown["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
    assert shown["orderItems"][0]["fulfillment"]["quantityUnfulfilled"] == whole - 1
    assert api.call("POST", path(order["orderId"]), body=package(api, order, "2", whole)).status_code == 400
    assert api.call("POST", path(order["orderId"]), body=package(api, order, "2", whole - 1)).status_code == 204
    shown = api.order(order["orderId"])
    assert shown["fulfillment"]["fulfillmentStatus"] == "SHIPPED" and len(shown["packages"]) == 2


@pytest.mark.parametrize("changes", [
    {"packageReferenceId": None}, {"packageReferenceId": "A1"}, {"carrierCode": None}, {"trackingNumber": None},
    {"trackingNumber": ""}, {"shipDate": None}, {"shipDate": "02/21/2026"}, {"shipDate": "2020-01-01T00:00:00Z"},
    {"carrierCode": "Other"}, {"orderItems": []}, {"orderItems": [{"orderItemId": "1", "quantity": 1}]},
    {"orderItems": [{"quantity": 1}]},
])
def test_wrong_confirmations_are_refused(api, order, changes):
    response = api.call("POST", path(order["orderId"]), body=package(api, order, **changes))
    assert response.status_code == 400
    assert api.order(order["orderId"])["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert api.control("books")["shipments"]["rejected"] == 1


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "1", True])
def test_quantities_are_positive_whole_numbers(api, order, quantity):
    items = [{"orderItemId": order["orderItems"][0]["orderItemId"], "quantity": quantity}]
    assert api.call("POST", path(order["orderId"]), body=package(api, order, orderItems=items)).status_code == 400


def test_orders_that_cannot_ship(api, order):
    wrong_market = {**package(api, order), "marketplaceId": "ATVPDKIKX0DER"}
    assert api.call("POST", path(order["orderId"]), body=wrong_market).status_code == 400
    assert api.call("POST", path("302-0000000-0000000"), body=package(api, order)).status_code == 404
    api.control(f"orders/{order['orderId']}/cancel", {})
    assert api.call("POST", path(order["orderId"]), body=package(api, order)).status_code == 400
    [key] = api.control("orders", {"fulfilled_by": "marketplace", "kinds": [], "marketplace": "DE"})["orders"]
    assert api.call("POST", path(key), body=package(api, api.order(key))).status_code == 400


def test_a_confirmation_without_its_answer_can_be_repeated():
    api = Api(orders=0)
    order = api.order(api.place(kinds=[], marketplace="DE")[0])
    api.control("faults", {"kind": "lost_answer", "operation": "confirmShipment", "count": 1, "seconds": 0})
    answers = [api.call("POST", path(order["orderId"]), body=package(api, order)).status_code for _ in range(2)]
    assert answers == [503, 204]
    assert len(api.order(order["orderId"])["packages"]) == 1
