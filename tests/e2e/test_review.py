"""An operator's work at the review desk, and an order whose risk explains itself."""

from datetime import datetime, timedelta, timezone

import pytest

from .pages import choose, log_in, open_order, open_page
from .training import SHOP, Training, until

LOGIN, PASSWORD = "desk@example.com", "desk-of-the-shop"
UNMATCHED = "UNMATCHED-DESK"
RUBBISH = " NOWHERE"  # behind a postcode
PAST = 330  # orders of known outcome, some more than a model needs
EACH = 4
SHORT, UNMAPPED, FLOOR, ADDRESS, WISH = range(5, 10)  # which SKU each kind of hold is about
DEAR = 29  # a SKU whose price is among the highest
LABELS = {
    "short": "Short of Stock",
    "unmapped": "SKU to Match",
    "price": "Price Below Floor",
    "address_check": "Address to Check",
    "cancel_request": "Buyer Wants to Cancel",
}
WAYS = {
    "short": "Reserve Again",
    "unmapped": "Match SKU",
    "price": "Accept",
    "address_check": "Correct Address",
    "cancel_request": "Cancel at Marketplace",
}


@pytest.fixture(scope="module")
def training(server):
    """The training seller."""
    return Training(server)


@pytest.fixture(scope="module")
def login_state(browser, server, call):
    """The pages of this file are those of an operator who sees one shop and configures nothing."""
    operator = call("ir.model.data", "search_read", [("name", "=", "group_operator")], ["res_id"])[0]["res_id"]
    values = {"name": "Desk", "login": LOGIN, "password": PASSWORD, "group_ids": [(4, operator)]}
    user = call("res.users", "create", values)
    shops = call("marketplace.shop", "search", [("name", "=", SHOP)])
    call("marketplace.shop", "write", shops, {"user_ids": [(4, user)]})
    return log_in(browser, server.odoo.url, LOGIN, PASSWORD)


# === REVIEW DESK === #


@pytest.fixture(scope="module")
def holds(training, call, login_state):
    """Four orders held for each of five reasons: ``{kind: order numbers}``."""
    training.count_stock(training.merchant_sku(SHORT), free=0)
    training.unmatch(training.merchant_sku(UNMAPPED), UNMATCHED)
    dear = call("product.product", "search", [("default_code", "=", training.merchant_sku(FLOOR))])
    call("product.product", "write", dear, {"marketplace_floor_price": 10_000})
    placed = {
        "short": training.place_many(EACH, training.merchant_sku(SHORT), allow_oversell=True),
        "unmapped": training.place_many(EACH, training.merchant_sku(UNMAPPED)),
        "price": training.place_many(EACH, training.merchant_sku(FLOOR)),
        "address_check": training.place_many(EACH, training.merchant_sku(ADDRESS)),
        "cancel_request": training.place_many(EACH, training.merchant_sku(WISH)),
    }
    for number in placed["address_check"]:
        order = training.order(number)
        partner = training.read(order, "partner_shipping_id")[0]
        postcode = training.read(partner, "zip", "res.partner")
        call("res.partner", "write", [partner], {"zip": postcode + RUBBISH})
        call("sale.order", "action_marketplace_check", [order])
    for number in placed["cancel_request"]:
        training.at_marketplace(f"orders/{number}/cancel_request")
        training.order(number, ("marketplace_hold", "=", "cancel_request"))
    for kind, numbers in placed.items():
        domain = [("reference", "in", numbers), ("kind", "=", kind), ("state", "=", "open")]
        until(lambda domain=domain: call("marketplace.hold", "search_count", domain) == EACH)
    return placed


@pytest.fixture
def desk(page, call, holds):
    return Desk(page, call, holds)


