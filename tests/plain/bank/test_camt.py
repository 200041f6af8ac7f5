"""ISO 20022 statements and notifications."""

from datetime import date
from decimal import Decimal

import pytest

from addons.bank_statement_file.statements import read_statements
from addons.marketplace.contract import InvalidPayload

ENTRY = """
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>2026-05-04</Dt></BookgDt><ValDt><Dt>2026-05-05</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>{details}</Ntry>
"""
PAYOUT = """
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs>
<AmtDtls><InstdAmt><Amt Ccy="USD">110.00</Amt></InstdAmt>
<TxAmt><Amt Ccy="EUR">101.00</Amt><CcyXchg><SrcCcy>USD</SrcCcy><XchgRate>1.0891</XchgRate></CcyXchg></TxAmt></AmtDtls>
<Chrgs><Rcrd><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>
<RltdPties><Dbtr><Pty><Nm>AMAZON PAYMENTS</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>LU12</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Payout</Ustrd><Ustrd>S-77</Ustrd></RmtInf></TxDtls></NtryDtls>
"""
BATCH = """
<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>
<TxDtls><Refs><AcctSvcrRef>B-1</AcctSvcrRef></Refs><Amt Ccy="EUR">20.00</Amt>
<RltdPties><Cdtr><Nm>Ann</Nm></Cdtr></RltdPties></TxDtls>
<TxDtls><Refs><AcctSvcrRef>B-2</AcctSvcrRef></Refs><Amt Ccy="EUR">10.50</Amt>
<RltdPties><Cdtr><Nm>Bob</Nm></Cdtr></RltdPties></TxDtls>
</NtryDtls>
"""
BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
    "<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-05-04</Dt></Dt></Bal>"
)


def document(*entries, opening="50.00", closing="119.50", version="053.001.08"):
    balances = BALANCE.format(code="OPBD", amount=opening, side="CRDT")
    balances += BALANCE.format(code="CLBD", amount=closing, side="CRDT")
    body = f"<Acct><Id><IBAN>DE00</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}">'
        f"<BkToCstmrStmt><GrpHdr/><Stmt><Id>ST-1</Id>{body}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(amount, side="CRDT", reference="R-1", details="", status="BOOK"):
    return ENTRY.format(amount=amount, side=side, reference=reference, details=details, status=status)


IN = entry("100.00", details=PAYOUT)
OUT = entry("30.50", "DBIT", "R-2", BATCH, status="<Cd>BOOK</Cd>")


def test_an_entry_with_its_parties_charges_and_exchange():
    origin, (statement,) = read_statements(document(IN, OUT), ())
    assert (origin, statement.currency, statement.account, statement.reference) == ("CAMT", "EUR", "DE00", "ST-1")
    assert (statement.opening, statement.closing) == (Decimal("50.00"), Decimal("119.50"))
    payout = statement.transactions[0]
    assert (payout.day, payout.value_day, payout.amount) == (date(2026, 5, 4), date(2026, 5, 5), Decimal("100.00"))
    assert (payout.counterparty, payout.account, payout.reference) == ("AMAZON PAYMENTS", "LU12", "E2E-1")
    assert (payout.foreign, payout.rate, payout.fee) == (("USD", Decimal("110.00")), Decimal("1.0891"), Decimal("1.00"))
    assert (payout.description, payout.external_id, payout.kind) == ("Payout S-77", "R-1", "NTRF")
    assert payout.raw["RmtInf/Ustrd"] == "Payout S-77"


def test_a_batch_is_parted_where_its_parts_add_up():
    _origin, (statement,) = read_statements(document(IN, OUT), ())
    parts = statement.transactions[1:]
    assert [(part.amount, part.counterparty, part.external_id) for part in parts] == [
        (Decimal("-20.00"), "Ann", "B-1"),
        (Decimal("-10.50"), "Bob", "B-2"),
    ]
    other = entry("31.00", "DBIT", "R-2", BATCH)
    _origin, (statement,) = read_statements(document(IN, other, closing="119.00"), ())
    assert [(part.amount, part.external_id) for part in statement.transactions[1:]] == [(Decimal("-31.00"), "R-2")]


def test_what_is_not_booked_is_left_out():
    _origin, (statement,) = read_statements(document(IN, OUT, entry("9.00", status="PDNG")), ())
    assert (len(statement.transactions), statement.left_out) == (3, 1)


def test_a_notification_has_entries_and_no_balance():
    content = document(IN).replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn").replace(b"Stmt>", b"Ntfctn>")
    content = content.replace(b"<Bal>", b"<Skipped>").replace(b"</Bal>", b"</Skipped>").replace(b".053.", b".054.")
    _origin, (statement,) = read_statements(content, ())
    assert (len(statement.transactions), statement.opening, statement.closing) == (1, None, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (document(IN, closing="151.00"), "balance: 50.00 and transactions of 100.00 make 150.00, not 151.00"),
        (document(IN)[:-20], "XML: "),
        (document(IN).replace(b"2026-05-04</Dt></Bookg", b"x</Dt></Bookg"), "entry R-1: 'x' is no day"),
        (document(entry("1.x"), closing="51"), "entry R-1: no amount"),
        (document(IN.replace('"EUR">100', '"GBP">100')), "entry R-1: not in EUR"),
        (document().replace(b"BkToCstmrStmt", b"Other"), "neither camt.053 nor camt.054"),
    ],
)
def test_what_cannot_be_true_is_refused(content, message):
    with pytest.raises(InvalidPayload, match=message):
        read_statements(content, ())
