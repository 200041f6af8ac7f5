"""Income that is not settled yet. Sources: documents ``v2.payment.get_income_detail`` and
``v2.payment.get_escrow_detail_batch``.

What is pending, or waits for the next payout, is listed as it stands now, whatever the range of time asked for; what
was released, in that range. A filed transaction is ``{"shop_id", "region", "cross_border", "status", "income",
"escrow"}``: what the shop is, Shopee's number of the state, the entry of the list and, where Shopee has it, the escrow
detail of the order.
"""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from ...marketplace.contract import (
    InvalidPayload,
    MoneyState,
    MoneyTransaction,
    Page,
    RawRecord,
    content_hash,
    read_each,
)
from .api import compact
from .fields import Node
from .income import Part, read_income
from .ledger import ADJUSTMENT, Lines, whole_income
from .orders import BATCH, escrows_in, fetch_escrow_answer
from .shops import CURRENCIES, ZONES, fetch_info, region_of
from .weeks import settlement_id
from .windows import MARGIN

PATH = "payment/get_income_detail"
_TO_RELEASE, _RELEASED, _PENDING = 0, 1, 2
#: Amounts of each state, the first that is stated.
_AMOUNTS = {
    _PENDING: ("estimated_escrow_amount",),
    _TO_RELEASE: ("to_release_amount", "estimated_escrow_amount"),
    _RELEASED: ("released_amount",),
}
_WORDS = {_PENDING: "pending", _TO_RELEASE: "to release", _RELEASED: "released"}
_ORDER_INCOME = "Order Income"
# A range of days is shorter than this.
_DAYS = 14


def fetch_page(api, shop_ids, since, until, token):
    """One page of incomes, shop by shop: pending ones first, so that what is released meanwhile is not missed.

    Our page token is JSON: the place in the list of shops, states and ranges of days, Shopee's cursor there, and the
    end of the whole range.
    """
    shops = sorted(shop_ids)
    state = json.loads(token) if token else {"shop": 0, "step": 0, "cursor": "", "end": _end(api, until)}
    end = datetime.fromtimestamp(state["end"], timezone.utc)
    shop_id = shops[state["shop"]]
    info = fetch_info(api, shop_id)
    region = region_of(info)
    steps = _steps(info.flag("is_cb"), ZoneInfo(ZONES[region]), since, end)
    status, first, last = steps[state["step"]]
    query = {
        "date_from": first.isoformat(),
        "date_to": last.isoformat(),
        "income_status": status,
        "cursor": state["cursor"],
        "page_size": BATCH,
    }
    found = api.get("payment.income", shop_id, PATH, query).node("income_detail_list")
    facts = {"shop_id": shop_id, "region": region, "cross_border": info.flag("is_cb"), "status": status}
    records, broken = _file(api, facts, _entries(found))
    state["cursor"] = found.node("next_page").text("cursor")
    state = _following(state, len(steps), len(shops))
    token = compact(state) if state["shop"] < len(shops) else ""
    return Page(tuple(records), token, None if token else end, tuple(broken))


def _end(api, until):
    now = int(api.now() - MARGIN)
    return min(int(until.timestamp()), now) if until else now


def _steps(cross_border, zone, since, end):
    """``[(state, first day, last day)]``; days count for released income only."""
    first, last = (moment.astimezone(zone).date() for moment in (since, end))
    waiting = (_PENDING, _TO_RELEASE) if cross_border else (_PENDING,)
    today = [(status, last - timedelta(days=1), last) for status in waiting]
    released = []
    while first <= last:
        stop = max(min(first + timedelta(days=_DAYS - 1), last), first + timedelta(days=1))
        released.append((_RELEASED, first, stop))
        first = stop + timedelta(days=1)
    return today + released


def _following(state, steps, shops):
    if state["cursor"]:
        return state
    if state["step"] + 1 < steps:
        return {**state, "step": state["step"] + 1}
    return {**state, "shop": state["shop"] + 1, "step": 0}


