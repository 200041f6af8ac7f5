"""What Lazada booked, paid or not. Source: document ``/finance/transaction/details/get``.

A filed transaction is ``{"shop_id", "country", "transaction"}``: Lazada states neither shop nor currency in it. One
that is in no statement yet is held back; Lazada tells no date for it.
"""

import json
from datetime import datetime, timedelta, timezone

from ...marketplace.contract import MoneyState, MoneyTransaction, Page, RawRecord, content_hash, read_each
from .fields import Node
from .finance import booked_at, country_of, read_amount, read_lines, read_period

PATH = "/finance/transaction/details/get"
#: The most that Lazada gives in one page, and its number for all types of transactions.
PAGE_SIZE, ALL_TYPES = 500, -1
_MARGIN = timedelta(seconds=60)
# Transactions are listed by their day, and change when they get into a statement; Lazada lists 180 days at most.
_UNTIL_SETTLED, _MOST = timedelta(days=30), timedelta(days=179)


def fetch_days(api, shop_id, first_day, last_day, offset=0):
    """``(page, offset of the next one)`` of a shop's transactions of some days; no offset after the last one."""
    query = {
        "trans_type": ALL_TYPES,
        "start_time": first_day.isoformat(),
        "end_time": last_day.isoformat(),
        "limit": PAGE_SIZE,
        "offset": offset,
    }
    page = api.get("finance.transactions", shop_id, PATH, query)
    read = len(page.array("data"))
    return page, offset + read if read >= PAGE_SIZE else None


def fetch_page(api, shop_ids, since, until, token):
    """One page of transactions, shop after shop; those of a month before too, which may be in a statement since.

    Our page token is JSON: which shop, how many were read, and the range that the first page decided.
    """
    shops = sorted(shop_ids)
    state = json.loads(token) if token else _first(api, since, until)
    shop_id = shops[state["shop"]]
    country = api.country(shop_id)
    first, last = (datetime.fromtimestamp(state[key], country.zone).date() for key in ("since", "end"))
    page, state["offset"] = fetch_days(api, shop_id, first, last, state["offset"])
    ours = {"shop_id": shop_id, "country": country.code}
    records, broken = read_each(
        page.array("data"), "data", lambda entry, path: raw_record({**ours, "transaction": entry}, path)
    )
    if state["offset"] is None:
        state["shop"], state["offset"] = state["shop"] + 1, 0
    done = state["shop"] == len(shops)
    end = datetime.fromtimestamp(state["end"], timezone.utc)
    return Page(tuple(records), "" if done else json.dumps(state), end if done else None, tuple(broken))


def _first(api, since, until):
    latest = datetime.fromtimestamp(int(api.now()), timezone.utc) - _MARGIN
    end = min(until or latest, latest)
    start = max(since - _UNTIL_SETTLED, end - _MOST)
    return {"shop": 0, "offset": 0, "since": int(start.timestamp()), "end": int(end.timestamp())}


def raw_record(payload, path=""):
    """File a transaction: id, shop and day are read, nothing else is looked at."""
    filed = Node(payload, path)
    entry, country = filed.node("transaction", required=True), country_of(filed)
    return RawRecord(
        kind="transaction",
        shop_id=filed.text("shop_id", required=True),
        external_id=entry.text("transaction_number", required=True),
        revision=content_hash(payload),
        payload=payload,
        updated_at=booked_at(entry, country),
    )


def parse_transaction(payload):
    """A filed transaction as :class:`MoneyTransaction`.

    :raise InvalidPayload: with the path of the field
    """
    record, filed = raw_record(payload), Node(payload)
    entry, country = filed.node("transaction"), country_of(filed)
    statement = entry.text("statement")
    return MoneyTransaction(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        state=MoneyState.RELEASED if statement else MoneyState.DEFERRED,
        state_text=entry.text("paid_status") or "Not paid",
        posted_at=record.updated_at,
        total=read_amount(entry, "amount", country, required=True),
        lines=tuple(read_lines(entry, country)),
        settlement_id="" if read_period(statement) else statement,
    )
