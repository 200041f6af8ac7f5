"""Statements and unsettled transactions: what adds up, what is refused, and words that the fee tree knows."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload
from addons.marketplace_tiktok.connector.statements import parse_settlement
from addons.marketplace_tiktok.connector.unsettled import parse_transaction
from tests.plain.fake_http import FakeTime
from tests.plain.fee_words import kind_of
from tests.plain.spec_models import shared_specs
from tests.plain.tiktok.finance import FINANCE, MADE_AT, Finance, document, head, statement, transaction, unsettled
from tests.plain.tiktok.shapes import sample
from tests.plain.tiktok.tiktok import NOW, SHOP, SINCE, TikTok, connect, item, order, success

official_only = pytest.mark.skipif(shared_specs() is None, reason="../shared/specs is not beside the checkout")

STATEMENT = statement(1, [])[0]["id"]
#: Where the amounts of the older, flat version (202309) are in the breakdowns of 202501. Its document states the sums
#: of sales and shipping; what is left are fees and taxes.
REVENUE = {
    "gross_sales_amount": "subtotal_before_discount_amount",
    "gross_sales_refund_amount": "refund_subtotal_before_discount_amount",
    "seller_discount_amount": "seller_discount_amount",
    "seller_discount_refund_amount": "seller_discount_refund_amount",
}
SHIPPING = (
    "fbm_shipping_cost_amount", "fbt_shipping_cost_amount", "signature_confirmation_fee_amount",
    "customer_paid_shipping_fee_amount", "customer_paid_shipping_fee_refund_amount", "shipping_fee_subsidy_amount",
    "refund_shipping_cost_discount_amount", "return_shipping_fee_amount", "shipping_insurance_fee_amount",
    "customer_shipping_fee_offset_amount", "fbt_fulfillment_fee_amount", "promo_shipping_incentive_amount",
    "shipping_cost_discount_amount",
)  # fmt: skip
FEES = (
    "affiliate_ads_commission_amount", "affiliate_commission_amount", "affiliate_commission_before_pit",
    "affiliate_partner_commission_amount", "platform_commission_amount", "referral_fee_amount",
    "refund_administration_fee_amount", "retail_delivery_fee_amount", "transaction_fee_amount",
)  # fmt: skip
TAXES = ("pit_amount", "sales_tax_amount")
#: Sums, what says the same otherwise, and what the buyer sees.
NO_PARTS = {
    "actual_return_shipping_fee_amount", "actual_shipping_fee_amount", "adjustment_amount", "fee_amount",
    "after_seller_discounts_subtotal_amount", "customer_order_refund_amount", "customer_payment_amount",
    "customer_refund_amount", "customer_shipping_fee_amount", "net_sales_amount", "platform_discount_amount",
    "platform_discount_refund_amount", "platform_refund_subsidy_amount", "platform_shipping_fee_discount_amount",
    "retail_delivery_fee_payment_amount", "retail_delivery_fee_refund_amount", "revenue_amount",
    "sales_tax_payment_amount", "sales_tax_refund_amount", "settlement_amount", "shipping_cost_amount",
    "shipping_fee_amount",
}  # fmt: skip


def lines_of(entries, **parts):
    listed, entries, payment = statement(1, entries)
    return list(parse_settlement(document(listed, entries, payment, **parts)).lines)


def by_sku(*rows):
    """What the first order's transactions by SKU say."""
    return {"order_id": transaction(1)["order_id"], "currency": "GBP", "sku_transactions": list(rows)}


def sku(number, goods, fee, shipping="0", statement_id=STATEMENT, units="1"):
    total = sum(map(Decimal, (goods, fee, shipping)))
    return {
        "sku_id": f"272938247685292156{number}", "quantity": units, "statement_id": statement_id,
        "settlement_amount": str(total), "revenue_amount": goods, "fee_tax_amount": fee,
        "shipping_cost_amount": shipping, "revenue_breakdown": {"subtotal_before_discount_amount": goods},
        "fee_tax_breakdown": {"fee": {"referral_fee_amount": fee}},
        "shipping_cost_breakdown": {"actual_shipping_fee_amount": shipping},
    }  # fmt: skip


# === STATEMENTS === #


