"""Reads a table as a settlement: a person has said what each column means."""

from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from enum import Enum
from zoneinfo import ZoneInfo

from ...marketplace.contract import InvalidPayload, Money, Settlement, SettlementLine, SettlementState
from ...marketplace.tools.numbers import read_number
from ...marketplace.tools.tables import UnreadableTable, read_table


class Meaning(str, Enum):
    """What stands in a column."""

    DATE = "date"
    AMOUNT = "amount"  # what it is stands in columns of WORDS
    FEE = "fee"  # an amount; what it is stands in the heading
    WORDS = "words"
    ORDER = "order"
    ITEM = "item"
    SKU = "sku"
    UNITS = "units"
    MARKET = "market"
    REFERENCE = "reference"
    NOTE = "note"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a marketplace's tables.

    :param columns: ``((heading, Meaning), …)``; columns that it does not name are not read
    :param str decimal: sign before the cents, ``.`` or ``,``
    :param str day_form: of days that are text, as `strptime` has it; empty: ISO 8601
    :param str zone: time zone of the days
    """

    columns: tuple[tuple[str, Meaning], ...]
    decimal: str = "."
    day_form: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Header:
    """What a person says of a settlement, because the table does not.

    :param total: as the marketplace states it: the rows must add up to it
    """

    external_id: str
    total: Money
    paid_at: datetime | None = None


def parse_mapped(content, layout, header):
    """A settlement by a layout.

    :param bytes content: CSV or Excel
    :return: :class:`~...marketplace.contract.Settlement`; its period are the days of its rows
    :raise InvalidPayload: a column is missing, or a cell cannot be read
    """
    try:
        table = read_table(content)
    except UnreadableTable as error:
        raise InvalidPayload("file", str(error)) from None
    places, rows = _find_columns(table, layout)
    reader = _RowReader(layout, places, header.total.currency)
    lines = [line for number, cells in rows for line in reader.read_row(number, cells)]
    if not lines:
        raise InvalidPayload("file", "there is no amount in it")
    days = [line.posted_at for line in lines]
    return Settlement(
        external_id=header.external_id,
        shop_id="",
        state=SettlementState.CLOSED,
        total=header.total,
        start=min(days),
        end=max(days),
        paid_at=header.paid_at,
        lines=lines,
    )


def _find_columns(table, layout):
    """``({heading: position}, rows below)``: marketplaces put titles above their tables."""
    wanted = {heading.casefold() for heading, _meaning in layout.columns}
    missing = wanted
    for index, (_number, cells) in enumerate(table):
        found = {str(cell).casefold(): position for position, cell in enumerate(cells) if cell is not None}
        if wanted <= set(found):
            return found, table[index + 1 :]
        missing = min(missing, wanted - set(found), key=len)
    raise InvalidPayload("headings", f"the file has no column {', '.join(sorted(missing))}")


class _RowReader:
    """Reads the amounts of rows; an amount that is empty or 0 is none."""

    def __init__(self, layout, places, currency):
        self._layout, self._currency = layout, currency
        self._zone = ZoneInfo(layout.zone)
        self._places = [(heading, meaning, places[heading.casefold()]) for heading, meaning in layout.columns]
        self._count = 0

    def read_row(self, number, cells):
        """Lines of a row.

        :raise InvalidPayload: with the row and the heading
        """
        values, words, fees = {}, [], []
        for heading, meaning, position in self._places:
            cell = cells[position] if position < len(cells) else None
            if cell is None:
                continue
            path = f"row {number}, {heading}"
            if meaning is Meaning.WORDS:
                words.append(str(cell))
            elif meaning in (Meaning.FEE, Meaning.AMOUNT):
                amount = self._read_amount(cell, path)
                if amount.amount:
                    fees.append((heading if meaning is Meaning.FEE else None, amount))
            else:
                values[meaning] = self._read_cell(meaning, cell, path)
        self._check(number, values, words, fees)
        return [self._build(values, (*words, heading) if heading else tuple(words), amount) for heading, amount in fees]

    def _check(self, number, values, words, fees):
        if not fees:
            return
        if Meaning.DATE not in values:
            raise InvalidPayload(f"row {number}", "no day")
        if not words and any(heading is None for heading, _amount in fees):
            raise InvalidPayload(f"row {number}", "nothing says what the amount is")
        currency = values.get(Meaning.CURRENCY, self._currency)
        if currency != self._currency:
            raise InvalidPayload(f"row {number}", f"in {currency}, the settlement is in {self._currency}")

    def _build(self, values, words, amount):
        self._count += 1
        return SettlementLine(
            row=self._count,
            words=words,
            amount=amount,
            posted_at=values[Meaning.DATE],
            market=values.get(Meaning.MARKET, ""),
            order_id=values.get(Meaning.ORDER, ""),
            order_line_id=values.get(Meaning.ITEM, ""),
            sku=values.get(Meaning.SKU, ""),
            units=values.get(Meaning.UNITS, 0),
            reference=values.get(Meaning.REFERENCE, ""),
            note=values.get(Meaning.NOTE, ""),
        )

    def _read_cell(self, meaning, cell, path):
        if meaning is Meaning.DATE:
            return self._read_day(cell, path)
        if meaning is Meaning.UNITS:
            units = self._read_number(cell, path)
            if units != int(units):
                raise InvalidPayload(path, f"{cell} is no number of units")
            return abs(int(units))
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)  # workbooks keep long order numbers as numbers
        return str(cell).upper() if meaning is Meaning.CURRENCY else str(cell)

    def _read_day(self, cell, path):
        try:
            if isinstance(cell, str):
                form = self._layout.day_form
                cell = datetime.strptime(cell, form) if form else datetime.fromisoformat(cell)  # noqa: DTZ007
            elif not isinstance(cell, datetime):
                cell = datetime.combine(cell, time()) if isinstance(cell, date) else None
        except ValueError:
            cell = None
        if cell is None:
            raise InvalidPayload(path, "no day in the layout's form")
        return (cell if cell.tzinfo else cell.replace(tzinfo=self._zone)).astimezone(timezone.utc)

    def _read_amount(self, cell, path):
        text = cell if isinstance(cell, str) else str(cell)
        return Money(self._read_number(cell, path), self._currency, text)

    def _read_number(self, cell, path):
        try:
            return read_number(cell, self._layout.decimal)
        except ValueError as error:
            raise InvalidPayload(path, str(error)) from None
