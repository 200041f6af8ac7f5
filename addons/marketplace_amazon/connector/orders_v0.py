"""Orders by the operations v0, which Amazon removes on 2027-03-27. Source: Amazon's model ``ordersV0``.

A v0 order and its items are kept as received, in one object (``OrderItems`` added to the order), and translated to the
shape of v2026-01-01, so that there is one parser.
"""

from urllib.parse import quote

from ...marketplace.contract import InvalidPayload, Money, RawRecord, parse_time
from .auth import RestrictedToken
from .fields import Node, format_time
from .orders import LATEST, page_of, revision_of

PATH = "/orders/v0/orders"
# Items come order by order, one call in two seconds: a larger page would hold the job for minutes.
PAGE_SIZE = 20

_STATUSES = {
    "PendingAvailability": "PENDING_AVAILABILITY",
    "Pending": "PENDING",
    "Unshipped": "UNSHIPPED",
    "InvoiceUnconfirmed": "UNSHIPPED",
    "PartiallyShipped": "PARTIALLY_SHIPPED",
    "Shipped": "SHIPPED",
    "Canceled": "CANCELLED",
    "Unfulfillable": "UNFULFILLABLE",
}
_FULFILMENTS = {"MFN": "MERCHANT", "AFN": "AMAZON"}
_SERVICE_LEVELS = {
    "Expedited": "EXPEDITED",
    "FreeEconomy": "FREE_ECONOMY",
    "NextDay": "NEXT_DAY",
    "Priority": "PRIORITY",
    "SameDay": "SAME_DAY",
    "SecondDay": "SECOND_DAY",
    "Scheduled": "SCHEDULED",
    "Standard": "STANDARD",
}
# (kind, field of the amount, field of its tax)
_CHARGES = (
    ("ITEM", "ItemPrice", "ItemTax"),
    ("SHIPPING", "ShippingPrice", "ShippingTax"),
    ("GIFT_WRAP", "GiftWrapPrice", "GiftWrapTax"),
    ("COD_FEE", "CODFee", None),
)
_DISCOUNTS = (
    ("ITEM", "PromotionDiscount", "PromotionDiscountTax"),
    ("SHIPPING", "ShippingDiscount", "ShippingDiscountTax"),
    ("COD_FEE", "CODFeeDiscount", None),
)
_ADDRESS = {
    "Name": "name",
    "CompanyName": "companyName",
    "AddressLine1": "addressLine1",
    "AddressLine2": "addressLine2",
    "AddressLine3": "addressLine3",
    "City": "city",
    "District": "districtOrCounty",
    "StateOrRegion": "stateOrRegion",
    "Municipality": "municipality",
    "PostalCode": "postalCode",
    "CountryCode": "countryCode",
    "Phone": "phone",
}


def is_v0(payload):
    """Whether a received order is of the operations v0."""
    return isinstance(payload, dict) and "AmazonOrderId" in payload


def fetch_page(api, marketplace_ids, since, until, token):
    """One page of orders changed in a range of time, with their items; tokens as in :func:`.orders.fetch_page`."""
    first_end, _, page_token = token.partition(" ")
    asked_at = api.now()
    restricted = _restricted(api, PATH, ["buyerInfo", "shippingAddress"])
    query = {
        "MarketplaceIds": sorted(marketplace_ids),
        "LastUpdatedAfter": format_time(since),
        "LastUpdatedBefore": until and format_time(until),
        "MaxResultsPerPage": str(PAGE_SIZE),
        "NextToken": page_token,
    }
    answer = Node(api.get("ordersV0.getOrders", PATH, query, auth=restricted)).node("payload")
    if first_end:
        end = parse_time(first_end, "token")
    else:
        end = answer.time("LastUpdatedBefore") or until or asked_at - LATEST
    items_auth = _restricted(api, f"{PATH}/{{orderId}}/orderItems", ["buyerInfo"])

    def record(payload, path):
        order_id = Node(payload, path).text("AmazonOrderId", required=True)
        return raw_record({**payload, "OrderItems": _fetch_items(api, order_id, items_auth)}, path)

    return page_of(answer, "Orders", answer.text("NextToken"), end, record)


