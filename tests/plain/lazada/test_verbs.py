"""Shipping, waybills, stock, cancellations, refunds and messages, call by call."""

import json

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
    Parcel,
    Refund,
    RefundLine,
    ReturnKind,
    ReturnStatus,
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_lazada.connector import Credentials
from addons.marketplace_lazada.connector.returns import parse_return
from addons.marketplace_lazada.connector.webhooks import signature
from tests.plain.lazada.lazada import KEY, SECRET, Lazada
from tests.plain.lazada.samples import NOW, SHOP, at, exact, item, line_id, order, product, return_

URL = "https://odoo.example/marketplace/webhook/1"


def shipment(*numbers, reference="P1", order_number=1, **fields):
    lines = tuple(ShipmentLine(line_id(order_number, number), 1) for number in numbers or (1,))
    order_id = str(500_000 + order_number)
    carrier = fields.pop("carrier_code", "")
    return Shipment(reference, SHOP, order_id, carrier, "", "", at(0), lines, **fields)


# === SHIPPING === #


def test_packing_gives_package_and_tracking_number():
    lazada = Lazada(orders=[order(1, [item(1), item(2)])])
    (result,) = lazada.connect().arrange_shipments([shipment(1, 2)])
    first = line_id(1)
    assert (result.package_id, result.tracking, result.carrier_name) == (f"FP{first}", f"LZ{first}", "LEX SG")
    assert lazada.booked[0][1] == {
        "pack_order_list": [{"order_id": 500_001, "order_item_list": [int(first), int(line_id(1, 2))]}],
        "delivery_type": "dropship",
        "shipping_allocate_type": "TFS",
    }
    assert lazada.connect().arrange_shipments([shipment(1, 2)])[0].package_id == result.package_id
    assert lazada.count("pack") == 1


def test_confirming_packs_what_is_not_packed_and_hands_it_over_once():
    lazada = Lazada(orders=[order(1)])
    for _ in range(2):
        (result,) = lazada.connect().confirm_shipments([shipment()])
        assert result.accepted
    assert (lazada.count("pack"), lazada.count("rts")) == (1, 1)


def test_a_cross_border_seller_names_a_transfer_warehouse():
    lazada = Lazada(orders=[order(1), order(2)])
    providers = [{"name": "A", "provider_code": "FM49"}, {"name": "B", "provider_code": "FM50"}]
    lazada.provider = {"platform_default": 0, "shipment_providers": providers, "shipping_allocate_type": "NTFS"}
    chosen = shipment(carrier_code="FM50")
    other = shipment(reference="P2", order_number=2)
    lazada.connect().arrange_shipments([chosen, other])
    requests_ = [request for what, request in lazada.booked if what == "pack"]
    assert [request["shipment_provider_code"] for request in requests_] == ["FM50", "FM49"]
    assert requests_[0]["shipping_allocate_type"] == "NTFS"


def test_items_of_the_sellers_own_fleet_have_no_provider():
    lazada = Lazada(orders=[order(1, [item(1, delivery_option_sof="1")])])
    lazada.provider = {"platform_default": 0, "shipment_providers": [], "shipping_allocate_type": "TFS"}
    assert lazada.connect().confirm_shipments([shipment()])[0].accepted
    assert "shipment_provider_code" not in lazada.booked[0][1]


@pytest.mark.parametrize(
    ("items", "numbers", "word"),
    [
        ([item(1, status="canceled")], (1,), "cancelled"),
        ([item(1)], (9,), "no item"),
        ([item(1, status="packed", package_id="A"), item(2, status="packed", package_id="B")], (1, 2), "otherwise"),
        ([item(1, status="packed", package_id="A"), item(2)], (1, 2), "otherwise"),
    ],
)
def test_what_cannot_be_packed_is_told(items, numbers, word):
    lazada = Lazada(orders=[order(1, items)])
    (result,) = lazada.connect().arrange_shipments([shipment(*numbers)])
    assert (result.accepted, result.retry_after) == (False, None)
    assert word in result.message
    assert not lazada.booked


