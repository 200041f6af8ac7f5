"""Finances 2024-06-19 listTransactions (model ``finances_2024-06-19.json``) out of the world's book of money.

What is held back is a transaction of its own, and once it is free another one that names it. Reserves and debts of
settlements are no transactions.
"""

from dataclasses import dataclass
from datetime import timedelta

from ..clock import to_text
from ..http import Operation, bad_input
from ..world import money_book, money_settle
from ..world.catalogue import MARKETPLACE
from ..world.marketplaces import quantum
from . import accounts

PAGE = 50
LAG = timedelta(minutes=2)
LONGEST = timedelta(days=180)
STATUSES = ("DEFERRED", "RELEASED", "DEFERRED_RELEASED")
#: Transaction type and description of each type of booking.
TYPES = {"sale": ("Shipment", "Order Payment"), "mcf": ("Shipment", "Order Payment"),
         "refund": ("Refund", "Refund Order"), "fee": ("ServiceFee", "Service Fee"),
         "advertising": ("ProductAdsPayment", "Cost of Advertising"),
         "reimbursement": ("Adjustment", "FBA Inventory Reimbursement")}
#: Where each kind of the book stands in the tree of breakdowns.
TREE = {
    "principal": ("Sales", "ProductCharges", "OurPricePrincipal"),
    "discount": ("Sales", "ProductCharges", "OurPriceDiscount"),
    "shipping": ("Sales", "ShippingCharges", "ShippingPrincipal"),
    "shipping_discount": ("Sales", "ShippingCharges", "ShippingDiscount"),
    "gift_wrap": ("Sales", "GiftwrapCharges", "GiftwrapPrincipal"),
    "tax": ("Sales", "Tax", "OurPriceTax"), "discount_tax": ("Sales", "Tax", "OurPriceTaxDiscount"),
    "shipping_tax": ("Sales", "Tax", "ShippingTax"),
    "shipping_discount_tax": ("Sales", "Tax", "ShippingTaxDiscount"), "gift_wrap_tax": ("Sales", "Tax", "GiftwrapTax"),
    "tax_withheld": ("Expenses", "TaxWithheld", "MarketplaceFacilitatorTax-Principal"),
    "shipping_tax_withheld": ("Expenses", "TaxWithheld", "MarketplaceFacilitatorTax-Shipping"),
    "gift_wrap_tax_withheld": ("Expenses", "TaxWithheld", "MarketplaceFacilitatorTax-Other"),
    "commission": ("Expenses", "AmazonFees", "Commission", "Base"),
    "shipping_commission": ("Expenses", "AmazonFees", "ShippingChargeback", "Base"),
    "refund_administration": ("Expenses", "AmazonFees", "RefundCommission", "Base"),
    "fulfilment": ("Expenses", "FBAFees", "FBAPerUnitFulfillmentFee", "Base"),
    "subscription": ("Expenses", "AmazonFees", "Subscription"), "advertising": ("Expenses", "AdvertisingFee"),
    "storage": ("Expenses", "FBAFees", "FBAStorageFee"),
    "mcf_order": ("Expenses", "FBAFees", "FBAPerOrderFulfillmentFee"),
    "mcf_units": ("Expenses", "FBAFees", "FBAPerUnitFulfillmentFee"),
    "removal": ("Expenses", "FBAFees", "FBARemovalFee"), "disposal": ("Expenses", "FBAFees", "FBADisposalFee"),
    "placement": ("Expenses", "FBAFees", "FBAInboundConvenienceFee"),
    "MISSING_FROM_INBOUND": ("Sales", "FBAInventoryReimbursement"),
}


@dataclass(frozen=True)
class Entry:
    """A transaction before it is shown.

    :param key: its id
    :param at: when it was posted
    :param booking: of the book of money
    :param related: further identifiers; those that are empty are not shown
    """

    key: str
    at: str
    status: str
    booking: dict
    related: dict


def list_transactions(call):
    """Return one page of transactions, oldest first."""
    since, until = _range(call)
    market, status = call.text("marketplaceId"), call.text("transactionStatus")
    if market is not None and market not in accounts.CODES:
        raise bad_input("marketplaceId is not known.")
    if status is not None and status not in STATUSES:
        raise bad_input(f"transactionStatus must be one of {', '.join(STATUSES)}.")
    found = [entry for entry in _entries(call) if since <= entry.at < until and status in (None, entry.status)
             and market in (None, _market_id(entry.booking))]
    found.sort(key=lambda entry: (entry.at, entry.key))
    begin = _offset(call)
    payload = {"transactions": [_view(call, entry) for entry in found[begin:begin + PAGE]]}
    if begin + PAGE < len(found):
        payload["nextToken"] = call.site.signer.seal("transactions", [call.region, begin + PAGE])
    return {"payload": payload}


