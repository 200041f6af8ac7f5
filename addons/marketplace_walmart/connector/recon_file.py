"""Reconciliation reports of version 1 as files: CSV, alone or in a ZIP archive as Walmart hands it out.

Sources: Walmart's OpenAPI ``payment-reports`` and its guide "Marketplace and WFS payment report overview". Columns are
found by name. After the header comes a row that counts the lines, and one that states the report as a whole:
``PaymentSummary``, with period, currency and total payable. Every other row is an amount, and they add up to it:
reserves and their release are rows, too. Amounts are signed as the seller gets them. Times are days.
"""

import csv
import io
import re
import zipfile
import zlib
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from operator import itemgetter

from ...marketplace.contract import InvalidPayload, Money, Settlement, SettlementLine, SettlementState

SUMMARY = "PaymentSummary"
_ARCHIVE = b"PK"
_MOST = 1 << 30  # bytes of an archive's file
_HEAD = (
    "Period Start Date", "Period End Date", "Total Payable", "Currency", "Transaction Key",
    "Transaction Posted Timestamp", "Transaction Type",
)  # fmt: skip
_DETAIL = (
    "Transaction Posted Timestamp", "Transaction Type", "Transaction Description", "Purchase Order #",
    "Purchase Order line #", "Amount", "Amount Type", "Ship Qty", "Partner Item Id", "Transaction Key",
    "Transaction Reason Description", "Customer Order #",
)  # fmt: skip
_OPTIONAL = frozenset({"Transaction Reason Description", "Customer Order #"})
_COUNT = re.compile(r"number of (lines|records|rows)", re.I)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")
_UNITS = re.compile(r"-?(\d+)(?:\.0+)?")
_AMOUNT = re.compile(r"-?(\d[\d,]*)?(\.\d+)?")
#: Of sales and refunds the type of the amount says all; the description is the buyer's or the same for all.
_PLAIN = frozenset({"Sale", "Refund"})
# Descriptions with digits name a case, a shipment or a day: they are no words.
_WORD = re.compile(r"[A-Za-z][A-Za-z _/&,.()'-]{1,79}")
_GOODS = "Product Price"
# At noon it is the same day everywhere.
_ONE_DAY, _NOON = timedelta(days=1), timedelta(hours=12)


def parse_settlement(document):
    """A report as :class:`Settlement`; rows are read while its lines are asked for.

    Its id is the last day of its period, or the day of the payment: a file states no other that is its own.

    :raise InvalidPayload: no report of version 1; while lines are read: a row is broken off or cannot be read
    """
    rows = _rows(document)
    _number, header = next(rows, (1, []))
    layout = _Layout(header)
    number, head = layout.read_head(rows)

    def where(column):
        return f"row {number} {column}"

    currency = head["Currency"].upper()
    total = _money(head["Total Payable"], currency, where("Total Payable"))
    posted = _day(head["Transaction Posted Timestamp"], where("Transaction Posted Timestamp"))
    start, last = (
        _day(head[name], where(name)) if head[name] else posted for name in ("Period Start Date", "Period End Date")
    )
    return Settlement(
        external_id=f"{last:%Y-%m-%d}",
        shop_id="",
        state=SettlementState.CLOSED,
        total=total,
        start=start,
        end=last + _ONE_DAY,
        paid_at=posted + _NOON if total.amount > 0 else None,
        lines=layout.read_lines(rows, currency),
        reference=head["Transaction Key"],
    )


