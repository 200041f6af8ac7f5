"""Statements and transactions as Lazada sends them: weeks from Monday to Sunday, amounts as text."""

from datetime import date, timedelta
from decimal import Decimal

from addons.marketplace.contract import pack_document
from tests.plain.lazada.samples import SHOP

MONDAY = date(2026, 5, 4)
WEEK = timedelta(days=7)


def day(value):
    """A day as Lazada writes it."""
    return f"{value:%d %b %Y}"


def period(number):
    """The text of a week, from 1."""
    first = MONDAY + (number - 1) * WEEK
    return f"{day(first)} - {day(first + timedelta(days=6))}"


def transaction(number, amount, fee_name="Item Price Credit", kind="Orders-Sales", week=1, **fields):
    """A transaction of an order on the Wednesday of a week."""
    return {
        "order_no": "500001", "orderItem_no": "901001", "transaction_number": f"SG103EF-{number:07d}",
        "transaction_date": day(MONDAY + (week - 1) * WEEK + timedelta(days=2)), "transaction_type": kind,
        "fee_name": fee_name, "fee_type": "13", "amount": amount, "VAT_in_amount": "0.00", "WHT_amount": "0.00",
        "WHT_included_in_amount": "No", "statement": period(week), "paid_status": "Not paid", "seller_sku": "SKU-1",
        "lazada_sku": "1_SGAMZ-1", "details": "Thing 1", "reference": "901001", "comment": "",
        "orderItem_status": "delivered", "shipment_type": "Dropshipping", "shipping_provider": "LEX SG",
        "shipping_speed": "Standard", "payment_ref_id": "",
    } | fields  # fmt: skip


def statement(week, closing, opening="0.00", **fields):
    """A statement of a week, made on the Monday after it."""
    last = MONDAY + week * WEEK - timedelta(days=1)
    made = f"{last + timedelta(days=1)} 02:37:35"
    return {
        "statement_number": f"SG10FG9-{last:%Y-%m%d}", "created_at": made, "updated_at": made, "paid": "1",
        "opening_balance": opening, "closing_balance": closing, "guarantee_deposit": "0.00",
        "payout": f"{max(Decimal(closing.replace(',', '')), 0)} SGD", "item_revenue": "0.00", "refunds": "0.00",
        "fees_total": "0.00", "fees_on_refunds_total": "0.00", "other_revenue_total": "0.00", "shipment_fee": "0.00",
        "shipment_fee_credit": "0.00", "subtotal1": "0.00", "subtotal2": "0.00",
    } | fields  # fmt: skip


def taxed(number, **fields):
    """A fee with 12 % VAT, from which the seller withholds 2 %: 0.56 + 0.0672 - 0.0112."""
    return transaction(
        number, "-0.62", "Payment Fee", "Orders-Lazada Fees", VAT_in_amount="0.0672", WHT_amount="0.0112",
        WHT_included_in_amount="Yes", **fields,
    )  # fmt: skip


def document(listed, transactions, **parts):
    """A statement as document, its transactions on one page."""
    pages = [{"code": "0", "data": list(transactions), "request_id": "r1"}]
    content = {"shop_id": SHOP, "country": "sg", "statement": listed, "transactions": pages}
    return pack_document("statement", content | parts)


def wire_statements():
    """``[(statement, its transactions)]``: one with a taxed fee, a debt, and the one that the debt is taken from."""
    commission = {"fee_name": "Commission", "kind": "Orders-Lazada Fees"}
    first = [transaction(1, "1,020.00"), transaction(2, "-51.00", **commission), taxed(3)]
    second = [transaction(4, "-20.00", "Reversal Item Price", "Refunds-Sales", 2)]
    third = [transaction(5, "100.00", week=3), transaction(6, "-5.00", week=3, **commission)]
    return [
        (statement(1, "968.38"), first),
        (statement(2, "-20.00", paid="0"), second),
        (statement(3, "75.00", "-20.00", paid="0"), third),
    ]


def wire_transactions():
    """All transactions, and one that is in no statement yet."""
    settled = [entry for _listed, entries in wire_statements() for entry in entries]
    return [*settled, transaction(9, "30.00", week=4, statement="")]
