"""An order of the world in the words of Orders v2026-01-01.

Facts taken from the model's descriptions: buyer's e-mail and packages are there for merchant-fulfilled orders only, the
phone is never there for Amazon-fulfilled ones, and detailed breakdowns exist for TAX and DISCOUNT only. Until the
payment of a PENDING order is authorised, and after a cancellation, there are no address and no proceeds. Discounts are
negative, so that a total is the sum of its breakdowns; ITEM contains VAT unless a TAX breakdown stands beside it.
"""

from decimal import Decimal

from ..world import money
from ..world.catalogue import MERCHANT
from ..world.marketplaces import quantum
from . import accounts

INCLUDED_DATA = ("BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES",
                 "TAX", "PAYMENT", "FULFILLMENT_ORDERS")
STATUSES = {"PENDING_AVAILABILITY": "pending_availability", "PENDING": "pending", "UNSHIPPED": "unshipped",
            "PARTIALLY_SHIPPED": "partially_shipped", "SHIPPED": "shipped", "CANCELLED": "cancelled",
            "UNFULFILLABLE": "unfulfillable"}
STATUS_NAMES = {name: text for text, name in STATUSES.items()}
CATEGORIES = {"item": "ITEM", "shipping": "SHIPPING", "gift_wrap": "GIFT_WRAP"}
DISCOUNTED = {"discount": "ITEM", "shipping_discount": "SHIPPING"}
IOSS_NUMBER = "IM4420001201"


def view(order, included):
    """Return the order with the data sets asked for."""
    known = order["status"] not in ("pending", "cancelled")
    shown = {
        "orderId": order["id"], "createdTime": order["created"], "lastUpdatedTime": order["updated"],
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": accounts.marketplace_id(order["marketplace"]),
                         "marketplaceName": accounts.site_name(order["marketplace"])},
        "orderItems": [_item(order, line, included, known) for line in order["lines"]],
    }
    if order["business"]:
        shown["programs"] = ["AMAZON_BUSINESS"]
    if "replaces" in order:
        shown["associatedOrders"] = [{"orderId": order["replaces"], "associationType": "REPLACEMENT_ORIGINAL_ID"}]
    for name, key, build in (("BUYER", "buyer", _buyer), ("RECIPIENT", "recipient", _recipient),
                             ("PROCEEDS", "proceeds", _proceeds), ("PAYMENT", "payment", _payment),
                             ("TAX", "tax", _tax)):
        if name in included and known:
            shown |= {key: value} if (value := build(order)) else {}
    if "FULFILLMENT" in included:
        shown["fulfillment"] = _fulfillment(order)
    if "PACKAGES" in included and order["packages"] and order["fulfilled_by"] == MERCHANT:
        shown["packages"] = [_package(package) for package in order["packages"]]
    return shown


def amount(value, currency):
    """Return an amount of money with exactly the decimals of its currency."""
    return {"amount": str(Decimal(value).quantize(quantum(currency))), "currencyCode": currency}


def _buyer(order):
    shown = {}
    if order["fulfilled_by"] == MERCHANT:
        shown = {"buyerName": order["buyer"]["name"],
                 "buyerEmail": accounts.email(order["buyer"]["email_alias"], order["marketplace"])}
    if order["business"]:
        shown["buyerCompanyName"] = order["business"]["company"]
        if order["business"]["purchase_order"]:
            shown["buyerPurchaseOrderNumber"] = order["business"]["purchase_order"]
    return shown


def _recipient(order):
    return {"deliveryAddress": _address(order["address"], order["fulfilled_by"] == MERCHANT)}


def _address(address, complete):
    """Return an address; of orders that Amazon ships, sellers see neither name nor street."""
    shown = {"city": address["city"], "stateOrRegion": address["state"], "postalCode": address["postcode"],
             "countryCode": address["country"]}
    if complete:
        shown |= {"name": address["name"], "addressLine1": address["line1"], "phone": address["phone"],
                  "addressType": "COMMERCIAL" if address["commercial"] else "RESIDENTIAL"}
        shown |= {"addressLine2": address["line2"]} if address["line2"] else {}
        shown |= {"companyName": address["company"]} if address.get("company") else {}
    return shown


def _proceeds(order):
    totals = {}
    for line in order["lines"]:
        for kind, value, _details in _breakdown(line):
            totals[kind] = totals.get(kind, Decimal(0)) + value
    return {"grandTotal": amount(money.order_total(order), order["currency"]),
            "breakdowns": [{"type": kind, "subtotal": amount(value, order["currency"])}
                           for kind, value in totals.items()]}


