"""Statements: one settlement each. Sources: TikTok Shop's documents "Get Statements" (202309), "Get Transactions by
Statement", "Get Transactions by Order" (202501) and "Get Payments".

A statement is made at the end of each day and holds the transactions of that day, without their times. A document is
``{"shop_id", "statement", "pages", "orders", "skus", "payment"}``: the statement as it was listed, the pages with its
transactions, the SKUs of each of its orders, the seller's own numbers of these SKUs, and its payment, if it has one.
"""

import json
from datetime import datetime, timedelta, timezone

from ...marketplace.contract import (
    InvalidPayload,
    Rejected,
    Settlement,
    SettlementPage,
    SettlementRef,
    SettlementState,
    content_hash,
    pack_document,
    unpack_document,
)
from .fields import Node
from .finance import line_of, read_reserve, read_sku, read_transaction
from .orders import fetch_details

PAGE_SIZE = 100
_ORDER, _PAID = "ORDER", "PAID"
# The SKUs are asked for order by order, ten a second: a job takes no longer than it may. With more orders in a
# statement its lines tell the orders only.
_MOST_ORDERS = 5_000
_DAY = timedelta(days=1)
# A statement changes once more when it is paid, which is days later.
_UNTIL_PAID = timedelta(days=14)
# In which a statement's payment is made, before and after it.
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=45)


def fetch_page(api, shop_ids, since, until, token):
    """One page of statements, shop after shop; those of two weeks before too, which may have been paid since.

    Our page token is JSON: which shop, the end of the range that the first page of all decided, up to when TikTok's
    answer was whole, and TikTok's own token.
    """
    shops = sorted(shop_ids)
    state = json.loads(token) if token else {"shop": 0, "end": int((until or api.now()).timestamp()), "page": ""}
    shop_id = shops[state["shop"]]
    query = {
        "statement_time_ge": int((since - _UNTIL_PAID).timestamp()),
        "statement_time_lt": state["end"],
        "sort_field": "statement_time",
        "sort_order": "ASC",
        "page_size": PAGE_SIZE,
        "page_token": state["page"],
    }
    answer, whole_until = api.ask("finance.statements", shop_id, query)
    refs = tuple(_ref(shop_id, statement) for statement in answer.nodes("statements"))
    state["whole"] = state.get("whole") or min(int(whole_until.timestamp()), state["end"])
    state["page"] = answer.text("next_page_token")
    if not state["page"]:
        state["shop"] += 1
    last = state["shop"] >= len(shops)
    whole = datetime.fromtimestamp(state["whole"], timezone.utc)
    return SettlementPage(refs, "" if last else json.dumps(state), whole if last else None)


def _ref(shop_id, statement):
    return SettlementRef(
        external_id=statement.text("id", required=True),
        shop_id=shop_id,
        revision=content_hash(statement.data),
        handle={"shop_id": shop_id, "statement": statement.data},
    )


def fetch_settlement(api, handle):
    """The document of a statement."""
    shop_id, statement = handle["shop_id"], Node(handle["statement"], "statement")
    statement_id = statement.text("id", required=True)
    pages = list(_fetch_pages(api, shop_id, statement_id))
    order_ids = [
        entry.text("order_id")
        for page in pages
        for entry in page.nodes("transactions")
        if entry.text("type") == _ORDER and entry.text("order_id")
    ]
    order_ids = list(dict.fromkeys(order_ids))
    if len(order_ids) > _MOST_ORDERS:
        order_ids = []
    parts = {
        **handle,
        "pages": [page.data for page in pages],
        "orders": _fetch_orders(api, shop_id, order_ids),
        "skus": _fetch_skus(api, shop_id, order_ids),
    }
    payment = _fetch_payment(api, shop_id, statement)
    return pack_document(f"tiktok-statement-{statement_id}", {**parts, **({"payment": payment} if payment else {})})


def _fetch_pages(api, shop_id, statement_id):
    token = ""
    while True:
        query = {
            "sort_field": "order_create_time",
            "sort_order": "ASC",
            "page_size": PAGE_SIZE,
            "page_token": token,
        }
        page = api.call("finance.statement", shop_id, query, statement_id=statement_id)
        yield page
        token = page.text("next_page_token")
        if not token:
            return


def _fetch_orders(api, shop_id, order_ids):
    """``{order id: its transactions by SKU}``; an order that TikTok refuses is left out: its own amounts will do."""
    found = {}
    for order_id in order_ids:
        try:
            found[order_id] = api.call("finance.order", shop_id, order_id=order_id).data
        except Rejected:
            continue
    return found


def _fetch_skus(api, shop_id, order_ids):
    """``{TikTok's id of a SKU: the seller's}``; where TikTok does not tell the order any more, its own id will do."""
    items = (item for order in fetch_details(api, shop_id, order_ids) for item in order.nodes("line_items"))
    try:
        return {item.text("sku_id"): item.text("seller_sku") for item in items if item.text("seller_sku")}
    except Rejected:
        return {}