def test_an_error_of_one_item_may_pass():
    lazada = Lazada(orders=[order(1)])
    failed = {"order_item_id": 1, "item_err_code": "700024", "msg": "failed get lock", "retry": True}
    data = {"pack_order_list": [{"order_id": 500_001, "order_item_list": [failed]}]}
    lazada.fail = lambda path, params: (
        lazada.reply({"result": {"success": True, "data": data}}) if path == "/order/fulfill/pack" else None
    )
    (result,) = lazada.connect().confirm_shipments([shipment()])
    assert (result.accepted, result.retry_after) == (False, 60.0)


def test_an_outage_of_one_order_leaves_the_others():
    lazada = Lazada(orders=[order(1), order(2)])
    lazada.fail = lambda path, params: requests.ConnectionError() if params.get("order_ids") == "[500001]" else None
    results = lazada.connect().confirm_shipments([shipment(), shipment(reference="P2", order_number=2)])
    assert [(result.accepted, bool(result.retry_after)) for result in results] == [(False, True), (True, False)]


def test_waybills_of_packages_and_the_unprintable_left_out():
    lazada = Lazada(orders=[order(1)])
    connector = lazada.connect()
    (arranged,) = connector.arrange_shipments([shipment()])
    parcels = [Parcel("P1", SHOP, "500001", arranged.package_id), Parcel("P2", SHOP, "500001", "FP0")]
    (label,) = connector.fetch_labels(parcels)
    assert (label.reference, label.content, label.content_type) == ("P1", b"%PDF-1.4 waybill", "application/pdf")


def test_a_waybill_that_is_no_file_is_told():
    lazada = Lazada()
    broken = {"result": {"success": True, "data": {"file": "no base64 ü", "doc_type": "PDF"}}}
    lazada.fail = lambda path, params: lazada.reply(broken)
    with pytest.raises(InvalidPayload):
        lazada.connect().fetch_labels([Parcel("P1", SHOP, "500001", "FP1")])


# === LISTINGS AND STOCK === #


def test_skus_are_offers():
    stored = product(3, fblWarehouseInventories=[{"warehouseCode": "FBL"}], multiWarehouseInventories=[])
    lazada = Lazada(products=[product(1), product(2, 2), stored])
    listings = lazada.connect().fetch_listings(SHOP)
    assert [(entry.sku, entry.quantity, str(entry.price.amount)) for entry in listings] == [
        ("SKU-1", 7, "20.5"),
        ("SKU-2", 7, "20.5"),
        ("SKU-2-1", 7, "20.5"),
        ("SKU-3", 7, "20.5"),
    ]
    assert listings[3].fulfilment is Fulfilment.MARKETPLACE


def test_every_page_of_products_is_read():
    lazada = Lazada(products=[product(number) for number in range(120)])
    assert len(lazada.connect().fetch_listings(SHOP)) == 120


def payloads(lazada):
    return [params["payload"] for _host, path, params in lazada.calls if path == "/product/stock/sellable/update"]


def test_quantities_go_in_batches_of_twenty():
    lazada = Lazada(products=[product(number) for number in range(1, 46)])
    levels = [StockLevel(f"SKU-{number}", number) for number in range(1, 46)] + [StockLevel("NO", 1)]
    results = lazada.connect().push_stock(SHOP, levels)
    assert [result.sku for result in results if not result.accepted] == ["NO"]
    assert [payload.count("<Sku>") for payload in payloads(lazada)] == [20, 20, 5]
    assert payloads(lazada)[0].startswith(
        "<Request><Product><Skus><Sku><ItemId>30001</ItemId><SkuId>7010</SkuId><SellerSku>SKU-1</SellerSku>"
        "<SellableQuantity>1</SellableQuantity></Sku>"
    )


def test_a_refused_sku_stops_no_other():
    lazada = Lazada(products=[product(1), product(2, SellerSku="REFUSED"), product(3, SellerSku="A & <B>")])
    levels = [StockLevel("SKU-1", 1), StockLevel("REFUSED", 2), StockLevel("A & <B>", 3)]
    results = lazada.connect().push_stock(SHOP, levels)
    assert [result.accepted for result in results] == [True, False, True]
    assert "in a campaign" in results[1].message
    assert lazada.count("stock") == 2
    assert "<SellerSku>A &amp; &lt;B&gt;</SellerSku>" in payloads(lazada)[-1]


