"""Transactions: as fine as they are stated, exact, deferred or free."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, MoneyState
from tests.plain.amazon.amazon import DE, SINCE, US, Amazon, connect, load_model, parts
from tests.plain.amazon.transaction_samples import item, listed, money, part, transaction, transactions
from tests.plain.spec_models import shared_specs

NOW = datetime(2026, 5, 28, tzinfo=timezone.utc)
SPECS = shared_specs()


def parse(payload):
    return connect(Amazon())[0].parse_transaction(payload)


def words(parsed):
    return {line.words: line.amount.amount for line in parsed.lines}


def test_a_sale_in_its_parts():
    parsed = parse(transactions()[1])
    assert (parsed.external_id, parsed.shop_id, parsed.state) == ("T2", DE, MoneyState.RELEASED)
    assert (parsed.releases, parsed.settlement_id) == ("T1", "20000000001")
    assert words(parsed) == {
        ("Shipment", "Sales", "ProductCharges"): Decimal("39.98"),
        ("Shipment", "AmazonFees", "Commission"): Decimal("-6.00"),
        ("Shipment", "FBAFees", "FBAPerUnitFulfillmentFee"): Decimal("-2.69"),
        ("Shipment", "FBAPerUnitFulfillmentFee", "Tax"): Decimal("-0.51"),
    }
    assert {(line.order_id, line.sku, line.units, line.market) for line in parsed.lines} == {
        ("302-0000000-0000001", "SKU-1", 2, "Amazon.de")}  # fmt: skip
    assert [line.row for line in parsed.lines] == [1, 2, 3, 4]


def test_money_that_was_held_back():
    parsed = parse(transactions()[0])
    assert (parsed.state, parsed.state_text, parsed.reason) == (MoneyState.RELEASED, "DEFERRED_RELEASED", "DD7")
    assert parsed.matures_at == datetime(2026, 5, 8, tzinfo=timezone.utc)
    still = parse({**transactions()[0], "transactionStatus": "Deferred"})
    assert (still.state, still.state_text) == (MoneyState.DEFERRED, "DEFERRED")
    assert still.revision != parsed.revision


def test_a_reason_may_stand_at_an_item():
    held = {"contextType": "DeferredContext", "deferralReason": "B2B", "maturityDate": "2026-06-01T00:00:00Z"}
    parsed = parse(transaction(1, "5.00", {**item("5.00"), "contexts": [held]}, status="DEFERRED"))
    assert (parsed.reason, parsed.matures_at.month, words(parsed)) == ("B2B", 6, {("Shipment",): Decimal("5.00")})


def test_names_with_and_without_blanks_are_the_same_words():
    parsed = parse(transactions()[2])
    assert words(parsed) == {
        ("Refund", "ProductCharges"): Decimal("-19.99"),
        ("Refund", "AmazonFees", "Commission"): Decimal("3.00"),
    }
    assert parsed.lines[0].reference == "R1"


def test_parts_that_are_not_the_whole_do_not_count():
    tree = part("Sales", "10.00", part("ProductCharges", "7.00"))
    assert words(parse(transaction(1, "10.00", item("10.00", tree)))) == {("Shipment", "Sales"): Decimal("10.00")}


def test_the_whole_counts_where_the_items_are_not_all_of_it():
    lone = item("7.00", part("ProductCharges", "7.00"))
    tree = [part("Sales", "7.00"), part("Expenses", "-1.00", part("ShippingLabel", "-1.00"))]
    parsed = parse(transaction(1, "6.00", lone, breakdowns=tree))
    assert words(parsed) == {("Shipment", "Sales"): 7, ("Shipment", "Expenses", "ShippingLabel"): -1}


def test_items_without_parts_count_with_their_totals():
    bare = {"totalAmount": money("4.00"), "contexts": []}
    parsed = parse(transaction(1, "6.00", bare, item("2.00", part("Sales", "2.00"))))
    assert words(parsed) == {("Shipment",): Decimal("4.00"), ("Shipment", "Sales"): Decimal("2.00")}


def test_nothing_is_worth_nothing():
    parsed = parse(transaction(1, "0", item("0", part("Sales", "0"))))
    assert [(line.amount.amount, line.words) for line in parsed.lines] == [(0, ("Shipment",))]


@pytest.mark.parametrize(("payload", "path"), [
    (transaction(1, "10.00", item("9.00", part("Sales", "9.00"))), "totalAmount"),
    (transaction(1, "10.00", item("10.00", part("Sales", "10.00", currency="USD"))), "several currencies: EUR, USD"),
    (transaction(1, 10.01), "not exact text"),
    ({**transaction(1, "10.00"), "postedDate": "once"}, "postedDate"),
    ({**transaction(1, "10.00"), "transactionType": ""}, "transactionType"),
    (transaction(1, "1.00", item("1.00", {"breakdownAmount": money("1.00")})), "items[0].breakdowns[0].breakdownType"),
])  # fmt: skip
def test_what_is_refused(payload, path):
    with pytest.raises(InvalidPayload) as caught:
        parse(payload)
    assert path in str(caught.value)


# === FETCHING === #


def test_pages_of_one_range():
    amazon = Amazon(listed(transactions()[0], nextToken="more"), listed(transactions()[1]))
    connector, _time = connect(amazon)
    first = connector.fetch_transactions([DE], SINCE)
    second = connector.fetch_transactions([DE], SINCE, token=first.next_token)
    queries = [parts(call)[1] for call in amazon.calls]
    assert queries == [
        {"postedAfter": "2026-05-01T00:00:00Z", "postedBefore": "2026-05-27T23:58:00Z"},
        {"postedAfter": "2026-05-01T00:00:00Z", "postedBefore": "2026-05-27T23:58:00Z", "nextToken": "more"},
    ]
    assert first.complete_until is None
    # Transactions of the last two days may still come.
    assert second.complete_until == NOW - timedelta(hours=48)


def test_a_long_time_is_asked_for_in_parts():
    amazon = Amazon(listed())
    since = NOW - timedelta(days=400)
    page = connect(amazon)[0].fetch_transactions([DE], since)
    assert page.complete_until == since + timedelta(days=180)
    assert parts(amazon.calls[0])[1]["postedBefore"] == "2025-10-20T00:00:00Z"


def test_a_range_that_has_not_begun_asks_nothing():
    amazon = Amazon()
    assert connect(amazon)[0].fetch_transactions([DE], NOW).complete_until == NOW
    assert not amazon.calls


def test_a_young_range_is_complete_from_its_begin_only():
    since = NOW - timedelta(hours=3)
    assert connect(Amazon(listed()))[0].fetch_transactions([DE], since).complete_until == since


def test_other_marketplaces_and_damaged_transactions():
    nowhere = {**transaction(3, "1.00"), "marketplaceDetails": {}, "sellingPartnerMetadata": {}}
    amazon = Amazon(listed(transaction(1, "1.00"), {"transactionId": "T2"}, nowhere))
    page = connect(amazon)[0].fetch_transactions([US], SINCE)
    assert [record.external_id for record in page.records] == ["T3"]
    assert [path for path, _reason, _payload in page.broken] == ["payload.transactions[1].postedDate"]


def test_numbers_keep_their_digits():
    amazon = Amazon(listed(transaction(1, "0.10")))
    (record,) = connect(amazon)[0].fetch_transactions([DE], SINCE).records
    assert parse(record.payload).total.text == "0.10"


# === THE MODEL'S OWN EXAMPLE === #


@pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")
def test_example_of_the_model():
    example = load_model("finances_2024-06-19").document["definitions"]["Transaction"]["example"]
    parsed = parse(example)
    assert sum(line.amount.amount for line in parsed.lines) == parsed.total.amount == 10
    assert parsed.lines[0].words[0] == "Shipment"
    assert parsed.lines[0].sku
