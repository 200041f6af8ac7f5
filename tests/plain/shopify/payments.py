"""Payouts and balance transactions as Shopify sends them, made to measure for tests."""

import json
from decimal import Decimal

from addons.marketplace.contract import SettlementDocument
from tests.plain.shopify.shop import page


def amount(value, currency="EUR"):
    return {"amount": value, "currencyCode": currency}


def transaction(number, kind="CHARGE", value="10.0", fee="0.0", currency="EUR", payout=None, status="PAID", **fields):
    """A ``ShopifyPaymentsBalanceTransaction``; the fee is a cost."""
    return {
        "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number}",
        "type": kind,
        "transactionDate": f"2026-05-20T10:00:{number % 60:02d}Z",
        "sourceType": "CHARGE",
        "sourceId": str(8_000 + number),
        "sourceOrderTransactionId": None,
        "adjustmentReason": None,
        "amount": amount(value, currency),
        "fee": amount(fee, currency),
        "net": amount(str(Decimal(value) - Decimal(fee)), currency),
        "associatedOrder": {"id": "gid://shopify/Order/1"},
        "associatedPayout": {"id": payout and f"gid://shopify/ShopifyPaymentsPayout/{payout}", "status": status},
        **fields,
    }


def payout(number=1, net="10.0", status="PAID", currency="EUR", **fields):
    """A ``ShopifyPaymentsPayout``."""
    return {
        "id": f"gid://shopify/ShopifyPaymentsPayout/{number}",
        "issuedAt": f"2026-05-2{number}T00:00:00Z",
        "status": status,
        "transactionType": "WITHDRAWAL" if net.startswith("-") else "DEPOSIT",
        "externalTraceId": f"TRACE{number}",
        "net": amount(net, currency),
        **fields,
    }


def pages(transactions, size=1):
    """Answers to ``BalanceTransactions``, the last one without cursor."""
    parts = [transactions[start : start + size] for start in range(0, len(transactions), size)] or [[]]
    return [balance(part, str(number + 1) if number + 1 < len(parts) else "") for number, part in enumerate(parts)]


def balance(transactions, cursor=""):
    """``data`` of an answer to ``BalanceTransactions``."""
    return {"shopifyPaymentsAccount": {"balanceTransactions": page(transactions, cursor)}}


def document(item, transactions, payments=(), size=1):
    """What the connector keeps of a payout."""
    parts = {"payout": item, "balanceTransactions": pages(transactions, size), "payments": list(payments)}
    number = item["id"].rpartition("/")[2]
    return SettlementDocument(f"payout-{number}.json", json.dumps(parts).encode())


def paid(number, value, currency):
    """An ``OrderTransaction``."""
    bag = {"presentmentMoney": amount(value, currency)}
    return {"id": f"gid://shopify/OrderTransaction/{number}", "amountSet": bag}


#: A payout with everything that has a fee or none, and one that the seller owes.
FIRST = [
    transaction(1, value="100.0", fee="3.2", payout=1, sourceOrderTransactionId="501"),
    transaction(2, "REFUND", "-20.0", payout=1, sourceType="REFUND"),
    transaction(3, "ADJUSTMENT", "-5.0", "15.0", payout=1, sourceType="DISPUTE", adjustmentReason="Chargeback"),
    transaction(4, "RESERVED_FUNDS", "-6.0", payout=1, sourceType=None, sourceId=None, associatedOrder=None),
]
SECOND = [transaction(5, "REFUND", "-30.5", payout=2, sourceType="REFUND"), transaction(6, fee="0.55", payout=2)]
WAITING = [
    transaction(7, fee="0.59", status="PENDING"),
    transaction(8, "REFUND", "-4.0", status="ACTION_REQUIRED", sourceType="REFUND"),
    transaction(9, fee="0.59", payout=1),
]
PAYOUTS = {"1": (payout(1, "50.8"), FIRST), "2": (payout(2, "-21.05", "FAILED"), SECOND)}
