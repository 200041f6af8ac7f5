"""Tables as files for the warehouse."""

import csv
import io
import re

import openpyxl

# Spreadsheets run cells that begin like this as formulas, and buyers write names and addresses. Telephone numbers begin
# with a plus sign and are left alone.
_FORMULA = re.compile(r"[=@\t\r]|[+\-](?![\d ()/.\-]*$)")


def write_sheet(rows, layout, settings):
    """``(ending of the name, content)`` of a table.

    :param list rows: dictionaries of values by column name
    :param tuple layout: :class:`.sheet.Column`
    :param Settings settings: format and language
    """
    headings = [column.headings[settings.chinese][0] for column in layout]
    lines = [[row.get(column.name, "") for column in layout] for row in rows]
    if settings.excel:
        return "xlsx", _workbook(headings, lines)
    return "csv", _csv(headings, lines)


def _csv(headings, lines):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([[_harmless(cell) for cell in line] for line in lines])
    return out.getvalue().encode("utf-8-sig")  # with the mark, without which Excel misreads Chinese


def _harmless(cell):
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _workbook(headings, lines):
    book = openpyxl.Workbook()
    sheet = book.active
    for number, line in enumerate([headings, *lines], 1):
        for position, value in enumerate(line, 1):
            cell = sheet.cell(number, position, value)
            if isinstance(value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
