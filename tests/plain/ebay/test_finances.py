"""Payouts and transactions of the Finances API: what is asked and signed, and what is read."""

import json
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, MoneyState, Rejected, SettlementState
from tests.plain.ebay import ebay, money
from tests.plain.ebay.ebay import CREDENTIALS, Ebay, connect
from tests.plain.ebay.money import charged, document, fee, payout, transaction
from tests.plain.ebay.openapi import load
from tests.plain.ebay.samples import GB, amount
from tests.plain.fee_words import kind_of, rows
from tests.plain.spec_models import shared_specs

SINCE = datetime(2026, 5, 21, tzinfo=timezone.utc)
NOBODY = connect(Ebay())


def lines_of(*transactions, **fields):
    total = sum(Decimal(item["amount"]["value"]) for item in transactions)
    return list(NOBODY.parse_settlement(document(payout(1, str(total), **fields), list(transactions))).lines)


def told(lines):
    return [(line.words, line.amount.text, line.order_line_id[-1:]) for line in lines]


# === READING === #


def test_a_payout():
    item, transactions = money.PAYOUTS["1"]
    settlement = NOBODY.parse_settlement(document(item, transactions))
    assert (settlement.shop_id, settlement.reference, settlement.state) == ("", "P*1", SettlementState.CLOSED)
    assert settlement.start == datetime(2026, 5, 20, 10, 0, 1, tzinfo=timezone.utc)
    assert settlement.paid_at == settlement.end == datetime(2026, 5, 21, 6, tzinfo=timezone.utc)
    lines = list(settlement.lines)
    assert told(lines) == [
        (("SALE",), "20.00", "1"),
        (("SALE",), "15.00", "2"),
        (("SALE", "FINAL_VALUE_FEE"), "-2.56", "1"),
        (("SALE", "FINAL_VALUE_FEE_FIXED_PER_ORDER"), "-0.30", "1"),
        (("SALE", "FINAL_VALUE_FEE"), "-1.92", "2"),
        (("SALE", "REGULATORY_OPERATING_FEE"), "-0.12", "2"),
        (("REFUND",), "-20.00", "1"),
        (("REFUND", "FINAL_VALUE_FEE"), "2.56", "1"),
        (("NON_SALE_CHARGE", "AD_FEE"), "-2.00", ""),
        (("SHIPPING_LABEL",), "-3.10", ""),
        (("DISPUTE",), "1.00", ""),
    ]
    assert {line.order_id for line in lines[:8]} == {"06-10001-00001"}
    assert (lines[8].order_id, lines[8].reference, lines[8].note) == ("", "40000000001", "Promoted Listings")
    assert lines[0].reference == "TX-1"


def test_a_payout_without_bank_reference_is_known_by_its_number():
    assert NOBODY.parse_settlement(document(payout(7, bankReference=None), [])).reference == "7"


@pytest.mark.parametrize(
    ("status", "is_paid", "is_open"),
    [
        ("INITIATED", True, True),
        ("SUCCEEDED", True, False),
        ("RETRYABLE_FAILED", False, True),
        ("TERMINAL_FAILED", False, False),
        ("REVERSED", False, False),
    ],
)
def test_what_became_of_a_payout(status, is_paid, is_open):
    settlement = NOBODY.parse_settlement(document(payout(1, status=status), []))
    assert bool(settlement.paid_at) is is_paid
    assert (settlement.state is SettlementState.OPEN, settlement.end is None) == (is_open, is_open)


def test_bases_with_tax_do_not_divide_the_sale():
    """The fees of a sale are counted on what the buyer pays, tax that eBay remits included."""
    sale = charged(1, "SALE", "195.0", {1: ("214.5", {"FINAL_VALUE_FEE": "29.96", "INTERNATIONAL_FEE": "2.24"})},
                   ebayCollectedTaxAmount=amount("19.5"))  # fmt: skip
    other = charged(2, "REFUND", "30", {1: ("22", {}), 2: ("11", {})}, eBayCollectedTaxAmount=amount("3"))
    assert told(lines_of(sale, other)) == [
        (("SALE",), "195.0", "1"),
        (("SALE", "FINAL_VALUE_FEE"), "-29.96", "1"),
        (("SALE", "INTERNATIONAL_FEE"), "-2.24", "1"),
        (("SALE", "ebayCollectedTaxAmount", "collected"), "19.5", ""),
        (("SALE", "ebayCollectedTaxAmount", "remitted"), "-19.5", ""),
        (("REFUND",), "-30", ""),
        (("REFUND", "ebayCollectedTaxAmount", "collected"), "-3", ""),
        (("REFUND", "ebayCollectedTaxAmount", "remitted"), "3", ""),
    ]


