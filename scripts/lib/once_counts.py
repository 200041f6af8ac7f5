"""What the main job has brought: Odoo's records counted beside the simulator's books, per channel and currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

import requests

from scripts.lib.odoo_client import OdooClient
from scripts.lib.once_costs import print_costs
from scripts.lib.once_money import print_money
from scripts.lib.once_payouts import print_payouts
from scripts.lib.once_profit import print_profit

ORDERS = [("marketplace_ref", "!=", False)]
ORDER_FIELDS = ["marketplace_ref", "amount_total", "currency_id", "marketplace_hold", "marketplace_shop_id"]
# Orders without a total that counts: not paid yet, or called off.
WITHOUT_TOTAL = ("pending", "cancelled")


class Counts:
    """The counts after the main job.

    :param storm: answers were lost, so that the marketplaces may have heard something twice
    """

    def __init__(self, odoo: OdooClient, simulator_url: str, storm: bool):
        self._odoo, self._storm = odoo, storm
        self._books = requests.get(f"{simulator_url}/_sim/books", timeout=60).json()
        self._sold = requests.get(f"{simulator_url}/_sim/orders", timeout=60).json()["orders"]
        self._offered = requests.get(f"{simulator_url}/_sim/catalogue", timeout=60).json()
        shops = odoo.call("marketplace.shop", "search_read", [], fields=["provider"])
        self._channel_of_shop = {shop["id"]: shop["provider"] for shop in shops}
        self._ours = odoo.call("sale.order", "search_read", ORDERS, fields=ORDER_FIELDS)
        self._inbox = self._read("marketplace.inbox", ["external_id", "kind", "state", "shop_id", "message"])
        self._shipments = self._read("marketplace.shipment", ["order_id", "state", "shop_id", "message"])

    def answer(self) -> dict:
        """The counts in all and per channel, ``books`` (the simulator's) and ``ok``: whether they agree."""
        channels = {channel: self._channel(channel) for channel in self._books["by_channel"]}
        everything = self._orders(self._ours, self._inbox, self._sold)
        shipments = _confirmed(self._shipments)
        stock = {"pushes": self._odoo.call("marketplace.stock.push", "search_count", []), "oversold": self._oversold()}
        answer = {
            "orders": everything,
            "stock": stock | {"published_equal": self._is_published_equal()},
            "shipments": shipments,
            "totals_equal": self._totals_equal(),
            "channels": channels,
            "books": self._books,
        }
        return answer | {"ok": self._agree(answer)}

    # Per channel

    def _channel(self, name: str) -> dict:
        books = self._books["by_channel"][name]
        ours = [order for order in self._ours if self._is_of(name, order["marketplace_shop_id"])]
        inbox = [row for row in self._inbox if self._is_of(name, row["shop_id"])]
        shipments = [row for row in self._shipments if self._is_of(name, row["shop_id"])]
        sold = [order for order in self._sold if order["channel"] == name]
        answer = {
            "orders": self._orders(ours, inbox, sold),
            "totals": self._totals(ours, sold, books),
            "shipments": _confirmed(shipments),
            "oversold": books["oversold"],
            "problems": _problems(inbox + shipments),
        }
        return answer | {"ok": self._channel_agrees(answer, books)}

    def _totals(self, ours: list[dict], sold: list[dict], books: dict) -> dict:
        """``{currency: {odoo, simulator}}`` of all orders that have a total."""
        counted = {order["id"] for order in sold if order["status"] not in WITHOUT_TOTAL}
        theirs = defaultdict(Decimal)
        for status, totals in books["totals_by_status"].items():
            for currency, amount in totals.items():
                if status not in WITHOUT_TOTAL:
                    theirs[currency] += Decimal(amount)
        sums = defaultdict(Decimal)
        for order in ours:
            if order["marketplace_ref"] in counted:
                sums[order["currency_id"][1]] += Decimal(str(order["amount_total"]))
        return {
            currency: {
                "odoo": str(sums[currency].quantize(theirs.get(currency, sums[currency]))),
                "simulator": str(theirs.get(currency, 0)),
            }
            for currency in sorted(sums.keys() | theirs.keys())
        }

    @staticmethod
    def _channel_agrees(answer: dict, books: dict) -> bool:
        orders, shipments = answer["orders"], answer["shipments"]
        return (
            orders["fetched"] == orders["imported"] == books["orders"]["created"]
            and not any(orders[problem] for problem in ("lost", "duplicated", "failed"))
            and all(totals["odoo"] == totals["simulator"] for totals in answer["totals"].values())
            and shipments["shipped"] == shipments["confirmed"] == books["shipments"]["confirmed"]
            and not books["oversold"]
        )

    def _is_of(self, channel: str, shop: list) -> bool:
        return self._channel_of_shop[shop[0]] == channel

    # In all

    @staticmethod
    def _orders(ours: list[dict], inbox: list[dict], sold: list[dict]) -> dict:
        seen = Counter(order["marketplace_ref"] for order in ours)
        return {
            "fetched": len({row["external_id"] for row in inbox if row["kind"] == "order"}),
            "imported": len(seen),
            "held": sum(1 for order in ours if order["marketplace_hold"]),
            "failed": sum(1 for row in inbox if row["state"] in ("failed", "waiting")),
            "lost": sum(1 for order in sold if order["id"] not in seen),
            "duplicated": sum(count - 1 for count in seen.values()),
        }

    def _totals_equal(self) -> bool:
        """Whether each order that has a total costs the same in Odoo, to the smallest coin."""
        totals = {order["id"]: Decimal(order["total"]) for order in self._sold if order["status"] not in WITHOUT_TOTAL}
        return totals == {
            order["marketplace_ref"]: Decimal(str(order["amount_total"])).quantize(totals[order["marketplace_ref"]])
            for order in self._ours
            if order["marketplace_ref"] in totals
        }

    def _oversold(self) -> float:
        """Units promised or shipped that were never there, in Odoo's stock and in the simulator's books."""
        warehouses = self._odoo.call("marketplace.shop", "search_read", [], fields=["warehouse_ids"])
        domain = [("warehouse_id", "in", [id_ for shop in warehouses for id_ in shop["warehouse_ids"]])]
        quants = self._odoo.call(
            "stock.quant",
            "formatted_read_group",
            domain + [("location_id.usage", "=", "internal")],
            groupby=["product_id"],
            aggregates=["quantity:sum", "reserved_quantity:sum"],
        )
        missing = (row["reserved_quantity:sum"] - row["quantity:sum"] for row in quants)
        return sum(max(0, units) for units in missing) + self._books["oversold"]["units"]

    def _is_published_equal(self) -> bool:
        """Whether the marketplaces offer what Odoo has sent last, wherever they took it."""
        fields = ["sku", "pushed_qty", "shop_id"]
        domain = [("push_state", "=", "accepted"), ("fulfilment", "=", "merchant")]
        sent = defaultdict(set)
        for row in self._odoo.call("marketplace.listing", "search_read", domain, fields=fields):
            sent[self._channel_of_shop[row["shop_id"][0]], row["sku"]].add(row["pushed_qty"])
        taken = defaultdict(set)
        for channel, books in self._books["by_channel"].items():
            for outlet, levels in books["stock"]["by_sku"].items():
                for sku in levels:
                    quantity = next(one["quantity"] for one in self._offered[outlet] if one["sku"] == sku)
                    taken[channel, sku].add(quantity)
        return sent == taken

    def _agree(self, answer: dict) -> bool:
        """Whether Odoo's counts and the simulator's books say the same."""
        heard = self._books["stock"]["accepted"] + self._books["stock"]["rejected"]
        pushes = answer["stock"]["pushes"]
        return (
            all(channel["ok"] for channel in answer["channels"].values())
            and answer["totals_equal"]
            and not answer["stock"]["oversold"]
            and answer["stock"]["published_equal"]
            and (pushes <= heard if self._storm else pushes == heard)
            and not self._books["throttled"]["own_fault"]
        )

    def _read(self, model: str, fields: list[str]) -> list[dict]:
        return self._odoo.call(model, "search_read", [], fields=fields)


def _confirmed(shipments: Iterable[dict]) -> dict:
    """How many orders have parcels, and how many of them the marketplace has confirmed."""
    shipments = list(shipments)
    return {
        "shipped": len({row["order_id"][0] for row in shipments}),
        "confirmed": len({row["order_id"][0] for row in shipments if row["state"] == "confirmed"}),
    }


def _problems(rows: Iterable[dict]) -> dict[str, int]:
    """What was said to rows that failed or were refused, with how many said it."""
    return dict(Counter(row["message"] for row in rows if row["state"] in ("failed", "waiting", "rejected")))


def print_table(answer: dict) -> None:
    """Print the counts for people."""
    for name in ("orders", "stock", "shipments"):
        print(f"{name:12}" + "  ".join(f"{key} {value}" for key, value in answer[name].items()))
    for name, channel in answer["channels"].items():
        orders, shipments = channel["orders"], channel["shipments"]
        totals = [f"{currency} {both['odoo']} of {both['simulator']}" for currency, both in channel["totals"].items()]
        print(f"{name:12}" + "  ".join(f"{key} {value}" for key, value in (orders | shipments).items()))
        print(f"{'':12}" + "  ".join(totals) + ("" if channel["ok"] else "  DIFFERS"))
        for message, count in channel["problems"].items():
            print(f"{'':12}{count} × {message}")
    print(f"{'totals':12}{'equal to the smallest coin' if answer['totals_equal'] else 'DIFFER'}")
    books = answer["books"]
    print(f"{'simulator':12}orders {books['orders']['created']}  confirmed {books['shipments']['confirmed']}")
    if "supply" in answer:
        print_costs(answer["supply"])
        print_money(answer["settlements"])
        print_payouts(answer["payouts"])
        print_profit(answer["profit"])
    print(f"{'result':12}{'all counts agree' if answer['ok'] else 'THE COUNTS DO NOT AGREE'}")
