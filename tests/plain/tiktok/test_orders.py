"""Orders: ranges and pages, statuses, money, addresses, parcels."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    ChargeKind,
    Fulfilment,
    InvalidPayload,
    OrderStatus,
    Rejected,
    TaxCollector,
    TaxTreatment,
    plan_lines,
)
from addons.marketplace_tiktok.connector.orders import parse_order
from tests.plain.tiktok.tiktok import NOW, SHOP, SINCE, item, order, shop, start, success

CENT = Decimal("0.01")


def page(*orders, token=""):
    return success({"orders": list(orders), "next_page_token": token, "total_count": len(orders)})


# === PAGES === #


def test_search_by_time_of_change_and_details_of_what_it_finds():
    tiktok, connector = start(page(order(1), order(2)), success({"orders": [order(2), order(1)]}))
    found = connector.fetch_orders([SHOP], SINCE)
    (_shops, search, detail) = tiktok.calls
    assert search[1]["shop_cipher"] == f"GCP_{SHOP}"
    assert (search[1]["sort_field"], search[1]["sort_order"], search[1]["page_size"]) == ("update_time", "ASC", "50")
    assert search[2] == {"update_time_ge": int(SINCE.timestamp()), "update_time_lt": int(NOW)}
    assert detail[1]["ids"] == f"{order(1)['id']},{order(2)['id']}"
    assert [record.external_id for record in found.records] == [order(2)["id"], order(1)["id"]]
    assert {record.shop_id for record in found.records} == {SHOP}
    assert found.complete_until == datetime.fromtimestamp(NOW - 60, timezone.utc)


def test_the_range_of_the_first_page_is_kept_over_pages_and_shops():
    two = success({"shops": [shop(), shop("8000")]})
    tiktok, connector = start(
        page(order(1), token="t/1=="),
        success({"orders": [order(1)]}),
        page(order(2)),
        success({"orders": [order(2)]}),
        page(),
    )
    tiktok.handlers = lambda: {"authorization.shops": lambda _query, _body: two}
    first = connector.fetch_orders(["8000", SHOP], SINCE)
    tiktok.time.now += 300
    second = connector.fetch_orders(["8000", SHOP], SINCE, token=first.next_token)
    third = connector.fetch_orders(["8000", SHOP], SINCE, token=second.next_token)
    searches = [(query, body) for operation, query, body in tiktok.calls if operation == "orders.search"]
    assert [query.get("page_token", "") for query, _body in searches] == ["", "t/1==", ""]
    assert [query["shop_cipher"] for query, _body in searches] == [f"GCP_{SHOP}"] * 2 + ["GCP_8000"]
    assert {body["update_time_lt"] for _query, body in searches} == {int(NOW)}
    assert (first.complete_until, second.complete_until, third.next_token) == (None, None, "")
    assert third.complete_until == datetime.fromtimestamp(NOW - 60, timezone.utc)


def test_an_order_whose_detail_is_missing_is_set_aside():
    _tiktok, connector = start(page(order(1), order(2)), success({"orders": [order(1)]}))
    found = connector.fetch_orders([SHOP], SINCE)
    assert [record.external_id for record in found.records] == [order(1)["id"]]
    assert [entry[2]["id"] for entry in found.broken] == [order(2)["id"]]


def test_one_order_is_looked_for_in_every_shop():
    two = success({"shops": [shop("8000"), shop()]})
    tiktok, connector = start(success({"orders": []}), success({"orders": [order(1)]}))
    tiktok.handlers = lambda: {"authorization.shops": lambda _query, _body: two}
    assert connector.fetch_order(order(1)["id"]).shop_id == SHOP


def test_an_order_that_nobody_knows():
    _tiktok, connector = start(success({"orders": []}))
    with pytest.raises(Rejected, match="no order 1"):
        connector.fetch_order("1")


# === STATUS === #


@pytest.mark.parametrize(
    ("word", "shipping", "status", "shipped"),
    [
        ("UNPAID", "TIKTOK", OrderStatus.PENDING, 0),
        ("ON_HOLD", "TIKTOK", OrderStatus.PENDING, 0),
        ("AWAITING_SHIPMENT", "TIKTOK", OrderStatus.UNSHIPPED, 0),
        ("PARTIALLY_SHIPPING", "SELLER", OrderStatus.PARTIALLY_SHIPPED, 0),
        ("AWAITING_COLLECTION", "TIKTOK", OrderStatus.UNSHIPPED, 0),  # booked, but the parcel is still here
        ("AWAITING_COLLECTION", "SELLER", OrderStatus.SHIPPED, 1),
        ("IN_TRANSIT", "TIKTOK", OrderStatus.SHIPPED, 1),
        ("DELIVERED", "TIKTOK", OrderStatus.SHIPPED, 1),
        ("COMPLETED", "TIKTOK", OrderStatus.SHIPPED, 1),
        ("TELEPORTED", "TIKTOK", OrderStatus.UNKNOWN, 0),
    ],
)
def test_statuses(word, shipping, status, shipped):
    parsed = parse_order(order(status=word, shipping_type=shipping))
    assert (parsed.status, parsed.status_text, parsed.lines[0].quantity_shipped) == (status, word, shipped)


def test_a_cancelled_order_has_no_units_and_no_money():
    parsed = parse_order(order(status="CANCELLED"))
    assert (parsed.status, parsed.total, parsed.lines[0].quantity) == (OrderStatus.CANCELLED, None, 0)
    assert plan_lines(parsed, CENT) == []


def test_fulfilled_by_tiktok():
    assert parse_order(order(fulfillment_type="FULFILLMENT_BY_TIKTOK")).fulfilment is Fulfilment.MARKETPLACE
    assert parse_order(order()).fulfilment is Fulfilment.MERCHANT


def test_what_a_person_should_know():
    parsed = parse_order(
        order(
            is_buyer_request_cancel=True, cancel_reason="Pricing error", is_cod=True, need_upload_invoice="NEED_INVOICE"
        )
    )
    assert parsed.cancel_request == "Pricing error"
    assert "COD" in parsed.programs
    assert "invoice" in parsed.warnings[0]
    assert parse_order(order(is_buyer_request_cancel=True)).cancel_request


# === MONEY === #


def test_vouchers_and_subsidies():
    """A seller's discount lowers what everybody gets; a platform's is paid back to the seller."""
    payment = {
        "original_total_product_price": "40.00",
        "seller_discount": "3.00",
        "platform_discount": "2.50",
        "sub_total": "34.50",
        "original_shipping_fee": "4.99",
        "shipping_fee_seller_discount": "1.00",
        "shipping_fee_platform_discount": "3.99",
        "shipping_fee": "0.00",
        "tax": "0",
        "total_amount": "34.50",
    }
    parsed = parse_order(
        order(items=[item(1, "20.00", "3.00", "1.50"), item(2, "20.00", "0", "1.00")], payment=payment)
    )
    assert parsed.total.amount == Decimal("34.50") and parsed.warnings == ()
    first = [(charge.kind, charge.amount.amount) for charge in parsed.lines[0].charges]
    assert first == [
        (ChargeKind.ITEM, Decimal("20.00")),
        (ChargeKind.ITEM_DISCOUNT, Decimal("-3.00")),
        (ChargeKind.ITEM_DISCOUNT, Decimal("-1.50")),
    ]
    assert [(charge.kind, charge.amount.amount) for charge in parsed.subsidies] == [
        (ChargeKind.ITEM_DISCOUNT, Decimal("1.50")),
        (ChargeKind.ITEM_DISCOUNT, Decimal("1.00")),
        (ChargeKind.SHIPPING_DISCOUNT, Decimal("3.99")),
    ]
    assert sum(line.total for line in plan_lines(parsed, CENT)) == Decimal("34.50")


def test_sales_tax_on_top_is_tiktoks():
    """United States: prices before tax; TikTok collects the tax."""
    tax = [{"tax_amount": "1.65", "tax_rate": "0.0825", "tax_type": "SALES_TAX"}]
    payment = {
        "original_shipping_fee": "5.00",
        "product_tax": "1.65",
        "shipping_fee_tax": "0.41",
        "tax": "2.06",
        "retail_delivery_fee": "0.28",
        "total_amount": "27.34",
    }
    parsed = parse_order(order(items=[item(1, "20.00", currency="USD", item_tax=tax)], payment=payment, currency="USD"))
    charge = parsed.lines[0].charges[0]
    assert (charge.tax.amount, charge.tax_treatment) == (Decimal("1.65"), TaxTreatment.ADDED)
    assert {c.tax_collector for c in parsed.lines[0].charges + parsed.charges} == {TaxCollector.MARKETPLACE}
    planned = {line.kind: line.total for line in plan_lines(parsed, CENT)}
    assert planned["collected_tax"] == Decimal("2.06") and sum(planned.values()) == Decimal("27.34")


def test_tax_stated_for_the_whole_order_only():
    parsed = parse_order(order(payment={"tax": "2.00", "total_amount": "12.00"}))
    assert parsed.warnings == ()
    assert sum(line.total for line in plan_lines(parsed, CENT)) == Decimal("12.00")


def test_tax_within_the_prices_is_the_sellers():
    tax = [{"tax_amount": "1.67", "tax_rate": "0.2", "tax_type": "VAT"}]
    parsed = parse_order(
        order(items=[item(1, "10.00", item_tax=tax)], payment={"tax": "1.67", "total_amount": "10.00"})
    )
    charge = parsed.lines[0].charges[0]
    assert (charge.tax.amount, charge.tax_treatment, charge.tax_collector) == (
        Decimal("1.67"),
        TaxTreatment.INCLUDED,
        TaxCollector.SELLER,
    )


def test_a_fee_that_nobody_told_us_about_is_kept_and_shown():
    parsed = parse_order(order(payment={"moon_fee": "0.50", "total_amount": "10.50"}))
    assert parsed.total.amount == Decimal("10.50")
    assert [(charge.kind, charge.amount.amount) for charge in parsed.charges] == [(ChargeKind.OTHER, Decimal("0.50"))]
    assert "0.50 more" in parsed.warnings[0]


def test_a_cancelled_unit_leaves_with_its_money():
    items = [item(1, "10.00"), item(2, "7.00", platform="1.00", status="CANCELLED")]
    parsed = parse_order(order(items=items, payment={"platform_discount": "1.00", "total_amount": "16.00"}))
    assert [line.quantity for line in parsed.lines] == [1, 0]
    assert (parsed.total.amount, parsed.subsidies, parsed.warnings) == (Decimal("10.00"), (), ())
    assert sum(line.total for line in plan_lines(parsed, CENT)) == Decimal("10.00")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"payment": {"currency": "GBP"}}, "payment.total_amount"),
        ({"payment": {"currency": "POUNDS", "total_amount": "1"}}, "payment"),
        ({"payment": {"currency": "GBP", "total_amount": "ten"}}, "payment.total_amount"),
        ({"payment": {"currency": "GBP", "total_amount": 10.0}}, "payment.total_amount"),
        ({"payment": None}, "payment"),
        ({"line_items": [item(1, "1", currency="EUR")]}, "line_items[0].currency"),
        ({"line_items": [{**item(1), "original_price": None}]}, "line_items[0].original_price"),
        ({"line_items": []}, "line_items"),
        ({"create_time": "soon"}, "create_time"),
        ({"status": 7.5}, "status"),
    ],
)
def test_damage_names_its_path(change, path):
    with pytest.raises(InvalidPayload) as caught:
        parse_order({**order(), **change})
    assert path in caught.value.path


# === ADDRESS, PARCELS, REVISION === #


def test_address():
    address = parse_order(order()).address
    assert (address.street, address.city, address.state, address.postal_code) == (
        "5 High Street", "London", "England", "SW1A 1AA",
    )  # fmt: skip
    assert (address.phone, address.masked) == ("", False)  # a hidden telephone number hinders nobody


def test_a_masked_address_is_empty_where_it_is_hidden():
    hidden = {**order()["recipient_address"], "name": "D*** K***", "address_line1": "1*** Coleman Ave"}
    address = parse_order(order(recipient_address=hidden)).address
    assert (address.name, address.street, address.city, address.masked) == ("", "", "London", True)


def test_no_address_while_tiktok_gives_none():
    assert parse_order(order(status="ON_HOLD", recipient_address={})).address is None


def test_parcels_hold_the_units_that_name_them():
    def unit(number, package):
        return item(number, package_id=package, tracking_number=f"JX{package}", shipping_provider_name="Evri")

    items = [unit(1, "11"), unit(2, "11"), unit(3, "12")]
    parsed = parse_order(order(items=items, payment={"total_amount": "30.00"}))
    assert [(package.external_id, len(package.quantities), package.tracking) for package in parsed.packages] == [
        ("11", 2, "JX11"),
        ("12", 1, "JX12"),
    ]


def test_a_silent_change_is_another_revision():
    first, second = parse_order(order()), parse_order({**order(), "seller_note": "fragile"})
    assert first.revision != second.revision and first.lines == second.lines


def test_ranges_that_have_not_begun_ask_nothing():
    tiktok, connector = start()
    found = connector.fetch_orders([SHOP], datetime.fromtimestamp(NOW, timezone.utc) + timedelta(hours=1))
    assert (found.records, found.next_token, tiktok.calls) == ((), "", [])
    assert found.complete_until <= datetime.fromtimestamp(NOW, timezone.utc) - timedelta(seconds=60)


def test_page_tokens_are_plain_text():
    _tiktok, connector = start(page(order(1), token="x"), success({"orders": [order(1)]}))
    assert json.loads(connector.fetch_orders([SHOP], SINCE).next_token)["page"] == "x"


def test_the_note_of_the_buyer():
    assert parse_order(order(buyer_message="Ring twice")).buyer_note == "Ring twice"
