"""The bank's files: XML of a day or of many, CSV of a day or of many, and the archives of the CSV files."""

import csv
import io
import zipfile
from datetime import datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
# The history writes days as 2025-12-31, the file of one day as 31 December 2025.
_DAY_FORMS = ("%Y-%m-%d", "%d %B %Y")
_ABSENT = ("N/A", "", "-")
_MAX_BYTES = 50 * 1024 * 1024


class UnreadableRates(ValueError):
    """A file holds no reference rates, or one that cannot be true."""


def read_rates(content):
    """Rates of a file.

    :param bytes content: ``eurofxref*.xml``, ``.csv`` or ``.zip`` as published
    :return: ``{day: {ISO code: units of the currency for one euro, as Decimal}}``
    :raise UnreadableRates: it is none of these, or broken
    """
    if content.startswith(b"PK"):
        content = _unzip(content)
    rates = _read_xml(content) if content.lstrip().startswith(b"<") else _read_csv(content)
    if not any(rates.values()):
        raise UnreadableRates("no exchange rates in it")
    return rates


def _unzip(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (entry,) = archive.infolist()
            if entry.file_size > _MAX_BYTES:
                raise UnreadableRates("the archive is too large")
            return archive.read(entry)
    except (zipfile.BadZipFile, ValueError) as error:
        raise UnreadableRates(f"no archive with one file: {error}") from None


def _read_xml(content):
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableRates(f"broken XML: {error}") from None
    return {
        _day(cube.get("time")): {
            entry.get("currency", ""): _rate(entry.get("rate", ""), entry.get("currency")) for entry in cube
        }
        for cube in root.iter(_CUBE)
        if cube.get("time")
    }


def _read_csv(content):
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
    except UnicodeDecodeError as error:
        raise UnreadableRates(f"neither XML nor CSV: {error}") from None
    if not rows or rows[0][0] != "Date":
        raise UnreadableRates("neither XML nor CSV of the European Central Bank")
    codes = rows[0][1:]
    return {_day(day): _read_cells(day, codes, cells) for day, *cells in filter(None, rows[1:])}


def _read_cells(day, codes, cells):
    if len(codes) != len(cells):
        raise UnreadableRates(f"{day} has not as many rates as there are currencies")
    return {code: _rate(text, code) for code, text in zip(codes, cells, strict=True) if code and text not in _ABSENT}


def _day(text):
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, no instant
        except ValueError:
            continue
    raise UnreadableRates(f"{text!r} is no day")


def _rate(text, code):
    try:
        rate = Decimal(text)
    except InvalidOperation:
        raise UnreadableRates(f"{text!r} is no rate of {code}") from None
    if not rate.is_finite() or rate <= 0:
        raise UnreadableRates(f"{text} cannot be the rate of {code}")
    return rate
