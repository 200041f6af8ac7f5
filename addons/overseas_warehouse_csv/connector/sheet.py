"""Tables in CSV files and Excel workbooks: headings in English or Chinese, all faults of a file at once."""

import re
from dataclasses import dataclass

from ...marketplace.tools.tables import UnreadableTable, read_table
from .faults import BadCell, BadFile, Fault

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_BETWEEN = re.compile(r"[\s_\-./*:：]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    :param headings: under which it is recognised, English first, then Chinese; the first of each is written
    :param read: reader of :mod:`.cells`
    :param required: whether each row must have a value
    """

    name: str
    headings: tuple[tuple[str, ...], tuple[str, ...]]
    read: object
    required: bool = False

    @property
    def told(self):
        """``(English, Chinese)``: the headings that are written."""
        return tuple(words[0] for words in self.headings)


@dataclass(frozen=True, slots=True)
class Known:
    """What may stand in a column.

    :param values: all that is known
    :param str code: of the fault of another value
    """

    values: frozenset
    code: str


def read_sheet(name, content, layout, unique=(), known=None):
    """Rows of a table as dictionaries of values by column name; cells without a value are missing.

    :param str name: of the file
    :param bytes content: CSV in UTF-8 or GB 18030, or an Excel workbook, whose first sheet is read
    :param tuple layout: :class:`Column`
    :param tuple unique: names of columns that no two rows may have in common; none if empty
    :param dict known: :class:`Known` by column name, where not every value will do
    :raise BadFile: with all faults
    """
    lines = _read(name, content)
    (_number, headings), rows = lines[0], lines[1:]
    places, faults = _places(headings, layout)
    read, first = [], {}
    for number, cells in rows:
        row, wrong = _row(cells, places, layout, known or {})
        read.append(row)
        faults += [Fault(code, values, number, column.told) for column, code, values in wrong]
        key = number if wrong else tuple(row.get(column, "") for column in unique) or number
        if first.setdefault(key, number) != number:
            columns = tuple(column.told for column in layout if column.name in unique)
            faults.append(Fault("row_twice", {"columns": columns, "first": first[key]}, number))
    if not rows:
        faults.append(Fault("no_rows"))
    if faults:
        raise BadFile(name, faults)
    return read


def normal(heading):
    """A heading as it is compared: without case, blanks, signs and what stands in brackets."""
    return _BETWEEN.sub("", _BRACKETS.sub("", str(heading)).casefold())


def _places(headings, layout):
    """``({column name: position}, faults)``."""
    known = {normal(heading): column for column in layout for words in column.headings for heading in words}
    places, faults = {}, []
    for position, heading in enumerate(headings):
        column = known.get(normal(heading)) if heading not in (None, "") else None
        if column and column.name in places:
            twice = {"first": headings[places[column.name]], "second": heading}
            faults.append(Fault("column_twice", twice, headings=column.told))
        elif column:
            places[column.name] = position
    for column in layout:
        if column.required and column.name not in places:
            faults.append(Fault("column_missing", {"english": column.told[0], "chinese": column.told[1]}))
    return places, faults


def _row(cells, places, layout, known):
    """``({column name: value}, [(column, code of its fault, values of that)])``."""
    row, wrong = {}, []
    for column in layout:
        position = places.get(column.name)
        if position is None:
            continue
        cell = cells[position] if position < len(cells) else None
        if cell is None or str(cell).strip() == "":
            if column.required:
                wrong.append((column, "cell_empty", {}))
            continue
        try:
            value = row[column.name] = column.read(cell)
        except BadCell as error:
            wrong.append((column, error.code, error.values))
            continue
        if column.name in known and value not in known[column.name].values:
            wrong.append((column, known[column.name].code, {"value": value}))
    return row, wrong


def _read(name, content):
    try:
        return read_table(content)
    except UnreadableTable as error:
        detail = {"error": error.detail} if error.detail else {}
        raise BadFile(name, [Fault(f"file_{error.code}", detail)]) from None
