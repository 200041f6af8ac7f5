"""Statements, payments and what is unsettled: the world's book of money in TikTok's words.

A settlement of the world is a statement, and its payout the statement's payment. A booking of an order is a
transaction; of a fee, each line is one, of the type of an adjustment. What the platform takes off a price it pays to
the seller, and what it takes as tax it withholds: both are no part of a settlement here.
"""

from datetime import datetime, timezone
from decimal import Decimal

from ...clock import to_text
from ...http import ApiError
from ...world import money_book, money_settle
from . import ids
from .answers import data, invalid
from .order_view import seconds, text
from .orders import find

ZERO = Decimal(0)
TRANSACTION_BASE = 3459275187000000000
_ORDERS = ("sale", "refund")
#: Field of a breakdown → kinds of lines that it sums up, of sales and of refunds.
REVENUE = {
    "sale": {"subtotal_before_discount_amount": ("principal", "gift_wrap"), "seller_discount_amount": ("discount",)},
    "refund": {"refund_subtotal_before_discount_amount": ("principal", "gift_wrap"),
               "seller_discount_refund_amount": ("discount",)},
}
SHIPPING = {"customer_paid_shipping_fee_amount": ("shipping", "shipping_discount", "platform_shipping_discount"),
            "shipping_fee_discount_amount": ("shipping_subsidy",), "actual_shipping_fee_amount": ("fulfilment",)}
FEES = {"platform_commission_amount": ("commission", "shipping_commission"),
        "affiliate_commission_amount": ("affiliate",), "transaction_fee_amount": ("payment_fee",),
        "sfp_service_fee_amount": ("service_fee",), "refund_administration_fee_amount": ("refund_administration",)}
TAXES = {"local_vat_amount": ("tax", "discount_tax", "gift_wrap_tax", "shipping_tax", "shipping_discount_tax",
                              "tax_withheld", "gift_wrap_tax_withheld", "shipping_tax_withheld")}
#: Kind of a line of no order → type of the adjustment.
ADJUSTMENTS = {"advertising": "GMV_PAYMENT_FOR_ADS", "storage": "FBT_WAREHOUSE_SERVICE_FEE",
               "subscription": "OTHER_ADJUSTMENT", "opening_balance": "Bill deduction for negative balance "}


def statements(call):
    """Statements by the time when they were made."""
    _sorted_by(call, "statement_time")
    first, last = _range(call, "statement_time")
    found = [one for one in _settlements(call) if first <= one["end"] < last]
    return data(_page(call, "statements", [_statement(call, one) for one in found]))


def transactions(call):
    """The transactions of a statement."""
    _sorted_by(call, "order_create_time")
    made = money_settle.settlement(call.world, call.path["statement_id"])
    if made is None or made["outlet"] != call.region:
        raise ApiError(200, 21002001, "the statement does not exist")
    bookings, currency = money_book.bookings(call.world, settlement=made["id"]), made["currency"]
    entries = [entry for booking in bookings for entry in _transactions(call, booking)]
    reserved = sum((booking["total"] for booking in bookings if booking["type"] == "reserve"), ZERO)
    total = Decimal(made["total"])
    return data({
        "id": made["id"], "create_time": seconds(made["end"]), "status": "SETTLED", "currency": currency,
        "payable_amount": text(total, currency), "total_reserve_amount": text(reserved, currency),
        "total_settlement_amount": text(total - reserved, currency), "total_count": len(entries),
        **_page(call, "transactions", entries),
    })


def order_transactions(call):
    """What is settled of an order, by SKU."""
    order = find(call, call.path["order_id"])
    settled = [booking for booking in money_book.bookings(call.world, order=order["id"]) if booking["settlement"]]
    entries = [entry for booking in settled for entry in _by_sku(order, booking)]
    return data({"order_id": order["id"], "order_create_time": seconds(order["created"]),
                 "currency": order["currency"], "total_count": len(entries), "sku_transactions": entries})


def payments(call):
    """Payments by the time when they were made."""
    _sorted_by(call, "create_time")
    first, last = _range(call, "create_time")
    found = [one for one in _settlements(call) if one["payout"] and first <= one["payout"]["at"] < last]
    return data(_page(call, "payments", [_payment(one) for one in found]))


def unsettled(call):
    """What is booked and not settled, as an estimate of what will be."""
    _sorted_by(call, "order_create_time")
    found = [booking for account in _accounts(call)
             for booking in money_book.bookings(call.world, account=account, settlement=None)
             if booking["type"] in _ORDERS]
    entries = [_estimate(call, booking) for booking in found]
    return data({**_page(call, "transactions", entries), "total_count": len(entries)})


def _settlements(call):
    return money_settle.settlements(call.world, outlets=[call.region])


def _accounts(call):
    outlets = money_settle.accounts(call.world, call.site.name)
    return [account for account in outlets if account.rpartition(":")[0] == call.region]


