"""What each verb asks Amazon and makes of the answers. Requests and answers are checked against the models."""

from datetime import datetime, timedelta, timezone

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Capability,
    InvalidPayload,
    RateLimited,
    Rejected,
    Shipment,
    ShipmentLine,
    Unavailable,
)
from addons.marketplace_amazon.connector.shipments import package_reference
from tests.plain.amazon.amazon import DE, SINCE, Amazon, breakdown, connect, errors, item, order, page, parts
from tests.plain.fake_http import answer

# === SHOPS === #


def participation(number, domain, active=True):
    marketplace = {
        "id": f"A{number}",
        "name": domain,
        "countryCode": "DE",
        "defaultCurrencyCode": "EUR",
        "defaultLanguageCode": "de_DE",
        "domainName": domain,
    }
    state = {"isParticipating": active, "hasSuspendedListings": False}
    return {"marketplace": marketplace, "storeName": "Laden", "participation": state}


def test_shops():
    stores = [participation(1, "www.amazon.de"), participation(2, "www.amazon.fr", active=False)]
    others = [participation(3, "sim1.stores.example")]
    connector, _time = connect(Amazon(answer({"payload": stores + others})))
    shops = connector.fetch_shops()
    assert [(shop.external_id, shop.name, shop.active) for shop in shops] == [
        ("A1", "www.amazon.de", True),
        ("A2", "www.amazon.fr", False),
    ]
    assert (shops[0].country_code, shops[0].currency, shops[0].language) == ("DE", "EUR", "de_DE")


# === ORDERS === #


def test_search_asks_for_everything_that_is_read():
    amazon = Amazon(page(order()))
    connector, _time = connect(amazon)
    until = datetime(2026, 5, 27, tzinfo=timezone.utc)
    result = connector.fetch_orders(["B", "A"], SINCE, until)
    path, query, _body = parts(amazon.calls[0])
    assert path == "/orders/2026-01-01/orders"
    assert query == {
        "marketplaceIds": "A,B",
        "lastUpdatedAfter": "2026-05-01T00:00:00Z",
        "lastUpdatedBefore": "2026-05-27T00:00:00Z",
        "includedData": "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX",
        "maxResultsPerPage": "100",
    }
    assert amazon.calls[0].headers["x-amz-access-token"] == "Atza|access-1"
    assert [record.external_id for record in result.records] == ["302-0000000-0000001"]
    assert result.complete_until == datetime(2026, 5, 27, 23, 58, tzinfo=timezone.utc)


def test_complete_until_is_what_the_first_page_stated():
    amazon = Amazon(page(order(1), token="t/1=="), page(order(2), until="2026-05-28T00:30:00Z"))
    connector, _time = connect(amazon)
    first = connector.fetch_orders([DE], SINCE)
    assert first.complete_until is None
    second = connector.fetch_orders([DE], SINCE, token=first.next_token)
    assert parts(amazon.calls[1])[1]["paginationToken"] == "t/1=="
    assert parts(amazon.calls[1])[1]["lastUpdatedAfter"] == "2026-05-01T00:00:00Z"
    assert second.complete_until == datetime(2026, 5, 27, 23, 58, tzinfo=timezone.utc)


def test_complete_until_of_an_answer_that_states_none():
    connector, time = connect(Amazon(answer({"orders": []}), answer({"orders": []})))
    now = datetime.fromtimestamp(time.now, timezone.utc)
    assert connector.fetch_orders([DE], SINCE).complete_until == now - timedelta(minutes=2)
    assert connector.fetch_orders([DE], SINCE, SINCE).complete_until == SINCE


def test_one_damaged_order_stops_no_other():
    body = {"orders": [order(1), {"orderId": "X"}, None, order(2)], "lastUpdatedBefore": "2026-05-27T00:00:00Z"}
    connector, _time = connect(Amazon(answer(body), check_answers=False))
    result = connector.fetch_orders([DE], SINCE)
    assert [record.external_id[-1] for record in result.records] == ["1", "2"]
    assert result.broken == (
        ("orders[1].lastUpdatedTime", "missing", {"orderId": "X"}),
        ("orders[2]", "an object was expected, not NoneType", None),
    )
    assert result.complete_until is not None


@pytest.mark.parametrize("body", [{}, {"orders": {}}, []])
def test_an_answer_that_is_no_page(body):
    connector, _time = connect(Amazon(answer(body), check_answers=False))
    with pytest.raises(InvalidPayload):
        connector.fetch_orders([DE], SINCE)


def test_truncated_pages_are_asked_for_again():
    connector, time = connect(Amazon(answer(b'{"orders": [{"ord'), page(order()), check_answers=False))
    assert len(connector.fetch_orders([DE], SINCE).records) == 1
    assert time.waits == [0.5]