def _range(call):
    since = call.moment("postedAfter")
    if since is None:
        raise bad_input("postedAfter must be provided.")
    latest = call.world.clock.now() - LAG
    until = call.moment("postedBefore") or latest
    if not since < until <= latest:
        raise bad_input("postedBefore must be later than postedAfter, and two minutes before the request.")
    if until - since > LONGEST:
        return "", ""
    return to_text(since), to_text(until)


def _offset(call):
    text = call.text("nextToken")
    if text is None:
        return 0
    token = call.site.signer.open("transactions", text)
    if token is None or token[0] != call.region:
        raise bad_input("nextToken is invalid.")
    return token[1]


def _entries(call):
    """Yield the transactions of bookings: one, or two where money was held back and is free."""
    now = to_text(call.world.clock.now())
    for booking in money_book.bookings(call.world, outlet=call.region):
        if booking["type"] in ("reserve", "carry"):
            continue
        key, settled = f"SIM-{booking['number']:09d}", booking["settlement"]
        if booking["release"] <= booking["at"]:
            yield Entry(key, booking["at"], "RELEASED", booking, {"SETTLEMENT_ID": settled})
        elif settled is None and booking["release"] > now:
            yield Entry(key, booking["at"], "DEFERRED", booking, {})
        else:
            yield Entry(key, booking["at"], "DEFERRED_RELEASED", booking, {"RELEASE_TRANSACTION_ID": f"{key}-R"})
            related = {"DEFERRED_TRANSACTION_ID": key, "SETTLEMENT_ID": settled}
            yield Entry(f"{key}-R", _freed(call.world, booking), "RELEASED", booking, related)


def _freed(world, booking):
    """Return when held money became free: a settlement may have taken it before its time."""
    settled = booking["settlement"] and money_settle.settlement(world, booking["settlement"])["end"]
    return min(booking["release"], settled or booking["release"])


def _market_id(booking):
    return accounts.marketplace_id(booking["market"]) if booking["market"] else None


def _view(call, entry):
    booking = entry.booking
    kind = TYPES["advertising" if booking["lines"][0]["kind"] == "advertising" else booking["type"]]
    related = {"ORDER_ID": booking["order"], **entry.related}
    seller = {"sellingPartnerId": accounts.SELLERS[call.region]["id"], "accountType": "Standard Orders"}
    shown = {
        "transactionId": entry.key, "transactionStatus": entry.status, "postedDate": entry.at, **_parts(call, booking),
        "transactionType": kind[0], "description": kind[1], "sellingPartnerMetadata": seller,
        "totalAmount": _money(booking["total"], booking["currency"]),
        "relatedIdentifiers": [{"relatedIdentifierName": name, "relatedIdentifierValue": value}
                               for name, value in related.items() if value]}
    if entry.status != "RELEASED":
        shown["contexts"] = [{"contextType": "DeferredContext", "deferralReason": "DD7",
                              "maturityDate": booking["release"]}]
    if booking["type"] == "mcf":
        shown["marketplaceDetails"] = {"marketplaceName": "Non-Amazon"}
    if booking["market"]:
        seller["marketplaceId"] = _market_id(booking)
        shown["marketplaceDetails"] = {"marketplaceId": _market_id(booking),
                                       "marketplaceName": accounts.site_name(booking["market"])}
    return shown


def _parts(call, booking):
    """Return the breakdowns of a booking, and the items of an order's."""
    order = call.world.get_order(booking["order"]) if booking["order"] else {"lines": []}
    items = [_item(order, line, [entry for entry in booking["lines"] if entry["line"] == line["id"]])
             for line in order["lines"]]
    return {"items": [item for item in items if item],
            "breakdowns": _breakdowns(booking["lines"], booking["currency"])}


def _item(order, line, entries):
    if not entries:
        return None
    product = {"contextType": "ProductContext", "asin": line["asin"], "sku": line["sku"],
               "quantityShipped": sum(entry["units"] for entry in entries),
               "fulfillmentNetwork": "AFN" if order["fulfilled_by"] == MARKETPLACE else "MFN"}
    return {"description": line["title"], "contexts": [product],
            "totalAmount": _money(sum(entry["amount"] for entry in entries), order["currency"]),
            "breakdowns": _breakdowns(entries, order["currency"])}


def _breakdowns(entries, currency, depth=0):
    """Return the tree of some lines of the book, each node with the sum of what is below it."""
    groups = {}
    for entry in entries:
        path = TREE.get(entry["kind"], ("Expenses", entry["kind"]))
        if depth < len(path):
            groups.setdefault(path[depth], []).append(entry)
    return [{"breakdownType": name, "breakdownAmount": _money(sum(entry["amount"] for entry in group), currency),
             "breakdowns": _breakdowns(group, currency, depth + 1)} for name, group in groups.items()]


def _money(amount, currency):
    return {"currencyCode": currency, "currencyAmount": float(amount.quantize(quantum(currency)))}


OPERATIONS = (
    Operation("listTransactions", "GET", "/finances/2024-06-19/transactions", list_transactions, 0.5, 10),
)
