"""What each verb asks the shop and makes of its answers."""

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest
import requests

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    Fulfilment,
    InvalidPayload,
    Money,
    NoticeKind,
    Refund,
    RefundLine,
    Rejected,
    Restock,
    ReturnKind,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    StockLevel,
    Unavailable,
    WebhookRequest,
)
from tests.plain.fake_http import answer
from tests.plain.woocommerce.shop import (
    CREDENTIALS,
    SHOP_ID,
    SINCE,
    Shop,
    line,
    order,
    product,
    refund,
    refusal,
    sign_webhook,
)

HOOK = "https://odoo.example/hook"


def eur(text):
    return Money.parse(text, "EUR", "")


def failing(shop, method, times, failure):
    """Answers of the shop, but the first ``times`` writes of a method are carried out without an answer."""
    left = [times]

    def serve(request):
        result = shop.serve(request)
        if request.method == method and left[0]:
            left[0] -= 1
            return failure
        return result

    return serve


# === SHOP === #


def test_the_shop():
    (shop,) = Shop().connect().fetch_shops()
    assert (shop.external_id, shop.name, shop.country_code, shop.currency) == (SHOP_ID, SHOP_ID, "DE", "EUR")


def test_a_shop_that_tells_no_currency():
    shop = Shop()
    connector = shop.connect(lambda request: answer([{"id": "woocommerce_currency", "value": None}]))
    with pytest.raises(InvalidPayload, match="woocommerce_currency"):
        connector.fetch_shops()


def test_wrong_keys():
    connector = Shop().connect(lambda request: refusal(401, "woocommerce_rest_cannot_view", "Sorry."))
    with pytest.raises(AuthenticationFailed):
        connector.fetch_shops()


# === SHIPMENTS === #


def shipment(number=1, units=1, **fields):
    values = {
        "reference": f"WH/OUT/{number}",
        "shop_id": SHOP_ID,
        "order_id": "701",
        "carrier_code": "DHL",
        "carrier_name": "DHL Paket",
        "tracking": f"0034{number}",
        "shipped_at": datetime(2026, 5, 21, 8, tzinfo=timezone.utc),
        "lines": (ShipmentLine("301", units),),
    }
    return Shipment(**{**values, **fields})


def test_the_last_parcel_completes_the_order():
    shop = Shop([order(lines=[line(quantity=2), line(2, "0.00")])])
    connector = shop.connect()
    assert connector.confirm_shipments([shipment(1)])[0].accepted
    assert shop.orders[701]["status"] == "processing"
    rest = shipment(2, lines=(ShipmentLine("301", 1), ShipmentLine("302", 1)))
    assert connector.confirm_shipments([rest])[0].accepted
    assert shop.orders[701]["status"] == "completed"
    assert [note["note"] for note in shop.notes[701]] == ["DHL Paket 00341", "DHL Paket 00342"]
    assert all(note["customer_note"] for note in shop.notes[701])
    packages = connector.parse_order(shop.orders[701]).packages
    assert [(package.external_id, package.quantities) for package in packages] == [
        ("WH/OUT/1", {"301": 1}),
        ("WH/OUT/2", {"301": 1, "302": 1}),
    ]


def test_a_parcel_whose_note_was_lost_is_told_once():
    shop = Shop([order()])
    first = shop.connect(failing(shop, "POST", 1, requests.ReadTimeout("x")))
    (result,) = first.confirm_shipments([shipment()])
    assert (result.accepted, result.retry_after) == (False, 60)
    (again,) = shop.connect().confirm_shipments([shipment()])
    assert (again.accepted, again.message) == (True, "already confirmed")
    assert len(shop.notes[701]) == 1
    assert [method for method, _path, _body in shop.written()] == ["PUT", "POST"]


def test_a_parcel_whose_note_never_arrived_is_told():
    shop = Shop([order()])

    def serve(request):
        return requests.ReadTimeout("x") if request.method == "POST" else shop.serve(request)

    shop.connect(serve).confirm_shipments([shipment()])
    shop.connect().confirm_shipments([shipment()])
    assert len(shop.notes[701]) == 1


def test_a_parcel_without_tracking_number_is_not_told():
    shop = Shop([order()])
    assert shop.connect().confirm_shipments([shipment(tracking="")])[0].accepted
    assert shop.notes == {}
    assert shop.orders[701]["status"] == "completed"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"units": 3}, "line 301 has no 3 units left"),
        ({"lines": (ShipmentLine("999", 1),)}, "line 999 has no 1 units left"),
        ({"order_id": "799"}, "Invalid ID"),
    ],
)
def test_impossible_parcels_are_refused(fields, reason):
    shop = Shop([order(lines=[line(quantity=2)])])
    (result,) = shop.connect().confirm_shipments([shipment(**fields)])
    assert not result.accepted
    assert reason in result.message
    assert shop.written() == []


