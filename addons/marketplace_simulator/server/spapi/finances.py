"""Finances 2024-06-19 listTransactions (model ``finances_2024-06-19.json``) out of the world's book of money.

What is held back is a transaction of its own, and once it is free another one that names it. Reserves and debts of
settlements are no transactions.
"""

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
TYPES = {"sale": ("Shipment", "Order Payment"), "refund": ("Refund", "Refund Order"),
         "fee": ("ServiceFee", "Service Fee"), "advertising": ("ProductAdsPayment", "Cost of Advertising"),
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
    "subscription": ("Expenses", "AmazonFees", "Subscription"), "storage": ("Expenses", "FBAFees", "FBAStorageFee"),
    "advertising": ("Expenses", "AdvertisingFee"),
}


def list_transactions(call):
    """Return one page of transactions, oldest first."""
    since, until = _range(call)
    market, status = call.text("marketplaceId"), call.text("transactionStatus")
    if market is not None and market not in accounts.CODES:
        raise bad_input("marketplaceId is not known.")
    if status is not None and status not in STATUSES:
        raise bad_input(f"transactionStatus must be one of {', '.join(STATUSES)}.")
    found = [entry for entry in _transactions(call) if since <= entry["postedDate"] < until
             and market in (None, entry.get("marketplaceDetails", {}).get("marketplaceId"))
             and status in (None, entry["transactionStatus"])]
    found.sort(key=lambda entry: (entry["postedDate"], entry["transactionId"]))
    begin = _offset(call)
    payload = {"transactions": found[begin:begin + PAGE]}
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


def _transactions(call):
    now = to_text(call.world.clock.now())
    for booking in money_book.bookings(call.world, outlet=call.region):
        if booking["type"] not in ("reserve", "carry"):
            yield from _view(call, booking, now)


def _view(call, booking, now):
    """Yield the transactions of a booking: one, or two where its money was held back and is free."""
    key, held = f"SIM-{booking['number']:09d}", booking["release"] > booking["at"]
    free = booking["settlement"] is not None or booking["release"] <= now
    shown = {**_common(call, booking), "totalAmount": _money(booking["total"], booking["currency"]),
             **_parts(call, booking)}
    related = {"ORDER_ID": booking["order"], "SETTLEMENT_ID": booking["settlement"]}
    if not held:
        yield {**shown, "transactionId": key, "transactionStatus": "RELEASED", "postedDate": booking["at"],
               "relatedIdentifiers": _related(related)}
        return
    deferral = {"contextType": "DeferredContext", "deferralReason": "DD7", "maturityDate": booking["release"]}
    yield {**shown, "transactionId": key, "postedDate": booking["at"], "contexts": [deferral],
           "transactionStatus": "DEFERRED_RELEASED" if free else "DEFERRED",
           "relatedIdentifiers": _related({"ORDER_ID": booking["order"],
                                           "RELEASE_TRANSACTION_ID": f"{key}-R" if free else None})}
    if free:
        yield {**shown, "transactionId": f"{key}-R", "transactionStatus": "RELEASED",
               "postedDate": _freed(call.world, booking),
               "relatedIdentifiers": _related({**related, "DEFERRED_TRANSACTION_ID": key})}


def _freed(world, booking):
    """Return when held money became free: a settlement may have taken it before its time."""
    settled = booking["settlement"] and money_settle.settlement(world, booking["settlement"])["end"]
    return min(booking["release"], settled or booking["release"])


def _related(found):
    return [{"relatedIdentifierName": name, "relatedIdentifierValue": value} for name, value in found.items() if value]


def _common(call, booking):
    kind = "advertising" if booking["lines"][0]["kind"] == "advertising" else booking["type"]
    shown = {"transactionType": TYPES[kind][0], "description": TYPES[kind][1],
             "sellingPartnerMetadata": {"sellingPartnerId": accounts.SELLERS[call.region]["id"],
                                        "accountType": "Standard Orders"}}
    if booking["market"]:
        market = accounts.marketplace_id(booking["market"])
        shown["sellingPartnerMetadata"]["marketplaceId"] = market
        name = accounts.site_name(booking["market"])
        shown["marketplaceDetails"] = {"marketplaceId": market, "marketplaceName": name}
    return shown


def _parts(call, booking):
    """Return the items of an order's booking, or the breakdowns of any other."""
    if not booking["order"]:
        return {"items": [], "breakdowns": _breakdowns(booking["lines"], booking["currency"])}
    order = call.world.get_order(booking["order"])
    items = [_item(order, line, [entry for entry in booking["lines"] if entry["line"] == line["id"]])
             for line in order["lines"]]
    return {"items": [item for item in items if item], "breakdowns": _breakdowns(booking["lines"], booking["currency"])}


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
