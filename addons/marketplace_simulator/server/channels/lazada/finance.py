"""Statements and transactions: the world's book of money in Lazada's words.

A settlement of the world is a statement; a kind of money of one item is a transaction of its own, which names the
statement that it is in. What the platform takes off a price it pays to the seller: both are in the price of the item. A
transaction has the day on which its money became free, or was booked while it is held back.
"""

from collections import Counter
from datetime import date, timedelta, timezone
from decimal import ROUND_DOWN, Decimal

from ...clock import from_text
from ...http import ApiError
from ...world import money_book, money_settle
from ...world.marketplaces import quantum
from . import access, units
from .products import numbers_of
from .replies import local, reply

ZERO = Decimal(0)
MOST, LONGEST = 500, timedelta(days=180)
_HOURS = {"SG": 8, "MY": 8, "TH": 7, "VN": 7}
_PRICES = ("Item Price Credit", "Reversal Item Price")
_PAID_SHIPPING = "Shipping Fee (Paid By Customer)"
_GOODS = ("principal", "gift_wrap", "platform_discount", "subsidy")
_SHIPPING = ("shipping", "platform_shipping_discount")
#: Type of a booking → type, name and number of the transaction, and the kinds of money that it sums up.
FEES = {
    "sale": (
        ("Orders-Sales", _PRICES[0], 13, _GOODS),
        ("Orders-Marketing Fees", "Promotional Charges Vouchers", 118, ("discount",)),
        ("Orders-Logistics", _PAID_SHIPPING, 8, _SHIPPING),
        ("Orders-Logistics", "Shipping Fee Voucher (by Lazada)", 519, ("shipping_subsidy",)),
        ("Orders-Logistics", "Shipping Fee Voucher(By Seller)", 518, ("shipping_discount",)),
        ("Orders-Lazada Fees", "Commission", 16, ("commission", "shipping_commission")),
        ("Orders-Lazada Fees", "Payment Fee", 3, ("payment_fee",)),
    ),
    "refund": (
        ("Refunds-Sales", _PRICES[1], 14, _GOODS),
        ("Refunds-Marketing Fees", "Reversal Promotional Charges Vouchers", 119, ("discount",)),
        ("Refunds-Logistics", "Reversal shipping Fee (Paid by Customer)", 9, _SHIPPING),
        ("Refunds-Logistics", "Reversal Shipping Fee Voucher (by Lazada)", 521, ("shipping_subsidy",)),
        ("Refunds-Logistics", "Seller Shipping Subsidy Charges", 522, ("shipping_discount",)),
        ("Refunds-Lazada Fees", "Reversal Commission", 15, ("commission", "shipping_commission")),
        ("Refunds-Lazada Fees", "Payment Fee Credit", 4, ("payment_fee",)),
    ),
    "fee": (("Other Services-Marketing Fees", "Sponsored Discovery", 239, ("advertising",)),),
}


def get_payouts(call):
    """The statements of a shop that were made after a day."""
    after = _day(call, "created_after")
    found = [one for one in _settlements(call) if _local_day(call, one["end"]) >= after]
    return reply(data=[_statement(call, one) for one in found])


def get_transactions(call):
    """Transactions by day, the first ones first."""
    first, last = _day(call, "start_time"), _day(call, "end_time")
    if last - first > LONGEST:
        raise ApiError(400, "1000012", "endTime - startTime must should be less than 180 days")
    offset, size = call.number("offset", 0, 0, 10**7), call.number("limit", 100, 1, MOST)
    wanted = call.text("trans_type", "-1")
    found = [entry for day, entry in _all(call) if first <= day <= last and wanted in ("-1", entry["fee_type"])]
    return reply(data=found[offset:offset + size])


def _day(call, name):
    try:
        return date.fromisoformat(call.text(name, "")[:10])
    except ValueError:
        raise ApiError(400, "1000011", f"{name} is not a date") from None


def _local_day(call, text):
    hours = _HOURS[call.region.partition("-")[2]]
    return from_text(text).astimezone(timezone(timedelta(hours=hours))).date()


def _settlements(call):
    return money_settle.settlements(call.world, outlets=[call.region])


def _bookings(call):
    accounts = [one for one in money_settle.accounts(call.world, call.site.name) if one.startswith(f"{call.region}:")]
    return [booking for account in accounts for booking in money_book.bookings(call.world, account=account)]


