"""Two processes after the same units: plain Odoo hands out more than there are, the suite exactly what there is; and
what a second importer brings."""

import argparse
import functools
import time
from unittest.mock import patch

from scripts.lib.bench._compare import reservation_mismatches
from scripts.lib.bench._measure import goal, machine, median
from scripts.lib.bench._odoo import environment, scratch_database
from scripts.lib.bench._seller import (
    list_products,
    make_catalogue,
    make_payload,
    make_payloads,
    open_shop,
    put_on_shelf,
)
from scripts.lib.bench._team import Team, team
from scripts.lib.bench._ways import create_plain, file_and_import

PRODUCTS = 40
PROCESSES = 2
BATCH = 200
THROUGHPUT_PRODUCTS = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3, help="races of either way (3)")
    parser.add_argument("--orders", type=int, default=1000, help="orders of each importer (1000); 0: races only")
    parser.add_argument("--runs", type=int, default=2, help="interleaved runs of one and two importers (2)")


def run(home, server, progress, options) -> dict:
    with scratch_database(home, server, progress) as database:
        return measure(database, progress, options)


def measure(database: tuple, progress, options) -> dict:
    """The bench itself, on a database that it may change."""
    with environment(*database) as env, team(*database, PROCESSES) as pair, team(*database, 1) as single:
        bench = _Bench(env, pair, single, options)
        answer = bench.races(progress)
        if options.orders:
            extra = bench.throughput(progress)
            answer = {part: {**answer[part], **extra[part]} for part in answer}
        answer["figures"]["reservation_mismatches"] = bench.mismatches()
    return {"name": "race", **answer, "machine": machine()}


class _Bench:
    def __init__(self, env, pair: Team, single: Team, options):
        self.env = env
        self.pair = pair
        self.single = single
        self.options = options
        self.catalogue = make_catalogue(THROUGHPUT_PRODUCTS)
        self.shop = open_shop(env, self.catalogue)
        self.number = 1

    def numbers(self, count: int) -> int:
        """The first of ``count`` order numbers that were not used yet."""
        self.number += count
        return self.number - count

    def mismatches(self) -> int:
        self.env.cr.rollback()
        return reservation_mismatches(self.env.cr)

    # --- races ---

    def races(self, progress) -> dict:
        plain, ours, mixed, retries, short = [], [], [], 0, []
        for number in range(self.options.rounds):
            progress.note(f"race {number + 1} of {self.options.rounds}, four ways")
            products, arguments = self._race_orders(f"PLAIN{number}")
            retries += sum(self.pair.run(race_plain, arguments))
            plain.append(self._handed_out(products))
            for way in (race_singly, race_in_batches):
                products, arguments = self._race_orders(f"{way.__name__.upper()}{number}")
                self.pair.run(way, arguments)
                ours.append(self._handed_out(products))
                short.append(self._held_short(products))
            products, arguments = self._race_orders(f"MIXED{number}")
            self.pair.run(race_mixed, [(*values, bool(place)) for place, values in enumerate(arguments)])
            mixed.append(sum(self._handed_out(products).values()))
        oversold = [sum(units > 1 for units in race.values()) for race in plain]
        totals = [sum(race.values()) for race in ours]
        figures = {
            "units_to_hand_out": PRODUCTS,
            "plain_units_handed_out": [sum(race.values()) for race in plain],
            "plain_products_oversold": oversold,
            "plain_retries": retries,
            "ours_units_handed_out": totals,
            "ours_products_oversold": [sum(units > 1 for units in race.values()) for race in ours],
            "ours_orders_held_short": short,
            "ours_beside_plain_units_handed_out": mixed,
        }
        ratios = {
            "plain_share_of_products_oversold": round(sum(oversold) / (PRODUCTS * len(plain)), 2),
            "ours_units_per_unit": _worst(totals),
            "ours_beside_plain_units_per_unit": _worst(mixed),
        }
        exact = ("ours_units_per_unit", "ours_beside_plain_units_per_unit")
        goals = {name: goal(ratios[name], at_least=1, at_most=1) for name in exact}
        return {"ratios": ratios, "figures": figures, "goals": goals}

    def _race_orders(self, name: str):
        """New products with one unit each, and one order per product and process."""
        catalogue = make_catalogue(PRODUCTS, name)
        products = list_products(self.shop, catalogue)
        put_on_shelf(self.env, products, self.shop.warehouse_id.lot_stock_id, 1)
        self.env.cr.commit()
        arguments = []
        for _process in range(PROCESSES):
            first = self.numbers(PRODUCTS)
            payloads = [make_payload(first + index, [(product, 1)]) for index, product in enumerate(catalogue)]
            arguments.append((self.shop.id, payloads))
        return products, arguments

    def _handed_out(self, products) -> dict[int, float]:
        """Product → units in move lines that hold a reservation."""
        self.env.cr.rollback()
        self.env.invalidate_all()
        groups = self.env["stock.move.line"]._read_group(
            [("product_id", "in", products.ids), ("state", "in", ["assigned", "partially_available"])],
            ["product_id"],
            ["quantity:sum"],
        )
        return {product.id: units for product, units in groups}

    def _held_short(self, products) -> int:
        domain = [("order_line.product_id", "in", products.ids), ("marketplace_hold", "=", "short")]
        return self.env["sale.order"].search_count(domain)

    # --- throughput ---

    def throughput(self, progress) -> dict:
        """Orders per second of one importer and of two at the same time, over the same products."""
        self._import(self.pair, PROCESSES, BATCH)
        self._import(self.single, 1, BATCH)
        one, two, gains, retried = [], [], [], 0
        for number in range(self.options.runs):
            progress.note(f"one importer, then two: run {number + 1} of {self.options.runs}")
            alone, _again = self._import(self.single, 1, self.options.orders)
            together, again = self._import(self.pair, PROCESSES, self.options.orders)
            one.append(alone)
            two.append(together)
            gains.append(together / alone)
            retried += again
        gain = median(gains)
        figures = {
            "one_importer_orders_per_second": median(one, 1),
            "two_importers_orders_per_second": median(two, 1),
            "retried_batches": retried,
        }
        goals = {"two_importers_against_one": goal(gain, at_least=1.7), "retried_batches": goal(retried, at_most=0)}
        return {"ratios": {"two_importers_against_one": gain}, "figures": figures, "goals": goals}

    def _import(self, workers: Team, size: int, count: int) -> tuple[float, int]:
        """Orders per second and how many batches had to be done again."""
        arguments = [(self.shop.id, self.catalogue, self.numbers(count), count) for _process in range(size)]
        answers = workers.run(import_many, arguments)
        wall = max(end for _start, end, _again in answers) - min(start for start, _end, _again in answers)
        return size * count / wall, sum(again for _start, _end, again in answers)


