"""Settlement files in every regional writing, old and new layout, and what is wrong with a file."""

import time
import tracemalloc
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace.contract import InvalidPayload, SettlementDocument, SettlementState
from addons.marketplace_amazon.connector.report_values import parse_amount, parse_moment
from addons.marketplace_amazon.connector.settlement_file import parse_settlement
from tests.plain.amazon.amazon import DE, SINCE, Amazon, connect, parts
from tests.plain.amazon.settlement_files import COLUMNS, OTHER, document, line, sale
from tests.plain.fake_http import answer
from tests.plain.spec_models import shared_specs

DAY = datetime(2023, 1, 31, tzinfo=timezone.utc)
SPECS = shared_specs()


def read(file):
    """``(settlement, list of its lines)``."""
    settlement = parse_settlement(file)
    return settlement, list(settlement.lines)


def refused(file):
    with pytest.raises(InvalidPayload) as caught:
        read(file)
    return str(caught.value)


# === VALUES === #


@pytest.mark.parametrize(("text", "amount"), [
    ("1234.5", "1234.50"), ("-7", "-7"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("-12,5", "-12.5"),
    ("1 234,56", "1234.56"), ("1\u00a0234,56", "1234.56"), ("1'234.56", "1234.56"), ("(55.00)", "-55"),
    ("32.09    ", "32.09"), ("1.234.567", "1234567"), ("1,234,567.8", "1234567.8"), ("1,234", "1234"),
    ("0,125", "0.125"), ("-1.234", "-1234"), (".5", "0.5"), ("−3,00", "-3"), ("+3,00", "3"), ("0,00", "0"),
])  # fmt: skip
def test_amounts(text, amount):
    assert parse_amount(text, "EUR", "amount") == Decimal(amount)


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from([(",", "."), (".", ","), ("\u00a0", ","), ("'", "."), ("", ","), ("", ".")]),
)
def test_every_amount_in_every_writing(amount, signs):
    thousands, point = signs
    text = f"{amount:,.2f}".replace(",", "_").replace(".", point).replace("_", thousands)
    assert parse_amount(text, "EUR", "amount") == amount


def test_yen_have_no_decimals_and_dinars_three():
    assert parse_amount("1,234", "JPY", "amount") == 1234
    assert parse_amount("1,234", "KWD", "amount") == Decimal("1.234")


@pytest.mark.parametrize("text", [
    "", "abc", "1.2.3", "12,34,56", "1.23,456,7", "--1", "1-", "(1", "-(1)", "1e5", "NaN", "1,2.3,4", "١٢", "1_000",
])  # fmt: skip
def test_what_is_no_amount(text):
    with pytest.raises(InvalidPayload, match="not a number"):
        parse_amount(text, "EUR", "amount")


@pytest.mark.parametrize("text", [
    "2023-01-31 00:00:00 UTC", "31.01.2023 00:00:00 UTC", "2023/01/31 00:00:00 UTC", "2023-01-31", "31.01.2023",
    "2023-01-31T00:00:00+00:00", "2023-01-31T00:00:00Z", "2023-01-31T09:00:00+09:00", "2023-01-30T16:00:00-0800",
    "2023-01-31T00:00:00.000Z", " 2023/01/31 ",
])  # fmt: skip
def test_times(text):
    assert parse_moment(text) == DAY


@pytest.mark.parametrize("text", [
    "", "01/02/2023", "2023-13-01", "31.02.2023", "2023-01/31", "yesterday", "2023-01-31 25:00:00",
    "2023-01-31 00:00 CET",
])  # fmt: skip
def test_what_is_no_time(text):
    assert parse_moment(text) is None


# === FILES === #


