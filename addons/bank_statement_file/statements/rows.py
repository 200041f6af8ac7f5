"""Reads the rows of a table whose columns are known."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from dateutil.parser import isoparse

from ...marketplace.contract import InvalidPayload
from ...marketplace.tools.numbers import read_number
from .model import Transaction

_IN_WORDS = {"in", "cr", "c", "credit", "贷", "贷方", "收", "收入", "转入", "入账", "+"}
_OUT_WORDS = {"out", "dr", "d", "debit", "借", "借方", "支", "支出", "转出", "出账", "付", "-"}
# What tables write where there is no amount.
_NO_AMOUNT = ("-", "--", "—", "/")
_FOOTERS = ("total", "subtotal", "closing balance", "合计", "总计", "小计", "总笔数", "总收入", "总支出", "汇总")


class Meaning(str, Enum):
    """What stands in a column."""

    DATE = "date"
    VALUE_DATE = "value_date"
    AMOUNT = "amount"  # signed, or with a DIRECTION
    INCOME = "income"
    OUTGO = "outgo"
    DIRECTION = "direction"
    CURRENCY = "currency"
    DESCRIPTION = "description"
    COUNTERPARTY = "counterparty"
    ACCOUNT = "account"
    REFERENCE = "reference"
    EXTERNAL_ID = "external_id"
    KIND = "kind"
    FEE = "fee"
    RATE = "rate"
    FOREIGN_AMOUNT = "foreign_amount"
    FOREIGN_CURRENCY = "foreign_currency"
    BALANCE = "balance"
    STATUS = "status"


class FeeMode(str, Enum):
    """How the amounts of a table and its fees belong together."""

    INCLUDED = "included"  # the amount is what remains: the fee only says what was taken before
    EXTRA = "extra"  # the account moves by the amount less the fee


class RowReader:
    """Reads rows by a layout.

    :param places: ``{Meaning: [positions]}``; texts of several columns are joined, of amounts the first is taken
    """

    def __init__(self, layout, places):
        self._layout, self._places = layout, places
        self._done = {word.casefold() for word in layout.done_words} if Meaning.STATUS in places else ()

    def is_footer(self, cells):
        """Whether totals begin: the first cell of the row is a word for a total."""
        first = next(str(cell) for cell in cells if cell is not None)
        return first.casefold().startswith(_FOOTERS)

    def read_row(self, number, cells, raw):
        """``(currency, transaction)`` of a row; no transaction if it is not booked or of 0.

        :param int number: of the row
        :param dict raw: of the row, for the transaction
        :raise InvalidPayload: with the row and what is wrong
        """
        place = f"row {number}"
        currency = self._text(cells, Meaning.CURRENCY).upper()
        if self._done and self._text(cells, Meaning.STATUS).casefold() not in self._done:
            return currency, None
        fee = abs(self._number(cells, Meaning.FEE, place) or Decimal(0))
        amount = self._amount(cells, place)
        if self._layout.fee_mode is FeeMode.EXTRA:
            amount -= fee
        if not amount:
            return currency, None
        day = self._day(cells, Meaning.DATE, place)
        if day is None:
            raise InvalidPayload(place, "no day")
        return currency, Transaction(
            place=place,
            day=day,
            value_day=self._day(cells, Meaning.VALUE_DATE, place),
            amount=amount,
            description=self._text(cells, Meaning.DESCRIPTION),
            counterparty=self._text(cells, Meaning.COUNTERPARTY),
            account=self._text(cells, Meaning.ACCOUNT),
            reference=self._text(cells, Meaning.REFERENCE),
            external_id=self._text(cells, Meaning.EXTERNAL_ID),
            kind=self._text(cells, Meaning.KIND),
            fee=fee,
            foreign=self._foreign(cells, currency, amount, place),
            rate=self._number(cells, Meaning.RATE, place),
            balance=self._number(cells, Meaning.BALANCE, place),
            raw=raw,
        )

    def _cells(self, cells, meaning):
        found = (cells[position] for position in self._places.get(meaning, ()) if position < len(cells))
        return [cell for cell in found if cell is not None]

    def _text(self, cells, meaning):
        # Workbooks keep long numbers of transactions as numbers.
        texts = [
            int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in self._cells(cells, meaning)
        ]
        return " ".join(dict.fromkeys(str(text) for text in texts))

    def _number(self, cells, meaning, place):
        found = [cell for cell in self._cells(cells, meaning) if cell not in _NO_AMOUNT]
        if not found:
            return None
        try:
            return read_number(found[0], self._layout.decimal)
        except ValueError as error:
            raise InvalidPayload(f"{place}, {meaning.value}", str(error)) from None

    def _amount(self, cells, place):
        """By which the account moves: an amount with its sign or direction, or what came in less what went out."""
        amount = self._number(cells, Meaning.AMOUNT, place)
        if amount is None:
            income = self._number(cells, Meaning.INCOME, place)
            outgo = self._number(cells, Meaning.OUTGO, place)
            if income is None and outgo is None:
                raise InvalidPayload(place, "no amount")
            return (income or Decimal(0)) - abs(outgo or Decimal(0))
        direction = self._text(cells, Meaning.DIRECTION).casefold()
        if not direction:
            return amount
        if direction not in _IN_WORDS | _OUT_WORDS:
            raise InvalidPayload(place, f"{direction!r} is neither in nor out")
        return abs(amount) if direction in _IN_WORDS else -abs(amount)

    def _foreign(self, cells, currency, amount, place):
        foreign = self._text(cells, Meaning.FOREIGN_CURRENCY).upper()
        number = self._number(cells, Meaning.FOREIGN_AMOUNT, place)
        return (foreign, number.copy_sign(amount)) if number and foreign and foreign != currency else None

    def _day(self, cells, meaning, place):
        found = self._cells(cells, meaning)
        if not found:
            return None
        try:
            return _read_day(found[0], self._layout.day_form)
        except ValueError:
            raise InvalidPayload(f"{place}, {meaning.value}", f"{found[0]!r} is no day in the layout's form") from None


def _as_text(cell):
    # Workbooks keep long numbers of transactions as numbers.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _read_day(cell, form):
    """A day as the bank writes it, whatever time or time zone follows."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _as_text(cell)
    if not form:
        return isoparse(text).date()
    pieces = text.split()[: len(form.split())]
    return datetime.strptime(" ".join(pieces), form).date()  # noqa: DTZ007
