"""Amounts and times in Amazon's flat files, which differ by region.

Sources: column descriptions of GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2, Amazon's notice that the file states amounts
in the local format, and files of sellers in North America, Europe, India and Japan.
"""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from ...marketplace.contract import InvalidPayload

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
# An optional sign or brackets around digits with separators.
_NUMBER = re.compile(r"(?P<sign>[-+−]?)(?P<open>\(?)(?P<digits>[0-9][0-9.,'’ ]*|[.,][0-9]+)(?P<close>\)?)")
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " "})
_GROUP = 3
# Decimals of currencies that have not two.
_DECIMALS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3, "TND": 3}

_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})|(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})\.(?P<y2>\d{4}))"
    r"(?:[ T](?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.\d+)?)?)?"
    r" ?(?P<zone>UTC|GMT|Z|[+-]\d{2}:?\d{2})?"
)


def parse_amount(text, currency, path):
    """An amount in any region's writing: ``1234.5``, ``1.234,50``, ``1,234.50``, ``1 234,50``, ``(55.00)``.

    Where only one separator stands once, three digits after it are thousands: no amount of these currencies has three
    decimals, except those that do.

    :raise InvalidPayload: anything else
    """
    # The same few amounts come again and again.
    amount = _amount(text, _DECIMALS.get(currency, 2))
    if amount is None:
        raise InvalidPayload(path, f"amount {text!r} is not a number")
    return amount


@lru_cache(maxsize=4096)
def _amount(text, decimals):
    text = text.translate(_BLANKS).strip()
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    match = _NUMBER.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]) or (match["open"] and match["sign"]):
        return None
    whole, fraction = _split(match["digits"], decimals)
    groups = re.split(r"[.,'’ ]", whole)
    if len(groups) > 1 and not (1 <= len(groups[0]) <= _GROUP and all(len(part) == _GROUP for part in groups[1:])):
        return None
    if len(set(re.findall(r"[.,'’ ]", whole))) > 1 or not (fraction.isdecimal() or not fraction):
        return None
    amount = Decimal(f"{''.join(groups) or 0}.{fraction or 0}")
    return -amount if match["open"] or match["sign"] in ("-", "−") else amount


def _split(digits, decimals):
    """``(digits with thousands separators, decimals)``."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits, ""
    whole, sign, fraction = digits[:last], digits[last], digits[last + 1 :]
    other = "," if sign == "." else "."
    if sign in whole or (other not in whole and len(fraction) == _GROUP != decimals and whole.strip("0")):
        return digits, ""
    return whole, fraction


@lru_cache(maxsize=4096)
def parse_moment(text):
    """A time in any region's writing as aware UTC, ``None`` where it is none; Amazon states UTC where it names no zone.

    ``2023-01-01 00:00:00 UTC``, ``01.01.2023 00:00:00 UTC``, ``2023/01/01 00:00:00 UTC``, ISO 8601 with a zone; a day
    alone begins at midnight. Days as ``01/02/2023`` are not taken, since they mean two days.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    day = (match["y"] or match["y2"], match["m"] or match["m2"], match["d"] or match["d2"])
    time = (match["H"] or 0, match["M"] or 0, match["S"] or 0)
    try:
        return datetime(*map(int, day + time), tzinfo=_zone(match["zone"])).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def _zone(text):
    if text in (None, "UTC", "GMT", "Z"):
        return timezone.utc
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