def test_a_file():
    rows = [*sale(), line("other-transaction", "Subscription Fee", "-39.00", OTHER)]
    settlement, lines = read(document(rows, "-5.02"))
    assert (settlement.external_id, settlement.total.amount, settlement.total.currency) == (
        "20000000001", Decimal("-5.02"), "EUR")  # fmt: skip
    assert (settlement.state, settlement.paid_at) == (SettlementState.CLOSED, None)
    assert (settlement.start.day, settlement.end.day) == (1, 15)
    first, _commission, last = lines
    assert first.words == ("Order", "ItemPrice", "Principal")
    assert (first.order_id, first.order_line_id, first.sku) == ("302-0000000-0000001", "90000000000001", "SKU-1")
    assert (first.units, first.market, first.reference) == (2, "Amazon.de", "D1")
    assert first.posted_at == datetime(2026, 5, 2, 10, 11, 12, tzinfo=timezone.utc)
    assert (last.words, last.units) == (("other-transaction", "other-transaction", "Subscription Fee"), 0)
    assert [entry.row for entry in lines] == [1, 2, 3]


REGIONS = [
    ("EUR", "1.234,56", "-185,18", "02.05.2026 10:11:12 UTC", "utf-8", "Amazon.de"),
    ("USD", "1,234.56", "-185.18", "2026-05-02 10:11:12 UTC", "cp1252", "Amazon.com"),
    ("JPY", "1,235", "-185", "2026/05/02 10:11:12 UTC", "cp932", "Amazon.co.jp"),
    ("GBP", "1234.56", "-185.18", "2026-05-02T10:11:12+00:00", "utf-8-sig", "Amazon.co.uk"),
    ("EUR", "1\u00a0234,56", "-185,18", "02.05.2026 10:11:12 UTC", "cp1252", "Amazon.fr"),
    ("PLN", "1234,56", "-185,18", "2026-05-02 10:11:12 UTC", "utf-16", "Amazon.pl"),
]


@pytest.mark.parametrize(("currency", "price", "fee", "moment", "charset", "market"), REGIONS)
def test_regional_writing(currency, price, fee, moment, charset, market):
    total = parse_amount(price, currency, "") + parse_amount(fee, currency, "")
    named = "湯のみ" if charset == "cp932" else "Tässchen"
    rows = sale(price, fee, posted_date_time=moment, marketplace_name=market, sku=named)
    settlement, lines = read(document(rows, str(total), charset=charset, currency=currency))
    assert sum(entry.amount.amount for entry in lines) == settlement.total.amount > 0
    assert settlement.paid_at == datetime(2026, 5, 17, tzinfo=timezone.utc)
    assert {entry.sku for entry in lines} == {named}
    assert {entry.posted_at for entry in lines} == {datetime(2026, 5, 2, 10, 11, 12, tzinfo=timezone.utc)}
    assert lines[0].amount.text == price.strip()


def test_columns_stand_anywhere_and_some_are_missing():
    expected = read(document(sale(), "33.98"))[1]
    for columns in (COLUMNS[::-1], COLUMNS[:-1], [name for name in COLUMNS if name != "merchant-order-id"]):
        assert read(document(sale(), "33.98", columns=columns))[1] == expected


def test_the_head_may_end_early():
    file = document(sale(), "33.98")
    first, second, *rest = file.content.split(b"\r\n")
    short = b"\r\n".join([first, second.rstrip(b"\t"), *rest])
    assert read(SettlementDocument("a.txt", short))[1] == read(file)[1]


def test_the_sellers_own_texts_are_no_words():
    coupon = {**OTHER, "transaction-type": "CouponRedemptionFee"}
    rows = [
        line("CouponRedemptionFee", "Summer 2026 / 20 %", "-0.60", coupon),
        line("Promotion", "Principal", "-1.00", promotion_id="PROMO-1"),
    ]
    fee, promotion = read(document(rows, "-1.60"))[1]
    assert (fee.words, fee.note) == (("CouponRedemptionFee", "CouponRedemptionFee"), "Summer 2026 / 20 %")
    assert (promotion.words, promotion.note) == (("Order", "Promotion", "Principal"), "PROMO-1")


def test_orders_of_other_shops_are_told_apart():
    values = {"marketplace_name": "Non-Amazon US", "merchant_order_id": "WH/OUT/7"}
    entry, own = read(document([line("ItemFees", "FBAPerUnitFulfillmentFee", "-3.20", **values), *sale()[:1]], "1"))[1]
    assert (entry.words[:2], entry.reference) == (("Non-Amazon", "Order"), "WH/OUT/7")
    assert (own.words[:1], own.reference) == (("Order",), "D1")


