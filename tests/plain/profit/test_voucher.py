"""Vouchers for other accounting software: what is written is what can be read again."""

import dataclasses
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.marketplace_profit.engine.voucher import Column, Unbalanced, Voucher, VoucherLayout, VoucherLine
from addons.marketplace_profit.engine.voucher_file import FileDiffers, _compare, read_rows, write_vouchers

KIS = VoucherLayout(
    kind="xlsx",
    columns=(
        Column("凭证日期", "day"),
        Column("会计年度", "year"),
        Column("会计期间", "period"),
        Column("凭证字", "word"),
        Column("凭证号", "number"),
        Column("科目代码", "account_code"),
        Column("科目名称", "account_name"),
        Column("币别代码", "currency"),
        Column("原币金额", "amount_currency"),
        Column("借方", "debit"),
        Column("贷方", "credit"),
        Column("凭证摘要", "summary", length=20),
        Column("汇率", "rate"),
        Column("分录序号", "line_index"),
    ),
)
U8 = VoucherLayout(
    encoding="gb18030",
    head="填制凭证,V800",
    is_titled=False,
    is_quoted=False,
    columns=(
        Column("", "day"),
        Column("", "word"),
        Column("", "number"),
        Column("", "text", "0"),
        Column("", "summary", length=60),
        Column("", "account_code"),
        Column("", "debit"),
        Column("", "credit"),
        Column("", "quantity"),
        Column("", "foreign_amount"),
        Column("", "foreign_rate"),
        Column("", "user"),
    ),
)
CLOUD = VoucherLayout(
    kind="xlsx",
    columns=(
        Column("*(单据头)日期", "day", code="FDate", first_only=True),
        Column("(单据头)凭证号", "number", code="FVOUCHERGROUPNO", first_only=True),
        Column("*(分录)科目编码#编码", "account_code", code="FACCOUNTID"),
        Column("(分录)借方金额", "debit", code="FDEBIT", no_zero=True),
        Column("(分录)贷方金额", "credit", code="FCREDIT", no_zero=True),
    ),
)
XERO = VoucherLayout(
    day_form="%d/%m/%Y",
    columns=(
        Column("*Narration", "narration"),
        Column("*Date", "day"),
        Column("Description", "summary"),
        Column("*AccountCode", "account_code"),
        Column("*TaxRate", "text", "No VAT"),
        Column("*Amount", "amount"),
        Column("TrackingName1", "text", "Shop"),
        Column("TrackingOption1", "shop"),
    ),
)


def line(code, balance, currency="CNY", amount=None, summary="销售 / Sales", **values):
    balance = Decimal(balance)
    return VoucherLine(
        account_code=code,
        account_name=f"科目 {code}",
        summary=summary,
        debit=max(balance, Decimal("0.00")),
        credit=max(-balance, Decimal("0.00")),
        currency=currency,
        currency_name=currency,
        amount_currency=Decimal(amount if amount is not None else balance),
        is_foreign=currency != "CNY",
        **values,
    )


def voucher(*lines, number=1, serial=1, narration="S/1"):
    day = date(2026, 10, 31)
    return Voucher(number, "记", serial, day, day, "STL/2026/10/0001", narration, "Li", lines)


SALE = voucher(
    line("112201", "7200.00", "USD", "1000.00", shop="US"), line("600101", "-7200.00", "USD", "-1000.00"), number=12
)


def test_kis_states_both_currencies_and_the_booked_rate():
    first, second = read_rows(write_vouchers([SALE], KIS), KIS)
    assert first[:7] == ["2026-10-31", "2026", "10", "记", "12", "112201", "科目 112201"]
    assert (first[7], *map(Decimal, first[8:11])) == ("USD", 1000, 7200, 0)
    assert (second[7], *map(Decimal, second[8:11])) == ("USD", 1000, 0, 7200)
    assert (Decimal(first[12]), first[13], second[13]) == (Decimal("7.2"), "0", "1")


def test_titles_stand_above_and_codes_above_them():
    sheet = openpyxl.load_workbook(io.BytesIO(write_vouchers([SALE], CLOUD))).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["FDate", "FVOUCHERGROUPNO", "FACCOUNTID", "FDEBIT", "FCREDIT"]
    assert sheet["A2"].value == "*(单据头)日期"


