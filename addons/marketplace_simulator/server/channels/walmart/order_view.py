"""Orders as Walmart writes them (document ``order-management``)."""

import uuid
from decimal import Decimal

from ...clock import from_text
from ...world import money

NAMESPACE = uuid.UUID("5d0c2f0e-3f43-4f0a-9a57-6b8f6f0f7a11")
CENT = Decimal("0.01")
#: Of the carriers that Walmart knows by name, those that training sellers use.
CARRIERS = frozenset(("UPS", "USPS", "FedEx", "OnTrac", "DHL", "GLS", "Royal Mail"))
METHODS = {"standard": "Value", "expedited": "Express"}
#: Part of a line → type and name of the charge, its sign, the part with its tax.
CHARGES = (("item", "PRODUCT", "ItemPrice", 1), ("shipping", "SHIPPING", "Shipping", 1),
           ("discount", "PRODUCT", "Discount", -1), ("shipping_discount", "SHIPPING", "ShippingDiscount", -1))


def millis(text):
    """Return epoch milliseconds of a time text."""
    return int(from_text(text).timestamp() * 1000)


def number(amount):
    """Return an amount as the JSON number that Walmart writes."""
    return float(amount)


def dollars(amount):
    """Return an amount of dollars."""
    return {"currency": "USD", "amount": number(amount)}


def units(quantity):
    """Return a quantity."""
    return {"unitOfMeasurement": "EACH", "amount": str(quantity)}


def line_number(order, line):
    """Return the number of a line within its order, from 1."""
    return str(1 + [known["id"] for known in order["lines"]].index(line["id"]))


def find_line(order, wanted):
    """Return the line of a number, or ``None``."""
    return next((line for line in order["lines"] if line_number(order, line) == str(wanted)), None)


def customer_order(order):
    """Return the number of the sales order that the purchase order belongs to."""
    return str(4021604000000 + order["number"])


def view(order, incentives=False):
    """Return a purchase order.

    :param incentives: whether to tell what Walmart adds to the price
    """
    address = order["address"]
    shipping = {"name": address["name"], "address1": address["line1"], "city": address["city"],
                "state": address["state"], "postalCode": address["postcode"], "country": "USA",
                "addressType": "RESIDENTIAL"}
    if address["line2"]:
        shipping["address2"] = address["line2"]
    return {
        "purchaseOrderId": order["id"],
        "customerOrderId": customer_order(order),
        "customerEmailId": f"{order['buyer']['email_alias'].upper()}@relay.walmart.com",
        "buyerId": str(uuid.uuid5(NAMESPACE, order["buyer"]["key"])),
        "orderType": "REGULAR",
        "orderDate": millis(order["created"]),
        "shippingInfo": {"phone": address["phone"], "estimatedDeliveryDate": millis(order["deliver_by"]),
                         "estimatedShipDate": millis(order["ship_by"]),
                         "methodCode": METHODS[order["service"]], "postalAddress": shipping},
        "orderLines": {"orderLine": [_line(order, line, incentives) for line in order["lines"]]},
        "shipNode": {"type": "SellerFulfilled"},
    }


def _line(order, line, incentives):
    body = {
        "lineNumber": line_number(order, line),
        "item": {"productName": line["title"], "sku": line["sku"], "condition": "New"},
        "charges": {"charge": list(_charges(line))},
        "orderLineQuantity": units(_ordered(order, line)),
        "statusDate": millis(order["updated"]),
        "orderLineStatuses": {"orderLineStatus": list(_statuses(order, line))},
        "fulfillment": {"fulfillmentOption": "S2H", "shipMethod": METHODS[order["service"]].upper()},
    }
    if line["cancel_request"]:
        body["intentToCancel"] = line["cancel_request"]
    platform = money.part(line, "platform_discount")
    if platform and incentives:
        body["incentive"] = {"type": "Walmart funded", "walmartFundedIncentive": dollars(_whole(line, platform))}
    refunds = [entry for entry in order["refunds"] if entry["line"] == line["id"] and entry.get("key")]
    if refunds:
        body["refund"] = _refund(refunds[-1])
    return body


def _ordered(order, line):
    """Return how many units of a line were ordered; a line that the seller cancelled with all of the order keeps its
    quantity in the world."""
    if order["status"] == "cancelled" and line["cancelled"] >= line["quantity"]:
        return line["cancelled"]
    return line["quantity"] + line["cancelled"]


def _charges(line):
    for part, kind, name, sign in CHARGES:
        amount = money.part(line, part)
        if part == "item":
            amount -= money.part(line, "platform_discount")
        if not amount:
            continue
        charge = {"chargeType": kind, "chargeName": name, "chargeAmount": dollars(sign * _whole(line, amount))}
        if tax := money.part(line, f"tax_{part}"):
            stated = {"taxName": "Tax1", "taxAmount": dollars(sign * _whole(line, tax))}
            charge |= {"tax": stated, "taxAndOtherFees": stated}
        yield charge


def _whole(line, amount):
    """Return an amount with the share of the cancelled units put back: they cost what the cheapest other one does."""
    if not line["cancelled"] or not line["quantity"]:
        return amount
    each = (amount / line["quantity"]).quantize(CENT, "ROUND_DOWN")
    return amount + each * line["cancelled"]


def _statuses(order, line):
    for package in order["packages"]:
        for item in package["items"]:
            if item["line"] == line["id"]:
                yield {"status": "Shipped", "statusQuantity": units(item["quantity"]),
                       "trackingInfo": _tracking(order, package)}
    left = line["quantity"] - line["shipped"] if order["status"] != "cancelled" else 0
    gone = _ordered(order, line) - line["shipped"] - left
    if left:
        yield {"status": "Acknowledged" if order["acknowledged"] else "Created", "statusQuantity": units(left)}
    if gone:
        yield {"status": "Cancelled", "statusQuantity": units(gone),
               "cancellationReason": "SELLER_CANCEL_OUT_OF_STOCK"}


def _tracking(order, package):
    carrier = {"carrier" if package["carrier"] in CARRIERS else "otherCarrier": package["carrier"]}
    return {"shipDateTime": millis(package["shipped_at"]), "carrierName": carrier,
            "methodCode": METHODS[order["service"]], "trackingNumber": package["tracking"]}


def _refund(entry):
    charge = {"chargeType": "PRODUCT", "chargeName": "ItemPrice", "chargeAmount": dollars(-Decimal(entry["amount"]))}
    return {"refundId": entry["id"], "refundComments": entry["key"],
            "refundCharges": {"refundCharge": [{"refundReason": entry["reason"], "charge": charge}]}}
