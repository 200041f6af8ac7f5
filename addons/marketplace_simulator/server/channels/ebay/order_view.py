"""An order of the world in the words of the Fulfillment API. Source: eBay's OpenAPI document, Order and LineItem.

The seller is paid in pounds: amounts of the American site are converted, and carry what they were before. Taxes that
eBay collects are in totals only if the tax breakdown is asked for.
"""

from decimal import Decimal

from ...world import money
from ...world.marketplaces import EURO_RATES, rounded
from .access import SELLER_ID

PAYOUT = "GBP"
FEE = Decimal("0.12")
CONVERTED = ("EBAY_US",)
DELIVERY = {"pending": "NOT_STARTED", "unshipped": "NOT_STARTED", "cancelled": "NOT_STARTED",
            "partially_shipped": "IN_PROGRESS", "shipped": "FULFILLED"}
SERVICES = {"EBAY_GB": "UK_RoyalMailSecondClassStandard", "EBAY_DE": "DE_DHLPaket", "EBAY_US": "USPSPriority"}


def view(order, breakdown, details=False):
    """Return the order.

    :param breakdown: whether taxes are shown and counted
    :param details: whether it was asked for by itself, which tells more
    """
    lines = [_line(order, line, breakdown) for line in order["lines"] if line["quantity"]]
    total = sum((line_total(line, breakdown) for line in order["lines"]), Decimal(0))
    return {
        "orderId": order["id"], "legacyOrderId": order["id"], "creationDate": order["created"],
        "lastModifiedDate": order["updated"], "orderFulfillmentStatus": DELIVERY[order["status"]],
        "orderPaymentStatus": _payment_status(order), "sellerId": SELLER_ID, "buyer": _buyer(order),
        "pricingSummary": _summary(order, breakdown, total), "cancelStatus": _cancel_status(order, details),
        "paymentSummary": _payment(order, total),
        "fulfillmentStartInstructions": [_instruction(order)], "lineItems": lines,
        "fulfillmentHrefs": [f"/order/{order['id']}/shipping_fulfillment/{entry['fulfillmentId']}"
                             for entry in fulfilments(order)],
        "salesRecordReference": str(order["number"]),
        "totalMarketplaceFee": amount(order, rounded(total * FEE, order["currency"])),
        **({"ebayCollectAndRemitTax": True} if any(map(_collected, order["lines"])) else {}),
    }


def amount(order, value):
    """Return an Amount, converted where the seller is paid in another currency."""
    currency = order["currency"]
    if order["marketplace"] not in CONVERTED:
        return {"value": str(rounded(Decimal(value), currency)), "currency": currency}
    converted = Decimal(value) * EURO_RATES[PAYOUT] / EURO_RATES[currency]
    return {"value": str(rounded(converted, PAYOUT)), "currency": PAYOUT,
            "convertedFromValue": str(rounded(Decimal(value), currency)), "convertedFromCurrency": currency}


def line_total(line, breakdown):
    """Return what the buyer pays for a line, with or without the tax that eBay collects."""
    return money.line_total(line) - (Decimal(0) if breakdown else _collected(line))


def fulfilments(order):
    """Return the packages of an order."""
    return [{
        "fulfillmentId": package["tracking"] or f"999{number}", "shippedDate": package["shipped_at"],
        "lineItems": [{"lineItemId": item["line"], "quantity": item["quantity"]} for item in package["items"]],
        **({"shipmentTrackingNumber": package["tracking"], "shippingCarrierCode": package["carrier"]}
           if package["tracking"] else {}),
    } for number, package in enumerate(order["packages"])]


def legacy_item_id(number):
    """Return the id of a product's listing."""
    return f"{400_000_000_000 + number}"


def _collected(line):
    return money.line_tax(line) if line["tax"]["payer"] == "collected" else Decimal(0)


def _payment_status(order):
    if order["status"] == "pending":
        return "PENDING"
    paid_back = sum((Decimal(entry["amount"]) for entry in order["refunds"]), Decimal(0))
    if order["status"] == "cancelled" or paid_back >= money.order_total(order):
        return "FULLY_REFUNDED"
    return "PARTIALLY_REFUNDED" if paid_back else "PAID"


def _buyer(order):
    address = order["address"]
    tax_address = {"city": address["city"], "postalCode": address["postcode"], "countryCode": address["country"]}
    return {"username": f"buyer-{order['buyer']['key']}", "taxAddress": tax_address,
            "buyerRegistrationAddress": {"fullName": order["buyer"]["name"],
                                         "email": f"{order['buyer']['email_alias']}@members.ebay.com"}}


