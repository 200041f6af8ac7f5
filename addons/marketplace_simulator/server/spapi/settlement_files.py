"""Settlement reports GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2 out of the world's book of money.

Amazon makes one by itself for every settlement; nobody can ask for one. Amounts, times and the character set are
written the way of the account's region.
"""

from decimal import Decimal

from ..clock import from_text
from ..world import money_book, money_settle
from ..world.catalogue import MARKETPLACE
from ..world.marketplaces import in_region
from . import accounts, files

REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
COLUMNS = (
    "settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount", "currency",
    "transaction-type", "order-id", "merchant-order-id", "adjustment-id", "shipment-id", "marketplace-name",
    "amount-type", "amount-description", "amount", "fulfillment-id", "posted-date", "posted-date-time",
    "order-item-code", "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased",
    "promotion-id")
OTHER = "other-transaction"
#: Transaction type of bookings of orders; all others are ``other-transaction``.
TYPES = {"sale": "Order", "refund": "Refund", "mcf": "Order"}
#: Amount type and description of each kind of the book.
WORDS = {
    "principal": ("ItemPrice", "Principal"), "tax": ("ItemPrice", "Tax"), "shipping": ("ItemPrice", "Shipping"),
    "shipping_tax": ("ItemPrice", "ShippingTax"), "gift_wrap": ("ItemPrice", "GiftWrap"),
    "gift_wrap_tax": ("ItemPrice", "GiftWrapTax"), "discount": ("Promotion", "Principal"),
    "shipping_discount": ("Promotion", "Shipping"), "discount_tax": ("Promotion", "TaxDiscount"),
    "shipping_discount_tax": ("Promotion", "TaxDiscount"), "commission": ("ItemFees", "Commission"),
    "shipping_commission": ("ItemFees", "ShippingHB"), "fulfilment": ("ItemFees", "FBAPerUnitFulfillmentFee"),
    "refund_administration": ("ItemFees", "RefundCommission"), "subscription": (OTHER, "Subscription Fee"),
    "storage": (OTHER, "Storage Fee"), "advertising": ("Cost of Advertising", "TransactionTotalAmount"),
    "reserve_held": (OTHER, "Current Reserve Amount"), "reserve_returned": (OTHER, "Previous Reserve Amount Balance"),
    "opening_balance": (OTHER, "Payable to Amazon"), "removal": (OTHER, "RemovalComplete"),
    "disposal": (OTHER, "DisposalComplete"), "placement": (OTHER, "FBA Inbound Placement Service Fee"),
    "mcf_order": ("Shipment-Fees", "FBAPerOrderFulfillmentFee"), "mcf_units": ("ItemFees", "FBAPerUnitFulfillmentFee"),
    "MISSING_FROM_INBOUND": ("FBA Inventory Reimbursement", "MISSING_FROM_INBOUND"),
}
#: What withheld tax is called on; sales tax in America, VAT elsewhere.
WITHHELD = {"tax_withheld": "Principal", "shipping_tax_withheld": "Shipping", "gift_wrap_tax_withheld": "Other"}
#: Form of days, and character set, by region and currency.
DAYS = {"EUR": "%d.%m.%Y", "JPY": "%Y/%m/%d"}
DECIMAL_COMMA = ("EUR", "SEK", "PLN")
CHARSETS = {"eu": "Cp1252", "na": "UTF-8", "fe": "Shift_JIS"}


def publish(world, region):
    """Make the reports of a region's settlements that have none yet."""
    for settlement in money_settle.settlements(world, outlets=[region]):
        key = f"5{settlement['id']}"
        if world.store.document("report", key) is None:
            _publish(world, region, key, settlement)


def _publish(world, region, key, settlement):
    document, charset = f"amzn1.spdoc.1.4.{region}.{key}", CHARSETS[region]
    markets = [market.code for market in in_region(region) if market.currency == settlement["currency"]]
    world.store.put_document("report_document", document, region, settlement["end"], {
        "region": region, "created": settlement["end"], "contentType": f"text/plain; charset={charset}",
    }, files.pack(text(world, settlement), charset))
    world.store.put_document("report", key, region, settlement["end"], {
        "reportId": key, "reportType": REPORT, "region": region, "status": "DONE", "reportDocumentId": document,
        "marketplaceIds": [accounts.marketplace_id(code) for code in markets],
        "dataStartTime": settlement["start"], "dataEndTime": settlement["end"], "createdTime": settlement["end"],
        "starts": settlement["end"], "ends": settlement["end"]})


def text(world, settlement):
    """Return the file of a settlement."""
    paid = settlement["payout"]
    rows = [{
        "settlement-id": settlement["id"], "settlement-start-date": _moment(settlement, settlement["start"]),
        "settlement-end-date": _moment(settlement, settlement["end"]),
        "deposit-date": _moment(settlement, paid["at"] if paid else settlement["end"]),
        "total-amount": _amount(settlement, Decimal(settlement["total"])), "currency": settlement["currency"]}]
    for booking in money_book.bookings(world, settlement=settlement["id"]):
        order = world.get_order(booking["order"]) if booking["order"] else None
        rows += [_row(settlement, booking, order, *line) for line in _lines(booking)]
    table = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)]
    return "".join("\t".join(cells) + "\r\n" for cells in table)


def _lines(booking):
    """Return ``(words, amount, line)``; what is advertised is stated as one amount for all products."""
    lines = [(_words(booking, line), line["amount"], line) for line in booking["lines"]]
    if booking["lines"][0]["kind"] == "advertising":
        return [(lines[0][0], booking["total"], {**booking["lines"][0], "sku": ""})]
    return lines


def _words(booking, line):
    if line["kind"] in WITHHELD:
        tax = "Tax" if booking["outlet"] == "na" else "VAT"
        return "ItemWithheldTax", f"MarketplaceFacilitator{tax}-{WITHHELD[line['kind']]}"
    return WORDS[line["kind"]]


def _row(settlement, booking, order, words, amount, line):
    kind = "ServiceFee" if line["kind"] == "advertising" else TYPES.get(booking["type"], OTHER)
    moment = _moment(settlement, booking["at"])
    return {
        **_order_columns(booking, order, line), "settlement-id": settlement["id"],
        "transaction-type": kind, "amount-type": words[0], "amount-description": words[1],
        "amount": _amount(settlement, amount), "sku": line["sku"], "posted-date": moment.split(" ")[0],
        "posted-date-time": moment, "quantity-purchased": str(line["units"] or "")}


def _order_columns(booking, order, line):
    if booking["type"] == "mcf":
        return {"order-id": f"S02-{booking['number']:07d}-0000000", "merchant-order-id": booking["reference"],
                "fulfillment-id": "AFN", "marketplace-name": "Non-Amazon"}
    if order is None:
        return {}
    number = f"{booking['event']}-{order['number']}"
    return {"order-id": order["id"], "merchant-order-id": order["id"], "order-item-code": line["line"],
            "fulfillment-id": "AFN" if order["fulfilled_by"] == MARKETPLACE else "MFN",
            "marketplace-name": accounts.site_name(order["marketplace"]),
            "shipment-id" if booking["type"] == "sale" else "adjustment-id": number}


def _moment(settlement, text_):
    day = DAYS.get(settlement["currency"], "%Y-%m-%d")
    return from_text(text_).strftime(f"{day} %H:%M:%S UTC")


def _amount(settlement, amount):
    shown = str(amount)
    return shown.replace(".", ",") if settlement["currency"] in DECIMAL_COMMA else shown
