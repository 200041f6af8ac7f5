"""Payouts and the transactions they consist of. Source: ``sell_finances_v1_oas3.json``, getPayouts, getTransactions.

All calls are signed, as the sellers of the EU and the UK must; the header names the marketplace where the seller is
registered, whose money it is, and not the ones where goods were sold.
"""

from datetime import timedelta

from ...marketplace.contract import (
    Page,
    RawRecord,
    Rejected,
    SettlementPage,
    SettlementRef,
    content_hash,
    pack_document,
    read_each,
)
from .api import date_of
from .errors import SignatureNeeded
from .fields import Node
from .marketplaces import marketplace_header
from .revisions import revision_of
from .shops import read_user
from .transactions import transaction_id
from .windows import LAG, first_place, next_place, nothing_until, read_token, span_text, write_token

PAYOUTS = "/sell/finances/v1/payout"
TRANSACTIONS = "/sell/finances/v1/transaction"
PAYOUT_PAGE, TRANSACTION_PAGE = 200, 1000
#: eBay tries payouts that a bank declined again for so long; no search finds payouts by that change.
PAYOUT_REACH = timedelta(days=14)
#: Money is held for a month, and paid out after another one at the latest; no search finds transactions by that.
TRANSACTION_REACH = timedelta(days=62)
#: What matters about a payout. Its memo tells every day anew when the money will arrive.
_TELLING = ("payoutId", "payoutStatus", "payoutDate", "amount", "bankReference", "transactionCount")


def fetch_page(api, since, until, token):
    """One page of payouts begun up to :data:`PAYOUT_REACH` before ``since`` or later, as :class:`SettlementPage`."""
    place = read_token(token) if token else _begin(api, since - PAYOUT_REACH, until)
    if place is None:
        return SettlementPage((), complete_until=nothing_until(api, until))
    payouts, following = _search(api, place, "finances.getPayouts", PAYOUTS, "payoutDate", PAYOUT_PAGE, "payouts")
    return SettlementPage(
        refs=tuple(_ref(Node(payout, f"payouts[{index}]"), place["home"]) for index, payout in enumerate(payouts)),
        next_token=write_token(following) if following else "",
        complete_until=None if following else place["done"],
    )


def _ref(payout, home):
    told = {key: payout.data.get(key) for key in _TELLING}
    return SettlementRef(
        external_id=payout.text("payoutId", required=True),
        shop_id="",
        revision=f"{payout.text('payoutStatus', required=True)}-{content_hash(told)}",
        handle={"payout": payout.data, "home": home},
    )


def fetch_payout(api, handle):
    """A payout with all its transactions."""
    payout = Node(handle).node("payout", required=True)
    number = payout.text("payoutId", required=True)
    pages, count, total = [], 0, 1
    while count < total:
        query = {"filter": f"payoutId:{{{number}}}", "limit": str(TRANSACTION_PAGE), "offset": str(count)}
        page = _get(api, "finances.getTransactions", TRANSACTIONS, query, handle["home"]).body
        if not page or not Node(page).array("transactions"):
            break
        pages.append(page)
        count, total = count + len(page["transactions"]), Node(page).count("total", required=True)
    return pack_document(f"payout-{number}", {"payout": payout.data, "transactions": pages})


def fetch_transactions(api, since, until, token):
    """One page of transactions booked up to :data:`TRANSACTION_REACH` before ``since`` or later, in their present
    state."""
    place = read_token(token) if token else _begin(api, since - TRANSACTION_REACH, until)
    if place is None:
        return Page((), complete_until=nothing_until(api, until))
    found, following = _search(
        api, place, "finances.getTransactions", TRANSACTIONS, "transactionDate", TRANSACTION_PAGE, "transactions"
    )
    records, broken = read_each(found, "transactions", _raw_transaction)
    return Page(
        records=tuple(records),
        next_token=write_token(following) if following else "",
        complete_until=None if following else place["done"],
        broken=tuple(broken),
    )


def _raw_transaction(payload, path):
    transaction = Node(payload, path)
    at = transaction.time("transactionDate", required=True)
    return RawRecord(
        kind="transaction",
        shop_id="",
        external_id=transaction_id(transaction),
        revision=revision_of(payload, at),
        payload=payload,
        updated_at=at,
    )


def _begin(api, since, until):
    place = first_place(api, since, until)
    return place and {**place, "home": read_user(api).text("registrationMarketplaceId", required=True)}


def _search(api, place, operation, path, field, limit, name):
    """``(found objects, place of the next page or None)``; the place learns up to when it is complete."""
    query = {"filter": f"{field}:{span_text(place)}", "limit": str(limit), "offset": str(place["offset"])}
    answer = _get(api, operation, path, query, place["home"])
    body = Node(answer.body or {"total": 0})  # nothing found is no content
    found = body.array(name)
    place["done"] = min(place["done"], (date_of(answer) or api.now()) - LAG)
    return found, next_place(place, len(found), body.count("total", required=True), name)


def _get(api, operation, path, query, home):
    """:raise Rejected: eBay wants a signature and there is no key; the account goes on with everything else"""
    headers, auth = marketplace_header(home), api.signed(api.user)
    try:
        return api.call(operation, "GET", path, host="apiz", query=query, auth=auth, headers=headers)
    except SignatureNeeded as error:
        raise Rejected(str(error), error.code) from None
