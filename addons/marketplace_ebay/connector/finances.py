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
from .payout_parser import settlement_id
from .revisions import revision_of
from .shops import read_user
from .transactions import transaction_id
from .windows import LAG, first_place, next_place, nothing_until, read_token, span_text, write_token

#: Path, most objects on a page, and name of the array.
_LISTS = {
    "Payouts": ("/sell/finances/v1/payout", 200, "payouts"),
    "Transactions": ("/sell/finances/v1/transaction", 1000, "transactions"),
}
#: Days that a search covers: eBay wants offsets to stay small.
_SPAN = 30
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
    payouts, following = _search(api, place, "Payouts", "payoutDate")
    return SettlementPage(
        refs=_refs(payouts, place["home"]),
        next_token=write_token(following) if following else "",
        complete_until=None if following else place["done"],
    )


def _refs(payouts, home):
    """One reference for each payout, and for all parts of a split one."""
    groups = {}
    for index, payload in enumerate(payouts):
        payout = Node(payload, f"payouts[{index}]")
        groups.setdefault(settlement_id(payout), []).append(payout)
    return tuple(_ref(number, members, home) for number, members in groups.items())


def _ref(number, payouts, home):
    statuses = sorted({payout.text("payoutStatus", required=True) for payout in payouts})
    told = {payout.text("payoutId"): {key: payout.data.get(key) for key in _TELLING} for payout in payouts}
    return SettlementRef(
        external_id=number,
        shop_id="",
        revision=f"{'-'.join(statuses)}-{content_hash(told)}",
        handle={"payouts": [payout.data for payout in payouts], "home": home},
    )


def fetch_payout(api, handle):
    """A payout, or the parts of a split one, with all their transactions."""
    payouts, home = handle["payouts"], handle["home"]
    number = settlement_id(Node(payouts[0], "payouts[0]"))
    found = f"payoutId:{{{number}}}"
    if payouts[0].get("payoutReference"):
        found = f"payoutReference:{{{number}}}"
        # The list may have had a part on another page.
        payouts = [part for page in _all_of(api, "Payouts", found, home) for part in page["payouts"]]
    pages = list(_all_of(api, "Transactions", found, home))
    return pack_document(f"payout-{number}", {"payouts": payouts, "transactions": pages})


def _all_of(api, what, found, home):
    """Pages as received of all ``Payouts`` or ``Transactions`` that a filter finds."""
    path, limit, name = _LISTS[what]
    count, total = 0, 1
    while count < total:
        query = {"filter": found, "limit": str(limit), "offset": str(count)}
        page = _get(api, f"finances.get{what}", path, query, home).body
        entries = Node(page).array(name) if page else []
        if not entries:
            return
        yield page
        count, total = count + len(entries), Node(page).count("total", required=True)


def fetch_transactions(api, since, until, token):
    """One page of transactions booked up to :data:`TRANSACTION_REACH` before ``since`` or later, in their present
    state."""
    place = read_token(token) if token else _begin(api, since - TRANSACTION_REACH, until)
    if place is None:
        return Page((), complete_until=nothing_until(api, until))
    found, following = _search(api, place, "Transactions", "transactionDate")
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
    place = first_place(api, since, until, _SPAN)
    return place and {**place, "home": read_user(api).text("registrationMarketplaceId", required=True)}


def _search(api, place, what, field):
    """``(found objects, place of the next page or None)``; the place learns up to when it is complete."""
    path, limit, name = _LISTS[what]
    query = {"filter": f"{field}:{span_text(place)}", "limit": str(limit), "offset": str(place["offset"])}
    answer = _get(api, f"finances.get{what}", path, query, place["home"])
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