def _fetch_payment(api, shop_id, statement):
    """The payment of a statement as received; ``None`` before it is made, or where TikTok lists none."""
    payment_id, made_at = statement.text("payment_id"), statement.time("statement_time", required=True)
    query = {
        "create_time_ge": int((made_at - _BEFORE).timestamp()),
        "create_time_lt": int((made_at + _AFTER).timestamp()),
        "sort_field": "create_time",
        "page_size": PAGE_SIZE,
    }
    try:
        payments = api.pages("finance.payments", "payments", shop_id, query) if payment_id else ()
        return next((payment.data for payment in payments if payment.text("id") == payment_id), None)
    except Rejected:  # the shops of some countries have no payments, only withdrawals of the seller
        return None


def parse_settlement(document):
    """A document as :class:`Settlement`.

    :raise InvalidPayload: it is no statement, or an amount contradicts others
    """
    parts = Node(unpack_document(document), document.name)
    statement, pages = parts.node("statement", required=True), parts.nodes("pages", required=True)
    if not pages:
        raise InvalidPayload(parts.where("pages"), "missing")
    head = pages[0]
    currency = head.text("currency", required=True)
    end = statement.time("statement_time", required=True)
    payment = parts.node("payment")
    return Settlement(
        external_id=statement.text("id", required=True),
        shop_id=parts.text("shop_id", required=True),
        state=SettlementState.CLOSED,
        total=_read_total(head, currency),
        start=end - _DAY,
        end=end,
        paid_at=_read_payment_time(statement, payment),
        lines=_read_lines(parts, pages, statement.text("id"), currency, end - timedelta(seconds=1)),
        reference=statement.text("payment_id"),
    )


def _read_total(head, currency):
    """What is paid out: after reserves, which only some countries have."""
    payable = head.money("payable_amount", currency)
    return payable or head.money("total_settlement_amount", currency, required=True)


def _read_payment_time(statement, payment):
    if (payment.text("status") or statement.text("payment_status")) != _PAID:
        return None
    return payment.time("paid_time") or statement.time("payment_time")


def _read_lines(parts, pages, statement_id, currency, posted_at):
    read = [
        (entry, _order_of(entry), read_transaction(entry, currency)[0])
        for page in pages
        for entry in page.nodes("transactions", required=True)
    ]
    by_sku = _orders_by_sku(parts, read, statement_id, currency)
    found = (line for entry, order_id, amounts in read for line in _tell(entry, order_id, amounts, by_sku, currency))
    return [line_of(row, amount, posted_at, **details) for row, (amount, details) in enumerate(found, start=1)]


def _order_of(entry):
    return entry.text("order_id") or entry.text("adjustment_order_id") or entry.text("associated_order_id")


def _tell(entry, order_id, amounts, by_sku, currency):
    """Yield ``(amount, details of its line)`` of a transaction.

    What an order's SKUs state is told once, with the first of its transactions.
    """
    about = {"order_id": order_id, "reference": entry.text("adjustment_id") or entry.text("id", required=True)}
    if entry.text("type") == _ORDER and order_id in by_sku:
        told, by_sku[order_id] = by_sku[order_id], []
    else:
        told = [(amount, {}) for amount in amounts]
    for amount, details in told:
        yield amount, {**about, **details}
    reserve = read_reserve(entry, currency)
    if reserve is not None:
        yield reserve, about | {"reference": entry.text("reserve_id") or about["reference"]}


def _orders_by_sku(parts, read, statement_id, currency):
    """``{order id: [(amount, details)]}`` of the orders whose SKUs state the same amounts as their transactions."""
    stated = {}
    for entry, order_id, amounts in read:
        if entry.text("type") == _ORDER:
            stated.setdefault(order_id, []).extend(amounts)
    found = {order_id: _read_skus(parts, order_id, statement_id, currency) for order_id in stated}
    return {
        order_id: rows
        for order_id, rows in found.items()
        if rows and _by_group(stated[order_id]) == _by_group(amount for amount, _details in rows)
    }


def _by_group(amounts):
    """Sums by all words but the last: what the order and its SKUs have to agree on."""
    sums = {}
    for amount in amounts:
        key = amount.words[:-1]
        sums[key] = sums.get(key, 0) + amount.money.amount
    return {key: total for key, total in sums.items() if total}


def _read_skus(parts, order_id, statement_id, currency):
    """``[(amount, details)]`` of what an order's SKUs have in this statement; none where they contradict themselves."""
    found, names = [], parts.node("skus")
    for entry in parts.node("orders").node(order_id).nodes("sku_transactions"):
        if entry.text("statement_id") != statement_id:
            continue
        sku_id = entry.text("sku_id", required=True)
        units = _read_units(entry)
        try:
            amounts, _settlement = read_sku(entry, currency)
        except InvalidPayload:
            return []  # what the order states is complete without them
        for amount in amounts:
            sku = {"sku": names.text(sku_id) or sku_id, "units": units if amount.is_goods else 0}
            found.append((amount, sku))
    return found


def _read_units(entry):
    """Units of a SKU, stated as text; those that came back are negative."""
    text = entry.text("quantity").lstrip("-") or "0"
    if not text.isdecimal():
        raise InvalidPayload(entry.where("quantity"), f"a number of units was expected, not {text!r}")
    return int(text)
