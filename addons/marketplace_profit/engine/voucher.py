"""Vouchers as accounting software of others takes them: what they hold, and what a column shows of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ONE = Decimal(1)
RATE_UNIT = Decimal("0.00000001")


class VoucherError(Exception):
    """Vouchers that cannot be written as they are."""


class Unbalanced(VoucherError):
    """Debits and credits of a voucher differ.

    :param str entry: name of the journal entry
    :param Decimal difference: debits less credits
    """

    def __init__(self, entry, difference):
        super().__init__(f"{entry}: {difference}")
        self.entry, self.difference = entry, difference


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One line, with the codes of the other software.

    :param debit: in the books' currency, as is ``credit``; one of them is zero
    :param amount_currency: in ``currency``; positive: debit
    :param is_foreign: its currency is not the books'
    """

    account_code: str
    account_name: str
    summary: str
    debit: Decimal
    credit: Decimal
    currency: str
    currency_name: str
    amount_currency: Decimal
    is_foreign: bool = False
    customer: str = ""
    supplier: str = ""
    partner: str = ""
    department: str = ""
    shop: str = ""
    quantity: Decimal = Decimal(0)

    @property
    def rate(self):
        """Books' currency per unit of the line's, as booked."""
        if not self.is_foreign or not self.amount_currency:
            return ONE
        return abs((self.debit - self.credit) / self.amount_currency).quantize(RATE_UNIT)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A journal entry.

    :param number: within its month and word
    :param word: of the voucher, 记 (general) as a rule
    :param serial: within the file, from 1
    """

    number: int
    word: str
    serial: int
    day: date
    business_day: date
    entry: str
    narration: str
    user: str
    lines: tuple[VoucherLine, ...]

    @property
    def debit(self):
        """Sum of the debits."""
        return sum((line.debit for line in self.lines), Decimal(0))

    @property
    def credit(self):
        """Sum of the credits."""
        return sum((line.credit for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layout.

    :param source: key of :data:`SOURCES`, or ``"text"``
    :param text: shown by ``"text"``, and wherever the source has nothing
    :param code: technical name, in a row of its own above the titles
    :param first_only: shown on the first line of each voucher
    :param no_zero: empty instead of 0
    :param length: most characters, 0 any
    """

    title: str
    source: str
    text: str = ""
    code: str = ""
    first_only: bool = False
    no_zero: bool = False
    length: int = 0


@dataclass(frozen=True, slots=True)
class VoucherLayout:
    """How the file looks.

    :param kind: ``"csv"`` or ``"xlsx"``
    :param head: line before everything else, empty: none
    :param is_titled: there is a row of titles
    :param is_quoted: texts may be quoted; else delimiters in them are replaced
    """

    columns: tuple[Column, ...]
    kind: str = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    head: str = ""
    is_titled: bool = True
    is_quoted: bool = True
    day_form: str = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class _Place:
    """A line where it stands: ``index`` within its voucher, ``row`` within the file, both from 0."""

    voucher: Voucher
    line: VoucherLine
    index: int
    row: int


SOURCES: dict[str, Callable[[_Place], object]] = {
    "day": lambda at: at.voucher.day,
    "business_day": lambda at: at.voucher.business_day,
    "year": lambda at: at.voucher.day.year,
    "period": lambda at: at.voucher.day.month,
    "word": lambda at: at.voucher.word,
    "number": lambda at: at.voucher.number,
    "serial": lambda at: at.voucher.serial,
    "line_number": lambda at: at.index + 1,
    "line_index": lambda at: at.index,
    "row_number": lambda at: at.row + 1,
    "entry": lambda at: at.voucher.entry,
    "narration": lambda at: at.voucher.narration,
    "user": lambda at: at.voucher.user,
    "summary": lambda at: at.line.summary,
    "account_code": lambda at: at.line.account_code,
    "account_name": lambda at: at.line.account_name,
    "currency": lambda at: at.line.currency,
    "currency_name": lambda at: at.line.currency_name,
    "rate": lambda at: at.line.rate,
    "amount_currency": lambda at: abs(at.line.amount_currency),
    "foreign_amount": lambda at: abs(at.line.amount_currency) if at.line.is_foreign else Decimal(0),
    "foreign_rate": lambda at: at.line.rate if at.line.is_foreign else Decimal(0),
    "debit": lambda at: at.line.debit,
    "credit": lambda at: at.line.credit,
    "amount": lambda at: at.line.debit - at.line.credit,
    "customer": lambda at: at.line.customer,
    "supplier": lambda at: at.line.supplier,
    "partner": lambda at: at.line.partner,
    "department": lambda at: at.line.department,
    "shop": lambda at: at.line.shop,
    "quantity": lambda at: at.line.quantity,
}


def check(vouchers):
    """See that each voucher balances.

    :raise Unbalanced: one does not
    """
    for voucher in vouchers:
        if difference := voucher.debit - voucher.credit:
            raise Unbalanced(voucher.entry, difference)


def rows(vouchers, layout):
    """The values of each row of the file: texts, whole numbers and decimals.

    :return: iterator of lists, one value per column
    """
    number = 0
    for voucher in vouchers:
        for index, line in enumerate(voucher.lines):
            place = _Place(voucher, line, index, number)
            yield [_get_value(column, place, layout) for column in layout.columns]
            number += 1


def _get_value(column, place, layout):
    if column.first_only and place.index:
        return ""
    value = SOURCES[column.source](place) if column.source != "text" else column.text
    if isinstance(value, date):
        return value.strftime(layout.day_form)
    if isinstance(value, str):
        return _clean(value, column, layout) or column.text
    if column.no_zero and not value:
        return column.text
    return value


def _clean(text, column, layout):
    """A text of one line, as long as it may be, that is no formula and does not end its cell before its time."""
    if column.source == "text":
        return text
    text = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    if text[:1] in _FORMULAS:
        text = _FORMULAS[text[0]] + text[1:]
    if layout.kind == "csv" and not layout.is_quoted:
        text = text.replace(layout.delimiter, _WIDE.get(layout.delimiter, " ")).replace('"', "＂")
    return text[: column.length].rstrip() if column.length else text


# By which a spreadsheet would take a text for a formula, and what looks alike.
_FORMULAS = {"=": "＝", "+": "＋", "-": "－", "@": "＠"}
_WIDE = {",": "，", ";": "；", "|": "｜"}