def test_one_order():
    amazon = Amazon(answer({"order": order()}))
    connector, _time = connect(amazon)
    assert connector.fetch_order("302-0000000-0000001").external_id == "302-0000000-0000001"
    assert parts(amazon.calls[0])[0] == "/orders/2026-01-01/orders/302-0000000-0000001"


def test_twentieth_search_waits_for_its_turn():
    amazon = Amazon(*[page() for _ in range(19)])
    connector, time = connect(amazon)
    for _ in range(19):
        connector.fetch_orders([DE], SINCE)
    with pytest.raises(RateLimited) as caught:
        connector.fetch_orders([DE], SINCE)
    assert caught.value.retry_after == pytest.approx(1 / 0.0056)
    assert time.waits == []


# === SHIPMENTS === #


def shipment(number=1, **fields):
    values = {
        "reference": f"WH/OUT/0000{number}",
        "shop_id": DE,
        "order_id": "302-0000000-0000001",
        "carrier_code": "DHL",
        "carrier_name": "DHL",
        "tracking": f"0034{number}",
        "shipped_at": datetime(2026, 5, 21, 8, tzinfo=timezone.utc),
        "lines": (ShipmentLine("90000000000001", 1),),
    }
    return Shipment(**{**values, **fields})


DONE = "Failed to create package due to not finding a matching package or order already fulfilled."


def test_confirmation():
    amazon = Amazon(answer(status=204))
    connector, _time = connect(amazon)
    (result,) = connector.confirm_shipments([shipment()])
    assert (result.reference, result.accepted, result.retry_after) == ("WH/OUT/00001", True, None)
    path, _query, body = parts(amazon.calls[0])
    assert path == "/orders/v0/orders/302-0000000-0000001/shipmentConfirmation"
    assert body == {
        "marketplaceId": DE,
        "packageDetail": {
            "packageReferenceId": package_reference("WH/OUT/00001"),
            "carrierCode": "DHL",
            "carrierName": "DHL",
            "trackingNumber": "00341",
            "shipDate": "2026-05-21T08:00:00Z",
            "orderItems": [{"orderItemId": "90000000000001", "quantity": 1}],
        },
    }