def test_of_several_warehouses_one_must_be_chosen():
    stocks = [{"warehouseCode": code, "sellableQuantity": 4} for code in ("W1", "W2")]
    lazada = Lazada(products=[product(1, multiWarehouseInventories=stocks)])
    (result,) = lazada.connect().push_stock(SHOP, [StockLevel("SKU-1", 1)])
    assert "several warehouses (W1, W2)" in result.message
    chosen = lazada.connect(credentials=Credentials(KEY, SECRET, "W2"))
    assert chosen.push_stock(SHOP, [StockLevel("SKU-1", 1)])[0].accepted
    assert "<WarehouseCode>W2</WarehouseCode><SellableQuantity>1<" in payloads(lazada)[0]
    assert chosen.fetch_stock(SHOP, ["SKU-1", "NO"]) == [StockLevel("SKU-1", 8)]


# === CANCELLATIONS === #


def cancel(lazada, reason=CancelReason.OUT_OF_STOCK, **fields):
    (result,) = lazada.connect().cancel_orders([Cancellation("C1", SHOP, "500001", reason, **fields)])
    return result


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        (CancelReason.OUT_OF_STOCK, "10000021"),
        (CancelReason.PRICE, "10000023"),
        (CancelReason.OTHER, "10000019"),
        (CancelReason.ADDRESS, "10000019"),
    ],
)
def test_reasons_are_chosen_of_those_that_lazada_takes(reason, number):
    lazada = Lazada(orders=[order(1, [item(1), item(2)])])
    assert cancel(lazada, reason).accepted
    (params,) = [params for what, params in lazada.booked if what == "cancel"]
    assert params["reason_id"] == number
    assert json.loads(params["order_item_id_list"]) == [line_id(1, 1), line_id(1, 2)]


def test_items_are_cancelled_once():
    lazada = Lazada(orders=[order(1, [item(1), item(2)])])
    for _ in range(2):
        assert cancel(lazada, lines=(ShipmentLine(line_id(1, 2), 1),)).accepted
    assert lazada.count("cancel") == 1
    assert not cancel(lazada, lines=(ShipmentLine("1", 1),)).accepted


def test_a_shipped_order_is_not_cancelled():
    result = cancel(Lazada(orders=[order(1, [item(1, status="shipped")])]))
    assert (result.accepted, result.message, result.retry_after) == (False, "It can not be cancelled.", None)


@pytest.mark.parametrize(("decline", "agree"), [(False, "true"), (True, "false")])
def test_the_buyers_wish_is_answered(decline, agree):
    lazada = Lazada(orders=[order(1, [item(1, need_cancel_confirm=True, reverse_order_id=77)])])
    for _ in range(2):
        assert cancel(lazada, CancelReason.BUYER_REQUEST, decline=decline).accepted
    ((_what, params),) = lazada.booked
    assert (params["reverse_order_id"], params["agree_cancel"]) == ("77", agree)


# === RETURNS === #


def filed(received, country="sg"):
    return exact({"shop_id": SHOP, "country": country, "return": received})


@pytest.mark.parametrize(
    ("kind", "word", "fields", "status"),
    [
        ("RETURN", "REQUEST_INITIATE", {}, ReturnStatus.REQUESTED),
        ("RETURN", "REFUND_PENDING", {}, ReturnStatus.APPROVED),
        ("RETURN", "REFUND_PENDING", {"ofc_status": "RETURN_PICKED_UP"}, ReturnStatus.IN_TRANSIT),
        ("RETURN", "REFUND_PENDING", {"ofc_status": "RETURN_DELIVERED"}, ReturnStatus.RECEIVED),
        ("RETURN", "REFUND_SUCCESS", {}, ReturnStatus.REFUNDED),
        ("RETURN", "REQUEST_REJECT", {}, ReturnStatus.REJECTED),
        ("RETURN", "REQUEST_INITIATE", {"is_dispute": True}, ReturnStatus.DISPUTED),
        ("CANCEL", "CANCEL_SUCCESS", {}, ReturnStatus.REFUNDED),
        ("ONLY_REFUND", "WHATEVER", {}, ReturnStatus.UNKNOWN),
    ],
)
def test_states_of_returns(kind, word, fields, status):
    found = parse_return(filed(return_(1, kind, word, **fields)))
    kinds = {"RETURN": ReturnKind.RETURN, "CANCEL": ReturnKind.CANCELLATION, "ONLY_REFUND": ReturnKind.REFUND}
    assert (found.status, found.status_text, found.kind) == (status, word, kinds[kind])


