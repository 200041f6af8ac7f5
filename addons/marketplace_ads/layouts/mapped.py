"""Reads a table that an advertising system lets people download: a layout says what each column means."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fnmatch import fnmatchcase

from ...marketplace.contract import InvalidPayload
from ...marketplace.tools.numbers import read_number
from ...marketplace.tools.tables import UnreadableTable, read_table
from ..connector import AdDay, AdType

_SEVERAL_WAYS = "|"
_NOTHING = frozenset(("", "-", "--", "—", "n/a"))
_TOTALS = ("total", "grand total", "合计", "总计", "汇总")


class Meaning(str, Enum):
    """What stands in a column."""

    DAY = "day"
    CAMPAIGN = "campaign"
    CAMPAIGN_ID = "campaign_id"
    SKU = "sku"
    ITEM = "asin"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    COST = "cost"
    ORDERS = "orders"
    UNITS = "units"
    SALES = "sales"
    CURRENCY = "currency"


_TEXTS = (Meaning.CAMPAIGN, Meaning.CAMPAIGN_ID, Meaning.SKU, Meaning.ITEM)
_COUNTS = (Meaning.IMPRESSIONS, Meaning.CLICKS, Meaning.ORDERS, Meaning.UNITS)
_AMOUNTS = (Meaning.COST, Meaning.SALES)


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read an advertising system's tables.

    :param columns: ``((headings, Meaning, required), …)``; several ways to write a heading are parted by ``|``, and
        ``*`` stands for any text, as the currency in ``Amount spent (*)``
    :param str decimal: sign before the cents, ``.`` or ``,``
    :param str day_form: of days that are text, as `strptime` has it; empty: ISO 8601
    """

    name: str
    columns: tuple[tuple[str, Meaning, bool], ...]
    ad_type: AdType = AdType.OTHER
    decimal: str = "."
    day_form: str = ""


def parse_mapped(content, layouts, currency):
    """Rows of a table, by the layout that fits best: all columns that it needs are there, and most of the others.

    Lines of totals, and days on which nothing happened, are left out. A file without a campaign column is one campaign
    named after its layout.

    :param bytes content: CSV or Excel
    :param str currency: of amounts whose currency the table does not state
    :return: ``(the layout, [AdDay])``
    :raise InvalidPayload: no layout fits, or the row and heading of a cell that cannot be read
    """
    try:
        table = read_table(content, encodings=("utf-8-sig", "utf-16", "gb18030"))
    except UnreadableTable as error:
        raise InvalidPayload("file", str(error)) from None
    layout, index, places = _recognise(table, layouts)
    reader = _RowReader(layout, places, currency)
    days = [reader.read_row(number, cells) for number, cells in table[index + 1 :]]
    found = [day for day in days if day is not None]
    if not found:
        raise InvalidPayload("file", "there is no advertising in it")
    return layout, found


def _recognise(table, layouts):
    best, nearest = None, None
    for layout in layouts:
        for index, (_number, cells) in enumerate(table[:30]):
            headings = {_fold(cell): position for position, cell in enumerate(cells) if cell is not None}
            places, missing = _place(layout, headings)
            if not missing and (best is None or len(places) > len(best[2])):
                best = (layout, index, places)
            if missing and (nearest is None or len(missing) < len(nearest[1])):
                nearest = (layout, missing)
    if best is None:
        needs = f"; the nearest, {nearest[0].name}, also needs {', '.join(nearest[1])}" if nearest else ""
        raise InvalidPayload("headings", f"no layout fits the file{needs}")
    return best


def _place(layout, headings):
    """``({meaning: (heading, position)}, headings that are missing)``."""
    places, missing = {}, []
    for written, meaning, required in layout.columns:
        ways = [_fold(way) for way in written.split(_SEVERAL_WAYS)]
        name = next((name for way in ways for name in headings if fnmatchcase(name, way)), None)
        if name is not None:
            places.setdefault(meaning, (name, headings[name]))
        elif required:
            missing.append(written)
    return places, missing


def _fold(heading):
    return " ".join(unicodedata.normalize("NFKC", str(heading)).casefold().split())


class _RowReader:
    def __init__(self, layout, places, currency):
        self._layout, self._places, self._currency = layout, places, currency

    def read_row(self, number, cells):
        """A row, ``None`` for a total or one in which nothing happened."""
        values = {meaning: self._cell(cells, position) for meaning, (_heading, position) in self._places.items()}
        if self._is_total(cells, values):
            return None
        counts = {name.value: self._count(number, name, values) for name in _COUNTS}
        amounts = {name.value: self._number(number, name, values) for name in _AMOUNTS}
        if not any(counts.values()) and not any(amounts.values()):
            return None
        texts = {name: self._text(values.get(name)) for name in _TEXTS}
        return AdDay(
            ad_type=self._layout.ad_type,
            campaign_id=texts[Meaning.CAMPAIGN_ID],
            campaign=texts[Meaning.CAMPAIGN] or texts[Meaning.CAMPAIGN_ID] or self._layout.name,
            day=self._day(number, values.get(Meaning.DAY)),
            currency=self._text(values.get(Meaning.CURRENCY)).upper() or self._currency,
            sku=texts[Meaning.SKU],
            asin=texts[Meaning.ITEM],
            **counts,
            **amounts,
        )

    @staticmethod
    def _cell(cells, position):
        cell = cells[position] if position < len(cells) else None
        return None if isinstance(cell, str) and cell.casefold() in _NOTHING else cell

    def _is_total(self, cells, values):
        if isinstance(values.get(Meaning.DAY), date):
            return False
        first = next((str(cell).casefold() for cell in cells if cell is not None), "")
        return values.get(Meaning.DAY) is None or first.startswith(_TOTALS)

    @staticmethod
    def _text(cell):
        if cell is None:
            return ""
        # Workbooks keep long numbers of campaigns and items as numbers.
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)

    def _where(self, number, meaning):
        return f"row {number}, {self._places[meaning][0]}"

    def _number(self, number, meaning, values):
        cell = values.get(meaning)
        if cell is None:
            return Decimal(0)
        try:
            return read_number(cell, self._layout.decimal)
        except ValueError as error:
            raise InvalidPayload(self._where(number, meaning), str(error)) from None

    def _count(self, number, meaning, values):
        """A whole number; systems that model conversions state parts of them, which are rounded."""
        return int(self._number(number, meaning, values).to_integral_value())

    def _day(self, number, cell):
        try:
            if isinstance(cell, datetime):
                return cell.date()
            if isinstance(cell, date):
                return cell
            text, form = str(cell), self._layout.day_form
            return datetime.strptime(text, form).date() if form else date.fromisoformat(text[:10])  # noqa: DTZ007
        except ValueError:
            raise InvalidPayload(self._where(number, Meaning.DAY), f"{cell} is no day in the layout's form") from None
