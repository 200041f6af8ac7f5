"""Paging, money, statuses and masks of orders."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import Fulfilment, InvalidPayload, OrderStatus
from addons.marketplace.contract.plan import plan_lines
from addons.marketplace_lazada.connector.order_view import parse_order
from tests.plain.lazada.lazada import Lazada
from tests.plain.lazada.samples import SECOND_SHOP, SHOP, at, filed, item, line_id, local, order


def parse(items=None, **fields):
    return parse_order(filed(order(1, items, **fields)))


def amounts(charges):
    return [(charge.kind.value, str(charge.total)) for charge in charges]


def fetch(connector, since, shops=(SHOP,)):
    pages, token = [], ""
    while not pages or token:
        pages.append(connector.fetch_orders(list(shops), since, token=token))
        token = pages[-1].next_token
    return [record.external_id for page in pages for record in page.records], pages


# === FETCHING === #


def test_pages_start_at_the_last_order_and_leave_it_out():
    lazada = Lazada(orders=[order(number) for number in range(1, 8)], page_size=3)
    found, pages = fetch(lazada.connect(), at(-86_400))
    assert found == [str(500_000 + number) for number in range(1, 8)]
    assert pages[-1].complete_until == at(-60)
    offsets = {params["offset"] for _host, path, params in lazada.calls if path == "/orders/get"}
    assert offsets == {"0"}


def test_more_orders_of_one_second_than_a_page_has():
    orders = [order(number, updated_at=local(-3_600)) for number in range(1, 8)]
    found, _pages = fetch(Lazada(orders=orders, page_size=3).connect(), at(-86_400))
    assert sorted(found) == [str(500_000 + number) for number in range(1, 8)]


def test_an_order_that_changes_between_pages_hides_no_other():
    lazada = Lazada(orders=[order(number) for number in range(1, 8)], page_size=3)
    connector = lazada.connect()
    first = connector.fetch_orders([SHOP], at(-86_400))
    lazada.orders["500001"]["updated_at"] = local(0)
    found, token = [], first.next_token
    while token:
        page = connector.fetch_orders([SHOP], at(-86_400), token=token)
        found += [record.external_id for record in page.records]
        token = page.next_token
    assert found == [str(500_000 + number) for number in range(4, 8)]


def test_two_countries_one_after_the_other():
    lazada = Lazada(orders=[order(1)])
    lazada.sellers = [*lazada.sellers, {}]
    _found, pages = fetch(lazada.connect(), at(-86_400), (SECOND_SHOP, SHOP))
    assert [record.shop_id for page in pages for record in page.records] == [SHOP, SECOND_SHOP]
    assert [page.complete_until is None for page in pages] == [True, False]


def test_an_order_without_items_is_told():
    lazada = Lazada(orders=[order(1), order(2)])
    del lazada.items["500001"]
    page = lazada.connect().fetch_orders([SHOP], at(-86_400))
    assert [record.external_id for record in page.records] == ["500002"]
    assert "500001" in page.broken[0][1]


@pytest.mark.parametrize("spoil", [{}, {"data": {}}, {"data": {"orders": 0}}])
def test_an_incomplete_list_is_no_empty_list(spoil):
    lazada = Lazada()
    lazada.fail = lambda path, params: lazada.reply(spoil) if path == "/orders/get" else None
    with pytest.raises(InvalidPayload):
        lazada.connect().fetch_orders([SHOP], at(-86_400))


# === MONEY === #


def test_vouchers_and_delivery_are_kept_apart():
    unit = item(
        1,
        30.0,
        paid_price=24.5,
        voucher_seller=2.5,
        voucher_platform=3.0,
        shipping_amount=1.49,
        shipping_fee_original=3.99,
        shipping_fee_discount_platform=1.5,
        shipping_fee_discount_seller=1.0,
    )
    found = parse([unit])
    assert amounts(found.lines[0].charges) == [
        ("item", "30.0"),
        ("item_discount", "-2.5"),
        ("item_discount", "-3.0"),
        ("shipping", "3.99"),
        ("shipping_discount", "-1.0"),
        ("shipping_discount", "-1.5"),
    ]
    assert amounts(found.subsidies) == [("item_discount", "3.0"), ("shipping_discount", "1.5")]
    assert found.total.amount == Decimal("25.99")
    assert not found.warnings
    assert sum(line.total for line in plan_lines(found, Decimal("0.01"))) == Decimal("25.99")


def test_delivery_that_only_the_order_states():
    found = parse([item(1), item(2)], shipping_fee=2.99)
    assert amounts(found.charges) == [("shipping", "2.99")]
    assert found.total.amount == Decimal("42.99")


def test_bonuses_and_credit_are_read_where_they_take_off_the_price():
    unit = item(1, 30.0, paid_price=25.0, voucher_platform_lpi=2.0, wallet_credits=3.0)
    found = parse([unit], voucher=2.0)
    assert amounts(found.subsidies) == [("item_discount", "2.0"), ("item_discount", "3.0")]
    assert (found.total.amount, found.warnings) == (Decimal("25.0"), ())
    within = parse([item(1, 30.0, paid_price=28.0, voucher_platform=2.0, voucher_platform_lpi=2.0, wallet_credits=9.0)])
    assert amounts(within.lines[0].charges) == [("item", "30.0"), ("item_discount", "-2.0")]


def test_a_total_that_does_not_add_up_is_told():
    found = parse([item(1)], price="25.00")
    assert amounts(found.charges) == [("other", "5.00")]
    assert found.warnings == ("a part of the total is not stated by name: 5.00 SGD",)


def test_thousands_may_have_commas():
    assert parse([item(1, 1290.5)], price="1,290.50").total.amount == Decimal("1290.5")


def test_stated_tax_is_in_the_price():
    (charge,) = parse([item(1, 107.0, tax_amount=7.0)]).lines[0].charges
    assert (charge.tax.text, str(charge.net)) == ("7.0", "100.0")


def test_cancelled_items_cost_nothing():
    found = parse([item(1), item(2, 9.9, status="canceled", reason="Out of stock")])
    assert [(line.quantity, len(line.charges), line.cancel_reason) for line in found.lines] == [
        (1, 1, ""),
        (0, 0, "Out of stock"),
    ]
    assert found.total.amount == Decimal("20.0")


# === STATE === #


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["unpaid"], OrderStatus.PENDING),
        (["pending", "packed"], OrderStatus.UNSHIPPED),
        (["topack", "toship"], OrderStatus.UNSHIPPED),
        (["ready_to_ship"], OrderStatus.UNSHIPPED),
        (["shipped", "pending"], OrderStatus.PARTIALLY_SHIPPED),
        (["shipped", "delivered", "canceled"], OrderStatus.SHIPPED),
        (["returned"], OrderStatus.SHIPPED),
        (["lost_by_3pl"], OrderStatus.SHIPPED),
        (["canceled", "canceled"], OrderStatus.CANCELLED),
        (["pending", "enchanted"], OrderStatus.UNKNOWN),
    ],
)
def test_the_items_make_the_status(words, status):
    found = parse([item(number, status=word) for number, word in enumerate(words)])
    assert (found.status, found.status_text) == (status, ",".join(dict.fromkeys(words)))


def test_packages_are_of_the_items():
    box = {"status": "packed", "package_id": "FP1", "tracking_code": "LZ1", "shipment_provider": "LEX SG"}
    (package,) = parse([item(1, **box), item(2, **box), item(3)]).packages
    assert package.quantities == {line_id(1, 1): 1, line_id(1, 2): 1}
    assert (package.external_id, package.tracking, package.carrier) == ("FP1", "LZ1", "LEX SG")


def test_masked_addresses_are_empty_and_marked():
    found = parse()
    assert (found.address.name, found.address.street, found.address.phone) == ("", "", "")
    assert (found.address.masked, found.address.country_code, found.address.city) == (True, "SG", "Bedok")
    assert found.buyer.key == "555"


def test_who_ships_how_it_is_paid_and_what_the_buyer_wants():
    unit = item(1, is_fbl="1", delivery_option_sof="1", need_cancel_confirm=True, reason="Changed mind")
    found = parse([unit], payment_method="COD", buyer_note="Ring twice")
    assert found.fulfilment is Fulfilment.MARKETPLACE
    assert found.programs == ("COD", "DBS")
    assert (found.cancel_request, found.buyer_note) == ("Changed mind", "Ring twice")
    assert found.ship_by.end.isoformat() == "2026-05-30T04:00:00+00:00"


def test_the_number_and_the_note_of_the_buyer():
    found = parse(remarks="Ring twice", order_number=77)
    assert (found.number, found.buyer_note) == ("77", "Ring twice")