def _entries(found):
    """The entries: the document's table and its sample name the list differently."""
    return found.array("income_detail_list_item") or found.array("list")


def _file(api, facts, entries):
    listed, broken = read_each(entries, "income_detail_list", lambda entry, path: (_order_of(entry, path), entry))
    order_ids = list(dict.fromkeys(order_id for order_id, _entry in listed))
    escrows = escrows_in(fetch_escrow_answer(api, facts["shop_id"], order_ids)) if order_ids else {}
    records = []
    for order_id, entry in listed:
        escrow = escrows.get(order_id)
        payload = {**facts, "income": entry, **({"escrow": escrow.data} if escrow else {})}
        try:
            records.append(raw_record(payload))
        except InvalidPayload as error:
            broken.append((error.path, error.reason, entry))
    return records, broken


def _order_of(entry, path):
    return Node(entry, path).text("order_sn", required=True)


def raw_record(payload):
    """File a transaction: id, shop, time and revision are read, nothing else is looked at."""
    filed = Node(payload)
    income = filed.node("income", required=True)
    order_id, what = income.text("order_sn", required=True), income.text("description")
    return RawRecord(
        kind="transaction",
        shop_id=filed.text("shop_id", required=True),
        external_id=order_id if what in ("", _ORDER_INCOME) else f"{order_id}:{what}",
        revision=content_hash(payload),
        payload=payload,
        updated_at=_time(income),
    )


def _time(income):
    moment = income.time("actual_payout_time") or income.time("creation_date")
    return moment or income.time("estimated_payout_time", required=True)


def parse_transaction(payload):
    """A filed income as :class:`MoneyTransaction`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    filed = Node(payload)
    income, region = filed.node("income"), region_of(filed)
    status = filed.count("status", required=True)
    if status not in _AMOUNTS:
        raise InvalidPayload(filed.where("status"), f"unknown state {status}")
    total = _read_amount(income, status, _currency(income, region))
    released = status == _RELEASED
    posted_at = record.updated_at
    return MoneyTransaction(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        state=MoneyState.RELEASED if released else MoneyState.DEFERRED,
        state_text=income.text("status") or _WORDS[status],
        posted_at=posted_at,
        total=total,
        lines=tuple(_read_lines(filed, income, total, posted_at)),
        matures_at=None if released else income.time("estimated_payout_time"),
        reason="" if released else _WORDS[status],
        settlement_id=_settlement(filed, record.shop_id, posted_at, region) if released else "",
    )


def _settlement(filed, shop_id, moment, region):
    """The week of a local shop's income; which payout a cross-border shop's is in is not stated."""
    return "" if filed.flag("cross_border") else settlement_id(shop_id, moment, region)


def _currency(income, region):
    """The stated currency; the document's own example has its English name instead, which the shop's region tells."""
    stated = income.text("currency")
    return stated if len(stated) == 3 else CURRENCIES[region]


def _read_amount(income, status, currency):
    stated = [income.money(name, currency) for name in _AMOUNTS[status]]
    amount = next((amount for amount in stated if amount is not None), None)
    if amount is None:
        raise InvalidPayload(income.where(_AMOUNTS[status][0]), "missing")
    return amount


def _read_lines(filed, income, total, posted_at):
    """The amounts of an order's income; one line for what has no detail, or whose estimate is of another moment."""
    lines, what, order_id = Lines(), income.text("description"), income.text("order_sn")
    if what not in ("", _ORDER_INCOME):
        lines.add(Part(ADJUSTMENT, total), (ADJUSTMENT, what), posted_at, order_id)
    else:
        lines.add_income(_read_parts(filed.node("escrow"), total), posted_at, order_id)
    return lines.lines


def _read_parts(escrow, total):
    try:
        return read_income(escrow, total) if escrow.data else whole_income(total)
    except InvalidPayload:  # the list and the detail are estimates of different moments
        return whole_income(total)
