"""What is sent when stock, parcels, cancellations and refunds are told, and what answers to it mean."""

from datetime import datetime, timezone

import pytest
import requests

from addons.marketplace.contract import (
    Cancellation,
    CancelReason,
    Money,
    Refund,
    RefundLine,
    Rejected,
    Restock,
    ReturnKind,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    StockLevel,
)
from addons.marketplace_shopify.connector.returns import parse_return
from tests.plain.fake_http import FakeTime
from tests.plain.shopify.shop import DOMAIN, bag, connect, data, page, parcel, refund, refund_line, sent

AT = datetime(2026, 5, 21, 8, tzinfo=timezone.utc)


class Shop:
    """Answers by operation name: a value, or a function of the variables; remembers what was sent."""

    def __init__(self, **answers):
        self.answers, self.sent = answers, []

    def __call__(self, request):
        name, variables = sent(request)
        self.sent.append((name, variables))
        found = self.answers[name]
        found = found(variables) if callable(found) else found
        return found if isinstance(found, Exception) else data(**found)

    def of(self, name):
        """Variables of each call of an operation."""
        return [variables for sent_name, variables in self.sent if sent_name == name]


# === PARCELS === #


def part(number, location, lines, actions=("CREATE_FULFILLMENT",)):
    """A fulfilment order; ``{line number: remaining units}``."""
    nodes = [
        {"id": f"fol-{number}-{key}", "remainingQuantity": units, "lineItem": {"id": f"gid://shopify/LineItem/{key}"}}
        for key, units in lines.items()
    ]
    return {
        "id": f"fo-{number}",
        "status": "OPEN",
        "assignedLocation": {"location": {"id": location}},
        "supportedActions": [{"action": action} for action in actions],
        "lineItems": page(nodes),
    }


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


# === CANCELLATIONS AND REFUNDS === #


def euro(text):
    return Money.parse(text, "EUR", "")


def payable(most="100.0", suggested=None, total=None, notes=()):
    payments = [{"gateway": name, "maximumRefundableSet": amount, "parentTransaction": {"id": f"t-{name}"}}
                for name, amount in (most if isinstance(most, list) else [("card", bag(most))])]  # fmt: skip
    return Shop(
        Refundable={
            "order": {
                "id": "1",
                "totalPriceSet": total or bag("100.0"),
                "refunds": [{"id": "1", "note": note} for note in notes],
                "suggestedRefund": {"amountSet": suggested or bag("10.0"), "suggestedTransactions": payments},
            }
        },
        GiveRefund={"refundCreate": {"refund": {"id": "1"}, "userErrors": []}},
    )


def test_a_refund_names_lines_restock_and_payments():
    shop = payable([("gift_card", bag("4.0")), ("card", bag("50.0"))])
    lines = (
        RefundLine("1", 2, euro("12.00"), Restock.SELLABLE),
        RefundLine("2", 1, euro("3.00"), Restock.UNSELLABLE),
        RefundLine("3", 0, euro("1.50")),
    )
    wish = Refund("REF/1", DOMAIN, "1", lines, "damaged", shipping=euro("2.50"))
    connector = connect(shop, FakeTime(), locations=("7",))
    assert connector.refund_orders([wish])[0].accepted
    (call,) = shop.of("GiveRefund")
    sent_refund = call["input"]
    assert sent_refund["refundLineItems"] == [
        {
            "lineItemId": "gid://shopify/LineItem/1",
            "quantity": 2,
            "restockType": "RETURN",
            "locationId": "gid://shopify/Location/7",
        },
        {"lineItemId": "gid://shopify/LineItem/2", "quantity": 1, "restockType": "NO_RESTOCK"},
    ]
    assert [(item["gateway"], item["amount"], item["parentId"]) for item in sent_refund["transactions"]] == [
        ("gift_card", "4.0", "t-gift_card"),
        ("card", "15.00", "t-card"),
    ]
    assert (sent_refund["shipping"], sent_refund["note"]) == ({"amount": "2.50"}, "damaged [REF/1]")
    connector.refund_orders([wish])
    assert shop.of("GiveRefund")[1]["key"] == call["key"]  # the same refund for Shopify, too


def test_a_refund_that_is_there_is_not_given_again():
    shop = payable(notes=["damaged [REF/10]", "damaged [REF/1]"])
    (result,) = connect(shop, FakeTime()).refund_orders([Refund("REF/1", DOMAIN, "1", (), "")])
    assert (result.accepted, result.message) == (True, "already refunded")


def test_refunds_go_back_in_the_currency_of_the_buyer():
    shop = payable([("card", bag("100.0", "EUR", "110.0", "USD"))], bag("10.0", "EUR", "11.03", "USD"),
                   bag("100.0", "EUR", "110.0", "USD"))  # fmt: skip
    for amount, paid in (("10.00", "11.03"), ("5.05", "5.56")):
        wish = Refund(f"REF/{amount}", DOMAIN, "1", (RefundLine("1", 1, euro(amount)),), "")
        assert connect(shop, FakeTime()).refund_orders([wish])[0].accepted
        refund_input = shop.of("GiveRefund")[-1]["input"]
        assert refund_input["currency"] == "USD"
        assert refund_input["transactions"][0]["amount"].rstrip("0") == paid.rstrip("0")


