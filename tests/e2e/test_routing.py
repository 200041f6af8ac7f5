"""Where an order ships from and why, and a rule set that is tried before it is switched on."""

import pytest

from .pages import open_order
from .training import SHOP, Training, until

WAREHOUSE = "Hamburg"


@pytest.fixture(scope="module")
def training(server):
    """The training seller with a second warehouse."""
    training = Training(server)
    training.fill(16)
    return training


@pytest.fixture(scope="module")
def hamburg(call, training):
    """A warehouse in Germany whose stock the shop offers as well; switched off again at the end."""
    germany = call("res.country", "search", [("code", "=", "DE")])[0]
    place = call("res.partner", "create", {"name": WAREHOUSE, "city": "Hamburg", "zip": "20457", "country_id": germany})
    warehouse = call("stock.warehouse", "create", {"name": WAREHOUSE, "code": "HAM", "partner_id": place})
    shops = call("marketplace.shop", "search", [("name", "=", SHOP)])
    call("marketplace.shop", "write", shops, {"warehouse_ids": [(4, warehouse)]})
    for index in range(10, 16):
        put_in_stock(call, training.merchant_sku(index), warehouse, 50)
    yield warehouse
    call("marketplace.shop", "write", shops, {"warehouse_ids": [(3, warehouse)]})
    active = call("marketplace.routing.ruleset", "search", [("state", "=", "active")])
    call("marketplace.routing.ruleset", "action_switch_off", active)


def put_in_stock(call, sku, warehouse, units):
    (product,) = call("product.product", "search", [("default_code", "=", sku)])
    (location,) = call("stock.warehouse", "read", [warehouse], ["lot_stock_id"])[0]["lot_stock_id"][:1]
    values = {"product_id": product, "location_id": location, "inventory_quantity": units}
    quant = call("stock.quant", "create", values, context={"inventory_mode": True})
    call("stock.quant", "action_apply_inventory", [quant])


def make_rules(call, name, warehouse):
    """A draft set with one rule: everything from one warehouse."""
    rule = {"name": f"All from {name}", "ship_from": "warehouse", "warehouse_id": warehouse}
    return call("marketplace.routing.ruleset", "create", {"name": f"From {name}", "rule_ids": [(0, 0, rule)]})


# === ROUTING === #


def test_an_order_says_why_it_ships_from_there(page, training, call, hamburg, errors, picture):
    """The order names the rule that decided, what it knew, and the warehouses that it did not choose."""
    rule = {"name": "Nearest with stock", "ship_from": "nearest"}
    ruleset = call("marketplace.routing.ruleset", "create", {"name": "Nearest", "rule_ids": [(0, 0, rule)]})
    call("marketplace.routing.ruleset", "action_switch_on", [ruleset])
    number = training.place(training.merchant_sku(10))
    order = training.order(number, ("routing_decision_ids", "!=", False))
    open_order(page, order)
    page.click(".nav-link:has-text('Why This Warehouse?')")
    explanation = page.locator("div[name=routing_explanation]")
    explanation.wait_for()
    text = explanation.inner_text()
    assert "Nearest with stock" in text
    assert "London" in text and WAREHOUSE in text, text
    picture("routing-why")


def test_a_rule_change_is_tried_before_it_is_switched_on(page, training, call, hamburg, errors, picture):
    """A dry run over past orders shows what would change, and writes nothing to them; one click switches it on."""
    draft = make_rules(call, WAREHOUSE, hamburg)
    decided = call("sale.order", "search", [("routing_decision_ids", "!=", False)])
    before = call("sale.order", "read", decided, ["warehouse_id"])
    page.goto(f"/odoo/marketplace-routing/{draft}")
    page.wait_for_selector(".o_form_view .o_form_sheet")
    page.click("button[name=action_try]")
    page.wait_for_selector("button[name=action_run]")
    page.click("button[name=action_run]")
    trial = until(lambda: call("marketplace.routing.trial", "search", [("state", "=", "done")], limit=1))
    page.goto(f"/odoo/marketplace-dry-runs/{trial[0]}")
    page.wait_for_selector(".o_form_view .o_form_sheet")
    lines = call("marketplace.routing.trial.line", "search_count", [("trial_id", "=", trial[0])])
    changed = [("trial_id", "=", trial[0]), ("is_changed", "=", True)]
    assert 0 < call("marketplace.routing.trial.line", "search_count", changed) <= lines
    picture("routing-dry-run")
    assert before == call("sale.order", "read", decided, ["warehouse_id"])
    page.click("button[name=action_switch_on]")
    page.click(".modal-footer .btn-primary")
    until(lambda: call("marketplace.routing.ruleset", "read", [draft], ["state"])[0]["state"] == "active")
    order = training.order(training.place(training.merchant_sku(11)), ("routing_decision_ids", "!=", False))
    assert training.read(order, "warehouse_id")[0] == hamburg


def test_a_bad_rule_is_refused_and_nothing_changes(page, call, hamburg, errors):
    """A postcode range upside down is named in the browser; the rule is as it was."""
    draft = make_rules(call, "Nowhere", hamburg)
    (rule,) = call("marketplace.routing.rule", "search", [("ruleset_id", "=", draft)])
    with pytest.raises(Exception, match="(?i)postcode"):
        call("marketplace.routing.rule", "write", [rule], {"postcodes": "2000-1000"})
    assert not call("marketplace.routing.rule", "read", [rule], ["postcodes"])[0]["postcodes"]
