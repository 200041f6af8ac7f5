"""A seller for the benches: products, stock, an Amazon shop, and raw orders of Amazon's Orders v2026-01-01."""

import random
import string
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from addons.marketplace_simulator.server.spapi import accounts, order_view
from addons.marketplace_simulator.server.world import buyers, catalogue, events, orders
from addons.marketplace_simulator.server.world.marketplaces import MARKETPLACES

COUNTRY = "GB"
MARKET = MARKETPLACES[COUNTRY]
SHOP_ID = accounts.marketplace_id(COUNTRY)
OPENING = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
AMPLE = 10_000_000


def make_catalogue(count: int, prefix: str = "BENCH") -> list[dict]:
    """Products as the simulator describes them, all sold and stocked in Britain."""
    rng = random.Random(prefix)
    products = []
    for number in range(count):
        name = f"{prefix}-{number:05d}"
        product = catalogue.product(name, f"Product {name}", "LAMP", 500, Decimal(5 + number % 95), rng)
        products.append({**product, "ships_from": COUNTRY})
    return products


def make_payloads(products: list[dict], count: int, first: int, fulfilled_by: str = "merchant") -> Iterator[dict]:
    """Raw orders of one to three lines, every one by a new customer at an address of its own.

    :param first: number of the first order
    :param fulfilled_by: ``merchant``, or ``marketplace``, which has shipped them already
    """
    for number in range(first, first + count):
        rng = random.Random(f"bench:{number}")
        lines = [(product, rng.randint(1, 3)) for product in rng.sample(products, rng.randint(1, 3))]
        yield make_payload(number, lines, fulfilled_by)


def make_payload(number: int, lines: list[tuple[dict, int]], fulfilled_by: str = "merchant") -> dict:
    """One raw order.

    :param number: different numbers never share an order id, a customer or an address
    :param lines: products and units
    """
    rng = random.Random(f"bench order:{number}")
    customer = buyers.buyer(f"bench:{number}", COUNTRY, rng)
    customer["address"]["postcode"] = _postcode(number)
    moment = OPENING + timedelta(milliseconds=number)
    priced = [(product, units, Decimal(product["prices"][COUNTRY])) for product, units in lines]
    order = orders.assemble(number, MARKET, fulfilled_by, customer, priced, set(), moment, rng)
    if fulfilled_by == "marketplace":
        events.ship(order, moment, rng)
    return order_view.view(order, order_view.INCLUDED_DATA)


def _postcode(number: int) -> str:
    letters = string.ascii_uppercase
    rest, last = divmod(number, 26)
    rest, middle = divmod(rest, 26)
    area, digit = divmod(rest, 10)
    return f"LS{area} {digit}{letters[middle]}{letters[last]}"


def open_shop(env, products: list[dict], stock: float = AMPLE):
    """Create the products, their stock here and in the marketplace's warehouse, and the shop that lists them.

    :return: the ``marketplace.shop``
    """
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    fulfilment = env["stock.warehouse"].create({"name": "Bench FBA", "code": "BFBA"})
    account = env["marketplace.account"].create(
        {
            "name": "Bench",
            "provider": "amazon",
            "state": "test",
            "amazon_region": "eu",
            "amazon_client_id": "bench",
            "amazon_client_secret": "bench",
            "amazon_refresh_token": "bench",
        }
    )
    shop = env["marketplace.shop"].create(
        {
            "name": "Bench GB",
            "account_id": account.id,
            "external_id": SHOP_ID,
            "country_id": env.ref("base.uk").id,
            "currency_id": env.ref("base.GBP").id,
            "warehouse_ids": warehouse.ids,
            "fulfilment_warehouse_id": fulfilment.id,
        }
    )
    records = list_products(shop, products)
    put_on_shelf(env, records, (warehouse | fulfilment).lot_stock_id, stock)
    env.cr.commit()
    return shop


def list_products(shop, products: list[dict]):
    """Storable products that the shop lists; their sales tax is contained in the price, so plain Odoo reads it so too.

    :return: the ``product.product`` records
    """
    taxes = shop.company_id.account_sale_tax_id._get_included()
    records = shop.env["product.product"].create(
        [
            {
                "name": product["title"],
                "default_code": product["sku"],
                "type": "consu",
                "is_storable": True,
                "taxes_id": taxes.ids,
                "list_price": float(product["prices"][COUNTRY]),
            }
            for product in products
        ]
    )
    shop.env["marketplace.listing"].create(
        [
            {"shop_id": shop.id, "sku": record.default_code, "title": record.name, "product_id": record.id}
            for record in records
        ]
    )
    return records


def put_on_shelf(env, products, locations, quantity: float) -> None:
    """The same quantity of every product at every location."""
    env["stock.quant"].create(
        [
            {"product_id": product.id, "location_id": location.id, "quantity": quantity}
            for location in locations
            for product in products
        ]
    )