def _statement(call, made):
    """Return a statement; what was carried over is its opening balance."""
    found, currency = money_book.bookings(call.world, settlement=made["id"]), made["currency"]
    sums, opening = Counter(), sum((one["total"] for one in found if one["type"] == "carry"), ZERO)
    for booking in found:
        for kind, name, _number, amount, *_about in _parts(call, booking, {}):
            sums[name] += amount
            sums[kind.partition("-")[0]] += amount
    goods, refunds, shipping = (sums[name] for name in (*_PRICES, _PAID_SHIPPING))
    fees, on_refunds = sums["Orders"] - goods - shipping + sums["Other Services"], sums["Refunds"] - refunds
    total = Decimal(made["total"])
    amounts = {
        "opening_balance": opening, "item_revenue": goods, "other_revenue_total": shipping, "fees_total": fees,
        "shipment_fee": ZERO, "shipment_fee_credit": shipping, "subtotal1": goods + shipping + fees,
        "refunds": refunds, "fees_on_refunds_total": on_refunds, "guarantee_deposit": ZERO,
        "subtotal2": goods + shipping + fees + refunds + on_refunds, "closing_balance": total,
    }
    updated = made["payout"]["at"] if made["payout"] else made["end"]
    return {**{name: _text(amount, currency) for name, amount in amounts.items()}, "statement_number": made["id"],
            "payout": f"{_text(max(total, ZERO), currency)} {currency}", "paid": "1" if made["payout"] else "0",
            "created_at": local(made["end"]), "updated_at": local(updated)}


def _text(amount, currency):
    return str(Decimal(amount).quantize(quantum(currency)))


def _all(call):
    """Return ``[(day, transaction)]`` of a shop."""
    settled, shipped, found = {one["id"]: one for one in _settlements(call)}, {}, []
    for booking in _bookings(call):
        made = settled.get(booking["settlement"])
        day = _local_day(call, min(booking["release"], made["end"]) if made else booking["at"])
        found += [(day, _view(call, booking, made, day, *part)) for part in enumerate(_parts(call, booking, shipped))]
    return found


def _parts(call, booking, shipped):
    """Yield ``(type, name, number, amount, line, item number)`` of a booking, item by item.

    :param shipped: ``{line id: units booked before}``, which is brought up to date
    """
    by_line = {}
    for line in booking["lines"]:
        by_line.setdefault(line["line"], []).append(line)
    for key, lines in by_line.items():
        items = _items(call, booking, key, lines, shipped)
        for kind, name, number, kinds in FEES.get(booking["type"], ()):
            amount = sum((line["amount"] for line in lines if line["kind"] in kinds), ZERO)
            for item, share in zip(items, _shares(amount, len(items), booking["currency"]), strict=True):
                if share:
                    yield kind, name, number, share, lines[0], item


def _items(call, booking, key, lines, shipped):
    """Return the numbers of the items of a line that a booking is about."""
    if not key:
        return [""]
    count = sum(line["units"] for line in lines) or 1
    order = call.world.get_order(booking["order"])
    numbers = [unit.number for unit in units.of_order(call.site, order)
               if unit.line["id"] == key and unit.status != "canceled"]
    first = 0
    if booking["type"] == "sale":
        first = shipped.get(key, 0)
        shipped[key] = first + count
    return numbers[first:first + count] or [int(key) * 100]


def _shares(amount, count, currency):
    """Return equal shares; the first one has what is left over."""
    each = (amount / count).quantize(quantum(currency), ROUND_DOWN)
    return [amount - each * (count - 1), *[each] * (count - 1)]


def _view(call, booking, made, day, position, part):
    kind, name, number, amount, line, item = part
    payout = made["payout"] if made else None
    seller = access.seller_ids(call.site)[call.region]
    shop_sku = "_".join(map(str, numbers_of(call.site, call.region, line["sku"]))) if line["sku"] else ""
    return {
        "order_no": booking["order"], "orderItem_no": str(item), "transaction_date": f"{day:%d %b %Y}",
        "transaction_number": f"X{seller}-{booking['number']:08d}{position:04d}", "transaction_type": kind,
        "fee_name": name, "fee_type": str(number), "amount": _text(amount, booking["currency"]),
        "VAT_in_amount": "0.00", "WHT_amount": "0.00", "WHT_included_in_amount": "No", "details": name,
        "statement": made["id"] if made else "", "paid_status": "Paid" if payout else "Not paid",
        "seller_sku": line["sku"], "lazada_sku": shop_sku, "orderItem_status": "delivered" if booking["order"] else "",
        "payment_ref_id": payout["reference"] if payout else "", "reference": str(item), "comment": "",
        "shipping_provider": "", "shipping_speed": "", "shipment_type": "",
    }