def fetch_order(api, order_id):
    """One order with its items as :class:`RawRecord`."""
    path = f"{PATH}/{quote(order_id, safe='')}"
    answer = Node(api.get("ordersV0.getOrder", path, auth=_restricted(api, path, ["buyerInfo", "shippingAddress"])))
    items_auth = _restricted(api, f"{path}/orderItems", ["buyerInfo"])
    return raw_record({**answer.node("payload").data, "OrderItems": _fetch_items(api, order_id, items_auth)})


def raw_record(payload, path=""):
    """File an order of v0."""
    order = Node(payload, path)
    updated_at = order.time("LastUpdateDate", required=True)
    return RawRecord(
        kind="order",
        shop_id=order.text("MarketplaceId", required=True),
        external_id=order.text("AmazonOrderId", required=True),
        revision=revision_of(payload, updated_at),
        payload=payload,
        updated_at=updated_at,
    )


def translate(payload):
    """A v0 order in the shape of v2026-01-01; absent fields stay absent."""
    order = Node(payload)
    buyer = order.node("BuyerInfo")
    business = order.data.get("IsBusinessOrder") is True
    return _compact(
        {
            "orderId": order.text("AmazonOrderId", required=True),
            "createdTime": order.text("PurchaseDate", required=True),
            "lastUpdatedTime": order.text("LastUpdateDate", required=True),
            "programs": ["AMAZON_BUSINESS"] if business else None,
            "associatedOrders": _associations(order),
            "salesChannel": {"channelName": "AMAZON", "marketplaceId": order.text("MarketplaceId", required=True)},
            "buyer": {
                "buyerName": buyer.text("BuyerName"),
                "buyerEmail": buyer.text("BuyerEmail"),
                "buyerCompanyName": order.node("ShippingAddress").text("CompanyName") if business else "",
                "buyerPurchaseOrderNumber": buyer.text("PurchaseOrderNumber"),
            },
            "recipient": {"deliveryAddress": _translate_address(order)},
            "proceeds": {"grandTotal": _money(order, "OrderTotal")},
            "tax": {"taxRegistrations": _registrations(order)},
            "fulfillment": _translate_fulfilment(order),
            "orderItems": [_translate_item(item) for item in order.nodes("OrderItems")],
        }
    )


def _restricted(api, path, elements):
    """Authorisation for personal data of one path; the answer's token lives an hour and is not kept longer."""
    resource = {"method": "GET", "path": path, "dataElements": elements}
    payload = {"restrictedResources": [resource]}
    answer = Node(
        api.send(
            "tokens.createRestrictedDataToken",
            "POST",
            "/tokens/2021-03-01/restrictedDataToken",
            payload,
            idempotent=True,
        )
    )
    return RestrictedToken(answer.text("restrictedDataToken", required=True))


def _fetch_items(api, order_id, auth):
    items, token = [], ""
    while True:
        path = f"{PATH}/{quote(order_id, safe='')}/orderItems"
        answer = Node(api.get("ordersV0.getOrderItems", path, {"NextToken": token}, auth=auth)).node("payload")
        items += [item.data for item in answer.nodes("OrderItems")]
        token = answer.text("NextToken")
        if not token:
            return items


def _associations(order):
    if order.data.get("IsReplacementOrder") is not True:
        return []
    return [{"associationType": "REPLACEMENT_ORIGINAL_ID", "orderId": order.text("ReplacedOrderId")}]


def _translate_address(order):
    if "ShippingAddress" not in order:
        return None
    address = order.node("ShippingAddress")
    return {name: address.text(key) for key, name in _ADDRESS.items()}


def _registrations(order):
    classifications = order.node("BuyerInfo").node("BuyerTaxInfo").nodes("TaxClassifications")
    numbers = [entry.text("Value") for entry in classifications]
    numbers.append(order.node("BuyerTaxInformation").text("BuyerTaxRegistrationId"))
    return [{"entityType": "BUYER", "taxRegistrationNumber": number} for number in numbers if number]


