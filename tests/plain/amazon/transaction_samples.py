"""Transactions as our client reads them, for tests: Amazon states amounts as numbers, here they are text."""

import json
import re

from tests.plain.amazon.amazon import DE
from tests.plain.fake_http import answer


def money(amount, currency="EUR"):
    return {"currencyAmount": amount, "currencyCode": currency}


def part(name, amount, *parts, currency="EUR"):
    """A breakdown."""
    return {"breakdownType": name, "breakdownAmount": money(amount, currency), "breakdowns": list(parts)}


def product(sku="SKU-1", units=1):
    return {"contextType": "ProductContext", "asin": "B000000001", "sku": sku, "quantityShipped": units,
            "fulfillmentNetwork": "AFN"}  # fmt: skip


def item(total, *breakdowns, sku="SKU-1", units=1, **values):
    return {"description": "Teekanne", "totalAmount": money(total), "breakdowns": list(breakdowns),
            "contexts": [product(sku, units)], **values}  # fmt: skip


def transaction(number, total, *items, kind="Shipment", status="RELEASED", breakdowns=(), **related):
    """One transaction; ``related`` are identifiers."""
    related = {"ORDER_ID": "302-0000000-0000001", **related}
    return {
        "sellingPartnerMetadata": {"sellingPartnerId": "A3SELLER", "accountType": "Standard Orders",
                                   "marketplaceId": DE},
        "relatedIdentifiers": [{"relatedIdentifierName": name, "relatedIdentifierValue": value}
                               for name, value in related.items() if value],
        "transactionType": kind,
        "transactionId": f"T{number}",
        "transactionStatus": status,
        "description": "Order Payment",
        "postedDate": f"2026-05-0{number}T08:00:00Z",
        "totalAmount": money(total),
        "marketplaceDetails": {"marketplaceId": DE, "marketplaceName": "Amazon.de"},
        "items": list(items),
        "breakdowns": list(breakdowns),
    }  # fmt: skip


def transactions():
    """A sale that is held back, the same set free, a refund, and a fee without an order."""
    fees = part("Expenses", "-9.20", part("AmazonFees", "-6.00", part("Commission", "-6.00", part("Base", "-6.00"))),
                part("FBAFees", "-3.20", part("FBAPerUnitFulfillmentFee", "-3.20", part("Base", "-2.69"),
                                              part("Tax", "-0.51"))))  # fmt: skip
    sale = item("30.78", part("Sales", "39.98", part("ProductCharges", "39.98")), fees, units=2)
    held = transaction(1, "30.78", sale, status="DEFERRED_RELEASED", RELEASE_TRANSACTION_ID="T2")
    until = {"contextType": "DeferredContext", "deferralReason": "DD7", "maturityDate": "2026-05-08T00:00:00Z"}
    refund = item("-16.99", part("Product Charges", "-19.99"), part("AmazonFees", "3.00", part("Commission", "3.00")))
    return [
        {**held, "contexts": [until]},
        transaction(2, "30.78", sale, DEFERRED_TRANSACTION_ID="T1", SETTLEMENT_ID="20000000001"),
        transaction(3, "-16.99", refund, kind="Refund", REFUND_ID="R1"),
        transaction(4, "-39.00", kind="ServiceFee", ORDER_ID="",
                    breakdowns=[part("Expenses", "-39.00", part("Subscription", "-39.00"))]),  # fmt: skip
    ]


def listed(*found, **payload):
    """An answer of listTransactions, with amounts as numbers."""
    text = json.dumps({"payload": {"transactions": list(found), **payload}})
    return answer(re.sub(r'("currencyAmount": )"([-0-9.]+)"', r"\1\2", text).encode())
