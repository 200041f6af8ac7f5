"""An accountant posts settlements, matches the payout with the bank, and follows a cent from there to the order."""

import pytest
import requests

from scripts.lib.once import MainJob
from scripts.lib.once_money import Money


@pytest.fixture(scope="module")
def settled(server):
    """Settlements of all that was sold are here, ready to be posted; nothing is yet."""
    MainJob(server).fetch()
    Money(server).settle()


@pytest.fixture(scope="module")
def statement(server, settled, tmp_path_factory):
    """The bank's file of the pounds that it received."""
    answer = requests.get(f"{server.simulator_url}/_sim/bank", timeout=60).json()
    (pounds,) = (one for one in answer.values() if one["currency"] == "GBP")
    path = tmp_path_factory.mktemp("bank") / "statement.xml"
    path.write_text(pounds["camt"])
    return path, pounds["balance"]


def test_from_the_bank_to_the_order_line(page, call, statement, errors, picture):
    """Each step is a click: transaction, settlement, journal item, amount, order."""
    post_settlements(page, call, picture)
    import_statement(page, *statement)
    match_payout(page, picture)
    follow_a_cent(page, call, picture)
    compare_with_ledger(page, call, picture)


def post_settlements(page, call, picture):
    """All at once, from the list; each is explained."""
    open_list(page, "settlements")
    page.click(".o_list_view thead .o_list_record_selector input")
    page.click(".o_control_panel button[name=action_post]")
    page.wait_for_selector(".o_notification:has-text('Settlements posted')")
    settlements = call("marketplace.settlement", "search_read", [], ["state", "unexplained", "unknown_count"])
    assert settlements
    assert {(row["state"], row["unexplained"], row["unknown_count"]) for row in settlements} == {("posted", 0.0, 0)}
    open_list(page, "settlements")
    picture("money-settlements", 500)


def import_statement(page, path, balance):
    """The dialog shows what is in the file before it is imported."""
    page.goto("/odoo/action-bank_statement_file.action_statement_upload")
    page.wait_for_selector(".modal div[name=journal_id]")
    page.locator(".modal div[name=attachment_ids] input[type=file]").set_input_files(path)
    page.wait_for_selector(f".modal .o_attachment:has-text('{path.stem}')")
    with page.expect_response(lambda answer: answer.url.endswith("/bank.statement.upload/web_read")):
        page.click(".modal button[name=action_check]")  # the dialog is drawn anew
    page.wait_for_selector(".modal div[name=file_ids] .o_data_row")
    assert f"{float(balance):,.2f}" in page.locator(".modal div[name=file_ids] .o_data_row").inner_text()
    page.click(".modal button[name=action_import]")
    page.wait_for_selector(".o_last_breadcrumb_item:has-text('statement.xml')")


def match_payout(page, picture):
    """What is proposed says why; it is accepted."""
    open_list(page, "payouts")
    page.click("button[name=action_propose]")
    row = page.locator(".o_list_view .o_data_row").first
    row.wait_for()
    assert "exact amount" in row.locator("td[name=reasons]").inner_text()
    picture("money-payouts", 350)
    row.locator("button[name=action_accept]").click()
    row.wait_for(state="detached")


def follow_a_cent(page, call, picture):
    """From the bank's transaction to the line of an order that was sold."""
    open_list(page, "payouts")
    page.locator(".o_searchview_facet .o_facet_remove").first.click()
    page.locator(".o_list_view .o_data_row td[name=payment_ref]").first.click()
    page.wait_for_selector("button[name=action_undo]")
    page.click("button[name=action_view_settlements]")
    page.wait_for_selector(".o_form_view div[name=unexplained]:has-text('0.00')")
    picture("money-settlement", 650)
    page.click("button[name=action_view_items]")
    page.wait_for_selector(".o_last_breadcrumb_item:has-text('Journal Items')")
    picture("money-journal-items", 600)
    page.locator(".o_data_row:has-text('Sales')").first.locator("button[name=action_view_marketplace_lines]").click()
    amount = page.locator(".o_data_row:has-text('Goods')").first
    amount.wait_for()
    picture("money-amounts", 600)
    number = amount.locator("td[name=order_ref]").inner_text()
    amount.locator("td[name=order_ref]").click()
    page.wait_for_selector(".o_form_view div[name=sale_line_id] a")
    picture("money-amount", 550)
    page.click(".o_form_view div[name=order_id] a")
    page.wait_for_selector(".o_form_view .o_field_one2many[name=order_line] .o_data_row")
    assert call("sale.order", "search_count", [("marketplace_ref", "=", number)]) == 1


def compare_with_ledger(page, call, picture):
    """Profit is made of the same cents: no account differs, and a fact opens where it came from."""
    of_cron = [("module", "=", "marketplace_profit"), ("name", "=", "cron_refresh")]
    (cron,) = call("ir.model.data", "search_read", of_cron, ["res_id"])
    call("ir.cron", "method_direct_trigger", [cron["res_id"]])
    open_list(page, "profit-ledger")
    assert call("profit.tie.out", "search_count", [("difference", "!=", 0)]) == 0
    assert call("profit.tie.out", "search_count", []) > 0
    picture("profit-ledger", 400)
    open_list(page, "profit-margins")
    picture("profit-margins", 700)
    page.goto("/odoo/profit")
    page.wait_for_selector(".o_pivot .o_pivot_cell_value")
    picture("profit", 900)
    page.locator(".o_pivot tbody tr:has-text('Goods') .o_pivot_cell_value").first.click()
    page.wait_for_selector(".o_list_view .o_data_row")
    page.locator(".o_list_view .o_data_row button[name=action_open_source]").first.click()
    page.wait_for_selector(".o_form_view .o_form_sheet")


def open_list(page, path):
    """Open an action by its path and wait until its list is drawn."""
    page.goto(f"/odoo/{path}")
    page.wait_for_selector(".o_list_view")
