"""From payouts of the Finances API to settlements.

A seller in mainland China may have a payout split between two accounts: eBay makes two payouts with one reference and
one list of transactions, which together are one settlement.

Source: ``sell_finances_v1_oas3.json``, Payout; split payouts and fees of payouts: eBay's newer reference of that type.
"""

from decimal import Decimal
from itertools import chain

from ...marketplace.contract import InvalidPayload, Settlement, SettlementState, unpack_document
from .fields import Node, exact, total_of
from .transactions import booked_at, number_lines, read_lines, required, sign_of

_PAID = frozenset({"INITIATED", "SUCCEEDED"})
#: eBay has not sent it yet, or tries again.
_UNDER_WAY = frozenset({"INITIATED", "RETRYABLE_FAILED"})
_STATUSES = _PAID | _UNDER_WAY | {"TERMINAL_FAILED", "REVERSED"}


def settlement_id(payout):
    """What payouts that are split from one have in common; the payout's own number where nothing is split."""
    return payout.text("payoutReference") or payout.text("payoutId", required=True)


def parse_settlement(document):
    """A payout as :class:`Settlement`; it covers all marketplaces. One that failed has no day on which it was paid.

    :raise InvalidPayload: with the path of the field, or the name of the document
    """
    root = Node(unpack_document(document))
    payouts = root.nodes("payouts", required=True)
    if not payouts:
        raise InvalidPayload("payouts", "none")
    total, dates = _total_of(payouts), [payout.time("payoutDate", required=True) for payout in payouts]
    statuses = [_status_of(payout) for payout in payouts]
    transactions = [item for page in root.nodes("transactions", required=True) for item in _of_page(page, payouts)]
    lines = (read_lines(item, total.currency) for item in transactions)
    fees = (_fee_lines(payout, total.currency) for payout in payouts)
    is_open = any(status in _UNDER_WAY for status in statuses)
    return Settlement(
        external_id=settlement_id(payouts[0]),
        shop_id="",
        state=SettlementState.OPEN if is_open else SettlementState.CLOSED,
        total=total,
        start=min(map(booked_at, transactions), default=dates[0]),
        end=None if is_open else max(dates),
        paid_at=max((date for date, status in zip(dates, statuses, strict=True) if status in _PAID), default=None),
        lines=number_lines(chain.from_iterable(chain(lines, fees))),
        reference=", ".join(payout.text("bankReference") or payout.text("payoutId") for payout in payouts),
    )


def _total_of(payouts):
    amounts = [required(payout, "amount") for payout in payouts]
    if len(amounts) == 1:
        return amounts[0]
    if len({(amount.currency, settlement_id(payout)) for amount, payout in zip(amounts, payouts, strict=True)}) > 1:
        raise InvalidPayload("payouts", "they are no parts of one payout")
    return exact(total_of(amounts), amounts[0].currency)


def _status_of(payout):
    status = payout.text("payoutStatus", required=True)
    if status not in _STATUSES:
        raise InvalidPayload(payout.where("payoutStatus"), f"unknown status {status!r}")
    return status


def _of_page(page, payouts):
    """Transactions of a page without the payout itself, which a withdrawal on demand is."""
    numbers = {payout.text("payoutId", required=True) for payout in payouts}
    whole = -total_of(required(payout, "amount") for payout in payouts)
    for transaction in page.nodes("transactions", required=True):
        other = transaction.text("payoutId")
        if other and other not in numbers:
            raise InvalidPayload(transaction.where("payoutId"), f"payout {other}, not {', '.join(sorted(numbers))}")
        is_withdrawal = transaction.text("transactionType") == "WITHDRAWAL"
        if not is_withdrawal or required(transaction, "amount").amount * sign_of(transaction) != whole:
            yield transaction


def _fee_lines(payout, currency):
    """What the payout itself costs: it is deducted from the sum of the transactions."""
    fees = payout.nodes("totalFeeDetails")
    amounts = [required(fee, "amount") for fee in fees]
    stated = payout.money("totalFee")
    if total_of(amounts) != (stated.amount if stated else Decimal(0)):
        raise InvalidPayload(payout.where("totalFeeDetails"), "they are not the stated fee")
    for fee, amount in zip(fees, amounts, strict=True):
        if amount.amount:
            yield {
                "words": ("PAYOUT", fee.text("feeType", required=True)),
                "amount": exact(-amount.amount, currency),
                "posted_at": payout.time("payoutDate"),
                "reference": payout.text("payoutId"),
                "note": fee.text("feeMemo"),
            }
