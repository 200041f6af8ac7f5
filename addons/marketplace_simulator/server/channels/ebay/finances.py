"""The Finances API: the world's book of money as payouts and transactions. Every call must be signed.

A booking of an order is one transaction, whose fees stand at its line items; one of the account is a transaction for
each of its lines. Each currency of the book has payouts of its own: nothing is converted. A settlement that the seller
owes is a payout that failed for good.
"""

import re
from datetime import timedelta
from decimal import Decimal

from ...clock import from_text, to_text
from ...http import Answer, ApiError
from ...world import money_book, money_settle
from .access import check_signature
from .order_view import legacy_item_id

MOST_PAYOUTS, MOST_TRANSACTIONS = 200, 1000
SPAN = timedelta(days=90)
FEES = {"commission": "FINAL_VALUE_FEE", "shipping_commission": "FINAL_VALUE_SHIPPING_FEE",
        "payment_fee": "FINAL_VALUE_FEE_FIXED_PER_ORDER"}
WITHHELD = tuple(money_book.WITHHELD)
#: Charges of the account: type of the transaction, type of the fee.
CHARGES = {"subscription": ("NON_SALE_CHARGE", "EBAY_STORE_SUBSCRIPTION_FEE"),
           "advertising": ("NON_SALE_CHARGE", "AD_FEE"), "storage": ("NON_SALE_CHARGE", "OTHER_FEES")}
ORDERS = {"sale": "SALE", "refund": "REFUND"}
ZERO = Decimal(0)


def get_payouts(call):
    """Payouts by date, oldest first."""
    check_signature(call)
    first, last = _range(call, "payoutDate", "135004")
    found = [payout for payout in map(_payout, _settlements(call)) if first <= payout["payoutDate"] <= last]
    return _page(call, "payout", found, MOST_PAYOUTS)


def get_transactions(call):
    """Transactions of a payout, all at once, or by date, newest first."""
    check_signature(call)
    found = _transactions(call)
    payout = re.fullmatch(r"payoutId:\{(\d+)\}", call.text("filter", ""))
    if payout:
        found = [entry for entry in found if entry.get("payoutId") == payout[1]]
        return _page(call, "transaction", found, MOST_TRANSACTIONS, whole=True)
    first, last = _range(call, "transactionDate", "135008")
    found = [entry for entry in found if first <= entry["transactionDate"] <= last]
    found.sort(key=lambda entry: (entry["transactionDate"], entry["transactionId"]), reverse=True)
    return _page(call, "transaction", found, MOST_TRANSACTIONS)


def _settlements(call):
    return money_settle.settlements(call.world, outlets=call.site.regions)


def _bookings(call):
    accounts = money_settle.accounts(call.world, call.site.name)
    return [booking for account in accounts for booking in money_book.bookings(call.world, account=account)]


# --- transactions ---


def _transactions(call):
    """Return every transaction, in the order of booking."""
    found = []
    items = {entry["sku"]: legacy_item_id(entry["number"]) for entry in call.world.listings(call.region)}
    for booking in _bookings(call):
        if booking["type"] in ORDERS:
            found.append(_of_order(call, booking))
        else:
            found += [_of_account(call, booking, index, line, items) for index, line in enumerate(booking["lines"])]
    return found


def _of_order(call, booking):
    kind = ORDERS[booking["type"]]
    sign = 1 if kind == "SALE" else -1
    items, fees, currency = {}, ZERO, booking["currency"]
    for line in booking["lines"]:
        item = items.setdefault(line["line"], {"lineItemId": line["line"], "marketplaceFees": [], "basis": ZERO})
        if line["kind"] in FEES:
            fees -= line["amount"] * sign
            fee = {"feeType": FEES[line["kind"]], "amount": _amount(-line["amount"] * sign, currency)}
            item["marketplaceFees"].append(fee)
        elif line["kind"] not in WITHHELD:
            item["basis"] += line["amount"] * sign
    tax = -sign * sum((line["amount"] for line in booking["lines"] if line["kind"] in WITHHELD), ZERO)
    total = booking["total"] * sign
    return {
        **_common(call, booking, str(10_000_000_000 + booking["number"]), kind, booking["total"]),
        "orderId": booking["order"], "buyer": {"username": f"buyer_{booking['order'][:2]}"},
        "salesRecordReference": "0", "totalFeeBasisAmount": _amount(total + fees, currency),
        "totalFeeAmount": _amount(fees, currency),
        **({"ebayCollectedTaxAmount": _amount(tax, currency)} if tax else {}),
        "orderLineItems": [{"lineItemId": item["lineItemId"], "feeBasisAmount": _amount(item["basis"], currency),
                            "marketplaceFees": item["marketplaceFees"]} for item in items.values()],
    }