def test_amounts_that_ebay_converted_keep_what_they_were():
    converted = {"convertedFromValue": "12.50", "convertedFromCurrency": "USD", "exchangeRate": "0.8"}
    (sale,) = lines_of(transaction(1, amount=amount("10.00", **converted)))
    assert (sale.original.text, sale.original.currency) == ("12.50", "USD")
    basis = amount("11.00", convertedFromValue="13.75", convertedFromCurrency="USD")
    item = {"lineItemId": "10020000000001", "marketplaceFees": [fee("FINAL_VALUE_FEE", "1.00")]}
    refund = transaction(2, "REFUND", totalFeeBasisAmount=basis, orderLineItems=[item])
    gross, returned = lines_of({**refund, "amount": amount("10.00", **converted)})
    assert (gross.amount.amount, gross.original.amount) == (Decimal("-11.00"), Decimal("-13.75"))
    assert (returned.amount.amount, returned.original) == (Decimal("1.00"), None)


def test_a_credit_of_a_fee_and_a_reference_to_an_order():
    reference = [{"referenceId": "06-1", "referenceType": "order_id"}, {"referenceId": "9", "referenceType": "CASE_ID"}]
    credit = transaction(1, "NON_SALE_CHARGE", "0.35", "CREDIT", feeType="INSERTION_FEE", references=reference)
    (line,) = lines_of(credit)
    assert (line.words, line.amount.text) == (("NON_SALE_CHARGE", "INSERTION_FEE"), "0.35")
    assert (line.order_id, line.reference) == ("06-1", "9")


def test_fees_alone_say_what_the_sale_was():
    sale = charged(1, "SALE", "11.00", {1: ("11.00", {"FINAL_VALUE_FEE": "1.00"}), 2: ("1.00", {})})
    del sale["totalFeeBasisAmount"], sale["totalFeeAmount"]
    assert told(lines_of(sale)) == [(("SALE",), "11.00", ""), (("SALE", "FINAL_VALUE_FEE"), "-1.00", "1")]


def test_the_payout_itself_and_failed_transfers_are_no_lines():
    itself = transaction(2, "WITHDRAWAL", "10.00", "DEBIT")
    failed = transaction(3, "TRANSFER", "5.00", status="FAILED")
    settlement = NOBODY.parse_settlement(document(payout(1, "10.00"), [transaction(1), itself, failed]))
    assert told(settlement.lines) == [(("SALE",), "10.00", "")]


def test_what_comes_with_an_invoice_is_not_deducted():
    reference = [{"referenceId": "1", "referenceType": "INVOICE"}]
    charge = transaction(1, "NON_SALE_CHARGE", "21.95", feeType="EBAY_STORE_SUBSCRIPTION_FEE", references=reference)
    assert lines_of(charge) == []
    assert NOBODY.parse_transaction(charge).total.amount == 0


def test_donations_are_deducted_like_fees():
    sale = charged(1, "SALE", "10.00", {1: ("10.00", {"FINAL_VALUE_FEE": "1.00"})})
    sale["orderLineItems"][0]["donations"] = [fee("CHARITY_DONATION", "0.50")]
    sale["amount"] = amount("8.50")
    assert told(lines_of(sale))[-1] == (("SALE", "CHARITY_DONATION"), "-0.50", "1")
    assert sum(line.amount.amount for line in lines_of(sale)) == Decimal("8.50")


