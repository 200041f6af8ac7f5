"""Reads what marketplaces say of the visits to an offer: tables by a layout, and Amazon's own report. Plain Python.

Source: headings of the business report "Detail Page Sales and Traffic by Child Item" as Seller Central writes them.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from ...marketplace.contract import InvalidPayload, TrafficDay
from ...marketplace.tools.numbers import read_number
from ...marketplace.tools.tables import UnreadableTable, read_table
from ...marketplace_amazon.connector.traffic import read_traffic

_DASHES = str.maketrans("–—−（）", "---()")


@dataclass(frozen=True, slots=True)
class TrafficLayout:
    """How to read a table: for each figure the headings it may have.

    :param str decimal: sign before the decimals, ``.`` or ``,``
    :param str day_form: of days that are text, as `strptime` has it; empty: ISO 8601
    """

    sku: tuple = ()
    item: tuple = ()
    day: tuple = ()
    sessions: tuple = ()
    page_views: tuple = ()
    buy_box: tuple = ()
    rating: tuple = ()
    reviews: tuple = ()
    units: tuple = ()
    decimal: str = "."
    day_form: str = ""

    def find(self, cells):
        """``{figure: position}`` in a row of headings; ``None`` where sessions or every number of the offer is
        missing."""
        places = {normalise(cell): position for position, cell in enumerate(cells) if isinstance(cell, str)}
        found = {
            name: places[heading]
            for name in _FIGURES
            for heading in reversed([normalise(text) for text in getattr(self, name)])
            if heading in places
        }
        return found if "sessions" in found and {"sku", "item"} & set(found) else None


_FIGURES = ("sku", "item", "day", "sessions", "page_views", "buy_box", "rating", "reviews", "units")
_COUNTS = ("sessions", "page_views", "reviews", "units")


def normalise(heading):
    """A heading without what differs between downloads: case, sorts of dashes and brackets, blanks."""
    text = unicodedata.normalize("NFC", heading).translate(_DASHES)
    return " ".join(text.split()).casefold()


def parse_traffic(content, layouts, day=None):
    """Traffic of a file, by the first layout whose headings it has, or of Amazon's report (JSON).

    :param bytes content: of the file
    :param layouts: of :class:`TrafficLayout`
    :param date day: of all rows, where the file does not say it
    :return: list of :class:`TrafficDay`, one per day and offer
    :raise InvalidPayload: it cannot be read, with the row
    """
    if content.lstrip()[:1] == b"{":
        return _join(read_traffic(content))
    try:
        table = read_table(content)
    except UnreadableTable as error:
        raise InvalidPayload("file", str(error)) from None
    layout, places, rows = _find_layout(table, layouts)
    if "day" not in places and not day:
        raise InvalidPayload("headings", "the file does not say of which day it is")
    return _join([_read_row(layout, places, number, cells, day) for number, cells in rows])


def _find_layout(table, layouts):
    for index, (_number, cells) in enumerate(table):
        for layout in layouts:
            places = layout.find(cells)
            if places:
                return layout, places, table[index + 1 :]
    raise InvalidPayload("headings", "no layout knows the headings: there must be sessions and a SKU or item number")


def _read_row(layout, places, number, cells, day):
    values = {}
    for name, position in places.items():
        cell = cells[position] if position < len(cells) else None
        if cell is not None and cell != "-":
            values[name] = _read_cell(layout, name, cell, f"row {number}, {name}")
    if not (values.get("sku") or values.get("item")):
        raise InvalidPayload(f"row {number}", "neither a SKU nor an item number")
    if "day" in places and "day" not in values:
        raise InvalidPayload(f"row {number}", "no day")
    return TrafficDay(**{"day": day, "sku": "", "item": "", "sessions": 0, **values})


def _read_cell(layout, name, cell, path):
    if name in ("sku", "item"):
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    if name == "day":
        return _read_day(layout, cell, path)
    try:
        value = read_number(cell.replace("%", "") if isinstance(cell, str) else cell, layout.decimal)
    except ValueError as error:
        raise InvalidPayload(path, str(error)) from None
    if value < 0 or (name in _COUNTS and value != int(value)):
        raise InvalidPayload(path, f"{cell} is no count")
    if name == "buy_box" and not isinstance(cell, str) and value <= 1:
        value *= 100  # workbooks keep percentages as shares
    return int(value) if name in _COUNTS else value


def _read_day(layout, cell, path):
    try:
        if isinstance(cell, str):
            form = layout.day_form
            return (datetime.strptime(cell, form) if form else datetime.fromisoformat(cell)).date()  # noqa: DTZ007
        return cell.date() if isinstance(cell, datetime) else date(cell.year, cell.month, cell.day)
    except (ValueError, AttributeError):
        raise InvalidPayload(path, "no day in the layout's form") from None


def _join(rows):
    """One row per day and offer: a parent's row and a child's, or a SKU in two lines, must not count twice.

    :raise InvalidPayload: the same offer twice with different figures
    """
    seen = {}
    for row in rows:
        key = (row.day, row.sku, row.item)
        if seen.setdefault(key, row) != row:
            name = row.sku or row.item
            raise InvalidPayload("rows", f"{name} is there twice on {row.day}, with different figures")
    return list(seen.values())
