"""Values of cells: what people write, read exactly or refused.

A reader takes the cell as it stands in the file (text, or what Excel has: numbers, days, times) and returns the value;
it raises :class:`.faults.BadCell`.
"""

import re
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation

from ...overseas_warehouse.contract import FeeKind, Grade, OutboundStatus
from .faults import BadCell

_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"
)
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")

_GRADES = {
    Grade.SELLABLE: ("sellable", "good", "new", "良品", "正品", "可售"),
    Grade.DAMAGED: ("damaged", "defective", "bad", "broken", "不良品", "次品", "残次品", "破损"),
}
_STATUSES = {
    OutboundStatus.ACCEPTED: ("accepted", "new", "open", "已接单", "待处理"),
    OutboundStatus.PROCESSING: ("processing", "picking", "packing", "处理中", "拣货中", "打包中"),
    OutboundStatus.SHIPPED: ("shipped", "sent", "dispatched", "已发货", "已出库"),
    OutboundStatus.DELIVERED: ("delivered", "已签收", "已妥投"),
    OutboundStatus.EXCEPTION: ("exception", "problem", "hold", "异常", "问题件"),
    OutboundStatus.CANCELLED: ("cancelled", "canceled", "已取消", "作废"),
}
_FEES = {
    FeeKind.STORAGE: ("storage", "仓租", "仓租费", "仓储费"),
    FeeKind.INBOUND: ("inbound", "receiving", "入库费", "上架费", "卸货费"),
    FeeKind.HANDLING: ("handling", "picking", "操作费", "处理费", "出库费"),
    FeeKind.PACKING: ("packing", "packaging", "包装费", "包材费"),
    FeeKind.FREIGHT: ("freight", "shipping", "delivery", "运费", "派送费", "尾程费"),
    FeeKind.RETURN: ("return", "returns", "退货费"),
    FeeKind.DUTY: ("duty", "tax", "关税", "税费"),
    FeeKind.OTHER: ("other", "其他", "其它"),
}
_YES = ("yes", "y", "true", "1", "finished", "是", "完成", "已完成")
_NO = ("no", "n", "false", "0", "否", "未完成")


def text(cell):
    """Text without surrounding blanks; whole numbers of Excel without their fraction of zero."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def units(cell):
    """A number of units, zero or more."""
    number = amount(cell)
    if number != number.to_integral_value():
        raise BadCell("not_whole", text(cell))
    if number < 0:
        raise BadCell("negative", text(cell))
    return int(number)


def amount(cell):
    """An exact number; commas may stand between thousands only."""
    written = text(cell)
    if _THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise BadCell("no_number", written) from None
    if not number.is_finite():
        raise BadCell("no_number", written)
    return number


def weight(cell):
    """A weight or length, more than nothing."""
    number = amount(cell)
    if number <= 0:
        raise BadCell("not_positive", text(cell))
    return number


def time(cell):
    """A day or time as aware UTC; a day begins at midnight UTC."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=cell.tzinfo or timezone.utc).astimezone(timezone.utc)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day, tzinfo=timezone.utc)
    match = _DAY.fullmatch(text(cell))
    if match is None:
        raise BadCell("no_time", text(cell))
    year, month, day, clock, zone = match.groups()
    hour, _colon, rest = (clock or "0:00").partition(":")
    offset = "+00:00" if zone in (None, "Z") else f"{zone[:3]}:{zone[-2:]}"
    try:
        read = datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{rest}{offset}")
    except ValueError:
        raise BadCell("no_time", text(cell)) from None
    return read.astimezone(timezone.utc)


def day(cell):
    """A day."""
    return time(cell).date()


def currency(cell):
    """An ISO 4217 code."""
    code = text(cell).upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise BadCell("no_currency", text(cell))
    return code


def flag(cell):
    """Yes or no."""
    word = text(cell).casefold()
    if word not in (*_YES, *_NO):
        raise BadCell("no_flag", text(cell))
    return word in _YES


def word_of(words, code):
    """A reader of words that mean something.

    :param dict words: ``{meaning: words for it}``
    :param str code: of the fault of another word
    """
    meanings = {word: meaning for meaning, known in words.items() for word in known}

    def read(cell):
        word = text(cell).casefold()
        if word not in meanings:
            raise BadCell(code, text(cell), allowed=", ".join(known[0] for known in words.values()))
        return meanings[word]

    return read


grade = word_of(_GRADES, "grade_unknown")
status = word_of(_STATUSES, "status_unknown")
fee = word_of(_FEES, "fee_unknown")