def test_what_the_payout_itself_costs():
    details = [fee("EXPRESS_PAYOUT_FEE", "0.15", feeMemo="debit card")]
    item = payout(1, "9.85", totalFee=amount("0.15"), totalFeeDetails=details, totalAmount=amount("10.00"))
    settlement = NOBODY.parse_settlement(document(item, [transaction(1)]))
    lines = list(settlement.lines)
    assert (lines[1].words, lines[1].amount.text) == (("PAYOUT", "EXPRESS_PAYOUT_FEE"), "-0.15")
    assert (lines[1].reference, lines[1].note, lines[1].posted_at) == ("1", "debit card", settlement.paid_at)
    assert sum(line.amount.amount for line in lines) == settlement.total.amount
    with pytest.raises(InvalidPayload, match="not the stated fee"):
        list(NOBODY.parse_settlement(document({**item, "totalFeeDetails": []}, [])).lines)


def test_a_payout_that_is_split_is_one_settlement():
    parts = [payout(21, "60.00", payoutReference="500"), payout(22, "40.00", payoutReference="500")]
    sales = [
        {**transaction(number, value="50.00", payout=21), "payoutReference": "500",
         "payoutDetails": {"payoutIds": ["21", "22"], "payoutReference": "500"}}
        for number in (1, 2)
    ]  # fmt: skip
    server = Ebay()
    server.payouts, server.transactions, server.check_answers = [*parts, payout(3)], sales, False
    refs = {ref.external_id: ref for page in pages_of(server, "fetch_settlements") for ref in page.refs}
    assert set(refs) == {"500", "3"}
    fetched = connect(server).fetch_settlement(refs["500"].handle)
    settlement = NOBODY.parse_settlement(fetched)
    assert (settlement.external_id, settlement.total.amount) == ("500", Decimal("100.00"))
    assert settlement.reference == "P*21, P*22"
    assert sum(line.amount.amount for line in settlement.lines) == Decimal("100.00")
    assert NOBODY.parse_transaction(sales[0]).settlement_id == "500"
    assert NOBODY.parse_settlement(document(parts[0], sales, others=parts[1:])).external_id == "500"
    with pytest.raises(InvalidPayload, match="no parts of one payout"):
        NOBODY.parse_settlement(document(parts[0], sales, others=[payout(3)]))


def test_states_of_money():
    found = {item["transactionStatus"]: NOBODY.parse_transaction(item) for item in money.ALL}
    assert {status: entry.state for status, entry in found.items()} == {
        "PAYOUT": MoneyState.RELEASED,
        "FUNDS_ON_HOLD": MoneyState.DEFERRED,
        "FUNDS_PROCESSING": MoneyState.DEFERRED,
        "FUNDS_AVAILABLE_FOR_PAYOUT": MoneyState.RELEASED,
        "FAILED": MoneyState.RELEASED,
    }
    held = found["FUNDS_ON_HOLD"]
    assert (held.external_id, held.settlement_id) == ("SALE/TX-8", "")
    assert held.reason == "Funds on hold. Estimated release on Jun 1"
    assert (found["PAYOUT"].settlement_id, found["PAYOUT"].reason) == ("2", "")
    assert (found["FAILED"].total.amount, found["FAILED"].lines) == (0, ())
    with pytest.raises(InvalidPayload, match="LOST"):
        NOBODY.parse_transaction(transaction(1, status="LOST"))


# === ASKING === #


def pages_of(server, verb):
    """Every page of a fetch."""
    pages, token = [], ""
    while not pages or token:
        pages.append(getattr(connect(server), verb)([GB], SINCE, token=token))
        token = pages[-1].next_token
    return pages


def test_payouts_are_looked_for_again_while_banks_may_decline():
    server = Ebay()
    server.payouts = [payout(1)]
    (ref,) = connect(server).fetch_settlements([GB], SINCE).refs
    query = server.requests[-1].url
    assert "payoutDate%3A%5B2026-05-07T00%3A00%3A00.000Z..2026-05-28" in query
    server.payouts = [payout(1, payoutMemo="arrives tomorrow")]
    (same,) = connect(server).fetch_settlements([GB], SINCE).refs
    server.payouts = [payout(1, status="REVERSED")]
    (other,) = connect(server).fetch_settlements([GB], SINCE).refs
    assert ref.revision == same.revision != other.revision


