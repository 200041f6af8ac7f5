"""Goods on their way to a warehouse: legs on a map, quotes side by side, and packing lists that cannot be right."""

import pytest
from openpyxl import Workbook

from .pages import choose_file, close_error
from .training import day

KETTLE = "TRAVEL-KETTLE"
SHEET = ["Carton No.", "SKU", "Qty per Carton", "Size", "Gross Weight"]
PACKED = 20  # units in each of two cartons


@pytest.fixture(scope="module")
def lane(call):
    """A lane from China to Britain."""
    return call("first.mile.lane", "create", {"name": "Shenzhen – Felixstowe", **countries(call, "CN", "GB")})


def countries(call, origin, destination):
    found = {row["code"]: row["id"] for row in call("res.country", "search_read", [], ["code"])}
    return {"origin_country_id": found[origin], "destination_country_id": found[destination]}


@pytest.fixture(scope="module")
def kettle(call):
    values = {"name": "Kettle", "default_code": KETTLE, "is_storable": True, "weight": 1.1}
    return call("product.product", "create", values)


@pytest.fixture(scope="module")
def hub(call):
    return call("stock.warehouse", "create", {"name": "Shenzhen Hub", "code": "SZHUB"})


@pytest.fixture
def shipment(call, lane, kettle, hub):
    """Id of a draft with two cartons: picked up yesterday, at sea since today, then to a place that nobody knows."""
    (london,) = call("stock.warehouse", "search", [("code", "=", "LDN")])
    carton = {"length_cm": 60, "width_cm": 50, "height_cm": 40, "weight": 12}
    contents = [(0, 0, {"product_id": kettle, "quantity": PACKED})]
    legs = [
        {"kind": "pickup", **ends("Shenzhen", "Shenzhen (Yantian)"), "etd": -1, "eta": 0, "atd": -1, "ata": 0},
        {"kind": "main", **ends("Shenzhen (Yantian)", "Port of Felixstowe"), "etd": 0, "eta": 32, "atd": 0},
        {"kind": "delivery", **ends("Port of Felixstowe", "Nowhere-on-Sea"), "etd": 33, "eta": 35},
    ]
    values = {
        "lane_id": lane,
        "mode": "sea_lcl",
        "warehouse_id": hub,
        "destination_id": london,
        "line_ids": [(0, 0, {"product_id": kettle, "quantity": 2 * PACKED})],
        "carton_ids": [(0, 0, {**carton, "number": number, "line_ids": contents}) for number in ("1", "2")],
        "leg_ids": [(0, 0, {"sequence": number, **dated(leg)}) for number, leg in enumerate(legs)],
    }
    return call("first.mile.shipment", "create", values)


def ends(origin, destination):
    return {"origin": origin, "destination": destination}


def dated(values):
    """Values whose numbers of days from today are dates now."""
    return {name: day(value).isoformat() if isinstance(value, int) else value for name, value in values.items()}


def open_shipment(page, shipment, tab):
    page.goto(f"/odoo/action-first_mile.action_shipments/{shipment}")
    page.click(f".nav-link[name={tab}]")


def test_legs_are_drawn_on_a_map_and_a_line_of_days(page, shipment, errors):
    """Each leg whose ends are known is an arc; one that is not gets its arc as soon as its town is corrected."""
    open_shipment(page, shipment, "legs")
    arcs, rows = page.locator(".o_leg_map_arc"), page.locator(".o_leg_map_line .o_leg_map_row:not(.o_leg_map_head)")
    page.locator(".o_leg_map_under_way .o_leg_map_pulse").wait_for()
    assert (arcs.count(), rows.count()) == (1, 3)  # a pick-up within the town is one dot
    assert "Under Way" in rows.nth(1).inner_text()
    assert "Felixstowe" in page.locator(".o_leg_map_world").text_content()

    page.locator("div[name=leg_ids] .o_data_row").nth(2).locator("td[name=destination]").click()
    page.fill("div[name=leg_ids] .o_selected_row div[name=destination] input", "Glasgow")
    page.click(".o_form_button_save")
    arcs.nth(1).wait_for()
    assert "Glasgow" in page.locator(".o_leg_map_world").text_content()
    assert arcs.nth(1).evaluate("arc => arc.querySelector('path').getTotalLength()") > 10


