"""Shipping: the seller's own parcels and TikTok's, with labels."""

import pytest

from addons.marketplace.contract import (
    NotReady,
    Parcel,
)
from addons.marketplace_tiktok.connector.auth import Credentials
from tests.plain.tiktok.play import EVRI, ORDER, arrange, confirm, done, play, providers, sent, serve_order, shipment
from tests.plain.tiktok.tiktok import (
    APP_KEY,
    APP_SECRET,
    SHOP,
    item,
    refusal,
    success,
)


def test_a_package_is_shipped_with_the_sellers_tracking():
    assert confirm()["packages.ship"]["self_shipment"] == {
        "tracking_number": "JX12345",
        "shipping_provider_id": EVRI["id"],
    }


def test_units_of_a_larger_package_are_split_off_first():
    split = success({"packages": [{"id": "21", "splittable_group_id": "1"}, {"id": "22", "splittable_group_id": "2"}]})
    shipped = []
    items = [item(number, package_id="11") for number in (1, 2, 3)]
    tiktok, connector = play(
        orders_detail=serve_order(*items),
        logistics_providers=providers,
        packages_split=lambda *_args: split,
        packages_ship=lambda _query, _body, package: shipped.append(package) or success(),
    )
    (result,) = connector.confirm_shipments([shipment(items[0], items[2])])
    assert result.accepted and shipped == ["21"]
    (body,) = sent(tiktok, "packages.split")
    assert [group["order_line_item_ids"] for group in body["splittable_groups"]] == [
        [items[0]["id"], items[2]["id"]],
        [items[1]["id"]],
    ]


def test_without_packages_the_units_are_marked_as_shipped():
    """Local sellers in the United States and the United Kingdom."""
    tiktok, connector = play(
        orders_detail=serve_order(item(1), item(2)), logistics_providers=providers, packages_mark_shipped=done
    )
    assert connector.confirm_shipments([shipment(item(2))])[0].accepted
    assert sent(tiktok, "packages.mark_shipped") == [
        {"order_line_item_ids": [item(2)["id"]], "tracking_number": "JX12345", "shipping_provider_id": EVRI["id"]}
    ]


def test_a_known_parcel_is_not_sent_again():
    tiktok, connector = play(orders_detail=serve_order(item(1, package_id="11", tracking_number="JX12345")))
    (result,) = connector.confirm_shipments([shipment()])
    assert (result.accepted, result.message) == (True, "already confirmed")
    assert set(tiktok.count()) == {"authorization.shops", "orders.detail"}


@pytest.mark.parametrize(
    ("items", "changes", "reason"),
    [
        ([item(1)], {"tracking": ""}, "tracking number"),
        ([item(1)], {"carrier": "Pigeon"}, "no carrier 'Pigeon'"),
        ([item(2)], {}, "no open unit"),
        ([item(1, status="CANCELLED")], {}, "no open unit"),
        ([item(1, package_status="PROCESSING", tracking_number="OLD")], {}, "another tracking number"),
    ],
)
def test_refused_shipments_say_why(items, changes, reason):
    named = lambda *_args: success({"shipping_providers": [EVRI]})  # noqa: E731
    _tiktok, connector = play(orders_detail=serve_order(*items), logistics_providers=named)
    (result,) = connector.confirm_shipments([shipment(**changes)])
    assert not result.accepted and reason in result.message and result.retry_after is None


def test_unknown_carriers_go_by_others():
    tiktok, connector = play(
        orders_detail=serve_order(item(1)), logistics_providers=providers, packages_mark_shipped=done
    )
    assert connector.confirm_shipments([shipment(carrier="Pigeon")])[0].accepted
    assert sent(tiktok, "packages.mark_shipped")[0]["shipping_provider_id"] == "1"


