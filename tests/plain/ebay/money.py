"""Payouts and transactions as eBay sends them, made to measure for tests."""

import json
from decimal import Decimal

from addons.marketplace.contract import SettlementDocument
from tests.plain.ebay.samples import amount


def fee(kind, value, currency="GBP", **fields):
    """A Fee."""
    return {"feeType": kind, "amount": amount(value, currency), **fields}


def transaction(number=1, kind="SALE", value="10.00", entry=None, status="PAYOUT", payout=None, **fields):
    """A Transaction without fees."""
    stated = {"payoutId": str(payout)} if payout else {}
    return {
        "transactionId": f"TX-{number}",
        "transactionType": kind,
        "transactionStatus": status,
        "transactionDate": f"2026-05-20T10:00:{number:02}.000Z",
        "bookingEntry": entry or ("CREDIT" if kind in ("SALE", "CREDIT") else "DEBIT"),
        "amount": amount(value),
        **stated,
        **fields,
    }


def charged(number, kind, basis, lines, payout=None, status="PAYOUT", **fields):
    """A Transaction of an order with fees.

    :param basis: amount before the fees
    :param lines: ``{number of the line item: (basis of its fees, {type of the fee: amount})}``
    """
    fees = sum((Decimal(value) for _basis, some in lines.values() for value in some.values()), Decimal(0))
    items = [
        {
            "lineItemId": f"1002000000{line:04}",
            "feeBasisAmount": amount(line_basis),
            "marketplaceFees": [fee(name, value) for name, value in some.items()],
        }
        for line, (line_basis, some) in lines.items()
    ]
    order_fields = {
        "orderId": "06-10001-00001",
        "totalFeeBasisAmount": amount(basis),
        "totalFeeAmount": amount(str(fees)),
        "orderLineItems": items,
        **fields,
    }
    return transaction(number, kind, str(Decimal(basis) - fees), None, status, payout, **order_fields)


def payout(number=1, value="10.00", status="SUCCEEDED", count=1, **fields):
    """A Payout."""
    return {
        "payoutId": str(number),
        "payoutStatus": status,
        "payoutStatusDescription": "Funds sent",
        "payoutDate": f"2026-05-2{str(number)[-1]}T06:00:00.000Z",
        "payoutMemo": "arrives in 2 days",
        "amount": amount(value),
        "bankReference": f"P*{number}",
        "transactionCount": count,
        **fields,
    }


def document(item, transactions, size=1, others=()):
    """What the connector keeps of a payout, and of the ``others`` that were split from it."""
    pages = [
        {"transactions": transactions[start : start + size], "total": len(transactions), "offset": start, "limit": size}
        for start in range(0, len(transactions), size)
    ]
    content = json.dumps({"payouts": [item, *others], "transactions": pages}).encode()
    return SettlementDocument(f"payout-{item['payoutId']}.json", content)


SALE = charged(
    1, "SALE", "35.00",
    {1: ("20.00", {"FINAL_VALUE_FEE": "2.56", "FINAL_VALUE_FEE_FIXED_PER_ORDER": "0.30"}),
     2: ("15.00", {"FINAL_VALUE_FEE": "1.92", "REGULATORY_OPERATING_FEE": "0.12"})},
    payout=1,
)  # fmt: skip
FIRST = [
    SALE,
    charged(2, "REFUND", "20.00", {1: ("20.00", {"FINAL_VALUE_FEE": "2.56"})}, payout=1),
    transaction(
        3, "NON_SALE_CHARGE", "2.00", payout=1, feeType="AD_FEE", transactionMemo="Promoted Listings",
        references=[{"referenceId": "40000000001", "referenceType": "ITEM_ID"}],
    ),
    transaction(4, "SHIPPING_LABEL", "3.10", payout=1, orderId="06-10001-00001"),
    transaction(5, "DISPUTE", "1.00", "CREDIT", payout=1, orderId="06-10001-00001"),
]  # fmt: skip
SECOND = [transaction(6, "REFUND", "4.00", payout=2), transaction(7, "CREDIT", "1.50", payout=2)]
OTHERS = [
    transaction(8, status="FUNDS_ON_HOLD", transactionMemo="Funds on hold. Estimated release on Jun 1"),
    transaction(9, status="FUNDS_PROCESSING"),
    transaction(10, status="FUNDS_AVAILABLE_FOR_PAYOUT"),
    transaction(11, "TRANSFER", "5.00", status="FAILED"),
]
PAYOUTS = {"1": (payout(1, "8.56", count=5), FIRST), "2": (payout(2, "-2.50", "TERMINAL_FAILED", 2), SECOND)}
ALL = [*FIRST, *SECOND, *OTHERS]
