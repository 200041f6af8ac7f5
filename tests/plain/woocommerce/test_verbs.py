"""What each verb asks the shop and makes of its answers."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
import requests

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    InvalidPayload,
    Money,
    Refund,
    RefundLine,
    Rejected,
    Restock,
    ReturnKind,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    Unavailable,
)
from tests.plain.fake_http import answer
from tests.plain.woocommerce.shop import (
    SHOP_ID,
    SINCE,
    Shop,
    line,
    order,
    refund,
    refusal,
)


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


# === FAILURES === #


def test_an_answer_that_is_no_list():
    with pytest.raises(InvalidPayload, match="a list was expected"):
        Shop().connect(lambda request: answer({"orders": []})).fetch_orders([SHOP_ID], SINCE)


def test_a_warning_of_php_before_the_answer_is_an_outage():
    connector = Shop().connect(lambda request: answer(b"<br /><b>Warning</b>: foo() []"))
    with pytest.raises(Unavailable):
        connector.fetch_orders([SHOP_ID], SINCE)