def _statement(call, made):
    payout = made["payout"]
    paid = {"payment_id": made["id"], "payment_time": seconds(payout["at"])} if payout else {}
    return {"id": made["id"], "statement_time": seconds(made["end"]), "currency": made["currency"],
            "settlement_amount": text(Decimal(made["total"]), made["currency"]),
            "payment_status": "PAID" if payout else "PROCESSING", **paid}


def _payment(made):
    payout, currency = made["payout"], made["currency"]
    amount = {"currency": currency, "value": text(Decimal(payout["amount"]), currency)}
    made_at = seconds(payout["at"])
    return {"id": made["id"], "status": "PAID", "create_time": made_at, "paid_time": made_at, "amount": amount,
            "settlement_amount": amount, "payment_amount_before_exchange": amount, "exchange_rate": "1.000000",
            "reserve_amount": {**amount, "value": "0"}, "bank_account": f"{'*' * 11}{payout['bank'][-4:]}"}


def _transactions(call, booking):
    number, currency = TRANSACTION_BASE + booking["number"] * 1000, booking["currency"]
    if booking["type"] in _ORDERS:
        order = call.world.get_order(booking["order"])
        return [{"id": str(number), "type": "ORDER", "order_id": order["id"],
                 "order_create_time": seconds(order["created"]), **_amounts(booking["lines"], booking)}]
    if booking["type"] == "reserve":
        total = booking["total"]
        return [{"id": str(number), "type": "RESERVE", "reserve_id": str(number), "settlement_amount": "0",
                 "reserve_amount": text(total, currency), "reserve_status": "RELEASED" if total > 0 else "COLLECTED"}]
    return [{"id": str(number + position), "type": ADJUSTMENTS[line["kind"]],
             "adjustment_id": str(number + position), "settlement_amount": text(line["amount"], currency),
             "adjustment_amount": text(line["amount"], currency)} for position, line in enumerate(booking["lines"])]


def _by_sku(order, booking):
    by_line = {}
    for line in booking["lines"]:
        by_line.setdefault(line["line"], []).append(line)
    numbers = {line["id"]: line for line in order["lines"]}
    return [{"sku_id": ids.sku_id(numbers[key]["number"]), "sku_name": numbers[key]["title"],
             "product_name": numbers[key]["title"], "statement_id": booking["settlement"],
             "quantity": str(sum(line["units"] for line in lines)), **_amounts(lines, booking)}
            for key, lines in by_line.items()]


def _estimate(call, booking):
    order, prefix = call.world.get_order(booking["order"]), "est_"
    return {"id": str(TRANSACTION_BASE + booking["number"] * 1000), "type": "ORDER", "status": "UNSETTLED",
            "currency": booking["currency"], "order_id": order["id"], "order_create_time": seconds(order["created"]),
            "order_delivery_time": seconds(booking["at"]), "estimated_settlement": str(seconds(booking["release"])),
            "unsettled_reason": "SETTLEMENT_PERIOD_NOT_ENDED", **_amounts(booking["lines"], booking, prefix)}


def _amounts(lines, booking, prefix=""):
    """Return the amounts of a transaction: three sums with what makes them, and the sum of all."""
    currency, sums = booking["currency"], {}
    for line in lines:
        sums[line["kind"]] = sums.get(line["kind"], ZERO) + line["amount"]
    revenue, shipping, fees, taxes = (
        {field: sum((sums.get(kind, ZERO) for kind in kinds), ZERO) for field, kinds in fields.items()}
        for fields in (REVENUE[booking["type"]], SHIPPING, FEES, TAXES))
    totals = {"revenue_amount": revenue, "shipping_cost_amount": shipping, "fee_tax_amount": {**fees, **taxes}}
    totals = {field: sum(parts.values(), ZERO) for field, parts in totals.items()}

    def shown(parts):
        return {field: text(amount, currency) for field, amount in parts.items()}

    return {**shown({f"{prefix}{field}": total for field, total in totals.items()}),
            f"{prefix}settlement_amount": text(sum(totals.values(), ZERO), currency),
            "revenue_breakdown": shown(revenue), "shipping_cost_breakdown": shown(shipping),
            "fee_tax_breakdown": {"fee": shown(fees), "tax": shown(taxes)}}


def _page(call, key, entries):
    size, token = call.number("page_size", 20, 1, 100), call.text("page_token", "")
    if token and not token.isdigit():
        raise invalid("page_token is not valid")
    first = int(token or 0)
    following = first + size
    return {key: entries[first:following], "next_page_token": str(following) if following < len(entries) else ""}


def _range(call, name):
    """Return time texts; the end is no part of the range."""
    first, last = (call.number(f"{name}_{end}", default, 0, 2**32) for end, default in (("ge", 0), ("lt", 2**32)))
    return tuple(to_text(datetime.fromtimestamp(moment, timezone.utc)) for moment in (first, last))


def _sorted_by(call, name):
    if call.text("sort_field") != name:
        raise invalid(f"sort_field only supports {name}")
