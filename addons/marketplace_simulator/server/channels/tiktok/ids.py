"""TikTok's numbers, built from the world's: shops, units, products, cancellations."""

ORDER_BASE = 576460000000000000
SHOP_BASE = 7494049642642440000
PRODUCT_BASE = 1729592969712000000
SKU_BASE = 1729592969713000000
WAREHOUSE_BASE = 7068517275539710000
CANCEL_BASE = 4035318500000000000
UNITS = 1000  # most units of a line


def shop_id(site, region):
    """Return the shop of an outlet."""
    return str(SHOP_BASE + site.regions.index(region))


def warehouse_id(site, region):
    """Return the warehouse that an outlet ships from."""
    return str(WAREHOUSE_BASE + site.regions.index(region))


def delivery_option(site, region):
    """Return the delivery option of an outlet."""
    return str(WAREHOUSE_BASE + 1000 + site.regions.index(region))


def unit_id(line, position):
    """Return the id of one unit of a line."""
    return str(int(line["id"]) * UNITS + position)


def product_id(listing):
    """Return the product of a listing; the variants of a model are one product."""
    return str(PRODUCT_BASE + int(listing["model"].split("-")[1]))


def sku_id(number):
    """Return the SKU of a product of the catalogue."""
    return str(SKU_BASE + number)


def cancel_id(order, position):
    """Return a cancellation: those of the seller count from 0, the buyer's wish is 99."""
    return str(CANCEL_BASE + order["number"] * 100 + position)


def order_of_package(package_id):
    """Return the order number of a package: planned parcels and those that sellers make alike."""
    return (int(package_id) - 5 * 10**13) // 100


def order_of_cancel(number):
    """Return ``(order number, position)`` of a cancellation."""
    return divmod(int(number) - CANCEL_BASE, 100)
