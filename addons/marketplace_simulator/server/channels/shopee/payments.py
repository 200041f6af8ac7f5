"""Payouts and incomes: the world's book of money in Shopee's words. All shops are those of a cross-border seller.

A settlement of the world is a payout, negative ones too. What an order earned is one transaction, once all of it was
shipped and is paid out together: only then its escrow detail says the same. Everything else is an adjustment.
"""

from datetime import date, timedelta
from decimal import Decimal

from ...clock import from_text, to_text
from ...world import money_book, money_settle
from .orders import time_range, wrong
from .replies import epoch, number, reply

ZERO = Decimal(0)
#: States of an income; 0 is free, but not paid out.
RELEASED, PENDING = 1, 2
_MOST_DAYS = 14
#: Type of a booking, or kind of its line → header and scenario of its transaction.
ADJUSTMENTS = {
    "sale": ("Order Income", "Parcel of an Order"),
    "refund": ("Refund Amount", "Return Refund After Order Completed"),
    "advertising": ("Marketing Fee", "Paid Ads Charge"),
    "carry": ("Negative Balance", "Deduction of the Payout Before"),
}


def get_payout_info(call):
    """Payouts by the time when they were made."""
    after, before = time_range(call, "payout_time_from", "payout_time_to")
    found = [one for one in _settlements(call) if after <= one["end"] <= before]
    page, more, cursor = _page(found, call.number("page_size", 10, 1, 100), call.text("cursor", ""))
    return reply({"payout_list": [_payout(one) for one in page], "more": more, "next_cursor": cursor})


def get_billing_transaction_info(call):
    """The transactions of payouts."""
    body = call.body()
    if body.get("billing_transaction_info_type") != 2:
        raise wrong("This simulator tells released transactions only.")
    wanted, entries = set(body.get("encrypted_payout_ids") or []), []
    for made in _settlements(call):
        if made["id"] in wanted:
            entries += _transactions(call, made)
    page, more, cursor = _page(entries, body.get("page_size", 100), str(body.get("cursor") or ""))
    return reply({"transactions": page, "more": more, "next_cursor": cursor})


def get_income_detail(call):
    """Incomes of one state: what is pending or to be released now, or what was released on some days."""
    status = call.number("income_status", None, 0, 2)
    first, last = (_day(call, name) for name in ("date_from", "date_to"))
    if not timedelta(0) < last - first <= timedelta(days=_MOST_DAYS):
        raise wrong("release_time_from and/or release_time_to parameter is invalid.")
    rows = _released(call, first, last) if status == RELEASED else _waiting(call, status)
    page, _more, cursor = _page(rows, call.number("page_size", 10, 1, 100), call.text("cursor", ""))
    following = {"cursor": cursor, "page_size": len(page)}
    return reply(income_detail_list={"list": page, "next_page": following})


def _settlements(call):
    return money_settle.settlements(call.world, outlets=[call.region])


def _payout(made):
    payout = made["payout"] or {"bank": ""}
    amount = number(made["total"])
    return {"from_currency": made["currency"], "payout_currency": made["currency"], "from_amount": amount,
            "payout_amount": amount, "exchange_rate": "1", "payout_time": epoch(made["end"]),
            "pay_service": "Payoneer" if made["payout"] else "", "payee_id": payout["bank"],
            "encrypted_payout_id": made["id"]}


def _transactions(call, made):
    """Return the transactions of a payout: an order's sales together where they are all in it."""
    bookings = money_book.bookings(call.world, settlement=made["id"])
    whole = {key for key in {booking["order"] for booking in bookings} if key and _is_whole(call, key, made["id"])}
    entries = [_entry(made["currency"], amount, order_id, "ESCROW") for order_id, amount in _sums(bookings, whole)]
    for booking in bookings:
        if booking["type"] == "fee":
            entries += [_adjustment(booking, line["kind"], line["amount"]) for line in booking["lines"]]
        elif booking["type"] != "sale" or booking["order"] not in whole:
            entries.append(_adjustment(booking, booking["type"], booking["total"]))
    return entries