def test_an_order_is_told_by_sku_where_its_skus_add_up_to_it():
    rows = by_sku(
        sku(1, "12.00", "-1.00", "-1.50"), sku(2, "8.00", "-0.50", units="2"), sku(1, "9", "0", statement_id="8")
    )
    lines = lines_of([transaction(1)], orders={rows["order_id"]: rows}, skus={"2729382476852921561": "SKU-1"})
    assert sum(line.amount.amount for line in lines) == 17
    shown = [(line.sku, line.units, str(line.amount.amount)) for line in lines if line.words[1] == "revenue_breakdown"]
    assert shown == [("SKU-1", 1, "12.00"), ("2729382476852921562", 2, "8.00")]
    assert {line.order_id for line in lines} == {rows["order_id"]}


def test_skus_that_say_something_else_leave_the_order_as_it_is():
    less, wrong = sku(2, "8.00", "-0.40"), {**sku(2, "8.00", "-0.50"), "settlement_amount": "7.49"}
    for second in (less, wrong):
        rows = by_sku(sku(1, "12.00", "-1.00", "-1.50"), second)
        lines = lines_of([transaction(1)], orders={rows["order_id"]: rows})
        assert {line.sku for line in lines} == {""} and len(lines) == 6


def test_units_that_are_no_number_are_refused():
    rows = by_sku(sku(1, "20.00", "-1.50", "-1.50", units="two"))
    with pytest.raises(InvalidPayload) as caught:
        lines_of([transaction(1)], orders={rows["order_id"]: rows})
    assert caught.value.path.endswith("sku_transactions[0].quantity")


def test_reserves_are_lines_of_their_own():
    held = {"type": "RESERVE", "settlement_amount": "0", "reserve_id": "R1", "associated_order_id": "57"}
    entries = [
        transaction(1, reserve_amount="-5.00", reserve_status="COLLECTED"),
        transaction(2, **held, reserve_amount="4.00", reserve_status="RELEASED"),
    ]
    lines = [line for line in lines_of(entries) if line.words[0] == "RESERVE"]
    assert [(line.words[1], str(line.amount.amount), line.order_id) for line in lines] == [
        ("COLLECTED", "-5.00", transaction(1)["order_id"]),
        ("RELEASED", "4.00", "57"),
    ]
    assert lines[1].reference == "R1"


@pytest.mark.parametrize(
    ("fees", "counted"),
    [
        (("-6", "-7"), "affiliate_commission_amount"),
        (("-5", "-6"), "affiliate_commission_before_pit"),
    ],
)
def test_a_commission_counts_once_before_or_after_its_tax(fees, counted):
    stated = dict(zip(("affiliate_commission_amount", "affiliate_commission_before_pit"), fees, strict=True))
    entry = transaction(1, fee_tax_amount="-6.00", settlement_amount="12.50", fee_tax_breakdown={"fee": stated})
    assert [line.words[2] for line in lines_of([entry]) if line.words[1] == "fee"] == [counted]


def test_sums_without_breakdown_are_lines():
    entry = {"id": "1", "type": "ORDER", "settlement_amount": "7.00"}
    entry |= {"revenue_amount": "8.00", "fee_tax_amount": "-1.00"}
    assert [line.words for line in lines_of([entry])] == [("ORDER", "revenue_amount"), ("ORDER", "fee_tax_amount")]


def test_the_period_is_the_day_before_and_payment_comes_later():
    listed, entries, payment = statement(1, [transaction(1)])
    settlement = parse_settlement(document(listed, entries, payment))
    assert (settlement.start.timestamp(), settlement.end.timestamp()) == (MADE_AT, MADE_AT + 86_400)
    assert settlement.paid_at.timestamp() == MADE_AT + 3 * 86_400
    assert settlement.reference == listed["payment_id"]
    waiting = {**listed, "payment_status": "PROCESSING"}
    assert parse_settlement(document(waiting, entries)).paid_at is None
    assert all(settlement.start <= line.posted_at < settlement.end for line in settlement.lines)


def test_where_there_are_no_reserves_the_settled_amount_is_paid_out():
    listed, entries, payment = statement(1, [transaction(1)])
    page = {**head(listed, entries), "payable_amount": "", "transactions": entries}
    settlement = parse_settlement(document(listed, entries, payment, pages=[page]))
    assert settlement.total.amount == sum(line.amount.amount for line in settlement.lines) == 17
    with pytest.raises(InvalidPayload) as caught:
        parse_settlement(document(listed, entries, pages=[{**page, "total_settlement_amount": ""}]))
    assert caught.value.path == "statement.json.pages[0].total_settlement_amount"


