"""Listings and stock."""

import json
from datetime import date

import pytest

from addons.marketplace.contract import (
    Fulfilment,
    InvalidPayload,
    NotReady,
    StockLevel,
)
from addons.marketplace_walmart.connector import Credentials
from tests.plain.fake_http import FakeTime, answer
from tests.plain.walmart.play import MANY, item, level_answer, wfs
from tests.plain.walmart.walmart import (
    CREDENTIALS,
    NOW,
    SHOP,
    Walmart,
    connect,
    refusal,
    start,
)


def test_few_levels_go_one_by_one():
    def put(query, body):
        return refusal("NOT_FOUND", "no such item", 404) if body["sku"] == "NO" else level_answer(query["sku"], 7)

    walmart, connector = start(inventory_put=put)
    results = connector.push_stock(SHOP, [StockLevel("A&B/1", 7), StockLevel("NO", 1)])
    assert [(result.sku, result.accepted) for result in results] == [("A&B/1", True), ("NO", False)]
    assert walmart.sent("inventory.put")[0] == {"sku": "A&B/1", "quantity": {"unit": "EACH", "amount": 7}}
    assert walmart.calls[0][1] == {"sku": "A&B/1"}


def test_levels_that_are_still_on_their_way_go_one_by_one_beside_a_feed():
    done = [{"sku": level.sku, "ingestionStatus": "SUCCESS"} for level in MANY]

    def feed_status(query, _body, number):
        first = int(query["offset"])
        details = {"itemIngestionStatus": done[first : first + 50]}
        return answer({"feedId": number, "feedStatus": "PROCESSED", "itemsReceived": 60, "itemDetails": details})

    walmart, connector = start(
        inventory_put=lambda query, _body: level_answer(query["sku"], 7),
        feeds_submit=lambda *_args: answer({"feedId": "F1"}),
        feeds_status=feed_status,
    )
    levels = [StockLevel("LATER", 7, available_on=date(2026, 6, 1)), *MANY]
    with pytest.raises(NotReady) as waiting:
        connector.push_stock(SHOP, levels)
    amount = {"unit": "EACH", "amount": 7}
    assert walmart.sent("inventory.put") == [
        {"sku": "LATER", "quantity": amount, "inventoryAvailableDate": "2026-06-01"}
    ]
    results = connector.push_stock(SHOP, levels, waiting.value.handle)
    assert [result.sku for result in results] == [level.sku for level in levels]
    assert all(result.accepted for result in results)


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
