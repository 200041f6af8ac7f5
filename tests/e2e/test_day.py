"""A seller's day in the browser: shops, today's orders, held orders, a parcel that leaves and is confirmed."""

import re

import pytest

from .pages import choose, open_order, open_page
from .training import SHOP, Training, until

PAGES = (
    "shops",
    "orders",
    "to-ship",
    "held",
    "inbox",
    "deliveries",
    "shipments",
    "shipments-to-confirm",
    "stock-updates",
    "stock-problems",
    "listings",
    "listings-to-match",
    "labels",
    "returns",
    "refunds",
    "cancellations",
    "webhooks",
    "privacy-requests",
    "late-orders",
    "health",
    "accounts",
    "fetches",
)
WITHOUT_FORM = {"stock-updates", "cancellations"}


@pytest.fixture(scope="module")
def training(server):
    """The training seller, on a day with some orders."""
    training = Training(server)
    training.fill(24)
    return training


def test_shop_shows_lag_and_leads_to_todays_orders(page, training, errors):
    """The dashboard says how far behind the shop is; its figure opens the orders behind it."""
    number = training.place(training.merchant_sku(0))
    training.order(number)
    open_page(page, "shops")
    card = page.locator(".o_kanban_record", has_text=SHOP)
    assert re.search(r"\d+ min behind", card.inner_text())
    today = card.locator("a[name=action_view_today]")
    count = int(today.inner_text().split()[0])
    today.click()
    page.wait_for_selector(".o_list_view .o_data_row")
    assert page.locator(".o_data_row").count() == count
    assert page.locator(".o_data_row", has_text=number).count() == 1


def test_short_order_is_reserved_when_stock_arrives(page, training, errors, picture):
    """A held order says what is missing and what to do; once the stock is there, one click releases it."""
    sku = training.merchant_sku(1)
    training.count_stock(sku, free=0)
    order = training.order(training.place(sku, allow_oversell=True), ("marketplace_hold", "=", "short"))
    open_page(page, "shops")
    picture("shops")
    open_page(page, "orders")
    picture("orders")
    open_order(page, order)
    banner = page.locator(".alert-warning", has_text="Held")
    assert sku in banner.inner_text()
    assert "Reserve Again" in banner.inner_text()
    picture("held-order")
    training.count_stock(sku, free=1)
    page.click("button[name=action_marketplace_reserve]")
    banner.wait_for(state="hidden")
    page.click("button[name=action_view_delivery]")
    page.wait_for_selector(".o_statusbar_status .o_arrow_button_current:has-text('Ready')")


def test_cancel_request_is_released_by_a_person(page, training, errors):
    """A buyer who wants to cancel stops the parcel until somebody decides."""
    number = training.place(training.merchant_sku(2))
    training.order(number)
    training.at_marketplace(f"orders/{number}/cancel_request")
    order = training.order(number, ("marketplace_hold", "=", "cancel_request"))
    open_order(page, order)
    banner = page.locator(".alert-warning", has_text="Buyer Wants to Cancel")
    banner.wait_for()
    page.click("button[name=action_marketplace_release]")
    banner.wait_for(state="hidden")
    assert training.read(order, "marketplace_hold") is False


def test_parcel_leaves_and_is_confirmed(page, training, errors, picture):
    """Slip, carrier, tracking number, validation; the job runner then tells the marketplace."""
    number = training.place(training.merchant_sku(3), kinds=["several_units", "gift", "shipping", "discount"])
    order = training.order(number, ("picking_ids.state", "=", "assigned"))
    open_order(page, order)
    page.click("button[name=action_view_delivery]")
    page.wait_for_selector("div[name=carrier_tracking_ref] input")
    print_slip(page)
    choose(page, "carrier_id", "Royal Mail")
    page.locator("div[name=carrier_tracking_ref] input").first.fill("RM123456785GB")
    picture("delivery")
    page.click("button[name=button_validate]:visible")
    page.wait_for_selector(".o_statusbar_status .o_arrow_button_current:has-text('Done')")

    until(lambda: training.read(order, "marketplace_shipment_state") == "confirmed")
    open_order(page, order)
    page.click(".nav-link[name=marketplace]")
    confirmed = page.locator("div[name=marketplace_shipment_state]", has_text="Confirmed")
    confirmed.wait_for()
    page.locator("div[name=marketplace_charge_html] table").scroll_into_view_if_needed()
    picture("order-charges")
    books = training.marketplace_order(number)
    assert books["status"] == "shipped"
    assert [(row["carrier"], row["tracking"]) for row in books["confirmations"]] == [("Royal Mail", "RM123456785GB")]


def print_slip(page):
    """Print the delivery slip of the open transfer: a PDF to save, or a page where no PDF can be made."""
    page.click(".o_cp_action_menus .fa-cog")
    with page.expect_response(re.compile(r"/report/(download|html)")) as printed:
        page.click(".o-dropdown-item:has-text('Print')")
        page.click(".o-dropdown-item:has-text('Delivery Slip')")
    assert printed.value.ok
    if "/report/html" in printed.value.url:
        page.wait_for_selector("iframe")
        page.go_back()
        page.wait_for_selector("div[name=carrier_tracking_ref] input")


def test_unknown_sku_waits_until_it_is_matched(page, training, errors, picture):
    """An order of a SKU without a product waits in the inbox; choosing the product brings it in."""
    sku = training.merchant_sku(4)
    listing = training.unmatch(sku, reference="PLAIN-MUG")
    number = training.place(sku)
    training.fetch_until("marketplace.inbox", ("external_id", "=", number), ("state", "=", "waiting"))
    open_page(page, "inbox")
    row = page.locator(".o_data_row", has_text=number)
    row.wait_for()
    assert sku in row.inner_text()
    picture("inbox")
    open_page(page, f"listings-to-match/{listing}")
    choose(page, "product_id", "PLAIN-MUG")
    page.click(".o_form_button_save")
    until(lambda: training.client.call("sale.order", "search", [("marketplace_ref", "=", number)]))


def test_every_page_opens(page, training, errors, picture):
    """No page of the app, and no first record of one, makes the browser complain."""
    for path in PAGES:
        open_page(page, path)
        if path == "listings":
            picture(path)
        rows = page.locator(".o_list_view .o_data_row .o_data_cell.o_list_char")
        sample = page.locator(".o_view_sample_data").count()
        if rows.count() and not sample and path not in WITHOUT_FORM:
            rows.first.click()
            page.wait_for_selector(".o_form_view .o_form_sheet")
    account = training.client.call("marketplace.account", "search", [("provider", "=", "amazon")])[0]
    open_page(page, f"accounts/{account}")
    shop = training.client.call("marketplace.shop", "search", [("name", "=", SHOP)])[0]
    open_page(page, f"shops/{shop}")


def test_health_page_sees_the_job_runner(page, training, errors, picture):
    """The page says that the runner lives, and shows every shop."""
    open_page(page, "health")
    page.wait_for_selector(".alert-success:has-text('The job runner works')")
    assert page.locator(".o_data_row", has_text=SHOP).count() == 1
    picture("health")


def test_icons_have_glyphs(page):
    """The dashboard's icons are drawn with Font Awesome: the font is loaded and its glyph takes room."""
    open_page(page, "shops")
    icon = page.locator(".o_kanban_record .fa-clock-o").first
    icon.wait_for()
    page.wait_for_function("document.fonts.check('14px FontAwesome', '\\uf017')")
    assert "FontAwesome" in icon.evaluate("e => getComputedStyle(e, '::before').fontFamily")
    assert icon.evaluate("e => e.getBoundingClientRect().width") > 5
