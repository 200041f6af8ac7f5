"""Routing orders by rules, against confirming and reserving the same orders, and against confirming others plainly."""

import argparse
import random
from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

from scripts.lib.bench._measure import Meter, goal, machine, median
from scripts.lib.bench._odoo import environment, scratch_database
from scripts.lib.bench._seller import AMPLE, make_catalogue, make_payloads, open_shop, put_on_shelf
from scripts.lib.bench._ways import BATCH, create_plain

PRODUCTS = 400
WARM_UP = 20
PLAIN = 30
UNROUTED = 300
CITIES = [("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Glasgow", "G2 1DY"), ("Cardiff", "CF10 1EP")]
CARRIERS = 3
ZONES = 8
BANDS = (0.5, 1, 2, 5, 10, 20, 30, 70)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3, help="runs whose median counts (3)")
    parser.add_argument("--orders", type=int, default=1000, help="orders of each run (1000)")
    parser.add_argument("--rules", type=int, default=200, help="rules of the set (200)")


def run(home, server, progress, options) -> dict:
    with scratch_database(home, server, progress) as database, environment(*database) as env:
        return measure(env, progress, options)


def measure(env, progress, options) -> dict:
    """The bench itself, in an Odoo environment; it commits."""
    bench = _Bench(env, options.rules)
    warehouses = len(bench.warehouses)
    progress.note(f"{options.orders} orders, {warehouses} warehouses, {options.rules} rules, {CARRIERS} rate tables")
    bench.round(WARM_UP)
    bench.confirm_plainly(1)
    rounds, plain = [], []
    for _round in range(options.rounds):
        rounds.append(bench.round(options.orders))
        plain.append(bench.confirm_plainly(PLAIN))
    bench.round(UNROUTED, routed=False)
    share = median((routing.cpu / confirming.cpu for routing, confirming in rounds), 4)
    routing_ms = median((routing.cpu * 1000 / options.orders for routing, _rest in rounds), 3)
    plain_ms = median((cost.cpu * 1000 / PLAIN for cost in plain), 3)
    ratios = {
        "share_of_confirming_cpu": share,
        "share_of_confirming_time": median((routing.wall / confirming.wall for routing, confirming in rounds), 4),
        "share_of_plain_confirming_cpu": round(routing_ms / plain_ms, 4),
    }
    figures = {
        "routing_ms_per_order": routing_ms,
        "confirming_ms_per_order": median((rest.cpu * 1000 / options.orders for _routing, rest in rounds), 3),
        "plain_confirming_ms_per_order": plain_ms,
        "routing_queries_per_order": median((routing.queries / options.orders for routing, _rest in rounds), 3),
        "confirming_queries_per_order": median((rest.queries / options.orders for _routing, rest in rounds), 3),
        "rows_updated_per_order": bench.get_rows_updated(routed=True),
        "rows_updated_per_order_without_routing": bench.get_rows_updated(routed=False),
        **bench.count_results(),
    }
    goals = {"share_of_confirming_cpu": goal(share, at_most=0.10)}
    return {"name": "routing", "ratios": ratios, "figures": figures, "goals": goals, "machine": machine()}


class _Cost:
    """CPU seconds, wall seconds and queries of several stretches of work."""

    def __init__(self):
        self.cpu = self.wall = self.queries = 0

    def add(self, reading) -> None:
        self.cpu += reading.cpu
        self.wall += reading.wall
        self.queries += reading.queries