def _worst(totals: list[float]) -> float:
    """Units handed out per unit there was, in the race that was furthest off."""
    return round(max(totals, key=lambda units: abs(units - PRODUCTS)) / PRODUCTS, 3)


# --- what the workers do ---


def race_plain(env, barrier, shop_id: int, payloads: list[dict]) -> int:
    """Create each order, and confirm it at the same moment as the other process, as Odoo's server would: again on a
    conflict.

    :return: how often it had to be done again
    """
    from odoo.service.model import retrying

    shop = env["marketplace.shop"].browse(shop_id)
    tries = 0
    # The suite also makes Odoo's own reservation wait; here is what Odoo does without it.
    with patch.object(env.registry["stock.quant"], "_lock_for_reservation", lambda *_arguments: None):
        for payload in payloads:
            order = create_plain(env, shop, payload)
            env.cr.commit()

            def confirm(order=order):
                nonlocal tries
                tries += 1
                order.action_confirm()

            barrier.wait()
            retrying(confirm, env)
            env.cr.commit()
    return tries - len(payloads)


def race_singly(env, barrier, shop_id: int, payloads: list[dict]) -> None:
    """Import each order, and reserve it at the same moment as the other process."""
    shop = env["marketplace.shop"].browse(shop_id)
    for payload in payloads:
        order = file_and_import(env, shop, [payload])
        barrier.wait()
        env["marketplace.stock.reserver"]._reserve_exclusively(order)


def race_mixed(env, barrier, shop_id: int, payloads: list[dict], plain: bool) -> None:
    """Import each order, and reserve it: one process our way, the other as "Check Availability" and Odoo's own
    scheduler do; both again on a conflict."""
    from odoo.service.model import retrying

    shop = env["marketplace.shop"].browse(shop_id)
    for payload in payloads:
        order = file_and_import(env, shop, [payload])
        reserver = env["marketplace.stock.reserver"]
        work = order.picking_ids.action_assign if plain else functools.partial(reserver._reserve_exclusively, order)
        barrier.wait()
        retrying(work, env)
        env.cr.commit()


def race_in_batches(env, barrier, shop_id: int, payloads: list[dict]) -> None:
    """Import all orders, and reserve them together at the same moment as the other process."""
    shop = env["marketplace.shop"].browse(shop_id)
    orders = file_and_import(env, shop, payloads)
    barrier.wait()
    env["marketplace.stock.reserver"]._reserve_exclusively(orders)


def import_many(env, barrier, shop_id: int, catalogue: list[dict], first: int, count: int) -> tuple[float, float, int]:
    """Import and reserve orders in batches.

    :return: when it began, when it ended, and how many batches had to be done again
    """
    from psycopg2 import OperationalError

    shop = env["marketplace.shop"].browse(shop_id)
    batches = [list(make_payloads(catalogue, BATCH, start, "merchant")) for start in range(first, first + count, BATCH)]
    again = 0
    barrier.wait()
    began = time.time()
    while batches:
        try:
            orders = file_and_import(env, shop, batches[0])
            env["marketplace.stock.reserver"]._reserve_exclusively(orders)
        except OperationalError:
            env.cr.rollback()
            env.invalidate_all()
            again += 1
            continue
        env.invalidate_all()
        batches.pop(0)
    return began, time.time(), again
