"""The seller's house in Odoo: products, warehouses, shops."""

from dataclasses import dataclass

from scripts.lib.bench._storm_world import BEGIN, CHANNELS, PRICE

WAREHOUSES = 3
COST = 4.0
# What the naive seller does without: the whole stock is offered everywhere, whatever is left.
NAIVE = {"auto_buffer": False, "publish_buffer": 0, "publish_share": 100, "publish_cap": 0, "publish_end_when": 0}


@dataclass
class House:
    """Numbers of the records that the storm works with.

    :ivar products: by number of the SKU
    :ivar locations: shelves of the warehouses that orders can leave from
    """

    products: list[int]
    locations: list[int]
    shops: list[int]


def build(env, skus: list[str], naive: bool) -> House:
    """Create the seller's records; commit."""
    begin = BEGIN.replace(tzinfo=None)
    warehouses = env["stock.warehouse"].create(
        [{"name": f"Storm {number}", "code": f"ST{number}"} for number in range(WAREHOUSES)]
    )
    products = env["product.product"].create(
        [
            {
                "name": sku,
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "taxes_id": False,
                "list_price": float(PRICE),
                "standard_price": COST,
            }
            for sku in skus
        ]
    )
    shops = env["marketplace.shop"]
    for number, channel in enumerate(CHANNELS):
        account = env["marketplace.account"].create({"name": f"Storm {channel.name}", "state": "test"})
        shops |= shops.create(
            {
                "name": f"Storm {channel.name}",
                "account_id": account.id,
                "external_id": str(number),
                "currency_id": env.company.currency_id.id,
                "warehouse_ids": warehouses.ids,
                "require_tracking": False,
                "order_cursor": begin,
                "stock_from": begin,
                "state": "running",
                "fee_percent": channel.fee,
                # The last units go where most buyers are.
                "publish_priority": number + 1,
                **(NAIVE if naive else {}),
            }
        )
    env["marketplace.listing"].create(
        [
            {"shop_id": shop.id, "sku": product.default_code, "product_id": product.id, "price": float(PRICE)}
            for shop in shops
            for product in products
        ]
    )
    routed = _route(env, warehouses)
    env.cr.commit()
    # PostgreSQL does so by itself a minute later; the storm does not wait.
    env.cr.execute("ANALYZE")
    env.cr.commit()
    shelves = warehouses.lot_stock_id if routed else warehouses[:1].lot_stock_id
    return House(products.ids, shelves.ids, shops.ids)


def _route(env, warehouses) -> bool:
    """Have orders leave from the first warehouse that has their goods, where routing is installed.

    :return: whether it is; without it all goods lie in the first warehouse
    """
    if "marketplace.routing.ruleset" not in env:
        return False
    ruleset = env["marketplace.routing.ruleset"].create({"name": "Storm"})
    env["marketplace.routing.rule"].create(
        {
            "name": "Where the goods are",
            "ruleset_id": ruleset.id,
            "ship_from": "ranked",
            "warehouse_line_ids": [
                (0, 0, {"warehouse_id": warehouse.id, "sequence": number})
                for number, warehouse in enumerate(warehouses)
            ],
        }
    )
    ruleset.action_switch_on()
    return True
