"""Settlements by a mapping of columns."""

import io
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from openpyxl import Workbook

from addons.marketplace.contract import InvalidPayload, Money
from addons.marketplace_settlement.layouts import Header, Layout, Meaning, parse_mapped

HEADER = Header("S-1", Money(Decimal("7.10"), "EUR", "7.10"))
WIDE = Layout(
    (
        ("Day", Meaning.DATE),
        ("Order", Meaning.ORDER),
        ("SKU", Meaning.SKU),
        ("Units", Meaning.UNITS),
        ("Goods", Meaning.FEE),
        ("Commission", Meaning.FEE),
    ),
    zone="Asia/Shanghai",
)
WIDE_TABLE = """Settlement of May,,,,,
Day,Order,SKU,Units,Goods,Commission
2026-05-04,A-1,MUG,2,"1,010.00 €",(2.40)
2026-05-05,A-2,PEN,1,0.00,-0.50
2026-05-05,,,,,
"""
LONG = Layout(
    (
        ("日期", Meaning.DATE),
        ("类型", Meaning.WORDS),
        ("说明", Meaning.WORDS),
        ("金额", Meaning.AMOUNT),
        ("币种", Meaning.CURRENCY),
    ),
    decimal=",",
    day_form="%d.%m.%Y",
)
LONG_TABLE = "日期;类型;说明;金额;币种\n04.05.2026;Order;Sale;1.010,50;EUR\n05.05.2026;Fee;;-3;eur\n"


def lines_of(text, layout):
    return list(parse_mapped(text.encode(), layout, HEADER).lines)


def test_one_row_may_have_many_amounts():
    settlement = parse_mapped(WIDE_TABLE.encode(), WIDE, HEADER)
    lines = list(settlement.lines)
    assert [(line.row, line.words, str(line.amount.amount), line.order_id) for line in lines] == [
        (1, ("Goods",), "1010.00", "A-1"),
        (2, ("Commission",), "-2.40", "A-1"),
        (3, ("Commission",), "-0.50", "A-2"),
    ]
    assert (lines[0].units, lines[0].sku, lines[0].amount.text) == (2, "MUG", "1,010.00 €")
    assert settlement.start == datetime(2026, 5, 3, 16, tzinfo=timezone.utc)
    assert (settlement.external_id, settlement.total) == ("S-1", HEADER.total)


def test_words_may_stand_in_columns():
    lines = lines_of(LONG_TABLE, LONG)
    assert [(line.words, str(line.amount.amount)) for line in lines] == [
        (("Order", "Sale"), "1010.50"),
        (("Fee",), "-3"),
    ]
    assert lines[0].posted_at == datetime(2026, 5, 4, tzinfo=timezone.utc)


def test_workbooks():
    book = Workbook()
    for row in (["Day", "Order", "SKU", "Units", "Goods", "Commission"], [date(2026, 5, 4), 1e9, "A", 1, 9.9, -1]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    goods, fee = parse_mapped(out.getvalue(), WIDE, HEADER).lines
    assert (goods.order_id, str(goods.amount.amount), str(fee.amount.amount)) == ("1000000000", "9.9", "-1")


@pytest.mark.parametrize(
    ("layout", "table", "path", "reason"),
    [
        (WIDE, "", "file", "empty"),
        (WIDE, WIDE_TABLE.replace("Commission", "Fee"), "headings", "no column commission"),
        (WIDE, WIDE_TABLE.replace("2026-05-05", "yesterday"), "row 4, Day", "no day"),
        (WIDE, WIDE_TABLE.replace("2026-05-05,A-2", ",A-2"), "row 4", "no day"),
        (WIDE, WIDE_TABLE.replace("-0.50", "half"), "row 4, Commission", "no number"),
        (WIDE, WIDE_TABLE.replace('"1,010.00 €"', '"6,5"'), "row 3, Goods", "no number"),
        (WIDE, WIDE_TABLE.replace("MUG,2", "MUG,1.5"), "row 3, Units", "no number of units"),
        (WIDE, "\n".join(WIDE_TABLE.splitlines()[:2]), "file", "no amount"),
        (LONG, LONG_TABLE.replace("eur", "usd"), "row 3", "in USD"),
        (LONG, LONG_TABLE.replace("Fee", ""), "row 3", "what the amount is"),
        (LONG, LONG_TABLE.replace("-3", "1.5"), "row 3, 金额", "no number"),
    ],
)
def test_what_cannot_be_read_is_refused(layout, table, path, reason):
    with pytest.raises(InvalidPayload) as caught:
        lines_of(table, layout)
    assert caught.value.path == path
    assert reason in caught.value.reason
