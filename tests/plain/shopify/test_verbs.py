"""What is sent when stock, parcels, cancellations and refunds are told, and what answers to it mean."""

from datetime import datetime, timezone

import requests

from addons.marketplace.contract import (
    Shipment,
    ShipmentLine,
    StockLevel,
)
from tests.plain.fake_http import FakeTime
from tests.plain.shopify.shop import DOMAIN, Shop, connect, page, parcel, part

AT = datetime(2026, 5, 21, 8, tzinfo=timezone.utc)


# === PARCELS === #


def shipping(parts, parcels=(), errors=()):
    return Shop(
        Fulfilments={"order": {"id": "1", "fulfillments": list(parcels)}},
        FulfilmentOrders={"order": {"id": "1", "cancelledAt": None, "fulfillmentOrders": page(parts)}},
        Fulfil={"fulfillmentCreate": {"fulfillment": {"id": "1"}, "userErrors": list(errors)}},
    )


def shipment(*lines, reference="OUT/1", **fields):
    values = {"carrier_code": "DHL", "carrier_name": "DHL", "tracking": "T1", **fields}
    return Shipment(reference, DOMAIN, "1", shipped_at=AT, lines=tuple(ShipmentLine(*line) for line in lines), **values)


def test_a_parcel_from_two_locations_is_two_fulfilments():
    parts = [part(1, "L1", {1: 2}), part(2, "L2", {1: 1, 2: 4}), part(3, "L1", {2: 9})]
    shop = shipping(parts)
    (result,) = connect(shop, FakeTime(), notify=True).confirm_shipments([shipment(("1", 3), ("2", 5))])
    assert result.accepted
    first, second = [call["fulfillment"] for call in shop.of("Fulfil")]
    assert first["lineItemsByFulfillmentOrder"] == [
        {"fulfillmentOrderId": "fo-1", "fulfillmentOrderLineItems": [{"id": "fol-1-1", "quantity": 2}]},
        {"fulfillmentOrderId": "fo-3", "fulfillmentOrderLineItems": [{"id": "fol-3-2", "quantity": 1}]},
    ]
    assert second["lineItemsByFulfillmentOrder"] == [
        {
            "fulfillmentOrderId": "fo-2",
            "fulfillmentOrderLineItems": [{"id": "fol-2-1", "quantity": 1}, {"id": "fol-2-2", "quantity": 4}],
        }
    ]
    assert first["notifyCustomer"] is True
    assert first["trackingInfo"] == {"number": "T1", "company": "DHL"}


def test_only_what_is_missing_is_sent():
    """The first of two fulfilments arrived, then the connection broke."""
    shop = shipping([part(2, "L2", {1: 1})], [parcel(1, {1: 2}, "T1"), parcel(2, {1: 1}, "OTHER")])
    assert connect(shop, FakeTime()).confirm_shipments([shipment(("1", 3))])[0].accepted
    ((chosen,),) = [call["fulfillment"]["lineItemsByFulfillmentOrder"] for call in shop.of("Fulfil")]
    assert chosen["fulfillmentOrderLineItems"] == [{"id": "fol-2-1", "quantity": 1}]


def test_cancelled_parcels_and_parts_that_others_ship_do_not_count():
    dead = parcel(1, {1: 1}, "T1", status="CANCELLED")
    shop = shipping([part(1, "L1", {1: 1}, actions=("REQUEST_FULFILLMENT",))], [dead])
    (result,) = connect(shop, FakeTime()).confirm_shipments([shipment(("1", 1))])
    assert (result.accepted, result.retry_after) == (False, None)
    assert "no open fulfilment for 1 of line 1" in result.message


def test_a_refusal_is_told():
    shop = shipping([part(1, "L1", {1: 1})], errors=[{"field": None, "message": "The order is on hold."}])
    (result,) = connect(shop, FakeTime()).confirm_shipments([shipment(("1", 1))])
    assert (result.accepted, result.message) == (False, "The order is on hold.")


