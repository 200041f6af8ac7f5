"""Reports are read by header name; a damaged row waits alone."""

import json
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload
from addons.overseas_warehouse_fba.connector import advice, compensation, ledger, planning, removals
from tests.plain.fba.sheets import DETAIL, SUMMARY, event, sheet
from tests.plain.spec_models import shared_specs


@pytest.mark.parametrize("quoted", [False, True])
def test_ledger_events_are_read_with_sign_time_and_place(quoted):
    row = event("Adjustments", -2, Reason="m", Date_and_Time="2026-05-01T07:30:00+0100", Unreconciled_Quantity="1")
    row["Date and Time"] = row.pop("Date and Time", "2026-05-01T07:30:00+0100")
    found = ledger.read_detail(sheet(DETAIL, row, quoted=quoted)).records[0]
    assert (found.day, found.units, found.reason, found.unreconciled) == (date(2026, 5, 1), -2, "M", 1)
    assert found.happened_at == datetime(2026, 5, 1, 6, 30, tzinfo=timezone.utc)
    assert found.position == ("X001", "TEAPOT", "BHX4", "SELLABLE")


def test_equal_rows_are_different_events_and_a_second_report_names_them_alike():
    text = sheet(DETAIL, event(), event(), event(units=-2))
    keys = [found.key for found in ledger.read_detail(text).records]
    assert len(set(keys)) == 3
    again = sheet(DETAIL, event(units=-2), event(), event())
    assert {found.key for found in ledger.read_detail(again).records} == set(keys)


def test_what_is_reconciled_later_is_the_same_event():
    first, later = (
        ledger.read_detail(sheet(DETAIL, event("Adjustments", -1, Reason="M", Reconciled_Quantity=units))).records[0]
        for units in (0, 1)
    )
    assert first.key == later.key
    assert (first.reconciled, later.reconciled) == (0, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("Quantity", "two"), ("Quantity", ""), ("Date", "31/12/2026"), ("FNSKU", ""), ("Quantity", "1.5")],
)
def test_a_damaged_row_waits_and_the_others_go_on(field, value):
    read = ledger.read_detail(sheet(DETAIL, event(), {**event(), field: value}, event()))
    assert len(read.records) == 2
    ((path, _reason, row),) = read.broken
    assert path.startswith("GET_LEDGER_DETAIL_VIEW_DATA row 3") and row["msku"] == "TEAPOT"


def test_a_report_without_a_needed_column_is_refused():
    with pytest.raises(InvalidPayload, match="event-type"):
        ledger.read_detail(sheet([name for name in DETAIL if name != "Event Type"], event()))


def test_balances_know_whether_they_add_up():
    row = {
        "Date": "05/01/2026", "FNSKU": "X001", "MSKU": "TEAPOT", "Disposition": "SELLABLE", "Location": "BHX4",
        "Starting Warehouse Balance": 10, "Receipts": 5, "Customer Shipments": -4, "Lost": -1,
        "In Transit Between Warehouses": 3, "Ending Warehouse Balance": 10,
    }  # fmt: skip
    good, bad = ledger.read_summary(sheet(SUMMARY, row, {**row, "Ending Warehouse Balance": 11})).records
    assert (good.gap, bad.gap, good.in_transit) == (0, 1, 3)
    assert good.changes == {"receipts": 5, "customer-shipments": -4, "lost": -1}


REIMBURSEMENT = (
    "approval-date", "reimbursement-id", "case-id", "amazon-order-id", "reason", "sku", "fnsku", "asin",
    "product-name", "condition", "currency-unit", "amount-per-unit", "amount-total", "quantity-reimbursed-cash",
    "quantity-reimbursed-inventory", "quantity-reimbursed-total", "original-reimbursement-id",
    "original-reimbursement-type",
)  # fmt: skip


def test_reimbursements_keep_money_and_units_apart():
    row = {
        "approval-date": "2026-05-04T10:00:00+00:00", "reimbursement-id": "R1", "reason": "Lost_Warehouse",
        "sku": "TEAPOT", "fnsku": "X001", "currency-unit": "GBP", "amount-per-unit": "7.49", "amount-total": "14.98",
        "quantity-reimbursed-cash": 2, "quantity-reimbursed-inventory": 1, "quantity-reimbursed-total": 3,
    }  # fmt: skip
    read = compensation.read_reimbursements(sheet(REIMBURSEMENT, row, {**row, "quantity-reimbursed-total": 4}))
    (found,) = read.records
    assert (found.amount.amount, found.cash_units, found.stock_units, found.units) == (Decimal("14.98"), 2, 1, 3)
    assert "not the sum" in read.broken[0][1]


