"""Tables in files that people make or download: CSV in the usual encodings, and Excel workbooks. Plain Python."""

import csv
import io
import zipfile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

_ZIP = b"PK"
_DELIMITERS = ",;\t|"
_GUESSED_LINES = 20


class UnreadableTable(ValueError):
    """A file is no table.

    :param str code: ``empty``, ``no_text``, ``no_csv`` or ``no_workbook``
    """

    def __init__(self, code, detail=""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def read_table(content, encodings=("utf-8-sig", "gb18030"), delimiter=None):
    """Rows of a CSV file, or of the first sheet of a workbook, without those that are empty.

    :param bytes content: of the file
    :param encodings: of text, in the order in which they are tried
    :param str delimiter: of CSV; ``None``: whichever of ``, ; tab |`` the first lines have most of
    :return: ``[(row number from 1, cells)]``; text is stripped, empty cells are ``None``, cells of workbooks keep their
        type
    :raise UnreadableTable: it is neither, or has no row
    """
    rows = _read_workbook(content) if content.startswith(_ZIP) else _read_csv(content, encodings, delimiter)
    table = [(number, cells) for number, cells in rows if any(cell is not None for cell in cells)]
    if not table:
        raise UnreadableTable("empty")
    return table


def _read_workbook(content):
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnreadableTable("no_workbook", str(error)) from None
    try:
        return [
            (number, [(cell.strip() or None) if isinstance(cell, str) else cell for cell in cells])
            for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1)
        ]
    finally:
        book.close()


def _read_csv(content, encodings, delimiter):
    text = _decode(content, encodings)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _guess(text), strict=True)
        return [(number, [cell.strip() or None for cell in cells]) for number, cells in enumerate(lines, 1)]
    except csv.Error as error:
        raise UnreadableTable("no_csv", str(error)) from None


def _decode(content, encodings):
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable("no_text")


def _guess(text):
    head = "\n".join(text.lstrip("\r\n").splitlines()[:_GUESSED_LINES])
    return max(_DELIMITERS, key=head.count)
