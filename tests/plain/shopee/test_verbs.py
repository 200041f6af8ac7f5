"""Shipping, waybills, stock, cancellations, refunds and pushes, call by call."""

import json

import pytest
import requests

from addons.marketplace.contract import (
    Address,
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    Fulfilment,
    InvalidPayload,
    Money,
    NoticeKind,
    NotReady,
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
from addons.marketplace_shopee.connector import Credentials
from addons.marketplace_shopee.connector.fields import Node
from addons.marketplace_shopee.connector.shipments import shipping_method
from addons.marketplace_shopee.connector.webhooks import signature
from tests.plain.shopee.samples import NOW, SHOP, at, item, offer, order, return_
from tests.plain.shopee.shopee import KEY, Shopee

FIRST, SECOND = "1001-2001", "1002-2002"
URL = "https://odoo.example/marketplace/webhook/1"


def shipment(reference="P1", lines=((FIRST, 1),), order_id="260528000001", **fields):
    parts = tuple(ShipmentLine(*line) for line in lines)
    return Shipment(reference, SHOP, order_id, "SPX", "SPX", fields.pop("tracking", ""), at(0), parts, **fields)


def shipped(shopee):
    return [body for what, body in shopee.booked if what == "ship"]


# === SHIPPING === #


def test_pickup_at_the_flagged_address_in_the_recommended_slot():
    shopee = Shopee(orders=[order(1)])
    (result,) = shopee.connect().confirm_shipments([shipment()])
    assert result.accepted
    assert shipped(shopee) == [
        {
            "order_sn": "260528000001",
            "package_number": "OFG000001",
            "pickup": {"address_id": 234, "pickup_time_id": "s2"},
        }
    ]


@pytest.mark.parametrize(
    ("needed", "fields", "method"),
    [
        ({"dropoff": []}, {}, {"dropoff": {}}),
        ({"dropoff": ["branch_id"]}, {}, {"dropoff": {"branch_id": 77}}),
        ({"dropoff": ["tracking_no"]}, {"tracking": "T1"}, {"dropoff": {"tracking_number": "T1"}}),
        (
            {"dropoff": ["sender_real_name"]},
            {"ship_from": Address(name="Tan")},
            {"dropoff": {"sender_real_name": "Tan"}},
        ),
        ({"non_integrated": ["tracking_no"]}, {"tracking": "T1"}, {"non_integrated": {"tracking_number": "T1"}}),
        ({"non_integrated": []}, {}, {"non_integrated": {}}),
    ],
)
def test_what_shopee_needs_is_given(needed, fields, method):
    shopee = Shopee(orders=[order(1)])
    shopee.needed = needed
    (result,) = shopee.connect().confirm_shipments([shipment(**fields)])
    assert result.accepted, result.message
    assert {key: value for key, value in shipped(shopee)[0].items() if key in method} == method


def test_a_pickup_that_needs_nothing_is_stated_all_the_same():
    assert shipping_method(Node({"info_needed": {"pickup": []}}), shipment(), "pickup") == {"pickup": {}}


@pytest.mark.parametrize("needed", [{"dropoff": ["tracking_no"]}, {"dropoff": ["sender_real_name"]}, {}])
def test_what_is_not_at_hand_is_told(needed):
    shopee = Shopee(orders=[order(1)])
    shopee.needed = needed
    (result,) = shopee.connect().confirm_shipments([shipment()])
    assert not result.accepted
    assert result.message
    assert not shopee.booked


def test_the_seller_may_prefer_to_drop_off():
    shopee = Shopee(orders=[order(1)])
    connector = shopee.connect(credentials=Credentials("2001887", KEY, handover="dropoff"))
    connector.confirm_shipments([shipment()])
    assert shipped(shopee)[0]["dropoff"] == {}


def test_parcels_of_one_order_split_it_at_once():
    shopee = Shopee(orders=[order(1, [item(1, 4), item(2)])])
    parcels = [shipment("P1", [(FIRST, 1)]), shipment("P2", [(FIRST, 1), (SECOND, 1)])]
    results = shopee.connect().arrange_shipments(parcels)
    assert [result.package_id for result in results] == ["OFG000001-1", "OFG000001-2"]
    ((_what, split),) = [done for done in shopee.booked if done[0] == "split"]
    assert [[part.get("model_quantity") for part in package["item_list"]] for package in split["package_list"]] == [
        [1],
        [1, None],
        [2],
    ]
    assert shopee.connect().arrange_shipments(parcels) == results
    assert len(shipped(shopee)) == 2


def test_more_units_than_ordered_are_refused():
    shopee = Shopee(orders=[order(1, [item(1, 2)])])
    (result,) = shopee.connect().confirm_shipments([shipment(lines=[(FIRST, 3)])])
    assert "more units" in result.message
    assert not shopee.booked


def test_a_named_package_is_taken():
    received = order(1, [item(1, 2)])
    shopee = Shopee(orders=[received])
    (result,) = shopee.connect().confirm_shipments([shipment(lines=[(FIRST, 1)], package_id="OFG000001")])
    assert result.accepted
    assert shopee.count("split") == 0


def test_a_cancelled_package_is_not_shipped():
    received = order(1)
    received["package_list"][0]["logistics_status"] = "LOGISTICS_INVALID"
    (result,) = Shopee(orders=[received]).connect().confirm_shipments([shipment()])
    assert (result.accepted, result.retry_after) == (False, None)


@pytest.mark.parametrize("status", ["LOGISTICS_REQUEST_CREATED", "LOGISTICS_PICKUP_RETRY", "LOGISTICS_PICKUP_DONE"])
def test_an_arranged_package_is_not_arranged_again(status):
    received = order(1)
    received["package_list"][0]["logistics_status"] = status
    shopee = Shopee(orders=[received])
    assert shopee.connect().confirm_shipments([shipment()])[0].accepted
    assert not shopee.booked


def test_a_missing_tracking_number_is_asked_for_later():
    shopee = Shopee(orders=[order(1)])
    shopee.tracking = ""
    (result,) = shopee.connect().arrange_shipments([shipment()])
    assert (result.accepted, result.tracking, result.retry_after) == (True, "", 300.0)
    shopee.tracking = "SPX1"
    assert shopee.connect().arrange_shipments([shipment()])[0].tracking == "SPX1"


def test_an_outage_of_one_order_leaves_the_others():
    shopee = Shopee(orders=[order(1), order(2)])
    shopee.fail = lambda path, query: (
        requests.ConnectionError() if query.get("order_sn_list") == "260528000001" else None
    )
    results = shopee.connect().confirm_shipments([shipment(), shipment("P2", order_id="260528000002")])
    assert [(result.accepted, bool(result.retry_after)) for result in results] == [(False, True), (True, False)]


# === WAYBILLS === #


def test_waybills_are_awaited_and_the_unprintable_left_out():
    shopee = Shopee(orders=[order(1)])
    parcels = [
        Parcel("P1", SHOP, "260528000001", "OFG000001", "SPX1"),
        Parcel("P2", SHOP, "unknown", "OFG000002"),
    ]
    connector = shopee.connect()
    with pytest.raises(NotReady) as waiting:
        connector.fetch_labels(parcels)
    handle = json.loads(json.dumps(waiting.value.handle))
    (label,) = connector.fetch_labels(parcels, handle=handle)
    assert (label.reference, label.content[:4], label.content_type) == ("P1", b"%PDF", "application/pdf")


# === LISTINGS AND STOCK === #


def test_items_and_models_are_offers():
    shopee = Shopee(items=[offer(1), offer(2, (21, 22)), offer(3, is_fulfillment_by_shopee=True, gtin_code="00")])
    listings = shopee.connect().fetch_listings(SHOP)
    assert [(entry.sku, entry.quantity, str(entry.price.amount)) for entry in listings] == [
        ("SKU-1", 7, "20.5"),
        ("SKU-2-21", 7, "20.5"),
        ("SKU-2-22", 7, "20.5"),
        ("SKU-3", 7, "20.5"),
    ]
    assert [entry.fulfilment for entry in listings[2:]] == [Fulfilment.MERCHANT, Fulfilment.MARKETPLACE]
    assert listings[3].barcode == ""


def test_an_offer_without_sku_has_shopees_numbers():
    shopee = Shopee(items=[offer(5, item_sku="")])
    assert shopee.connect().fetch_listings(SHOP)[0].sku == "5-0"


def test_models_of_an_item_go_in_one_call_to_their_location():
    shopee = Shopee(items=[offer(1), offer(2, (21, 22))])
    levels = [StockLevel("SKU-2-21", 3), StockLevel("SKU-2-22", 0), StockLevel("SKU-1", 4), StockLevel("NO", 1)]
    results = shopee.connect().push_stock(SHOP, levels)
    assert [result.accepted for result in results] == [True, True, True, False]
    calls = [body for path, _query, body in shopee.calls if path.endswith("update_stock")]
    assert [body["item_id"] for body in calls] == [2, 1]
    assert calls[0]["stock_list"][0] == {"model_id": 21, "seller_stock": [{"stock": 3, "location_id": "SGZ"}]}


def two_locations():
    stock = {"summary_info": {"total_available_stock": 9}}
    return offer(1, stock_info_v2=stock | {"seller_stock": [{"location_id": name, "stock": 4} for name in ("A", "B")]})


def test_of_several_locations_one_must_be_chosen():
    shopee = Shopee(items=[two_locations()])
    (result,) = shopee.connect().push_stock(SHOP, [StockLevel("SKU-1", 1)])
    assert "several locations (A, B)" in result.message
    chosen = shopee.connect(credentials=Credentials("2001887", KEY, location="B"))
    assert chosen.push_stock(SHOP, [StockLevel("SKU-1", 1)])[0].accepted
    assert shopee.booked[0][1]["seller_stock"] == [{"stock": 1, "location_id": "B"}]


def test_offers_are_looked_up_once_for_several_pushes():
    shopee = Shopee(items=[offer(1)])
    connector = shopee.connect()
    for quantity in range(3):
        connector.push_stock(SHOP, [StockLevel("SKU-1", quantity)])
    assert len([path for path, _query, _body in shopee.calls if path.endswith("get_item_list")]) == 1


def test_shown_stock():
    shopee = Shopee(items=[offer(1), offer(2, (21,))])
    assert shopee.connect().fetch_stock(SHOP, ["SKU-2-21", "NO"]) == [StockLevel("SKU-2-21", 7)]


# === CANCELLATIONS === #


def cancel(shopee, reason=CancelReason.OUT_OF_STOCK, **fields):
    (result,) = shopee.connect().cancel_orders([Cancellation("C1", SHOP, "260528000001", reason, **fields)])
    return result


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (CancelReason.OUT_OF_STOCK, "OUT_OF_STOCK"),
        (CancelReason.BUYER_REQUEST, "CUSTOMER_REQUEST"),
        (CancelReason.ADDRESS, "UNDELIVERABLE_AREA"),
        (CancelReason.OTHER, "OUT_OF_STOCK"),
    ],
)
def test_reasons_and_the_items_that_are_out_of_stock(reason, word):
    shopee = Shopee(orders=[order(1, [item(1, 2), item(2)])])
    assert cancel(shopee, reason).accepted
    body = shopee.booked[0][1]
    assert body["cancel_reason"] == word
    both = [{"item_id": 1001, "model_id": 2001}, {"item_id": 1002, "model_id": 2002}]
    assert body.get("item_list") == (both if word == "OUT_OF_STOCK" else None)


