import pytest

from addons.first_mile.engine import SheetFaults, check_against_order, read_packing_list
from addons.first_mile.engine.packing_list import parse_numbers
from tests.plain.first_mile.sheets import CHINESE, ENGLISH, make_sheet


def faults_of(function, *arguments):
    with pytest.raises(SheetFaults) as caught:
        function(*arguments)
    return [(fault.row, fault.code) for fault in caught.value.faults]


def read(*rows, header=ENGLISH):
    return read_packing_list(make_sheet(header, *rows))


def test_ranges_and_mixed_cartons_in_english():
    packed = read(
        ["1-3", "KETTLE", 20, 50, 40, 30, 12.5],
        [4, "KETTLE", 5, 50, 40, 30, "8.2 kg"],
        [None, "LID", 40, None, None, None, None],
        [4, "CORD", 2, 50, 40, 30, 8.2],
        ["Total", None, 107, None, None, None, None],
    )
    assert [carton.box.number for carton in packed.cartons] == ["1", "2", "3", "4"]
    assert packed.cartons[3].contents == {"KETTLE": 5, "LID": 40, "CORD": 2}
    assert packed.count_units() == {"KETTLE": 65, "LID": 40, "CORD": 2}
    assert str(packed.cartons[0].box.weight_kg) == "12.5"


def test_chinese_with_titles_above_and_sizes_in_one_cell():
    packed = read_packing_list(
        make_sheet(
            ["装箱单"],
            [],
            CHINESE,
            ["C01-C05", "水壶-白", 10, 5, 50, "60*40*35", 15],
            ["合计", None, None, 5, 50, None, 75],
        )
    )
    assert [carton.box.number for carton in packed.cartons] == ["C01", "C02", "C03", "C04", "C05"]
    box = packed.cartons[4].box
    assert (box.length_cm, box.width_cm, box.height_cm) == (60, 40, 35)
    assert packed.count_units() == {"水壶-白": 50}


TOTALS_APART = ["Line", "Carton No", "SKU", "Qty", "Length", "Width", "Height", "Weight"]


@pytest.mark.parametrize(
    "sku", ["TOTAL-BAG-01", "Totally Clean", "TOTAL", "total", "总计-01", "Grand Total", "GRANDTOTAL-X"]
)
def test_a_sku_may_begin_with_total(sku):
    packed = read([1, sku, 2, 50, 40, 30, 5], [2, "KETTLE", 3, 50, 40, 30, 5])
    assert packed.count_units() == {sku: 2, "KETTLE": 3}


@pytest.mark.parametrize("sku", ["TOTAL-BAG-01", "Totally Clean", "合计-01"])
def test_a_sku_of_a_mixed_carton_may_begin_with_total(sku):
    packed = read([1, "KETTLE", 2, 50, 40, 30, 5], [None, sku, 4, None, None, None, None])
    assert packed.cartons[0].contents == {"KETTLE": 2, sku: 4}


@pytest.mark.parametrize(
    "word",
    ["Total", "TOTAL:", "Totals", "Grand Total", "Grand Totals:", "合计", "总计：", "共计", "Total 2 ctns", "合计 2箱"],
)
def test_a_word_where_the_carton_stands_ends_the_list(word):
    packed = read([1, "KETTLE", 2, 50, 40, 30, 5], [word, None, 2, None, None, None, 5], ["Checked by", "Li", 9])
    assert packed.count_units() == {"KETTLE": 2}


def test_a_carton_called_total_is_a_carton_where_it_has_a_number():
    packed = read(["Total-1", "KETTLE", 2, 50, 40, 30, 5], ["Total", "1 SKU", 2, None, None, None, 5])
    assert [carton.box.number for carton in packed.cartons] == ["Total-1"]


@pytest.mark.parametrize("word", ["Total", "Totals", "Grand total", "合计", "总计"])
def test_a_word_alone_where_the_sku_stands_ends_the_list(word):
    packed = read([1, "KETTLE", 2, 50, 40, 30, 5], [None, word, 2, None, None, None, 5])
    assert packed.count_units() == {"KETTLE": 2}


def test_totals_in_a_column_of_their_own_end_the_list_but_no_remark_does():
    rows = [
        ["Total care line", 1, "KETTLE", 2, 50, 40, 30, 5],
        ["Total care line", None, "LID", 3],
        ["Total", None, None, 5],
        ["Checked", None, "by Li"],
    ]
    assert read(*rows, header=TOTALS_APART).count_units() == {"KETTLE": 2, "LID": 3}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("7", ["7"]), ("8-10", ["8", "9", "10"]), ("A01~A03", ["A01", "A02", "A03"]), ("9至10", ["9", "10"]),
     ("CTN 1 - 2", ["CTN 1", "CTN 2"])],
)  # fmt: skip
def test_numbers(text, numbers):
    assert parse_numbers(text) == numbers


@pytest.mark.parametrize("text", ["9-8", "A1-B5"])
def test_no_range(text):
    with pytest.raises(ValueError, match=text):
        parse_numbers(text)


def test_every_fault_is_said_at_once_with_its_row():
    rows = [
        [None, "LOST", 1, 50, 40, 30, 9],
        ["1-3", "KETTLE", 20, 50, 40, 30, None],
        [4, "LID", 5, 50, None, 30, 8],
        [5, None, 5, 50, 40, 30, 8],
        [6, "CORD", 0, 50, 40, 30, 8],
        [7, "CORD", "many", 50, 40, 30, 8],
        ["9-8", "CORD", 1, 50, 40, 30, 8],
        [4, "LID", 5, 50, 40, 30, 9],
        ["1-30000", "LID", 5, 50, 40, 30, 9],
    ]
    assert faults_of(read, *rows) == [
        (2, "carton_missing"),
        (3, "weight_missing"),
        (4, "size_missing"),
        (5, "sku_missing"),
        (6, "units_wrong"),
        (7, "number_unreadable"),
        (8, "range_unreadable"),
        (9, "measures_differ"),
        (10, "too_many_cartons"),
    ]


def test_stated_numbers_must_be_those_counted():
    sheet = make_sheet(CHINESE, ["1-5", "A", 10, 4, 50, "60x40x35", 15], ["6", "A", 10, 1, 11, "60x40x", 15])
    assert faults_of(read_packing_list, sheet) == [
        (2, "cartons_differ"),
        (3, "number_unreadable"),
        (3, "total_differs"),
    ]


def test_a_sheet_without_the_columns_says_which():
    with pytest.raises(SheetFaults) as caught:
        read_packing_list(make_sheet(["SKU", "Qty"], ["A", 1]))
    (fault,) = caught.value.faults
    assert (fault.code, fault.values) == ("header_missing", {"columns": "carton"})


def test_no_workbook_and_no_rows():
    assert faults_of(read_packing_list, b"carton,sku") == [(None, "file_unreadable")]
    assert faults_of(read) == [(None, "list_empty")]


def test_list_that_does_not_match_the_order():
    packed = read(["1-2", "KETTLE", 20, 50, 40, 30, 12], ["3", "LID", 7, 50, 40, 30, 12])
    assert check_against_order(packed, {"KETTLE": 40, "LID": 7}) is None
    found = faults_of(check_against_order, packed, {"KETTLE": 60, "CORD": 5})
    assert found == [(None, "sku_not_packed"), (2, "units_differ"), (3, "sku_not_ordered")]
