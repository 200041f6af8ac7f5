import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from addons.marketplace_routing.freight.rate_sheet import COLUMNS, parse_rate_sheet
from addons.marketplace_routing.freight.table_file import Column, NumberReader, TableFileError, read_records

COUNTRIES = {"de": "DE", "germany": "DE", "德国": "DE", "us": "US", "gb": "GB"}
STATES = {("US", "CA"): "CA", ("US", "NY"): "NY", ("DE", "BE"): "DE-BE"}
HEADER = "zone,countries,states,postcodes,warehouses,weight from,weight to,price,per kg,step,included,minimum,days"


def parse(content):
    content = content if isinstance(content, bytes) else content.encode()
    return parse_rate_sheet(read_records(content, COLUMNS), COUNTRIES, STATES, ["WH", "UK"])


def problems(content):
    with pytest.raises(TableFileError) as error:
        parse(content)
    return [(problem.line, problem.code) for problem in error.value.problems]


def excel(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def lines(*rows):
    return "\n".join(["zone,countries,weight from,weight to,price,days", *rows])


def test_a_whole_sheet():
    zones = parse(
        "\n".join(
            [
                HEADER,
                'West,US,"CA, NY",,WH,0,2,4.20,1.5,0.5,1,5,2-4',
                'West,,,,,2,30,"1,200.50",,,,,',
                'Isles,GB,,"HS1-HS9, ZE1*",,0,5,9,,,,,7',
                "Rest,*,,,,0,5,20,,,,,",
            ]
        )
    )
    west, isles, rest = zones
    assert (west.countries, west.states, west.warehouses) == ({"US"}, {("US", "CA"), ("US", "NY")}, {"WH"})
    assert (west.days_min, west.days_max, isles.days_min, isles.days_max) == (2, 4, 7, 7)
    assert (isles.texts["postcodes"], rest.everywhere) == ("HS1-HS9, ZE1*", True)
    first, second = west.rates
    assert (first.price, first.step_price, first.step_kg) == (Decimal("4.20"), Decimal("1.5"), Decimal("0.5"))
    assert (first.included_kg, first.minimum) == (1, 5)
    assert (second.price, second.step_price, second.step_kg) == (Decimal("1200.50"), 0, 1)


def test_states_are_found_by_any_code():
    (zone,) = parse("zone,countries,states,weight from,weight to,price\nA,de,be,0,1,4")
    assert zone.states == {("DE", "DE-BE")}


def test_every_bad_line_is_listed():
    assert problems(
        lines(
            "A,DE,0,2,4,",
            "A,,1.5,3,5,",
            "A,,4,6,7,",
            "B,Atlantis,0,2,4,",
            "C,DE,0,two,4,",
            "D,DE,2,1,4,",
            ",DE,0,1,4,",
            "E,DE,0,1,,",
            "F,,0,1,4,",
            "G,DE,0,1,4,8-5",
            "A,US,6,7,9,",
        )
    ) == [
        (3, "band_overlap"),
        (4, "band_gap"),
        (5, "country_unknown"),
        (6, "number_unreadable"),
        (7, "weight_upside_down"),
        (8, "zone_missing"),
        (9, "number_missing"),
        (10, "zone_without_places"),
        (11, "days_unreadable"),
        (12, "zone_differs"),
    ]


def test_places_are_checked():
    text = HEADER + "\nA,DE,,19999-10000,,0,1,4,,,,,\nB,US,TX,,,0,1,4,,,,,\nC,GB,,,XX,0,1,4,,,,,\nD,*,CA,,,0,1,4,,,,,"
    assert problems(text) == [
        (2, "postcode_upside_down"),
        (3, "state_unknown"),
        (4, "warehouse_unknown"),
        (5, "zone_states"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file_empty"),
        ("zone,countries,weight from,weight to,price", "file_empty"),
        ("zone,countries,weight from,weight to\nA,DE,0,1", "column_missing"),
        ("zone,countries,weight from,weight to,price,prise\nA,DE,0,1,4,5", "column_unknown"),
        ("zone,zone,weight from,weight to,price\nA,DE,0,1,4", "column_twice"),
        (b"\xd0\xcf\x11\xe0old excel", "file_unreadable"),
        (b"PK\x03\x04not a workbook", "file_unreadable"),
        ("zone;countries;weight from;weight to;price\nA;DE;0;1,5;4.25", "decimal_mixed"),
    ],
)
def test_files_that_are_no_table(content, code):
    assert [found for _line, found in problems(content)] == [code]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_delimiters_and_encodings(delimiter, encoding):
    rows = [["分区", "国家", "weight_from", "Weight To", "价格"], ["A", "德国", "0", "2", "4.20"]]
    (zone,) = parse("\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert (zone.countries, zone.rates[0].price) == ({"DE"}, Decimal("4.20"))


def test_excel():
    header = ["zone", "countries", "weight from", "weight to", "price", "postcodes", "days"]
    (zone,) = parse(excel(header, [], ["A", "DE", 0, 2, 4.2, 10115, 3]))
    assert zone.rates[0].price == Decimal("4.2")
    assert (zone.texts["postcodes"], zone.days_min, zone.line) == ("10115", 3, 3)
    assert problems(excel(header, ["A", "DE", 0, 2, 4.2, "", date(2026, 8, 5)])) == [(2, "date_cell")]


def test_lines_are_those_of_the_file():
    text = 'zone,countries,weight from,weight to,price,postcodes\n\n"A",DE,0,1,4,"10*,\n11*"\nB,Atlantis,0,1,4,'
    assert problems(text) == [(5, "country_unknown")]


def test_others_columns_are_ignored_in_others_files():
    columns = [Column("tracking", ("tracking number",), required=True), Column("amount", ("amount",))]
    (record,) = read_records(b"date,Tracking_Number,weight,amount\n1,X1,2,3", columns, others_allowed=True)
    assert (record.line, record.values) == (2, {"tracking": "X1", "amount": "3"})


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1,5", "2"], ["1.5", "2"]),
        (["1.5", "2"], ["1.5", "2"]),
        (["1.234,50", "1.000"], ["1234.50", "1000"]),
        (["1,234.50", "1,000"], ["1234.50", "1000"]),
        (["1,000"], ["1000"]),
        (["0,500", "1,000"], ["0.5", "1"]),
        (["1 234,5"], ["1234.5"]),
        (["-3,25"], ["-3.25"]),
    ],
)
def test_decimal_signs(texts, expected):
    reader = NumberReader(texts)
    assert [reader.parse(text) for text in texts] == [Decimal(number) for number in expected]


@given(st.lists(st.decimals(0, 99999, places=2), min_size=1), st.booleans(), st.booleans())
def test_numbers_are_read_as_they_were_written(numbers, comma, grouped):
    texts = [f"{number:,.2f}" if grouped else f"{number:.2f}" for number in numbers]
    if comma:
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    reader = NumberReader(texts)
    assert [reader.parse(text) for text in texts] == numbers
