"""An order of the world in the words of Orders v0 (model ``ordersV0.json``)."""

from decimal import Decimal

from ..world import money
from ..world.catalogue import MERCHANT
from ..world.marketplaces import quantum
from . import accounts
from .order_view import IOSS_NUMBER

STATUSES = {"PendingAvailability": "pending_availability", "Pending": "pending", "Unshipped": "unshipped",
            "PartiallyShipped": "partially_shipped", "Shipped": "shipped", "Canceled": "cancelled",
            "Unfulfillable": "unfulfillable", "InvoiceUnconfirmed": "invoice_unconfirmed"}
STATUS_NAMES = {name: text for text, name in STATUSES.items()}
PRICES = {"ItemPrice": "item", "ShippingPrice": "shipping", "PromotionDiscount": "discount",
          "ShippingDiscount": "shipping_discount"}
TAXES = {"ItemTax": "item", "ShippingTax": "shipping", "PromotionDiscountTax": "discount",
         "ShippingDiscountTax": "shipping_discount"}


def order(world_order, elements):
    """Return an order; ``elements`` are the kinds of personal data that the caller may see."""
    shipped = sum(line["shipped"] for line in world_order["lines"])
    ordered = sum(line["quantity"] for line in world_order["lines"])
    shown = {
        "AmazonOrderId": world_order["id"], "PurchaseDate": world_order["created"],
        "LastUpdateDate": world_order["updated"], "OrderStatus": STATUS_NAMES[world_order["status"]],
        "FulfillmentChannel": "MFN" if world_order["fulfilled_by"] == MERCHANT else "AFN",
        "SalesChannel": accounts.site_name(world_order["marketplace"]),
        "MarketplaceId": accounts.marketplace_id(world_order["marketplace"]),
        "ShipServiceLevel": world_order["service"].capitalize(),
        "ShipmentServiceLevelCategory": world_order["service"].capitalize(), "OrderType": "StandardOrder",
        "NumberOfItemsShipped": shipped, "NumberOfItemsUnshipped": _unshipped(world_order, ordered - shipped),
        "PaymentMethod": "Other", "IsBusinessOrder": bool(world_order["business"]), "IsPrime": False,
        "IsReplacementOrder": "replaces" in world_order, "EarliestShipDate": world_order["ship_from"],
        "LatestShipDate": world_order["ship_by"], "EarliestDeliveryDate": world_order["deliver_from"],
        "LatestDeliveryDate": world_order["deliver_by"],
    }
    if "replaces" in world_order:
        shown["ReplacedOrderId"] = world_order["replaces"]
    if world_order["status"] not in ("pending", "cancelled"):
        shown["OrderTotal"] = _money(money.order_total(world_order), world_order["currency"])
        if "shippingAddress" in elements:
            shown["ShippingAddress"] = address(world_order)
    if "buyerInfo" in elements:
        shown["BuyerInfo"] = buyer(world_order)
    return shown


def buyer(world_order):
    """Return the buyer; orders that Amazon ships name nobody."""
    shown = {}
    if world_order["fulfilled_by"] == MERCHANT:
        shown = {"BuyerEmail": accounts.email(world_order["buyer"]["email_alias"], world_order["marketplace"]),
                 "BuyerName": world_order["buyer"]["name"]}
    business = world_order["business"]
    if business:
        shown["BuyerTaxInfo"] = {"CompanyLegalName": business["company"]}
        shown |= {"PurchaseOrderNumber": business["purchase_order"]} if business["purchase_order"] else {}
    return shown


def address(world_order):
    """Return the delivery address; of orders that Amazon ships, only the place."""
    place = world_order["address"]
    shown = {"City": place["city"], "StateOrRegion": place["state"], "PostalCode": place["postcode"],
             "CountryCode": place["country"]}
    if world_order["fulfilled_by"] == MERCHANT:
        shown |= {"Name": place["name"], "AddressLine1": place["line1"], "Phone": place["phone"],
                  "AddressType": "Commercial" if place["commercial"] else "Residential"}
        shown |= {"AddressLine2": place["line2"]} if place["line2"] else {}
        shown |= {"CompanyName": place["company"]} if place.get("company") else {}
    return shown


def items(world_order, with_buyer):
    """Return the lines of an order."""
    return {"AmazonOrderId": world_order["id"],
            "OrderItems": [_item(world_order, line, with_buyer) for line in world_order["lines"]]}


def _unshipped(world_order, left):
    return 0 if world_order["status"] in ("pending", "cancelled") else left


def _item(world_order, line, with_buyer):
    shown = {
        "ASIN": line["asin"], "SellerSKU": line["sku"], "OrderItemId": line["id"], "Title": line["title"],
        "QuantityOrdered": 0 if world_order["status"] == "cancelled" else line["quantity"],
        "QuantityShipped": line["shipped"], "ConditionId": "New", "ConditionSubtypeId": "New",
        "IsGift": "true" if line["gift"] else "false",
    }
    if line["cancel_request"]:
        shown["BuyerRequestedCancel"] = {"IsBuyerRequestedCancel": "true", "BuyerCancelReason": line["cancel_request"]}
    if world_order["status"] not in ("pending", "cancelled"):
        shown |= _prices(line, world_order["currency"])
        shown |= {"PriceDesignation": "BusinessPrice"} if world_order["business"] else {}
        if with_buyer and line["gift"]:
            shown["BuyerInfo"] = _gift(world_order, line)
    return shown


def _prices(line, currency):
    shown = {name: _money(money.part(line, key), currency) for name, key in PRICES.items()
             if key == "item" or money.part(line, key)}
    if line["promotions"]:
        shown["PromotionIds"] = line["promotions"]
    scheme = line["tax"]["scheme"]
    if line["tax"]["payer"] == "collected":
        shown |= {name: _money(money.part(line, f"tax_{key}"), currency) for name, key in TAXES.items()
                  if key == "item" or money.part(line, f"tax_{key}")}
        shown["TaxCollection"] = {"Model": "MarketplaceFacilitator"}
        if scheme == "sales_tax":
            shown["TaxCollection"]["ResponsibleParty"] = "Amazon Services, Inc."
    if scheme in ("ioss", "uoss"):
        shown["DeemedResellerCategory"] = scheme.upper()
        shown |= {"IossNumber": IOSS_NUMBER} if scheme == "ioss" else {}
    return shown


def _gift(world_order, line):
    shown = {"GiftWrapPrice": _money(money.part(line, "gift_wrap"), world_order["currency"]),
             "GiftWrapLevel": line["gift"]["level"]}
    if line["tax"]["payer"] == "collected":
        shown["GiftWrapTax"] = _money(money.part(line, "tax_gift_wrap"), world_order["currency"])
    if world_order["fulfilled_by"] == MERCHANT:
        shown["GiftMessageText"] = line["gift"]["note"]
    return shown


def _money(value, currency):
    return {"CurrencyCode": currency, "Amount": str(Decimal(value).quantize(quantum(currency)))}
