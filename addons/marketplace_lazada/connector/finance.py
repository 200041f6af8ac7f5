"""Amounts and days as Lazada's finance documents state them, and a transaction as lines.

Source: documents ``/finance/payout/status/get`` and ``/finance/transaction/details/get``. Days are those of the shop's
country, with English names of months. An amount is what the seller gets or pays, with the VAT in it; withholding tax is
in it only if Lazada says so. VAT and withholding tax become lines of their own, in whole coins, so that the lines of a
transaction add up to its amount.
"""

import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from ...marketplace.contract import InvalidPayload, Money, SettlementLine
from .countries import COUNTRIES
from .fields import parse_time

VAT, WITHHELD = "VAT_in_amount", "WHT_amount"
_AMOUNT = re.compile(r"([-+]?[\d,]*\.?\d+) ?([A-Z]{3})?")
_DAY = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4})|\d{4}-\d\d-\d\d")
_ZONED = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YES = frozenset({"yes", "true", "1", "y"})
#: An item of an order is one unit; these are its price.
_GOODS = frozenset({"Item Price Credit", "Reversal Item Price"})


def country_of(node):
    """:class:`~.countries.Country` that a filed object names."""
    code = node.text("country", required=True)
    if code not in COUNTRIES:
        raise InvalidPayload(node.where("country"), f"unknown country {code!r}")
    return COUNTRIES[code]


def read_amount(node, key, country, required=False):
    """Amount in the country's currency, which may stand behind it (``1330.95 SGD``); ``None`` if absent."""
    value = node.data.get(key)
    text = "" if value is None else str(value).strip()
    if text in ("", "null"):
        if required:
            raise InvalidPayload(node.where(key), "missing")
        return None
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise InvalidPayload(node.where(key), f"{text!r} is no amount")
    if match[2] not in (None, country.currency):
        raise InvalidPayload(node.where(key), f"{match[2]} in a shop that sells in {country.currency}")
    return Money(Decimal(match[1].replace(",", "")), country.currency, text)


def read_day(text, path):
    """The first day in a text such as ``17 May 2016`` or ``2016-05-17``, as date."""
    match = _DAY.match(text.strip())
    try:
        if match is None:
            raise ValueError(text)
        if match[2] is None:
            return date.fromisoformat(match[0])
        return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
    except ValueError:
        raise InvalidPayload(path, f"{text!r} is no day") from None


def read_moment(node, key, country):
    """Time in the country's zone, where it states none, as aware UTC; ``None`` if absent."""
    text = node.text(key)
    if not text:
        return None
    return parse_time(text if _ZONED.search(text) else f"{text} +{country.hours:02}00", node.where(key))


def read_period(text):
    """``(first day, last day)`` of a text such as ``11 May 2016 - 17 May 2016``; ``None`` if it is none."""
    first, dash, last = text.partition(" - ")
    if not dash:
        return None
    try:
        return read_day(first, ""), read_day(last, "")
    except InvalidPayload:
        return None


def midnight(day, country):
    """The begin of a day in a country, aware UTC."""
    return datetime.combine(day, time(), country.zone).astimezone(timezone.utc)


def day_of(entry):
    """The day of a transaction."""
    return read_day(entry.text("transaction_date", required=True), entry.where("transaction_date"))


def booked_at(entry, country):
    """Noon of the day of a transaction, which states no time: it is the same day everywhere."""
    return midnight(day_of(entry), country) + timedelta(hours=12)


def read_lines(entry, country, row=1):
    """Lines of a transaction, numbered from ``row``; they add up to its amount.

    :param entry: :class:`~.fields.Node`
    :raise InvalidPayload: with the path of the field
    """
    amount = read_amount(entry, "amount", country, required=True)
    words = _words(entry)
    parts = [(words, amount), *_taxes(entry, words, amount, country)]
    net = amount.amount - sum(part.amount for _words, part in parts[1:])
    if len(parts) > 1:
        parts[0] = (words, money(net, country))
    about = _about(entry, country)
    return [
        SettlementLine(row=number, words=names, amount=part, units=_units(entry) if names == words else 0, **about)
        for number, (names, part) in enumerate(parts, start=row)
    ]


def money(amount, country):
    """An amount that we computed."""
    return Money(amount, country.currency, format(amount, "f"))


def _words(entry):
    words = dict.fromkeys(filter(None, (entry.text("transaction_type"), entry.text("fee_name"))))
    if not words:
        raise InvalidPayload(entry.where("fee_name"), "missing")
    return tuple(words)


def _taxes(entry, words, amount, country):
    """``[(words, amount)]`` of the taxes in an amount.

    Both are stated without sign. VAT goes with the amount; what the seller withholds from a fee for the tax office
    makes the fee smaller.
    """
    found = []
    for key, sign in ((VAT, 1), (WITHHELD, -1)):
        stated = read_amount(entry, key, country)
        if stated is None or (key == WITHHELD and entry.text("WHT_included_in_amount").lower() not in _YES):
            continue
        tax = abs(stated.amount).quantize(Decimal(1).scaleb(-country.cents))
        if tax > abs(amount.amount):
            raise InvalidPayload(entry.where(key), f"{stated.text} in an amount of {amount.text}")
        if tax:
            found.append(((*words, key), money(tax.copy_sign(amount.amount) * sign, country)))
    return found


def _about(entry, country):
    """What all lines of a transaction share."""
    texts = (entry.text("details"), entry.text("comment"))
    return {
        "posted_at": booked_at(entry, country),
        "market": country.code.upper(),
        "order_id": entry.ident("order_no"),
        "order_line_id": entry.ident("orderItem_no"),
        "sku": entry.text("seller_sku") or entry.text("lazada_sku"),
        "reference": entry.text("transaction_number"),
        "note": " / ".join(dict.fromkeys(text for text in texts if text)),
    }


def _units(entry):
    return int(entry.text("fee_name") in _GOODS and bool(entry.ident("orderItem_no")))
