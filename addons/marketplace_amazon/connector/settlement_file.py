"""Settlement reports as files: GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2, and V1 as people have it.

Tab-separated, columns found by name. The second row states id, period, total and currency; every other row is an
amount. Amazon publishes no list of the words in transaction-type, amount-type and amount-description.
"""

import codecs
import io
import re

from ...marketplace.contract import InvalidPayload, Money, Settlement, SettlementLine, SettlementState
from .regions import words_of
from .report_values import parse_amount, parse_moment
from .settlement_layouts import DETAIL, Layout

_CHUNK = 1 << 20
_UNITS = re.compile(r"-?\d+")
_YEN_ROW = re.compile(rb"\n[^\n]*\bJPY\b")


def parse_settlement(document):
    """A settlement file as :class:`Settlement`; rows are read while its lines are asked for.

    :raise InvalidPayload: no settlement file; while lines are read: a row is broken off, its amount or time cannot be
        read, it is of another settlement or in another currency
    """
    rows = _rows(document.content)
    layout = Layout(next(rows, (1, []))[1])
    number, cells = next(rows, (2, []))
    head = layout.read_head(cells, number)
    path = f"row {number}"
    total = _money(head["total-amount"], head["currency"], f"{path} total-amount")
    return Settlement(
        external_id=head["settlement-id"],
        shop_id="",
        state=SettlementState.CLOSED,
        total=total,
        start=_moment(head["settlement-start-date"], f"{path} settlement-start-date"),
        end=_moment(head["settlement-end-date"], f"{path} settlement-end-date"),
        paid_at=_moment(head["deposit-date"], f"{path} deposit-date") if total.amount > 0 else None,
        lines=_read_lines(rows, layout, head["settlement-id"], total.currency),
    )


def _rows(content):
    """``(number, cells)`` of the rows that are not empty."""
    charset = _charset_of(content)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=charset)
    try:
        for number, line in enumerate(text, 1):
            if line.strip():
                yield number, line.rstrip("\n").split("\t")
    except UnicodeError:
        raise InvalidPayload("document", f"not readable as {charset}") from None


def _charset_of(content):
    """The character set: Amazon writes UTF-8, in older accounts Windows-1252, in Japan Shift_JIS."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder, view = codecs.getincrementaldecoder("utf-8-sig")(), memoryview(content)
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(view[start : start + _CHUNK], final=start + _CHUNK >= len(content))
    except UnicodeDecodeError:
        return "cp932" if _YEN_ROW.search(content, 0, 4096) else "cp1252"
    return "utf-8-sig"


def _read_lines(rows, layout, settlement_id, currency):
    pick, count, item, units = layout.picker(DETAIL), 0, None, 0
    for number, cells in rows:
        row = _Row(number, pick(_whole(number, cells, layout.width)))
        row.check(settlement_id, currency)
        # V1 has the units of an order's item in a row of their own before its amounts.
        if row.units or not row.order or row.key != item:
            item, units = row.key, row.units
        for words, amount, column, note in layout.amounts(cells, row.transaction):
            count += 1
            yield row.line(count, words, _money(amount, currency, row.where(column)), units, note)


def _whole(number, cells, width):
    """The cells of a whole row, and an empty one more."""
    if len(cells) < width or (len(cells) > width and any(map(str.strip, cells[width:]))):
        raise InvalidPayload(f"row {number}", f"{len(cells)} columns instead of {width}: the file is broken off here")
    cells[width:] = [""]
    return cells


class _Row:
    """What a row says beside its amounts."""

    __slots__ = (
        "adjustment", "currency", "item", "key", "market", "moment", "number", "order", "own_order", "prefix",
        "promotion", "settlement", "shipment", "sku", "total", "transaction", "units",
    )  # fmt: skip

    def __init__(self, number, values):
        (
            self.settlement, self.total, self.currency, self.transaction, self.order, self.adjustment, self.shipment,
            self.market, day, moment, self.item, self.sku, units, self.promotion, self.own_order,
        ) = (value.strip() for value in values)  # fmt: skip
        self.number, self.moment, self.prefix = number, moment or day, words_of(self.market)
        self.units = self._read_units(units)
        self.key = (self.transaction, self.order, self.adjustment, self.item, self.sku)

    def where(self, column):
        return f"row {self.number} {column}"

    def _read_units(self, text):
        if not text:
            return 0
        if not _UNITS.fullmatch(text):
            raise InvalidPayload(self.where("quantity-purchased"), f"{text!r} is no number of units")
        return abs(int(text))

    def check(self, settlement_id, currency):
        if self.settlement != settlement_id:
            reason = f"{self.settlement!r} is another settlement than {settlement_id!r}: import them one by one"
            raise InvalidPayload(self.where("settlement-id"), reason)
        if self.currency and self.currency.upper() != currency:
            raise InvalidPayload(self.where("currency"), f"{self.currency} in a settlement in {currency}")
        if self.total and not self.transaction:
            raise InvalidPayload(self.where("total-amount"), "the settlement is stated twice")

    def line(self, count, words, amount, units, note):
        return SettlementLine(
            row=count,
            words=self._words(words),
            amount=amount,
            posted_at=_moment(self.moment, self.where("posted-date")),
            market=self.market,
            order_id=self.order,
            order_line_id=self.item,
            sku=self.sku,
            units=units,
            # Of orders of other shops only the seller's own number says something to the seller.
            reference=self.adjustment or (self.own_order if self.prefix else self.shipment),
            note=note or self.promotion,
        )

    def _words(self, words):
        words = (*self.prefix, *filter(None, words))
        if len(words) == len(self.prefix):
            raise InvalidPayload(self.where("amount-type"), "an amount without words")
        return words


def _money(text, currency, path):
    if not text:
        raise InvalidPayload(path, "missing")
    if not (len(currency) == 3 and currency.isalpha()):
        raise InvalidPayload(path, f"currency {currency!r} is not an ISO 4217 code")
    return Money(parse_amount(text, currency.upper(), path), currency.upper(), text)


def _moment(text, path):
    moment = parse_moment(text)
    if moment is None:
        raise InvalidPayload(path, f"{text!r} is no time")
    return moment
