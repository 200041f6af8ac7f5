"""Payouts and balance transactions: what is asked, what is read, and every published sample."""

import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import MoneyState, Rejected, SettlementDocument, SettlementState
from tests.plain.fake_http import FakeTime
from tests.plain.fee_words import kind_of
from tests.plain.shopify import payments
from tests.plain.shopify.payments import document, paid, payout, transaction
from tests.plain.shopify.shop import DOMAIN, Shop, connect, failed, page
from tests.plain.shopify.training import require_official
from tests.plain.spec_models import shared_specs

SINCE = datetime(2026, 5, 20, tzinfo=timezone.utc)
NOBODY = connect(lambda request: None, FakeTime(1_780_000_000.0))


def read(item, transactions, payments_=()):
    return NOBODY.parse_settlement(document(item, transactions, payments_))


# === READING === #


def test_amounts_and_fees_of_a_payout():
    item, transactions = payments.PAYOUTS["1"]
    settlement = read(item, transactions, [paid("501", "86.1", "GBP")])
    assert (settlement.shop_id, settlement.reference, settlement.state) == (DOMAIN, "TRACE1", SettlementState.CLOSED)
    assert settlement.start == datetime(2026, 5, 20, 10, 0, 1, tzinfo=timezone.utc)
    assert settlement.paid_at == settlement.end == datetime(2026, 5, 21, tzinfo=timezone.utc)
    lines = list(settlement.lines)
    assert [(line.words, line.amount.text) for line in lines] == [
        (("CHARGE", "amount"), "100.0"),
        (("CHARGE", "fee"), "-3.2"),
        (("REFUND", "amount"), "-20.0"),
        (("ADJUSTMENT", "DISPUTE", "amount"), "-5.0"),
        (("ADJUSTMENT", "DISPUTE", "fee"), "-15.0"),
        (("RESERVED_FUNDS", "amount"), "-6.0"),
    ]
    assert (lines[0].original.text, lines[0].original.currency, lines[1].original) == ("86.1", "GBP", None)
    assert [line.order_id for line in lines] == ["1", "1", "1", "1", "1", ""]
    assert (lines[3].note, lines[3].reference, lines[5].reference) == ("Chargeback", "8003", "")


def test_a_fee_that_is_given_back_and_one_stated_as_deduction():
    back = transaction(1, "REFUND", "-20.0", "-0.6", payout=1)
    deducted = transaction(2, payout=1) | {"fee": payments.amount("-0.5"), "net": payments.amount("9.5")}
    lines = list(read(payout(1, "-9.9"), [back, deducted]).lines)
    assert [line.amount.amount for line in lines] == [Decimal(text) for text in ("-20.0", "0.6", "10.0", "-0.5")]
    (alone,) = read(payout(1, "-0.3"), [transaction(3, "ADJUSTMENT", "0.0", "0.3", payout=1)]).lines
    assert (alone.words, alone.amount.text) == (("ADJUSTMENT", "CHARGE", "fee"), "-0.3")


def test_refunds_are_negative_in_the_buyers_currency_too():
    refund = transaction(1, "REFUND", "-20.0", payout=1, sourceOrderTransactionId="501")
    (line,) = read(payout(1, "-20.0"), [refund], [paid("501", "17.22", "GBP")]).lines
    assert line.original.amount == Decimal("-17.22")
    (same,) = read(payout(1, "-20.0"), [refund], [paid("501", "20.0", "EUR")]).lines
    assert same.original is None


@pytest.mark.parametrize("net", ["-21.05", "21.05"])
def test_what_the_bank_gives_is_negative(net):
    settlement = read(payout(2, net, transactionType="WITHDRAWAL"), payments.SECOND)
    assert settlement.total.amount == Decimal("-21.05") == sum(line.amount.amount for line in settlement.lines)


