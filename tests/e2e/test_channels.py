"""A seller on Shopee in the browser: access that is granted and withdrawn, pushed orders, labels, returns, refunds."""

import io
from decimal import Decimal

import pypdf
import pytest

from .pages import open_order, open_page, wait_for_step
from .training import Training, until

SHOP, MARKETPLACE = "Crossborder Singapore", "shopee-SG"
ACCOUNT = "Shopee (training)"


@pytest.fixture(scope="module")
def training(server):
    """The training seller's Shopee shop in Singapore."""
    return Training(server, SHOP, MARKETPLACE, MARKETPLACE)


@pytest.fixture
def unconnected(training):
    """Id of another Shopee account without credentials; it is gone after the test."""
    endpoint = training.at_marketplace("credentials")["channels"]["shopee"]["endpoint"]
    values = {"name": "Shopee South-East Asia", "provider": "shopee", "shopee_endpoint": endpoint}
    account = training.client.call("marketplace.account", "create", values)
    yield account
    training.client.call("marketplace.account", "unlink", [account])


def account_of(training):
    (account,) = training.client.call("marketplace.account", "search", [("name", "=", ACCOUNT)])
    return account


def ship(training, order):
    """Get the label of an order's delivery and send it off; the marketplace knows of it then."""
    (delivery,) = training.read(order, "picking_ids")
    training.client.call("stock.picking", "action_marketplace_label", [delivery])
    until(lambda: training.read(delivery, "marketplace_label_state", "stock.picking") == "printed")
    training.client.call("stock.picking", "button_validate", [delivery])
    until(lambda: training.read(order, "marketplace_shipment_state") == "confirmed")


def collect(training, number):
    """Have the carrier pick an order's parcel up, unless it has; the order as the marketplace shows it then."""
    if training.marketplace_order(number)["status"] != "shipped":
        training.at_marketplace(f"orders/{number}/collect")
    return training.marketplace_order(number)


def deliver(training, index):
    """Number and id of an order that was placed and shipped."""
    number = training.place(training.merchant_sku(index))
    order = training.order(number, ("picking_ids.state", "=", "assigned"))
    ship(training, order)
    collect(training, number)
    return number, order


def test_account_is_connected_on_the_marketplaces_page(page, training, unconnected, picture):
    """Credentials, Connect, a seller who first declines and then agrees: the shops are found."""
    access = training.at_marketplace("credentials")["channels"]["shopee"]
    open_page(page, f"accounts/{unconnected}")
    page.locator("div[name=shopee_partner_id] input").fill(access["partner_id"])
    page.locator("div[name=shopee_partner_key] input").fill(access["partner_key"])
    page.click(".o_statusbar_status button:has-text('Test')")
    page.wait_for_selector("button[name=action_authorize]")
    assert page.locator("button[name=action_test_connection]").count() == 0
    assert page.locator("div[name=amazon_client_id]").count() == 0
    picture("account")

    page.click("button[name=action_authorize]")
    page.click("button[value=decline]")
    page.click("text=Back to Odoo")
    wait_for_step(page, "Test")
    page.locator(".o-mail-Message", has_text="did not grant access").wait_for()
    assert training.read(unconnected, "needs_authorisation", "marketplace.account") is False

    page.click("button[name=action_authorize]")
    page.click("button[value=approve]")
    page.wait_for_selector("div[name=health]:has-text('Working')")
    assert page.locator("button[name=action_view_shops] .o_stat_value").inner_text() == "4"


def test_withdrawn_access_stops_all_until_it_is_renewed(page, training, errors):
    """The account turns red and nothing is asked any more; renewed, it goes on by itself."""
    account = account_of(training)
    training.order(training.place(training.merchant_sku(20)))
    training.at_marketplace("channels/shopee/revoke")
    shops = training.client.call("marketplace.shop", "search", [("account_id", "=", account)])
    training.client.call("marketplace.shop", "action_fetch_now", shops)
    until(lambda: training.read(account, "needs_authorisation", "marketplace.account"))
    number = training.place(training.merchant_sku(21))
    requests = asked(training)
    training.client.call("marketplace.shop", "action_fetch_now", shops)
    until(lambda: not open_jobs(training))
    assert asked(training) == requests

    open_page(page, f"accounts/{account}")
    banner = page.locator(".alert-danger", has_text="does not accept our access any more")
    banner.locator("button[name=action_authorize]").click()
    page.click("button[value=approve]")
    page.wait_for_selector("div[name=health]:has-text('Working')")
    banner.wait_for(state="hidden")
    until(lambda: asked(training) > requests)
    training.order(number)
    errors[:] = [error for error in errors if "404" not in error]  # the marketplace's page has no icon


