"""Settlement files as Amazon writes them, for tests."""

from addons.marketplace.contract import SettlementDocument

COLUMNS = (
    "settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount", "currency",
    "transaction-type", "order-id", "merchant-order-id", "adjustment-id", "shipment-id", "marketplace-name",
    "amount-type", "amount-description", "amount", "fulfillment-id", "posted-date", "posted-date-time",
    "order-item-code", "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased",
    "promotion-id",
)  # fmt: skip
HEAD = {
    "settlement-start-date": "2026-05-01 00:00:00 UTC",
    "settlement-end-date": "2026-05-15 00:00:00 UTC",
    "deposit-date": "2026-05-17 00:00:00 UTC",
    "currency": "EUR",
}
SALE = {
    "transaction-type": "Order",
    "order-id": "302-0000000-0000001",
    "shipment-id": "D1",
    "marketplace-name": "Amazon.de",
    "fulfillment-id": "MFN",
    "posted-date": "2026-05-02",
    "posted-date-time": "2026-05-02 10:11:12 UTC",
    "order-item-code": "90000000000001",
    "sku": "SKU-1",
    "quantity-purchased": "2",
}
OTHER = {"transaction-type": "other-transaction", "posted-date": "2026-05-03", "posted-date-time": "2026-05-03"}


def line(kind, description, amount, base=SALE, **values):
    """One row; ``values`` are columns with underscores."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return {**base, "amount-type": kind, "amount-description": description, "amount": amount, **named}


def sale(price="39.98", commission="-6.00", **values):
    """The rows of one sold item."""
    return [
        line("ItemPrice", "Principal", price, **values),
        line("ItemFees", "Commission", commission, **values),
    ]


def document(rows, total, number="20000000001", columns=COLUMNS, charset="utf-8", **head):
    """A file as :class:`SettlementDocument`; ``head`` are columns of the second row."""
    named = {name.replace("_", "-"): value for name, value in head.items()}
    first = {**HEAD, "total-amount": total, **named}
    table = [dict(zip(columns, columns, strict=True)), first, *rows]
    for row in table[1:]:
        row.setdefault("settlement-id", number)
    text = "".join("\t".join(row.get(name, "") for name in columns) + "\r\n" for row in table)
    return SettlementDocument("settlement.txt", text.encode(charset))