# === WHAT IS WRONG WITH A FILE === #


@pytest.mark.parametrize(("change", "message"), [
    ({"amount": "twelve"}, "row 3 amount"), ({"amount": ""}, "row 3 amount: missing"),
    ({"posted-date-time": "someday"}, "row 3 posted-date"),
    ({"posted-date-time": "", "posted-date": ""}, "row 3 posted-date"),
    ({"settlement-id": "20000000002"}, "another settlement"), ({"currency": "USD"}, "USD in a settlement in EUR"),
    ({"quantity-purchased": "many"}, "row 3 quantity-purchased"),
    ({"transaction-type": "", "amount-type": "", "amount-description": ""}, "without words"),
    ({"transaction-type": "", "total-amount": "33.98"}, "stated twice"),
])  # fmt: skip
def test_bad_rows(change, message):
    rows = sale()
    rows[0].update(change)
    assert message in refused(document(rows, "33.98"))


@pytest.mark.parametrize(("change", "message"), [
    ({"settlement_start_date": "soon"}, "row 2 settlement-start-date"), ({"total_amount": ""}, "row 2 total-amount"),
    ({"currency": ""}, "row 2 currency"), ({"currency": "EURO"}, "not an ISO 4217 code"),
    ({"settlement_id": " "}, "row 2 settlement-id"),
])  # fmt: skip
def test_bad_heads(change, message):
    assert message in refused(document(sale(), "33.98", **change))


def test_a_file_that_breaks_off_is_refused_wherever_it_breaks_off_in_a_row():
    content = document(sale(), "33.98").content
    start = content.rindex(b"\r\n", 0, len(content) - 2) + 3
    for end in range(start, len(content) - 3):
        assert "broken off" in refused(SettlementDocument("a.txt", content[:end])), content[start:end]


def test_more_columns_than_the_header():
    content = document(sale(), "33.98").content.replace(b"\r\n", b"\t\r\n")
    assert len(read(SettlementDocument("a.txt", content))[1]) == 2
    assert "25 columns instead of 24" in refused(
        SettlementDocument("a.txt", document(sale(), "33.98").content.removesuffix(b"\r\n") + b"\tmore\r\n"))


@pytest.mark.parametrize("name", ["amount", "currency", "transaction-type", "settlement-id", "amount-description"])
def test_missing_columns_are_named(name):
    columns = [column for column in COLUMNS if column != name]
    assert f"missing: {name}" in refused(document(sale(), "33.98", columns=columns))


def test_a_column_twice():
    assert "stands twice" in refused(document(sale(), "33.98", columns=(*COLUMNS, "amount")))


def test_unreadable_bytes():
    assert "not readable as cp1252" in refused(
        SettlementDocument("a.txt", document(sale(sku="Tä\x9d"), "33.98", charset="latin-1").content))


# === SPEED === #


def many(count):
    rows = [line("ItemPrice", "Principal", f"{number % 1000}.{number % 90 + 10}", order_id=f"302-1111111-{number:07}")
            for number in range(count)]  # fmt: skip
    return document(rows, "1.00")


def test_a_hundred_thousand_rows_in_seconds():
    file, started = many(100_000), time.process_time()
    assert sum(1 for _line in parse_settlement(file).lines) == 100_000
    assert time.process_time() - started < 6


def test_memory_does_not_grow_with_the_file():
    peaks = []
    for count in (2_000, 20_000):
        file = many(count)
        tracemalloc.start()
        assert sum(1 for _line in parse_settlement(file).lines) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2 * 1024 * 1024


# === SAMPLES === #


@pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")
@pytest.mark.parametrize(("name", "total", "count"), [("1", "-321.69", 3), ("2", "-62.31", 15)])
def test_real_files_of_the_old_layout(name, total, count):
    path = SPECS / "amazon-reports" / "settlement-v1" / f"settlement-v1-ca-{name}.txt"
    settlement, lines = read(SettlementDocument(path.name, path.read_bytes()))
    assert (str(settlement.total.amount), settlement.total.currency, len(lines)) == (total, "CAD", count)
    assert sum(entry.amount.amount for entry in lines) == settlement.total.amount
    # The same file, laid out anew as V2, is the same settlement.
    rows = [{"transaction-type": entry.words[0], "amount-type": entry.words[1], "amount-description": entry.words[2],
             "amount": entry.amount.text, "order-id": entry.order_id, "order-item-code": entry.order_line_id,
             "marketplace-name": entry.market, "sku": entry.sku, "quantity-purchased": str(entry.units or ""),
             "posted-date-time": entry.posted_at.isoformat(), "shipment-id": entry.reference}
            for entry in lines]  # fmt: skip
    assert read(document(rows, total, settlement.external_id, currency="CAD"))[1] == lines


@pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")
def test_units_of_the_old_layout_stand_in_a_row_of_their_own():
    path = SPECS / "amazon-reports" / "settlement-v1" / "settlement-v1-ca-2.txt"
    lines = read(SettlementDocument(path.name, path.read_bytes()))[1]
    assert [entry.units for entry in lines[:7]] == [1] * 6 + [0]


@pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")
def test_illustrative_file():
    """Its authors made the rows up: they are read, but are not its total."""
    (path,) = (SPECS / "amazon-reports" / "samples").glob("*SETTLEMENT*")
    settlement, lines = read(SettlementDocument(path.name, path.read_bytes()))
    assert (settlement.external_id, settlement.total.text, len(lines)) == ("18906543210", "1847.32", 7)
    assert lines[0].words == ("Order", "ItemPrice", "Principal")


# === LISTING === #


def report(number, **values):
    return {
        "reportId": f"R{number}", "reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
        "createdTime": "2026-05-16T00:00:00Z", "processingStatus": "DONE", "marketplaceIds": [DE],
        "reportDocumentId": f"D{number}", **values,
    }  # fmt: skip


def test_reports_are_listed_never_asked_for():
    amazon = Amazon(
        answer({"reports": [report(1)], "nextToken": "more"}),
        answer({"reports": [report(2, marketplaceIds=[DE, "A13V1IB3VIYZZH"])]}),
    )
    connector, clock = connect(amazon)
    first = connector.fetch_settlements([DE], SINCE)
    second = connector.fetch_settlements([DE], SINCE, token=first.next_token)
    path, query, _body = parts(amazon.calls[0])
    assert path == "/reports/2021-06-30/reports"
    assert query["reportTypes"] == "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
    assert query["createdSince"] == "2026-05-01T00:00:00Z"
    assert parts(amazon.calls[1])[1] == {"nextToken": "more"}
    assert [(ref.external_id, ref.shop_id, ref.provisional) for ref in (*first.refs, *second.refs)] == [
        ("report R1", DE, True), ("report R2", "", True)]  # fmt: skip
    assert first.complete_until is None
    assert second.complete_until.timestamp() == clock.now - 300


def test_nothing_older_than_amazon_keeps_is_asked_for():
    amazon = Amazon(answer({"reports": []}))
    connector, _time = connect(amazon)
    connector.fetch_settlements([DE], datetime(2020, 1, 1, tzinfo=timezone.utc))
    assert parts(amazon.calls[0])[1]["createdSince"] == "2026-02-27T00:00:00Z"


def test_a_file_is_kept_as_it_came():
    file = document(sale(sku="Tässchen"), "33.98", charset="cp1252")
    amazon = Amazon(answer({"reportDocumentId": "D1", "url": "https://files.example/1"}),
                    answer(file.content, Content_Type="text/plain; charset=Cp1252"))  # fmt: skip
    found = connect(amazon)[0].fetch_settlement({"report": "R1", "document": "D1"})
    assert (found.name, found.content) == ("settlement-R1.txt", file.content)
    assert {entry.sku for entry in read(found)[1]} == {"Tässchen"}
