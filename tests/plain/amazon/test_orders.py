"""Parsing of orders v2026-01-01, and a zoo of broken ones."""

import copy
from datetime import datetime, timezone

import pytest

from addons.marketplace.contract import Fulfilment, InvalidPayload, OrderStatus
from addons.marketplace_amazon.connector.orders import parse_order, raw_record
from tests.plain.amazon.amazon import DE, item, order


def test_fields_of_an_order():
    window = {"earliestDateTime": "2026-05-21T00:00:00+02:00", "latestDateTime": "2026-05-22T21:59:59.5Z"}
    payload = order(programs=["PRIME"])
    payload["fulfillment"].update(shipByWindow=window, deliverByWindow=window)
    parsed = parse_order(payload)
    assert parsed.external_id == "302-0000000-0000001"
    assert parsed.shop_id == DE
    assert parsed.status is OrderStatus.UNSHIPPED
    assert parsed.fulfilment is Fulfilment.MERCHANT
    assert parsed.ordered_at == datetime(2026, 5, 20, 10, tzinfo=timezone.utc)
    assert parsed.ship_by.start == datetime(2026, 5, 20, 22, tzinfo=timezone.utc)
    assert parsed.deliver_by.end == datetime(2026, 5, 22, 21, 59, 59, 500_000, tzinfo=timezone.utc)
    assert parsed.service_level == "STANDARD"
    assert parsed.programs == ("PRIME",)
    assert not parsed.is_business
    line = parsed.lines[0]
    assert (line.external_id, line.sku, line.product_id, line.title) == (
        "90000000000001",
        "SKU-1",
        "B000000001",
        "Teekanne",
    )


def test_buyer_key_is_the_lower_case_alias():
    buyer = parse_order(order()).buyer
    assert buyer.key == "abc123@marketplace.amazon.de"
    assert buyer.email == "ABC123@marketplace.amazon.de"
    assert parse_order({**order(), "buyer": {}}).buyer.key == ""


def test_address():
    address = parse_order(order()).address
    assert (address.name, address.street, address.city, address.country_code) == (
        "Erika Mustermann",
        "Heidestraße 17",
        "Köln",
        "DE",
    )
    assert not address.masked
    assert parse_order({**order(), "recipient": None}).address is None


@pytest.mark.parametrize(
    "change",
    [{"name": "***"}, {"addressLine1": "Masked"}, {"name": None}, {"phone": "+49 ***"}, {"addressLine1": "* * *"}],
)
def test_masked_address(change):
    payload = order()
    payload["recipient"]["deliveryAddress"].update(change)
    address = parse_order(payload).address
    assert address.masked
    assert address.postal_code == "51147"
    assert "*" not in address.name + address.street + address.phone
    assert "Masked" not in address.street


def test_business_order():
    registrations = [
        {"entityType": "MARKETPLACE", "taxRegistrationNumber": "LU26375245"},
        {"entityType": "BUYER", "taxRegistrationNumber": "DE123456789"},
    ]
    payload = order(programs=["AMAZON_BUSINESS"], tax={"taxRegistrations": registrations})
    payload["buyer"].update(buyerCompanyName="Muster GmbH", buyerPurchaseOrderNumber="PO-7")
    parsed = parse_order(payload)
    assert parsed.is_business
    assert parsed.buyer.vat == "DE123456789"
    assert (parsed.buyer.company, parsed.buyer.purchase_order) == ("Muster GmbH", "PO-7")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("PENDING_AVAILABILITY", OrderStatus.PENDING),
        ("PARTIALLY_SHIPPED", OrderStatus.PARTIALLY_SHIPPED),
        ("UNFULFILLABLE", OrderStatus.UNFULFILLABLE),
        ("LOST_IN_SPACE", OrderStatus.UNKNOWN),
    ],
)
def test_statuses(status, expected):
    parsed = parse_order(order(status=status))
    assert (parsed.status, parsed.status_text) == (expected, status)


