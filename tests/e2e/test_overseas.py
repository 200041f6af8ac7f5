"""Goods at other people's warehouses: what was counted short is claimed, and Amazon's ledger against Odoo's stock."""

import base64

import pytest
import requests

from .pages import choose, choose_file, choose_option, close_error, wait_for_step
from .training import day, until

PLATE, CUP, BOWL = "TRAVEL-PLATE", "TRAVEL-CUP", "TRAVEL-BOWL"
ANNOUNCED, COUNTED = 10, 7
AT_AMAZON = 50


def storable(call, sku):
    values = {"name": sku.title(), "default_code": sku, "is_storable": True, "standard_price": 4}
    return call("product.product", "create", values)


def connect(call, account, code):
    """Connect one of an account's warehouses; its id."""
    finder = call("overseas.account", "action_find_warehouses", [account])["res_id"]
    lines = call("overseas.warehouse.finder.line", "search", [("finder_id", "=", finder), ("code", "=", code)])
    call("overseas.warehouse.finder.line", "write", lines, {"connect": True})
    call("overseas.warehouse.finder", "action_connect", [finder])
    (warehouse,) = call("overseas.warehouse", "search", [("account_id", "=", account)])
    return warehouse


def read(call, model, record, field):
    return call(model, "read", [record], [field])[0][field]


# === A WAREHOUSE THAT SENDS FILES === #


@pytest.fixture
def inbound(call):
    """Id of a notice of ten plates to a warehouse in Bremen that sends files."""
    (germany,) = call("res.country", "search", [("code", "=", "DE")])
    values = {
        "name": "Bremen Storage",
        "provider": "csv",
        "state": "test",
        "csv_format": "csv",
        "csv_place_ids": [(0, 0, {"code": "BRE", "name": "Bremen Storage", "country_id": germany})],
        "csv_service_ids": [(0, 0, {"code": "DHL", "name": "DHL Parcel"})],
    }
    account = call("overseas.account", "create", values)
    warehouse = connect(call, account, "BRE")
    plate = storable(call, PLATE)
    call("overseas.product", "create", {"account_id": account, "product_id": plate, "sku": PLATE, "weight_kg": 0.3})
    carton = {"number": 1, "length_cm": 50, "width_cm": 40, "height_cm": 30, "weight_kg": 9}
    contents = [(0, 0, {"product_id": plate, "units": ANNOUNCED})]
    cartons = [(0, 0, {**carton, "line_ids": contents})]
    return call("overseas.inbound", "create", {"warehouse_id": warehouse, "carton_ids": cartons})


def upload(page, path, reference):
    """Upload what the warehouse counted of a notice, in the open dialog."""
    path.write_text(f"ASN,SKU,Received,Finished\n{reference},{PLATE},{COUNTED},yes\n")
    choose_file(page, path)
    page.click(".modal button[name=action_upload]")


def test_what_was_counted_short_becomes_a_claim(page, call, inbound, errors, tmp_path):
    """A count that names no notice is refused; one that is short opens a difference, claimed once there is proof."""
    page.goto(f"/odoo/overseas-inbounds/{inbound}")
    page.click("button[name=action_announce]")
    until(lambda: read(call, "overseas.inbound", inbound, "state") == "accepted")
    reference = read(call, "overseas.inbound", inbound, "reference")
    page.goto("/odoo/overseas-files")
    page.click("button:has-text('Upload a Report')")
    choose(page, "account_id", "Bremen Storage")
    choose_option(page, "kind", "Receipts")
    upload(page, tmp_path / "wrong.csv", "NOTHING-1")
    fault = close_error(page, "Nothing was taken from wrong.csv")
    assert "Row 2" in fault and "NOTHING-1" in fault
    upload(page, tmp_path / "counted.csv", reference)
    page.wait_for_selector(".modal", state="detached")

    until(lambda: read(call, "overseas.inbound", inbound, "state") == "received")
    page.goto(f"/odoo/overseas-inbounds/{inbound}")
    page.click("button[name=action_view_differences]")
    row = page.locator(".o_data_row", has_text=PLATE)
    assert "Shortage" in row.inner_text()
    row.locator("td[name=kind]").click()
    page.click(".o_form_view button[name=action_claim]")
    close_error(page, "A claim needs evidence")
    page.fill("div[name=evidence] textarea", "Proof of delivery: ten plates, signed.")
    page.click(".o_form_view button[name=action_claim]")
    wait_for_step(page, "Claimed")
    assert page.locator("div[name=expected_amount]").inner_text()


# === AMAZON === #


