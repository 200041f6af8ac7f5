"""The fallback: orders by the operations v0 become the same records as those of v2026-01-01."""

import json
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, OrderStatus, TaxCollector, TaxTreatment
from addons.marketplace_amazon.connector.connector import parse_order
from tests.plain.amazon.amazon import DE, SINCE, US, Amazon, breakdown, connect, item, order, parts
from tests.plain.fake_http import answer


def v0_money(amount, currency="EUR"):
    return {"Amount": amount, "CurrencyCode": currency}


def v0_item(**fields):
    return {
        "ASIN": "B000000001",
        "SellerSKU": "SKU-1",
        "OrderItemId": "90000000000001",
        "Title": "Teekanne",
        "QuantityOrdered": 1,
        "QuantityShipped": 0,
        "ItemPrice": v0_money("11.90"),
        **fields,
    }


def v0_order(total="11.90", currency="EUR", **fields):
    return {
        "AmazonOrderId": "302-0000000-0000001",
        "PurchaseDate": "2026-05-20T10:00:00Z",
        "LastUpdateDate": "2026-05-20T10:00:01Z",
        "OrderStatus": "Unshipped",
        "FulfillmentChannel": "MFN",
        "ShipmentServiceLevelCategory": "Standard",
        "MarketplaceId": DE,
        "OrderTotal": v0_money(total, currency),
        "IsBusinessOrder": False,
        "BuyerInfo": {"BuyerEmail": "ABC123@marketplace.amazon.de", "BuyerName": "Erika Mustermann"},
        "ShippingAddress": {
            "Name": "Erika Mustermann",
            "AddressLine1": "Heidestraße 17",
            "City": "Köln",
            "PostalCode": "51147",
            "CountryCode": "DE",
            "Phone": "+49 221 4710",
        },
        **fields,
    }


def combined(*items, **fields):
    return {**v0_order(**fields), "OrderItems": list(items)}


@pytest.mark.parametrize(("named", "number"), [({"ReplacedOrderId": "302-1"}, "302-1"), ({}, "")])
def test_a_replacement(named, number):
    free = {"ItemPrice": None}
    parsed = parse_order(combined(v0_item(**free), OrderTotal=None, IsReplacementOrder=True, **named))
    assert (parsed.is_replacement, parsed.replaces, parsed.total) == (True, number, None)
    assert not parse_order(combined(v0_item(), IsReplacementOrder=False)).is_replacement


def same(old, new):
    """Equal but for the revision, which tells the payload, and the stated total of a line, which v0 does not know."""
    return replace(parse_order(old), revision="") == replace(parse_order(new), revision="")


def test_simple_order_is_the_same_record():
    assert same(combined(v0_item()), order())


