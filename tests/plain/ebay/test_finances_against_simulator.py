"""Payouts of the training eBay over real HTTP: signed, as eBay's document says, and to the cent of the world's book."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, MoneyState, RateLimited, Rejected, Unavailable
from tests.plain.ebay.training import running
from tests.plain.fee_words import kind_of

SHOPS = ["EBAY_GB"]


@pytest.fixture(scope="module")
def training():
    with running(0) as training:
        yield training


@pytest.fixture
def connector(training):
    training.clear_faults()
    return training.connector()


def sell(training, count=3, marketplace="EBAY_GB", **options):
    orders = [training.place(marketplace=marketplace, **options) for _ in range(count)]
    for order in orders:
        training.post(f"orders/{order}/ship")
    return orders


def refund(training, order):
    for event in ("return_request", "return_refund"):
        training.post(f"orders/{order}/{event}")


def close(training, currency="GBP"):
    until = (datetime.now(timezone.utc) + timedelta(days=30)).isoformat()
    (made,) = training.post("settlements/close", {"account": f"ebay:{currency}", "until": until})["settlements"]
    return made


def settlements(connector):
    """``{id: (settlement, lines)}`` of all that the connector finds."""
    found, token, page = {}, "", None
    since = datetime.now(timezone.utc) - timedelta(days=200)
    while page is None or token:
        page = connector.fetch_settlements(SHOPS, since, token=token)
        token = page.next_token
        for ref in page.refs:
            settlement = connector.parse_settlement(connector.fetch_settlement(ref.handle))
            found[ref.external_id] = (settlement, list(settlement.lines))
    return found


def transactions(connector):
    found, token, page = [], "", None
    while page is None or token:
        page = connector.fetch_transactions(SHOPS, datetime.now(timezone.utc), token=token)
        token = page.next_token
        assert page.broken == ()
        found += [connector.parse_transaction(record.payload) for record in page.records]
    return found


@pytest.mark.parametrize(("marketplace", "currency"), [("EBAY_GB", "GBP"), ("EBAY_DE", "EUR"), ("EBAY_US", "USD")])
def test_a_payout_is_the_settlement_of_the_book(training, connector, marketplace, currency):
    orders = sell(training, marketplace=marketplace, kinds=["multi_line", "shipping"])
    refund(training, orders[0])
    made = close(training, currency)
    settlement, lines = settlements(connector)[made["id"]]
    assert settlement.total.amount == Decimal(made["total"]) == sum(line.amount.amount for line in lines)
    assert (settlement.total.currency, settlement.reference) == (currency, made["payout"]["reference"])
    assert set(orders) <= {line.order_id for line in lines}
    assert all(kind_of("ebay", line.words) for line in lines)
    book = training.get("money")[f"ebay:{currency}"]["kinds"]
    fees = sum(line.amount.amount for line in lines if line.words[-1] == "FINAL_VALUE_FEE")
    assert fees == Decimal(book["sale.commission"]) + Decimal(book["refund.commission"])
    collected = sum(line.amount.amount for line in lines if line.words[-1] == "collected")
    withheld = [Decimal(amount) for kind, amount in book.items() if kind.endswith("tax_withheld")]
    assert collected == -sum(withheld)
    assert bool(collected) is (currency == "USD")


def test_what_the_seller_owes_comes_back_with_the_next_payout(training, connector):
    (order,) = sell(training, 1)
    close(training)
    refund(training, order)
    owed = close(training)
    sell(training, 2)
    last = close(training)
    found = settlements(connector)
    settlement, lines = found[owed["id"]]
    assert settlement.total.amount == sum(line.amount.amount for line in lines) == Decimal(owed["total"]) < 0
    assert settlement.paid_at is None
    (carried,) = [line for line in found[last["id"]][1] if line.words == ("ADJUSTMENT",)]
    assert carried.amount.amount == Decimal(owed["total"])


def test_money_is_held_until_it_is_paid_out(training, connector):
    orders = set(sell(training, 2))
    waiting = [entry for entry in transactions(connector) if entry.lines[0].order_id in orders]
    assert [(entry.state, entry.settlement_id) for entry in waiting] == [(MoneyState.DEFERRED, "")] * 2
    assert all("Estimated release" in entry.reason for entry in waiting)
    made = close(training)
    paid = [entry for entry in transactions(connector) if entry.lines[0].order_id in orders]
    assert {(entry.state, entry.settlement_id) for entry in paid} == {(MoneyState.RELEASED, made["id"])}
    assert {entry.external_id for entry in paid} == {entry.external_id for entry in waiting}


def test_a_seller_without_key_is_told_to_make_one(training, connector):
    with pytest.raises(Rejected, match="215001.*Create Signing Key"):
        training.connector(replace(training.credentials(), signing_key="")).fetch_settlements(
            SHOPS, datetime.now(timezone.utc)
        )
    private, jwe = connector.create_signing_key()
    mine = replace(training.credentials(), signing_key=private, signing_jwe=jwe)
    assert settlements(training.connector(mine)).keys() == settlements(connector).keys() != set()


@pytest.mark.parametrize("kind", ["throttle", "error_500", "expired_token", "truncated_json"])
@pytest.mark.parametrize("operation", ["getPayouts", "getTransactions"])
def test_faults_lose_nothing(training, connector, kind, operation):
    whole = {key: lines for key, (_settlement, lines) in settlements(connector).items()}
    unchecked = training.connector(checked=False)
    training.post("faults", {"kind": kind, "operation": f"ebay.{operation}", "count": 1})
    try:
        found = settlements(unchecked)
    except (InvalidPayload, RateLimited, Unavailable):
        found = settlements(unchecked)
    assert {key: lines for key, (_settlement, lines) in found.items()} == whole != {}
    assert [fault["fired"] for fault in training.get("faults")["faults"]] == [1]