def _of_account(call, booking, index, line, items):
    kind, fee = CHARGES.get(line["kind"], ("ADJUSTMENT", ""))
    reference = [{"referenceType": "ITEM_ID", "referenceId": items[line["sku"]]}] if line["sku"] else []
    return {
        **_common(call, booking, f"FEE-{booking['number']}_{index}", kind, line["amount"]),
        "transactionMemo": line["kind"].replace("_", " "), **({"feeType": fee} if fee else {}), "references": reference,
    }


def _common(call, booking, key, kind, amount):
    """Return the fields of every transaction."""
    settlement, held = booking["settlement"], booking["release"] > to_text(call.world.clock.now())
    status = "PAYOUT" if settlement else "FUNDS_ON_HOLD" if held else "FUNDS_AVAILABLE_FOR_PAYOUT"
    memo = {"transactionMemo": f"Funds on hold. Estimated release on {booking['release'][:10]}"} if held else {}
    return {
        "transactionId": key, "transactionType": kind, "transactionStatus": status, "transactionDate": booking["at"],
        "bookingEntry": "CREDIT" if amount >= 0 else "DEBIT", "amount": _amount(abs(amount), booking["currency"]),
        "paymentsEntity": "eBay Commerce UK Ltd", **({"payoutId": settlement} if settlement else memo),
    }


# --- payouts ---


def _payout(settlement):
    total, paid = Decimal(settlement["total"]), settlement["payout"]
    return {
        "payoutId": settlement["id"], "payoutStatus": "TERMINAL_FAILED" if total < 0 else "SUCCEEDED",
        "payoutStatusDescription": "Payout failed" if total < 0 else "Funds sent", "payoutDate": settlement["end"],
        "amount": _amount(total, settlement["currency"]),
        "payoutInstrument": {"instrumentType": "BankAccount", "nickname": "Training bank",
                             "accountLastFourDigits": paid["bank"][-4:] if paid else "0000"},
        **({"bankReference": paid["reference"]} if paid else {}),
    }


def _page(call, name, found, most, whole=False):
    """Return a page; nothing found is no content."""
    limit, offset = call.number("limit", 20, 1, most), call.number("offset", 0, 0, 10**9)
    if not found:
        return Answer(204, None)
    limit = len(found) if whole else limit
    shown = found[offset:offset + limit]
    body = {"href": call.request.url, "limit": limit, "offset": offset, "total": len(found), f"{name}s": shown}
    if offset + limit < len(found):
        body["next"] = f"{call.site.url}/sell/finances/v1/{name}?limit={limit}&offset={offset + limit}"
    return body


def _range(call, field, code):
    """``(first, last)`` of the filter; without one the last 90 days.

    :raise ApiError: it cannot be read, or is longer than 90 days
    """
    now, text = call.world.clock.now(), call.text("filter")
    if text is None:
        return to_text(now - SPAN), to_text(now)
    match = re.fullmatch(rf"{field}:\[([^.]+\.\d+Z)\.\.([^.]+\.\d+Z)?\]", text)
    try:
        first = from_text(match[1])
        last = from_text(match[2]) if match[2] else min(now, first + SPAN)
    except (TypeError, ValueError):
        raise ApiError(400, code, f"The value of {field} filter is invalid.") from None
    if last < first or last - first > SPAN:
        raise ApiError(400, code, f"The value of {field} filter is invalid.")
    return to_text(first), to_text(last)


def _amount(amount, currency):
    return {"value": str(amount), "currency": currency}
