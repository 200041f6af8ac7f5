"""Downloads of advertising systems, read by layouts."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from addons.marketplace.contract import InvalidPayload
from addons.marketplace_ads.connector import AdDay, AdType
from addons.marketplace_ads.layouts import Layout, Meaning, parse_mapped

META = Layout(
    "Meta",
    (
        ("Day", Meaning.DAY, True),
        ("Campaign name | 广告系列名称", Meaning.CAMPAIGN, True),
        ("Amount spent (*)", Meaning.COST, True),
        ("Impressions", Meaning.IMPRESSIONS, False),
        ("Link clicks", Meaning.CLICKS, False),
        ("Currency", Meaning.CURRENCY, False),
    ),
)
EBAY = Layout(
    "eBay",
    (
        ("Date", Meaning.DAY, True),
        ("Item ID", Meaning.ITEM, True),
        ("Ad fees*", Meaning.COST, True),
        ("Sold quantity", Meaning.UNITS, False),
    ),
    AdType.SPONSORED_PRODUCTS,
    decimal=",",
    day_form="%d.%m.%Y",
)


def read(text, *layouts, currency="USD"):
    content = text if isinstance(text, bytes) else text.encode()
    return parse_mapped(content, layouts or (META, EBAY), currency)


def test_titles_totals_and_quiet_days_are_passed():
    text = (
        "My report\n\nDay,广告系列名称,Amount spent (USD),Impressions,Link clicks\n"
        '2026-05-01,Lamp,"1,234.56",1000,20\n2026-05-02,Lamp,0,0,0\nTotal,,1234.56,1000,20\n,,1234.56,,\n'
    )
    layout, rows = read(text)
    assert layout is META
    assert rows == [
        AdDay(AdType.OTHER, "", "Lamp", date(2026, 5, 1), Decimal("1234.56"), "USD", impressions=1000, clicks=20)
    ]


def test_the_layout_is_known_by_its_headings():
    layout, rows = read("Date;Item ID;Ad fees (general);Sold quantity\n01.05.2026;1100042;3,50;2\n")
    assert layout is EBAY
    assert (rows[0].asin, rows[0].cost, rows[0].units, rows[0].campaign) == ("1100042", Decimal("3.50"), 2, "eBay")


def test_the_currency_of_a_row_stands_above_the_advertisers():
    _layout, rows = read("Day,Campaign name,Amount spent (x),Currency\n2026-05-01,A,1,eur\n2026-05-01,B,1,\n")
    assert [row.currency for row in rows] == ["EUR", "USD"]


def test_workbooks():
    book = Workbook()
    book.active.append(["Day", "Campaign name", "Amount spent (EUR)", "Impressions", "Link clicks"])
    book.active.append([date(2026, 5, 1), 42.0, 1.5, 10.0, None])
    stored = io.BytesIO()
    book.save(stored)
    _layout, rows = read(stored.getvalue())
    assert (rows[0].day, rows[0].campaign, rows[0].cost, rows[0].impressions) == (
        date(2026, 5, 1), "42", Decimal("1.5"), 10
    )  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [
    ("a,b\n1,2\n", "no layout fits the file; the nearest, "),
    ("Day,Campaign name,Amount spent (USD)\nMay,Lamp,1\n", "row 2, day: May is no day"),
    ("Day,Campaign name,Amount spent (USD)\n2026-05-01,Lamp,dear\n", r"row 2, amount spent \(usd\): 'dear'"),
    ("Day,Campaign name,Amount spent (USD)\n2026-05-01,Lamp,0\n", "no advertising"),
    ("", "empty"),
])  # fmt: skip
def test_what_cannot_be_read_is_named(text, message):
    with pytest.raises(InvalidPayload, match=message):
        read(text)
