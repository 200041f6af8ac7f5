"""Weeks of local shops. Sources: documents ``v2.payment.get_escrow_list``, ``v2.payment.get_wallet_transaction_list``,
``v2.payment.get_escrow_detail_batch`` and ``v2.payment.generate_income_statement``.

A week is from Monday to Sunday on the shop's own clock, as in Shopee's weekly income statement. In it are the orders
whose income was released, and everything else that changed the wallet; withdrawals, loans and top-ups move money that
was earned or borrowed elsewhere and are left out, advances on an order's income (fast escrow) are part of what is
released. A document is ``{"kind", "shop_id", "currency", "from", "to", "escrows", "wallet", "details"}``: the first and
the last second of the week and the answers.
"""

from datetime import datetime, time, timedelta, timezone
from functools import partial
from zoneinfo import ZoneInfo

from ...marketplace.contract import (
    InvalidPayload,
    Money,
    NotReady,
    Settlement,
    SettlementRef,
    SettlementState,
    pack_document,
)
from .income import Part, read_income
from .ledger import Lines, all_pages, details_in, fetch_details, whole_income
from .money import amount_of, negative
from .shops import CURRENCIES, ZONES, region_of

KIND = "week"
ESCROW_PATH, WALLET_PATH = "payment/get_escrow_list", "payment/get_wallet_transaction_list"
PAGE_SIZE = 100
_WEEK = timedelta(days=7)
_ASK_AGAIN = 6 * 3600.0
_WALLET = "WALLET"
#: Beginnings of the types of transactions that are no income.
_MOVES = ("ESCROW_", "FAST_ESCROW_", "WITHDRAWAL_", "LOAN_", "SELLER_LOAN_", "TOPUP_", "TOP_UP_")
_UNDECIDED, _DONE = frozenset({"PENDING", "INITIAL"}), "COMPLETED"


def week_of(moment, region):
    """``(number, first second, first second after it)`` of the week of a moment; the number is that of ISO 8601."""
    local = moment.astimezone(ZoneInfo(ZONES[region]))
    monday = local.date() - timedelta(days=local.weekday())
    begin, end = (_midnight(day, region) for day in (monday, monday + _WEEK))
    return f"{monday:%G-W%V}", begin, end


def _midnight(day, region):
    return datetime.combine(day, time(), ZoneInfo(ZONES[region])).astimezone(timezone.utc)


def settlement_id(shop_id, moment, region):
    """The settlement of what reaches the wallet at a moment."""
    return f"{shop_id}-{week_of(moment, region)[0]}"


def list_weeks(api, shop_id, info, start, stop):
    """References of the weeks that ended in a range of epoch seconds and in which there was anything."""
    region, refs = region_of(info), []
    moment = datetime.fromtimestamp(start, timezone.utc) - timedelta(seconds=1)
    while True:
        _number, begin, end = week_of(moment, region)
        if end.timestamp() > stop:
            return refs
        handle = {
            "kind": KIND,
            "shop_id": shop_id,
            "currency": CURRENCIES[region],
            "region": region,
            "from": int(begin.timestamp()),
            "to": int(end.timestamp()) - 1,
        }
        if _has_money(api, handle):
            refs.append(SettlementRef(settlement_id(shop_id, begin, region), shop_id, "closed", handle))
        moment = end


def _has_money(api, handle):
    escrows, _next = _fetch_escrows(api, handle, 1)
    if escrows.node("response").nodes("escrow_list"):
        return True
    return any(
        _is_income(entry) and entry.text("status") in (_DONE, *_UNDECIDED)
        for answer in all_pages(partial(_fetch_wallet, api, handle), 0)
        for entry in answer.node("response").nodes("transaction_list")
    )


