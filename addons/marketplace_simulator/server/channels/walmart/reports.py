"""Reconciliation reports: the world's book of money in Walmart's words (document ``payment-reports``).

A settlement of the world is a report. Reports are known by their day, so that one that is made on the day of another
is given the day after it. Prices are after what Walmart funds, which is an amount of its own.
"""

import csv
import io
import zipfile
from datetime import timedelta
from decimal import Decimal

from ...clock import from_text
from ...http import Answer
from ...world import money_book, money_settle
from .order_view import customer_order, line_number
from .orders import bad

ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)
COLUMNS = (
    "Period Start Date", "Period End Date", "Total Payable", "Currency", "Transaction Key",
    "Transaction Posted Timestamp", "Transaction Type", "Transaction Description", "Customer Order #",
    "Customer Order line #", "Purchase Order #", "Purchase Order line #", "Amount", "Amount Type", "Ship Qty",
    "Commission Rate", "Transaction Reason Description", "Partner Item Id", "Partner GTIN", "Partner Item Name",
    "Product Tax Code", "Ship to State", "Ship to City", "Ship to Zipcode", "Contract Category", "Product Type",
    "Commission Rule", "Shipping Method", "Fulfillment Type", "Fulfillment Details",
)
#: Type of an amount of an order → the kinds of money that it sums up.
AMOUNTS = {
    "Product Price": ("principal", "platform_discount"),
    "Promo Code": ("discount",),
    "Shipping": ("shipping", "shipping_discount", "platform_shipping_discount"),
    "Gift Wrap": ("gift_wrap",),
    "Total Walmart Funded Savings": ("subsidy", "shipping_subsidy"),
    "Product tax": ("tax", "discount_tax"),
    "Product tax withheld": ("tax_withheld",),
    "Shipping tax": ("shipping_tax", "shipping_discount_tax"),
    "Shipping tax withheld": ("shipping_tax_withheld",),
    "Gift Wrap tax": ("gift_wrap_tax",),
    "Gift Wrap tax withheld": ("gift_wrap_tax_withheld",),
    "Commission on Product": ("commission",),
    "Commission on Shipping": ("shipping_commission",),
}
#: Type of a booking of an order → type and description of its transactions.
ORDERS = {"sale": ("Sale", "Purchase"), "refund": ("Refund", "Return Refund")}
#: Kind of money of no order → type, type of the amount, description.
OTHERS = {
    "advertising": ("Adjustment", "Fee/Reimbursement", "Walmart Product Advertising"),
    "reserve_held": ("Reserve", "", "Funds withheld to cover future refunds"),
    "reserve_returned": ("Release Reserve", "", "Reserve credited back"),
    "opening_balance": ("Adjustment", "Opening Balance", ""),
}


def dates(call):
    """The days of all reports."""
    _check_version(call)
    return {"availableApReportDates": [f"{last:%m%d%Y}" for _made, _first, last in _reports(call)]}


def file(call):
    """A report, as CSV in an archive."""
    _check_version(call)
    for made, first, last in _reports(call):
        if f"{last:%m%d%Y}" == call.text("reportDate"):
            return _archive(call, made, [_summary(made, first, last), *_rows(call, made)])
    raise bad("There is no report of this date.")


def _check_version(call):
    if call.text("reportVersion") != "v1":
        raise bad("Only reports of version v1 are made here.")


def _reports(call):
    """Yield ``(settlement, first day, last day)``; periods follow each other."""
    before = None
    for made in money_settle.settlements(call.world, outlets=[call.region]):
        first = before + ONE_DAY if before else from_text(made["start"]).date()
        before = max(first, from_text(made["end"]).date())
        yield made, first, before


def _archive(call, made, rows):
    text, stored = io.StringIO(), io.BytesIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow([f"Number of Lines in file {len(rows)}"])
    writer.writerows([[row.get(column, "") for column in COLUMNS] for row in rows])
    name = f"{call.site.partner}_{made['end']}"
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.csv", text.getvalue())
    headers = {"Content-Disposition": f"attachment; filename={name}.zip"}
    return Answer(200, stored.getvalue(), headers, "application/octet-stream")


def _summary(made, first, last):
    return {"Period Start Date": _day(first), "Period End Date": _day(last), "Total Payable": made["total"],
            "Currency": made["currency"], "Transaction Type": "PaymentSummary", "Transaction Key": _reference(made),
            "Transaction Posted Timestamp": _day(last), "Transaction Description": "Deposited in your account"}


def _reference(made):
    return made["payout"]["reference"] if made["payout"] else made["id"]


def _day(moment):
    return f"{moment:%m/%d/%Y}"


def _rows(call, made):
    for booking in money_book.bookings(call.world, settlement=made["id"]):
        day = from_text(booking["at"])
        common = {"Transaction Key": f"{day:%Y_%m_%d}_{booking['number']}", "Transaction Posted Timestamp": _day(day)}
        if booking["type"] in ORDERS:
            found = _of_order(call.world.get_order(booking["order"]), booking)
        else:
            found = (_other(line) for line in booking["lines"])
        for row in found:
            yield {**common, **row}


def _of_order(order, booking):
    """Yield an order's amounts, line by line."""
    kind, description = ORDERS[booking["type"]]
    for line in order["lines"]:
        money = [entry for entry in booking["lines"] if entry["line"] == line["id"]]
        about = {"Transaction Type": kind, "Transaction Description": description, **_about(order, line),
                 "Ship Qty": str(sum(entry["units"] for entry in money))}
        for name, kinds in AMOUNTS.items():
            amount = sum((entry["amount"] for entry in money if entry["kind"] in kinds), ZERO)
            if amount:
                yield {**about, "Amount": str(amount), "Amount Type": name}


def _about(order, line):
    number, address = line_number(order, line), order["address"]
    return {"Customer Order #": customer_order(order), "Customer Order line #": number, "Purchase Order #": order["id"],
            "Purchase Order line #": number, "Partner Item Id": line["sku"], "Partner Item Name": line["title"],
            "Ship to State": address["state"], "Ship to City": address["city"], "Ship to Zipcode": address["postcode"],
            "Fulfillment Type": "Seller Fulfilled"}


def _other(line):
    kind, amount_type, description = OTHERS[line["kind"]]
    return {"Transaction Type": kind, "Amount Type": amount_type, "Transaction Description": description,
            "Amount": str(line["amount"]), "Partner Item Id": line["sku"]}