class _Bench:
    def __init__(self, env, rules: int):
        from odoo.addons.marketplace.models.order_importer import QUIET

        self.env = env
        self.importer = env["marketplace.order.importer"].with_context(**QUIET)
        self.router = self.importer.env["marketplace.router"]
        self.meter = Meter(env.cr)
        self.rng = random.Random("routing")
        self.catalogue = make_catalogue(PRODUCTS)
        self.shop = open_shop(env, self.catalogue)
        self.warehouses = self._open_warehouses()
        self._weigh()
        self._write_rates()
        self._write_rules(rules)
        self.number = 1
        self.orders, self.rows_updated = Counter(), Counter()
        env.cr.commit()

    # --- the world ---

    def _open_warehouses(self):
        """Four more; every product is in three of them besides the first."""
        own = self.shop.warehouse_id
        more = self.env["stock.warehouse"].create(
            [
                {"name": f"Bench {city}", "code": f"B{city[:3].upper()}", "partner_id": self._place(city, postcode).id}
                for city, postcode in CITIES
            ]
        )
        own.partner_id = self._place("London", "E1 6AN")
        products = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)]).product_id
        for number, warehouse in enumerate(more):
            here = products.filtered(lambda product, number=number: product.id % 4 != number)
            put_on_shelf(self.env, here, warehouse.lot_stock_id, AMPLE)
        self.shop.warehouse_ids |= more
        return self.shop.warehouse_ids

    def _place(self, city: str, postcode: str):
        country = self.env.ref("base.uk")
        return self.env["res.partner"].create({"name": city, "city": city, "zip": postcode, "country_id": country.id})

    def _weigh(self) -> None:
        for product in self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)]).product_id:
            product.write({"weight": self.rng.randint(1, 40) / 10, "volume": self.rng.randint(1, 30) / 1000})

    def _write_rates(self) -> None:
        service = self.env["product.product"].create({"name": "Bench Freight", "type": "service"})
        self.env["delivery.carrier"].create(
            [
                {
                    "name": f"Bench Carrier {number}",
                    "product_id": service.id,
                    "delivery_type": "rate_table",
                    "rate_currency_id": self.env.company.currency_id.id,
                    "freight_zone_ids": [(0, 0, self._prepare_zone(zone)) for zone in range(ZONES)],
                }
                for number in range(CARRIERS)
            ]
        )

    def _prepare_zone(self, number: int) -> dict:
        """British zones by postcode, and the rest of the world."""
        bands = zip((0, *BANDS), BANDS, strict=False)
        rates = [{"weight_from": low, "weight_to": high, "price": 3 + high + self.rng.random()} for low, high in bands]
        place = {"everywhere": True}
        if number:
            place = {"country_ids": [(6, 0, self.env.ref("base.uk").ids)], "postcodes": f"LS{number}*"}
        days = {"days_min": 1, "days_max": 1 + number}
        return {"name": f"Zone {number}", "rate_ids": [(0, 0, vals) for vals in rates], **place, **days}

    def _write_rules(self, count: int) -> None:
        """Rules as a seller with many exceptions has them; most do not apply, the last one ships what is left."""
        rules = [self._prepare_rule(number) for number in range(count - 1)]
        rules.append({"name": "All Others", "ship_from": "cheapest", "split": "short"})
        vals_list = [(0, 0, {"sequence": number, **vals}) for number, vals in enumerate(rules)]
        self.env["marketplace.routing.ruleset"].create({"name": "Bench", "rule_ids": vals_list}).action_switch_on()

    def _prepare_rule(self, number: int) -> dict:
        country = self.env.ref("base.uk") if number % 4 else self.env.ref("base.fr")
        warehouse = self.warehouses[number % len(self.warehouses)]
        conditions = [
            {"postcodes": f"LS{number}0-LS{number}9"},
            {"weight_min": number, "weight_max": number + 0.5},
            {"value_min": 10 * number, "value_max": 10 * number + 5},
            {"service_level": "Express"},
        ]
        return {
            "name": f"Rule {number}",
            "country_ids": [(6, 0, country.ids)],
            **conditions[number // 4 % len(conditions)],
            "ship_from": "ranked" if number % 2 else "nearest",
            "warehouse_line_ids": [(0, 0, {"warehouse_id": warehouse.id})] if number % 2 else [],
        }

    # --- what is measured ---

    def round(self, count: int, routed: bool = True) -> tuple[_Cost, _Cost]:
        """Route, confirm and reserve new orders, in batches as the importer does.

        What routing writes into orders and lines leaves, as in an import, in the statements that confirming sends
        anyway; the rows that are updated with and without routing are counted to show it.

        :return: cost of routing, cost of confirming and reserving
        """
        routing, confirming = _Cost(), _Cost()
        for start in range(0, count, BATCH):
            orders = self._file(min(BATCH, count - start))
            decisions = self.env["marketplace.routing.decision"]
            if routed:
                with self._stretch(routing, flush=False):
                    decisions = self.router._route(orders)
            with self._stretch(confirming):
                self._without_routing(self.importer._confirm_live, orders)
            with self._stretch(routing):
                self.importer._follow_decisions(decisions)
            self._count_updates(routed, len(orders))
            self.env.cr.commit()
            for warehouse in self.warehouses:
                with self._stretch(confirming):
                    self.env["marketplace.stock.reserver"]._reserve_waiting(warehouse, orders.ids)
            self.env.cr.commit()
            self.env.invalidate_all()
        return routing, confirming

    def confirm_plainly(self, count: int) -> _Cost:
        """Confirm new orders of no marketplace one by one, as Odoo does it, with delivery and reservation."""
        cost = _Cost()
        for payload in make_payloads(self.catalogue, count, self.number):
            order = create_plain(self.env, self.shop, payload)
            self.env.flush_all()
            with self._stretch(cost):
                order.action_confirm()
            self.env.cr.commit()
        self.number += count
        return cost

    @contextmanager
    def _stretch(self, cost: _Cost, flush: bool = True):
        """Add what a stretch of work costs, with the statements it has left to be sent."""
        with self.meter.reading() as reading:
            yield
            if flush:
                self.env.flush_all()
        cost.add(reading)

    def _count_updates(self, routed: bool, orders: int) -> None:
        """Rows of orders and lines that this transaction has updated."""
        tables = "'sale_order'::regclass", "'sale_order_line'::regclass"
        counts = " + ".join(f"pg_stat_get_xact_tuples_updated({table})" for table in tables)
        self.env.cr.execute(f"SELECT {counts}")
        self.rows_updated[routed] += self.env.cr.fetchone()[0]
        self.orders[routed] += orders

    def get_rows_updated(self, routed: bool) -> float:
        """Rows of orders and lines that are updated per order, until it is confirmed."""
        return round(self.rows_updated[routed] / self.orders[routed], 2)

    def _without_routing(self, work, orders):
        router = type(self.router)
        with patch.object(router, "_route", lambda router, orders: router.env["marketplace.routing.decision"]):
            return work(orders)

    def _file(self, count: int):
        """Import orders up to where they would be confirmed; those of the marketplaces stay drafts."""
        from odoo.addons.marketplace_amazon.connector.orders import raw_record

        payloads = make_payloads(self.catalogue, count, self.number)
        self.number += count
        rows = self.env["marketplace.inbox"]._receive(self.shop, [raw_record(payload) for payload in payloads])
        with patch.object(type(self.importer), "_confirm_live", lambda importer, orders: None):
            orders = self.importer._import_rows(rows)
        self.env.flush_all()
        return orders.with_env(self.importer.env)

    # --- what came out ---

    def count_results(self) -> dict:
        decisions = self.env["marketplace.routing.decision"].search([("shop_id", "=", self.shop.id)])
        return {
            "decisions": len(decisions),
            "decided_by_a_rule": len(decisions.filtered("rule_id")),
            "rules_that_decided": len(decisions.rule_id),
            "warehouses_used": len(decisions.warehouse_id),
            "split_orders": len(decisions.filtered(lambda decision: decision.parcel_count > 1)),
            "orders_with_freight": len(decisions.filtered("freight")),
        }
