"""Acknowledgement, shipments, cancellations."""

import pytest

from addons.marketplace_walmart.connector import CARRIERS
from tests.plain.walmart.play import ORDER, cancellation, serve, shipment, taken
from tests.plain.walmart.walmart import (
    NOW,
    SHOP,
    line,
    one,
    order,
    refusal,
    start,
    status,
)


def test_orders_are_acknowledged_one_by_one():
    def acknowledge(_query, _body, number):
        return one(order(1)) if number == ORDER else refusal("NOT_FOUND", "no such order", 404)

    _walmart, connector = start(orders_acknowledge=acknowledge)
    results = connector.acknowledge_orders(SHOP, [ORDER, "404"])
    assert [(result.reference, result.accepted) for result in results] == [(ORDER, True), ("404", False)]
    assert "no such order" in results[1].message


def test_units_of_lines_are_shipped():
    walmart, connector = start(orders_get=serve(line(1, quantity=3), line(2)), orders_ship=taken)
    assert connector.confirm_shipments([shipment((1, 2), (2, 1))])[0].accepted
    (body,) = walmart.sent("orders.ship")
    first, second = body["orderShipment"]["orderLines"]["orderLine"]
    (known,) = first["orderLineStatuses"]["orderLineStatus"]
    assert (first["lineNumber"], known["status"], known["statusQuantity"]["amount"]) == ("1", "Shipped", "2")
    assert known["trackingInfo"] == {
        "shipDateTime": int(NOW) * 1000,
        "carrierName": {"carrier": "UPS"},
        "methodCode": "Value",  # as ordered
        "trackingNumber": "1Z1",
    }
    assert second["sellerOrderId"] == "OUT/1" and "intentToCancelOverride" not in second
    assert "orders.acknowledge" not in walmart.count()


def test_what_was_not_acknowledged_is_first():
    walmart, connector = start(
        orders_get=serve(line(statuses=[status("Created")])), orders_acknowledge=taken, orders_ship=taken
    )
    assert connector.confirm_shipments([shipment()])[0].accepted
    assert [name for name, _query, _body in walmart.calls] == ["orders.get", "orders.acknowledge", "orders.ship"]


def test_a_parcel_that_has_left_goes_before_the_wish_to_cancel():
    walmart, connector = start(orders_get=serve(line(intentToCancel="CUSTOMER")), orders_ship=taken)
    assert connector.confirm_shipments([shipment()])[0].accepted
    (entry,) = walmart.sent("orders.ship")[0]["orderShipment"]["orderLines"]["orderLine"]
    assert entry["intentToCancelOverride"] is True


@pytest.mark.parametrize(
    ("carrier", "expected"),
    [
        ("fedex", {"carrier": "FedEx"}),
        ("Dhl E-Commerce US", {"carrier": "DHL Ecommerce - US"}),
        ("Pigeon Post", {"otherCarrier": "Pigeon Post"}),
    ],
)
def test_carriers(carrier, expected):
    walmart, connector = start(orders_get=serve(line()), orders_ship=taken)
    assert connector.confirm_shipments([shipment(carrier=carrier, tracking="A 1", service="Express")])[0].accepted
    (entry,) = walmart.sent("orders.ship")[0]["orderShipment"]["orderLines"]["orderLine"]
    tracking = entry["orderLineStatuses"]["orderLineStatus"][0]["trackingInfo"]
    assert (tracking["carrierName"], tracking["methodCode"]) == (expected, "Express")
    assert ("trackingURL" in tracking) is ("otherCarrier" in expected)
    assert len(CARRIERS) == len(set(CARRIERS)) == 76


def test_a_known_parcel_is_not_sent_again():
    half = line(quantity=2, statuses=[status("Shipped", 1, "1Z1"), status("Acknowledged", 1)])
    walmart, connector = start(orders_get=serve(half))
    (result,) = connector.confirm_shipments([shipment((1, 1))])
    assert (result.accepted, result.message) == (True, "already confirmed")
    assert set(walmart.count()) == {"orders.get"}


@pytest.mark.parametrize(
    ("lines", "wanted", "reason"),
    [
        ([line()], {"tracking": ""}, "tracking number"),
        ([line(2)], {}, "no line 1"),
        ([line(statuses=[status("Shipped", 1, "OTHER")])], {}, "no 1 units left"),
    ],
)
def test_refused_shipments_say_why(lines, wanted, reason):
    _walmart, connector = start(orders_get=serve(*lines))
    (result,) = connector.confirm_shipments([shipment(**wanted)])
    assert not result.accepted and reason in result.message and result.retry_after is None


@pytest.mark.parametrize(("lines", "expected"), [([(1, 1)], {"1": "1"}), ([], {"1": "2", "2": "1"})])
def test_units_or_all_that_is_open_are_cancelled(lines, expected):
    walmart, connector = start(orders_get=serve(line(1, quantity=2), line(2)), orders_cancel=taken)
    assert connector.cancel_orders([cancellation(*lines)])[0].accepted
    entries = walmart.sent("orders.cancel")[0]["orderCancellation"]["orderLines"]["orderLine"]
    statuses = {entry["lineNumber"]: entry["orderLineStatuses"]["orderLineStatus"][0] for entry in entries}
    assert {number: known["statusQuantity"]["amount"] for number, known in statuses.items()} == expected
    assert statuses["1"]["cancellationReason"] == "SELLER_CANCEL_PRICING_ERROR"


def test_what_is_cancelled_is_not_cancelled_again():
    gone = line(quantity=2, statuses=[status("Cancelled", 2)])
    walmart, connector = start(orders_get=serve(gone))
    assert all(result.accepted for result in connector.cancel_orders([cancellation((1, 2)), cancellation()]))
    assert set(walmart.count()) == {"orders.get"}


def test_nothing_left_to_cancel():
    _walmart, connector = start(orders_get=serve(line(statuses=[status("Shipped", 1, "1Z1")])))
    (result,) = connector.cancel_orders([cancellation()])
    assert not result.accepted and "nothing" in result.message


def test_declining_is_shipping():
    walmart, connector = start()
    assert connector.cancel_orders([cancellation(decline=True)])[0].accepted
    assert walmart.calls == []