def replaces(number, kind="REPLACEMENT_ORIGINAL_ID"):
    return [{"orderId": number, "associationType": kind}]


def test_a_replacement_names_the_order_that_it_replaces_and_may_state_no_money():
    payload = order(status="SHIPPED", associatedOrders=replaces("302-1"))
    assert parse_order(payload).total.text == "11.90"
    del payload["proceeds"], payload["orderItems"][0]["proceeds"]
    parsed = parse_order(payload)
    assert (parsed.is_replacement, parsed.replaces, parsed.total) == (True, "302-1", None)
    assert [(line.quantity, line.charges) for line in parsed.lines] == [(1, ())]


def test_an_exchange_is_no_replacement_and_must_state_its_money():
    payload = order(associatedOrders=replaces("302-1", "EXCHANGE_ORIGINAL_ID"))
    assert not parse_order(payload).is_replacement
    del payload["proceeds"]
    with pytest.raises(InvalidPayload, match="proceeds.grandTotal"):
        parse_order(payload)


def test_an_unknown_state_may_have_no_money_yet():
    payload = order(status="LOST_IN_SPACE")
    del payload["proceeds"], payload["orderItems"][0]["proceeds"]
    assert parse_order(payload).total is None


def test_shipped_by_amazon():
    payload = order(status="SHIPPED", items=[item(quantity=3, shipped=3)])
    payload["fulfillment"]["fulfilledBy"] = "AMAZON"
    parsed = parse_order(payload)
    assert parsed.fulfilment is Fulfilment.MARKETPLACE
    assert parsed.lines[0].quantity_shipped == 3


def quantities(one, status="UNSHIPPED"):
    line = parse_order(order(items=[one], status=status)).lines[0]
    return line.quantity, line.quantity_shipped


EXECUTED = {"cancellationExecution": {"cancelledBy": "MERCHANT", "cancelReason": "NO_INVENTORY"}}


def test_quantities():
    assert quantities(item(quantity=3, shipped=1)) == (3, 1)
    assert quantities(item(quantity=3, fulfillment={})) == (3, 0)
    left = {"quantityFulfilled": 1, "quantityUnfulfilled": 1}
    assert quantities(item(quantity=3, cancellation=EXECUTED, fulfillment=left)) == (2, 1)
    assert quantities(item(quantity=3), "CANCELLED") == (0, 0)


def test_cancelled_units_that_are_not_stated():
    with pytest.raises(InvalidPayload, match="units left"):
        quantities(item(quantity=3, cancellation=EXECUTED, fulfillment={}))


def test_more_units_than_ordered():
    with pytest.raises(InvalidPayload, match="2 shipped and 2 open units of 3"):
        quantities(item(quantity=3, fulfillment={"quantityFulfilled": 2, "quantityUnfulfilled": 2}))


def test_cancel_reasons():
    requested = {"cancellationRequest": {"requester": "BUYER", "cancelReason": "ORDERED_BY_MISTAKE"}}
    assert parse_order(order(items=[item(cancellation=requested)])).cancel_request == "ORDERED_BY_MISTAKE"
    left = {"quantityFulfilled": 0, "quantityUnfulfilled": 0}
    parsed = parse_order(order(items=[item(cancellation=EXECUTED, fulfillment=left)]))
    assert parsed.lines[0].cancel_reason == "NO_INVENTORY"
    assert parsed.cancel_request == ""


def test_gift_message():
    fulfillment = {"packing": {"giftOption": {"giftMessage": "Alles Gute!\nErika"}}}
    assert parse_order(order(items=[item(fulfillment=fulfillment)])).lines[0].gift_message == "Alles Gute!\nErika"


def test_packages():
    package = {
        "packageReferenceId": "17",
        "carrier": "DHL",
        "trackingNumber": "00340",
        "shipTime": "2026-05-21T08:00:00Z",
        "packageStatus": {"status": "SHIPPED"},
        "packageItems": [{"orderItemId": "A", "quantity": 1}, {"orderItemId": "A", "quantity": 2}],
    }
    (parsed,) = parse_order(order(packages=[package])).packages
    assert (parsed.external_id, parsed.carrier, parsed.tracking, parsed.status) == ("17", "DHL", "00340", "SHIPPED")
    assert parsed.quantities == {"A": 3}


