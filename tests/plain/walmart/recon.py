"""Reconciliation reports as Walmart makes them, and a seller's account that has some."""

import csv
import io
import zipfile
from datetime import datetime, timezone

from addons.marketplace.contract import SettlementDocument
from tests.plain.fake_http import answer
from tests.plain.walmart.walmart import SHOP, start

COLUMNS = (
    "Period Start Date", "Period End Date", "Total Payable", "Currency", "Transaction Key",
    "Transaction Posted Timestamp", "Transaction Type", "Transaction Description", "Customer Order #",
    "Customer Order line #", "Purchase Order #", "Purchase Order line #", "Amount", "Amount Type", "Ship Qty",
    "Commission Rate", "Transaction Reason Description", "Partner Item Id", "Partner GTIN", "Partner Item Name",
    "Product Tax Code", "Ship to State", "Ship to City", "Ship to Zipcode", "Contract Category", "Product Type",
    "Commission Rule", "Shipping Method", "Fulfillment Type", "Fulfillment Details",
)  # fmt: skip


def summary(start, end, total, **fields):
    """The row that states a report as a whole; days are those of May 2026."""
    return {
        "Period Start Date": f"05/{start:02}/2026", "Period End Date": f"05/{end:02}/2026", "Total Payable": total,
        "Currency": "USD", "Transaction Key": f"2026_05_{end:02}_1", "Transaction Type": "PaymentSummary",
        "Transaction Posted Timestamp": f"05/{end + 1:02}/2026", "Transaction Description": "Deposited in account",
    } | fields  # fmt: skip


def amount(value, amount_type, kind="Sale", description="Purchase", day=5, **fields):
    """An amount of the first order."""
    return {
        "Transaction Key": f"2026_05_{day + 1:02}_1387066", "Transaction Posted Timestamp": f"05/{day:02}/2026",
        "Transaction Type": kind, "Transaction Description": description, "Customer Order #": "200014533145443",
        "Customer Order line #": "1", "Purchase Order #": "1796277083961", "Purchase Order line #": "1",
        "Amount": value, "Amount Type": amount_type, "Ship Qty": "2", "Partner Item Id": "SKU-1",
        "Partner Item Name": 'Teapot, 12", "blue"', "Fulfillment Type": "Seller Fulfilled",
    } | fields  # fmt: skip


def fee(value, amount_type, kind, description, day=9):
    """An amount that is about no order."""
    about = {"Purchase Order #": "", "Purchase Order line #": "", "Partner Item Id": "", "Ship Qty": ""}
    return amount(value, amount_type, kind, description, day, **about, **{"Customer Order #": ""})


def text_of(rows, columns=COLUMNS, counted=True):
    """A report as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    if counted:
        writer.writerow([f"Number of Lines in file {len(rows)}"])
    writer.writerows([[row.get(column, "") for column in columns] for row in rows])
    return file.getvalue().encode()


def zipped(content, name="10000000354_2026-05-16T23:09:54.438+0000.csv"):
    """A file in an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def document(rows, **options):
    """A report as document."""
    return SettlementDocument("report.csv", text_of(rows, **options))


def reports():
    """Rows of reports by date: one with sales, fees and a reserve, one that the seller owes."""
    broken = {"Transaction Reason Description": "Broken"}
    sold = [
        summary(2, 15, "1,013.85"),
        amount("1,199.00", "Product Price"),
        amount("98.92", "Product tax"),
        amount("-98.92", "Product tax withheld"),
        amount("-179.85", "Commission on Product"),
        amount("-11.12", "Fee/Reimbursement", "Adjustment", "Walmart Shipping Label Service Charge"),
        fee("-53.36", "", "Reserve", "Funds withheld to cover future refunds", 15),
        fee("59.18", "", "Release Reserve", "Reserve credited back", 15),
    ]
    owed = [
        summary(16, 24, "-30.00"),
        amount("-29.00", "Product Price", "Refund", "Return Refund", 20, **broken),
        amount("4.35", "Commission on Product", "Refund", "Return Refund", 20),
        fee("-5.35", "WFS Fee/Reimbursement", "Service Fee", "WFS StorageFee", 21),
    ]
    return {"05152026": sold, "05242026": owed}


class Reports:
    """Answers the operations of reports."""

    def __init__(self, found=None):
        self.found = reports() if found is None else found

    def dates(self, _query, _body):
        return answer({"availableApReportDates": list(self.found)})

    def file(self, query, _body):
        return answer(
            zipped(text_of(self.found[query["reportDate"]])), content_type="application/octet-stream",
            content_disposition="attachment; filename=10000000354_2026-05-16T23:09:54.438+0000.zip",
        )  # fmt: skip

    def handlers(self):
        return {"recon.dates": self.dates, "recon.file": self.file}


def read_dates(value):
    """Read the official example of the dates of reports."""
    walmart, connector = start(recon_dates=lambda *_args: answer(value))
    page = connector.fetch_settlements([SHOP], datetime(2018, 7, 1, tzinfo=timezone.utc))
    assert sorted(ref.handle["date"] for ref in page.refs) == sorted(value["availableApReportDates"])
    assert walmart.calls[-1][1] == {"reportVersion": "v1"}
