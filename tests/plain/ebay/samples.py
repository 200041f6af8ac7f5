"""Orders and returns as eBay sends them, made to measure for tests."""

from decimal import Decimal

GB = "EBAY_GB"


def amount(value, currency="GBP", **converted):
    """An Amount."""
    return {"value": str(value), "currency": currency, **converted}


def line(number=1, cost="10.00", quantity=1, currency="GBP", shipping="0.00", total=None, **fields):
    """A LineItem without discount and tax; ``fields`` add to it."""
    whole = total if total is not None else str(_sum(cost, shipping))
    return {
        "lineItemId": f"1002000000{number:04}",
        "legacyItemId": f"40000000{number:04}",
        "sku": f"CB-0{number}-NAT",
        "title": "Teapot",
        "lineItemCost": amount(cost, currency),
        "quantity": quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": GB,
        "purchaseMarketplaceId": GB,
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "total": amount(whole, currency),
        "deliveryCost": {"shippingCost": amount(shipping, currency)},
        "appliedPromotions": [],
        "taxes": [],
        "lineItemFulfillmentInstructions": {"shipByDate": "2026-05-21T22:59:59.000Z"},
        **fields,
    }


def order(number=1, lines=None, total=None, currency="GBP", **fields):
    """An Order; its total is what its lines add up to."""
    lines = [line()] if lines is None else lines
    whole = total if total is not None else str(sum(map(_total_of, lines)))
    return {
        "orderId": f"06-1000{number}-00001",
        "legacyOrderId": f"06-1000{number}-00001",
        "creationDate": "2026-05-20T10:00:00.000Z",
        "lastModifiedDate": f"2026-05-20T10:00:{number:02}.000Z",
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PAID",
        "sellerId": "crossborder",
        "buyer": {"username": "buyer_mustermann"},
        "pricingSummary": {"total": amount(whole, currency)},
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "paymentSummary": {"totalDueSeller": amount(whole, currency), "refunds": [], "payments": []},
        "fulfillmentStartInstructions": [
            {
                "fulfillmentInstructionsType": "SHIP_TO",
                "shippingStep": {
                    "shipTo": {
                        "fullName": "Erika Mustermann",
                        "contactAddress": {
                            "addressLine1": "17 Heath Street",
                            "city": "London",
                            "postalCode": "NW3 6TP",
                            "countryCode": "GB",
                        },
                        "primaryPhone": {"phoneNumber": "4420794600"},
                    },
                    "shippingServiceCode": "UK_RoyalMailSecondClassStandard",
                },
            }
        ],
        "fulfillmentHrefs": [],
        "lineItems": lines,
        **fields,
    }


def return_summary(number=1, order_number=1, status="RETURN_REQUESTED", **fields):
    """A member of a search of returns."""
    return {
        "returnId": f"500000000{number}",
        "orderId": f"06-1000{order_number}-00001",
        "buyerLoginName": "buyer_mustermann",
        "currentType": "MONEY_BACK",
        "state": status,
        "status": status,
        "creationInfo": {
            "item": {"itemId": "400000000001", "transactionId": "10020000000001", "returnQuantity": 1},
            "type": "MONEY_BACK",
            "reason": "ARRIVED_DAMAGED",
            "comments": {"content": "the spout is broken"},
            "creationDate": {"value": f"2026-05-2{number}T10:00:00.000Z"},
        },
        "sellerTotalRefund": {"estimatedRefundAmount": {"value": 10.0, "currency": "GBP"}},
        "sellerResponseDue": {"respondByDate": {"value": "2026-05-24T10:00:00.000Z"}},
        **fields,
    }


def _sum(*values):
    return sum(map(Decimal, values), Decimal(0))


def _total_of(entry):
    return _sum(entry["total"]["value"])
