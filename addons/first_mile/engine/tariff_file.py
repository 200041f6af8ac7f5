"""Customs tariffs that users import, from Excel or CSV."""

from datetime import date, datetime
from decimal import Decimal

from .duty import KINDS, TariffRow, clean_hs_code
from .errors import Fault, SheetFaults
from .sheet import find_header, normalise, read_number, read_rows

COLUMNS = ("HS Code", "Origin", "Destination", "Kind", "Name", "Percent", "Per kg", "Valid From", "Valid To")
_CHINESE = ("海关编码", "原产国", "目的国", "类别", "名称", "税率", "每公斤", "生效日期", "失效日期")
_KEYS = ("hs", "origin", "destination", "kind", "name", "percent", "per_kg", "valid_from", "valid_to")
_NAMES = {normalise(title): key for titles in (COLUMNS, _CHINESE) for title, key in zip(titles, _KEYS, strict=True)}
_REQUIRED = ("hs", "destination", "kind", "percent")
_KIND_NAMES = {
    "基本": "base",
    "附加": "additional",
    "反倾销": "anti_dumping",
    "增值税": "vat",
    "antidumping": "anti_dumping",
}
MAX_PERCENT = Decimal(1000)
MAX_DIGITS = 10


def read_tariff(content, countries):
    """The rows of a tariff.

    :param bytes content: of an .xlsx or CSV file
    :param countries: ISO codes that exist
    :return: list of :class:`~.duty.TariffRow`
    :raises SheetFaults: everything that is wrong: ``file_unreadable``, ``header_missing``, ``list_empty``,
        ``country_unknown``, ``kind_unknown``, ``name_missing``, ``hs_wrong``, ``number_unreadable``,
        ``percent_wrong``, ``date_unreadable``, ``dates_reversed``, ``row_twice``
    """
    rows = read_rows(content, csv_allowed=True)
    start, columns = find_header(rows, _NAMES, _REQUIRED)
    faults, read, seen = [], [], {}
    for number, cells in rows[start + 1 :]:
        if all(cell is None for cell in cells):
            continue
        values = {key: cells[position] if position < len(cells) else None for key, position in columns.items()}
        row = _RowReader(number, values, countries, faults).parse()
        identity = (row.hs_prefix, row.origin, row.destination, row.kind, row.name, row.valid_from)
        if identity in seen:
            faults.append(Fault(number, "row_twice", {"first": seen[identity]}))
        seen.setdefault(identity, number)
        read.append(row)
    if not read:
        faults.append(Fault(None, "list_empty"))
    if faults:
        raise SheetFaults(faults)
    return read


class _RowReader:
    """Reads the cells of a row, and keeps what is wrong with them."""

    def __init__(self, number, values, countries, faults):
        self._number, self._values, self._countries, self._faults = number, values, countries, faults

    def parse(self):
        kind = self._read_kind()
        return TariffRow(
            self._read_hs_prefix(kind),
            self._read_country("origin", required=False),
            self._read_country("destination", required=True),
            kind,
            self._read_percent(),
            str(self._values.get("name") or ""),
            self._read_amount("per_kg") or Decimal(0),
            *self._read_dates(),
        )

    def _fault(self, code, **values):
        self._faults.append(Fault(self._number, code, values))

    def _read_kind(self):
        text = str(self._values["kind"] or "")
        kind = _KIND_NAMES.get(text.casefold(), text.casefold().replace(" ", "_").replace("-", "_"))
        if kind not in KINDS:
            self._fault("kind_unknown", kind=text)
        if kind in ("additional", "anti_dumping") and not self._values.get("name"):
            self._fault("name_missing")
        return kind

    def _read_hs_prefix(self, kind):
        text = _read_code(self._values["hs"])
        code = clean_hs_code(text)
        # Only VAT and extra duties may be for all goods: an ordinary duty for everything would hide unknown codes.
        if (text and not code) or len(code) > MAX_DIGITS or (kind == "base" and not code):
            self._fault("hs_wrong", hs_code=text)
        return code

    def _read_country(self, key, required):
        code = str(self._values.get(key) or "").upper()
        if code not in self._countries if code else required:
            self._fault("country_unknown", country=code)
        return code

    def _read_percent(self):
        percent = self._read_amount("percent")
        if percent is None or not 0 <= percent <= MAX_PERCENT:
            self._fault("percent_wrong", value=str(self._values["percent"] or ""))
        return percent or Decimal(0)

    def _read_amount(self, key):
        try:
            return read_number(self._values.get(key))
        except ValueError:
            self._fault("number_unreadable", value=str(self._values[key]))
            return Decimal(0)

    def _read_dates(self):
        start, end = self._read_date("valid_from"), self._read_date("valid_to")
        if start and end and end < start:
            self._fault("dates_reversed", start=start.isoformat(), end=end.isoformat())
        return start, end

    def _read_date(self, key):
        value = self._values.get(key)
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self._fault("date_unreadable", value=str(value))
            return None


def _read_code(value):
    """A code as text: Excel makes numbers of codes, which then have lost their leading zero."""
    if isinstance(value, int | float):
        text = str(int(value))
        return text.zfill(len(text) + len(text) % 2)
    return str(value or "")
