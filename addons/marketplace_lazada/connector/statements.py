"""Statements: one settlement each. Sources: documents ``/finance/payout/status/get`` and
``/finance/transaction/details/get``.

A shop's statement closes each day or each week, and its transactions tell which statement they are in: by its number,
or by its period. Money that is owed is the closing balance, and the opening balance of the next statement. A document
is ``{"shop_id", "country", "statement", "transactions"}``: the statement as it was listed, and the pages of the
transactions of its time as they were received, among them some of other statements.
"""

import json
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from ...marketplace.contract import (
    InvalidPayload,
    Settlement,
    SettlementLine,
    SettlementPage,
    SettlementRef,
    SettlementState,
    content_hash,
    pack_document,
    unpack_document,
)
from .fields import Node
from .finance import country_of, day_of, midnight, money, read_amount, read_lines, read_moment, read_period
from .transactions import fetch_days

PATH = "/finance/payout/status/get"
#: First word of the amounts that are the statement's own.
WORD = "STATEMENT"
_DAY, _NOON = timedelta(days=1), timedelta(hours=12)
_MARGIN = timedelta(seconds=60)
# A statement changes once more when it is paid, which is days later.
_UNTIL_PAID = timedelta(days=14)
# How long before a statement its transactions may be, where the statement before is not known, and at most.
_PERIOD, _LONGEST = timedelta(days=31), timedelta(days=90)
# A statement may be made a little later than its period ends.
_LATE = timedelta(days=2)
_ZERO = Decimal(0)
#: The end of a number such as ``SG10FG9-2018-0121``: the last day of the statement.
_NUMBER = re.compile(r"-(\d{4})-(\d\d)(\d\d)$")


def fetch_page(api, shop_ids, since, until, token):
    """The statements of one shop; those of two weeks before too, which may have been paid since.

    Our page token is JSON: which shop, and the end of the range that the first page decided.
    """
    shops, latest = sorted(shop_ids), datetime.fromtimestamp(int(api.now()), timezone.utc) - _MARGIN
    state = json.loads(token) if token else {"shop": 0, "end": int(min(until or latest, latest).timestamp())}
    end = datetime.fromtimestamp(state["end"], timezone.utc)
    refs = _list(api, shops[state["shop"]], since - _UNTIL_PAID, end)
    last = state["shop"] + 1 == len(shops)
    following = json.dumps({**state, "shop": state["shop"] + 1})
    return SettlementPage(tuple(refs), "" if last else following, end if last else None)


def _list(api, shop_id, since, end):
    country, refs, before = api.country(shop_id), [], None
    query = {"created_after": (since - _LONGEST).astimezone(country.zone).date().isoformat()}
    listed = api.get("finance.statements", shop_id, PATH, query).nodes("data")
    for statement in sorted(listed, key=lambda entry: _created(entry, country)):
        created = _created(statement, country)
        if since <= max(created, read_moment(statement, "updated_at", country) or created) and created < end:
            refs.append(_ref(shop_id, country, statement, _first_day(created, before, country)))
        before = created
    return refs


def _created(statement, country):
    created = read_moment(statement, "created_at", country)
    if created is None:
        raise InvalidPayload(statement.where("created_at"), "missing")
    return created


def _first_day(created, before, country):
    """Since when a statement's transactions may be."""
    first = max(before - _LATE, created - _LONGEST) if before else created - _PERIOD
    return first.astimezone(country.zone).date()


def _ref(shop_id, country, statement, first_day):
    handle = {"shop_id": shop_id, "country": country.code, "statement": statement.data, "since": first_day.isoformat()}
    number = statement.text("statement_number", required=True)
    return SettlementRef(number, shop_id, content_hash(statement.data), handle)


def fetch_settlement(api, handle):
    """The document of a statement."""
    statement, country = Node(handle["statement"], "statement"), country_of(Node(handle))
    last = _created(statement, country).astimezone(country.zone).date()
    pages = list(_fetch_pages(api, handle["shop_id"], date.fromisoformat(handle["since"]), last))
    parts = {key: handle[key] for key in ("shop_id", "country", "statement")}
    number = statement.text("statement_number", required=True)
    return pack_document(f"lazada-statement-{number}", {**parts, "transactions": pages})