def test_a_cancelled_order_is_not_shipped():
    shop = Shop([order(status="cancelled")])
    assert "cancelled" in shop.connect().confirm_shipments([shipment()])[0].message
    assert shop.written() == []


def test_an_outage_leaves_the_rest_for_later():
    shop = Shop([order()])
    results = shop.connect(lambda request: answer({}, 502)).confirm_shipments([shipment(1), shipment(2)])
    assert [(result.accepted, result.retry_after) for result in results] == [(False, 60), (False, 60)]


def test_an_order_that_cannot_be_read_stops_no_other():
    shop = Shop([order(1, currency=""), order(2)])
    results = shop.connect().confirm_shipments([shipment(1), shipment(2, order_id="702")])
    assert [result.accepted for result in results] == [False, True]
    assert "currency" in results[0].message


# === CANCELLATIONS === #


def cancellation(**fields):
    values = {"reference": "C1", "shop_id": SHOP_ID, "order_id": "701", "reason": CancelReason.OUT_OF_STOCK}
    return Cancellation(**{**values, **fields})


def test_an_order_is_cancelled_whole():
    shop = Shop([order(lines=[line(quantity=2)])])
    assert shop.connect().cancel_orders([cancellation(lines=(ShipmentLine("301", 2),))])[0].accepted
    assert shop.written() == [("PUT", "/orders/701", {"status": "cancelled"})]
    (again,) = shop.connect().cancel_orders([cancellation()])
    assert (again.accepted, again.message) == (True, "already cancelled")
    assert len(shop.written()) == 1


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"lines": (ShipmentLine("301", 1),)}, "processing", "whole orders only"),
        ({"decline": True}, "processing", "do not ask"),
        ({}, "completed", "was shipped"),
    ],
)
def test_what_cannot_be_cancelled(fields, status, reason):
    shop = Shop([order(status=status, lines=[line(quantity=2)])])
    (result,) = shop.connect().cancel_orders([cancellation(**fields)])
    assert (result.accepted, result.retry_after) == (False, None)
    assert reason in result.message
    assert shop.written() == []


# === REFUNDS === #


def test_a_refund_is_split_into_price_and_taxes():
    shipping = {"id": 401, "total": "5.00", "total_tax": "0.95", "taxes": [{"id": 7, "total": "0.95"}]}
    item = line(price="20.00", tax="3.80", quantity=2)
    shop = Shop([order(total="29.75", lines=[item], shipping_lines=[shipping])])
    given = Refund(
        "R1",
        SHOP_ID,
        "701",
        (RefundLine("301", 1, eur("11.90"), Restock.SELLABLE),),
        "damaged",
        shipping=eur("5.95"),
    )
    assert shop.connect().refund_orders([given])[0].accepted
    assert shop.written()[0][2] == {
        "amount": "17.85",
        "reason": "damaged",
        "line_items": [
            {"id": 301, "quantity": 1, "refund_total": "10.00", "refund_tax": [{"id": 7, "refund_total": "1.90"}]},
            {"id": 401, "refund_total": "5.00", "refund_tax": [{"id": 7, "refund_total": "0.95"}]},
        ],
        "api_refund": True,
        "api_restock": True,
        "meta_data": [{"key": "_crossborder_refund", "value": "R1"}],
    }


@pytest.mark.parametrize(("amount", "currency"), [("1001", "JPY"), ("1.001", "KWD"), ("0.03", "BRL")])
def test_parts_of_a_refund_add_up_to_the_last_coin(amount, currency):
    taxes = [{"id": 7, "total": "1.17"}, {"id": 8, "total": "0.59"}]
    shop = Shop([order(lines=[line(price="10.00", total_tax="1.76", taxes=taxes)], currency=currency)])
    back = RefundLine("301", 0, Money.parse(amount, currency, ""))
    shop.connect().refund_orders([Refund("R1", SHOP_ID, "701", (back,), "late")])
    (sent,) = shop.written()[0][2]["line_items"]
    parts = [Decimal(sent["refund_total"]), *(Decimal(tax["refund_total"]) for tax in sent["refund_tax"])]
    assert sum(parts) == Decimal(amount)
    assert all(part.as_tuple().exponent >= Decimal(amount).as_tuple().exponent for part in parts)


def test_a_refund_may_be_booked_only():
    shop = Shop([order()])
    given = Refund("R1", SHOP_ID, "701", (RefundLine("301", 1, eur("11.90")),), "damaged")
    shop.connect(gateway_refunds=False).refund_orders([given])
    body = shop.written()[0][2]
    assert (body["api_refund"], body["api_restock"]) == (False, False)