def test_units_are_cancelled_once():
    shopee = Shopee(orders=[order(1, [item(1, 3)])])
    for _ in range(2):
        assert cancel(shopee, lines=(ShipmentLine(FIRST, 2),)).accepted
    assert shopee.count("cancel") == 1
    assert shopee.booked[0][1]["partial_cancel_item_list"][0]["model_quantity"] == 2
    assert not cancel(shopee, lines=(ShipmentLine("9-9", 1),)).accepted


@pytest.mark.parametrize(("decline", "operation"), [(False, "ACCEPT"), (True, "REJECT")])
def test_the_buyers_wish_is_answered(decline, operation):
    shopee = Shopee(orders=[order(1, status="IN_CANCEL", buyer_cancel_reason="Others")])
    assert cancel(shopee, CancelReason.BUYER_REQUEST, decline=decline).accepted
    assert shopee.booked[0][1] == {"order_sn": "260528000001", "operation": operation}
    assert cancel(shopee, CancelReason.BUYER_REQUEST, decline=decline).accepted
    assert shopee.count("cancel") == 1


def test_a_shipped_order_is_not_cancelled():
    result = cancel(Shopee(orders=[order(1, status="SHIPPED")]))
    assert (result.accepted, result.retry_after) == (False, None)


# === RETURNS === #


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, ReturnStatus.REQUESTED),
        ({"status": "ACCEPTED"}, ReturnStatus.APPROVED),
        ({"status": "PROCESSING", "reverse_logistics_status": "LOGISTICS_PICKUP_DONE"}, ReturnStatus.IN_TRANSIT),
        ({"status": "PROCESSING", "reverse_logistics_status": "LOGISTICS_DELIVERY_DONE"}, ReturnStatus.RECEIVED),
        ({"status": "SELLER_DISPUTE"}, ReturnStatus.DISPUTED),
        ({"status": "CANCELLED"}, ReturnStatus.CLOSED),
        ({"status": "SOMETHING_NEW"}, ReturnStatus.UNKNOWN),
    ],
)
def test_states_of_returns(fields, status):
    connector = Shopee(returns=[return_(1, **fields)]).connect()
    found = connector.parse_return(connector.fetch_return(SHOP, "260529000001").payload)
    assert (found.status, found.kind, found.lines[0].order_line_id) == (status, ReturnKind.RETURN, FIRST)
    assert str(found.refund.amount) == "20.0"