def start(statements, skus=None):
    tiktok = TikTok(FakeTime(NOW))
    finance = Finance(statements, skus=skus)
    numbered = order(1, [item(1), item(2)])
    tiktok.handlers = lambda: {
        **{operation: getattr(finance, verb) for operation, verb in FINANCE.items()},
        "orders.detail": lambda *_args: success({"orders": [numbered]}),
    }
    return tiktok, connect(tiktok)


def test_a_statement_is_fetched_with_skus_and_payment():
    rows = by_sku(sku(1, "12.00", "-1.00", "-1.50"), sku(2, "8.00", "-0.50"))
    tiktok, connector = start([statement(1, [transaction(1), transaction(3)])], {rows["order_id"]: rows})
    (ref,) = connector.fetch_settlements([SHOP], SINCE).refs
    lines = list(connector.parse_settlement(connector.fetch_settlement(ref.handle)).lines)
    assert {line.sku for line in lines} == {"SKU-1", "SKU-2", ""}  # the second order is refused
    assert tiktok.count()["finance.order"] == 2 and tiktok.count()["orders.detail"] == 1


def test_a_payment_changes_the_revision():
    rows = statement(1, [transaction(1)], payment_status="PROCESSING")
    _tiktok, connector = start([rows])
    (before,) = connector.fetch_settlements([SHOP], SINCE).refs
    rows[0]["payment_status"] = "PAID"
    (after,) = connector.fetch_settlements([SHOP], SINCE).refs
    assert before.external_id == after.external_id and before.revision != after.revision


# === UNSETTLED === #


def filed(entry):
    return {**entry, "shop_id": SHOP, "seen_at": int(NOW)}


def test_unsettled_orders_tell_why_and_until_when():
    parsed = parse_transaction(filed(unsettled(1, estimated_settlement=str(MADE_AT))))
    assert (parsed.reason, parsed.matures_at.timestamp()) == ("WAITING_FOR_PACKAGE_DELIVERY", MADE_AT)
    waiting = parse_transaction(filed(unsettled(1)))
    assert (waiting.reason, waiting.matures_at) == ("WAITING_FOR_PACKAGE_DELIVERY / 3 days after delivery", None)
    assert {line.words[:2] for line in parsed.lines} == {
        ("ORDER", "revenue_breakdown"), ("ORDER", "fee"), ("ORDER", "shipping_cost_breakdown"),
    }  # fmt: skip


def test_an_estimate_whose_breakdown_is_incomplete_keeps_its_sums():
    parsed = parse_transaction(filed(unsettled(1, shipping_cost_breakdown={"actual_shipping_fee_amount": "-3.50"})))
    assert ("ORDER", "shipping_cost_amount") in {line.words for line in parsed.lines}
    with pytest.raises(InvalidPayload) as caught:
        parse_transaction(filed(unsettled(1, est_settlement_amount="17.01")))
    assert caught.value.path == "est_settlement_amount"


def test_the_moment_of_asking_is_no_change():
    first, second = (parse_transaction({**filed(unsettled(1)), "seen_at": int(NOW) + more}) for more in (0, 60))
    assert first.revision == second.revision


# === SAMPLES === #


def laid_anew(flat):
    """A transaction of the older version in the fields of the one that is called."""
    fees = {name: flat[name] for name in FEES}
    moved = {name: Decimal(flat[name]) for name in (*REVENUE, *SHIPPING, *FEES, *TAXES)}
    return {
        "id": flat.get("id", "1"), "type": flat.get("type", "ORDER"), "order_id": flat.get("order_id", ""),
        "settlement_amount": flat["settlement_amount"], "adjustment_amount": flat["adjustment_amount"],
        "revenue_amount": flat["net_sales_amount"], "fee_tax_amount": flat["fee_amount"],
        "shipping_cost_amount": flat["shipping_cost_amount"],
        "revenue_breakdown": {new: flat[old] for old, new in REVENUE.items()},
        "shipping_cost_breakdown": {name: flat[name] for name in SHIPPING},
        "fee_tax_breakdown": {"fee": fees, "tax": {name: flat[name] for name in TAXES}},
    }, moved  # fmt: skip