@pytest.mark.parametrize(("country", "amount"), [("sg", "20.00"), ("id", "20.00"), ("vn", "2000")])
def test_amounts_are_in_the_smallest_coin(country, amount):
    found = parse_return(filed(return_(1, amount=2000), country))
    assert str(found.refund.amount) == amount
    assert found.lines[0].amount == found.refund


def test_times_are_seconds_or_milliseconds():
    stamps = {
        "return_order_line_gmt_create": NOW * 1000,
        "return_order_line_gmt_modified": NOW * 1000,
        "sla": NOW * 1000,
    }
    found = parse_return(filed(return_(1, **stamps)))
    assert (found.updated_at, found.created_at, found.answer_by) == (at(0), at(0), at(0))


def test_a_return_that_changes_between_pages_hides_no_other():
    lazada = Lazada(returns=[return_(number) for number in range(1, 8)], page_size=3)
    connector = lazada.connect()
    page = connector.fetch_returns([SHOP], at(-86_400))
    found = [record.external_id for record in page.records]
    lazada.returns[0]["reverse_order_lines"][0]["return_order_line_gmt_modified"] = NOW
    while page.next_token:
        page = connector.fetch_returns([SHOP], at(-86_400), token=page.next_token)
        found += [record.external_id for record in page.records]
    assert set(found) == {str(800_000 + number) for number in range(2, 8)}
    assert page.complete_until == at(-60)


def refund(lazada, amount="20.00", return_id="800001"):
    lines = (RefundLine(line_id(1), 1, Money.parse(amount, "SGD", "")),)
    (result,) = lazada.connect().refund_orders([Refund("R1", SHOP, "500001", lines, "", return_id)])
    return result


@pytest.mark.parametrize(
    ("asked", "action", "path"),
    [
        (return_(1), "instantRefund", "/order/reverse/return/update"),
        (
            return_(1, status="REFUND_PENDING", ofc_status="RETURN_DELIVERED"),
            "agreeRefund",
            "/order/reverse/return/update",
        ),
        (return_(1, "ONLY_REFUND"), "agreeRefund", "/order/reverse/onlyrefund/seller/decide"),
    ],
)
def test_a_refund_is_what_the_buyer_asked_for(asked, action, path):
    lazada = Lazada(returns=[asked])
    assert not refund(lazada, "19.00").accepted
    assert not refund(lazada, return_id="").accepted
    assert refund(lazada).accepted
    assert refund(lazada).accepted
    ((_what, params),) = lazada.booked
    assert (params["action"], params["reverse_order_item_ids"]) == (action, "[810001]")
    assert path in [called for _host, called, _params in lazada.calls]


def test_a_disputed_return_is_not_refunded():
    lazada = Lazada(returns=[return_(1, is_dispute=True)])
    assert not refund(lazada).accepted
    assert not lazada.booked


# === MESSAGES === #


def read(message, secret=SECRET, **headers):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    headers = headers or {"authorization": signature(KEY, secret, body)}
    return Lazada().connect().read_webhook(WebhookRequest("POST", URL, headers, {}, body, float(NOW)))


def test_the_signature_covers_key_and_body():
    message = {"seller_id": "1", "message_type": 0, "data": {"trade_order_id": "5"}}
    assert read(message).notices[0].external_id == "5"
    for wrong in ({"secret": "other"}, {"authorization": "ü"}, {"x": "none"}):
        with pytest.raises(AuthenticationFailed):
            read(message, **wrong)


def test_a_repetition_has_the_same_number_although_it_is_sent_later():
    message = {"seller_id": "1", "message_type": 0, "data": {"trade_order_id": "5"}, "timestamp": 1}
    assert read(message).delivery_id == read(message | {"timestamp": 2}).delivery_id
    assert read(message).delivery_id != read(message | {"data": {"trade_order_id": "6"}}).delivery_id


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"message_type": "x"}', b'{"message_type": 10}'])
def test_unreadable_messages_name_their_path(body):
    with pytest.raises(InvalidPayload) as caught:
        read(body)
    assert caught.value.path


def test_messages_about_other_things_are_kept():
    assert read({"message_type": 21, "seller_id": "1", "data": {}}).notices[0].kind is NoticeKind.OTHER