def test_what_tiktok_ships_is_not_confirmed_before_it_is_booked():
    booked = item(1, package_id="11", package_status="PROCESSING", tracking_number="TT1")
    for items, accepted in (([item(1, package_id="11")], False), ([booked], True)):
        _tiktok, connector = play(orders_detail=serve_order(*items, shipping_type="TIKTOK"))
        assert connector.confirm_shipments([shipment()])[0].accepted is accepted


def test_after_a_refusal_for_all_the_rest_waits():
    tiktok, connector = play(orders_detail=lambda *_args: refusal(1, "slow down", 429, Retry_After=600))
    results = connector.confirm_shipments([shipment(number=1), shipment(number=2)])
    assert [result.accepted for result in results] == [False, False]
    assert all(result.retry_after >= 600 for result in results)
    assert tiktok.count()["orders.detail"] == 1


def test_a_parcel_is_booked_and_described():
    arrangement = arrange(items=[item(1, package_id="11")])
    assert (arrangement.accepted, arrangement.package_id, arrangement.tracking) == (True, "11", "TT1")
    assert sent(arrange.tiktok, "packages.ship") == [{"handover_method": "DROP_OFF"}]


@pytest.mark.parametrize(("free", "method"), [(True, "PICKUP"), (False, "DROP_OFF")])
def test_pickup_takes_the_first_free_slot(free, method):
    slots = {"can_pickup": True, "pickup_slots": [{"avaliable": free, "start_time": 1000, "end_time": 2000}]}
    arrange(
        items=[item(1, package_id="11")],
        credentials=Credentials(APP_KEY, APP_SECRET, handover="PICKUP"),
        packages_slots=lambda *_args: success(slots),
    )
    (body,) = sent(arrange.tiktok, "packages.ship")
    assert body["handover_method"] == method
    assert body.get("pickup_slot") == ({"start_time": 1000, "end_time": 2000} if free else None)


def test_a_market_without_packages_makes_one():
    arrange(create=lambda *_args: success({"package_id": "11"}))
    assert sent(arrange.tiktok, "packages.create") == [{"ship_type": "1", "order_id": ORDER}]
    arrange(create=lambda *_args: success({"package_id": "11"}), items=[item(1), item(2)])
    assert sent(arrange.tiktok, "packages.create") == [
        {"ship_type": "2", "order_line_item": [{"order_line_id": item(1)["id"]}]}
    ]


def test_a_booked_parcel_is_not_booked_again():
    arrangement = arrange(items=[item(1, package_id="11", package_status="PROCESSING")])
    assert (arrangement.accepted, arrangement.package_id) == (True, "11")
    assert not sent(arrange.tiktok, "packages.ship") + sent(arrange.tiktok, "packages.create")


def test_a_tracking_number_that_is_still_missing_is_asked_for_again():
    arrangement = arrange(items=[item(1, package_id="11")], detail=lambda *_args: success({"package_id": "11"}))
    assert arrangement.accepted and arrangement.retry_after > 0


def test_sellers_own_shipping_is_not_booked():
    _tiktok, connector = play(orders_detail=serve_order(item(1)))
    (arrangement,) = connector.arrange_shipments([shipment()])
    assert not arrangement.accepted and "seller ships" in arrangement.message


def test_labels():
    def documents(_query, _body, package):
        if package == "13":
            return refusal(21001001, "package does not exist")
        return success({"doc_url": f"https://files.example/{package}.pdf"})

    tiktok, connector = play(packages_documents=documents)
    labels = connector.fetch_labels([Parcel(f"OUT/{n}", SHOP, ORDER, n) for n in ("11", "13")])
    assert [(label.reference, label.content_type) for label in labels] == [("OUT/11", "application/pdf")]
    assert tiktok.calls[1][1]["document_type"] == "SHIPPING_LABEL"


def test_a_label_that_is_still_printed():
    _tiktok, connector = play(packages_documents=lambda *_a: refusal(21001002, "document is generating"))
    with pytest.raises(NotReady):
        connector.fetch_labels([Parcel("OUT/1", SHOP, ORDER, "11")])