@pytest.fixture
def prices(call, lane):
    """Three forwarders: one is cheap but its prices are over, one by sea, one by air in another currency."""
    (euro,) = call("res.currency", "search", [("name", "=", "EUR")])
    add_prices(call, lane, "Old Junk", "sea_lcl", 10, basis="revenue_ton", **dated({"valid_to": -1}))
    add_prices(call, lane, "Blue Ocean", "sea_lcl", 120, basis="revenue_ton", days_max=35)
    add_prices(call, lane, "Swift Wings", "air", 30, basis="kg", currency_id=euro, days_max=8)


def add_prices(call, lane, forwarder, mode, price, **values):
    partner = call("res.partner", "create", {"name": forwarder})
    breaks = [(0, 0, {"start": 0, "price": price})]
    values = {"partner_id": partner, "lane_id": lane, "mode": mode, "break_ids": breaks, **values}
    call("first.mile.tariff", "create", values)


def test_the_cheapest_quote_that_holds_is_accepted(page, call, shipment, prices, errors):
    """Quotes stand by price; who makes no offer says why and cannot be accepted. One click makes the estimate."""
    open_shipment(page, shipment, "quotes")
    page.click("button[name=action_compare_quotes]")
    quotes = page.locator("div[name=quote_ids] .o_data_row")
    quotes.nth(2).wait_for()
    forwarders = page.locator("div[name=quote_ids] td[name=partner_id]").all_inner_texts()
    assert forwarders == ["Blue Ocean", "Swift Wings", "Old Junk"]
    assert "do not hold" in quotes.nth(2).inner_text()
    assert quotes.nth(2).locator("button[name=action_accept]").count() == 0
    quotes.nth(0).locator("button[name=action_accept]").click()
    quotes.nth(0).locator("button[name=action_accept]").wait_for(state="detached")
    assert page.locator("div[name=forwarder_id] input").input_value() == "Blue Ocean"
    page.click(".nav-link[name=costs]")
    estimate = page.locator("div[name=cost_ids] .o_data_row", has_text="Freight Blue Ocean")
    assert "28.80" in estimate.inner_text()


def packing_list(path, *rows):
    """The path, where an Excel file with these rows is now."""
    book = Workbook()
    for row in (SHEET, *rows):
        book.active.append(row)
    book.save(path)
    return path


def refuse(page, path):
    """Import a list in the open dialog; the message that refuses it."""
    choose_file(page, path)
    page.click(".modal button[name=action_import]")
    return close_error(page, "Nothing was imported")


def test_a_bad_packing_list_says_what_is_wrong_and_loses_nothing(page, call, shipment, errors, tmp_path):
    """The dialog names row and carton, stays open for the corrected file, and the cartons stay until that fits."""
    open_shipment(page, shipment, "cartons")
    cartons = page.locator("div[name=carton_ids] .o_data_row")
    page.click(".o_statusbar_buttons button:has-text('Import Packing List')")
    page.wait_for_selector(".modal div[name=file]")
    without_weight = refuse(page, packing_list(tmp_path / "light.xlsx", ["1-2", KETTLE, PACKED, "60x50x40", None]))
    assert "no gross weight. Enter it in kg." in without_weight
    too_few = refuse(page, packing_list(tmp_path / "few.xlsx", ["1", KETTLE, PACKED, "60x50x40", 12]))
    assert f"'{KETTLE}': {PACKED} units are packed, {2 * PACKED} are to be shipped." in too_few
    weights = call("first.mile.carton", "search_read", [("shipment_id", "=", shipment)], ["weight"])
    assert [carton["weight"] for carton in weights] == [12, 12]
    choose_file(page, packing_list(tmp_path / "right.xlsx", ["1-4", KETTLE, PACKED // 2, "40x30x30", 6.5]))
    page.click(".modal button[name=action_import]")
    page.wait_for_selector(".modal", state="detached")
    cartons.nth(3).wait_for()
    assert call("first.mile.shipment", "read", [shipment], ["weight"])[0]["weight"] == 26
