"""What orders of real shops look like, and what becomes of them."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import ChargeKind, InvalidPayload, OrderStatus, TaxTreatment
from addons.marketplace_woocommerce.connector.orders import parse_order
from tests.plain.fake_http import answer
from tests.plain.woocommerce.shop import NOW, SHOP_ID, SINCE, Shop, line, order


def parse(payload):
    return parse_order(payload, SHOP_ID)


# === STATUS === #


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("pending", OrderStatus.PENDING),
        ("on-hold", OrderStatus.PENDING),
        ("failed", OrderStatus.PENDING),
        ("checkout-draft", OrderStatus.PENDING),
        ("processing", OrderStatus.UNSHIPPED),
        ("completed", OrderStatus.SHIPPED),
        ("cancelled", OrderStatus.CANCELLED),
        ("trash", OrderStatus.CANCELLED),
        ("refunded", OrderStatus.CANCELLED),
        ("wc-shipped-by-plugin", OrderStatus.UNKNOWN),
    ],
)
def test_statuses(word, expected):
    parsed = parse(order(status=word))
    assert (parsed.status, parsed.status_text) == (expected, word)


def test_refunded_after_it_was_completed_was_shipped():
    parsed = parse(order(status="refunded", date_completed_gmt="2026-05-21T10:00:00"))
    assert parsed.status is OrderStatus.SHIPPED
    assert parsed.lines[0].quantity_shipped == 1


def parcel(reference, lines, **fields):
    value = {"carrier": "DHL", "tracking": "00341", "shipped_at": "2026-05-21T08:00:00", "lines": lines, **fields}
    return {"id": 5, "key": f"_crossborder_parcel:{reference}", "value": json.dumps(value)}


def test_recorded_parcels_are_packages():
    meta = [parcel("WH/1", {"301": 1}), {"id": 6, "key": "_other", "value": {"a": 1}}, {"id": 7, "key": None}]
    parsed = parse(order(lines=[line(quantity=3)], meta_data=meta))
    assert parsed.status is OrderStatus.PARTIALLY_SHIPPED
    assert parsed.lines[0].quantity_shipped == 1
    (package,) = parsed.packages
    assert (package.external_id, package.carrier, package.tracking) == ("WH/1", "DHL", "00341")
    assert package.quantities == {"301": 1}
    assert package.shipped_at == datetime(2026, 5, 21, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize("value", ["nonsense", "[1]", '{"lines": {"301": "x"}}', '{"lines": {"301": -1}}'])
def test_a_parcel_that_somebody_has_changed(value):
    with pytest.raises(InvalidPayload) as caught:
        parse(order(meta_data=[{"key": "_crossborder_parcel:WH/1", "value": value}]))
    assert caught.value.path.startswith("meta_data[0].value")


# === MONEY === #


def test_taxes_coupons_shipping_and_fees():
    item = line(price="20.00", tax="3.80", total="18.00", total_tax="3.42")
    shipping = {"id": 1, "method_title": "DHL", "total": "3.80", "total_tax": "0.72"}
    fee = {"id": 2, "name": "Nachnahme", "total": "2.00", "total_tax": "0.38"}
    coupon = {"id": 3, "code": "MAI", "discount": "2.00", "discount_tax": "0.38"}
    entries = {"shipping_lines": [shipping], "fee_lines": [fee], "coupon_lines": [coupon]}
    parsed = parse(order(total="28.32", lines=[item], **entries))
    price, discount = parsed.lines[0].charges
    assert (price.kind, price.amount.text, price.tax.text) == (ChargeKind.ITEM, "20.00", "3.80")
    assert (discount.kind, discount.amount.amount, discount.tax.amount) == (
        ChargeKind.ITEM_DISCOUNT,
        Decimal("-2.00"),
        Decimal("-0.38"),
    )
    assert [(charge.kind, charge.total) for charge in parsed.charges] == [
        (ChargeKind.SHIPPING, Decimal("4.52")),
        (ChargeKind.OTHER, Decimal("2.38")),
    ]
    assert {charge.tax_treatment for charge in (price, discount, *parsed.charges)} == {TaxTreatment.ADDED}
    assert parsed.service_level == "DHL"
    assert parsed.warnings == ()


def test_a_price_that_was_raised_is_no_discount():
    (charge,) = parse(order(lines=[line(price="10.00", total="11.90")])).lines[0].charges
    assert (charge.kind, charge.amount.text) == (ChargeKind.ITEM, "11.90")


def test_gift_cards_are_a_charge_and_no_surprise():
    parsed = parse(order(total="4.00", lines=[line(price="11.90")], gift_cards=[{"amount": 5}, {"amount": "2.90"}]))
    assert [charge.amount.amount for charge in parsed.charges] == [Decimal("-7.90")]
    assert parsed.warnings == ()


def test_coins_of_rounding_are_a_charge_and_no_surprise():
    parsed = parse(order(total="14.14", lines=[line(price="11.90", tax="2.25")]))
    assert [charge.amount.amount for charge in parsed.charges] == [Decimal("-0.01")]
    assert parsed.warnings == ()


def test_money_that_is_in_no_line_is_shown_to_a_person():
    parsed = parse(order(total="9.90", lines=[line(price="11.90")]))
    assert [(charge.kind, charge.amount.amount) for charge in parsed.charges] == [(ChargeKind.OTHER, Decimal("-2.00"))]
    assert parsed.warnings == ("The lines add up to 11.90 EUR, the shop states a total of 9.90.",)


# === QUIRKS === #


def test_numbers_and_text_mean_the_same():
    usual = parse(order(total="12", lines=[line(price="12", quantity=2)]))
    odd = parse(
        {**order(lines=[line(price=12, quantity="2", sku=123)]), "total": 12, "id": "701", "customer_id": "0"},
    )
    assert (odd.external_id, odd.total.amount, odd.lines[0].quantity) == ("701", usual.total.amount, 2)
    assert odd.lines[0].sku == "123"


def test_what_php_makes_of_empty_objects_and_lists_with_gaps():
    parsed = parse(order(billing=[], shipping=[], shipping_lines={}, line_items={"1": line(), "3": line(2, "0.00")}))
    assert parsed.address is None
    assert [item.external_id for item in parsed.lines] == ["301", "302"]


def test_fields_that_are_missing_or_null():
    payload = order(lines=[{"id": 301, "name": None, "quantity": 1, "total": "11.90", "product_id": 0}])
    for key in ("billing", "meta_data", "coupon_lines", "date_modified_gmt", "customer_id"):
        payload[key] = None
    del payload["shipping_lines"], payload["fee_lines"]
    parsed = parse(payload)
    assert (parsed.lines[0].sku, parsed.lines[0].title) == ("", "")
    assert parsed.updated_at == parsed.ordered_at


def test_what_is_sold_by_measure_is_one_unit_and_shown_to_a_person():
    parsed = parse(order(lines=[line(quantity="1.5", name="Stoff")]))
    assert (parsed.lines[0].quantity, parsed.lines[0].title) == (1, "Stoff (1.5)")
    assert parsed.warnings == ("Stoff: quantity 1.5",)


def test_products_without_sku_are_known_by_their_ids():
    lines = [line(1, "11.90", sku=""), line(2, "0.00", sku=None, variation_id=23)]
    assert [item.sku for item in parse(order(lines=lines)).lines] == ["id:91", "id:92/23"]
    assert parse(order(lines=lines)).lines[1].product_id == "23"


# === BUYER AND ADDRESS === #


def test_buyer():
    guest, customer = parse(order()).buyer, parse(order(customer_id=17)).buyer
    assert (guest.key, guest.email, guest.name) == ("erika@example.com", "Erika@example.com", "Erika Mustermann")
    assert customer.key == "customer:17"


def test_business_order():
    payload = order()
    payload["billing"]["company"] = "Muster GmbH"
    parsed = parse(payload)
    assert parsed.is_business
    assert parsed.buyer.company == "Muster GmbH"


def test_address_is_the_delivery_address_with_a_phone():
    address = parse(order()).address
    assert (address.name, address.street, address.city, address.country_code) == (
        "Erika Mustermann",
        "Heidestraße 17",
        "Köln",
        "DE",
    )
    assert address.phone == "+49 221 4710"


def test_without_a_delivery_address_the_billing_address_counts():
    assert parse(order(shipping={"first_name": "", "address_1": "", "city": ""})).address.city == "Köln"


# === PAGES === #


def fetch(connector, until=None, on_page=lambda number: None):
    pages, token = [], ""
    while not pages or token:
        pages.append(connector.fetch_orders([SHOP_ID], SINCE, until, token))
        token = pages[-1].next_token
        on_page(len(pages))
        assert len(pages) < 20
    return [record.external_id for page in pages for record in page.records], pages


def test_query_of_a_page():
    shop = Shop([order()])
    shop.connect().fetch_orders([SHOP_ID], SINCE, NOW - timedelta(days=1))
    assert shop.requests[0][2] == {
        "modified_after": "2026-04-30T23:59:59",
        "modified_before": "2026-05-27T12:00:01",
        "dates_are_gmt": "true",
        "status": "any",
        "orderby": "id",
        "order": "asc",
        "per_page": "100",
        "page": "1",
    }


def test_complete_until_is_the_shops_time_at_the_first_page():
    shop = Shop([order(number) for number in range(1, 4)], page_size=2)
    _ids, pages = fetch(shop.connect(), on_page=lambda number: shop.time.sleep(600))
    assert pages[-1].complete_until == NOW - timedelta(seconds=30)
    until = NOW - timedelta(days=1)
    assert fetch(shop.connect(), until)[1][-1].complete_until == until


def test_without_the_shops_time_more_is_fetched_again():
    shop = Shop([order()])
    shop.reply = answer
    assert fetch(shop.connect())[1][-1].complete_until == NOW - timedelta(minutes=3)


def test_pages_without_the_header_go_on_while_they_are_full():
    shop = Shop([order(number) for number in range(1, 4)], page_size=100)
    whole = shop.page
    shop.page = lambda objects, query: (*whole(objects, query)[:1], {}, whole(objects, query)[2])
    assert fetch(shop.connect())[0] == ["701", "702", "703"]


def test_an_order_that_changes_meanwhile_hides_no_other():
    """Order 1 was not changed in the range; when it is, all others move back by one."""
    shop = Shop([order(number) for number in range(1, 6)], page_size=2)
    shop.orders[701]["date_modified_gmt"] = "2026-04-01T10:00:00"

    def change(number):
        if number == 1:
            shop.orders[701]["date_modified_gmt"] = "2026-05-28T12:00:00"

    ids, _pages = fetch(shop.connect(), on_page=change)
    assert {"702", "703", "704", "705"} <= set(ids)


@pytest.mark.parametrize("leaves", ["deleted", "left the range"])
def test_an_order_that_leaves_the_list_hides_no_other(leaves):
    shop = Shop([order(number) for number in range(1, 8)], page_size=2)

    def leave(number):
        if number == 2 and leaves == "deleted":
            del shop.orders[701], shop.orders[702], shop.orders[703]
        elif number == 2:
            for key in (701, 702, 703):
                shop.orders[key]["date_modified_gmt"] = "2026-05-28T12:00:00"

    ids, _pages = fetch(shop.connect(), NOW - timedelta(days=1), leave)
    assert {"701", "702", "703", "704", "705", "706", "707"} == set(ids)


def test_one_order():
    shop = Shop([order(1)])
    record = shop.connect().fetch_order("701")
    assert (record.external_id, record.shop_id) == ("701", SHOP_ID)
    assert shop.requests[0][1] == "/orders/701"


def test_the_number_and_the_note_of_the_buyer():
    result = parse({**order(), "number": 1042, "customer_note": "Leave it with the neighbour"})
    assert (result.number, result.buyer_note) == ("1042", "Leave it with the neighbour")
