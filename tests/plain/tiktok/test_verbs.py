"""What each verb asks TikTok Shop and makes of the answers."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
import requests

from addons.marketplace.contract import (
    Cancellation,
    CancelReason,
    Capability,
    Fulfilment,
    InvalidPayload,
    Money,
    NotReady,
    Parcel,
    RateLimited,
    Refund,
    RefundLine,
    Rejected,
    Restock,
    Return,
    Shipment,
    ShipmentLine,
    StockLevel,
    Unavailable,
    WebhookRequest,
)
from addons.marketplace_tiktok.connector import webhook_signature
from addons.marketplace_tiktok.connector.auth import Credentials
from tests.plain.fake_http import FakeTime
from tests.plain.tiktok.tiktok import (
    APP_KEY,
    APP_SECRET,
    NOW,
    SHOP,
    SINCE,
    TikTok,
    connect,
    item,
    order,
    refusal,
    start,
    success,
)

ORDER = order(1)["id"]
EVRI = {"id": "6617675021119438849", "name": "Evri"}


def shipment(*items, carrier="Evri", tracking="JX12345", number=1, **fields):
    """A parcel of line items of ``order(number)``."""
    return Shipment(
        reference=fields.pop("reference", f"OUT/{number}"),
        shop_id=SHOP,
        order_id=order(number)["id"],
        carrier_code="",
        carrier_name=carrier,
        tracking=tracking,
        shipped_at=datetime.fromtimestamp(NOW, timezone.utc),
        lines=tuple(ShipmentLine(entry["id"], 1) for entry in items or [item(1)]),
        **fields,
    )


def play(credentials=None, **handlers):
    """``(fake, connector)`` with a handler per operation, ``packages_ship=…``; a constant is answered as it is."""
    tiktok = TikTok(FakeTime(NOW))
    named = {
        name.replace("_", ".", 1): handler if callable(handler) else (lambda *_args, played=handler: played())
        for name, handler in handlers.items()
    }
    tiktok.handlers = lambda: named
    return tiktok, connect(tiktok, *([credentials] if credentials else []))


def serve_order(*items, **fields):
    total = {"total_amount": str(10 * len(items))}
    return lambda *_args: success({"orders": [order(1, list(items), total, **fields)]})


def providers(*_args):
    return success({"shipping_providers": [EVRI, {"id": "1", "name": "Others"}]})


def done(*_args):
    return success()


def sent(tiktok, operation):
    return [body for name, _query, body in tiktok.calls if name == operation]


# === SHIPMENT CONFIRMATION === #


def confirm():
    """``{operation: body}`` of confirming a whole package."""
    tiktok, connector = play(
        orders_detail=serve_order(item(1, package_id="11")), logistics_providers=providers, packages_ship=done
    )
    (result,) = connector.confirm_shipments([shipment()])
    assert result.accepted
    return {operation: body for operation, _query, body in tiktok.calls}


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


# === LABELS === #


def arrange(create=None, detail=None, items=None, credentials=None, **handlers):
    tiktok, connector = play(
        credentials,
        orders_detail=serve_order(*(items or [item(1)]), shipping_type="TIKTOK"),
        packages_create=create or done,
        packages_detail=detail or (lambda *_args: success({"package_id": "11", "tracking_number": "TT1"})),
        packages_ship=done,
        **handlers,
    )
    (arrangement,) = connector.arrange_shipments([shipment(tracking="")])
    arrange.tiktok = tiktok
    return arrangement


def split_off(split, group):
    """Id of the package that is split off; ``group`` is how the answer names it."""

    def renamed(*args):
        status, headers, stream = split(*args)
        content = stream.getvalue().replace(f'"splittable_group_id": "{group}"'.encode(), b'"splittable_group_id": "1"')
        return status, headers, type(stream)(content)

    shipped = []
    _tiktok, connector = play(
        orders_detail=serve_order(item(1, package_id="11"), item(2, package_id="11")),
        logistics_providers=providers,
        packages_split=renamed,
        packages_ship=lambda _query, _body, package: shipped.append(package) or success(),
    )
    assert connector.confirm_shipments([shipment()])[0].accepted
    return shipped[0]


def combine_all(search, combined):
    _tiktok, connector = play(packages_combinable=search, packages_combine=combined)
    found = connector.find_combinable(SHOP)
    return (found, *connector.combine_packages(SHOP, found))


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


# === STOCK, LISTINGS === #


def product(*skus, number="1729592969712207008"):
    return {"id": number, "title": "Teapot", "status": "ACTIVATE", "skus": list(skus)}


def sku(number, quantity=5, *more):
    stocks = [(quantity, "7068517275539719942"), *more]
    return {
        "id": f"17295929697122070{number}",
        "seller_sku": f"SKU-{number}",
        "price": {"currency": "GBP", "sale_price": "12.34"},
        "inventory": [{"quantity": units, "warehouse_id": warehouse} for units, warehouse in stocks],
    }


def products(*entries):
    return lambda *_args: success({"products": list(entries), "next_page_token": ""})


def test_stock_is_set_product_by_product_and_refusals_are_told_one_by_one():
    tiktok, connector = play(
        products_search=products(product(sku(12), sku(13)), product(sku(14), number="99")),
        fbt_warehouses=lambda *_args: refusal(45101, "not registered"),
        products_inventory=lambda _query, body, number: success(
            {"errors": [{"code": 12052097, "message": "SKU frozen", "detail": {"sku_id": sku(13)["id"]}}]}
            if number != "99"
            else {}
        ),
    )
    levels = [StockLevel(name, 7) for name in ("SKU-12", "SKU-13", "SKU-14", "SKU-15")]
    results = {result.sku: result for result in connector.push_stock(SHOP, levels)}
    assert {name: result.accepted for name, result in results.items()} == {
        "SKU-12": True, "SKU-13": False, "SKU-14": True, "SKU-15": False,
    }  # fmt: skip
    assert results["SKU-13"].message == "12052097 SKU frozen"
    assert sent(tiktok, "products.inventory")[1] == {
        "skus": [{"id": sku(14)["id"], "inventory": [{"quantity": 7, "warehouse_id": "7068517275539719942"}]}]
    }


def test_several_warehouses_need_a_choice():
    several = products(product(sku(12, 5, (3, "88"))))
    handlers = {"products_search": several, "fbt_warehouses": done, "products_inventory": done}
    _tiktok, connector = play(**handlers)
    (result,) = connector.push_stock(SHOP, [StockLevel("SKU-12", 7)])
    assert not result.accepted and "choose" in result.message
    tiktok, connector = play(Credentials(APP_KEY, APP_SECRET, warehouse_id="88"), **handlers)
    assert connector.push_stock(SHOP, [StockLevel("SKU-12", 7)])[0].accepted
    assert sent(tiktok, "products.inventory")[0]["skus"][0]["inventory"] == [{"quantity": 7, "warehouse_id": "88"}]


def fbt(*_args):
    return success({"warehouses": [{"warehouse_ids": ["FBT1"]}]})


def test_stock_with_tiktok_is_not_ours_to_set():
    theirs = {**sku(12), "inventory": [{"quantity": 5, "warehouse_id": "FBT1"}]}
    _tiktok, connector = play(products_search=products(product(theirs, sku(13))), fbt_warehouses=fbt)
    assert [listing.fulfilment for listing in connector.fetch_listings(SHOP)] == [
        Fulfilment.MARKETPLACE,
        Fulfilment.MERCHANT,
    ]
    assert connector.fetch_stock(SHOP, ["SKU-12", "SKU-13"]) == [StockLevel("SKU-13", 5)]
    (result,) = connector.push_stock(SHOP, [StockLevel("SKU-12", 7)])
    assert not result.accepted and "TikTok's own warehouse" in result.message


def test_fulfilment_stock_is_summed_over_warehouses():
    def row(available, reserved, unsellable, transit):
        hand = {"available_quantity": available, "reserved_quantity": reserved, "unfulfillable_quantity": unsellable}
        goods = {"id": "256", "reference_code": "REF", "skus": [{"id": sku(12)["id"]}]}
        return {"goods": goods, "on_hand_detail": hand, "in_transit_quantity": transit}

    inventory = success({"inventory": [row(5, 1, 2, 3), row(10, 0, 0, 4)]})
    _tiktok, connector = play(products_search=products(product(sku(12))), fbt_inventory=lambda *_args: inventory)
    (stock,) = connector.fetch_fulfilment_stock(SHOP)
    assert (stock.sku, stock.available, stock.reserved, stock.unsellable, stock.inbound) == ("SKU-12", 15, 1, 2, 7)


def test_a_price_in_an_unknown_currency():
    foreign = {**sku(12), "price": {"currency": "XXX", "sale_price": "1"}}
    _tiktok, connector = play(products_search=products(product(foreign)), fbt_warehouses=done)
    with pytest.raises(InvalidPayload, match="currency"):
        connector.fetch_listings(SHOP)


# === CANCELLATIONS === #


def cancellation(**fields):
    return Cancellation(
        **{"reference": "C1", "shop_id": SHOP, "order_id": ORDER, "reason": CancelReason.PRICE, **fields}
    )


def known(status="CANCELLATION_REQUEST_PENDING", role="BUYER", *units):
    return {
        "cancel_id": "4035318504086604100",
        "cancel_status": status,
        "role": role,
        "order_id": ORDER,
        "cancel_line_items": [{"order_line_item_id": unit} for unit in units or [item(1)["id"]]],
    }


def cancellations(*entries):
    return lambda *_args: success({"cancellations": list(entries), "next_page_token": ""})


def test_the_seller_cancels():
    tiktok, connector = play(cancellations_search=cancellations(), cancellations_create=done)
    lines = (ShipmentLine(item(1)["id"], 1),)
    assert connector.cancel_orders([cancellation(lines=lines)])[0].accepted
    assert sent(tiktok, "cancellations.create") == [
        {
            "order_id": ORDER,
            "cancel_reason": "seller_cancel_reason_wrong_price",
            "order_line_item_ids": [item(1)["id"]],
        }
    ]


@pytest.mark.parametrize(
    ("entry", "lines", "asked"),
    [
        (known("CANCELLATION_REQUEST_COMPLETE", "SELLER"), ("1",), False),
        (known("CANCELLATION_REQUEST_COMPLETE", "SELLER"), ("2",), True),
        (known("CANCELLATION_REQUEST_CANCEL", "SELLER"), ("1",), True),
    ],
)
def test_what_is_cancelled_already_is_not_cancelled_again(entry, lines, asked):
    tiktok, connector = play(cancellations_search=cancellations(entry), cancellations_create=done)
    units = tuple(ShipmentLine(item(number)["id"], 1) for number in lines)
    assert connector.cancel_orders([cancellation(lines=units)])[0].accepted
    assert bool(sent(tiktok, "cancellations.create")) is asked


def test_a_buyers_wish_is_approved_or_declined():
    tiktok, connector = play(
        orders_detail=serve_order(item(1)),
        cancellations_search=cancellations(known()),
        cancellations_approve=done,
        cancellations_reject=done,
        returns_reject_reasons=lambda *_args: success({"reasons": [{"name": "already_shipped", "text": "Shipped"}]}),
    )
    assert connector.cancel_orders([cancellation()])[0].accepted
    assert connector.cancel_orders([cancellation(decline=True, note="on its way")])[0].accepted
    assert tiktok.count()["cancellations.approve"] == 1
    assert sent(tiktok, "cancellations.reject") == [{"reject_reason": "already_shipped", "comment": "on its way"}]


def test_a_whole_order_is_cancelled_after_a_part_of_it():
    part = known("CANCELLATION_REQUEST_COMPLETE", "SELLER", item(1)["id"])
    items = [item(1, status="CANCELLED"), item(2)]
    tiktok, connector = play(
        orders_detail=serve_order(*items), cancellations_search=cancellations(part), cancellations_create=done
    )
    assert connector.cancel_orders([cancellation()])[0].accepted
    assert len(sent(tiktok, "cancellations.create")) == 1


def test_nothing_to_decline():
    _tiktok, connector = play(cancellations_search=cancellations())
    (result,) = connector.cancel_orders([cancellation(decline=True)])
    assert not result.accepted and "any more" in result.message


# === RETURNS, REFUNDS === #


def received(action="SELLER_RESPOND_REFUND", status="RETURN_OR_REFUND_REQUEST_PENDING", **fields):
    amount = {"currency": "GBP", "refund_total": "10.00"}
    return {
        "return_id": "4035318504086604111",
        "order_id": ORDER,
        "return_type": "RETURN_AND_REFUND",
        "return_status": status,
        "create_time": int(NOW) - 900,
        "update_time": int(NOW) - 600,
        "refund_amount": amount,
        "return_line_items": [
            {
                "return_line_item_id": "1",
                "order_line_item_id": item(1)["id"],
                "seller_sku": "S",
                "refund_amount": amount,
            }
        ],
        "seller_next_action_response": [{"action": action, "deadline": int(NOW) + 900}] if action else [],
        **fields,
    }


def returns(*entries):
    return lambda *_args: success({"return_orders": list(entries), "next_page_token": ""})


def refund(amount="10.00", restock=Restock.NONE, **fields):
    line = RefundLine(item(1)["id"], 1, Money(Decimal(amount), "GBP", amount), restock)
    return Refund(
        **{"reference": "R1", "shop_id": SHOP, "order_id": ORDER, "lines": (line,), "reason": "late", **fields}
    )


def test_returns_then_cancellations():
    ours = {**known(), "create_time": int(NOW) - 900, "update_time": int(NOW) - 600}
    tiktok, connector = play(returns_search=returns(received()), cancellations_search=cancellations(ours))
    first = connector.fetch_returns([SHOP], SINCE)
    second = connector.fetch_returns([SHOP], SINCE, token=first.next_token)
    assert [record.external_id for record in first.records + second.records] == [
        "4035318504086604111",
        "4035318504086604100",
    ]
    assert (first.complete_until, second.next_token) == (None, "")
    parsed = [connector.parse_return(record.payload) for record in first.records + second.records]
    assert all(isinstance(entry, Return) for entry in parsed)
    assert [entry.kind.value for entry in parsed] == ["return", "cancellation"]


@pytest.mark.parametrize(
    ("action", "amount", "restock", "expected"),
    [
        ("SELLER_RESPOND_REFUND", "10.00", Restock.NONE, {"decision": "APPROVE_REFUND"}),
        ("SELLER_RESPOND_RETURN", "10.00", Restock.NONE, {"decision": "APPROVE_RETURN", "buyer_keep_item": True}),
        ("SELLER_RESPOND_RETURN", "10.00", Restock.SELLABLE, {"decision": "APPROVE_RETURN"}),
        ("SELLER_RESPOND_RECEIVE_PACKAGE", "10.00", Restock.SELLABLE, {"decision": "APPROVE_RECEIVED_PACKAGE"}),
        (
            "SELLER_RESPOND_REFUND",
            "4.00",
            Restock.NONE,
            {"decision": "OFFER_PARTIAL_REFUND", "partial_refund": {"amount": "4.00", "currency": "GBP"}},
        ),
    ],
)
def test_a_return_is_answered_as_its_state_asks(action, amount, restock, expected):
    tiktok, connector = play(returns_search=returns(received(action)), returns_approve=done)
    (result,) = connector.refund_orders([refund(amount, restock, return_id="4035318504086604111")])
    assert result.accepted and sent(tiktok, "returns.approve") == [expected]
    assert next(query for name, query, _b in tiktok.calls if name == "returns.approve")["idempotency_key"] == "R1"


def test_a_settled_return_is_not_paid_again():
    entry = received("", "RETURN_OR_REFUND_REQUEST_COMPLETE")
    tiktok, connector = play(returns_search=returns(entry))
    assert connector.refund_orders([refund(return_id="4035318504086604111")])[0].accepted
    assert "returns.approve" not in tiktok.count()


def test_a_return_that_expects_no_answer():
    _tiktok, connector = play(returns_search=returns(received("", "AWAITING_BUYER_SHIP")))
    (result,) = connector.refund_orders([refund(return_id="4035318504086604111")])
    assert not result.accepted and "AWAITING_BUYER_SHIP" in result.message


def test_a_refund_without_a_return_carries_its_key_and_all_its_money():
    tiktok, connector = play(returns_create=lambda *_args: success({"return_id": "1", "return_status": "X"}))
    shipping = Money(Decimal("2.50"), "GBP", "2.50")
    assert connector.refund_orders([refund(shipping=shipping)])[0].accepted
    (_shops, (_operation, query, body)) = tiktok.calls
    assert (query["idempotency_key"], body["refund_total"], body["return_type"]) == ("R1", "12.50", "REFUND")


def test_a_return_that_nobody_knows():
    _tiktok, connector = play(returns_search=returns(), cancellations_search=cancellations())
    with pytest.raises(Rejected, match="no return 5"):
        connector.fetch_return(SHOP, "5")


# === WEBHOOKS === #


def hook(body, **headers):
    signed = {"authorization": webhook_signature(APP_KEY, APP_SECRET, body), **headers}
    return WebhookRequest("POST", "https://shop.example/hook", signed, {}, body, NOW)


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


# === FAILURES === #


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