def test_impossible_refunds_are_refused():
    connector = connect(payable("5.0"), FakeTime())
    too_much = Refund("REF/1", DOMAIN, "1", (RefundLine("1", 1, euro("5.01")),), "")
    dollars = Refund("REF/2", DOMAIN, "1", (RefundLine("1", 1, Money.parse("1", "USD", "")),), "")
    results = connector.refund_orders([too_much, dollars])
    assert [result.message for result in results] == [
        "0.01 EUR more than can be paid back",
        "the order is in EUR, the refund in USD",
    ]


def cancellable(**answers):
    times = iter([None, "2026-05-21T10:00:00Z"])
    return Shop(
        Cancellation=lambda variables: {"order": {"id": "1", "cancelledAt": next(times)}},
        Cancel={"orderCancel": {"job": {"id": "gid://shopify/Job/1", "done": False}, "orderCancelUserErrors": []}},
        Job={"job": {"id": "gid://shopify/Job/1", "done": True}},
        **answers,
    )


def cancel(shop, **fields):
    time = FakeTime()
    wish = Cancellation("CAN/1", DOMAIN, "1", **{"reason": CancelReason.OUT_OF_STOCK, **fields})
    return connect(shop, time).cancel_orders([wish])[0], time


def test_cancelling_is_a_job():
    shop = cancellable()
    result, time = cancel(shop)
    assert (result.accepted, time.waits) == (True, [1.0])
    (call,) = shop.of("Cancel")
    assert (call["reason"], call["restock"], call["refund"]) == (
        "INVENTORY",
        True,
        {"originalPaymentMethodsRefund": True},
    )
    assert call["note"] == "out_of_stock [CAN/1]"


def test_a_slow_job_is_asked_for_later():
    shop = cancellable()
    shop.answers["Job"] = {"job": {"id": "gid://shopify/Job/1", "done": False}}
    result, _time = cancel(shop)
    assert (result.accepted, result.retry_after) == (False, 60)


def test_a_job_that_did_not_cancel():
    shop = cancellable(Nothing={})
    shop.answers["Cancellation"] = {"order": {"id": "1", "cancelledAt": None}}
    result, _time = cancel(shop)
    assert (result.accepted, result.message) == (False, "Shopify could not cancel the order")


def test_refused_cancellations():
    shop = cancellable()
    error = {"code": "INVALID", "field": None, "message": "Order has a fulfillment."}
    shop.answers["Cancel"] = {"orderCancel": {"job": None, "orderCancelUserErrors": [error]}}
    assert cancel(shop)[0].message == "Order has a fulfillment."
    assert "nothing to decline" in cancel(cancellable(), decline=True)[0].message


def test_cancelling_lines_is_a_refund_of_their_price():
    shop = payable(suggested=bag("7.0"))
    shop.answers["FulfilmentOrders"] = {"order": {"id": "1", "fulfillmentOrders": page([part(1, "L1", {5: 1})])}}
    result, _time = cancel(shop, lines=(ShipmentLine("5", 1),))
    assert result.accepted
    sent_refund = shop.of("GiveRefund")[0]["input"]
    assert sent_refund["refundLineItems"] == [
        {"lineItemId": "gid://shopify/LineItem/5", "quantity": 1, "restockType": "CANCEL", "locationId": "L1"}
    ]
    assert sent_refund["transactions"][0]["amount"] == "7.0"


# === RETURNS === #


@pytest.mark.parametrize(
    ("restock", "kind"),
    [("CANCEL", ReturnKind.CANCELLATION), ("NO_RESTOCK", ReturnKind.REFUND), ("RETURN", ReturnKind.RETURN)],
)
def test_kinds_of_refunds(restock, kind):
    delivery = {"id": "gid://shopify/RefundShippingLine/3", "subtotalAmountSet": bag("2.0"), "taxAmountSet": bag("0.4")}
    payload = refund(7, [refund_line(1, 1, "5.0", restock, "1.0")], "8.4", refundShippingLines=[delivery])
    payload["order"]["taxesIncluded"] = False
    result = parse_return(payload, DOMAIN)
    assert (result.external_id, result.order_id, result.kind, result.status) == (
        "Refund/7",
        "1",
        kind,
        ReturnStatus.REFUNDED,
    )
    assert [(line.order_line_id, line.quantity, line.amount.text) for line in result.lines] == [
        ("1", 1, "6.0"),
        ("", 0, "2.4"),
    ]
    assert result.refund.text == "8.4"


def test_an_unknown_return():
    with pytest.raises(Rejected, match="Return/9"):
        connect(Shop(Return={"return": None}), FakeTime()).fetch_return(DOMAIN, "Return/9")
