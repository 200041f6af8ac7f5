"""Statements of banks and wallets as tables, by layouts."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from addons.bank_statement_file.statements import FeeMode, Layout, Meaning, read_statements
from addons.marketplace.contract import InvalidPayload

BANK = Layout(
    "Bank",
    (
        ("Date | 交易日期", Meaning.DATE, True),
        ("Money In | 收入金额", Meaning.INCOME, True),
        ("Money Out | 支出金额", Meaning.OUTGO, True),
        ("Description | 摘要", Meaning.DESCRIPTION, False),
        ("对方户名", Meaning.COUNTERPARTY, False),
        ("流水号", Meaning.EXTERNAL_ID, False),
        ("Balance | 余额", Meaning.BALANCE, False),
        ("Currency", Meaning.CURRENCY, False),
    ),
)
WALLET = Layout(
    "Wallet",
    (
        ("Date", Meaning.DATE, True),
        ("Amount", Meaning.AMOUNT, True),
        ("Fee", Meaning.FEE, True),
        ("Direction", Meaning.DIRECTION, False),
        ("Status", Meaning.STATUS, False),
        ("Currency", Meaning.CURRENCY, False),
        ("Transaction ID", Meaning.EXTERNAL_ID, False),
        ("Target Amount", Meaning.FOREIGN_AMOUNT, False),
        ("Target Currency", Meaning.FOREIGN_CURRENCY, False),
        ("Rate", Meaning.RATE, False),
        ("Balance", Meaning.BALANCE, False),
    ),
    day_form="%m/%d/%Y",
    fee_mode=FeeMode.EXTRA,
    done_words=("Completed",),
)
CHINESE = """账户明细,,,,,,
交易日期,摘要,对方户名,收入金额,支出金额,余额,流水号
2026-05-04,结汇,亚马逊,"1,010.00",,"1,110.00",77001
2026-05-05 10:20:30,手续费,,--,10.00,"1,100.00",77002
合计,,,1010.00,10.00,,
"""


def read_one(text, *layouts, encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    _origin, (statement,) = read_statements(content, layouts or (WALLET, BANK))
    return statement


def test_the_layout_is_recognised_below_titles_and_totals_are_no_rows():
    origin, (statement,) = read_statements(CHINESE.encode("gb18030"), (WALLET, BANK))
    assert origin == "Bank"
    assert [(line.day, str(line.amount), line.description) for line in statement.transactions] == [
        (date(2026, 5, 4), "1010.00", "结汇"),
        (date(2026, 5, 5), "-10.00", "手续费"),
    ]
    assert (statement.opening, statement.closing) == (Decimal("100.00"), Decimal("1100.00"))
    assert statement.transactions[0].raw["余额"] == "1,110.00"
    assert statement.transactions[0].external_id == "77001"


def test_balances_are_a_chain_in_any_order():
    rows = CHINESE.splitlines()
    turned = "\n".join([*rows[:2], rows[3], rows[2]])
    statement = read_one(turned)
    assert (statement.opening, statement.closing) == (Decimal("100.00"), Decimal("1100.00"))


def test_a_missing_row_is_found_by_the_balances():
    rows = [*CHINESE.splitlines()[:4], "2026-05-07,付款,,,50.00,900.00,77004"]
    with pytest.raises(InvalidPayload, match="row 5: the balance does not follow"):
        read_one("\n".join(rows))


def test_a_chain_that_ends_where_it_began_has_that_balance():
    text = "Date,Money In,Money Out,Balance\n2026-05-04,5,,15\n2026-05-05,,5,10\n"
    statement = read_one(text)
    assert (statement.opening, statement.closing) == (Decimal(10), Decimal(10))


def test_the_fee_lowers_the_amount_and_open_rows_are_left_out():
    text = (
        "Date,Amount,Fee,Direction,Status,Currency,Transaction ID,Target Amount,Target Currency,Rate\n"
        "05/31/2026,100.00,1.00,OUT,Completed,USD,T-1,710.00,CNY,7.1\n"
        "06/01/2026,50.00,,IN,Completed,USD,T-2,,,\n"
        "06/01/2026,70.00,,IN,Pending,USD,T-3,,,\n"
    )
    statement = read_one(text)
    out, income = statement.transactions
    assert (out.day, out.amount, out.fee) == (date(2026, 5, 31), Decimal("-101.00"), Decimal("1.00"))
    assert (out.foreign, out.rate) == (("CNY", Decimal("-710.00")), Decimal("7.1"))
    assert (income.amount, income.fee, income.foreign) == (Decimal("50.00"), 0, None)
    assert (statement.currency, statement.left_out, statement.total) == ("USD", 1, Decimal("-51.00"))


def test_each_currency_of_a_wallet_is_a_statement():
    text = "Date,Money In,Money Out,Currency,Balance\n2026-05-04,5,,usd,15\n2026-05-04,8,,EUR,8\n2026-05-05,,2,USD,13\n"
    _origin, statements = read_statements(text.encode(), (BANK,))
    assert [(item.currency, str(item.total), str(item.closing)) for item in statements] == [
        ("USD", "3", "13"),
        ("EUR", "8", "8"),
    ]


def test_numbers_of_workbooks_stay_whole():
    book = Workbook()
    book.active.append(["交易日期", "摘要", "收入金额", "支出金额", "流水号"])
    book.active.append([date(2026, 5, 4), "payout", 12.5, None, 2026050400012345.0])
    stream = io.BytesIO()
    book.save(stream)
    (line,) = read_one(stream.getvalue()).transactions
    assert (line.external_id, line.amount, line.day) == ("2026050400012345", Decimal("12.5"), date(2026, 5, 4))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Date,Amount\n2026-05-04,1\n", "headings: no layout fits .Date, Amount.; the nearest, Wallet, also needs Fee"),
        ("Date,Money In,Money Out\n2026-05-04,x,\n", "row 2, income: 'x' is no number"),
        ("Date,Money In,Money Out\n2026-05-04,,\n", "row 2: no amount"),
        ("Date,Money In,Money Out\n04.05.2026,1,\n", "row 2, date: '04.05.2026' is no day in the layout's form"),
        ("Date,Money In,Money Out\n,1,\n", "row 2: no day"),
        ("Date,Amount,Fee,Direction,Status\n05/04/2026,1,,sideways,Completed\n", "'sideways' is neither in nor out"),
        ("Date,Money In,Money Out\n", "file: there is no row below the headings"),
        ("", "file: empty"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, message):
    with pytest.raises(InvalidPayload, match=message):
        read_one(text)


def test_keys_recognise_a_transaction_in_another_file():
    rows = "2026-05-04,Coffee,5\n2026-05-04,Coffee,5\n"
    head = "Date,Description,Money Out,Money In\n"
    first = list(read_one(head + rows).keys())
    later = list(read_one(head + rows + "2026-05-05,Coffee,5\n").keys())
    assert len(set(later)) == 3
    assert later[:2] == first


def test_a_transfer_and_its_fee_may_share_a_number():
    head = "Date,Money In,Money Out,流水号\n"
    first, fee, again = read_one(f"{head}2026-05-04,,100,X1\n2026-05-04,,1,X1\n2026-05-09,,100.00,X2\n").keys()
    assert len({first, fee, again}) == 3
    assert next(read_one(f"{head}2026-05-05,,100.00,X1\n").keys()) == first