def fetch(api, handle):
    """The document of a week.

    :raise NotReady: a change of the wallet is not decided yet
    """
    shop_id = handle["shop_id"]
    escrows = all_pages(partial(_fetch_escrows, api, handle), 1)
    wallet = all_pages(partial(_fetch_wallet, api, handle), 0)
    changes = [entry for answer in wallet for entry in answer.node("response").nodes("transaction_list")]
    if any(_is_income(entry) and entry.text("status") in _UNDECIDED for entry in changes):
        raise NotReady(handle, _ASK_AGAIN)
    orders = [
        entry.text("order_sn", required=True)
        for answer in escrows
        for entry in answer.node("response").nodes("escrow_list")
    ]
    content = {
        **handle,
        "escrows": [answer.data for answer in escrows],
        "wallet": [answer.data for answer in wallet],
        "details": fetch_details(api, shop_id, orders),
    }
    begin = datetime.fromtimestamp(handle["from"], timezone.utc)
    return pack_document(f"shopee-week-{settlement_id(shop_id, begin, handle['region'])}", content)


def _fetch_escrows(api, handle, page):
    query = {
        "release_time_from": handle["from"],
        "release_time_to": handle["to"],
        "page_size": PAGE_SIZE,
        "page_no": page,
    }
    answer = api.get("payment.escrow_list", handle["shop_id"], ESCROW_PATH, query)
    return answer, page + 1 if answer.node("response", required=True).flag("more", required=True) else None


def _fetch_wallet(api, handle, page):
    query = {
        "page_no": page,
        "page_size": PAGE_SIZE,
        "create_time_from": handle["from"],
        "create_time_to": handle["to"],
    }
    answer = api.get("payment.wallet", handle["shop_id"], WALLET_PATH, query)
    return answer, page + 1 if answer.node("response", required=True).flag("more", required=True) else None


def _is_income(entry):
    return not entry.text("transaction_type", required=True).startswith(_MOVES)


def parse(content):
    """A document as :class:`Settlement`; its total is the sum of what Shopee states as released and as booked.

    :param content: :class:`Node`
    """
    shop_id, region = content.text("shop_id", required=True), region_of(content)
    begin = content.time("from", required=True)
    currency = content.text("currency", required=True)
    lines, total = Lines(), Money.parse(0, currency, content.where("currency")).amount
    details = details_in(content)
    for entry in _entries(content, "escrows", "escrow_list"):
        order_id, amount = entry.text("order_sn", required=True), entry.money("payout_amount", currency, required=True)
        parts = read_income(details[order_id], amount) if order_id in details else whole_income(amount)
        lines.add_income(parts, entry.time("escrow_release_time", required=True), order_id)
        total += amount.amount
    for entry in _entries(content, "wallet", "transaction_list"):
        if _is_income(entry):
            total += _read_change(lines, entry, currency)
    return Settlement(
        external_id=settlement_id(shop_id, begin, region),
        shop_id=shop_id,
        state=SettlementState.CLOSED,
        total=amount_of(total, currency),
        start=begin,
        end=content.time("to", required=True) + timedelta(seconds=1),
        paid_at=None,
        lines=lines.lines,
    )


def _entries(content, answers, key):
    for answer in content.nodes(answers, required=True):
        yield from answer.node("response", required=True).nodes(key)


def _read_change(lines, entry, currency):
    """Add a change of the wallet and return its amount; a failed one has none."""
    status = entry.text("status", required=True)
    if status in _UNDECIDED:
        raise InvalidPayload(entry.where("status"), "not decided yet: fetch the week again later")
    if status != _DONE:
        return 0
    stated = entry.money("amount", currency, required=True)
    amount = _without_sign(stated) if entry.text("money_flow") == "MONEY_IN" else stated
    if entry.text("money_flow") == "MONEY_OUT":
        amount = negative(_without_sign(stated))
    part = Part(_WALLET, amount, note=_note(entry))
    words = (_WALLET, entry.text("transaction_type"))
    lines.add(part, words, entry.time("create_time", required=True), entry.text("order_sn"), entry.text("refund_sn"))
    return amount.amount


def _without_sign(money):
    """The amount without its sign: the flow of the money is stated beside it."""
    return negative(money) if money.amount < 0 else money


def _note(entry):
    return " / ".join(text for key in ("txn_title", "reason", "description") if (text := entry.text(key)))
