"""What stock cost, by two methods, and why they differ."""

import pytest

KETTLE = "0-KETTLE"  # stands first among the products
QUIET = {"skip_sms": True, "skip_backorder": True}
BUYS, SOLD = ((10, 5), (10, 7)), 10
ACCOUNTS = {
    "cost_layer_account_id": ("Capitalised freight and duty", "118800", "asset_current"),
    "cost_layer_clearing_account_id": ("Freight and duty to capitalise", "508800", "expense_direct_cost"),
    "cost_layer_expense_account_id": ("Freight and duty of goods sold", "508900", "expense_direct_cost"),
}


@pytest.fixture(scope="module")
def costing(call):
    """FIFO layers, for good: the stock that there is is taken over."""
    values = {
        field: call("account.account", "create", {"name": name, "code": code, "account_type": kind})
        for field, (name, code, kind) in ACCOUNTS.items()
    }
    journal = call("account.journal", "create", {"name": "Cost layers", "code": "COST", "type": "general"})
    company = call("res.company", "search", [])
    call("res.company", "write", company, {**values, "cost_layer_journal_id": journal, "cost_layer_method": "fifo"})


@pytest.fixture(scope="module")
def kettle(call, costing):
    """Kettles bought at two prices, half of them sold."""
    category = call("product.category", "create", {"name": "Costed", "property_cost_method": "average"})
    values = {"name": "Kettle", "default_code": KETTLE, "is_storable": True, "categ_id": category}
    product = call("product.product", "create", values)
    partner = call("res.partner", "create", {"name": "Kettle Works"})
    for units, price in BUYS:
        line = {"product_id": product, "product_qty": units, "price_unit": price, "tax_ids": [(5,)]}
        order = call("purchase.order", "create", {"partner_id": partner, "order_line": [(0, 0, line)]})
        call("purchase.order", "button_confirm", [order])
        ship(call, ("purchase_id", "=", order))
    line = {"product_id": product, "product_uom_qty": SOLD, "price_unit": 20}
    order = call("sale.order", "create", {"partner_id": partner, "order_line": [(0, 0, line)]})
    call("sale.order", "action_confirm", [order])
    ship(call, ("sale_id", "=", order))
    return product


def ship(call, domain):
    transfers = call("stock.picking", "search", [domain])
    call("stock.picking", "button_validate", transfers, context=QUIET)
    assert {row["state"] for row in call("stock.picking", "read", transfers, ["state"])} == {"done"}


def test_the_bridge_explains_two_methods(page, call, kettle, errors):
    """Both values and the difference stand by product, with the place; its events are a click away."""
    page.goto("/odoo/cost-bridge")
    page.click("button[name=action_compare]")
    row = page.locator("div[name=line_ids] .o_data_row", has_text=KETTLE)
    row.wait_for()
    cells = {
        name: row.locator(f"td[name={name}]").inner_text() for name in ("first_value", "second_value", "difference")
    }
    assert [text.split()[-1] for text in cells.values()] == ["70.00", "60.00", "-10.00"], cells
    assert "London" in row.locator("td[name=reason]").inner_text()
    row.locator("button[name=action_events]").click()
    page.wait_for_selector(".o_last_breadcrumb_item:has-text('Cost Events')")
    page.wait_for_selector(".o_list_view .o_data_row")
    assert page.locator(".o_list_view .o_data_row").count() == len(BUYS) + 1