def test_everything_that_both_versions_know():
    old = combined(
        v0_item(
            QuantityOrdered=2,
            QuantityShipped=1,
            ItemPrice=v0_money("20.00"),
            ItemTax=v0_money("3.19"),
            ShippingPrice=v0_money("3.80"),
            ShippingTax=v0_money("0.61"),
            PromotionDiscount=v0_money("2.00"),
            PromotionDiscountTax=v0_money("0.32"),
            ShippingDiscount=v0_money("0.00"),
            TaxCollection={"Model": "MarketplaceFacilitator", "ResponsibleParty": "Amazon Services, Inc."},
            BuyerRequestedCancel={"IsBuyerRequestedCancel": "true", "BuyerCancelReason": "Mistake"},
            BuyerInfo={
                "GiftMessageText": "Alles Gute",
                "GiftWrapPrice": v0_money("3.00"),
                "GiftWrapTax": v0_money("0.48"),
            },
        ),
        total="24.80",
        OrderStatus="PartiallyShipped",
        IsBusinessOrder=True,
        EarliestShipDate="2026-05-21T00:00:00Z",
        LatestShipDate="2026-05-22T00:00:00Z",
        LatestDeliveryDate="2026-05-25T00:00:00Z",
        BuyerInfo={
            "BuyerEmail": "ABC123@marketplace.amazon.de",
            "BuyerName": "Erika Mustermann",
            "PurchaseOrderNumber": "PO-7",
            "BuyerTaxInfo": {"TaxClassifications": [{"Name": "VATNumber", "Value": "DE123456789"}]},
        },
    )
    breakdowns = [
        breakdown("ITEM", "20.00"),
        breakdown("SHIPPING", "3.80"),
        breakdown("GIFT_WRAP", "3.00"),
        breakdown("DISCOUNT", "-2.00", ITEM="-2.00"),
        breakdown("TAX", "3.96", ITEM="3.19", SHIPPING="0.61", GIFT_WRAP="0.48", DISCOUNT="-0.32"),
    ]
    fulfillment = {
        "quantityFulfilled": 1,
        "quantityUnfulfilled": 1,
        "packing": {"giftOption": {"giftMessage": "Alles Gute"}},
    }
    requested = {"cancellationRequest": {"requester": "BUYER", "cancelReason": "Mistake"}}
    collected = {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR"}]}
    one = item(
        total=None, breakdowns=breakdowns, quantity=2, fulfillment=fulfillment, cancellation=requested, tax=collected
    )
    new = order(total="24.80", items=[one], status="PARTIALLY_SHIPPED", programs=["AMAZON_BUSINESS"])
    new["buyer"]["buyerPurchaseOrderNumber"] = "PO-7"
    new["tax"] = {"taxRegistrations": [{"entityType": "BUYER", "taxRegistrationNumber": "DE123456789"}]}
    new["fulfillment"]["shipByWindow"] = {
        "earliestDateTime": "2026-05-21T00:00:00Z",
        "latestDateTime": "2026-05-22T00:00:00Z",
    }
    new["fulfillment"]["deliverByWindow"] = {"latestDateTime": "2026-05-25T00:00:00Z"}
    assert same(old, new)


def test_sales_tax_comes_on_top():
    facilitated = {"Model": "MarketplaceFacilitator"}
    one = v0_item(ItemPrice=v0_money("10.00", "USD"), ItemTax=v0_money("0.83", "USD"), TaxCollection=facilitated)
    (charge,) = parse_order(combined(one, total="10.83", currency="USD", MarketplaceId=US)).lines[0].charges
    assert charge.tax_treatment is TaxTreatment.ADDED
    assert charge.tax_collector is TaxCollector.MARKETPLACE


def test_taxes_of_two_discounts():
    one = v0_item(
        ItemPrice=v0_money("20.00"),
        ItemTax=v0_money("3.19"),
        ShippingPrice=v0_money("3.00"),
        ShippingTax=v0_money("0.48"),
        PromotionDiscount=v0_money("1.00"),
        PromotionDiscountTax=v0_money("0.16"),
        ShippingDiscount=v0_money("3.00"),
        ShippingDiscountTax=v0_money("0.48"),
    )
    charges = parse_order(combined(one, total="19.00")).lines[0].charges
    assert [(charge.kind.value, charge.tax.amount) for charge in charges] == [
        ("item", Decimal("3.19")),
        ("shipping", Decimal("0.48")),
        ("item_discount", Decimal("-0.16")),
        ("shipping_discount", Decimal("-0.48")),
    ]


def test_pending_and_cancelled_orders_without_money():
    for status, expected in (("Pending", OrderStatus.PENDING), ("Canceled", OrderStatus.CANCELLED)):
        payload = combined({**v0_item(QuantityOrdered=0), "ItemPrice": None}, OrderStatus=status)
        del payload["OrderTotal"]
        assert parse_order(payload).status is expected


def test_unknown_status_is_kept():
    parsed = parse_order(combined(v0_item(), OrderStatus="Lost"))
    assert (parsed.status, parsed.status_text) == (OrderStatus.UNKNOWN, "Lost")


def test_missing_status():
    with pytest.raises(InvalidPayload, match="OrderStatus"):
        parse_order(combined(v0_item(), OrderStatus=None))


class World:
    """Amazon's side of the v0 operations."""

    def __init__(self):
        self.tokens = []

    def __call__(self, request):
        path, query, body = parts(request)
        if path.endswith("/restrictedDataToken"):
            self.tokens.append(body["restrictedResources"][0])
            return answer({"restrictedDataToken": f"Atz.sprdt|{len(self.tokens)}", "expiresIn": 3600})
        assert request.headers["x-amz-access-token"].startswith("Atz.sprdt|")
        if path.endswith("/orderItems"):
            first = "NextToken" not in query
            shown = {"AmazonOrderId": "302-0000000-0000001", "OrderItems": [v0_item(OrderItemId="1" if first else "2")]}
            return answer({"payload": {**shown, "NextToken": "more"} if first else shown})
        if path == "/orders/v0/orders":
            shown = {"Orders": [v0_order(total="23.80")], "LastUpdatedBefore": "2026-05-27T23:58:00Z"}
            return answer({"payload": shown if "NextToken" in query else {**shown, "NextToken": "p2"}})
        return answer({"payload": v0_order(total="23.80")})


def test_fetching_with_restricted_tokens():
    world = World()
    amazon = Amazon(handler=world)
    connector, _time = connect(amazon, use_v0=True)
    first = connector.fetch_orders([DE], SINCE)
    assert parts(amazon.calls[1])[1] == {
        "MarketplaceIds": DE,
        "LastUpdatedAfter": "2026-05-01T00:00:00Z",
        "MaxResultsPerPage": "20",
    }
    assert world.tokens == [
        {"method": "GET", "path": "/orders/v0/orders", "dataElements": ["buyerInfo", "shippingAddress"]},
        {"method": "GET", "path": "/orders/v0/orders/{orderId}/orderItems", "dataElements": ["buyerInfo"]},
    ]
    (record,) = first.records
    assert first.complete_until is None
    parsed = connector.parse_order(json.loads(json.dumps(record.payload)))
    assert parsed.revision == record.revision
    assert [line.external_id for line in parsed.lines] == ["1", "2"]
    second = connector.fetch_orders([DE], SINCE, token=first.next_token)
    assert second.complete_until == datetime(2026, 5, 27, 23, 58, tzinfo=timezone.utc)


def test_one_order():
    connector, _time = connect(Amazon(handler=World()), use_v0=True)
    record = connector.fetch_order("302-0000000-0000001")
    assert connector.parse_order(record.payload).total.text == "23.80"


def test_both_versions_are_told_apart():
    connector, _time = connect(Amazon())
    assert connector.parse_order(order()).total.text == "11.90"
    assert connector.parse_order(combined(v0_item())).total.text == "11.90"