def test_a_payout_is_fetched_page_by_page():
    server = Ebay()
    server.transactions = money.ALL
    fetched = connect(server).fetch_settlement({"payouts": [payout(1)], "home": GB})
    parts = json.loads(fetched.content)
    assert [page["transactions"] for page in parts["transactions"]] == [[item] for item in money.FIRST]
    nothing = connect(server).fetch_settlement({"payouts": [payout(3)], "home": GB})
    assert list(NOBODY.parse_settlement(nothing).lines) == []


def test_transactions_are_read_again_until_they_must_be_paid_out():
    server = Ebay(page_size=20)
    server.transactions = [transaction(1, status="FUNDS_ON_HOLD", transactionDate="2026-04-01T00:00:00.000Z")]
    (record,) = connect(server).fetch_transactions([GB], SINCE).records
    server.transactions[0]["transactionStatus"] = "FUNDS_AVAILABLE_FOR_PAYOUT"
    (later,) = connect(server).fetch_transactions([GB], SINCE).records
    assert (record.external_id, record.kind) == (later.external_id, "transaction") == ("SALE/TX-1", "transaction")
    assert record.revision != later.revision


def test_a_damaged_transaction_stops_no_page():
    server = Ebay(page_size=20)
    server.transactions = [transaction(1), {**transaction(2), "transactionId": None}]
    server.check_answers = False
    pages = pages_of(server, "fetch_transactions")
    assert [record.external_id for page in pages for record in page.records] == ["SALE/TX-1"]
    assert [path for page in pages for path, _reason, _raw in page.broken] == ["transactions[1].transactionId"]


def test_nothing_found_is_no_content():
    for verb, found in (("fetch_settlements", "refs"), ("fetch_transactions", "records")):
        pages = pages_of(Ebay(), verb)
        assert [entry for page in pages for entry in getattr(page, found)] == []
        assert pages[-1].complete_until == datetime.fromtimestamp(ebay.NOW - 60, timezone.utc)


@pytest.mark.parametrize("verb", ["fetch_settlements", "fetch_transactions"])
def test_without_signing_key_it_is_said_what_to_do(verb):
    unsigned = connect(Ebay(), replace(CREDENTIALS, signing_key="", signing_jwe=""))
    with pytest.raises(Rejected, match="choose Create Signing Key in the account") as caught:
        getattr(unsigned, verb)([GB], SINCE)
    assert caught.value.code == "215001"


# === WORDS === #


def test_every_type_of_transaction_has_a_meaning():
    if shared_specs() is None:
        pytest.skip("the specifications are not beside the checkout")
    operation = load("sell_finances_v1_oas3").operation("GET", "/sell/finances/v1/transaction")
    (text,) = [entry["description"] for entry in operation["parameters"] if entry["name"] == "filter"]
    types = ["SALE", "REFUND", "CREDIT", "DISPUTE", "NON_SALE_CHARGE", "SHIPPING_LABEL", "TRANSFER"]
    newer = ["ADJUSTMENT", "WITHDRAWAL", "LOAN_REPAYMENT", "PURCHASE"]
    assert all(name in text for name in types)
    assert all(kind_of("ebay", (name,)) for name in types + newer)
    statuses = ["PAYOUT", "FUNDS_PROCESSING", "FUNDS_AVAILABLE_FOR_PAYOUT", "FUNDS_ON_HOLD", "COMPLETED", "FAILED"]
    assert all(name in text for name in statuses)
    assert all(NOBODY.parse_transaction(transaction(1, status=name)) for name in statuses)


def test_every_line_of_the_samples_has_a_meaning():
    for item, found in money.PAYOUTS.values():
        lines = NOBODY.parse_settlement(document(item, found)).lines
        assert [line.words for line in lines if not kind_of("ebay", line.words)] == []
    fees = {pieces[1] for pieces, _kind in rows("ebay") if len(pieces) == 2}
    for kind in ("SALE", "NON_SALE_CHARGE", "REFUND", "CREDIT", "PAYOUT"):
        assert all(kind_of("ebay", (kind, name)) for name in fees)
    assert kind_of("ebay", ("REFUND", "FINAL_VALUE_FEE")) == "commission_refund"
    assert kind_of("ebay", ("SALE", "FEE_OF_TOMORROW")) is None