def _rows(document):
    """``(row number, cells)`` of the rows that are not empty."""
    try:
        with _open(document.content) as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
            for number, cells in enumerate(csv.reader(text, strict=True), 1):
                if any(cells):
                    yield number, cells
    except UnicodeError:
        raise InvalidPayload("document", "not readable as utf-8") from None
    except (csv.Error, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise InvalidPayload("document", f"broken off or damaged: {error}") from None


def _open(content):
    """The CSV file, in its archive or alone."""
    if not content.startswith(_ARCHIVE):
        return io.BytesIO(content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(files) != 1 or files[0].file_size > _MOST:
        raise InvalidPayload("document", f"an archive of {len(files)} files, not of one report")
    return archive.open(files[0])


class _Layout:
    """Where the columns of a file are.

    :param list header: cells of the first row
    :raise InvalidPayload: it is the header of no report
    """

    def __init__(self, header):
        self._width = len(header)
        self._places = {" ".join(name.split()).lower(): place for place, name in enumerate(header)}
        missing = [name for name in (*_HEAD, *_DETAIL) if name.lower() not in self._places and name not in _OPTIONAL]
        if missing:
            raise InvalidPayload("row 1", f"columns are missing: {', '.join(dict.fromkeys(missing))}")
        self._head, self._detail = self._picker(_HEAD), self._picker(_DETAIL)

    def _picker(self, names):
        """What takes the values of columns out of a row's cells and the empty one after them."""
        pick = itemgetter(*(self._places.get(name.lower(), -1) for name in names))
        return lambda cells: dict(zip(names, map(str.strip, pick([*cells, ""])), strict=True))

    def _whole(self, number, cells):
        if len(cells) != self._width:
            reason = f"{len(cells)} columns instead of {self._width}: the file is broken off here"
            raise InvalidPayload(f"row {number}", reason)
        return cells

    def read_head(self, rows):
        """``(row number, values)`` of the row that states the report as a whole."""
        for number, cells in rows:
            if _COUNT.match(cells[0].strip()):
                continue
            head = self._head(self._whole(number, cells))
            if head["Transaction Type"] != SUMMARY or not head["Total Payable"]:
                raise InvalidPayload(f"row {number} Total Payable", f"the row {SUMMARY} with the total is missing")
            return number, head
        raise InvalidPayload("document", "a report without rows")

    def read_lines(self, rows, currency):
        for count, (number, cells) in enumerate(rows, 1):
            row = self._detail(self._whole(number, cells))
            if row["Transaction Type"] == SUMMARY:
                raise InvalidPayload(f"row {number} Transaction Type", "the report is stated twice")
            yield _read_line(row, number, count, currency)


def _read_line(row, number, count, currency):
    def where(column):
        return f"row {number} {column}"

    words, note = _words(row, where)
    return SettlementLine(
        row=count,
        words=words,
        amount=_money(row["Amount"], currency, where("Amount")),
        posted_at=_day(row["Transaction Posted Timestamp"], where("Transaction Posted Timestamp")) + _NOON,
        order_id=row["Purchase Order #"],
        order_line_id=row["Purchase Order line #"],
        sku=row["Partner Item Id"],
        units=_units(row["Ship Qty"], where("Ship Qty")) if row["Amount Type"] == _GOODS else 0,
        reference=row["Transaction Key"],
        note=note,
    )


def _words(row, where):
    """``(words, note)``: a description is a word where it tells kinds of amounts apart."""
    kind = row["Transaction Type"]
    description = " ".join(row["Transaction Description"].strip('"').split())
    is_word = kind not in _PLAIN and _WORD.fullmatch(description)
    words = tuple(filter(None, (kind, row["Amount Type"], description if is_word else "")))
    if not words:
        raise InvalidPayload(where("Transaction Type"), "an amount without words")
    notes = ("" if is_word or description == "Purchase" else description, row["Transaction Reason Description"])
    return words, " / ".join(filter(None, notes))


def _units(text, path):
    match = _UNITS.fullmatch(text or "0")
    if match is None:
        raise InvalidPayload(path, f"{text!r} is no number of units")
    return int(match[1])


def _day(text, path):
    """A day such as ``4/29/2026``, with or without a time, as aware UTC."""
    match = _DAY.fullmatch(text)
    try:
        month, day, year = map(int, match.groups())
        return datetime(year, month, day, tzinfo=timezone.utc)
    except (AttributeError, ValueError):
        raise InvalidPayload(path, f"{text!r} is no day") from None


def _money(text, currency, path):
    if not text or not _AMOUNT.fullmatch(text):
        raise InvalidPayload(path, f"{text!r} is no amount")
    money = Money.parse(text.replace(",", ""), currency, path)
    return money if money.text == text else replace(money, text=text)
