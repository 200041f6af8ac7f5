"""Reads a table of a bank or wallet by a layout, and finds the layout by its headings."""

import unicodedata
from dataclasses import dataclass

from ...marketplace.contract import InvalidPayload
from ...marketplace.tools.tables import UnreadableTable, read_table
from .model import Statement
from .rows import FeeMode, Meaning, RowReader
from .running import opening_and_closing

__all__ = ["FeeMode", "Layout", "Meaning", "read_table_statements"]

_SEVERAL_WAYS = "|"


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a table mean.

    :param columns: ``((headings, Meaning, required), …)``; several ways to write a heading are parted by ``|``;
        columns that it does not name are kept as they are
    :param decimal: sign before the cents, ``.`` or ``,``
    :param day_form: of days that are text, as `strptime` has it; empty: ISO 8601
    :param fee_mode: whether the amounts are before or after the fee
    :param done_words: what the status of booked rows may be; empty: all rows are booked
    """

    name: str
    columns: tuple[tuple[str, Meaning, bool], ...]
    decimal: str = "."
    day_form: str = ""
    fee_mode: FeeMode = FeeMode.INCLUDED
    done_words: tuple[str, ...] = ()


def read_table_statements(content, layouts):
    """The statements of a table, one for each currency in it.

    :param layouts: among which the best is found: all its required headings are there, and most of the others
    :return: ``(the layout's name, [Statement])``
    :raise InvalidPayload: no layout fits, or a row cannot be read
    """
    try:
        table = read_table(content)
    except UnreadableTable as error:
        raise InvalidPayload("file", str(error)) from None
    layout, index, places = _recognise(table, layouts)
    reader = RowReader(layout, places)
    headings, rows = table[index][1], table[index + 1 :]
    groups, left_out = {}, {}
    for number, cells in rows:
        if reader.is_footer(cells):
            break
        currency, transaction = reader.read_row(number, cells, _raw(headings, cells))
        groups.setdefault(currency, [])
        left_out.setdefault(currency, 0)
        if transaction is None:
            left_out[currency] += 1
        else:
            groups[currency].append(transaction)
    if not groups:
        raise InvalidPayload("file", "there is no row below the headings")
    return layout.name, [_build(currency, group, left_out[currency]) for currency, group in groups.items()]


def _build(currency, transactions, left_out):
    opening, closing = opening_and_closing(transactions)
    return Statement(tuple(transactions), currency=currency, opening=opening, closing=closing, left_out=left_out)


def _raw(headings, cells):
    return {
        str(heading): str(cell)
        for heading, cell in zip(headings, cells, strict=False)
        if heading is not None and cell is not None
    }


def _recognise(table, layouts):
    """``(layout, index of the headings in the table, {meaning: [positions]})``: there may be titles above a table."""
    best, nearest = None, None
    for layout in layouts:
        for index, (_number, cells) in enumerate(table):
            found = {_fold(cell): position for position, cell in reversed(list(enumerate(cells))) if cell is not None}
            places, missing = _place(layout, found)
            if not missing and (best is None or len(places) > len(best[2])):
                best = (layout, index, places)
            if missing and (nearest is None or len(missing) < len(nearest[1])):
                nearest = (layout, missing)
    if best is None:
        raise InvalidPayload("headings", _explain(table, nearest))
    return best


def _place(layout, found):
    places, missing = {}, []
    for headings, meaning, required in layout.columns:
        ways = [_fold(heading) for heading in headings.split(_SEVERAL_WAYS)]
        position = next((found[way] for way in ways if way in found), None)
        if position is not None:
            places.setdefault(meaning, []).append(position)
        elif required:
            missing.append(headings)
    return places, missing


def _fold(heading):
    return " ".join(unicodedata.normalize("NFKC", str(heading)).casefold().split())


def _explain(table, nearest):
    if nearest is None:
        return "no layout to read it by"
    layout, missing = nearest
    widest = max(table, key=lambda row: sum(cell is not None for cell in row[1]))[1]
    named = ", ".join(str(cell) for cell in widest if cell is not None and len(str(cell)) < 40)[:400]
    return f"no layout fits ({named}); the nearest, {layout.name}, also needs {', '.join(missing)}"