def test_an_outage_leaves_the_rest_for_later():
    shop = shipping([part(1, "L1", {1: 1})])
    shop.answers["Fulfil"] = requests.ReadTimeout("no answer")
    many = [shipment(("1", 1)), shipment(("1", 1), reference="OUT/2")]
    results = connect(shop, FakeTime()).confirm_shipments(many)
    assert [(result.accepted, result.retry_after) for result in results] == [(False, 60), (False, 60)]
    assert len(shop.of("Fulfil")) == 1


# === STOCK === #


def variant(sku, quantity, tracked=True, active=True):
    level = {"id": "1", "isActive": active, "quantities": [{"name": "available", "quantity": quantity}]}
    item = {"id": f"item-{sku}", "tracked": tracked, "inventoryLevel": level}
    return {"id": f"variant-{sku}", "sku": sku, "inventoryItem": item}


def stocked(*variants, errors=()):
    return Shop(
        Stock={"productVariants": page(list(variants))},
        SetQuantities={"inventorySetQuantities": {"userErrors": list(errors)}},
    )


def push(shop, *levels, locations=("1",)):
    connector = connect(shop, FakeTime(), locations=locations)
    levels = [StockLevel(sku, quantity) for sku, quantity in levels]
    return {result.sku: (result.accepted, result.message) for result in connector.push_stock(DOMAIN, levels)}


def test_quantities_are_compared_and_set():
    shop = stocked(variant("A", 3), variant("AB", 9), variant("B", -2))
    assert push(shop, ("A", 7), ("B", 0)) == {"A": (True, ""), "B": (True, "")}
    (call,) = shop.of("SetQuantities")
    location = "gid://shopify/Location/1"
    assert call["input"] == {
        "name": "available",
        "reason": "correction",
        "quantities": [
            {"inventoryItemId": "item-A", "locationId": location, "quantity": 7, "changeFromQuantity": 3},
            {"inventoryItemId": "item-B", "locationId": location, "quantity": 0, "changeFromQuantity": -2},
        ],
    }
    assert len(call["key"]) == 36
    assert shop.of("Stock")[0]["query"] == 'sku:"A" OR sku:"B"'


def test_what_cannot_be_written_is_told_by_sku():
    shop = stocked(
        variant("TWICE", 1), variant("TWICE", 2), variant("FREE", 0, tracked=False), variant("AWAY", 0, True, False)
    )
    results = push(shop, ("TWICE", 1), ("FREE", 1), ("AWAY", 1), ("NONE", 1))
    assert {sku: message for sku, (_accepted, message) in results.items()} == {
        "TWICE": "2 variants have this SKU: give each its own",
        "FREE": "Shopify does not track the quantity of this variant",
        "AWAY": "not stocked at the location 1",
        "NONE": "the shop has no such SKU",
    }
    assert shop.of("SetQuantities") == []


def test_a_refused_level_does_not_stop_the_others():
    refusal = {"code": "NON_MUTABLE_INVENTORY_ITEM", "field": ["input", "quantities", "0"], "message": "A bundle."}
    shop = stocked(variant("BUNDLE", 1), variant("B", 1))
    shop.answers["SetQuantities"] = lambda variables: {
        "inventorySetQuantities": {"userErrors": [refusal] if len(variables["input"]["quantities"]) == 2 else []}
    }
    assert push(shop, ("BUNDLE", 5), ("B", 5)) == {"BUNDLE": (False, "A bundle."), "B": (True, "")}


def test_large_batches_are_split():
    skus = [f"S{number}" for number in range(260)]

    def search(variables):
        return {"productVariants": page([variant(sku, 0) for sku in skus if f'"{sku}"' in variables["query"]])}

    shop = stocked()
    shop.answers["Stock"] = search
    assert all(accepted for accepted, _message in push(shop, *((sku, 1) for sku in skus)).values())
    assert [len(call["input"]["quantities"]) for call in shop.of("SetQuantities")] == [250, 10]


def test_awkward_skus_are_quoted():
    shop = stocked(variant('19" RACK', 1))
    assert push(shop, ('19" RACK', 2)) == {'19" RACK': (True, "")}
    assert shop.of("Stock")[0]["query"] == r'sku:"19\" RACK"'