def test_removals_are_read_in_both_layouts():
    columns = ("removal-date", "order-id", "shipment-date", "sku", "fnsku", "disposition", "quantity shipped")
    row = {"order-id": "O1", "shipment-date": "2026-05-04T10:00:00Z", "sku": "TEAPOT", "fnsku": "X001"}
    old = removals.read_removal_shipments(sheet(columns, {**row, "quantity shipped": 4})).records[0]
    new = removals.read_removal_shipments(sheet((*columns[:6], "shipped-quantity"), {**row, "shipped-quantity": 4}))
    assert old.units == new.records[0].units == 4


def test_an_unknown_kind_of_removal_waits():
    columns = ("order-id", "order-type", "order-status", "sku", "fnsku", "disposition", "requested-quantity")
    row = {"order-id": "O1", "order-type": "Gift", "order-status": "Completed", "sku": "T", "fnsku": "X"}
    read = removals.read_removal_orders(sheet(columns, {**row, "requested-quantity": 1}))
    assert not read.records and "Gift" in read.broken[0][1]


def test_ages_are_taken_from_tiers_that_do_not_count_twice():
    tiers = {
        "inv-age-0-to-90-days": 9, "inv-age-0-to-30-days": 4, "inv-age-31-to-60-days": 3, "inv-age-61-to-90-days": 2,
        "inv-age-91-to-180-days": 5, "inv-age-181-to-330-days": 8, "inv-age-181-to-270-days": 6,
        "inv-age-271-to-365-days": 3, "inv-age-331-to-365-days": 1, "inv-age-365-plus-days": 1,
    }  # fmt: skip
    row = {"snapshot-date": "2026-05-01", "sku": "T", "fnsku": "X", "available": 24, "currency": "GBP", **tiers}
    row["estimated-ais-181-210-days"] = "0.38"
    (found,) = planning.read_aged_stock(sheet(tuple(row), row)).records
    assert found.ages == {
        (0, 30): 4, (31, 60): 3, (61, 90): 2, (91, 180): 5, (181, 270): 6, (271, 365): 3, (366, None): 1,
    }  # fmt: skip
    assert sum(found.ages.values()) == found.available
    assert found.surcharges[181, 210].amount == Decimal("0.38")


ADVISED = (
    "snapshot-date", "sku", "fnsku", "asin", "product-name", "condition", "sellable-quantity", "sellable-271-365-days",
    "sellable-365+-days", "sellable-removal-quantity", "unsellable-quantity", "unsellable-0-7-days",
    "unsellable-8-60-days", "unsellable-61-90-days", "sellable-121-180-days", "sellable-181-270-days",
)  # fmt: skip


def test_what_amazon_recommends_to_remove():
    row = {
        "snapshot-date": "2026-05-01", "sku": "T", "fnsku": "X", "condition": "New", "sellable-quantity": 24,
        "sellable-365+-days": 7, "sellable-removal-quantity": 6, "unsellable-quantity": 2,
    }  # fmt: skip
    (found,) = advice.read_removal_advice(sheet(ADVISED, row)).records
    assert (found.day, found.msku, found.condition) == (date(2026, 5, 1), "T", "New")
    assert (found.sellable, found.removal, found.unsellable) == (24, 6, 2)
    read = advice.read_removal_advice(sheet(ADVISED, {**row, "sellable-removal-quantity": ""}))
    assert not read.records and "sellable-removal-quantity" in read.broken[0][0]


READERS = {
    ledger.DETAIL: ledger.read_detail,
    ledger.SUMMARY: ledger.read_summary,
    compensation.REPORT: compensation.read_reimbursements,
    removals.ORDERS: removals.read_removal_orders,
    removals.SHIPMENTS: removals.read_removal_shipments,
    planning.REPORT: planning.read_aged_stock,
}


def test_every_published_layout_of_our_reports_is_known():
    """An empty report of each layout has every column that we need."""
    if shared_specs() is None:
        pytest.skip("no ../shared/specs beside the checkout")
    layouts = json.loads((shared_specs() / "amazon-reports" / "report-columns.json").read_text())
    known = [(name, layout) for name in READERS for layout in layouts[name]]
    for name, layout in known:
        assert READERS[name](sheet(layout["columns"])).records == ()
    print(f"parsed {len(known)} / {len(known)} layouts of {len(READERS)} report types")
    assert len(known) >= len(READERS)
