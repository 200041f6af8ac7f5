"""Files of vouchers: written, and read again to see that nothing was lost on the way."""

import csv
import io
from decimal import Decimal, InvalidOperation

import openpyxl
import xlsxwriter

from .voucher import VoucherError, check, rows


class FileDiffers(VoucherError):
    """What can be read from the file is not what was to be written.

    :param int row: from 1, without titles; 0: their number
    :param str title: of the column
    """

    def __init__(self, row, title, written, wanted):
        super().__init__(f"row {row}, {title}: {written!r} instead of {wanted!r}")
        self.row, self.title, self.written, self.wanted = row, title, written, wanted


def write_vouchers(vouchers, layout):
    """The file, read again and compared before it is handed out.

    :raise Unbalanced: a voucher does not balance
    :raise FileDiffers: the file would not say what the vouchers say
    :raise UnicodeEncodeError: the encoding lacks a character
    :rtype: bytes
    """
    check(vouchers)
    content = (_write_xlsx if layout.kind == "xlsx" else _write_csv)(vouchers, layout)
    _compare(content, vouchers, layout)
    return content


def read_rows(content, layout):
    """The cells of a file below its titles, as texts.

    :rtype: list[list[str]]
    """
    found = _read_xlsx(content) if layout.kind == "xlsx" else _read_csv(content, layout)
    return found[len(_get_head(layout)) :]


def _get_head(layout):
    """Rows above the vouchers."""
    head = [layout.head.split(layout.delimiter)] if layout.head else []
    if any(column.code for column in layout.columns):
        head.append([column.code for column in layout.columns])
    if layout.is_titled:
        head.append([column.title for column in layout.columns])
    return head


def _write_csv(vouchers, layout):
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_MINIMAL if layout.is_quoted else csv.QUOTE_NONE
    writer = csv.writer(out, delimiter=layout.delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerows(_get_head(layout))
    writer.writerows([_to_text(value) for value in row] for row in rows(vouchers, layout))
    return out.getvalue().encode(layout.encoding)


def _read_csv(content, layout):
    text = io.StringIO(content.decode(layout.encoding), newline="")
    quoting = csv.QUOTE_MINIMAL if layout.is_quoted else csv.QUOTE_NONE
    return list(csv.reader(text, delimiter=layout.delimiter, quoting=quoting))


def _write_xlsx(vouchers, layout):
    """Texts stay texts (codes keep their zeros, nothing becomes a formula), amounts are numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Page1")
    number = 0
    for row in _get_head(layout):
        sheet.write_row(number, 0, row)
        number += 1
    for row in rows(vouchers, layout):
        for position, value in enumerate(row):
            if value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(number, position, value)
            else:
                sheet.write_number(number, position, value)
        number += 1
    book.close()
    return out.getvalue()


def _read_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def _to_text(value):
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _compare(content, vouchers, layout):
    found = read_rows(content, layout)
    wanted = list(rows(vouchers, layout))
    if len(found) != len(wanted):
        raise FileDiffers(0, "", len(found), len(wanted))
    for number, (cells, values) in enumerate(zip(found, wanted, strict=True), 1):
        # A spreadsheet does not keep empty cells at the end of a row.
        cells = cells + [""] * (len(values) - len(cells))
        for column, cell, value in zip(layout.columns, cells, values, strict=True):
            if not _is_equal(cell, value):
                raise FileDiffers(number, column.title, cell, value)


def _is_equal(cell, value):
    if isinstance(value, str):
        return cell == value
    try:
        return Decimal(cell) == value
    except InvalidOperation:
        return False