def test_a_refund_that_the_payment_gateway_rejects_is_refused():
    shop = Shop([order()])

    def serve(request):
        if request.method == "POST":
            return refusal(500, "woocommerce_rest_cannot_create_order_refund", "The gateway does not support refunds.")
        return shop.serve(request)

    given = Refund("R1", SHOP_ID, "701", (RefundLine("301", 1, eur("11.90")),), "damaged")
    (result,) = shop.connect(serve).refund_orders([given])
    assert (result.accepted, result.retry_after) == (False, None)
    assert "does not support refunds" in result.message


# === RETURNS === #


def test_refunds_are_returns():
    back = {
        "id": 141,
        "product_id": 91,
        "quantity": -2,
        "total": "-20.00",
        "total_tax": "-3.80",
        "meta_data": [{"key": "_refunded_item_id", "value": "301"}],
        "sku": "SKU-1",
    }
    shipping = {"id": 189, "total": "-5.00", "total_tax": "-0.95"}
    shop = Shop([order(1, refunds=[{"id": 801}]), order(2)])
    shop.refunds[701] = [refund(1, "30.75", [back], shipping_lines=[shipping])]
    connector = shop.connect()
    (record,) = connector.fetch_returns([SHOP_ID], SINCE).records
    assert [path for _method, path, _query, _body in shop.requests] == ["/orders", "/orders/701/refunds"]
    found = connector.parse_return(record.payload)
    assert (found.external_id, found.order_id, found.kind, found.status) == (
        "701-801",
        "701",
        ReturnKind.REFUND,
        ReturnStatus.REFUNDED,
    )
    assert (found.refund.amount, found.reason) == (Decimal("30.75"), "damaged")
    goods, delivery, rest = found.lines
    assert (goods.order_line_id, goods.sku, goods.quantity) == ("301", "SKU-1", 2)
    assert goods.amount.amount == Decimal("23.80")
    assert (delivery.quantity, delivery.amount.amount) == (0, Decimal("5.95"))
    assert (rest.quantity, rest.amount.amount) == (0, Decimal("1.00"))


@pytest.mark.parametrize("number", ["701", "", "701-"])
def test_a_return_needs_both_numbers(number):
    with pytest.raises(Rejected):
        Shop([order()]).connect().fetch_return(SHOP_ID, number)


# === LISTINGS AND STOCK === #


def variation(number, parent, **fields):
    return {**product(number, **fields), "type": "variation", "parent_id": parent, "name": ""}


def catalogue():
    black = variation(11, 92, sku="TEE-B", attributes=[{"name": "Farbe", "option": "Schwarz"}], stock_quantity="3")
    white = variation(12, 92, sku="", attributes=[{"name": "Farbe", "option": "Weiß"}], stock_quantity="1.5")
    plain = product(1, price=11, global_unique_id="4006381333931")
    bare = product(3, sku="", price="", stock_quantity=None, status="draft")
    return Shop(products=[plain, product(2, type="variable"), bare], variations=[black, white], page_size=2)


def test_listings_are_simple_products_and_variations():
    first, black, white, bare = catalogue().connect().fetch_listings(SHOP_ID)
    assert (first.sku, first.product_id, first.title, first.price.amount) == ("SKU-1", "91", "Teekanne 1", Decimal(11))
    assert (first.barcode, first.quantity, first.fulfilment) == ("4006381333931", 5, Fulfilment.MERCHANT)
    assert (black.sku, black.title, black.quantity) == ("TEE-B", "Teekanne 2 – Schwarz", 3)
    assert (white.sku, white.quantity) == ("id:92/102", 1)
    assert (bare.sku, bare.price, bare.quantity, bare.status) == ("id:93", None, None, "draft")


def test_stock_goes_to_products_and_variations_in_batches():
    shop = catalogue()
    skus = ["SKU-1", "TEE-B", "id:92/102", "id:93", "SKU-404", "id:404"]
    results = shop.connect().push_stock(SHOP_ID, [StockLevel(sku, 7) for sku in skus])
    assert {result.sku for result in results if result.accepted} == set(skus[:4])
    assert {result.sku for result in results if not result.accepted and result.message} == set(skus[4:])
    assert [(path, len(body["update"])) for _method, path, body in shop.written()] == [
        ("/products/batch", 2),
        ("/products/92/variations/batch", 2),
    ]
    stocked = {**shop.products, **shop.variations}
    quantities = {key: entry["stock_quantity"] for key, entry in stocked.items()}
    assert quantities == {91: 7, 92: 5, 93: 7, 101: 7, 102: 7}
    assert shop.products[93]["manage_stock"] is True


def test_no_batch_is_larger_than_the_shop_takes():
    shop = Shop(products=[product(number) for number in range(1, 131)])
    results = shop.connect().push_stock(SHOP_ID, [StockLevel(f"SKU-{number}", number) for number in range(1, 131)])
    assert all(result.accepted for result in results)
    assert len(results) == 130
    assert [len(body["update"]) for _method, _path, body in shop.written()] == [50, 50, 30]