def test_revision_tells_silent_changes():
    first, same, other = order(), copy.deepcopy(order()), order()
    other["recipient"]["deliveryAddress"]["city"] = "Bonn"
    reordered = dict(reversed(list(first.items())))
    assert raw_record(first).revision == raw_record(same).revision == raw_record(reordered).revision
    assert raw_record(first).revision != raw_record(other).revision
    assert raw_record(first).revision.startswith("2026-05-20T10:00:01Z-")


def changed(path, value):
    """An order with one field replaced; a value of ``...`` removes it."""
    payload = order()
    target = payload
    *parents, last = path
    for key in parents:
        target = target[key]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return payload


ZOO = [
    (["orderId"], ..., "orderId"),
    (["orderId"], 7, "orderId"),
    (["orderId"], " ", "orderId"),
    (["createdTime"], ..., "createdTime"),
    (["createdTime"], "2026-05-20T10:00:00", "createdTime"),
    (["lastUpdatedTime"], "20.05.2026", "lastUpdatedTime"),
    (["salesChannel"], ..., "salesChannel.marketplaceId"),
    (["salesChannel"], [], "salesChannel"),
    (["salesChannel", "marketplaceId"], "AXXXXXXXXXXXX", "salesChannel.marketplaceId"),
    (["fulfillment"], ..., "fulfillment.fulfillmentStatus"),
    (["fulfillment", "fulfillmentStatus"], " ", "fulfillment.fulfillmentStatus"),
    (["fulfillment", "fulfilledBy"], "NOBODY", "fulfillment.fulfilledBy"),
    (["fulfillment", "shipByWindow"], "soon", "fulfillment.shipByWindow"),
    (["orderItems"], ..., "orderItems"),
    (["orderItems"], {}, "orderItems"),
    (["orderItems"], [None], "orderItems[0]"),
    (["orderItems", 0, "orderItemId"], ..., "orderItems[0].orderItemId"),
    (["orderItems", 0, "quantityOrdered"], ..., "orderItems[0].quantityOrdered"),
    (["orderItems", 0, "quantityOrdered"], "1", "orderItems[0].quantityOrdered"),
    (["orderItems", 0, "quantityOrdered"], -1, "orderItems[0].quantityOrdered"),
    (["orderItems", 0, "quantityOrdered"], True, "orderItems[0].quantityOrdered"),
    (["orderItems", 0, "quantityOrdered"], 1.5, "orderItems[0].quantityOrdered"),
    (["orderItems", 0, "product"], "SKU-1", "orderItems[0].product"),
    (["orderItems", 0, "proceeds"], [], "orderItems[0].proceeds"),
    (["orderItems", 0, "proceeds", "proceedsTotal", "amount"], ..., "orderItems[0].proceeds.proceedsTotal"),
    (["orderItems", 0, "proceeds", "breakdowns", 0, "type"], ..., "orderItems[0].proceeds.breakdowns[0].type"),
    (["proceeds", "grandTotal"], "11.90", "proceeds.grandTotal"),
    (["proceeds", "grandTotal", "currencyCode"], None, "proceeds.grandTotal"),
    (["buyer"], "Erika", "buyer"),
    (["buyer", "buyerEmail"], {}, "buyer.buyerEmail"),
    (["recipient", "deliveryAddress"], "Köln", "recipient.deliveryAddress"),
    (["programs"], "PRIME", "programs"),
]


@pytest.mark.parametrize(("path", "value", "expected"), ZOO)
def test_broken_orders_name_the_field(path, value, expected):
    with pytest.raises(InvalidPayload) as caught:
        parse_order(changed(path, value))
    assert caught.value.path == expected
