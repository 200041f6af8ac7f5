"""Listings' quantities, and what lies in TikTok's warehouses."""

import pytest

from addons.marketplace.contract import (
    Fulfilment,
    InvalidPayload,
    StockLevel,
)
from addons.marketplace_tiktok.connector.auth import Credentials
from tests.plain.tiktok.play import done, fbt, play, product, products, sent, sku
from tests.plain.tiktok.tiktok import (
    APP_KEY,
    APP_SECRET,
    SHOP,
    refusal,
    success,
)


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
