"""Numbers in the cells of tables that people make or download. Plain Python."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

_BLANKS_AND_CURRENCY = re.compile(r"[\s'’]|\b[A-Z]{3}\b")


def read_number(cell, decimal="."):
    """The number in a cell: of a workbook as it is, of text without blanks, currency and thousands; brackets are a
    minus.

    :param str decimal: sign before the cents in text, ``.`` or ``,``
    :return: Decimal
    :raise ValueError: there is none, or one that could be read in two ways
    """
    text = _clean(cell, decimal) if isinstance(cell, str) else str(cell)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{cell!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{cell!r} is no number")
    return number


def _clean(text, decimal):
    """A sign for thousands is only taken where it parts thousands: 6,5 may be meant as 6.5, and must not be read as
    65."""
    text = "".join(sign for sign in _BLANKS_AND_CURRENCY.sub("", text) if unicodedata.category(sign) != "Sc")
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    comma = "," if decimal == "." else "."
    if comma in text and re.fullmatch(rf"[-+]?\d{{1,3}}([{comma}]\d{{3}})+([^{comma}]\d*)?", text):
        text = text.replace(comma, "")
    return text.replace(decimal, ".") if comma not in text else ""