def _translate_fulfilment(order):
    level = order.text("ShipmentServiceLevelCategory")
    status = order.text("OrderStatus", required=True)
    return {
        "fulfillmentStatus": _STATUSES.get(status, status),
        "fulfilledBy": _known(order, "FulfillmentChannel", _FULFILMENTS),
        "fulfillmentServiceLevel": _SERVICE_LEVELS.get(level, level),
        "shipByWindow": _window(order, "EarliestShipDate", "LatestShipDate"),
        "deliverByWindow": _window(order, "EarliestDeliveryDate", "LatestDeliveryDate"),
    }


def _translate_item(item):
    cancel = item.node("BuyerRequestedCancel")
    requested = cancel.text("IsBuyerRequestedCancel").lower() == "true"
    ordered, shipped = item.count("QuantityOrdered", required=True), item.count("QuantityShipped")
    return {
        "orderItemId": item.text("OrderItemId", required=True),
        "quantityOrdered": ordered,
        "product": {"asin": item.text("ASIN"), "title": item.text("Title"), "sellerSku": item.text("SellerSKU")},
        "proceeds": {"breakdowns": _breakdowns(item)},
        "tax": {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR"}] if _facilitated(item) else None},
        "cancellation": {
            "cancellationRequest": {"requester": "BUYER", "cancelReason": cancel.text("BuyerCancelReason")}
            if requested
            else None
        },
        "fulfillment": {
            "quantityFulfilled": shipped,
            "quantityUnfulfilled": None if shipped is None else ordered - shipped,
            "packing": {"giftOption": {"giftMessage": item.node("BuyerInfo").text("GiftMessageText")}},
        },
    }


def _facilitated(item):
    return item.node("TaxCollection").text("Model") == "MarketplaceFacilitator"


def _breakdowns(item):
    breakdowns, taxes, discounts = [], [], []
    for kind, amount_key, tax_key in _CHARGES:
        source = item.node("BuyerInfo") if kind == "GIFT_WRAP" else item
        amount = _money(source, amount_key)
        if amount:
            breakdowns.append({"type": kind, "subtotal": amount})
            taxes += _detail(kind, _money(source, tax_key))
    for kind, amount_key, tax_key in _DISCOUNTS:
        amount = _negated(_money(item, amount_key))
        if amount:
            discounts += _detail(kind, amount)
            taxes += _detail("DISCOUNT", _negated(_money(item, tax_key)))
    return breakdowns + _summed("DISCOUNT", discounts) + _summed("TAX", _merged(taxes))


def _detail(subtype, money):
    return [{"subtype": subtype, "value": money}] if money else []


def _merged(details):
    """Taxes on several discounts as one, since v2026-01-01 knows one tax per kind."""
    discounts = [detail["value"] for detail in details if detail["subtype"] == "DISCOUNT"]
    others = [detail for detail in details if detail["subtype"] != "DISCOUNT"]
    return others + (_detail("DISCOUNT", _total(discounts)) if discounts else [])


def _summed(kind, details):
    if not details:
        return []
    total = _total([detail["value"] for detail in details])
    return [{"type": kind, "subtotal": total, "detailedBreakdowns": details}]


def _total(values):
    total = sum(_amount(value) for value in values)
    return {"amount": str(total), "currencyCode": values[0]["currencyCode"]}


def _negated(money):
    if money is None or not _amount(money):
        return None
    return {**money, "amount": str(-abs(_amount(money)))}


def _amount(money):
    return Money.parse(money["amount"], money["currencyCode"], "OrderItems").amount


def _money(node, key):
    if key is None or key not in node:
        return None
    money = node.node(key)
    return {"amount": money.text("Amount", required=True), "currencyCode": money.text("CurrencyCode", required=True)}


def _window(order, start, end):
    return {"earliestDateTime": order.text(start), "latestDateTime": order.text(end)}


def _known(node, key, values):
    value = node.text(key, required=True)
    if value not in values:
        raise InvalidPayload(node.where(key), f"unknown value {value!r}")
    return values[value]


def _compact(value):
    """Without fields that are absent, empty text or empty objects."""
    if isinstance(value, dict):
        compacted = {key: _compact(item) for key, item in value.items()}
        return {key: item for key, item in compacted.items() if item not in (None, "", {}, [])}
    if isinstance(value, list):
        return [_compact(item) for item in value]
    return value
