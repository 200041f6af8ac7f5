"""ISO 20022 statements (camt.053) and notifications (camt.054) of any version.

Elements are found by their local name: versions differ in the namespace, and in a few levels between elements.
"""

from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from ...marketplace.contract import InvalidPayload
from .model import Statement, Transaction

_HEAD = 4096
_STATEMENTS = ("BkToCstmrStmt/Stmt", "BkToCstmrDbtCdtNtfctn/Ntfctn")


def is_camt(content):
    return content.lstrip().startswith(b"<") and b":camt.05" in content[:_HEAD]


def read_camt(content):
    """Statements with what is booked; an entry is parted where its details add up to it.

    :raise InvalidPayload: broken, or an entry without day or amount
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidPayload("XML", str(error)) from None
    found = [node for path in _STATEMENTS for node in _all(root, path)]
    if not found:
        raise InvalidPayload("XML", "neither camt.053 nor camt.054")
    return [_read_statement(node) for node in found]


def _all(node, path):
    """Elements below a path of local names, each step a child."""
    nodes = [node]
    for step in path.split("/"):
        nodes = [child for parent in nodes for child in parent if _name(child) == step]
    return nodes


def _name(node):
    # Comments and processing instructions have a function for a tag.
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _one(node, *paths):
    return next((found for path in paths for found in _all(node, path)), None)


def _text(node, *paths):
    found = _one(node, *paths)
    return (found.text or "").strip() if found is not None else ""


def _texts(node, path):
    return " ".join(filter(None, ((found.text or "").strip() for found in _all(node, path))))


def _read_statement(node):
    entries = _all(node, "Ntry")
    booked = [entry for entry in entries if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) in ("", "BOOK")]
    account = _one(node, "Acct")
    currency = _text(account, "Ccy") if account is not None else ""
    currency = currency or next(
        (_one(entry, "Amt").get("Ccy") for entry in booked if _one(entry, "Amt") is not None), ""
    )
    return Statement(
        transactions=tuple(line for entry in booked for line in _read_entry(entry, currency)),
        currency=currency,
        account=_text(account, "Id/IBAN", "Id/Othr/Id") if account is not None else "",
        reference=_text(node, "Id"),
        opening=_balance(node, ("OPBD", "PRCD")),
        closing=_balance(node, ("CLBD",)),
        left_out=len(entries) - len(booked),
    )


def _balance(node, codes):
    stated = {_text(balance, "Tp/CdOrPrtry/Cd"): balance for balance in _all(node, "Bal")}
    found = next((stated[code] for code in codes if code in stated), None)
    return None if found is None else _signed(found, f"balance {_text(found, 'Tp/CdOrPrtry/Cd')}")


def _signed(node, place):
    amount = _number(_one(node, "Amt"), place)
    return -amount if _text(node, "CdtDbtInd") == "DBIT" else amount


def _number(node, place):
    try:
        number = Decimal((node.text or "").strip()) if node is not None else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise InvalidPayload(place, "no amount")
    return number


def _read_entry(entry, currency):
    place = f"entry {_text(entry, 'AcctSvcrRef') or _text(entry, 'NtryRef') or _text(entry, 'Amt')}"
    if _one(entry, "Amt") is None or _one(entry, "Amt").get("Ccy") != currency:
        raise InvalidPayload(place, f"not in {currency}, the currency of the account")
    amount = _signed(entry, place)
    details = _all(entry, "NtryDtls/TxDtls")
    parts = [_part(detail, currency, amount, place) for detail in details]
    if len(parts) > 1 and None not in parts and sum(parts) == amount:
        return [
            _build(entry, detail, part, f"{place}, part {number}", bank_reference=_text(detail, "Refs/AcctSvcrRef"))
            for number, (detail, part) in enumerate(zip(details, parts, strict=True), 1)
        ]
    bank_reference = _text(entry, "AcctSvcrRef") or (_text(details[0], "Refs/AcctSvcrRef") if details else "")
    return [_build(entry, details[0] if len(details) == 1 else entry, amount, place, bank_reference)]


def _part(detail, currency, whole, place):
    """Amount of a detail in the account's currency, signed; ``None``: it says none."""
    node = next(
        (
            found
            for path in ("Amt", "AmtDtls/TxAmt/Amt")
            for found in _all(detail, path)
            if found.get("Ccy", currency) == currency
        ),
        None,
    )
    if node is None:
        return None
    direction = _text(detail, "CdtDbtInd")
    negative = direction == "DBIT" if direction else whole < 0
    return -_number(node, place) if negative else _number(node, place)


