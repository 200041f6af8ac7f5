"""Money of the shop in memory: payouts, releases, changes of the wallet and incomes, as Shopee's payment module tells
them, and samples of them."""

import json
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from addons.marketplace.contract import pack_document
from addons.marketplace_shopee.connector.weeks import week_of
from tests.plain.shopee.samples import NOW, SHOP

#: Monday of the last whole week before the tests' now, in Singapore.
WEEK = int(week_of(datetime.fromtimestamp(NOW - 7 * 86_400, timezone.utc), "SG")[1].timestamp())


class Payments:
    """Operations of the payment module."""

    def _payment_get_payout_info(self, query, body):
        start, stop = int(query["payout_time_from"]), int(query["payout_time_to"])
        assert 0 <= stop - start <= 15 * 86_400
        rows = [row for row, *_rest in self.payouts if start <= row["payout_time"] <= stop]
        page, more, cursor = self._cut(rows, query)
        return {"response": {"payout_list": page, "more": more, "next_cursor": cursor}}

    def _payment_get_billing_transaction_info(self, query, body):
        assert body["billing_transaction_info_type"] == 2
        wanted = body["encrypted_payout_ids"]
        rows = [entry for row, entries in self.payouts if row["encrypted_payout_id"] in wanted for entry in entries]
        page, more, cursor = self._cut(rows, body)
        return {"response": {"transactions": page, "more": more, "next_cursor": cursor}}

    def _cut(self, rows, query):
        offset = int(query.get("cursor") or 0)
        more = offset + self.page_size < len(rows)
        return rows[offset : offset + self.page_size], more, str(offset + self.page_size) if more else ""

    def _payment_get_escrow_list(self, query, body):
        start, stop = int(query["release_time_from"]), int(query["release_time_to"])
        rows = [row for row in self.releases if start <= row["escrow_release_time"] <= stop]
        offset = (int(query["page_no"]) - 1) * self.page_size
        more = offset + self.page_size < len(rows)
        return {"response": {"escrow_list": rows[offset : offset + self.page_size], "more": more}}

    def _payment_get_wallet_transaction_list(self, query, body):
        start, stop = int(query["create_time_from"]), int(query["create_time_to"])
        assert 0 <= stop - start <= 15 * 86_400
        rows = [row for row in self.wallet if start <= row["create_time"] <= stop]
        offset = int(query["page_no"]) * self.page_size
        more = offset + self.page_size < len(rows)
        return {"response": {"transaction_list": rows[offset : offset + self.page_size], "more": more}}

    def _payment_get_income_detail(self, query, body):
        first, last = (date.fromisoformat(query[name]) for name in ("date_from", "date_to"))
        assert timedelta(0) < last - first <= timedelta(days=14)
        rows = [
            row
            for status, row in self.incomes
            if status == int(query["income_status"]) and (status != 1 or first <= _day(row) <= last)
        ]
        offset = int(query.get("cursor") or 0)
        more = offset + self.page_size < len(rows)
        following = {"cursor": str(offset + self.page_size) if more else "", "page_size": self.page_size}
        return {"income_detail_list": {"list": rows[offset : offset + self.page_size], "next_page": following}}


def _day(row):
    return datetime.fromtimestamp(row["actual_payout_time"], ZoneInfo("Asia/Singapore")).date()


def income(order_sn="260528000001", items=None, **amounts):
    """Escrow detail of an order: 20.00 of goods, fees of 3.07, shipping paid through."""
    stated = {
        "original_cost_of_goods_sold": 20.0,
        "buyer_paid_shipping_fee": 1.99,
        "actual_shipping_fee": 3.49,
        "shopee_shipping_rebate": 1.5,
        "commission_fee": 1.2,
        "service_fee": 0.87,
        "seller_transaction_fee": 1,
    } | amounts
    signs = {"actual_shipping_fee", "commission_fee", "service_fee", "seller_transaction_fee"}
    total = sum(-amount if name in signs else amount for name, amount in stated.items())
    return {
        "order_sn": order_sn,
        "order_income": {"escrow_amount": round(total, 2), "items": items or [item_of(20.0)], **stated},
        "buyer_payment_info": {},
    }


def item_of(price, number=1, units=1, **fields):
    """An item of an escrow detail."""
    return {
        "item_id": 1000 + number,
        "model_id": 2000 + number,
        "model_sku": f"SKU-{number}-BL",
        "quantity_purchased": units,
        "original_price": price,
        "discounted_price": price,
        "activity_type": "",
    } | fields


def payout(number, amount, at=NOW - 86_400, currency="SGD", **fields):
    """A payout as it is listed."""
    return {
        "from_currency": "SGD",
        "payout_currency": currency,
        "from_amount": amount,
        "payout_amount": amount,
        "exchange_rate": "1",
        "payout_time": at,
        "pay_service": "Payoneer",
        "payee_id": "279016275538",
        "encrypted_payout_id": f"1179679550089087535{number}",
    } | fields


def transaction(amount, order_sn="260528000001", kind="ESCROW", **fields):
    """A transaction of a payout."""
    return {
        "amount": amount,
        "currency": "SGD",
        "order_sn": order_sn,
        "cost_header": "",
        "scenario": "",
        "remark": "",
        "level": "ORDER",
        "billing_transaction_type": kind,
        "billing_transaction_status": "RELEASED",
    } | fields


def adjustment(amount, order_sn="260528000002", **fields):
    """A correction: a refund after the order was completed."""
    words = {"cost_header": "Refund Amount", "scenario": "Return Refund After Order Completed", "remark": "deducted"}
    return transaction(amount, order_sn, "ADJUSTMENT", **(words | fields))


def payout_document(stated, entries, details=()):
    """A payout with its transactions as document."""
    content = {
        "kind": "payout",
        "shop_id": SHOP,
        "payout": stated,
        "transactions": [{"response": {"transactions": entries, "more": False, "next_cursor": ""}}],
        "details": [{"response": [{"escrow_detail": detail} for detail in details]}] if details else [],
    }
    return pack_document("payout", json.loads(json.dumps(content), parse_float=str))


def week_document(releases=(), wallet=(), details=()):
    """A week of a local shop as document."""
    content = {
        "kind": "week",
        "shop_id": SHOP,
        "currency": "SGD",
        "region": "SG",
        "from": WEEK,
        "to": WEEK + 7 * 86_400 - 1,
        "escrows": [{"response": {"escrow_list": list(releases), "more": False}}],
        "wallet": [{"response": {"transaction_list": list(wallet), "more": False}}],
        "details": [{"response": [{"escrow_detail": detail} for detail in details]}],
    }
    return pack_document("week", json.loads(json.dumps(content), parse_float=str))


def change(amount, kind="ADJUSTMENT_MINUS", at=WEEK + 3_600, **fields):
    """A change of the wallet."""
    return {
        "status": "COMPLETED",
        "transaction_type": kind,
        "amount": amount,
        "current_balance": 100.5,
        "create_time": at,
        "order_sn": "",
        "refund_sn": "",
        "reason": "",
        "money_flow": "MONEY_IN" if amount > 0 else "MONEY_OUT",
    } | fields


def pending(order_sn="260528000001", amount=16.93, **fields):
    """An income that is not released yet."""
    return {
        "order_sn": order_sn,
        "payment_method": "Cash on Delivery",
        "description": "Order Income",
        "status": "Pending",
        "currency": "SGD",
        "estimated_escrow_amount": amount,
        "estimated_payout_time": NOW + 3 * 86_400,
        "creation_date": NOW - 80_000,
    } | fields
