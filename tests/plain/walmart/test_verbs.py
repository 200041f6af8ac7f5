"""What each verb asks Walmart and makes of the answers."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Cancellation,
    CancelReason,
    Capability,
    Fulfilment,
    InvalidPayload,
    Money,
    NotReady,
    Refund,
    RefundLine,
    Rejected,
    Shipment,
    ShipmentLine,
    StockLevel,
    WebhookRequest,
)
from addons.marketplace_walmart.connector import CARRIERS, HEADER, Credentials
from tests.plain.fake_http import FakeTime, answer
from tests.plain.walmart.walmart import (
    CREDENTIALS,
    NOW,
    SHOP,
    SINCE,
    Walmart,
    connect,
    line,
    one,
    order,
    refusal,
    start,
    status,
)

ORDER = order(1)["purchaseOrderId"]


def serve(*lines, **fields):
    return lambda *_args: one(order(1, list(lines), **fields))


def taken(_query, _body, *_ids):
    return one(order(1))


# === ACKNOWLEDGEMENT === #


def test_orders_are_acknowledged_one_by_one():
    def acknowledge(_query, _body, number):
        return one(order(1)) if number == ORDER else refusal("NOT_FOUND", "no such order", 404)

    _walmart, connector = start(orders_acknowledge=acknowledge)
    results = connector.acknowledge_orders(SHOP, [ORDER, "404"])
    assert [(result.reference, result.accepted) for result in results] == [(ORDER, True), ("404", False)]
    assert "no such order" in results[1].message


# === SHIPMENTS === #


def shipment(*lines, carrier="UPS", tracking="1Z1", number=1, service="", **fields):
    return Shipment(
        reference=fields.pop("reference", f"OUT/{number}"),
        shop_id=SHOP,
        order_id=order(number)["purchaseOrderId"],
        carrier_code="",
        carrier_name=carrier,
        tracking=tracking,
        shipped_at=datetime.fromtimestamp(NOW, timezone.utc),
        lines=tuple(ShipmentLine(str(number), units) for number, units in lines or [(1, 1)]),
        service=service,
        **fields,
    )


def test_units_of_lines_are_shipped():
    walmart, connector = start(orders_get=serve(line(1, quantity=3), line(2)), orders_ship=taken)
    assert connector.confirm_shipments([shipment((1, 2), (2, 1))])[0].accepted
    (body,) = walmart.sent("orders.ship")
    first, second = body["orderShipment"]["orderLines"]["orderLine"]
    (known,) = first["orderLineStatuses"]["orderLineStatus"]
    assert (first["lineNumber"], known["status"], known["statusQuantity"]["amount"]) == ("1", "Shipped", "2")
    assert known["trackingInfo"] == {
        "shipDateTime": int(NOW) * 1000,
        "carrierName": {"carrier": "UPS"},
        "methodCode": "Value",  # as ordered
        "trackingNumber": "1Z1",
    }
    assert second["sellerOrderId"] == "OUT/1" and "intentToCancelOverride" not in second
    assert "orders.acknowledge" not in walmart.count()


def test_what_was_not_acknowledged_is_first():
    walmart, connector = start(
        orders_get=serve(line(statuses=[status("Created")])), orders_acknowledge=taken, orders_ship=taken
    )
    assert connector.confirm_shipments([shipment()])[0].accepted
    assert [name for name, _query, _body in walmart.calls] == ["orders.get", "orders.acknowledge", "orders.ship"]


def test_a_parcel_that_has_left_goes_before_the_wish_to_cancel():
    walmart, connector = start(orders_get=serve(line(intentToCancel="CUSTOMER")), orders_ship=taken)
    assert connector.confirm_shipments([shipment()])[0].accepted
    (entry,) = walmart.sent("orders.ship")[0]["orderShipment"]["orderLines"]["orderLine"]
    assert entry["intentToCancelOverride"] is True


@pytest.mark.parametrize(
    ("carrier", "expected"),
    [
        ("fedex", {"carrier": "FedEx"}),
        ("Dhl E-Commerce US", {"carrier": "DHL Ecommerce - US"}),
        ("Pigeon Post", {"otherCarrier": "Pigeon Post"}),
    ],
)
def test_carriers(carrier, expected):
    walmart, connector = start(orders_get=serve(line()), orders_ship=taken)
    assert connector.confirm_shipments([shipment(carrier=carrier, tracking="A 1", service="Express")])[0].accepted
    (entry,) = walmart.sent("orders.ship")[0]["orderShipment"]["orderLines"]["orderLine"]
    tracking = entry["orderLineStatuses"]["orderLineStatus"][0]["trackingInfo"]
    assert (tracking["carrierName"], tracking["methodCode"]) == (expected, "Express")
    assert ("trackingURL" in tracking) is ("otherCarrier" in expected)
    assert len(CARRIERS) == len(set(CARRIERS)) == 76


def test_a_known_parcel_is_not_sent_again():
    half = line(quantity=2, statuses=[status("Shipped", 1, "1Z1"), status("Acknowledged", 1)])
    walmart, connector = start(orders_get=serve(half))
    (result,) = connector.confirm_shipments([shipment((1, 1))])
    assert (result.accepted, result.message) == (True, "already confirmed")
    assert set(walmart.count()) == {"orders.get"}


@pytest.mark.parametrize(
    ("lines", "wanted", "reason"),
    [
        ([line()], {"tracking": ""}, "tracking number"),
        ([line(2)], {}, "no line 1"),
        ([line(statuses=[status("Shipped", 1, "OTHER")])], {}, "no 1 units left"),
    ],
)
def test_refused_shipments_say_why(lines, wanted, reason):
    _walmart, connector = start(orders_get=serve(*lines))
    (result,) = connector.confirm_shipments([shipment(**wanted)])
    assert not result.accepted and reason in result.message and result.retry_after is None


# === CANCELLATIONS === #


def cancellation(*lines, **fields):
    units = tuple(ShipmentLine(str(number), quantity) for number, quantity in lines)
    base = {"reference": "C1", "shop_id": SHOP, "order_id": ORDER, "reason": CancelReason.PRICE, "lines": units}
    return Cancellation(**{**base, **fields})


@pytest.mark.parametrize(("lines", "expected"), [([(1, 1)], {"1": "1"}), ([], {"1": "2", "2": "1"})])
def test_units_or_all_that_is_open_are_cancelled(lines, expected):
    walmart, connector = start(orders_get=serve(line(1, quantity=2), line(2)), orders_cancel=taken)
    assert connector.cancel_orders([cancellation(*lines)])[0].accepted
    entries = walmart.sent("orders.cancel")[0]["orderCancellation"]["orderLines"]["orderLine"]
    statuses = {entry["lineNumber"]: entry["orderLineStatuses"]["orderLineStatus"][0] for entry in entries}
    assert {number: known["statusQuantity"]["amount"] for number, known in statuses.items()} == expected
    assert statuses["1"]["cancellationReason"] == "SELLER_CANCEL_PRICING_ERROR"


def test_what_is_cancelled_is_not_cancelled_again():
    gone = line(quantity=2, statuses=[status("Cancelled", 2)])
    walmart, connector = start(orders_get=serve(gone))
    assert all(result.accepted for result in connector.cancel_orders([cancellation((1, 2)), cancellation()]))
    assert set(walmart.count()) == {"orders.get"}


def test_nothing_left_to_cancel():
    _walmart, connector = start(orders_get=serve(line(statuses=[status("Shipped", 1, "1Z1")])))
    (result,) = connector.cancel_orders([cancellation()])
    assert not result.accepted and "nothing" in result.message


def test_declining_is_shipping():
    walmart, connector = start()
    assert connector.cancel_orders([cancellation(decline=True)])[0].accepted
    assert walmart.calls == []


# === RETURNS, REFUNDS === #


def received(number=1, **fields):
    money = {"currencyAmount": 10.83, "currencyUnit": "USD"}
    known = {
        "returnOrderLineNumber": 1,
        "purchaseOrderId": ORDER,
        "purchaseOrderLineNumber": 1,
        "returnReason": "DEFECTIVE",
        "item": {"sku": "SKU-1"},
        "chargeTotals": [{"name": "lineTotal", "value": money}],
        "quantity": {"unitOfMeasure": "EACH", "measurementValue": 1},
        "refundedQty": 0,
        "returnExpectedFlag": True,
        "status": "INITIATED",
        "statusTime": "2026-05-20T10:00:00.000Z",
        **fields,
    }
    return {
        "returnOrderId": f"10373804890981882{number}",
        "customerOrderId": "4021604321821",
        "returnOrderDate": "2026-05-19T10:00:00.000Z",
        "totalRefundAmount": money,
        "returnOrderLines": [known],
    }


def returns(*entries, cursor=""):
    meta = {"totalCount": len(entries), "limit": 200, "nextCursor": cursor}
    return answer({"meta": meta, "returnOrders": list(entries)})


def test_returns_by_time_of_change():
    walmart, connector = start(returns(received(1), cursor="?sellerId=1&cursor=x"), returns(received(2)))
    first = connector.fetch_returns([SHOP], SINCE)
    second = connector.fetch_returns([SHOP], SINCE, token=first.next_token)
    assert walmart.calls[0][1]["returnLastModifiedStartDate"] == "2026-05-01T00:00:00Z"
    assert walmart.calls[1][1] == {"sellerId": "1", "cursor": "x"}
    assert (first.complete_until, second.next_token) == (None, "")
    parsed = connector.parse_return(second.records[0].payload)
    assert (parsed.order_id, parsed.lines[0].order_line_id, parsed.refund.text) == (ORDER, "1", "10.83")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "approved"),
        ({"returnTrackingDetail": [{"eventTag": "RETURN_IN_TRANSIT", "sequenceNo": 1}]}, "in_transit"),
        ({"status": "DELIVERED"}, "received"),
        ({"status": "COMPLETED"}, "closed"),
        ({"status": "COMPLETED", "refundedQty": 1}, "refunded"),
        ({"currentRefundStatus": "REFUND_COMPLETED"}, "refunded"),
        ({"status": "TELEPORTED"}, "unknown"),
    ],
)
def test_states_of_returns(fields, expected):
    _walmart, connector = start()
    payload = json.loads(json.dumps(received(**fields)), parse_float=str)
    assert connector.parse_return(payload).status.value == expected


def refund(value="10.83", **fields):
    known = RefundLine("1", 1, Money(Decimal(value), "USD", value))
    base = {"reference": "R1", "shop_id": SHOP, "order_id": ORDER, "lines": (known,), "reason": "DamagedItem"}
    return Refund(**{**base, **fields})


def test_a_refund_splits_its_tax_off_and_carries_our_reference():
    walmart, connector = start(orders_get=serve(line()), orders_refund=taken)
    shipping = Money(Decimal("2.50"), "USD", "2.50")
    assert connector.refund_orders([refund("5.42", shipping=shipping)])[0].accepted
    (body,) = walmart.sent("orders.refund")
    (entry,) = body["orderRefund"]["orderLines"]["orderLine"]
    (detail,) = entry["refunds"]["refund"]
    charges = [known["charge"] for known in detail["refundCharges"]["refundCharge"]]
    assert (detail["refundComments"], entry["isFullRefund"]) == ("R1", False)
    assert [known["chargeAmount"]["amount"] for known in charges] == [-5.0, -2.5]
    assert charges[0]["tax"]["taxAmount"]["amount"] == -0.42
    assert {known["refundReason"] for known in detail["refundCharges"]["refundCharge"]} == {"DamagedItem"}


def test_a_refund_that_walmart_has_is_not_paid_again():
    paid = {"refundId": "1", "refundComments": "R1", "refundCharges": {"refundCharge": []}}
    walmart, connector = start(orders_get=serve(line(refund=paid)))
    (result,) = connector.refund_orders([refund()])
    assert (result.accepted, result.message) == (True, "already paid back")
    assert set(walmart.count()) == {"orders.get"}


def test_a_whole_return_is_paid_by_the_return():
    walmart, connector = start(returns_list=lambda *_a: returns(received()), returns_refund=lambda *_a: answer({}))
    assert connector.refund_orders([refund(return_id=received()["returnOrderId"])])[0].accepted
    assert walmart.sent("returns.refund") == [
        {
            "customerOrderId": "4021604321821",
            "refundLines": [{"returnOrderLineNumber": 1, "quantity": {"unitOfMeasure": "EACH", "measurementValue": 1}}],
        }
    ]


def test_a_part_of_a_return_is_paid_by_the_order():
    walmart, connector = start(
        returns_list=lambda *_a: returns(received()), orders_get=serve(line()), orders_refund=taken
    )
    assert connector.refund_orders([refund("4.00", return_id=received()["returnOrderId"])])[0].accepted
    assert walmart.count()["orders.refund"] == 1 and "returns.refund" not in walmart.count()


def test_a_settled_return_is_not_paid_again():
    walmart, connector = start(returns_list=lambda *_a: returns(received(refundedQty=1)))
    assert connector.refund_orders([refund(return_id=received()["returnOrderId"])])[0].message == "already paid back"
    assert set(walmart.count()) == {"returns.list"}


def test_a_return_that_nobody_knows():
    _walmart, connector = start(returns())
    with pytest.raises(Rejected, match="no return 5"):
        connector.fetch_return(SHOP, "5")


# === STOCK === #


def level_answer(sku, quantity):
    return answer({"sku": sku, "quantity": {"unit": "EACH", "amount": quantity}})


def test_few_levels_go_one_by_one():
    def put(query, body):
        return refusal("NOT_FOUND", "no such item", 404) if body["sku"] == "NO" else level_answer(query["sku"], 7)

    walmart, connector = start(inventory_put=put)
    results = connector.push_stock(SHOP, [StockLevel("A&B/1", 7), StockLevel("NO", 1)])
    assert [(result.sku, result.accepted) for result in results] == [("A&B/1", True), ("NO", False)]
    assert walmart.sent("inventory.put")[0] == {"sku": "A&B/1", "quantity": {"unit": "EACH", "amount": 7}}
    assert walmart.calls[0][1] == {"sku": "A&B/1"}


MANY = [StockLevel(f"SKU-{number}", number) for number in range(60)]


@pytest.mark.parametrize(("node", "kind"), [("", "inventory"), ("FC_1", "MP_INVENTORY")])
def test_many_levels_go_by_a_feed(node, kind):
    feeds = {"n": 0}

    def feed_status(query, _body, number):
        feeds["n"] += 1
        if feeds["n"] == 1:
            return answer({"feedId": number, "feedStatus": "INPROGRESS", "itemsReceived": 60})
        first = int(query["offset"])
        error = {"ingestionError": [{"type": "DATA_ERROR", "code": "E1", "description": "no such item"}]}
        entries = [
            {"sku": level.sku, "ingestionStatus": "DATA_ERROR" if level.quantity == 3 else "SUCCESS"}
            | ({"ingestionErrors": error} if level.quantity == 3 else {})
            for level in MANY[first : first + 50]
        ]
        details = {"itemIngestionStatus": entries}
        return answer({"feedId": number, "feedStatus": "PROCESSED", "itemsReceived": 60, "itemDetails": details})

    walmart = Walmart(FakeTime(NOW), feeds_submit=lambda *_args: answer({"feedId": "F1"}), feeds_status=feed_status)
    connector = connect(walmart, Credentials(CREDENTIALS.client_id, CREDENTIALS.client_secret, node))
    with pytest.raises(NotReady) as waiting:
        connector.push_stock(SHOP, MANY)
    name, query, body = walmart.calls[0]
    assert (name, query) == ("feeds.submit", {"feedType": kind})
    content = json.loads(body.split(b"\r\n\r\n")[1].split(b"\r\n--")[0])
    assert len(content.get("Inventory") or content["inventory"]) == 60
    with pytest.raises(NotReady):
        connector.push_stock(SHOP, MANY, waiting.value.handle)
    results = connector.push_stock(SHOP, MANY, waiting.value.handle)
    assert [result.sku for result in results] == [level.sku for level in MANY]
    assert [result.message for result in results if not result.accepted] == ["DATA_ERROR E1: no such item"]


def test_a_feed_that_forgets_items():
    done = {"feedId": "F1", "feedStatus": "PROCESSED", "itemsReceived": 60, "itemDetails": {"itemIngestionStatus": []}}
    _walmart, connector = start(feeds_status=lambda *_args: answer(done))
    with pytest.raises(InvalidPayload, match="60 items are missing"):
        connector.push_stock(SHOP, MANY, {"feed": "F1"})


def test_stock_of_few_and_of_many():
    def get(query, _body):
        return refusal("NOT_FOUND", "?", 404) if query["sku"] == "NO" else level_answer(query["sku"], 4)

    def page(query, _body):
        sku = "SKU-2" if query.get("nextCursor") else "SKU-1"
        quantity = {"unit": "EACH", "amount": 3}
        nodes = [{"shipNode": "1", "availToSellQty": quantity}, {"shipNode": "2", "availToSellQty": quantity}]
        meta = {"totalCount": 2} if query.get("nextCursor") else {"totalCount": 2, "nextCursor": "c2"}
        return answer({"meta": meta, "elements": {"inventories": [{"sku": sku, "nodes": nodes}]}})

    _walmart, connector = start(inventory_get=get, inventory_list=page)
    assert connector.fetch_stock(SHOP, ["A", "NO"]) == [StockLevel("A", 4)]
    found = connector.fetch_stock(SHOP, [level.sku for level in MANY])
    assert found == [StockLevel("SKU-1", 6), StockLevel("SKU-2", 6)]


# === LISTINGS === #


def wfs(*skus):
    entries = [
        {
            "itemInformation": {"sku": sku, "gtin": "00000000000017", "itemID": "5"},
            "inventoryData": {
                "availableUnits": 4,
                "reservedUnits": 1,
                "inboundUnits": 2,
                "unavailableUnits": {"inventoryReviewUnits": 3, "inventoryMovementUnits": 2},
            },
        }
        for sku in skus
    ]
    headers = {"totalCount": len(entries), "limit": 300, "offset": 0}
    return lambda *_args: answer({"headers": headers, "payload": {"inventory": entries}})


def item(sku, price=9.99):
    return {
        "sku": sku,
        "productName": "Teapot",
        "wpid": "389C",
        "gtin": "00012345678905",
        "price": {"currency": "USD", "amount": price},
        "publishedStatus": "PUBLISHED",
        "lifecycleStatus": "ACTIVE",
    }


def test_listings_page_by_page_and_who_ships():
    pages = {"*": (["A", "B"], "c2"), "c2": (["C"], "c2")}

    def items(query, _body):
        skus, cursor = pages[query["nextCursor"]]
        return answer({"ItemResponse": [item(sku) for sku in skus], "totalItems": 3, "nextCursor": cursor})

    _walmart, connector = start(items_list=items, inventory_wfs=wfs("B"))
    listings = connector.fetch_listings(SHOP)
    assert {entry.sku: entry.fulfilment for entry in listings} == {
        "A": Fulfilment.MERCHANT,
        "B": Fulfilment.MARKETPLACE,
        "C": Fulfilment.MERCHANT,
    }
    assert (listings[0].price.text, listings[0].status) == ("9.99", "PUBLISHED, ACTIVE")


def test_sellers_outside_the_programme_ship_everything():
    items = answer({"ItemResponse": [item("A")], "totalItems": 1})
    _walmart, connector = start(items_list=lambda *_a: items, inventory_wfs=lambda *_a: refusal("FORBIDDEN", "no", 400))
    assert connector.fetch_listings(SHOP)[0].fulfilment is Fulfilment.MERCHANT


def test_stock_in_walmarts_warehouses():
    _walmart, connector = start(inventory_wfs=wfs("B"))
    (stock,) = connector.fetch_fulfilment_stock(SHOP)
    assert (stock.sku, stock.available, stock.reserved, stock.inbound, stock.researching) == ("B", 4, 1, 2, 5)


# === WEBHOOKS === #

TYPES = {"eventTypes": [
    {"eventType": name, "resourceName": resource, "eventVersion": "V1"}
    for name, resource in (("PO_CREATED", "ORDER"), ("INTENT_TO_CANCEL", "ORDER"), ("BUY_BOX_CHANGED", "PRICE"))
]}  # fmt: skip


def hook(body, signature=None):
    written = signature or hmac.new(CREDENTIALS.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest("POST", "https://shop.example/hook", {HEADER.lower(): written}, {}, body, NOW)


def test_subscribing_again_changes_nothing_and_moving_takes_the_old_ones_away():
    known = {}

    def create(_query, body):
        for entry in body["events"]:
            number = f"id{len(known)}"
            known[number] = {**entry, "subscriptionId": number}
        return answer({"events": list(known.values())})

    def delete(_query, _body, number):
        known.pop(number)
        return answer({})

    walmart, connector = start(
        webhooks_types=lambda *_a: answer(TYPES),
        webhooks_list=lambda *_a: answer({"events": [{"event": list(known.values())}]}),
        webhooks_create=create,
        webhooks_delete=delete,
    )
    for url in ("https://a.example/hook", "https://a.example/hook", "https://b.example/hook"):
        connector.subscribe_webhooks(url)
    assert {(entry["eventType"], entry["eventUrl"]) for entry in known.values()} == {
        ("PO_CREATED", "https://b.example/hook"),
        ("INTENT_TO_CANCEL", "https://b.example/hook"),
    }
    assert walmart.count()["webhooks.create"] == 2
    assert all(entry["authDetails"]["authMethod"] == "HMAC" for entry in known.values())


def test_both_ways_of_writing_the_signature_are_taken():
    body = json.dumps(
        {"source": {"eventType": "PO_CREATED", "eventId": "e1"}, "payload": {"partnerId": SHOP, "purchaseOrderId": "5"}}
    ).encode()
    digest = hmac.new(CREDENTIALS.webhook_secret.encode(), body, hashlib.sha256).digest()
    _walmart, connector = start()
    for written in (digest.hex(), base64.b64encode(digest).decode()):
        told = connector.read_webhook(hook(body, written))
        assert (told.topic, told.delivery_id) == ("PO_CREATED", "e1")
        assert [(notice.kind.value, notice.external_id) for notice in told.notices] == [("order", "5")]
    with pytest.raises(AuthenticationFailed):
        connector.read_webhook(hook(body, digest.hex()[:-1] + "x"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"source":{"eventType":"PO_CREATED"},"payload":{}}'])
def test_signed_but_unreadable(body):
    _walmart, connector = start()
    with pytest.raises(InvalidPayload):
        connector.read_webhook(hook(body))


def test_other_events_are_kept():
    _walmart, connector = start()
    told = connector.read_webhook(hook(b'{"source":{"eventType":"BUY_BOX_CHANGED"},"payload":{"x":1}}'))
    assert told.notices[0].kind.value == "other"


def test_capabilities():
    _walmart, connector = start()
    assert Capability.AUTHORISATION not in connector.capabilities  # keys of the seller's own, no page to agree on
    assert Capability.LABELS not in connector.capabilities