@pytest.fixture
def amazon(server, call):
    """A second seller's British warehouse at Amazon; Odoo has three cups there that Amazon does not."""
    access = requests.get(f"{server.simulator_url}/_sim/credentials", timeout=30).json()
    seller = call(
        "marketplace.account",
        "create",
        {
            "name": "Amazon of the test",
            "provider": "amazon",
            "state": "test",
            "amazon_region": "eu",
            "amazon_client_id": access["client_id"],
            "amazon_client_secret": access["client_secret"],
            "amazon_refresh_token": access["regions"]["eu"]["refresh_token"],
            "amazon_endpoint": access["url"],
        },
    )
    values = {"name": "FBA of the test", "provider": "fba", "state": "test", "fba_account_id": seller}
    account = call("overseas.account", "create", values)
    warehouse = connect(call, account, access["regions"]["eu"]["marketplaces"]["GB"])
    stock = read(call, "overseas.warehouse", warehouse, "warehouse_id")[0]
    (location, _name) = read(call, "stock.warehouse", stock, "lot_stock_id")
    for sku, units in ((CUP, AT_AMAZON + 3), (BOWL, AT_AMAZON)):
        product = storable(call, sku)
        call("overseas.product", "create", {"account_id": account, "product_id": product, "sku": sku})
        counted = {"product_id": product, "location_id": location, "inventory_quantity": units}
        quant = call("stock.quant", "create", counted, context={"inventory_mode": True})
        call("stock.quant", "action_apply_inventory", [quant])
    return warehouse


def written(number):
    """A day as Amazon writes it."""
    return f"{day(number):%m/%d/%Y}"


def report(columns, *rows):
    """A report as Amazon writes it."""
    return "\n".join("\t".join(map(str, row)) for row in (columns, *rows))


BALANCE = (
    "Date", "FNSKU", "MSKU", "Disposition", "Location", "Starting Warehouse Balance", "Ending Warehouse Balance",
)  # fmt: skip
EVENT = (
    "Date", "FNSKU", "ASIN", "MSKU", "Event Type", "Reference ID", "Quantity", "Fulfillment Center", "Disposition",
    "Reason", "Country",
)  # fmt: skip


def wait_for_check(call, warehouse, condition):
    """Wait for a check of which the condition is true, and for the end of those that are still queued."""
    running = [("model_name", "=", "overseas.snapshot"), ("state", "in", ("pending", "enqueued", "started"))]
    until(lambda: call("overseas.snapshot", "search_count", [("warehouse_id", "=", warehouse), condition]))
    until(lambda: not call("queue.job", "search_count", running))


@pytest.fixture
def ledger(call, amazon):
    """The ledger's days so far: two cups were lost, and two bowls went to a buyer whose order nobody knows."""
    balances = [(written(-20), f"X-{sku}", sku, "SELLABLE", "BHX4", AT_AMAZON, AT_AMAZON) for sku in (CUP, BOWL)]
    events = [
        (written(-5), f"X-{CUP}", "B1", CUP, "Adjustments", "", -2, "BHX4", "SELLABLE", "M", "GB"),
        (written(-5), f"X-{BOWL}", "B2", BOWL, "Shipments", "", -2, "BHX4", "SELLABLE", "", "GB"),
    ]
    for kind, columns, rows in (("balance", BALANCE, balances), ("ledger", EVENT, events)):
        content = base64.b64encode(report(columns, *rows).encode()).decode()
        values = {"warehouse_id": amazon, "kind": kind, "content": content, "file_name": f"{kind}.txt"}
        call("fba.upload", "action_upload", [call("fba.upload", "create", values)])
    wait_for_check(call, amazon, ("difference_count", "=", 2))


def test_differences_at_amazon_are_explained_adjusted_and_claimed(page, call, amazon, ledger, errors):
    """Each difference says what explains it; what nothing explains a person adjusts; what Amazon lost is claimed."""
    page.goto("/odoo/fba-differences")
    cups, bowls = (page.locator(".o_data_row", has_text=sku) for sku in (CUP, BOWL))
    assert "Not Explained -3" in cups.inner_text()
    assert "Not Booked Yet (Sale) -2" in bowls.inner_text()
    assert bowls.locator("button[name=action_adjust]").count() == 0
    cups.locator("button[name=action_adjust]").click()
    page.click(".modal-footer .btn-primary")
    cups.locator("button[name=action_adjust]").wait_for(state="detached")

    bowls.locator("button[name=action_view_rows]").click()
    page.wait_for_selector(f".o_last_breadcrumb_item:has-text('Ledger of {BOWL}')")
    page.locator(".o_data_row", has_text="Sale").locator(".o_list_record_selector input").click()
    page.click(".o_control_panel button[name=action_book_sales]")
    wait_for_check(call, amazon, ("state", "=", "equal"))
    page.goto("/odoo/fba-differences")
    page.wait_for_selector(".o_list_view .o_list_renderer")
    assert (cups.count(), bowls.count()) == (0, 0)

    page.goto("/odoo/fba-claims")
    claim = page.locator(".o_data_row", has_text=CUP)
    assert "Lost" in claim.inner_text()
    claim.locator("td[name=msku]").click()
    page.click(".o_form_view button[name=action_claim]")
    close_error(page, "case number")
    page.fill("div[name=case_number] input", "CASE-1")
    page.click(".o_form_view button[name=action_claim]")
    wait_for_step(page, "Claimed")
    assert "8.00" in page.locator("div[name=expected_amount]").inner_text()
    assert "-2 BHX4" in page.locator("div[name=evidence]").inner_text()