def mended(flat):
    """As :func:`laid_anew`, with sums that are those of their parts."""
    entry, moved = laid_anew(flat)
    fees = sum(moved[name] for name in (*FEES, *TAXES)) - moved["affiliate_commission_before_pit"]
    shipping, revenue = sum(moved[name] for name in SHIPPING), Decimal(flat["net_sales_amount"])
    total = revenue + shipping + fees + Decimal(flat["adjustment_amount"])
    sums = {"fee_tax_amount": fees, "shipping_cost_amount": shipping, "settlement_amount": total}
    return entry | {name: str(amount) for name, amount in sums.items()}, moved


def flat_samples():
    statements = sample("Finance/FinanceGetStatementTransactionsResponse")["data"]["statement_transactions"]
    orders = sample("Finance/FinanceGetOrderStatementTransactionsResponse")["data"]["statement_transactions"]
    return [*statements, *orders, *orders[0]["sku_statement_transactions"]]


@official_only
def test_every_amount_of_the_samples_has_its_place():
    for flat in flat_samples():
        amounts = {name for name in flat if name.endswith(("_amount", "_pit"))}
        assert amounts == {*REVENUE, *SHIPPING, *FEES, *TAXES} | NO_PARTS


@official_only
def test_the_samples_contradict_themselves_and_say_where():
    for flat in flat_samples():
        entry, _moved = laid_anew(flat)
        with pytest.raises(InvalidPayload) as caught:
            lines_of([entry])
        assert caught.value.path == "statement.json.pages[0].transactions[0].shipping_cost_amount"


@official_only
def test_the_samples_with_sums_that_are_right_are_read_to_the_cent():
    for flat in flat_samples():
        entry, moved = mended(flat)
        lines = lines_of([entry])
        assert sum(line.amount.amount for line in lines) == Decimal(entry["settlement_amount"])
        assert {line.words[-1] for line in lines} == {
            REVENUE.get(name, name) for name, amount in moved.items() if amount
        } - {"affiliate_commission_before_pit"} | {"adjustment_amount"}
        assert all(kind_of("tiktok", line.words) for line in lines)


@official_only
def test_the_sample_of_payments_is_found_by_its_statement():
    (paid,) = sample("Finance/FinanceGetPaymentsResponse")["data"]["payments"]
    rows = statement(1, [transaction(1)], payment_id=paid["id"], statement_time=paid["create_time"])
    _tiktok, connector = start([(rows[0], rows[1], paid)])
    settlement = connector.parse_settlement(connector.fetch_settlement({"shop_id": SHOP, "statement": rows[0]}))
    assert (settlement.paid_at.timestamp(), settlement.reference) == (1685548800, "3458767051733897992")


# === WORDS === #


def test_every_type_of_adjustment_has_a_kind():
    types = (
        "CHARGE_BACK", "CUSTOMER_SERVICE_COMPENSATION", "DEDUCTIONS_INCURRED_BY_SELLER", "GMV_PAYMENT_FOR_ADS",
        "PLATFORM_COMMISSION_ADJUSTMENT", "PLATFORM_COMMISSION_COMPENSATION", "PLATFORM_PENALTY",
        "PROMOTION_ADJUSTMENT", "REBATE", "PLATFORM_COMPENSATION", "PLATFORM_REIMBURSEMENT", "STAMP_DUTY",
        "COFUNDED_CREATOR_REWARDS", "FBT_WAREHOUSE_SERVICE_FEE", "LOGISTICS_REIMBURSEMENT", "SHIPPING_FEE_ADJUSTMENT",
        "SHIPPING_FEE_COMPENSATION", "SHIPPING_FEE_REBATE", "SAMPLE_SHIPPING_FEE", "SELLER_MISSION_REWARD",
        "OTHER_ADJUSTMENT",
    )  # fmt: skip
    assert [name for name in types if not kind_of("tiktok", (name, "adjustment_amount"))] == []
    assert all(kind_of("tiktok", ("RESERVE", state)) for state in ("COLLECTED", "RELEASED"))
    assert kind_of("tiktok", ("ORDER", "fee", "something_new")) is None
