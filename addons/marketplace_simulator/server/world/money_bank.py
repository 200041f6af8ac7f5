"""The seller's bank of the training world: one account per currency, into which payouts come.

A row is ``{number, at, amount, currency, payer, reference, text, balance}``, oldest first; ``balance`` is what the
account holds after it. :func:`statement` gives an account's rows as CSV and as CAMT.053 too.
"""

import csv
import io
from decimal import Decimal
from xml.etree import ElementTree

KIND = "bank_row"
BANK, HOLDER = "50010517", "Crossborder Training"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
COLUMNS = ("Date", "Amount", "Currency", "Payer", "Reference", "Description", "Balance")
ZERO = Decimal(0)


def iban(currency):
    """Return the valid IBAN of the account of a currency."""
    body = BANK + f"{int.from_bytes(currency.encode(), 'big'):010d}"
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def receive(world, settlement):
    """Enter the payout of a settlement, if it has one."""
    payout, currency = settlement["payout"], settlement["currency"]
    if payout is None:
        return
    before = rows(world, currency)
    number = world.store.count("money:bank_row")
    balance = Decimal(before[-1]["balance"] if before else 0) + Decimal(payout["amount"])
    world.store.put_document(KIND, f"{number:012d}", currency, payout["at"], {
        "number": number, "at": payout["at"], "amount": payout["amount"], "currency": currency,
        "payer": f"{settlement['channel'].title()} Payments", "reference": payout["reference"],
        "text": f"Payout of settlement {settlement['id']}", "balance": str(balance)})


def rows(world, currency):
    """Return the rows of the account of a currency, oldest first."""
    return sorted(world.store.documents(KIND, currency), key=lambda row: row["number"])


def statements(world):
    """Return ``{IBAN: statement}`` of every account that has rows."""
    found = world.store.rows("SELECT DISTINCT region FROM document WHERE kind = ? ORDER BY region", KIND)
    return {iban(row["region"]): statement(world, row["region"]) for row in found}


def statement(world, currency):
    """Return ``{currency, balance, rows, csv, camt}`` of the account of a currency."""
    found = rows(world, currency)
    return {"currency": currency, "balance": found[-1]["balance"] if found else str(ZERO), "rows": found,
            "csv": as_csv(found), "camt": as_camt(currency, found)}


def as_csv(found):
    """Return rows as CSV text with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow((row["at"][:10], row["amount"], row["currency"], row["payer"], row["reference"], row["text"],
                         row["balance"]))
    return text.getvalue()


def as_camt(currency, found):
    """Return rows as a CAMT.053.001.02 statement with opening and closing balance."""
    ElementTree.register_namespace("", NAMESPACE)
    document = ElementTree.Element(f"{{{NAMESPACE}}}Document")
    top = _add(document, "BkToCstmrStmt")
    last = found[-1] if found else {"at": "1970-01-01T00:00:00.000Z", "balance": "0", "number": 0}
    head = _add(top, "GrpHdr")
    _add(head, "MsgId", f"{currency}-{last['number']}")
    _add(head, "CreDtTm", last["at"])
    made = _add(top, "Stmt")
    _add(made, "Id", f"{currency}-{last['number']}")
    _add(made, "CreDtTm", last["at"])
    account = _add(made, "Acct")
    _add(account, "Id/IBAN", iban(currency))
    _add(account, "Ccy", currency)
    _add(account, "Ownr/Nm", HOLDER)
    _balance(made, "OPBD", currency, ZERO, found[0]["at"] if found else last["at"])
    _balance(made, "CLBD", currency, Decimal(last["balance"]), last["at"])
    for row in found:
        _entry(made, row)
    return ElementTree.tostring(document, encoding="unicode", xml_declaration=True)


def _balance(parent, code, currency, amount, at):
    balance = _add(parent, "Bal")
    _add(balance, "Tp/CdOrPrtry/Cd", code)
    _add(balance, "Amt", str(abs(amount))).set("Ccy", currency)
    _add(balance, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")
    _add(balance, "Dt/Dt", at[:10])


def _entry(parent, row):
    entry = _add(parent, "Ntry")
    _add(entry, "NtryRef", str(row["number"]))
    _add(entry, "Amt", row["amount"]).set("Ccy", row["currency"])
    _add(entry, "CdtDbtInd", "CRDT")
    _add(entry, "Sts", "BOOK")
    _add(entry, "BookgDt/Dt", row["at"][:10])
    _add(entry, "ValDt/Dt", row["at"][:10])
    _add(entry, "AcctSvcrRef", f"{row['number']:012d}")
    _add(entry, "BkTxCd/Prtry/Cd", "TRANSFER")
    details = _add(entry, "NtryDtls/TxDtls")
    _add(details, "Refs/EndToEndId", row["reference"])
    _add(details, "RltdPties/Dbtr/Nm", row["payer"])
    _add(details, "RmtInf/Ustrd", f"{row['reference']} {row['text']}")


def _add(parent, path, text=None):
    """Add nested elements and return the innermost."""
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    parent.text = text
    return parent
