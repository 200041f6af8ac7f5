"""Reports as tab-separated text, read by header name: Amazon adds and leaves out columns by marketplace and year."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from ...marketplace.contract import InvalidPayload, Money

_DATE_FORMATS = ("%m/%d/%Y", "%Y-%m-%d", "%m/%Y")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$")


@dataclass(frozen=True)
class Sheet:
    """What a report holds.

    :param tuple records: rows that could be read
    :param tuple broken: ``(path, reason, row as dict)`` of each row that could not; it waits for a person
    """

    records: tuple
    broken: tuple = ()


class Row:
    """One row; errors name report, row and column.

    :param dict values: ``{normal name of the column: text}``
    :param str path: report and row
    """

    __slots__ = ("path", "values")

    def __init__(self, values, path):
        self.values = values
        self.path = path

    def text(self, name, required=False):
        """Text without surrounding blanks; an absent one is empty."""
        value = self.values.get(name, "").strip()
        if required and not value:
            raise self.error(name, "missing")
        return value

    def units(self, name, required=False):
        """Whole number, possibly negative; ``None`` if absent. ``5.00`` is a whole number, ``5.5`` is none."""
        text = self.text(name, required)
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            value = self._decimal(name, text)
        if value != value.to_integral_value():
            raise self.error(name, f"{text!r} is no whole number of units")
        return int(value)

    def decimal(self, name, required=False):
        """Exact number; ``None`` if absent."""
        text = self.text(name, required)
        return self._decimal(name, text) if text else None

    def money(self, name, currency):
        """Amount as :class:`Money`; ``None`` if absent."""
        text = self.text(name)
        return Money.parse(text, currency, f"{self.path} {name}") if text else None

    def date(self, name, required=False):
        """Day of a date or time; ``None`` if absent. A month stands for its first day."""
        text = self.text(name, required)
        return self._placed(name, _parse_date, text) if text else None

    def time(self, name, required=False):
        """Aware UTC time; ``None`` if absent. A time without zone is UTC, as Amazon's reports are."""
        text = self.text(name, required)
        return self._placed(name, _parse_time, text) if text else None

    def error(self, name, reason):
        """The error of a column."""
        return InvalidPayload(f"{self.path} {name}", reason)

    def _decimal(self, name, text):
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise self.error(name, f"{text!r} is not a number") from None
        if not value.is_finite():
            raise self.error(name, f"{text!r} is not a number")
        return value

    def _placed(self, name, parse, text):
        try:
            return parse(text)
        except ValueError:
            raise self.error(name, f"{text!r} is not a date that Amazon's reports use") from None


def read_sheet(text, report, required, read):
    """Read a report.

    :param str text: the whole file
    :param str report: its type, for errors
    :param required: names of the columns without which the report has no meaning
    :param read: :class:`Row` → record; what raises :class:`InvalidPayload` is set aside
    :raise InvalidPayload: a needed column is missing
    :return: :class:`Sheet`
    """
    quoting = csv.QUOTE_MINIMAL if text.lstrip().startswith('"') else csv.QUOTE_NONE
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=quoting)
    header = [column_name(name) for name in next(lines, [])]
    missing = [name for name in required if name not in header]
    if missing:
        raise InvalidPayload(report, f"columns are missing: {', '.join(missing)}")
    records, broken = [], []
    for number, line in enumerate(lines, 2):
        if not any(line):
            continue
        row = Row(dict(zip(header, line, strict=False)), f"{report} row {number}")
        try:
            records.append(read(row))
        except InvalidPayload as error:
            broken.append((error.path, error.reason, row.values))
    return Sheet(tuple(records), tuple(broken))


def column_name(header):
    """The normal name of a column: ``Event Type``, ``event_type`` and ``event-type`` are one."""
    return header.strip().strip('"').lower().replace(" ", "-").replace("_", "-")


@lru_cache(maxsize=1024)
def _parse_date(text):
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return _parse_time(text).date()


@lru_cache(maxsize=4096)
def _parse_time(text):
    found = _TIME.match(text)
    if not found:
        raise ValueError(text)
    day, clock, zone = found.groups()
    zone = "+00:00" if zone in (None, "Z") else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return datetime.fromisoformat(f"{day}T{clock}{zone}").astimezone(timezone.utc)