class Desk:
    """The list of holds as the operator uses it."""

    def __init__(self, page, call, holds):
        self.page, self._call, self._holds = page, call, holds

    def open(self):
        """All open holds."""
        self.page.goto("/odoo/review-desk")
        self.page.wait_for_selector(".o_list_view .o_list_renderer")

    def open_kind(self, kind):
        """Those of a kind, by way of the search box."""
        self.open()
        self.search(LABELS[kind])
        self.row(self._holds[kind][0]).wait_for()
        self.page.locator(".o_data_row").filter(has_not_text=LABELS[kind]).first.wait_for(state="detached")

    def search(self, kind):
        """Choose a kind of hold among what the search box offers."""
        self.page.fill(".o_searchview_input", kind)
        self.page.click(".o_searchview_autocomplete .o-dropdown-item:has-text('Kind') .o_expand")
        self.page.click(f".o_searchview_autocomplete .o_indent:has-text('{kind}')")
        self.page.wait_for_selector(f".o_searchview_facet:has-text('{kind}')")

    def row(self, number):
        return self.page.locator(".o_data_row", has_text=number)

    def press(self, number, button):
        """A button on the line of an order."""
        self.row(number).locator(f"button[name={button}]:visible").click()

    def press_for_all(self, button):
        """Choose every line of the list, then a button above it."""
        self.page.click("thead .o_list_record_selector input")
        self.page.click(f".o_control_panel button[name={button}]")

    def references(self, state):
        """Order numbers among the twenty whose hold is in a state."""
        found = self._call("marketplace.hold", "search_read", [("state", "=", state)], ["reference", "kind"])
        return {hold["reference"] for hold in found if hold["reference"] in self._holds.get(hold["kind"], ())}

    def wait_for(self, state, numbers):
        until(lambda: self.references(state) >= set(numbers), 30)


def test_desk_shows_every_hold_with_its_way_out(desk, holds, errors, picture):
    """One list has all twenty, each with its reason and the button that solves it; one hold says all about itself."""
    desk.open()
    for kind, numbers in holds.items():
        label, way = LABELS[kind], WAYS[kind]
        for number in numbers:
            text = desk.row(number).inner_text()
            assert label in text and way in text, text
    picture("review-desk", 940)
    desk.row(holds["address_check"][0]).locator("td[name=reference]").click()
    sheet = desk.page.locator(".o_form_sheet")
    sheet.wait_for()
    assert RUBBISH in sheet.inner_text()
    picture("hold", 940)


def test_twenty_holds_of_five_kinds_are_cleared(desk, training, holds, errors):
    """Each kind by its own way out, one by one or all at once; a decision can be taken back."""
    clear_short(desk, training, holds["short"])
    clear_unmapped(desk, holds["unmapped"])
    accept(desk, holds["price"])
    correct(desk, holds["address_check"])
    release(desk, holds["cancel_request"])
    assert desk.references("open") == set()
    desk.open()
    for number in sum(holds.values(), []):
        assert desk.row(number).count() == 0


def clear_short(desk, training, numbers):
    """Without stock nothing changes; once it is there, one click reserves for all."""
    desk.open_kind("short")
    desk.press_for_all("action_retry")
    desk.page.locator(".o_notification").first.wait_for()
    assert desk.references("open") >= set(numbers)
    training.count_stock(training.merchant_sku(SHORT), free=EACH)
    desk.open_kind("short")
    desk.press_for_all("action_retry")
    desk.wait_for("solved", numbers)


def clear_unmapped(desk, numbers):
    """One product chosen for the SKU brings in all its orders."""
    desk.open_kind("unmapped")
    desk.press(numbers[0], "action_match")
    choose(desk.page, "product_id", UNMATCHED)
    desk.page.click(".o_form_button_save")
    desk.wait_for("solved", numbers)


def accept(desk, numbers):
    """One by one, by the button on the line."""
    desk.open_kind("price")
    for number in numbers:
        desk.press(number, "action_release")
        desk.row(number).wait_for(state="detached")
    assert desk.references("released") == set(numbers)


def correct(desk, numbers):
    """What is still wrong stays held; with the right postcode the order goes on."""
    desk.open_kind("address_check")
    desk.press(numbers[0], "action_correct_address")
    save_postcode(desk.page, lambda wrong: f"{wrong}S")
    desk.page.locator(".o_notification", has_text="still held").wait_for()
    for number in numbers:
        desk.press(number, "action_correct_address")
        save_postcode(desk.page, lambda wrong: wrong.split(RUBBISH)[0])
        desk.wait_for("solved", [number])
        desk.row(number).wait_for(state="detached")


