"""The training seller's two sides: what happens at the simulated marketplace, and what Odoo knows of it."""

import time
from datetime import datetime, timedelta, timezone

import requests

SHOP, COUNTRY, OUTLET = "Amazon.co.uk", "GB", "eu"


def until(condition, seconds=90):
    """The first true value of ``condition``, asked twice a second.

    :raise TimeoutError: it stayed false
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.5)
    raise TimeoutError(f"not within {seconds} s: {condition}")


def day(number):
    """The day that is so many days from today."""
    return (datetime.now(timezone.utc) + timedelta(days=number)).date()


class Training:
    """Places orders at the simulator and follows them into Odoo.

    :param server: the running services (:class:`scripts.lib.services.Context`)
    :param shop: name of the shop in Odoo
    :param marketplace: the simulator's code of where its buyers order
    :param outlet: the simulator's name of the offers that the shop sells
    """

    def __init__(self, server, shop=SHOP, marketplace=COUNTRY, outlet=OUTLET):
        self.client = server.client()
        self._simulator = server.simulator_url
        self._shop, self._marketplace, self._outlet = shop, marketplace, outlet

    def at_marketplace(self, path, **body):
        """Ask the simulator's control interface; with a body, or for an event, by POST."""
        method = "POST" if body or path.count("/") else "GET"
        response = requests.request(method, f"{self._simulator}/_sim/{path}", json=body or None, timeout=30)
        response.raise_for_status()
        return response.json()

    def place(self, sku, **options):
        """Have a buyer in the training shop order one SKU that we ship; the number of the order."""
        return self.place_many(1, sku, **options)[0]

    def place_many(self, count, sku, **options):
        """Have buyers order one SKU each; the numbers of the orders."""
        wanted = {"skus": [sku], "marketplace": self._marketplace, "fulfilled_by": "merchant", "kinds": []}
        return self.at_marketplace("orders", count=count, **wanted | options)["orders"]

    def fill(self, count):
        """Have buyers in all shops place orders of every kind, and wait until Odoo has them."""
        numbers = self.at_marketplace("orders", count=count)["orders"]
        shops = self.client.call("marketplace.shop", "search", [])

        def arrived():
            self.client.call("marketplace.shop", "action_fetch_now", shops)
            return self.client.call("sale.order", "search_count", [("marketplace_ref", "in", numbers)]) == count

        until(arrived, 180)

    def merchant_sku(self, index):
        """A SKU that we ship ourselves; tests take different ones, so that they do not share stock."""
        listings = self.at_marketplace("catalogue")[self._outlet]
        return [listing["sku"] for listing in listings if listing["channel"] == "merchant"][index]

    def marketplace_order(self, number):
        """The order as the marketplace's own books show it."""
        return next(order for order in self.at_marketplace("orders")["orders"] if order["id"] == number)

    def order(self, number, *domain):
        """Id of the sale order once it is in Odoo and matches ``domain``; fetches until then."""
        return self.fetch_until("sale.order", ("marketplace_ref", "=", number), *domain)

    def fetch_until(self, model, *domain):
        """Id of a record of ``model`` that fetched orders bring about; fetches until it is there."""
        shops = self.client.call("marketplace.shop", "search", [("name", "=", self._shop)])

        def arrived():
            self.client.call("marketplace.shop", "action_fetch_now", shops)
            return self.client.call(model, "search", domain, limit=1)

        return until(arrived)[0]

    def read(self, order, field, model="sale.order"):
        """One field of a record, by default of a sale order."""
        return self.client.call(model, "read", [order], [field])[0][field]

    def unmatch(self, sku, reference):
        """Id of the SKU's listing, without a product now; the product gets another reference, so nothing matches."""
        domain = [("sku", "=", sku), ("shop_id.name", "=", self._shop)]
        (listing,) = self.client.call("marketplace.listing", "search_read", domain, ["product_id"])
        self.client.call("product.product", "write", [listing["product_id"][0]], {"default_code": reference})
        self.client.call("marketplace.listing", "write", [listing["id"]], {"product_id": False})
        return listing["id"]

    def count_stock(self, sku, free):
        """Count stock so that ``free`` units of the SKU are not reserved."""
        domain = [("product_id.default_code", "=", sku), ("location_id.usage", "=", "internal")]
        (quant,) = self.client.call("stock.quant", "search_read", domain, ["reserved_quantity"])
        counted = {"inventory_quantity": quant["reserved_quantity"] + free}
        self.client.call("stock.quant", "write", [quant["id"]], counted, context={"inventory_mode": True})
        self.client.call("stock.quant", "action_apply_inventory", [quant["id"]])
