"""Products and variations as listings, and their stock."""

from decimal import Decimal

from addons.marketplace.contract import Fulfilment, StockLevel
from tests.plain.woocommerce.shop import SHOP_ID, Shop, product


def variation(number, parent, **fields):
    return {**product(number, **fields), "type": "variation", "parent_id": parent, "name": ""}


def catalogue():
    black = variation(11, 92, sku="TEE-B", attributes=[{"name": "Farbe", "option": "Schwarz"}], stock_quantity="3")
    white = variation(12, 92, sku="", attributes=[{"name": "Farbe", "option": "Weiß"}], stock_quantity="1.5")
    plain = product(1, price=11, global_unique_id="4006381333931")
    bare = product(3, sku="", price="", stock_quantity=None, status="draft")
    return Shop(products=[plain, product(2, type="variable"), bare], variations=[black, white], page_size=2)


def test_listings_are_simple_products_and_variations():
    first, black, white, bare = catalogue().connect().fetch_listings(SHOP_ID)
    assert (first.sku, first.product_id, first.title, first.price.amount) == ("SKU-1", "91", "Teekanne 1", Decimal(11))
    assert (first.barcode, first.quantity, first.fulfilment) == ("4006381333931", 5, Fulfilment.MERCHANT)
    assert (black.sku, black.title, black.quantity) == ("TEE-B", "Teekanne 2 – Schwarz", 3)
    assert (white.sku, white.quantity) == ("id:92/102", 1)
    assert (bare.sku, bare.price, bare.quantity, bare.status) == ("id:93", None, None, "draft")


def test_stock_goes_to_products_and_variations_in_batches():
    shop = catalogue()
    skus = ["SKU-1", "TEE-B", "id:92/102", "id:93", "SKU-404", "id:404"]
    results = shop.connect().push_stock(SHOP_ID, [StockLevel(sku, 7) for sku in skus])
    assert {result.sku for result in results if result.accepted} == set(skus[:4])
    assert {result.sku for result in results if not result.accepted and result.message} == set(skus[4:])
    assert [(path, len(body["update"])) for _method, path, body in shop.written()] == [
        ("/products/batch", 2),
        ("/products/92/variations/batch", 2),
    ]
    stocked = {**shop.products, **shop.variations}
    quantities = {key: entry["stock_quantity"] for key, entry in stocked.items()}
    assert quantities == {91: 7, 92: 5, 93: 7, 101: 7, 102: 7}
    assert shop.products[93]["manage_stock"] is True


def test_no_batch_is_larger_than_the_shop_takes():
    shop = Shop(products=[product(number) for number in range(1, 131)])
    results = shop.connect().push_stock(SHOP_ID, [StockLevel(f"SKU-{number}", number) for number in range(1, 131)])
    assert all(result.accepted for result in results)
    assert len(results) == 130
    assert [len(body["update"]) for _method, _path, body in shop.written()] == [50, 50, 30]


def test_one_refused_level_stops_no_other():
    shop = Shop(products=[product(1), product(2)])
    whole = shop.batch
    shop.batch = lambda objects, body: whole({91: objects[91]}, body)
    good, bad = shop.connect().push_stock(SHOP_ID, [StockLevel("SKU-1", 7), StockLevel("SKU-2", 7)])
    assert (good.accepted, bad.accepted) == (True, False)
    assert "woocommerce_rest_product_invalid_id" in bad.message


def test_a_sku_with_a_comma_is_asked_for_alone():
    shop = Shop(products=[product(1, sku="A,B"), product(2)])
    results = shop.connect().push_stock(SHOP_ID, [StockLevel("A,B", 1), StockLevel("SKU-2", 1)])
    assert [result.accepted for result in results] == [True, True]
    assert [query["sku"] for _method, path, query, _body in shop.requests if path == "/products"] == ["SKU-2", "A,B"]


def test_stock_that_the_shop_shows():
    levels = catalogue().connect().fetch_stock(SHOP_ID, ["SKU-1", "TEE-B", "id:92/102", "id:93", "SKU-404"])
    assert {level.sku: level.quantity for level in levels} == {"SKU-1": 5, "TEE-B": 3, "id:92/102": 1}
