from datetime import date, datetime, time
from decimal import Decimal as D

import pytest

from addons.first_mile.engine import SheetFaults, TariffRow
from addons.first_mile.engine.sheet import read_number
from addons.first_mile.engine.tariff_file import COLUMNS, read_tariff
from tests.plain.first_mile.sheets import make_sheet

COUNTRIES = {"CN", "GB", "US"}


def test_excel_with_dates_and_a_code_that_lost_its_zero():
    rows = read_tariff(
        make_sheet(
            COLUMNS,
            [70200, None, "gb", "base", None, 10, 0.5, datetime.combine(date(2026, 1, 1), time()), None],
            ["8712.00", "CN", "GB", "Anti-dumping", "Bicycles", "48.5%", None, "2026-01-01", date(2026, 12, 31)],
        ),
        COUNTRIES,
    )
    assert rows == [
        TariffRow("070200", "", "GB", "base", D(10), per_kg=D("0.5"), valid_from=date(2026, 1, 1)),
        TariffRow("871200", "CN", "GB", "anti_dumping", D("48.5"), "Bicycles", D(0), date(2026, 1, 1),
                  date(2026, 12, 31)),
    ]  # fmt: skip


def test_csv_in_chinese():
    text = "海关编码;目的国;类别;税率\n8516;US;基本;2.7\n;GB;增值税;20\n"
    rows = read_tariff(text.encode("utf-8-sig"), COUNTRIES)
    assert [(row.hs_prefix, row.kind, row.percent) for row in rows] == [("8516", "base", D("2.7")), ("", "vat", D(20))]


def test_every_fault_is_said_at_once():
    lines = [
        ["8516", "XX", "GB", "base", None, 2],
        ["8516", None, None, "base", None, 2],
        ["8516", None, "GB", "luxury", None, 2],
        ["8516", "CN", "GB", "additional", None, 2],
        ["", None, "GB", "base", None, 2],
        ["abc", None, "GB", "vat", None, 2],
        ["8517", None, "GB", "base", None, "two"],
        ["8518", None, "GB", "base", None, None],
        ["8519", None, "GB", "base", None, 2, None, "soon"],
        ["8520", None, "GB", "base", None, 2, None, "2026-02-01", "2026-01-01"],
        ["8521", None, "GB", "base", None, 2],
        ["8521", None, "GB", "base", None, 3],
    ]
    with pytest.raises(SheetFaults) as caught:
        read_tariff(make_sheet(COLUMNS, *lines), COUNTRIES)
    assert [(fault.row, fault.code) for fault in caught.value.faults] == [
        (2, "country_unknown"),
        (3, "country_unknown"),
        (4, "kind_unknown"),
        (5, "name_missing"),
        (6, "hs_wrong"),
        (7, "hs_wrong"),
        (8, "number_unreadable"),
        (9, "percent_wrong"),
        (10, "date_unreadable"),
        (11, "dates_reversed"),
        (13, "row_twice"),
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"PK broken"])
def test_unreadable_files(content):
    with pytest.raises(SheetFaults, match="file_unreadable"):
        read_tariff(content, COUNTRIES)


def test_an_empty_table():
    with pytest.raises(SheetFaults, match="list_empty"):
        read_tariff(make_sheet(COLUMNS), COUNTRIES)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,200.5 kg", D("1200.5")), ("12,345,678", D(12345678)), ("6.5 %", D("6.5")), ("0.08", D("0.08"))],
)
def test_numbers_as_people_write_them(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["6,5", "12,34", "1,2345", "1200,5 kg", "NaN", "many"])
def test_a_number_that_could_mean_two_is_none(text):
    with pytest.raises(ValueError, match=text):
        read_number(text)


def test_a_decimal_comma_is_told_and_not_taken_for_a_larger_duty():
    with pytest.raises(SheetFaults) as caught:
        read_tariff("海关编码;目的国;类别;税率\n8516;US;基本;6,5\n".encode(), COUNTRIES)
    assert [(fault.row, fault.code, fault.values) for fault in caught.value.faults] == [
        (2, "number_unreadable", {"value": "6,5"})
    ]
