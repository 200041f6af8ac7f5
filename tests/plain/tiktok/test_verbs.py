"""Webhooks, errors and what is declared."""

import pytest
import requests

from addons.marketplace.contract import (
    Capability,
    InvalidPayload,
    Parcel,
    RateLimited,
    Rejected,
    Unavailable,
)
from tests.plain.tiktok.play import ORDER, hook, play, providers, shipment
from tests.plain.tiktok.tiktok import (
    SHOP,
    SINCE,
    item,
    order,
    refusal,
    start,
    success,
)


def test_deauthorisation_and_unknown_topics():
    _tiktok, connector = start()
    gone = connector.read_webhook(hook(b'{"type":6,"tts_notification_id":"9","shop_id":"7","data":{}}'))
    assert [(notice.kind.value, notice.shop_id) for notice in gone.notices] == [("deauthorised", "7")]
    assert (gone.topic, gone.delivery_id) == ("6", "9")
    other = connector.read_webhook(hook(b'{"type":99,"shop_id":"7","data":{"x":1}}'))
    assert other.notices[0].kind.value == "other"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"type":"1"}', b'{"type":1,"data":{}}', b'{"type":1,"data":[]}'])
def test_signed_but_unreadable(body):
    _tiktok, connector = start()
    with pytest.raises(InvalidPayload):
        connector.read_webhook(hook(body))


def test_subscribing_again_changes_nothing():
    subscribed = {}

    def update(_query, body):
        subscribed[body["event_type"]] = body["address"]
        return success()

    def listed(*_args):
        hooks = [{"event_type": event, "address": address} for event, address in subscribed.items()]
        return success({"webhooks": hooks, "total_count": len(hooks)})

    tiktok, connector = play(events_list=listed, events_update=update)
    for _ in range(2):
        connector.subscribe_webhooks("https://shop.example/hook")
    assert tiktok.count()["events.update"] == len(subscribed) == 10


def test_errors_in_bodies():
    _tiktok, connector = play(orders_search=lambda *_args: refusal(36009003, "Internal error"))
    with pytest.raises(Unavailable, match="36009003"):
        connector.fetch_orders([SHOP], SINCE)
    _tiktok, connector = play(orders_search=lambda *_args: refusal(45, "Too many requests"))
    with pytest.raises(RateLimited):
        connector.fetch_orders([SHOP], SINCE)
    _tiktok, connector = play(orders_search=lambda *_args: refusal(98001004, "Invalid update_time_ge"))
    with pytest.raises(Rejected, match="Invalid update_time_ge") as caught:
        connector.fetch_orders([SHOP], SINCE)
    assert caught.value.code == "98001004"


def test_a_lost_answer_is_asked_about_before_anything_is_repeated():
    parcels = []

    def mark(_query, body, _order):
        parcels.append(body["tracking_number"])
        raise_once = len(parcels) == 1
        return requests.ReadTimeout("slow") if raise_once else success()

    def detail(*_args):
        tracked = {"package_id": "11", "tracking_number": parcels[0]} if parcels else {}
        return success({"orders": [order(1, [item(1, **tracked)])]})

    _tiktok, connector = play(orders_detail=detail, logistics_providers=providers, packages_mark_shipped=mark)
    (first,) = connector.confirm_shipments([shipment()])
    assert not first.accepted and first.retry_after > 0
    (second,) = connector.confirm_shipments([shipment()])
    assert second.accepted and parcels == ["JX12345"]


def test_a_shop_without_access():
    _tiktok, connector = start()
    with pytest.raises(Rejected, match="no access to the shop 5"):
        connector.fetch_orders(["5"], SINCE)


def test_ids_are_no_paths():
    _tiktok, connector = start()
    with pytest.raises(InvalidPayload):
        connector.fetch_labels([Parcel("OUT/1", SHOP, ORDER, "11/../x")])


def test_capabilities():
    _tiktok, connector = start()
    assert Capability.NOTIFICATIONS not in connector.capabilities
    assert Capability.ACKNOWLEDGEMENT not in connector.capabilities