def _build(entry, detail, amount, place, bank_reference):
    """:param detail: where parties and remittance stand; the entry itself, if it has several details or none"""
    side = "Dbtr" if amount > 0 else "Cdtr"
    texts = [_text(entry, "AddtlNtryInf")]
    for source in _all(entry, "NtryDtls/TxDtls") if detail is entry else [detail]:
        texts += [_texts(source, "RmtInf/Ustrd"), _text(source, "RmtInf/Strd/CdtrRefInf/Ref")]
        texts.append(_text(source, "AddtlTxInf"))
    end_to_end = _text(detail, "Refs/EndToEndId")
    return Transaction(
        place=place,
        day=_day(entry, "BookgDt", place),
        value_day=_day(entry, "ValDt", place) if _one(entry, "ValDt") is not None else None,
        amount=amount,
        description=" ".join(dict.fromkeys(filter(None, texts))),
        counterparty=_text(detail, f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm"),
        account=_text(detail, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"),
        reference=end_to_end if end_to_end != "NOTPROVIDED" else "",
        external_id=bank_reference,
        kind=_text(entry, "BkTxCd/Domn/Fmly/SubFmlyCd", "BkTxCd/Prtry/Cd"),
        fee=_fee(detail, _one(entry, "Amt").get("Ccy"), place),
        foreign=_foreign(detail, _one(entry, "Amt").get("Ccy"), amount, place),
        rate=_rate(detail, place),
        raw=_raw(entry if detail is entry else detail),
    )


def _day(entry, path, place):
    text = _text(entry, f"{path}/Dt", f"{path}/DtTm")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise InvalidPayload(place, f"{text!r} is no day") from None


def _fee(detail, currency, place):
    """Charges that the bank took of the amount, in the account's currency; refunded ones lower them."""
    charges = _all(detail, "Chrgs/Rcrd") or [node for node in _all(detail, "Chrgs") if _one(node, "Amt") is not None]
    fees = [
        (Decimal(-1) if _text(charge, "CdtDbtInd") == "CRDT" else Decimal(1)) * _number(_one(charge, "Amt"), place)
        for charge in charges
        if _one(charge, "Amt") is not None and _one(charge, "Amt").get("Ccy") == currency
    ]
    return max(sum(fees, Decimal(0)), Decimal(0))


def _foreign(detail, currency, amount, place):
    node = _one(detail, "AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt")
    if node is None or node.get("Ccy") in (None, currency):
        return None
    return node.get("Ccy"), _number(node, place).copy_sign(amount)


def _rate(detail, place):
    paths = ("TxAmt", "InstdAmt", "CntrValAmt", "AnncdPstngAmt")
    node = _one(detail, *(f"AmtDtls/{path}/CcyXchg/XchgRate" for path in paths))
    return _number(node, place) if node is not None else None


def _raw(node):
    """``{path: text}`` of all leaves."""
    raw = {}
    for leaf in node.iter():
        if len(leaf) or not (leaf.text or "").strip() or not isinstance(leaf.tag, str):
            continue
        steps, step = [], leaf
        while step is not node:
            steps.insert(0, _name(step))
            step = step.getparent()
        path = "/".join(steps)
        raw[path] = f"{raw[path]} {leaf.text.strip()}" if path in raw else leaf.text.strip()
    return raw
