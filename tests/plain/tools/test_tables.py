"""Tables in files."""

import io
from datetime import datetime

import pytest
from openpyxl import Workbook

from addons.marketplace.tools.tables import UnreadableTable, read_table

_DAY = datetime(2026, 5, 4)  # noqa: DTZ001 - workbooks know no time zones


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_in_any_form(encoding, delimiter):
    lines = [["订单", "金额"], ["A-1", " 12.50 "], ["", ""], ["A-2", ""]]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    assert read_table(content) == [(1, ["订单", "金额"]), (2, ["A-1", "12.50"]), (4, ["A-2", None])]


def test_quoted_text_keeps_its_signs():
    assert read_table(b'a,b\n"1,5","x\ny"\n') == [(1, ["a", "b"]), (2, ["1,5", "x\ny"])]


def test_encodings_and_delimiter_may_be_said():
    assert read_table("a;é,1".encode("cp1252"), encodings=("cp1252",), delimiter=";") == [(1, ["a", "é,1"])]


def test_workbooks_keep_the_type_of_cells():
    book = Workbook()
    for row in (["a", None, 7], [None, None, None], [_DAY, " x ", 1.5]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert read_table(out.getvalue()) == [(1, ["a", None, 7]), (3, [_DAY, "x", 1.5])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n ,\n", "empty"),
        (b"\xff\xff\xff", "no_text"),
        (b'a,"b\n', "no_csv"),
        (b"PK\x03\x04", "no_workbook"),
    ],
)
def test_what_is_no_table_is_refused(content, code):
    with pytest.raises(UnreadableTable) as caught:
        read_table(content)
    assert caught.value.code == code
