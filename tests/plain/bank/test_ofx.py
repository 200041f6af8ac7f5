"""Open Financial Exchange."""

from datetime import date
from decimal import Decimal

import pytest

from addons.bank_statement_file.statements import read_statements
from addons.marketplace.contract import InvalidPayload

HEAD = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\n"
STATEMENT = """<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260506<LANGUAGE>ENG</SONRS>
</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>1<ACCTID>12345678<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260501<DTEND>20260506
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260505000000[+8:CST]<TRNAMT>1010.25<FITID>F-1<NAME>AMAZON<MEMO>payout S-77</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260506<TRNAMT>-10,00<FITID>F-2<CHECKNUM>9<NAME>Fee</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1000.25<DTASOF>{day}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def read_one(text):
    origin, (statement,) = read_statements((HEAD + text).encode(), ())
    assert origin == "OFX"
    return statement


def test_days_stay_as_the_bank_writes_them():
    statement = read_one(STATEMENT.format(day="20260506"))
    payout, fee = statement.transactions
    assert (payout.day, payout.amount, payout.external_id) == (date(2026, 5, 5), Decimal("1010.25"), "F-1")
    assert (payout.counterparty, payout.description) == ("AMAZON", "AMAZON payout S-77")
    assert (fee.amount, fee.reference, fee.kind) == (Decimal("-10.00"), "9", "debit")
    assert (statement.currency, statement.account) == ("USD", "12345678")
    assert (statement.opening, statement.closing) == (None, Decimal("1000.25"))


def test_a_balance_of_another_day_is_not_that_of_the_end():
    assert read_one(STATEMENT.format(day="20260630")).closing is None
    assert read_one(STATEMENT.format(day="20260505")).closing is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<FITID>F-2", "", "OFX: broken"),
        ("-10,00", "ten", "OFX: broken"),
        ("STMTRS", "OTHER", "OFX: no account"),
        ("</OFX>", "", "OFX: cut off"),
    ],
)
def test_what_is_broken_is_refused(old, new, message):
    with pytest.raises(InvalidPayload, match=message):
        read_one(STATEMENT.format(day="20260506").replace(old, new))
