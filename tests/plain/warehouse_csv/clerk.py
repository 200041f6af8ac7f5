"""A warehouse whose clerk reads the files in the folder and writes reports into it."""

import csv
import io
import os
from decimal import Decimal
from itertools import count

from addons.overseas_warehouse_csv.connector.layouts import DOCUMENTS
from addons.overseas_warehouse_csv.connector.sheet import read_sheet

DAY = "2026-03-05"


class Clerk:
    """Works by files alone.

    :param Path path: the folder
    :param str code: of the warehouse
    :param dict stock: ``{sku: (sellable, damaged)}``
    """

    def __init__(self, path, code, stock):
        self.path, self.code = path, code
        self.stock = {sku: list(units) for sku, units in stock.items()}
        self._numbers = count(1)
        self.report_stock()

    def report_stock(self):
        rows = [[self.code, sku, good, bad, DAY] for sku, (good, bad) in self.stock.items()]
        self.report("stock", ["仓库", "SKU编码", "可用库存", "不良品", "库存时间"], rows)

    def receive(self, reference, counts, finished):
        rows = []
        for sku, (good, bad) in counts.items():
            self._change(sku, good, bad)
            rows.append([reference, sku, good, bad, DAY, "yes" if finished else "no", f"R{next(self._numbers)}"])
        headings = ["ASN", "SKU", "Received (good)", "Damaged", "Received at", "Finished", "Receipt"]
        self.report("receipts", headings, rows)
        self.report_stock()

    def ship(self, reference):
        lines = self.lines(reference)
        number = next(self._numbers)
        rows = [[reference, f"TRK{number}", "DHL", f"{DAY} 14:30", row["sku"], row["units"]] for row in lines]
        self.report("shipments", ["Order No.", "Tracking", "Carrier", "Ship date", "SKU", "Qty"], rows)
        for row in lines:
            self._change(row["sku"], -row["units"], 0)
        charge = ["运费", Decimal("4.20"), "EUR", DAY, reference, f"B{number}"]
        self.report("bills", ["费用类型", "金额", "币种", "日期", "关联单号", "费用单号"], [charge])
        self.report_stock()

    def bring_back(self, reference):
        rows = []
        for row in self.lines(reference):
            self._change(row["sku"], row["units"], 0)
            rows.append([f"RMA-{reference}", self.code, row["sku"], row["units"], "good", DAY, reference])
        self.report("returns", ["Return", "Warehouse", "SKU", "Units", "Condition", "Date", "Order"], rows)
        self.report_stock()

    def lines(self, reference):
        return [row for row in self.documents("orders") if row["reference"] == reference]

    def documents(self, kind):
        """Rows of all files for the warehouse."""
        files = sorted((self.path / "out" / kind).glob("*"))
        return [row for file in files for row in read_sheet(file.name, file.read_bytes(), DOCUMENTS[kind])]

    def report(self, kind, headings, rows):
        out = io.StringIO(newline="")
        csv.writer(out).writerows([headings, *rows])
        self.upload(kind, out.getvalue().encode("utf-8-sig"))

    def upload(self, kind, content, ending="csv"):
        """A file that a person put there, later than all before."""
        number = next(self._numbers)
        folder = self.path / "in" / kind
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{kind}-{number:04d}.{ending}"
        file.write_bytes(content)
        os.utime(file, (1_772_000_000 + number, 1_772_000_000 + number))
        return file

    def _change(self, sku, good, bad):
        there = self.stock.setdefault(sku, [0, 0])
        there[0] += good
        there[1] += bad