def test_one_refused_level_stops_no_other():
    shop = Shop(products=[product(1), product(2)])
    whole = shop.batch
    shop.batch = lambda objects, body: whole({91: objects[91]}, body)
    good, bad = shop.connect().push_stock(SHOP_ID, [StockLevel("SKU-1", 7), StockLevel("SKU-2", 7)])
    assert (good.accepted, bad.accepted) == (True, False)
    assert "woocommerce_rest_product_invalid_id" in bad.message


def test_a_sku_with_a_comma_is_asked_for_alone():
    shop = Shop(products=[product(1, sku="A,B"), product(2)])
    results = shop.connect().push_stock(SHOP_ID, [StockLevel("A,B", 1), StockLevel("SKU-2", 1)])
    assert [result.accepted for result in results] == [True, True]
    assert [query["sku"] for _method, path, query, _body in shop.requests if path == "/products"] == ["SKU-2", "A,B"]


def test_stock_that_the_shop_shows():
    levels = catalogue().connect().fetch_stock(SHOP_ID, ["SKU-1", "TEE-B", "id:92/102", "id:93", "SKU-404"])
    assert {level.sku: level.quantity for level in levels} == {"SKU-1": 5, "TEE-B": 3, "id:92/102": 1}


# === WEBHOOKS === #


def test_subscriptions():
    shop = Shop()
    shop.connect().subscribe_webhooks(HOOK)
    made = list(shop.webhooks.values())
    assert [entry["topic"] for entry in made] == ["order.created", "order.updated", "order.deleted"]
    assert {(entry["delivery_url"], entry["status"], entry["secret"]) for entry in made} == {
        (HOOK, "active", CREDENTIALS.webhook_secret)
    }


def test_a_webhook_that_the_shop_gave_up_on_is_active_again():
    shop = Shop()
    shop.connect().subscribe_webhooks(HOOK)
    first = next(iter(shop.webhooks))
    shop.webhooks[first]["status"] = "disabled"
    shop.requests.clear()
    shop.connect().subscribe_webhooks(HOOK)
    assert [(method, path) for method, path, _body in shop.written()] == [("PUT", f"/webhooks/{first}")]
    assert shop.webhooks[first]["status"] == "active"


def test_webhooks_of_other_keys_get_the_new_secret():
    shop = Shop()
    shop.connect().subscribe_webhooks(HOOK)
    for entry in shop.webhooks.values():
        entry.update(secret="old", name="Odoo order.created 00000000")
    shop.connect().subscribe_webhooks(HOOK)
    assert {entry["secret"] for entry in shop.webhooks.values()} == {CREDENTIALS.webhook_secret}
    assert len(shop.webhooks) == 3


def signed(body, topic="order.updated"):
    headers = {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": sign_webhook(body)}
    return WebhookRequest("POST", HOOK, headers, {}, body, 0.0)


def test_the_ping_of_a_new_webhook_says_nothing():
    webhook = Shop().connect().read_webhook(WebhookRequest("POST", HOOK, {}, {}, b"webhook_id=17", 0.0))
    assert (webhook.topic, webhook.notices) == ("ping", ())
    with pytest.raises(AuthenticationFailed):
        Shop().connect().read_webhook(WebhookRequest("POST", HOOK, {}, {}, b"webhook_id=17&id=701", 0.0))


def test_other_topics_are_kept():
    (notice,) = Shop().connect().read_webhook(signed(b'{"id": 91}', "product.updated")).notices
    assert (notice.kind, notice.external_id) == (NoticeKind.OTHER, "")


def test_a_replay_under_another_delivery_id_is_known():
    request = signed(b'{"id": 701}')
    replayed = replace(request, headers={**request.headers, "x-wc-webhook-delivery-id": "other"})
    connector = Shop().connect()
    assert connector.read_webhook(request).delivery_id == connector.read_webhook(replayed).delivery_id


@pytest.mark.parametrize("body", [b"no json", b'"text"', b"[]", b"{}"])
def test_signed_nonsense_names_the_path(body):
    with pytest.raises(InvalidPayload) as caught:
        Shop().connect().read_webhook(signed(body))
    assert caught.value.path


# === FAILURES === #


def test_an_answer_that_is_no_list():
    with pytest.raises(InvalidPayload, match="a list was expected"):
        Shop().connect(lambda request: answer({"orders": []})).fetch_orders([SHOP_ID], SINCE)


def test_a_warning_of_php_before_the_answer_is_an_outage():
    connector = Shop().connect(lambda request: answer(b"<br /><b>Warning</b>: foo() []"))
    with pytest.raises(Unavailable):
        connector.fetch_orders([SHOP_ID], SINCE)