def _summary(order, breakdown, total):
    discount, delivery_discount = money.order_part(order, "discount"), money.order_part(order, "shipping_discount")
    tax = sum(map(_collected, order["lines"]), Decimal(0))
    return {
        "priceSubtotal": amount(order, money.order_part(order, "item")),
        "deliveryCost": amount(order, money.order_part(order, "shipping")), "total": amount(order, total),
        **({"priceDiscount": amount(order, -discount)} if discount else {}),
        **({"deliveryDiscount": amount(order, -delivery_discount)} if delivery_discount else {}),
        **({"tax": amount(order, tax)} if tax and breakdown else {}),
    }


def _cancel_status(order, details):
    reason = next((line["cancel_request"] for line in order["lines"] if line["cancel_request"]), None)
    if order["status"] == "cancelled":
        return {"cancelState": "CANCELED", "cancelRequests": [], "cancelledDate": order["updated"]}
    if reason is None:
        return {"cancelState": "NONE_REQUESTED", "cancelRequests": []}
    request = {"cancelInitiator": "Buyer", "cancelReason": reason, "cancelRequestId": f"53{order['number']}",
               "cancelRequestState": "REQUESTED", "cancelRequestedDate": order["updated"]}
    return {"cancelState": "IN_PROGRESS", "cancelRequests": [request] if details else []}


def _payment(order, total):
    due = total - rounded(total * FEE, order["currency"])
    entry = {"paymentMethod": "EBAY", "amount": amount(order, due),
             "paymentStatus": "PENDING" if order["status"] == "pending" else "PAID"}
    entry |= {"paymentDate": order["created"]} if order["status"] != "pending" else {}
    refunds = [{"refundId": refund.get("id", f"R{number}"), "refundStatus": "REFUNDED", "refundDate": refund["at"],
                "amount": amount(order, refund["amount"])}
               for number, refund in enumerate(order["refunds"]) if refund["line"] is None]
    return {"totalDueSeller": amount(order, due), "payments": [entry], "refunds": refunds}


def _instruction(order):
    address = order["address"]
    contact = {"addressLine1": address["line1"], "city": address["city"], "postalCode": address["postcode"],
               "countryCode": address["country"]}
    contact |= {"addressLine2": address["line2"]} if address["line2"] else {}
    contact |= {"stateOrProvince": address["state"]} if address["state"] else {}
    ship_to = {"fullName": address["name"], "contactAddress": contact,
               "primaryPhone": {"phoneNumber": address["phone"]}}
    return {"fulfillmentInstructionsType": "SHIP_TO", "minEstimatedDeliveryDate": order["deliver_from"],
            "maxEstimatedDeliveryDate": order["deliver_by"],
            "shippingStep": {"shipTo": ship_to, "shippingServiceCode": SERVICES[order["marketplace"]]}}


def _line(order, line, breakdown):
    shown = {
        "lineItemId": line["id"], "legacyItemId": legacy_item_id(line["number"]), "sku": line["sku"],
        "title": line["title"], "quantity": line["quantity"], "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": order["marketplace"], "purchaseMarketplaceId": order["marketplace"],
        "lineItemFulfillmentStatus": _line_status(line), "lineItemCost": amount(order, money.part(line, "item")),
        "total": amount(order, line_total(line, breakdown)), "appliedPromotions": [], "taxes": [],
        "deliveryCost": {"shippingCost": amount(order, money.part(line, "shipping"))},
        "lineItemFulfillmentInstructions": {"shipByDate": order["ship_by"]},
        "refunds": [{"refundId": refund.get("id", f"R{number}"), "refundDate": refund["at"],
                     "amount": amount(order, refund["amount"])}
                    for number, refund in enumerate(order["refunds"]) if refund["line"] == line["id"]],
    }
    discount, delivery_discount = money.part(line, "discount"), money.part(line, "shipping_discount")
    if discount:
        shown["discountedLineItemCost"] = amount(order, money.part(line, "item") - discount)
        shown["appliedPromotions"] = [{"promotionId": promotion, "discountAmount": amount(order, discount)}
                                      for promotion in line["promotions"][:1]]
    if delivery_discount:
        shown["deliveryCost"]["discountAmount"] = amount(order, delivery_discount)
    if tax := _collected(line):
        kind = "STATE_SALES_TAX" if line["tax"]["scheme"] == "sales_tax" else "VAT"
        shown["ebayCollectAndRemitTaxes"] = [{"taxType": kind, "amount": amount(order, tax),
                                              "collectionMethod": "NET"}]
        if breakdown:
            shown["taxes"] = [{"taxType": kind, "amount": amount(order, tax)}]
    return shown


def _line_status(line):
    if not line["shipped"]:
        return "NOT_STARTED"
    return "FULFILLED" if line["shipped"] >= line["quantity"] else "IN_PROGRESS"