def asked(training):
    """How often Shopee was asked anything."""
    requests = training.at_marketplace("books")["requests"]
    return sum(count for name, count in requests.items() if name.startswith("shopee."))


def open_jobs(training):
    domain = [("state", "in", ("pending", "enqueued", "started")), ("channel", "=like", "root.marketplace.fetch%")]
    return training.client.call("queue.job", "search_count", domain)


def test_order_is_pushed(page, training, errors):
    """With webhooks an order is here at once, long before the next regular fetch."""
    open_page(page, f"accounts/{account_of(training)}")
    page.click("button[name=action_subscribe_webhooks]")
    page.wait_for_selector(".o_notification:has-text('calls us from now on')")
    number = training.place(training.merchant_sku(22))
    until(lambda: training.client.call("sale.order", "search_count", [("marketplace_ref", "=", number)]), 30)
    open_page(page, "webhooks")
    assert page.locator(".o_data_row", has_text=number).first.is_visible()


def test_label_is_printed_and_the_parcel_confirmed(page, training, errors, picture):
    """An order with vouchers of the platform: its money, its label as PDF, its parcel at the marketplace."""
    kinds = ["several_units", "shipping", "discount", "platform_voucher", "shipping_subsidy"]
    number = training.place(training.merchant_sku(23), kinds=kinds)
    order = training.order(number, ("picking_ids.state", "=", "assigned"))
    books = training.marketplace_order(number)
    open_order(page, order)
    page.click(".nav-link[name=marketplace]")
    added = page.locator("div[name=marketplace_subsidy_total]").inner_text()
    assert Decimal(added.split()[-1]) == Decimal(books["subsidy"])
    assert Decimal(str(training.read(order, "amount_total"))) == Decimal(books["total"])
    page.locator("div[name=marketplace_subsidy_html] table").scroll_into_view_if_needed()
    picture("order-subsidies")

    page.click("button[name=action_view_delivery]")
    page.click("button[name=action_marketplace_label]")
    (delivery,) = training.read(order, "picking_ids")
    until(lambda: training.read(delivery, "marketplace_label_state", "stock.picking") == "printed")
    page.reload()
    with page.expect_download() as label:
        page.click("button[name=action_marketplace_print_labels]:visible")
    tracking = training.read(delivery, "carrier_tracking_ref", "stock.picking")
    (sheet,) = pypdf.PdfReader(io.BytesIO(label.value.path().read_bytes())).pages
    assert tracking in sheet.extract_text()
    picture("label")
    page.click("button[name=button_validate]:visible")
    wait_for_step(page, "Done")
    until(lambda: training.read(order, "marketplace_shipment_state") == "confirmed")
    books = collect(training, number)
    assert books["status"] == "shipped"
    assert [row["tracking"] for row in books["confirmations"]] == [tracking]


def test_return_comes_back_and_is_refunded(page, training, errors, picture):
    """A return is listed, its goods are taken back, and the marketplace confirms the refund."""
    waiting, _order = deliver(training, 24)
    number, order = deliver(training, 25)
    for event in ("return_request", "return_approve", "return_ship"):
        training.at_marketplace(f"orders/{number}/{event}")
    training.at_marketplace(f"orders/{waiting}/return_request")
    returned = training.fetch_until("marketplace.return", ("marketplace_ref", "=", number))
    training.fetch_until("marketplace.return", ("marketplace_ref", "=", waiting))
    open_page(page, "returns")
    assert "To Answer" in page.locator(".o_data_row", has_text=waiting).inner_text()
    picture("returns")

    page.locator(".o_data_row", has_text=number).locator("td[name=reason]").click()
    page.click("button[name=action_create_transfer]")
    page.click("button[name=button_validate]:visible")
    wait_for_step(page, "Done")
    assert page.locator("button[name=action_marketplace_label]:visible").count() == 0
    open_page(page, f"returns/{returned}")
    page.wait_for_selector("div[name=received_at]")
    page.click("button[name=action_refund]")
    page.click(".modal-footer button[name=action_send]")
    page.wait_for_selector(".modal", state="detached")
    domain = [("order_id", "=", order), ("state", "=", "confirmed")]
    (refund,) = until(lambda: training.client.call("marketplace.refund", "search_read", domain, ["amount"]))
    assert refund["amount"] > 0
    # Shopee has agreed to the return before and pays when the goods are back: nothing is paid a second time.
    assert not training.marketplace_order(number)["refunds"]
