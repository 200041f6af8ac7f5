"""Reconciliation reports: which are offered, how they are read, and words that the fee tree knows."""

import zipfile
from io import BytesIO

import pytest

from addons.marketplace.contract import InvalidPayload, Rejected, SettlementDocument
from addons.marketplace_walmart.connector.recon_file import parse_settlement
from tests.plain.fake_http import answer
from tests.plain.fee_words import kind_of, rows
from tests.plain.walmart.recon import COLUMNS, Reports, amount, document, fee, reports, summary, text_of, zipped
from tests.plain.walmart.walmart import SHOP, SINCE, refusal, start


def lines_of(*entries):
    return list(parse_settlement(document([summary(2, 15, "0.00"), *entries])).lines)


def connected(**handlers):
    played = {name.replace(".", "_"): handler for name, handler in Reports().handlers().items()}
    return start(**played | handlers)


def test_reports_are_offered_by_date():
    dates = ["05152026", "04162026"]  # one is long known
    walmart, connector = connected(recon_dates=lambda *_args: answer({"availableApReportDates": dates}))
    page = connector.fetch_settlements([SHOP], SINCE)
    (ref,) = page.refs
    assert (ref.external_id, ref.shop_id, ref.provisional) == ("report 2026-05-15", SHOP, True)
    assert (page.next_token, f"{page.complete_until}") == ("", "2026-05-27 23:59:00+00:00")
    file = connector.fetch_settlement(ref.handle)
    assert file.name == "walmart-report-2026-05-15.zip"
    assert walmart.calls[-1][:2] == ("recon.file", {"reportDate": "05152026", "reportVersion": "v1"})
    settlement = connector.parse_settlement(file)
    assert settlement.external_id == "2026-05-15"
    assert sum(line.amount.amount for line in settlement.lines) == settlement.total.amount


def test_what_is_no_file_or_date_is_refused():
    in_json = answer({"reportData": []}, content_type="application/json")
    _walmart, connector = connected(recon_file=lambda *_args: in_json)
    with pytest.raises(InvalidPayload, match="a file was expected"):
        connector.fetch_settlement({"date": "05152026"})
    _walmart, connector = connected(recon_file=lambda *_args: refusal("NOT_FOUND", "no such report", 400))
    with pytest.raises(Rejected):
        connector.fetch_settlement({"date": "05152026"})
    walmart, connector = connected(recon_dates=lambda *_args: answer({"availableApReportDates": ["2026-05-15"]}))
    with pytest.raises(InvalidPayload, match="is no date"):
        connector.fetch_settlements([SHOP], SINCE)


def test_a_file_is_read_alone_or_in_its_archive():
    content = text_of(reports()["05152026"])
    for stored in (content, b"\xef\xbb\xbf" + content, zipped(content)):
        settlement = parse_settlement(SettlementDocument("any.name", stored))
        assert len(list(settlement.lines)) == 7
    uncounted = text_of(reports()["05152026"], counted=False)
    assert len(list(parse_settlement(SettlementDocument("report.csv", uncounted)).lines)) == 7


def test_an_archive_of_several_files_is_refused():
    file = BytesIO(zipped(text_of(reports()["05152026"])))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("another.csv", "")
    with pytest.raises(InvalidPayload, match="2 files"):
        parse_settlement(SettlementDocument("report.zip", file.getvalue()))


def test_columns_are_found_by_name():
    columns = (*reversed(COLUMNS), "Campaign Id")
    head, *entries = reports()["05152026"]
    lines = list(parse_settlement(document([head, *entries], columns=columns)).lines)
    assert [line.amount.text for line in lines] == [entry["Amount"] for entry in entries]


