"""Tables that people upload: CSV or Excel, read into records with the number of their line."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .records import FreightError

DELIMITERS = ",;\t|"
# Excel writes UTF-8 with a mark, Chinese Excel GBK, Western Excel Windows-1252, which takes anything.
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SPACES = re.compile(r"[\s_]+")
_NUMBER = re.compile(r"-?\d[\d.,'\s]*")
_GROUP = 3


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line (None: in the file as a whole). ``code`` and ``values`` are those of FreightError."""

    line: int | None
    code: str
    values: dict


class TableFileError(FreightError):
    """A file that cannot be used. ``problems``: everything that is wrong in it."""

    def __init__(self, problems):
        self.problems = tuple(problems)
        lines = (f"{problem.line}: {problem.code} {problem.values}" for problem in self.problems)
        super().__init__("table_file", "{text}", text="; ".join(lines))


@dataclass(frozen=True)
class Column:
    """A column by any of its names; case, spaces and underscores do not matter."""

    key: str
    names: tuple
    required: bool = False
    numeric: bool = False


@dataclass(frozen=True)
class Record:
    """A line of the table. ``values``: text, or Decimal where Excel has a number; "" where there is nothing."""

    line: int
    values: dict


def read_records(content, columns, others_allowed=False):
    """The records of a CSV or Excel file. Empty lines are left out.

    :param bytes content: of the file
    :param columns: :class:`Column` that may appear
    :param bool others_allowed: whether other columns are ignored, as in somebody else's file, or refused as typing
        mistakes
    :raises TableFileError: unreadable file, no header, missing, unknown or repeated columns
    """
    lines = [(line, cells) for line, cells in _read_lines(content) if any(cell != "" for cell in cells)]
    if len(lines) < 2:
        raise TableFileError([Problem(None, "file_empty", {})])
    header_line, header = lines[0]
    keys = _match_columns(header_line, header, columns, others_allowed)
    records = []
    for line, cells in lines[1:]:
        values = dict.fromkeys((column.key for column in columns), "")
        values.update((key, cell) for key, cell in zip(keys, cells, strict=False) if key)
        records.append(Record(line, values))
    return records


def _match_columns(line, header, columns, others_allowed):
    by_name = {_SPACES.sub(" ", name).casefold(): column for column in columns for name in (column.key, *column.names)}
    keys, problems = [], []
    for title in header:
        column = by_name.get(_SPACES.sub(" ", str(title)).strip().casefold())
        if column is None and title and not others_allowed:
            problems.append(Problem(line, "column_unknown", {"column": title}))
        if column is not None and column.key in keys:
            problems.append(Problem(line, "column_twice", {"column": title}))
        keys.append(column.key if column else None)
    missing = [column.names[0] for column in columns if column.required and column.key not in keys]
    problems += [Problem(line, "column_missing", {"column": name}) for name in missing]
    if problems:
        raise TableFileError(problems)
    return keys


def _read_lines(content):
    if content.startswith(_ZIP):
        return _read_excel(content)
    if content.startswith(_OLD_EXCEL) or b"\0" in content:
        raise TableFileError([Problem(None, "file_unreadable", {})])
    return _read_csv(content)


def _read_csv(content):
    text = _decode(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        delimiter = csv.Sniffer().sniff(first, DELIMITERS).delimiter
    except csv.Error:  # one column only
        delimiter = DELIMITERS[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines, start = [], 1
    for cells in reader:
        lines.append((start, [cell.strip() for cell in cells]))
        start = reader.line_num + 1
    return lines


def _decode(content):
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableFileError([Problem(None, "file_unreadable", {})])


def _read_excel(content):
    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
        rows = list(sheet.iter_rows(values_only=True))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise TableFileError([Problem(None, "file_unreadable", {})]) from error
    lines, problems = [], []
    for line, row in enumerate(rows, start=1):
        cells = []
        for value in row:
            if isinstance(value, date | time):
                problems.append(Problem(line, "date_cell", {"value": value.isoformat()}))
            cells.append(_read_cell(value))
        lines.append((line, cells))
    if problems:
        raise TableFileError(problems)
    return lines


def _read_cell(value):
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return str(value).strip()


class NumberReader:
    """Reads the numbers of a file that has either a decimal point or a decimal comma.

    :param texts: what stands in the numeric columns, from which the decimal sign is found
    :raises TableFileError: ``decimal_mixed`` if it has both
    """

    def __init__(self, texts):
        numbers = [text for text in texts if isinstance(text, str) and _NUMBER.fullmatch(text)]
        comma, point = (any(_ends_with(sign, number) for number in numbers) for sign in ",.")
        if comma and point:
            raise TableFileError([Problem(None, "decimal_mixed", {})])
        # Without a proof, thousands are grouped as the decimal point has it.
        self._decimal, self._group = (",", ".") if comma else (".", ",")

    def parse(self, value):
        """The number as Decimal; None if there is none.

        :raises FreightError: ``number_unreadable``
        """
        if value == "" or isinstance(value, Decimal):
            return None if value == "" else value
        text = value.replace(self._group, "").replace(" ", "").replace("'", "").replace(self._decimal, ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or not _NUMBER.fullmatch(value):
            raise FreightError("number_unreadable", "{value} is not a number.", value=value)
        return number


def _ends_with(sign, number):
    """Whether ``sign`` must be the decimal sign of a number: it comes last, once, and does not group thousands."""
    other = "." if sign == "," else ","
    if number.count(sign) != 1 or number.rfind(other) > number.rfind(sign):
        return False
    whole, decimals = number.rsplit(sign, 1)
    return len(decimals) != _GROUP or other in whole or whole.lstrip("-") in ("", "0")
