"""Statements and transactions: taxes taken out, what adds up, which transactions belong to which statement."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, MoneyState
from addons.marketplace_lazada.connector import transactions
from addons.marketplace_lazada.connector.finance import read_day
from addons.marketplace_lazada.connector.statements import parse_settlement
from addons.marketplace_lazada.connector.transactions import parse_transaction
from tests.plain.fake_http import FakeTime
from tests.plain.fee_words import kind_of, rows
from tests.plain.lazada.documents import documents
from tests.plain.lazada.finance import (
    document,
    period,
    statement,
    taxed,
    transaction,
    wire_statements,
    wire_transactions,
)
from tests.plain.lazada.lazada import SELLERS, Lazada
from tests.plain.lazada.samples import NOW, SECOND_SHOP, SHOP, at


def lines_of(listed, entries):
    return list(parse_settlement(document(listed, entries)).lines)


def shown(lines):
    return [(line.words[-1], line.amount.text) for line in lines]


def start(statements=None, entries=None):
    money = {
        "statements": [listed for listed, _entries in wire_statements()] if statements is None else statements,
        "transactions": wire_transactions() if entries is None else entries,
    }
    lazada = Lazada(FakeTime(float(NOW)), **money)
    return lazada, lazada.connect()


# === TAXES === #


def test_taxes_in_a_fee_are_lines_of_their_own():
    lines = lines_of(statement(1, "-0.62"), [taxed(1)])
    assert shown(lines) == [("Payment Fee", "-0.56"), ("VAT_in_amount", "-0.07"), ("WHT_amount", "0.01")]
    assert {line.words[:2] for line in lines} == {("Orders-Lazada Fees", "Payment Fee")}
    given_back = {"amount": "0.62", "VAT_in_amount": "-0.0672"}
    assert shown(lines_of(statement(1, "0.62"), [taxed(1) | given_back])) == [
        ("Payment Fee", "0.56"),
        ("VAT_in_amount", "0.07"),
        ("WHT_amount", "-0.01"),
    ]


@pytest.mark.parametrize("included", ["No", ""])
def test_withholding_tax_that_is_not_in_the_amount_is_left_out(included):
    lines = lines_of(statement(1, "-0.62"), [taxed(1, comment="c") | {"WHT_included_in_amount": included}])
    assert shown(lines) == [("Payment Fee", "-0.55"), ("VAT_in_amount", "-0.07")]
    assert {line.note for line in lines} == {"Thing 1 / c"}


def test_taxes_are_whole_coins_of_the_country():
    entry = transaction(1, "-33,000", "Commission", VAT_in_amount="3000.40")
    (listed,) = [statement(1, "-33000", payout="0")]
    lines = list(parse_settlement(document(listed, [entry], country="vn")).lines)
    assert shown(lines) == [("Commission", "-30000"), ("VAT_in_amount", "-3000")]
    assert {line.amount.currency for line in lines} == {"VND"}


# === STATEMENTS === #


def test_a_statement_has_its_period_its_orders_and_its_debts():
    settlement = parse_settlement(document(*wire_statements()[2]))
    # Days begin at 16:00 UTC of the day before in Singapore.
    assert (f"{settlement.start}", f"{settlement.end}") == ("2026-05-17 16:00:00+00:00", "2026-05-24 16:00:00+00:00")
    first, *_rest, last = settlement.lines
    assert (first.words, first.amount.text) == (("STATEMENT", "opening_balance"), "-20.00")
    assert f"{first.posted_at:%F %T}" == "2026-05-18 04:00:00"
    assert (last.order_id, last.order_line_id, last.sku) == ("500001", "901001", "SKU-1")
    assert (last.reference, last.market, f"{last.posted_at:%F %T}") == ("SG103EF-0000006", "SG", "2026-05-20 04:00:00")
    assert [line.units for line in settlement.lines] == [0, 1, 0]
    assert (settlement.paid_at, settlement.reference) == (None, "")
    listed, entries = wire_statements()[0]
    paid = [entries[0], *(entry | {"payment_ref_id": "HSBC-7"} for entry in entries[1:])]
    assert parse_settlement(document(listed, paid)).reference == "HSBC-7"
    assert f"{parse_settlement(document(*wire_statements()[0])).paid_at}" == "2026-05-10 18:37:35+00:00"


def test_transactions_of_other_statements_are_left_out():
    others = [transaction(7, "9.99", week=2), transaction(8, "9.99", statement="")]
    listed, entries = wire_statements()[0]
    assert len(lines_of(listed, [*others, *entries])) == 5


def test_a_statement_without_a_day_in_its_number_is_that_of_the_last_period_before_it():
    listed, entries = wire_statements()[0]
    running = transaction(7, "9.99", week=2)
    assert len(lines_of(listed | {"statement_number": "A-1"}, [running, *entries])) == 5


def test_transactions_may_name_the_statement():
    entries = [entry | {"statement": "ST-1"} for entry in wire_statements()[0][1]]
    settlement = parse_settlement(document(statement(1, "968.38", statement_number="ST-1"), entries))
    assert len(list(settlement.lines)) == 5
    assert f"{settlement.start:%F} {settlement.end:%F}" == "2026-05-05 2026-05-10"


@pytest.mark.parametrize(
    ("stated", "total", "words", "amount"),
    [
        ({"payout": "80.00 SGD", "guarantee_deposit": "20.00"}, "80.00", "guarantee_deposit", "-20.00"),
        ({"payout": "80.00", "closing_balance": "80", "guarantee_deposit": "20"}, "80.00", "guarantee_deposit", "-20"),
        ({"payout": "0.00", "guarantee_deposit": "null"}, "0.00", "closing_balance", "-100.00"),
    ],
)
def test_what_is_not_paid_out_is_a_line(stated, total, words, amount):
    settlement = parse_settlement(document(statement(1, "100.00") | stated, [transaction(1, "100.00")]))
    assert settlement.total.amount == Decimal(total)
    (_goods, kept) = settlement.lines
    assert kept.words == ("STATEMENT", words) and kept.amount.amount == Decimal(amount)


def test_days_have_english_months_or_numbers():
    assert {read_day(text, "") for text in ("17 May 2016", "17-May-2016 10:11", "2016-05-17")} == {
        read_day("17 may 2016 - 23 May 2016", "")
    }
    for text in ("31 Feb 2016", "17 Mai 2016", "2016-13-01", "", "May"):
        with pytest.raises(InvalidPayload):
            read_day(text, "transaction_date")


def test_pages_and_days_of_a_statement(monkeypatch):
    monkeypatch.setattr(transactions, "PAGE_SIZE", 2)
    lazada, connector = start()
    refs = connector.fetch_settlements([SHOP], at(-30 * 86_400)).refs
    assert [ref.external_id for ref in refs] == ["SG10FG9-2026-0510", "SG10FG9-2026-0517", "SG10FG9-2026-0524"]
    settlement = connector.parse_settlement(connector.fetch_settlement(refs[0].handle))
    assert (settlement.shop_id, len(list(settlement.lines))) == (SHOP, 5)
    asked = [params for _host, path, params in lazada.calls if path == transactions.PATH]
    assert [params["offset"] for params in asked] == ["0", "2"]
    assert {(params["start_time"], params["end_time"]) for params in asked} == {("2026-04-10", "2026-05-11")}
    connector.fetch_settlement(refs[2].handle)
    last = lazada.calls[-1][2]
    assert (last["start_time"], last["end_time"]) == ("2026-05-16", "2026-05-25")


def test_a_payment_changes_the_revision_and_old_statements_are_not_offered_again():
    lazada, connector = start()
    refs = connector.fetch_settlements([SHOP], at(0)).refs
    assert [ref.external_id for ref in refs] == ["SG10FG9-2026-0517", "SG10FG9-2026-0524"]
    lazada.statements[1] |= {"paid": "1", "updated_at": "2026-05-20 10:00:00"}
    assert connector.fetch_settlements([SHOP], at(0)).refs[0].revision != refs[0].revision


def test_each_shop_has_a_page():
    lazada = Lazada(FakeTime(float(NOW)))
    lazada.sellers = [*SELLERS, {**SELLERS[0], "country": "my", "seller_id": SECOND_SHOP}]
    connector = lazada.connect()
    page = connector.fetch_settlements([SECOND_SHOP, SHOP], at(-86_400))
    assert page.next_token and page.complete_until is None
    page = connector.fetch_settlements([SECOND_SHOP, SHOP], at(-86_400), token=page.next_token)
    assert (page.next_token, page.complete_until) == ("", at(-60))
    assert [host for host, *_rest in lazada.calls] == ["api.lazada.sg", "api.lazada.com.my"]


# === TRANSACTIONS === #


def test_transactions_wait_until_they_are_in_a_statement():
    def read(**fields):
        return parse_transaction({"shop_id": SHOP, "country": "sg", "transaction": taxed(1, **fields)})

    waiting, settled = read(statement=""), read(paid_status="Paid")
    assert (waiting.state, waiting.state_text, waiting.total.text) == (MoneyState.DEFERRED, "Not paid", "-0.62")
    assert (settled.state, settled.state_text, settled.settlement_id) == (MoneyState.RELEASED, "Paid", "")
    assert read(statement="SG10FG9-2026-0510").settlement_id == "SG10FG9-2026-0510"


def test_a_broken_transaction_stops_no_page():
    _lazada, connector = start(entries=[transaction(1, "1.00"), {**transaction(2, "1.00"), "transaction_number": ""}])
    page = connector.fetch_transactions([SHOP], at(-86_400))
    assert len(page.records) == 1
    assert [path for path, _reason, _entry in page.broken] == ["data[1].transaction.transaction_number"]


def test_transactions_of_a_month_before_are_looked_at_again():
    lazada, connector = start()
    assert len(connector.fetch_transactions([SHOP], at(0)).records) == 7
    assert lazada.calls[-1][2]["start_time"] == "2026-04-29"


# === WORDS === #


def test_words_of_statements_and_taxes_are_known():
    settlements = [parse_settlement(document(*wire)) for wire in wire_statements()]
    kinds = {line.words[-1]: kind_of("lazada", line.words) for one in settlements for line in one.lines}
    assert kinds == {
        "Item Price Credit": "principal", "Commission": "commission", "Payment Fee": "payment_fee",
        "VAT_in_amount": "tax_on_fees", "WHT_amount": "withholding_tax", "Reversal Item Price": "income_refund",
        "opening_balance": "opening_balance",
    }  # fmt: skip
    assert kind_of("lazada", ("Orders-Sales", "Item Price Credit", "VAT_in_amount")) == "tax_collected"
    assert kind_of("lazada", ("STATEMENT", "guarantee_deposit")) == "reserve_current"
    assert kind_of("lazada", ("Orders-Claims", "Something New")) is None


def test_fees_are_known_whatever_they_are_filed_under():
    names = {pieces[0]: kind for pieces, kind in rows("lazada") if len(pieces) == 1}
    assert len(names) > 100
    for name, kind in names.items():
        assert kind_of("lazada", ("Any-Thing", name)) == kind
        assert kind_of("lazada", ("Any-Thing", name, "WHT_amount")) == "withholding_tax"


@pytest.mark.skipif(not documents(), reason="../shared/specs is not beside the checkout")
def test_our_samples_have_every_field_of_the_documents():
    for path, ours in (
        ("/finance/payout/status/get", statement(1, "1.00")),
        ("/finance/transaction/details/get", transaction(1, "1.00")),
    ):
        (data,) = documents()[path].response
        assert {field.name for field in data.children} == set(ours)
    assert period(1) == "04 May 2026 - 10 May 2026"