@pytest.mark.parametrize(
    ("status", "is_paid", "is_open"),
    [
        ("PAID", True, False),
        ("SCHEDULED", True, True),
        ("IN_TRANSIT", True, False),
        ("FAILED", False, False),
        ("CANCELED", False, False),
    ],
)
def test_what_became_of_a_payout(status, is_paid, is_open):
    settlement = read(payout(2, "-21.05", status), payments.SECOND)
    assert bool(settlement.paid_at) is is_paid
    assert (settlement.state is SettlementState.OPEN, settlement.end is None) == (is_open, is_open)


def test_the_payout_itself_is_no_line():
    itself = transaction(9, "TRANSFER", "-9.41", payout=1)
    assert len(list(read(payout(1, "9.41"), [transaction(1, fee="0.59", payout=1), itself]).lines)) == 2
    assert list(read(payout(1, "0.0"), []).lines) == []


def test_transactions_wait_or_are_in_a_payout():
    found = [NOBODY.parse_transaction(item) for item in payments.WAITING]
    assert [(entry.state, entry.state_text, entry.settlement_id) for entry in found] == [
        (MoneyState.DEFERRED, "PENDING", ""),
        (MoneyState.DEFERRED, "ACTION_REQUIRED", ""),
        (MoneyState.RELEASED, "PAID", "1"),
    ]
    assert [line.amount.text for line in found[0].lines] == ["10.0", "-0.59"]
    changed = NOBODY.parse_transaction({**payments.WAITING[0], "associatedPayout": {"id": None, "status": "SCHEDULED"}})
    assert changed.revision != found[0].revision


# === ASKING === #


def asked(shop, verb, **options):
    return getattr(connect(shop, FakeTime(1_780_000_000.0)), verb)([DOMAIN], SINCE, **options)


def test_payouts_are_looked_for_again_while_their_bank_may_decline():
    shop = Shop(Payouts={"shopifyPaymentsAccount": {"payouts": page([payout(1)])}})
    (ref,) = asked(shop, "fetch_settlements", until=datetime(2026, 5, 30, tzinfo=timezone.utc)).refs
    (variables,) = shop.of("Payouts")
    assert variables["query"] == "issued_at:>='2026-05-06T00:00:00Z' AND issued_at:<='2026-05-30T00:00:00Z'"
    shop.answers["Payouts"] = {"shopifyPaymentsAccount": {"payouts": page([payout(1, status="FAILED")])}}
    (again,) = asked(shop, "fetch_settlements").refs
    assert ref.external_id == again.external_id == "1"
    assert ref.revision != again.revision


def test_a_payout_is_fetched_whole():
    many = [transaction(number, payout=1, sourceOrderTransactionId="7") for number in range(1, 4)]
    shop = Shop(
        BalanceTransactions=lambda variables: payments.pages(many)[int(variables["after"] or 0)],
        Payments={"nodes": [None]},
    )
    fetched = connect(shop, FakeTime(1_780_000_000.0)).fetch_settlement({"payout": payout(1, "30.0")})
    parts = json.loads(fetched.content)
    assert parts["balanceTransactions"] == payments.pages(many)
    assert [variables["query"] for variables in shop.of("BalanceTransactions")] == ["payments_transfer_id:1"] * 3
    assert shop.of("Payments") == [{"ids": ["gid://shopify/OrderTransaction/7"]}] * 3
    assert len(list(NOBODY.parse_settlement(fetched).lines)) == 3


def test_transactions_are_those_booked_or_paid_out_since():
    shop = Shop(BalanceTransactions=payments.balance(payments.WAITING))
    assert len(asked(shop, "fetch_transactions").records) == 3
    (variables,) = shop.of("BalanceTransactions")
    assert variables["query"] == "(processed_at:>='2026-05-20T00:00:00Z') OR (payout_date:>='2026-05-19T00:00:00Z')"