def refund(shopee, amount="20.0", return_id="260529000001"):
    lines = (RefundLine(FIRST, 1, Money.parse(amount, "SGD", "")),)
    (result,) = shopee.connect().refund_orders([Refund("R1", SHOP, "260528000001", lines, "", return_id)])
    return result


def test_a_refund_is_what_the_buyer_asked_for():
    shopee = Shopee(returns=[return_(1)])
    assert not refund(shopee, "19.0").accepted
    assert not refund(shopee, return_id="").accepted
    assert refund(shopee).accepted
    assert refund(shopee).accepted
    assert shopee.count("refund") == 1


@pytest.mark.parametrize("status", ["CANCELLED", "JUDGING", "CLOSED"])
def test_a_closed_or_disputed_return_is_not_refunded(status):
    shopee = Shopee(returns=[return_(1, status=status)])
    assert not refund(shopee).accepted
    assert not shopee.booked


# === PUSHES === #


def read(push, url=URL, key=KEY, **headers):
    body = push if isinstance(push, bytes) else json.dumps(push).encode()
    headers = headers or {"authorization": signature(key, url, body)}
    return Shopee().connect().read_webhook(WebhookRequest("POST", URL, headers, {}, body, float(NOW)))


@pytest.mark.parametrize(
    ("push", "kind", "shops", "ids"),
    [
        ({"code": 3, "shop_id": 7, "data": {"ordersn": "A"}}, NoticeKind.ORDER, ["7"], ["A"]),
        ({"code": 4, "shop_id": 7, "data": '{"ordersn": "A", "tracking_no": "T"}'}, NoticeKind.ORDER, ["7"], ["A"]),
        ({"code": 15, "shop_id": 7, "data": {"ordersn": "A"}}, NoticeKind.ORDER, ["7"], ["A"]),
        ({"code": 29, "shop_id": 7, "data": {"return_sn": "R"}}, NoticeKind.RETURN, ["7"], ["R"]),
        ({"code": 2, "data": {"shop_id_list": [7, 8]}}, NoticeKind.DEAUTHORISED, ["7", "8"], ["", ""]),
        ({"code": 2, "shop_id": 7, "extra": "gone"}, NoticeKind.DEAUTHORISED, ["7"], [""]),
        ({"code": 12, "data": {"shop_expire_soon": [7]}}, NoticeKind.AUTHORISATION_ENDS, ["7"], [""]),
        ({"code": 1, "data": {"shop_id": 7}}, NoticeKind.OTHER, [""], [""]),
        ({"code": 0, "data": {"verify_info": "This is a Verification message."}}, NoticeKind.OTHER, [""], [""]),
    ],
)
def test_pushes(push, kind, shops, ids):
    webhook = read(push)
    assert {notice.kind for notice in webhook.notices} == {kind}
    assert [notice.shop_id for notice in webhook.notices] == shops
    assert [notice.external_id for notice in webhook.notices] == ids
    assert (webhook.topic, webhook.reply) == (str(push["code"]), b"")


def test_the_signature_covers_address_and_body():
    push = {"code": 3, "shop_id": 7, "data": {"ordersn": "A"}}
    for wrong in ({"url": URL + "2"}, {"key": "other"}, {"authorization": "é"}, {"x": "none"}):
        with pytest.raises(AuthenticationFailed):
            read(push, **wrong)


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"code": "3"}', b'{"code": 3, "data": "{"}', b'{"code": 29}'])
def test_unreadable_pushes_name_their_path(body):
    with pytest.raises(InvalidPayload) as caught:
        read(body)
    assert caught.value.path


def test_subscribing_again_is_not_needed_but_a_new_address_is_set():
    shopee = Shopee()
    connector = shopee.connect()
    for url in (URL, URL, URL + "2"):
        connector.subscribe_webhooks(url)
    assert [url for _what, url in shopee.booked] == [URL, URL + "2"]
    assert shopee.push_config["push_config_on_list"] == [1, 2, 3, 4, 12]
