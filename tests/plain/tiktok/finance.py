"""Statements, payments and unsettled transactions of a shop in memory, and samples of them."""

from datetime import datetime, timezone
from decimal import Decimal

from addons.marketplace.contract import pack_document
from tests.plain.tiktok.tiktok import NOW, SHOP, refusal, success

#: Operation → the method of :class:`Finance` that answers it.
FINANCE = {
    "finance.statements": "list_statements",
    "finance.statement": "list_transactions",
    "finance.order": "list_skus",
    "finance.payments": "list_payments",
    "finance.unsettled": "list_unsettled",
}
MADE_AT = int(datetime(2026, 5, 20, tzinfo=timezone.utc).timestamp())


class Finance:
    """Answers finance operations in pages of one.

    :param statements: ``[(statement, transactions, payment)]``
    :param skus: ``{order id: data by SKU}``; other orders are refused
    """

    def __init__(self, statements=(), unsettled=(), skus=None):
        self.statements, self.unsettled, self.skus = list(statements), list(unsettled), skus or {}

    def list_statements(self, query, _body):
        assert query["sort_field"] == "statement_time"
        start, stop = int(query["statement_time_ge"]), int(query["statement_time_lt"])
        rows = [listed for listed, *_rest in self.statements if start <= listed["statement_time"] < stop]
        return success(_page(rows, "statements", query))

    def list_transactions(self, query, _body, statement_id):
        assert query["sort_field"] == "order_create_time"
        (found,) = [row for row in self.statements if row[0]["id"] == statement_id]
        return success({**head(*found[:2]), **_page(found[1], "transactions", query)})

    def list_skus(self, _query, _body, order_id):
        return success(self.skus[order_id]) if order_id in self.skus else refusal(21002001, "order not found")

    def list_payments(self, query, _body):
        rows = [payment for _listed, _entries, payment in self.statements if payment]
        start, stop = int(query["create_time_ge"]), int(query["create_time_lt"])
        return success(_page([row for row in rows if start <= row["create_time"] < stop], "payments", query))

    def list_unsettled(self, query, _body):
        return success({**_page(self.unsettled, "transactions", query), "total_count": len(self.unsettled)})


def _page(rows, key, query):
    position = int(query.get("page_token") or 0)
    following = str(position + 1) if position + 1 < len(rows) else ""
    return {key: rows[position : position + 1], "next_page_token": following}


def head(listed, entries):
    """What every page of a statement's transactions says of the statement."""
    settled = sum(Decimal(entry["settlement_amount"]) for entry in entries)
    reserved = sum(Decimal(entry.get("reserve_amount") or 0) for entry in entries)
    return {
        "id": listed["id"], "create_time": listed["statement_time"], "status": "SETTLED",
        "currency": listed["currency"], "total_count": len(entries), "total_settlement_amount": str(settled),
        "total_reserve_amount": str(reserved), "payable_amount": str(settled + reserved),
    }  # fmt: skip


def statement(number, entries, currency="GBP", **fields):
    """``(statement as listed, its transactions, its payment)``."""
    entries = list(entries)
    listed = {
        "id": f"723880456409751733{number}", "statement_time": MADE_AT + number * 86_400, "currency": currency,
        "settlement_amount": str(sum(Decimal(entry["settlement_amount"]) for entry in entries)),
        "payment_status": "PAID", "payment_id": f"345876705173389799{number}",
        "payment_time": MADE_AT + (number + 2) * 86_400, **fields,
    }  # fmt: skip
    paid = listed["payment_status"] == "PAID"
    return listed, entries, payment(listed) if paid else None


def payment(listed):
    """The payment of a statement, in pounds."""
    amount = {"currency": listed["currency"], "value": listed["settlement_amount"]}
    return {
        "id": listed["payment_id"], "status": "PAID", "create_time": listed["statement_time"] + 3_600,
        "paid_time": listed["payment_time"], "bank_account": "***********1234", "exchange_rate": "0.750000",
        "amount": {"currency": "GBP", "value": "12.75"}, "settlement_amount": amount,
        "payment_amount_before_exchange": amount, "reserve_amount": {**amount, "value": "0"},
    }  # fmt: skip


def transaction(number, **fields):
    """A transaction of a statement: an order of 20.00 less fees of 1.50 and shipping of 1.50."""
    if "type" in fields:
        return {"id": f"163670004141359929{number}", **fields}
    return {
        "id": f"163670004141359929{number}", "type": "ORDER", "order_id": f"57646141303878575{number}",
        "order_create_time": int(NOW) - 20 * 86_400, "settlement_amount": "17.00", **breakdowns(), **fields,
    }  # fmt: skip


def breakdowns(prefix=""):
    """The amounts of an order and what makes them."""
    return {
        f"{prefix}revenue_amount": "20.00",
        "revenue_breakdown": {"subtotal_before_discount_amount": "22.00", "seller_discount_amount": "-2.00"},
        f"{prefix}fee_tax_amount": "-1.50",
        "fee_tax_breakdown": {
            "fee": {"referral_fee_amount": "-1.20", "transaction_fee_amount": "-0.30", "tsp_commission_amount": "0"},
            "tax": {"vat_amount": ""},
        },
        f"{prefix}shipping_cost_amount": "-1.50",
        "shipping_cost_breakdown": {
            "actual_shipping_fee_amount": "-3.50", "shipping_fee_discount_amount": "2.00",
            "supplementary_component": {"fbm_shipping_cost_amount": "-3.50"},
        },
    }  # fmt: skip


def unsettled(number, **fields):
    """A transaction that is not settled yet."""
    entry = {"id": f"163670004141359939{number}", "status": "UNSETTLED", "currency": "GBP"}
    entry |= {"unsettled_reason": "WAITING_FOR_PACKAGE_DELIVERY", "estimated_settlement": "3 days after delivery"}
    if "type" in fields:
        return entry | fields
    order = {"type": "ORDER", "order_id": f"57646141303878575{number}", "order_create_time": int(NOW) - 86_400}
    return entry | order | {"est_settlement_amount": "17.00", **breakdowns("est_")} | fields


def document(listed, entries, payment=None, **parts):
    """A statement as document, its transactions on one page."""
    pages = [{**head(listed, entries), "transactions": entries, "next_page_token": ""}]
    content = {"shop_id": SHOP, "statement": listed, "pages": pages, "orders": {}, "skus": {}, **parts}
    return pack_document("statement", {**content, **({"payment": payment} if payment else {})})