def _fetch_pages(api, shop_id, first_day, last_day):
    offset = 0
    while offset is not None:
        page, offset = fetch_days(api, shop_id, first_day, last_day, offset)
        yield page.data


def parse_settlement(document):
    """A document as :class:`Settlement`.

    :raise InvalidPayload: it is no statement, or its amounts do not add up
    """
    parts = Node(unpack_document(document), document.name)
    country, statement = country_of(parts), parts.node("statement", required=True)
    created, number = _created(statement, country), statement.text("statement_number", required=True)
    entries = [entry for page in parts.nodes("transactions", required=True) for entry in page.nodes("data")]
    closing_day = _closing_day(entries, number, created.astimezone(country.zone).date())
    entries = [entry for entry in entries if _is_of(entry, number, closing_day)]
    first_day, last_day = _period(entries, closing_day)
    account = _Account(statement, country, *(midnight(day, country) + _NOON for day in (first_day, last_day)))
    for entry in entries:
        account.add(read_lines(entry, country, account.row))
    return Settlement(
        external_id=number,
        shop_id=parts.text("shop_id", required=True),
        state=SettlementState.CLOSED,
        total=account.close(),
        start=midnight(first_day, country),
        end=midnight(last_day + _DAY, country),
        paid_at=(read_moment(statement, "updated_at", country) or created) if statement.flag("paid") else None,
        lines=account.lines,
        reference=next(filter(None, (entry.text("payment_ref_id") for entry in entries)), ""),
    )


def _closing_day(entries, number, created_day):
    """The last day of the statement: as its number says, else that of the last period before it was made."""
    match = _NUMBER.search(number)
    try:
        return date(*map(int, match.groups()))
    except (AttributeError, ValueError):  # a number without a day
        periods = filter(None, (read_period(text) for text in {entry.text("statement") for entry in entries}))
        return max((last for _first, last in periods if last < created_day), default=created_day - _DAY)


def _is_of(entry, number, closing_day):
    stated = entry.text("statement")
    period = read_period(stated)
    return stated == number or (period is not None and period[1] == closing_day)


def _period(entries, closing_day):
    """``(first day, last day)``, by what the transactions say of it, else by their days."""
    stated = next(filter(None, (read_period(entry.text("statement")) for entry in entries)), None)
    days = [closing_day, *(day_of(entry) for entry in entries)]
    return stated or (min(days), max(days))


class _Account:
    """The lines of a statement, from its opening to its closing balance.

    :param opened_at: when the opening balance is booked
    :param closed_at: when what is not paid out is booked
    """

    def __init__(self, statement, country, opened_at, closed_at):
        self._statement, self._country, self._closed_at = statement, country, closed_at
        self.lines, self._sum = [], _ZERO
        opening = read_amount(statement, "opening_balance", country)
        if opening is not None and opening.amount:
            self._add_own("opening_balance", opening.amount, opened_at)

    @property
    def row(self):
        """The next line's number."""
        return len(self.lines) + 1

    def add(self, lines):
        self.lines += lines
        self._sum += sum(line.amount.amount for line in lines)

    def _add_own(self, word, amount, moment):
        self.add([SettlementLine(self.row, (WORD, word), money(amount, self._country), moment)])

    def close(self):
        """What is paid out, or owed; what is kept of the closing balance becomes a line.

        :raise InvalidPayload: it does not add up
        """
        closing, payout = (self._read(key, required=True) for key in ("closing_balance", "payout"))
        deposit = abs(self._read("guarantee_deposit"))
        gap = closing - self._sum
        if abs(gap) not in (_ZERO, deposit):
            reason = f"opening balance and transactions add up to {self._sum}, not to {closing}"
            raise InvalidPayload(self._statement.where("closing_balance"), reason)
        if gap:
            self._add_own("guarantee_deposit", gap, self._closed_at)
        total = payout if closing > 0 else closing
        if total > closing:
            raise InvalidPayload(self._statement.where("payout"), f"{payout} of a closing balance of {closing}")
        if total < closing:
            word = "closing_balance" if gap or closing - total != deposit else "guarantee_deposit"
            self._add_own(word, total - closing, self._closed_at)
        return money(total, self._country)

    def _read(self, key, required=False):
        stated = read_amount(self._statement, key, self._country, required)
        return stated.amount if stated is not None else _ZERO