def test_amounts_are_numbers_and_codes_are_texts():
    coded = voucher(line("001002", "1.10"), line("6001", "-1.10"))
    sheet = openpyxl.load_workbook(io.BytesIO(write_vouchers([coded], CLOUD))).worksheets[0]
    assert (sheet["C3"].value, sheet["D3"].value, sheet["E3"].value) == ("001002", 1.1, None)
    assert (sheet["A4"].value, sheet["D4"].value, sheet["E4"].value) == (None, None, 1.1), "the head only once"


def test_u8_begins_with_its_line_and_needs_no_quotes():
    odd = voucher(line("1001", "0.10", summary='手续费, "8 月"\n第二行'), line("6603", "-0.10", summary="=1+1"))
    content = write_vouchers([odd], U8)
    text = content.decode("gb18030")
    assert text.splitlines()[0] == "填制凭证,V800"
    assert text.splitlines()[1] == "2026-10-31,记,1,0,手续费， ＂8 月＂ 第二行,1001,0.10,0.00,0,0,0,Li"
    assert read_rows(content, U8)[1][4] == "＝1+1"


def test_u8_has_foreign_amounts_only_of_foreign_lines():
    first, _second = read_rows(write_vouchers([SALE], U8), U8)
    assert [Decimal(cell) for cell in first[6:11]] == [7200, 0, 0, 1000, Decimal("7.2")]


def test_xero_amounts_add_up_to_nothing_by_narration():
    content = write_vouchers([SALE, voucher(line("1", "5.00"), line("2", "-5.00"), narration="S/2")], XERO)
    assert content.startswith(b"\xef\xbb\xbf*Narration,*Date,")
    cells = read_rows(content, XERO)
    assert cells[0] == ["S/1", "31/10/2026", "销售 / Sales", "112201", "No VAT", "7200.00", "Shop", "US"]
    for narration in ("S/1", "S/2"):
        assert sum(Decimal(row[5]) for row in cells if row[0] == narration) == 0


def test_a_voucher_that_does_not_balance_is_refused():
    with pytest.raises(Unbalanced) as caught:
        write_vouchers([voucher(line("1", "5.00"), line("2", "-4.99"))], XERO)
    assert caught.value.difference == Decimal("0.01")


def test_a_character_that_the_encoding_lacks_is_refused():
    latin = dataclasses.replace(XERO, encoding="latin-1")
    with pytest.raises(UnicodeEncodeError):
        write_vouchers([SALE], latin)


@pytest.mark.parametrize("layout", [KIS, U8, CLOUD, XERO])
def test_a_changed_file_is_found_out(layout):
    other = dataclasses.replace(SALE, lines=(line("112201", "7200.01", "USD", "1000.00"), SALE.lines[1]))
    content = write_vouchers([SALE], layout)
    _compare(content, [SALE], layout)
    with pytest.raises(FileDiffers):
        _compare(content, [other], layout)
    with pytest.raises(FileDiffers):
        _compare(content, [SALE, SALE], layout)


def test_more_digits_than_a_spreadsheet_keeps_are_refused():
    huge = voucher(line("1", "12345678901234567.89"), line("2", "-12345678901234567.89"))
    with pytest.raises(FileDiffers):
        write_vouchers([huge], KIS)
    assert read_rows(write_vouchers([huge], XERO), XERO)[0][5] == "12345678901234567.89"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=6),
    st.text(max_size=30),
    st.sampled_from([KIS, U8, XERO]),
)
def test_any_voucher_can_be_read_again(cents, summary, layout):
    amounts = [Decimal(cent).scaleb(-2) for cent in cents]
    lines = [line(f"0{number}", amount, summary=summary) for number, amount in enumerate(amounts)]
    lines.append(line("99", -sum(amounts), summary=summary))
    titles = ["debit", "credit"] if layout is not XERO else ["amount"]
    positions = [[column.source for column in layout.columns].index(title) for title in titles]
    cells = read_rows(write_vouchers([voucher(*lines)], layout), layout)
    sums = [sum(Decimal(row[position]) for row in cells) for position in positions]
    assert len(cells) == len(lines)
    assert sums[0] == (sums[1] if len(sums) > 1 else 0)
    assert [row[[c.source for c in layout.columns].index("account_code")] for row in cells] == [
        one.account_code for one in lines
    ]
