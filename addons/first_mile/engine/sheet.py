"""Excel sheets that people make, with titles above the table, headers in two languages and totals below."""

import re
from decimal import Decimal, InvalidOperation

from ...marketplace.tools.tables import UnreadableTable, read_table
from .errors import Fault, SheetFaults

_NOT_WORD = re.compile(r"[\s_.()（）/:：-]+")
_UNIT = re.compile(r"(?i)\s*(kgs?|cm|公斤|千克|厘米|pcs|个|件|%)\.?$")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
_HEADER_ROWS = 30


def read_rows(content, csv_allowed=False):
    """The cells of the first sheet, row by row, without empty rows.

    :param bytes content: of an .xlsx file
    :param bool csv_allowed: whether it may be CSV
    :return: list of (row number, list of values); text is stripped, an empty cell is None
    :raises SheetFaults: ``file_unreadable``
    """
    try:
        if not csv_allowed and not content.startswith(b"PK"):
            raise UnreadableTable("no_workbook")
        return read_table(content)
    except UnreadableTable as error:
        if error.code == "empty":
            return []
        raise SheetFaults([Fault(None, "file_unreadable")]) from error


def find_header(rows, names, required):
    """The row that names the columns: the first that has all the required ones.

    :param dict names: key of a column by normalised name, see :func:`normalise`
    :param required: keys that a table must have
    :return: index in ``rows``, dict of column index by key
    :raises SheetFaults: ``header_missing`` names the required columns that the best row lacks
    """
    lacking = list(required)
    for index, (_number, cells) in enumerate(rows[:_HEADER_ROWS]):
        columns = {}
        for position, cell in enumerate(cells):
            key = names.get(normalise(cell)) if isinstance(cell, str) else None
            if key:
                columns.setdefault(key, position)
        missing = [key for key in required if key not in columns]
        if not missing:
            return index, columns
        lacking = min(lacking, missing, key=len)
    raise SheetFaults([Fault(None, "header_missing", {"columns": ", ".join(lacking)})])


def normalise(title):
    """A title without case, blanks, punctuation."""
    return _NOT_WORD.sub("", title).casefold()


def read_number(value):
    """A cell as Decimal: a number, or text that is one, perhaps with its unit ("12.5 kg").

    A comma is only taken where it parts thousands: "6,5" may be meant as 6.5, and must not be read as 65.

    :return: Decimal, or None for an empty cell
    :raises ValueError: neither
    """
    if value is None:
        return None
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int | float):
        return Decimal(str(value))
    text = _UNIT.sub("", str(value))
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(value) from None
    if not number.is_finite():
        raise ValueError(value)
    return number
