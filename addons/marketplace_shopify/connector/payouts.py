"""Payouts of Shopify Payments and what they consist of. A shop without Shopify Payments has none of either.

Source: Shopify's Admin GraphQL schema 2026-10: ShopifyPaymentsPayout, ShopifyPaymentsBalanceTransaction.
"""

import json
from datetime import timedelta

from ...marketplace.contract import (
    AuthenticationFailed,
    Page,
    RawRecord,
    Rejected,
    SettlementPage,
    SettlementRef,
    content_hash,
    format_time,
    pack_document,
    parse_time,
)
from . import payment_documents as documents
from .fields import Node, gid
from .orders import file_all, next_cursor, range_end, revision_of

PAGE_SIZE = 50
TRANSACTIONS = 100
#: A bank takes or declines a payout this long after it was issued, and no search finds payouts by that change.
REACH = timedelta(days=14)
_SCOPES = "read_shopify_payments_accounts and read_shopify_payments_payouts"


def fetch_page(api, since, until, token):
    """One page of payouts issued up to :data:`REACH` before ``since`` or later; their revisions tell which changed."""
    place = json.loads(token) if token else {}
    query = _between("issued_at", since - REACH, until)
    reply = _run(api, documents.PAYOUTS, query=query, first=PAGE_SIZE, after=place.get("after"))
    end = parse_time(place["end"], "token") if place else range_end(reply.at, since, until)
    payouts = reply.data.node("shopifyPaymentsAccount").node("payouts")
    cursor = next_cursor(payouts)
    return SettlementPage(
        refs=tuple(_ref(api, payout) for payout in payouts.nodes("nodes")),
        next_token=json.dumps({"after": cursor, "end": format_time(end)}) if cursor else "",
        complete_until=None if cursor else end,
    )


def _ref(api, payout):
    return SettlementRef(
        external_id=payout.number(),
        shop_id=api.credentials.shop,
        revision=f"{payout.text('status', required=True)}-{content_hash(payout.data)}",
        handle={"payout": payout.data},
    )


def fetch_payout(api, handle):
    """A payout with its balance transactions, and what buyers paid in their own currencies."""
    payout = Node(handle).node("payout", required=True)
    number = payout.number()
    pages, payments = [], []
    for page, transactions in _pages(api, f"payments_transfer_id:{number}"):
        pages.append(page)
        payments += _payments_of(api, transactions)
    parts = {"payout": payout.data, "balanceTransactions": pages, "payments": payments}
    return pack_document(f"payout-{number}", parts)


def _pages(api, query):
    """``(page as received, its transactions as nodes)`` of a search, one after the other."""
    after = None
    while True:
        data = _run(api, documents.BALANCE_TRANSACTIONS, query=query, first=TRANSACTIONS, after=after).data
        connection = data.node("shopifyPaymentsAccount").node("balanceTransactions")
        yield data.data, connection.nodes("nodes")
        after = next_cursor(connection)
        if not after:
            return


def _payments_of(api, transactions):
    """Order transactions that balance transactions come from, as received."""
    numbers = sorted({number for item in transactions if (number := item.ident("sourceOrderTransactionId"))})
    if not numbers:
        return []
    ids = [gid("OrderTransaction", number) for number in numbers]
    return [payment for payment in api.run(documents.PAYMENTS, ids=ids).data.array("nodes") if payment]


# === WHAT IS NOT PAID OUT YET === #


def fetch_transactions(api, since, until, token):
    """One page of balance transactions booked, or assigned to a payout, at or after ``since``."""
    place = json.loads(token) if token else {}
    booked, paid = _between("processed_at", since, until), _between("payout_date", since - timedelta(days=1), until)
    reply = _run(
        api,
        documents.BALANCE_TRANSACTIONS,
        query=f"({booked}) OR ({paid})",
        first=TRANSACTIONS,
        after=place.get("after"),
    )
    end = parse_time(place["end"], "token") if place else range_end(reply.at, since, until)
    found = reply.data.node("shopifyPaymentsAccount").node("balanceTransactions")
    records, broken = file_all(found.nodes("nodes"), lambda node: _raw_transaction(api.credentials.shop, node))
    cursor = next_cursor(found)
    return Page(
        records=records,
        next_token=json.dumps({"after": cursor, "end": format_time(end)}) if cursor else "",
        complete_until=None if cursor else end,
        broken=broken,
    )


def _raw_transaction(shop, transaction):
    at = transaction.time("transactionDate", required=True)
    return RawRecord(
        kind="transaction",
        shop_id=shop,
        external_id=transaction.number(),
        revision=revision_of(transaction.data, at),
        payload=transaction.data,
        updated_at=at,
    )


def _between(field, since, until):
    """Search text of a range of time."""
    text = f"{field}:>='{format_time(since)}'"
    return f"{text} AND {field}:<='{format_time(until)}'" if until else text


def _run(api, document, **variables):
    """Ask; an app that may not see payouts goes on with everything else.

    :raise Rejected: the scopes are missing
    """
    try:
        return api.run(document, **variables)
    except AuthenticationFailed as error:
        if "ACCESS_DENIED" not in str(error):
            raise
        text = f"the app may not read payouts: give it the scopes {_SCOPES}, and connect the shop again"
        raise Rejected(text, "ACCESS_DENIED") from None