def test_a_report_says_when_it_was_paid_and_what_it_is_about():
    settlement = parse_settlement(document(reports()["05152026"]))
    assert [f"{moment:%F}" for moment in (settlement.start, settlement.end, settlement.paid_at)] == [
        "2026-05-02",
        "2026-05-16",
        "2026-05-16",
    ]
    assert settlement.reference == "2026_05_15_1"
    goods, _tax, _withheld, commission, label, *_reserves = settlement.lines
    assert (goods.order_id, goods.order_line_id, goods.sku, goods.units) == ("1796277083961", "1", "SKU-1", 2)
    assert (commission.units, label.units) == (0, 0)
    assert (goods.reference, f"{goods.posted_at:%F %T}") == ("2026_05_06_1387066", "2026-05-05 12:00:00")
    assert parse_settlement(document(reports()["05242026"])).paid_at is None


def test_without_a_period_the_day_of_the_payment_stands_for_it():
    blank = {"Period Start Date": "", "Period End Date": "", "Transaction Posted Timestamp": "5/6/2026 01:02:03"}
    settlement = parse_settlement(document([summary(2, 15, "1.00", **blank), amount("1.00", "Product Price")]))
    assert (settlement.external_id, f"{settlement.start:%F} {settlement.end:%F}") == (
        "2026-05-06",
        "2026-05-06 2026-05-07",
    )


@pytest.mark.parametrize(
    ("kind", "amount_type", "description", "words", "note"),
    [
        ("Sale", "Product Price", "Purchase", ("Sale", "Product Price"), ""),
        ("Refund", "Product Price", "Return Refund", ("Refund", "Product Price"), "Return Refund"),
        ("Service Fee", "Item Fees", '"WFS Refund "', ("Service Fee", "Item Fees", "WFS Refund"), ""),
        ("Adjustment", "Fee/Reimbursement", "Case 1234567", ("Adjustment", "Fee/Reimbursement"), "Case 1234567"),
        ("", "", "WFS RC_InventoryDisposalFee", ("WFS RC_InventoryDisposalFee",), ""),
    ],
)  # fmt: skip
def test_descriptions_are_words_where_they_tell_amounts_apart(kind, amount_type, description, words, note):
    (line,) = lines_of(amount("1.00", amount_type, kind, description))
    assert (line.words, line.note) == (words, note)


def test_the_reason_of_a_refund_is_its_note():
    lines = list(parse_settlement(document(reports()["05242026"])).lines)
    assert [line.note for line in lines] == ["Return Refund / Broken", "Return Refund", ""]


def test_a_report_is_read_while_its_lines_are_asked_for():
    broken = [*reports()["05152026"], amount("much", "Product Price")]
    lines = iter(parse_settlement(document(broken)).lines)
    assert [next(lines).row for _ in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(InvalidPayload, match="much"):
        next(lines)


# === WORDS === #


def test_words_of_reports_are_known():
    lines = [line for entries in reports().values() for line in parse_settlement(document(entries)).lines]
    assert [kind_of("walmart", line.words) for line in lines] == [
        "principal", "tax_collected", "tax_withheld", "commission", "shipping_label", "reserve_current",
        "reserve_previous", "income_refund", "commission_refund", "storage",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (fee("-1", "WFS Fee/Reimbursement", "Adjustment", "WFS Fulfillment fee"), "marketplace_fulfilment"),
        (fee("-1", "Walmart Product Advertising", "Campaigns", "Walmart Product Advertising"), "ads_sp"),
        (fee("9", "Fee/Reimbursement", "Dispute Settlement", "Anything Else"), "dispute"),
        (fee("9", "Fee/Reimbursement", "Adjustment", "Something New"), None),
        (fee("9", "", "", "WFS RC_InventoryDisposalFee"), "disposal"),
        (fee("-9", "Reserve", "Reserve", "Funds withheld"), "reserve_current"),
    ],
)
def test_fees_are_known_by_their_description(entry, kind):
    (line,) = lines_of(entry)
    assert kind_of("walmart", line.words) == kind


def test_types_of_amounts_of_sales_are_known_of_refunds_too():
    sales = {pieces[1]: kind for pieces, kind in rows("walmart") if pieces[0] == "Sale"}
    refunds = {pieces[1]: kind for pieces, kind in rows("walmart") if pieces[0] == "Refund"}
    assert set(sales) == set(refunds) - {"ExcessRefundAdjustment"} and len(sales) > 10