def save_postcode(page, correct):
    box = page.locator(".modal div[name=zip] input")
    box.fill(correct(box.input_value()))
    page.click(".modal button[name=action_save]")
    page.locator(".modal").wait_for(state="detached")


def release(desk, numbers):
    """All at once; one is taken back, is held as before, and is released for good."""
    desk.open_kind("cancel_request")
    desk.press_for_all("action_release")
    desk.wait_for("released", numbers)
    desk.page.click(".o_searchview_facet:has-text('Open') .o_facet_remove")
    desk.press(numbers[0], "action_hold_again")
    desk.wait_for("open", numbers[:1])
    desk.open_kind("cancel_request")
    desk.row(numbers[0]).locator("td[name=reference]").click()
    desk.page.click(".o_form_view button[name=action_release]")
    desk.wait_for("released", numbers)


# === RISK === #


@pytest.fixture(scope="module")
def model(training, call):
    """Id of the risk model of a shop where three in four of the dear orders went bad; off again at the end."""
    (shop,) = call("marketplace.shop", "search", [("name", "=", SHOP)])
    product = call("product.product", "create", {"name": "No longer sold"})
    buyers = call("res.partner", "create", [{"name": f"Buyer {number}", "zip": str(number)} for number in range(40)])
    orders = [prepare_past(number, shop, product, buyers[number % len(buyers)]) for number in range(PAST)]
    call("sale.order", "create", orders)
    call("marketplace.risk.model", "action_train", [])
    policy = call("marketplace.risk.policy", "search", [])
    until(lambda: call("marketplace.risk.policy", "read", policy, ["state"])[0]["state"] not in ("none", "queued"))
    (result,) = call("marketplace.risk.policy", "read", policy, ["state", "message", "champion_id"])
    assert result["state"] == "trained", result["message"]
    yield result["champion_id"][0]
    rules = call("marketplace.review.rule", "search", [("kind", "=", "risk_score")])
    call("marketplace.review.rule", "write", rules, {"active": False})


def prepare_past(number, shop, product, buyer):
    """An order of the last four months, three a day, whose outcome is known."""
    dear = number % 4 == 0
    bad = number % 16 != 0 if dear else number % 30 == 1
    placed = datetime.now(timezone.utc) - timedelta(days=120) + timedelta(hours=8 * number)
    price = 60 + number % 31 if dear else 12 + number % 37
    line = {"product_id": product, "price_unit": price, "product_uom_qty": 1, "marketplace_line_ref": "1"}
    return {
        "partner_id": buyer,
        "marketplace_shop_id": shop,
        "marketplace_ref": f"PAST-{number}",
        "marketplace_fulfilment": "merchant",
        "marketplace_status": "shipped",
        "date_order": to_text(placed),
        "marketplace_outcome": "chargeback" if bad else "good",
        "marketplace_outcome_at": to_text(placed + timedelta(days=9)),
        "order_line": [(0, 0, line)],
    }


def to_text(moment):
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def test_an_order_explains_its_risk(page, training, model, errors, picture):
    """A dear order is held for its score; it says what raised that, and the model has a card."""
    order = training.order(training.place(training.merchant_sku(DEAR)), ("risk_model_id", "=", model))
    open_order(page, order)
    assert "Risk Score" in page.locator(".alert-warning", has_text="Held").inner_text()
    page.click(".nav-link:has-text('Why This Score')")
    told = page.locator("div[name=risk_reason_html]")
    told.wait_for()
    assert f"{training.read(order, 'risk_score'):.1f} %" in told.inner_text()
    assert told.locator(".o_risk_up", has_text="Amount of the order").count() == 1
    picture("risk-why", 1080)
    open_page(page, f"risk-models/{model}")
    page.locator(".o_risk_card svg").first.wait_for()
    picture("risk-model", 1260)