def test_a_shop_without_shopify_payments_has_nothing():
    nothing = {"shopifyPaymentsAccount": None}
    shop = Shop(Payouts=nothing, BalanceTransactions=nothing)
    for verb, found in (("fetch_settlements", "refs"), ("fetch_transactions", "records")):
        answer = asked(shop, verb)
        assert (getattr(answer, found), answer.next_token) == ((), "")
        assert answer.complete_until is not None


@pytest.mark.parametrize("verb", ["fetch_settlements", "fetch_transactions"])
def test_an_app_without_the_scopes_is_told_so_and_goes_on(verb):
    refusal = failed("ACCESS_DENIED", "Access denied for shopifyPaymentsAccount field.")
    connector = connect(lambda request: refusal, FakeTime(1_780_000_000.0))
    with pytest.raises(Rejected, match="read_shopify_payments_payouts, and connect the shop again"):
        getattr(connector, verb)([DOMAIN], SINCE)


# === PUBLISHED SAMPLES AND WORDS === #


def sample(name):
    specs = shared_specs()
    if specs is None:
        pytest.skip("the specifications are not there: set CROSSBORDER_SHARED")
    return json.loads((specs / "shopify" / "rest-fixtures" / f"{name}.json").read_text(encoding="utf-8"))


def rest(item, transactions=()):
    content = json.dumps({"payout": item, "transactions": list(transactions)}).encode()
    return NOBODY.parse_settlement(SettlementDocument("payout.json", content))


def test_the_published_payouts_parse():
    items = sample("payouts")["payouts"] + [sample("payout")["payout"]]
    for item in items:
        settlement = rest(item)
        assert (settlement.external_id, settlement.total.text) == (str(item["id"]), item["amount"])
        assert settlement.start.date().isoformat() == item["date"]
        assert bool(settlement.paid_at) is (item["status"] != "failed")
        assert (settlement.state is SettlementState.OPEN) is (item["status"] == "scheduled")
    print(f"\nshopify: parsed {len(items)} / {len(items)} payouts")


def test_the_published_transactions_parse_without_loss():
    """They do not add up to their payout; that is for the caller to find."""
    item, transactions = sample("payout")["payout"], sample("payouts_transactions")["transactions"]
    lines = list(rest(item, transactions).lines)
    kept = [entry for entry in transactions if entry["type"] != "payout"]
    assert sum(line.amount.amount for line in lines) == sum(Decimal(entry["net"]) for entry in kept) == Decimal("81.38")
    stated = [Decimal(entry[key]) for entry in kept for key in ("amount", "fee") if Decimal(entry[key])]
    assert [abs(line.amount.amount) for line in lines] == [abs(amount) for amount in stated]
    assert {line.order_id for line in lines} == {str(entry["source_order_id"] or "") for entry in kept}
    assert all(kind_of("shopify", line.words) for line in lines)
    print(f"\nshopify: parsed {len(kept)} / {len(kept)} balance transactions, {len(lines)} lines")


def test_every_type_that_shopify_publishes_has_a_meaning():
    types = require_official().type_map
    sources = types["ShopifyPaymentsSourceType"].values
    words = [(name, part) for name in types["ShopifyPaymentsTransactionType"].values for part in ("amount", "fee")]
    words += [("ADJUSTMENT", source, part) for source in sources for part in ("amount", "fee")]
    assert [entry for entry in words if not kind_of("shopify", entry)] == []
    assert kind_of("shopify", ("ADJUSTMENT", "DISPUTE", "amount")) == "chargeback"
    assert kind_of("shopify", ("SOMETHING_NEW", "amount")) is None


def test_every_state_that_shopify_publishes_is_known():
    types = require_official().type_map
    for status in types["ShopifyPaymentsPayoutStatus"].values:
        assert read(payout(1, "0.0", status), []).external_id == "1"
    for status in types["ShopifyPaymentsBalanceTransactionPayoutStatus"].values:
        assert NOBODY.parse_transaction(transaction(1, status=status)).state_text == status
