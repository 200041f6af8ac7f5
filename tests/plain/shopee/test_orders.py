"""Windows, paging, money, packages and masks of orders."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import Fulfilment, InvalidPayload, OrderStatus, TaxCollector
from addons.marketplace.contract.plan import plan_lines
from addons.marketplace_shopee.connector.money import share
from addons.marketplace_shopee.connector.order_view import item_of, parse_order
from tests.plain.shopee.samples import SHOP, at, escrow, filed, item, order, package_item
from tests.plain.shopee.shopee import Shopee


def parse(received, detail=None):
    return parse_order(filed(received, detail))


def amounts(charges):
    return [(charge.kind.value, str(charge.total)) for charge in charges]


def fetch(connector, since, shops=(SHOP,)):
    pages, token = [], ""
    while not pages or token:
        pages.append(connector.fetch_orders(list(shops), since, token=token))
        token = pages[-1].next_token
    return pages


# === FETCHING === #


def test_windows_are_fifteen_days_and_touch_without_gap():
    shopee = Shopee(orders=[order(1), order(2, update_time=1_777_000_000)])
    pages = fetch(shopee.connect(), at(-100 * 86_400))
    assert [record.external_id for page in pages for record in page.records] == ["260528000002", "260528000001"]
    asked = [(int(q["time_from"]), int(q["time_to"])) for path, q, _body in shopee.calls if path.endswith("_list")]
    assert asked[0][0] == int(at(-100 * 86_400).timestamp())
    assert all(stop - start <= 15 * 86_400 for start, stop in asked)
    assert all(after[0] == before[1] + 1 for before, after in zip(asked, asked[1:], strict=False))
    assert pages[-1].complete_until == at(-30)


def test_empty_windows_take_no_page_of_their_own():
    shopee = Shopee(orders=[order(1)])
    assert len(fetch(shopee.connect(), at(-280 * 86_400))) == 1


def test_the_end_of_the_range_stays_while_pages_are_read():
    shopee = Shopee(orders=[order(1), order(2), order(3)])
    connector = shopee.connect()
    first = connector.fetch_orders([SHOP], at(-86_400))
    shopee.time.now += 600
    second = connector.fetch_orders([SHOP], at(-86_400), token=first.next_token)
    last = connector.fetch_orders([SHOP], at(-86_400), token=second.next_token)
    assert last.complete_until == at(-30)


def test_until_ends_the_range():
    shopee = Shopee(orders=[order(1)])
    page = shopee.connect().fetch_orders([SHOP], at(-86_400), at(-7_200))
    assert (page.records, page.complete_until) == ((), at(-7_200))


def test_an_order_whose_details_are_missing_is_told():
    shopee = Shopee(orders=[order(1)])
    shopee.fail = lambda path, query: (
        shopee.reply({"response": {"order_list": []}}) if path == "order/get_order_detail" else None
    )
    page = shopee.connect().fetch_orders([SHOP], at(-86_400))
    assert [entry[2] for entry in page.broken] == [{"order_sn": "260528000001"}]


def test_an_app_without_access_to_payments_gets_orders_all_the_same():
    shopee = Shopee(orders=[order(1)])
    shopee.fail = lambda path, query: (
        shopee.error("error_api_permission", "no permission") if path.startswith("payment/") else None
    )
    (record,) = shopee.connect().fetch_orders([SHOP], at(-86_400)).records
    assert "escrow" not in record.payload


@pytest.mark.parametrize("spoil", [{"response": None}, {"response": {"order_list": []}}])
def test_an_incomplete_list_is_no_empty_list(spoil):
    shopee = Shopee(orders=[order(1)])
    shopee.fail = lambda path, query: shopee.reply(spoil) if path == "order/get_order_list" else None
    with pytest.raises(InvalidPayload):
        shopee.connect().fetch_orders([SHOP], at(-86_400))


# === MONEY === #


def test_vouchers_coins_and_subsidies_are_kept_apart():
    received = order(items=[item(1, 2, 10.0), item(2, 1, 5.0)], total=20.49)
    paid = {"shipping_fee": 1.99, "seller_voucher": 2.5, "shopee_voucher": -3.0, "shopee_coins_redeemed": 1.0}
    money = parse(received, escrow(received, {"shopee_shipping_rebate": 1.5}, paid))
    assert amounts(money.charges) == [("shipping", "1.99")]
    assert amounts(money.lines[0].charges) == [
        ("item", "20.0"),
        ("item_discount", "-2.0"),
        ("item_discount", "-2.4"),
        ("item_discount", "-0.8"),
    ]
    assert sum(charge.total for line in money.lines for charge in line.charges) == Decimal("18.50")
    assert amounts(money.subsidies) == [
        ("item_discount", "3.0"),
        ("item_discount", "1.0"),
        ("shipping_discount", "1.5"),
    ]
    assert sum(line.total for line in plan_lines(money, Decimal("0.01"))) == Decimal("20.49")


def test_vouchers_are_taken_by_line_as_stated_where_that_adds_up():
    received = order(items=[item(1, 1, 10.0), item(2, 1, 10.0)], total=16.0)
    detail = escrow(received, {}, {"seller_voucher": 4.0})
    for row, part in zip(detail["order_income"]["items"], (1.0, 3.0), strict=True):
        row["discount_from_voucher_seller"] = part
    assert [str(line.charges[1].total) for line in parse(received, detail).lines] == ["-1.0", "-3.0"]


def test_discounts_on_the_price_are_separate_and_shopees_is_a_subsidy():
    received = order(items=[item(1, 1, 100.0)])
    detail = escrow(received)
    detail["order_income"]["items"][0] |= {"original_price": 139.0, "seller_discount": 29.0, "shopee_discount": 10.0}
    found = parse(received, detail)
    assert amounts(found.lines[0].charges) == [
        ("item", "139.0"),
        ("item_discount", "-29.0"),
        ("item_discount", "-10.0"),
    ]
    assert amounts(found.subsidies) == [("item_discount", "10.0")]


def test_fees_and_taxes_that_shopee_keeps_are_not_the_sellers():
    received = order(total=23.5)
    found = parse(received, escrow(received, {}, {"initial_buyer_txn_fee": 0.5, "import_tax_amount": 3.0}))
    assert [(charge.tax_collector, str(charge.total)) for charge in found.charges] == [
        (TaxCollector.MARKETPLACE, "0.5"),
        (TaxCollector.MARKETPLACE, "3.0"),
    ]
    assert {line.kind: line.total for line in plan_lines(found, Decimal("0.01"))} == {
        "item": Decimal(20),
        "other": Decimal("0.5"),
        "collected_tax": Decimal(3),
    }


def test_a_part_without_a_name_is_told():
    found = parse(order(total=26.9))
    assert amounts(found.charges) == [("other", "6.9")]
    assert found.warnings == ("a part of the total is not stated by name: 6.9 SGD",)


def test_dong_and_rupiah_have_no_small_coins():
    received = order(items=[item(1, 3, 48000)], total=143_001, currency="VND")
    found = parse(received, escrow(received, {}, {"shopee_voucher": -999}))
    assert amounts(found.lines[0].charges) == [("item", "144000"), ("item_discount", "-999")]


def test_the_price_in_a_deal_comes_from_the_escrow():
    rows = [item(1, 2, 0.0, promotion_group_id=9, order_item_id=1), item(1, 1, 8.0)]
    received = order(items=rows, total=20.0)
    detail = escrow(received)
    detail["order_income"]["items"][0]["discounted_price"] = 12.0
    found = parse(received, detail)
    assert [(line.external_id, amounts(line.charges)) for line in found.lines] == [
        ("1001-2001-1-9", [("item", "12.0")]),
        ("1001-2001", [("item", "8.0")]),
    ]
    assert item_of("1001-2001-1-9") == (1001, 2001, 1, 9)


@pytest.mark.parametrize("total", [30.0, 20.0])
def test_cancelled_units_cost_nothing(total):
    found = parse(order(items=[item(1, 3, 10.0, cancelled_qty=1)], total=total))
    assert (found.lines[0].quantity, str(found.total.amount)) == (2, "20.0")
    assert bool(found.warnings) == (total == 30.0)


def test_orders_of_affiliate_shops_are_at_the_agreed_prices():
    received = order(items=[item(1, 2, 25.0)], currency="CNY", total=None)
    del received["total_amount"]
    detail = escrow(received | {"total_amount": 0}, {"pri_currency": "CNY", "aff_currency": "MYR"})
    detail["order_income"]["items"][0] |= {"original_price": 36.9, "discounted_price": 31.9, "original_price_pri": 48.5}
    found = parse(received, detail)
    assert amounts(found.lines[0].charges) == [("item", "48.5")]
    assert (found.total, found.charges, found.warnings) == (None, (), ())


def test_shares_lose_nothing():
    assert sum(share(Decimal("-10.00"), [Decimal(1), Decimal(1), Decimal(1)])) == Decimal("-10.00")
    assert share(Decimal("-1"), [Decimal(0), Decimal(0)]) == [Decimal("-1"), Decimal(0)]


# === STATE === #


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UNPAID", OrderStatus.PENDING),
        ("READY_TO_SHIP", OrderStatus.UNSHIPPED),
        ("PROCESSED", OrderStatus.UNSHIPPED),
        ("RETRY_SHIP", OrderStatus.UNSHIPPED),
        ("IN_CANCEL", OrderStatus.UNSHIPPED),
        ("SHIPPED", OrderStatus.SHIPPED),
        ("TO_CONFIRM_RECEIVE", OrderStatus.SHIPPED),
        ("TO_RETURN", OrderStatus.SHIPPED),
        ("COMPLETED", OrderStatus.SHIPPED),
        ("CANCELLED", OrderStatus.CANCELLED),
    ],
)
def test_statuses(word, status):
    found = parse(order(status=word))
    assert (found.status, found.status_text) == (status, word)
    assert found.lines[0].quantity_shipped == (1 if status is OrderStatus.SHIPPED else 0)


def test_packages_tell_what_has_left():
    rows = [item(1, 2, 5.0), item(2)]
    packages = [
        {"package_number": "A", "logistics_status": "LOGISTICS_PICKUP_DONE", "item_list": [package_item(rows[0], 1)]},
        {
            "package_number": "B",
            "logistics_status": "LOGISTICS_READY",
            "item_list": [package_item(rows[0], 1), package_item(rows[1])],
        },
    ]
    found = parse(order(items=rows, package_list=packages))
    assert found.status is OrderStatus.PARTIALLY_SHIPPED
    assert [line.quantity_shipped for line in found.lines] == [1, 0]
    assert found.packages[1].quantities == {"1001-2001": 1, "1002-2002": 1}


def test_an_order_that_could_not_be_delivered_has_left():
    received = order(status="CANCELLED")
    received["package_list"][0]["logistics_status"] = "LOGISTICS_DELIVERY_FAILED"
    assert (parse(received).lines[0].quantity, parse(received).lines[0].quantity_shipped) == (1, 1)


def test_masked_addresses_are_empty_and_marked():
    address = parse(order()).address
    assert (address.name, address.street, address.phone, address.masked) == ("", "", "", True)
    clear = {"name": "Tan", "full_address": "Blk 1", "phone": "65", "region": "SG", "zipcode": "150106"}
    assert parse(order(recipient_address=clear)).address.masked is False


def test_who_ships_how_it_is_paid_and_what_the_buyer_wants():
    found = parse(
        order(
            status="IN_CANCEL",
            message_to_seller="Ring twice",
            cod=True,
            fulfillment_flag="fulfilled_by_shopee",
            buyer_cancel_reason="Others",
        )
    )
    assert found.fulfilment is Fulfilment.MARKETPLACE
    assert (found.programs, found.cancel_request) == (("COD",), "Others")
    assert (found.buyer.key, found.buyer_note) == ("9193001", "Ring twice")


def test_the_note_of_the_buyer():
    assert parse(order(message_to_seller="Ring twice")).buyer_note == "Ring twice"