def test_ship_date_is_exact():
    amazon = Amazon(answer(status=204))
    moment = datetime(2026, 5, 21, 8, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    connect(amazon)[0].confirm_shipments([shipment(shipped_at=moment)])
    assert parts(amazon.calls[0])[2]["packageDetail"]["shipDate"] == "2026-05-21T06:00:00.123Z"


def test_package_reference_is_a_stable_positive_number():
    assert package_reference("WH/OUT/00001") == "1215278245"
    assert len({package_reference(f"WH/OUT/{number:05}") for number in range(2000)}) == 2000
    assert all(0 < int(package_reference(str(number))) < 2**31 for number in range(2000))


def test_confirmation_is_repeated_after_a_server_error():
    amazon = Amazon(errors("InternalFailure", "oops", 500), answer(status=204))
    connector, time = connect(amazon)
    assert connector.confirm_shipments([shipment()])[0].accepted
    assert amazon.calls[0].body == amazon.calls[1].body
    assert time.waits == [0.5]


@pytest.mark.parametrize(
    "recorded",
    [
        order(packages=[{"packageReferenceId": "5", "trackingNumber": "00341"}]),
        order(items=[item(shipped=1)], status="SHIPPED"),
    ],
)
def test_what_is_already_confirmed_counts_as_accepted(recorded):
    connector, _time = connect(Amazon(errors("InvalidInput", DONE, 400), answer({"order": recorded})))
    (result,) = connector.confirm_shipments([shipment()])
    assert (result.accepted, result.message) == (True, "already confirmed")


@pytest.mark.parametrize(
    "recorded", [order(), order(packages=[{"packageReferenceId": "5", "trackingNumber": "other"}], status="SHIPPED")]
)
def test_what_amazon_has_not_recorded_is_refused(recorded):
    connector, _time = connect(Amazon(errors("InvalidInput", DONE, 400), answer({"order": recorded})))
    (result,) = connector.confirm_shipments([shipment()])
    assert not result.accepted
    assert result.retry_after is None
    assert "already fulfilled" in result.message


@pytest.mark.parametrize(
    "lookup", [errors("NotFound", "no such order", 404), answer({"order": order(total="99.00", items=[item()])})]
)
def test_a_lookup_that_fails_leaves_the_refusal(lookup):
    connector, _time = connect(Amazon(errors("InvalidInput", DONE, 400), lookup, answer(status=204)))
    results = connector.confirm_shipments([shipment(1), shipment(2)])
    assert [result.accepted for result in results] == [False, True]


def test_a_refused_confirmation_stops_no_other():
    connector, _time = connect(Amazon(errors("InvalidInput", "wrong item", 400), answer(status=204)))
    results = connector.confirm_shipments([shipment(1), shipment(2)])
    assert [(result.reference, result.accepted) for result in results] == [
        ("WH/OUT/00001", False),
        ("WH/OUT/00002", True),
    ]
    assert "wrong item" in results[0].message


def test_confirmations_after_a_long_refusal_are_left_for_later():
    amazon = Amazon(answer(status=204), errors("QuotaExceeded", "slow", 429, Retry_After=300))
    connector, _time = connect(amazon)
    results = connector.confirm_shipments([shipment(1), shipment(2), shipment(3)])
    assert [result.accepted for result in results] == [True, False, False]
    assert [result.retry_after for result in results] == [None, 300, 300]
    assert len(amazon.calls) == 2


def test_confirmations_during_an_outage_are_left_for_later():
    connector, _time = connect(Amazon(*[errors("InternalFailure", "oops", 500) for _ in range(4)]))
    assert [result.retry_after for result in connector.confirm_shipments([shipment(1), shipment(2)])] == [60, 60]


# === FBA === #


def summary(number, **details):
    return {
        "sellerSku": f"SKU-{number}",
        "fnSku": f"X00{number}",
        "asin": "B1",
        "inventoryDetails": {
            "fulfillableQuantity": 5,
            "inboundWorkingQuantity": 100,
            "inboundShippedQuantity": 20,
            "inboundReceivingQuantity": 3,
            "reservedQuantity": {"totalReservedQuantity": 2},
            "researchingQuantity": {"totalResearchingQuantity": 1, "researchingQuantityBreakdown": []},
            "unfulfillableQuantity": {"totalUnfulfillableQuantity": 4},
            **details,
        },
    }


def inventory(*summaries, token=""):
    granularity = {"granularityType": "Marketplace", "granularityId": DE}
    body = {"payload": {"granularity": granularity, "inventorySummaries": list(summaries)}}
    return answer({**body, "pagination": {"nextToken": token}} if token else body)


def test_fulfilment_stock():
    amazon = Amazon(inventory(summary(1), token="next"), inventory(summary(2)))
    connector, time = connect(amazon)
    first, second = connector.fetch_fulfilment_stock(DE)
    assert (first.sku, first.fulfilment_sku, first.product_id) == ("SKU-1", "X001", "B1")
    assert (first.available, first.reserved, first.unsellable) == (5, 2, 4)
    assert (first.inbound, first.researching) == (23, 1)
    assert second.sku == "SKU-2"
    assert parts(amazon.calls[1])[1] == {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": DE,
        "marketplaceIds": DE,
        "nextToken": "next",
    }
    assert time.waits == [0.5]


def test_fulfilment_stock_without_quantities_is_refused():
    damaged = {**summary(1), "inventoryDetails": {}}
    connector, _time = connect(Amazon(inventory(damaged)))
    with pytest.raises(InvalidPayload, match="fulfillableQuantity"):
        connector.fetch_fulfilment_stock(DE)


# === CAPABILITIES === #


def test_notifications_need_a_queue():
    connector, _time = connect(Amazon())
    assert Capability.NOTIFICATIONS not in connector.capabilities
    with pytest.raises(TypeError):
        connector.receive_notifications()


# === AUTHORISATION === #


def test_missing_role_is_an_authorisation_failure():
    amazon = Amazon(errors("Unauthorized", "Access to requested resource is denied.", 403))
    connector, _time = connect(amazon)
    with pytest.raises(AuthenticationFailed, match="denied"):
        connector.fetch_shops()
    assert len(amazon.token_requests) == 1


def test_unavailable_amazon():
    connector, _time = connect(Amazon(*[errors("ServiceUnavailable", "x", 503) for _ in range(4)]))
    with pytest.raises(Unavailable):
        connector.fetch_shops()


def test_unknown_order():
    connector, _time = connect(Amazon(errors("NotFound", "no such order", 404)))
    with pytest.raises(Rejected) as caught:
        connector.fetch_order("1")
    assert caught.value.code == "NotFound"


def test_discount_of_a_search_answer_follows_the_model():
    parts_ = [breakdown("ITEM", "20.00"), breakdown("DISCOUNT", "-2.00", ITEM="-2.00")]
    payload = order(total="18.00", items=[item(total="18.00", breakdowns=parts_)])
    connector, _time = connect(Amazon(page(payload)))
    (record,) = connector.fetch_orders([DE], SINCE).records
    assert connector.parse_order(record.payload).total.text == "18.00"
