"""What is not settled yet. Source: TikTok Shop's document "Get Unsettled Transactions" (202507).

TikTok lists what is unsettled now, with amounts that it estimates; what is settled is not listed any more but stands in
a statement. A filed transaction is as TikTok answers it, with the shop's id and the time at which we saw it put to it.
"""

import json
from datetime import datetime, timezone

from ...marketplace.contract import MoneyState, MoneyTransaction, Page, RawRecord, content_hash, read_each
from .fields import Node
from .finance import line_of, read_transaction

PAGE_SIZE = 100
_OURS = ("shop_id", "seen_at")


def fetch_page(api, shop_ids, until, token):
    """One page of all that is unsettled, shop after shop, however old.

    Our page token is JSON: which shop, when the first page of all was asked for, and TikTok's own token.
    """
    shops = sorted(shop_ids)
    state = json.loads(token) if token else {"shop": 0, "end": int(min(until or api.now(), api.settled()).timestamp())}
    shop_id = shops[state["shop"]]
    query = {
        "sort_field": "order_create_time",
        "sort_order": "ASC",
        "page_size": PAGE_SIZE,
        "page_token": state.get("page"),
    }
    answer = api.call("finance.unsettled", shop_id, query)
    ours = {"shop_id": shop_id, "seen_at": state["end"]}
    records, broken = read_each(
        answer.array("transactions"),
        "transactions",
        lambda entry, path: raw_record({**Node(entry, path).data, **ours}, path),
    )
    state["page"] = answer.text("next_page_token")
    if not state["page"]:
        state["shop"] += 1
    last = state["shop"] >= len(shops)
    end = datetime.fromtimestamp(state["end"], timezone.utc)
    return Page(tuple(records), "" if last else json.dumps(state), end if last else None, tuple(broken))


def raw_record(payload, path=""):
    """File a transaction: id, shop and time are read, nothing else is looked at."""
    entry = Node(payload, path)
    return RawRecord(
        kind="transaction",
        shop_id=entry.text("shop_id"),
        external_id=entry.text("id", required=True),
        revision=content_hash({key: value for key, value in payload.items() if key not in _OURS}),
        payload=payload,
        updated_at=_read_time(entry),
    )


def _read_time(entry):
    """When it began: adjustments state no time of their own, so that the first sight of them has to do."""
    return entry.time("order_delivery_time") or entry.time("order_create_time") or entry.time("seen_at", required=True)


def parse_transaction(payload):
    """A filed transaction as :class:`MoneyTransaction`.

    :raise InvalidPayload: with the path of the field
    """
    record = raw_record(payload)
    entry = Node(payload)
    currency = entry.text("currency", required=True)
    amounts, settlement = read_transaction(entry, currency, estimated=True)
    order_id = entry.text("order_id") or entry.text("adjustment_order_id")
    about = {"order_id": order_id, "reference": entry.text("adjustment_id") or record.external_id}
    when = entry.text("estimated_settlement")
    return MoneyTransaction(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        state=MoneyState.DEFERRED,
        state_text=entry.text("status") or "UNSETTLED",
        posted_at=record.updated_at,
        total=settlement,
        lines=tuple(line_of(row, amount, record.updated_at, **about) for row, amount in enumerate(amounts, start=1)),
        matures_at=entry.time("estimated_settlement") if when.isdecimal() else None,
        reason=" / ".join(text for text in (entry.text("unsettled_reason"), "" if when.isdecimal() else when) if text),
    )