def _breakdown(line):
    """Return ``(type, subtotal, {subtype: value})`` of every part of a line that is not zero; ITEM always."""
    parts = [(kind, money.part(line, name), {}) for name, kind in CATEGORIES.items()
             if kind == "ITEM" or money.part(line, name)]
    if money.line_discount(line):
        parts.append(("DISCOUNT", -money.line_discount(line),
                      {kind: -money.part(line, name) for name, kind in DISCOUNTED.items()}))
    if line["tax"]["payer"] == "collected":
        details = {kind: money.part(line, f"tax_{name}") for name, kind in CATEGORIES.items()}
        details["DISCOUNT"] = -sum(money.part(line, f"tax_{name}") for name in DISCOUNTED)
        parts.append(("TAX", money.line_tax(line), details))
    return parts


def _payment(order):
    method = "Invoice" if order["business"] else "CreditCard"
    return {"paymentExecutions": [{"paymentMethod": method,
                                   "paymentAmount": amount(money.order_total(order), order["currency"])}]}


def _tax(order):
    business = order["business"]
    if not business or not business["vat_number"]:
        return {}
    return {"taxRegistrations": [{"entityType": "BUYER", "legalName": business["company"],
                                  "taxRegistrationType": "VAT", "taxRegistrationNumber": business["vat_number"],
                                  "taxRegistrationAddress": _address(order["address"], False)}]}


def _fulfillment(order):
    return {
        "fulfillmentStatus": STATUS_NAMES[order["status"]],
        "fulfilledBy": "MERCHANT" if order["fulfilled_by"] == MERCHANT else "AMAZON",
        "fulfillmentServiceLevel": order["service"].upper(),
        "shipByWindow": {"earliestDateTime": order["ship_from"], "latestDateTime": order["ship_by"]},
        "deliverByWindow": {"earliestDateTime": order["deliver_from"], "latestDateTime": order["deliver_by"]},
    }


def _package(package):
    return {
        "packageReferenceId": package["reference"], "createdTime": package["created"],
        "packageStatus": {"status": "SHIPPED"}, "carrier": package["carrier"], "shipTime": package["shipped_at"],
        "shippingService": package["service"], "trackingNumber": package["tracking"],
        "packageItems": [{"orderItemId": item["line"], "quantity": item["quantity"]} for item in package["items"]],
    }


def _item(order, line, included, known):
    currency = order["currency"]
    product = {"asin": line["asin"], "title": line["title"], "sellerSku": line["sku"],
               "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"}}
    if known:
        product["price"] = {"unitPrice": amount(line["unit_price"], currency)}
        product["price"] |= {"priceDesignation": "BUSINESS_PRICE"} if order["business"] else {}
    item = {"orderItemId": line["id"], "quantityOrdered": line["quantity"], "product": product}
    if "PROCEEDS" in included and known:
        item["proceeds"] = _item_proceeds(line, currency)
    if "PROMOTION" in included and line["promotions"]:
        item["promotion"] = {"breakdowns": [{"promotionId": promotion} for promotion in line["promotions"]]}
    if "CANCELLATION" in included and (cancellation := _cancellation(line)):
        item["cancellation"] = cancellation
    if "FULFILLMENT" in included:
        item["fulfillment"] = _item_fulfillment(order, line)
    if "TAX" in included and line["tax"]["payer"] == "collected" and known:
        item["tax"] = _item_tax(line)
    return item


def _item_proceeds(line, currency):
    breakdowns = []
    for kind, value, details in _breakdown(line):
        entry = {"type": kind, "subtotal": amount(value, currency)}
        if any(details.values()):
            entry["detailedBreakdowns"] = [{"subtype": subtype, "value": amount(part, currency)}
                                           for subtype, part in details.items() if part]
        breakdowns.append(entry)
    return {"proceedsTotal": amount(money.line_total(line), currency), "breakdowns": breakdowns}


def _cancellation(line):
    shown = {}
    if line["cancel_request"]:
        shown["cancellationRequest"] = {"requester": "BUYER", "cancelReason": line["cancel_request"]}
    if line["cancelled_by"]:
        who = {"marketplace": "AMAZON"}.get(line["cancelled_by"], line["cancelled_by"].upper())
        shown["cancellationExecution"] = {"cancelledBy": who, "cancelReason": line["cancel_request"] or "Not specified"}
    return shown


def _item_fulfillment(order, line):
    left = 0 if order["status"] == "cancelled" else line["quantity"] - line["shipped"]
    shown = {"quantityFulfilled": line["shipped"], "quantityUnfulfilled": left}
    if line["gift"]:
        option = {"giftWrapLevel": line["gift"]["level"]}
        if order["fulfilled_by"] == MERCHANT:
            option["giftMessage"] = line["gift"]["note"]
        shown["packing"] = {"giftOption": option}
    if line["tax"]["scheme"] == "ioss":
        shown["shipping"] = {"internationalShipping": {"iossNumber": IOSS_NUMBER}}
    return shown


def _item_tax(line):
    scheme = line["tax"]["scheme"]
    party = "Amazon Services, Inc." if scheme == "sales_tax" else "Amazon Services Europe S.a.r.L."
    shown = {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": party}]}
    if scheme in ("ioss", "uoss"):
        shown["taxCalculationBreakdowns"] = [{"reportingScheme": scheme.upper()}]
    return shown
