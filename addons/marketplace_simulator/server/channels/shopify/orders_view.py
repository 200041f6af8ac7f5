"""Orders of the world as Shopify shows them."""

from decimal import Decimal

from ...world import money
from ...world.marketplaces import VAT_RATES, rounded
from .amounts import Purse
from .connections import page, second

LOCATION = "gid://shopify/Location/70001"
SECOND_LOCATION = "gid://shopify/Location/70002"
LOCATIONS = {LOCATION: "Main warehouse", SECOND_LOCATION: "Showroom"}
_SHIPPED = {
    "pending": "UNFULFILLED",
    "unshipped": "UNFULFILLED",
    "partially_shipped": "PARTIALLY_FULFILLED",
    "shipped": "FULFILLED",
    "cancelled": "UNFULFILLED",
}
_GATEWAYS = {
    "cod": "Cash on Delivery (COD)",
    "bank_transfer": "Bank Deposit",
    "wallet": "paypal",
    "card": "shopify_payments",
}


def gid(kind, number):
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def tail(id_):
    """The number of a global id."""
    return str(id_).rpartition("/")[2]


class OrderView:
    """One order; a dictionary of its fields is :meth:`show`.

    :param order: the world's neutral order
    """

    def __init__(self, order):
        self.order, self.purse = order, Purse(order)
        self.included = all(line["tax"]["payer"] == "included" for line in order["lines"])
        self.cancelled = order["status"] == "cancelled"

    @property
    def id(self):
        """Its global id."""
        return gid("Order", self.order["id"])

    def show(self):
        """The fields of the type ``Order``."""
        order, bag = self.order, self.purse.bag
        return {
            "id": self.id,
            "name": f"#{order['number'] + 1000}",
            "createdAt": second(order["created"]),
            "processedAt": second(order["created"]),
            "updatedAt": second(order["updated"]),
            "cancelledAt": second(order["updated"]) if self.cancelled else None,
            "cancelReason": self._cancel_reason(),
            "cancellation": {"staffNote": order["cancels"][-1]["reason"]}
            if self.cancelled and order["cancels"]
            else None,
            "test": False,
            "edited": any(line["cancelled"] for line in order["lines"]),
            "displayFinancialStatus": self._financial_status(),
            "displayFulfillmentStatus": _SHIPPED[order["status"]],
            "taxesIncluded": self.included,
            "dutiesIncluded": False,
            "currencyCode": self.purse.shop,
            "presentmentCurrencyCode": self.purse.buyer,
            "email": f"{order['buyer']['email_alias']}@example.com",
            "note": None,
            "poNumber": order["business"]["purchase_order"] if order["business"] else None,
            "paymentGatewayNames": [_GATEWAYS[order["payment"]["method"]]],
            "totalPriceSet": bag(*self._charged()),
            "totalTipReceivedSet": bag(0),
            "additionalFees": [],
            "customer": {"id": gid("Customer", order["number"] + 30_000), "displayName": order["buyer"]["name"]},
            "purchasingEntity": self._company(),
            "paymentTerms": None,
            "shippingAddress": self._address(),
            "risk": self._risk(),
            "lineItems": lambda info, **args: page([self.line(line) for line in order["lines"]], **args),
            "shippingLines": lambda info, **args: page(self._shipping_lines(), **args),
            "fulfillmentOrders": lambda info, **args: page(self._fulfilment_orders(), **args),
            "fulfillments": lambda info, first=None: self.parcels()[:first],
        }

    # === MONEY === #

    def price_of(self, line):
        """``(price, discount, tax)`` of a line for all its units, cancelled ones included."""
        price, tax = self.removed_of(line)
        # A cancelled order keeps the parts of its lines; else they have shrunk.
        if self.cancelled:
            price = tax = Decimal()
        item, discount = money.part(line, "item"), money.part(line, "discount")
        if self.included:
            return price + item, discount, tax + self._vat(item - discount)
        return price + item, discount, tax + money.part(line, "tax_item") - money.part(line, "tax_discount")

    def removed_of(self, line, units=None):
        """``(price, tax)`` of units that were cancelled, by default of all of them."""
        units = line["cancelled"] if units is None else units
        price = Decimal(line["unit_price"]) * units
        if self.included:
            return price, self._vat(price)
        rate = money.part(line, "tax_item") / money.part(line, "item") if money.part(line, "item") else Decimal()
        return price, rounded(price * rate, self.purse.shop)

    def total(self):
        """What the buyer pays before anything is given back, Decimal."""
        return sum(self._charged(), Decimal())

    def unit_refund(self, line, units):
        """``(subtotal, tax)`` of some units as Shopify suggests to pay them back."""
        price, discount, tax = self.price_of(line)
        count = units_of(line, self.cancelled)
        share = Decimal(units) / count
        return rounded((price - discount) * share, self.purse.shop), rounded(tax * share, self.purse.shop)

    def _charged(self):
        amounts = []
        for line in self.order["lines"]:
            price, discount, tax = self.price_of(line)
            amounts += [price, -discount] + ([] if self.included else [tax])
        price, discount, tax = self._shipping()
        return amounts + [price, -discount] + ([] if self.included else [tax])

    def _shipping(self):
        order = self.order
        price = money.order_part(order, "shipping")
        discount = money.order_part(order, "shipping_discount")
        if self.included:
            return price, discount, self._vat(price - discount)
        tax = money.order_part(order, "tax_shipping") - money.order_part(order, "tax_shipping_discount")
        return price, discount, tax

    def _vat(self, gross):
        rate = Decimal(VAT_RATES.get(self.order["address"]["country"], "0.19"))
        return gross - rounded(gross / (1 + rate), self.purse.shop)

    def _taxes(self, tax):
        title = "VAT" if self.included else f"{self.order['address']['state']} State Tax"
        bag = self.purse.bag(tax)
        return [{"title": title, "rate": None, "channelLiable": False, "priceSet": bag}] if tax else []

    def _discounts(self, discount):
        return [{"allocatedAmountSet": self.purse.bag(discount)}] if discount else []

    # === PARTS === #

    def line(self, line):
        """The fields of ``LineItem``."""
        price, discount, tax = self.price_of(line)
        count = units_of(line, self.cancelled)
        left = 0 if self.cancelled else line["quantity"]
        return {
            "id": gid("LineItem", line["id"]),
            "name": line["title"],
            "sku": line["sku"],
            "quantity": count,
            "currentQuantity": left,
            "unfulfilledQuantity": left - min(left, line["shipped"]),
            "nonFulfillableQuantity": count - left,
            "requiresShipping": True,
            "isGiftCard": False,
            "variant": {"id": gid("ProductVariant", 40_000 + line["number"])},
            "originalTotalSet": self.purse.bag(price),
            "discountAllocations": self._discounts(discount),
            "taxLines": self._taxes(tax),
            "duties": [],
        }

    def parcels(self):
        """What was shipped, as ``Fulfillment``."""
        return [self.parcel(position, package) for position, package in enumerate(self.order["packages"])]

    def parcel(self, position, package):
        """One shipped package."""
        lines = [
            {
                "id": gid("FulfillmentLineItem", f"{item['line']}{position}"),
                "quantity": item["quantity"],
                "lineItem": {"id": gid("LineItem", item["line"])},
            }
            for item in package["items"]
        ]
        return {
            "id": gid("Fulfillment", f"{self.order['id']}{position}"),
            "status": "SUCCESS",
            "displayStatus": "FULFILLED",
            "createdAt": second(package["shipped_at"]),
            "totalQuantity": sum(item["quantity"] for item in package["items"]),
            "location": {"id": LOCATION, "name": LOCATIONS[LOCATION]},
            "trackingInfo": lambda info, first=None: [{"company": package["carrier"], "number": package["tracking"]}],
            "fulfillmentLineItems": lambda info, **args: page(lines, **args),
        }

    def _fulfilment_orders(self):
        order = self.order
        open_ = order["status"] in ("unshipped", "partially_shipped")
        lines = [
            {
                "id": gid("FulfillmentOrderLineItem", line["id"]),
                "lineItem": {"id": gid("LineItem", line["id"])},
                "remainingQuantity": 0 if self.cancelled else line["quantity"] - line["shipped"],
            }
            for line in order["lines"]
        ]
        return [
            {
                "id": gid("FulfillmentOrder", order["id"]),
                "status": {"cancelled": "CANCELLED", "shipped": "CLOSED", "pending": "ON_HOLD"}.get(
                    order["status"], "OPEN"
                ),
                "fulfillAt": second(order["ship_from"]),
                "fulfillBy": second(order["ship_by"]),
                "assignedLocation": {"name": LOCATIONS[LOCATION], "location": {"id": LOCATION}},
                "deliveryMethod": {
                    "methodType": "SHIPPING",
                    "presentedName": order["service"].title(),
                    "minDeliveryDateTime": second(order["deliver_from"]),
                    "maxDeliveryDateTime": second(order["deliver_by"]),
                },
                "supportedActions": [{"action": "CREATE_FULFILLMENT"}] if open_ else [],
                "lineItems": lambda info, **args: page(lines, **args),
            }
        ]

    def _shipping_lines(self):
        price, discount, tax = self._shipping()
        return [
            {
                "id": gid("ShippingLine", self.order["id"]),
                "title": self.order["service"].title(),
                "code": self.order["service"],
                "originalPriceSet": self.purse.bag(price),
                "discountAllocations": self._discounts(discount),
                "taxLines": self._taxes(tax),
            }
        ]

    def _company(self):
        business = self.order["business"]
        if not business:
            return {"__typename": "Customer"}
        taxes = {"taxRegistrationId": business["vat_number"]}
        place = {"name": business["company"], "taxSettings": taxes}
        return {"__typename": "PurchasingCompany", "company": {"name": business["company"]}, "location": place}

    def _address(self):
        address = self.order["address"]
        return {
            "name": address["name"],
            "company": address.get("company"),
            "address1": address["line1"],
            "address2": address.get("line2"),
            "city": address["city"],
            "province": address.get("state"),
            "zip": address["postcode"],
            "countryCodeV2": address["country"],
            "phone": address.get("phone"),
        }

    def _risk(self):
        high = self.order["risk"] == "high"
        level = {"riskLevel": "HIGH" if high else "LOW", "provider": None}
        return {"recommendation": "CANCEL" if high else "ACCEPT", "assessments": [level]}

    def _cancel_reason(self):
        return None if not self.cancelled else "CUSTOMER" if not self.order["cancels"] else "INVENTORY"

    def _financial_status(self):
        order = self.order
        if order["status"] == "pending":
            return "PENDING"
        if self.cancelled:
            return "VOIDED" if order["payment"]["method"] == "cod" else "REFUNDED"
        if order["payment"]["method"] == "cod" and order["status"] != "shipped":
            return "PENDING"
        back = sum((Decimal(entry["amount"]) for entry in order["refunds"]), Decimal())
        return "PAID" if not back else "PARTIALLY_REFUNDED" if back < money.order_total(order) else "REFUNDED"


def units_of(line, cancelled):
    """Units that were ordered."""
    return line["quantity"] if cancelled else line["quantity"] + line["cancelled"]