def _is_whole(call, order_id, settlement):
    """Whether an order was shipped and all of its sale is in a settlement (``None``: in none yet)."""
    if call.world.get_order(order_id)["status"] != "shipped":
        return False
    sales = [entry for entry in money_book.bookings(call.world, order=order_id) if entry["type"] == "sale"]
    return {entry["settlement"] for entry in sales} == {settlement}


def _sums(bookings, whole):
    sums = {}
    for booking in bookings:
        if booking["type"] == "sale" and booking["order"] in whole:
            sums[booking["order"]] = sums.get(booking["order"], ZERO) + booking["total"]
    return sums.items()


def _adjustment(booking, kind, amount):
    header, scenario = ADJUSTMENTS[kind]
    return _entry(booking["currency"], amount, booking["order"], "ADJUSTMENT", cost_header=header, scenario=scenario,
                  remark=scenario)


def _entry(currency, amount, order_id, kind, **words):
    return {"amount": number(amount), "currency": currency, "order_sn": order_id, "cost_header": "", "scenario": "",
            "remark": "", "level": "ORDER" if order_id else "SHOP", "billing_transaction_type": kind,
            "billing_transaction_status": "RELEASED", **words}


def _waiting(call, status):
    now = to_text(call.world.clock.now())
    bookings = [booking for account in money_settle.accounts(call.world, call.site.name)
                for booking in money_book.bookings(call.world, account=account, settlement=None)
                if booking["outlet"] == call.region and booking["order"]]
    rows = _by_order(call, bookings, None)
    wanted = [row for row in rows if (max(entry["release"] for entry in row[2]) > now) == (status == PENDING)]
    amount = "estimated_escrow_amount" if status == PENDING else "to_release_amount"
    return [_income(call, *row, amount, estimated_payout_time=epoch(max(entry["release"] for entry in row[2])),
                    status="Pending" if status == PENDING else "To Release") for row in wanted]


def _released(call, first, last):
    rows = []
    for made in _settlements(call):
        if first <= from_text(made["end"]).date() <= last:
            bookings = [entry for entry in money_book.bookings(call.world, settlement=made["id"]) if entry["order"]]
            rows += [_income(call, *row, "released_amount", actual_payout_time=epoch(made["end"]),
                             status="The payment has been successfully transferred.")
                     for row in _by_order(call, bookings, made["id"])]
    return rows


def _by_order(call, bookings, settlement):
    """Return ``[(order id, description, bookings)]``: its income where it is whole, and the rest of it."""
    groups = {}
    for booking in bookings:
        whole = booking["type"] == "sale" and _is_whole(call, booking["order"], settlement)
        what = "Order Income" if whole else "Adjustment"
        groups.setdefault((booking["order"], what), []).append(booking)
    return [(*key, found) for key, found in groups.items()]


def _income(call, order_id, description, bookings, field, **fields):
    order = call.world.get_order(order_id)
    method = "Cash on Delivery" if order["payment"]["method"] == "cod" else "Bank Transfer"
    return {"order_sn": order_id, "description": description, "currency": order["currency"], "payment_method": method,
            "creation_date": epoch(order["created"]), field: number(sum(entry["total"] for entry in bookings)),
            **fields}


def _day(call, name):
    try:
        return date.fromisoformat(call.text(name, ""))
    except ValueError:
        raise wrong(f"{name} is no date") from None


def _page(rows, size, cursor):
    """Return ``(rows of the page, whether there are more, cursor of the next page)``."""
    if cursor and not cursor.isdigit():
        raise wrong("Wrong parameters, detail: cursor.")
    first = int(cursor or 0)
    more = first + size < len(rows)
    return rows[first:first + size], more, str(first + size) if more else ""
