"""Shopify Payments: the world's book of money as payouts and balance transactions.

Every booking is one balance transaction; what the book takes as payment fee is its fee, the rest its amount. The book
is in the shop's currency; what buyers paid in theirs is converted as everywhere in their orders. A settlement that the
seller owes is a withdrawal that the bank declined.
"""

import re
from decimal import Decimal

from ...world import money_book, money_settle
from .amounts import Purse, decimal_text
from .connections import page, second
from .orders_view import gid, tail

_RANGE = re.compile(r"(processed_at|payout_date|issued_at):(>=|<=)'([^']+)'")
_PAYOUT = re.compile(r"payments_transfer_id:(\d+)")
#: Numbers of balance transactions, of order transactions, and of payouts seen from the balance.
_BALANCE, _PAYMENT, _TRANSFER = 7_000_000_000, 9_000_000_000_000, 8_000_000_000
#: Type of a booking, or of its first line: type and source of the balance transaction.
_TYPES = {
    "sale": ("CHARGE", "CHARGE"),
    "refund": ("REFUND", "REFUND"),
    "subscription": ("BILLING_DEBIT", "ADJUSTMENT"),
    "advertising": ("SHOP_CASH_CAMPAIGN_BILLING_DEBIT", "ADJUSTMENT"),
    "reserve_held": ("RESERVED_FUNDS", "ADJUSTMENT"),
    "reserve_returned": ("RESERVED_FUNDS_REVERSAL", "ADJUSTMENT"),
    "opening_balance": ("TRANSFER_FAILURE", "TRANSFER"),
}
_OTHER = ("ADJUSTMENT", "ADJUSTMENT")


class Payments:
    """The account of one shop.

    :param Call call: with the shop in ``region``
    """

    def __init__(self, call):
        self._call = call

    def account(self, info):
        """``ShopifyPaymentsAccount``."""
        return {"payouts": self.payouts, "balanceTransactions": self.balance_transactions}

    def payouts(self, info, query="", first=None, after=None, **_args):
        """Payouts by the time of their issue."""
        found = [_payout(one) for one in self._settlements()]
        limits = _limits(query).get("issued_at", {})
        return page([one for one in found if _within(one["issuedAt"], limits)], first, after)

    def balance_transactions(self, info, query="", first=None, after=None, hideTransfers=False, **_args):
        """Balance transactions by the time they were booked, of a payout or of ranges of time."""
        settled = {one["id"]: one for one in self._settlements()}
        found = [self._transaction(booking, settled) for booking in self._bookings()]
        if not hideTransfers:
            found += [_transfer(one) for one in settled.values()]
        found.sort(key=lambda item: (item["transactionDate"], item["id"]))
        return page([item for item in found if _is_wanted(item, query, settled)], first, after)

    def nodes(self, info, ids):
        """Order transactions; ``None`` for what is none."""
        known = {_PAYMENT + booking["number"]: booking for booking in self._bookings() if booking["order"]}
        return [self._payment(known.get(int(tail(id_))), id_) if "/OrderTransaction/" in id_ else None for id_ in ids]

    def _settlements(self):
        return money_settle.settlements(self._call.world, outlets=[self._call.region])

    def _bookings(self):
        world = self._call.world
        accounts = [one for one in money_settle.accounts(world) if one.startswith(f"{self._call.region}:")]
        return [booking for account in accounts for booking in money_book.bookings(world, account=account)]

    def _transaction(self, booking, settled):
        kind, source = _TYPES.get(booking["type"]) or _TYPES.get(booking["lines"][0]["kind"], _OTHER)
        fee = -sum((line["amount"] for line in booking["lines"] if line["kind"] == "payment_fee"), Decimal())
        payout, number = settled.get(booking["settlement"]), str(_BALANCE + booking["number"])
        return {
            "id": gid("ShopifyPaymentsBalanceTransaction", number),
            "type": kind,
            "transactionDate": second(booking["at"]),
            "sourceType": source,
            "sourceId": number,
            "sourceOrderTransactionId": str(_PAYMENT + booking["number"]) if booking["order"] else None,
            "adjustmentReason": None,
            "amount": _money(booking["total"] + fee, booking["currency"]),
            "fee": _money(fee, booking["currency"]),
            "net": _money(booking["total"], booking["currency"]),
            "associatedOrder": self._order(booking["order"]),
            "associatedPayout": {
                "id": payout and gid("ShopifyPaymentsPayout", payout["id"]),
                "status": _status(payout) if payout else "PENDING",
            },
        }

    def _order(self, number):
        if not number:
            return None
        return {"id": gid("Order", number), "name": f"#{self._call.world.get_order(number)['number'] + 1000}"}

    def _payment(self, booking, id_):
        if booking is None:
            return None
        paid = [line["amount"] for line in booking["lines"] if line["kind"] in money_book.BUYER_KINDS]
        total = abs(sum(paid, Decimal()))
        purse = Purse(self._call.world.get_order(booking["order"]))
        return {"__typename": "OrderTransaction", "id": id_, "amountSet": purse.bag(total)}


def _payout(settlement):
    total = Decimal(settlement["total"])
    return {
        "id": gid("ShopifyPaymentsPayout", settlement["id"]),
        "issuedAt": second(settlement["end"]),
        "status": _status(settlement),
        "transactionType": "WITHDRAWAL" if total < 0 else "DEPOSIT",
        "externalTraceId": (settlement["payout"] or {}).get("reference"),
        "net": _money(total, settlement["currency"]),
    }


def _status(settlement):
    return "FAILED" if Decimal(settlement["total"]) < 0 else "PAID"


def _transfer(settlement):
    """The payout as the balance sees it."""
    total, payout = -Decimal(settlement["total"]), gid("ShopifyPaymentsPayout", settlement["id"])
    return {
        "id": gid("ShopifyPaymentsBalanceTransaction", str(_TRANSFER + int(settlement["id"]))),
        "type": "TRANSFER",
        "transactionDate": second(settlement["end"]),
        "sourceType": "TRANSFER",
        "sourceId": settlement["id"],
        "sourceOrderTransactionId": None,
        "adjustmentReason": None,
        "amount": _money(total, settlement["currency"]),
        "fee": _money(Decimal(), settlement["currency"]),
        "net": _money(total, settlement["currency"]),
        "associatedOrder": None,
        "associatedPayout": {"id": payout, "status": _status(settlement)},
    }


def _limits(query):
    """``{field: {operator: time}}`` of a search text."""
    found = {}
    for field, operator, text in _RANGE.findall(query or ""):
        found.setdefault(field, {})[operator] = text
    return found


def _within(text, limits):
    return limits.get(">=", "") <= text <= limits.get("<=", "9")


def _is_wanted(item, query, settled):
    """Whether a search finds a balance transaction: by its payout, or by one of the ranges."""
    payout, limits = tail(item["associatedPayout"]["id"] or ""), _limits(query)
    wanted = _PAYOUT.search(query or "")
    if wanted:
        return payout == wanted[1]
    paid = second(settled[payout]["end"]) if payout else ""
    times = {"processed_at": item["transactionDate"], "payout_date": paid}
    return not limits or any(_within(times[field], limit) for field, limit in limits.items() if times[field])


def _money(amount, currency):
    return {"amount": decimal_text(amount), "currencyCode": currency}
