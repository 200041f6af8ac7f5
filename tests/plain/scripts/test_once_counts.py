"""The counts of the main job find what differs between Odoo and the simulator's books."""

import copy
from decimal import Decimal

import pytest

from scripts.lib import once_counts
from tests.plain.simulator.api import Api
from tests.plain.simulator.bazaar import BAZAAR

URL = "http://simulator"


class Odoo:
    """Records of an Odoo that has done everything right with a simulator's orders."""

    def __init__(self, api):
        sold = api.control("orders")["orders"]
        self.shops = {name: number for number, name in enumerate(("amazon", "bazaar"), 1)}
        shops = [{"id": number, "provider": name, "warehouse_ids": [1]} for name, number in self.shops.items()]
        self.tables = {
            "marketplace.shop": shops,
            "sale.order": [self._order(order) for order in sold],
            "marketplace.inbox": [self._row(order) for order in sold],
            "marketplace.shipment": [],
            "marketplace.listing": [],
            "stock.quant": [{"quantity:sum": 5, "reserved_quantity:sum": 5}],
        }

    def _row(self, order):
        shop = [self.shops[order["channel"]], ""]
        return {"external_id": order["id"], "kind": "order", "state": "done", "shop_id": shop, "message": ""}

    def _order(self, order):
        return {
            "marketplace_ref": order["id"],
            "amount_total": float(order["total"]),
            "currency_id": [1, order["currency"]],
            "marketplace_hold": False,
            "marketplace_shop_id": [self.shops[order["channel"]], ""],
        }

    def call(self, model, method, *_arguments, **_options):
        """Answer reads; there are no stock pushes."""
        return 0 if method == "search_count" else copy.deepcopy(self.tables[model])


@pytest.fixture
def world(monkeypatch):
    """A simulator with two channels, and an Odoo that agrees with it."""
    api = Api(orders=60, channels=("amazon", BAZAAR))

    class Answer:
        def __init__(self, url):
            self.json = lambda: api.control(url.removeprefix(f"{URL}/_sim/"))

    monkeypatch.setattr(once_counts.requests, "get", lambda url, timeout: Answer(url))
    return Odoo(api)


def counted(odoo, storm=True):
    return once_counts.Counts(odoo, URL, storm).answer()


def test_agreement(world, capsys):
    answer = counted(world)
    assert answer["ok"] and set(answer["channels"]) == {"amazon", "bazaar"}
    for currency, both in answer["channels"]["bazaar"]["totals"].items():
        assert both["odoo"] == both["simulator"] and currency in ("SGD", "IDR", "KWD")
    once_counts.print_table(answer)
    printed = capsys.readouterr().out
    assert "all counts agree" in printed and "DIFFERS" not in printed and "SGD" in printed


def orders_of(odoo, channel):
    rows = odoo.tables["sale.order"]
    return [row for row in rows if row["marketplace_shop_id"][0] == odoo.shops[channel] and row["amount_total"]]


def lose(odoo):
    odoo.tables["sale.order"].remove(orders_of(odoo, "bazaar")[0])


def duplicate(odoo):
    odoo.tables["sale.order"].append(orders_of(odoo, "bazaar")[0])


def fail(odoo):
    odoo.tables["marketplace.inbox"][0].update(state="failed", message="no total")


def misprice(odoo):
    orders = [row for row in orders_of(odoo, "bazaar") if row["currency_id"][1] == "SGD"]
    orders[0]["amount_total"] = float(Decimal(str(orders[0]["amount_total"])) + Decimal("0.01"))


def ship_untold(odoo):
    odoo.tables["marketplace.shipment"].append(
        {"order_id": [1, ""], "state": "rejected", "shop_id": [1, ""], "message": "too many units"}
    )


def promise_twice(odoo):
    odoo.tables["stock.quant"][0]["reserved_quantity:sum"] = 6


def publish_unheard(odoo):
    odoo.tables["marketplace.listing"].append({"sku": "CB-01-NAT", "pushed_qty": 3, "shop_id": [1, ""]})


@pytest.mark.parametrize("spoil", [lose, duplicate, fail, misprice, ship_untold, promise_twice, publish_unheard])
def test_every_difference_is_found(world, spoil, capsys):
    spoil(world)
    answer = counted(world)
    assert not answer["ok"]
    once_counts.print_table(answer)
    printed = capsys.readouterr().out
    assert "THE COUNTS DO NOT AGREE" in printed
    for row in odoo_problems(world):
        assert f"1 × {row['message']}" in printed


def odoo_problems(odoo):
    rows = odoo.tables["marketplace.inbox"] + odoo.tables["marketplace.shipment"]
    return [row for row in rows if row["message"]]
