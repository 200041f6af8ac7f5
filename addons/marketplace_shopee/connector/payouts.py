"""Payouts of cross-border shops. Sources: documents ``v2.payment.get_payout_info``,
``v2.payment.get_billing_transaction_info`` and ``v2.payment.get_escrow_detail_batch``.

A document is ``{"kind", "shop_id", "payout", "transactions", "details"}``: the payout as it was listed, the answers
with its transactions, and those with the income of its orders. Transactions state no time: all are booked when the
payout is made. Their sum is the payout's ``from_amount``; where it is paid in another currency, every amount is
converted so that the sum is ``payout_amount`` to the cent.
"""

from datetime import timedelta
from functools import partial

from ...marketplace.contract import (
    InvalidPayload,
    Settlement,
    SettlementRef,
    SettlementState,
    content_hash,
    pack_document,
)
from .income import Part, convert, read_income
from .ledger import ADJUSTMENT, ESCROW, Lines, all_pages, details_in, fetch_details, whole_income

KIND = "payout"
INFO_PATH, TRANSACTIONS_PATH = "payment/get_payout_info", "payment/get_billing_transaction_info"
PAGE_SIZE = 100
_RELEASED = 2


def list_payouts(api, shop_id, start, stop, cursor):
    """``(references of payouts made in a range of time, cursor of the next page)``."""
    query = {"payout_time_from": start, "payout_time_to": stop, "page_size": PAGE_SIZE, "cursor": cursor}
    response = api.get("payment.payouts", shop_id, INFO_PATH, query).node("response", required=True)
    refs = [_ref(shop_id, payout) for payout in response.nodes("payout_list")]
    return refs, response.text("next_cursor", required=True) if response.flag("more", required=True) else ""


def _ref(shop_id, payout):
    return SettlementRef(
        external_id=payout.text("encrypted_payout_id", required=True),
        shop_id=shop_id,
        revision=content_hash(payout.data),
        handle={"kind": KIND, "shop_id": shop_id, "payout": payout.data},
    )


def fetch(api, handle):
    """The document of a payout."""
    shop_id, payout_id = handle["shop_id"], handle["payout"]["encrypted_payout_id"]
    answers = all_pages(partial(_fetch_transactions, api, shop_id, payout_id), "")
    orders = [
        entry.text("order_sn")
        for answer in answers
        for entry in answer.node("response").nodes("transactions")
        if entry.text("billing_transaction_type").upper() == ESCROW
    ]
    content = {
        **handle,
        "transactions": [answer.data for answer in answers],
        "details": fetch_details(api, shop_id, orders),
    }
    return pack_document(f"shopee-payout-{payout_id}", content)


def _fetch_transactions(api, shop_id, payout_id, cursor):
    payload = {
        "billing_transaction_info_type": _RELEASED,
        "encrypted_payout_ids": [payout_id],
        "cursor": cursor,
        "page_size": PAGE_SIZE,
    }
    answer = api.post("payment.billing", shop_id, TRANSACTIONS_PATH, payload, idempotent=True)
    response = answer.node("response", required=True)
    return answer, response.text("next_cursor", required=True) if response.flag("more", required=True) else None


def parse(content):
    """A document as :class:`Settlement`.

    :param content: :class:`Node`
    """
    payout = content.node("payout", required=True)
    total = payout.money("payout_amount", payout.text("payout_currency"), required=True)
    paid_at = payout.time("payout_time", required=True)
    payout_id = payout.text("encrypted_payout_id", required=True)
    return Settlement(
        external_id=payout_id,
        shop_id=content.text("shop_id", required=True),
        state=SettlementState.CLOSED,
        total=total,
        start=paid_at,
        end=paid_at + timedelta(seconds=1),
        paid_at=paid_at,
        lines=_read_lines(content, payout, total, paid_at),
        reference=payout_id,
    )


def _read_lines(content, payout, total, paid_at):
    booked = payout.money("from_amount", payout.text("from_currency"), required=True)
    details = details_in(content)
    read = [found for entry in _entries(content) for found in _read_entry(entry, details, booked.currency)]
    amount = sum(part.amount.amount for part, *_rest in read)
    if amount != booked.amount:
        raise InvalidPayload(
            payout.where("from_amount"), f"the transactions add up to {amount}, not to {booked.amount}"
        )
    parts = [part for part, *_rest in read]
    if total.currency != booked.currency:
        parts = convert(parts, total, payout.where("exchange_rate"))
    elif total.amount != booked.amount:
        raise InvalidPayload(payout.where("payout_amount"), f"{total.amount} was paid out of {booked.amount}")
    lines = Lines()
    for part, (_part, words, order_id) in zip(parts, read, strict=True):
        lines.add(part, words, paid_at, order_id)
    return lines.lines


def _entries(content):
    for answer in content.nodes("transactions", required=True):
        yield from answer.node("response", required=True).nodes("transactions")


def _read_entry(entry, details, currency):
    """``[(part, words, order number)]`` of a transaction."""
    stated = entry.text("currency", required=True)
    if stated != currency:
        raise InvalidPayload(entry.where("currency"), f"{stated} in a payout of {currency}")
    amount, order_id = entry.money("amount", currency, required=True), entry.text("order_sn")
    if entry.text("billing_transaction_type", required=True).upper() != ESCROW:
        words = tuple(word for word in (ADJUSTMENT, entry.text("cost_header"), entry.text("scenario")) if word)
        return [(Part(ADJUSTMENT, amount, note=entry.text("remark")), words, order_id)]
    detail = details.get(order_id)
    parts = whole_income(amount) if detail is None else read_income(detail, amount)
    return [(part, (ESCROW, part.field), order_id) for part in parts]
