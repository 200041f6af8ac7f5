"""Quantities for the shops: 10,000 listings over 5 warehouses in one query, against reading ``free_qty``."""

import argparse
from collections import defaultdict

from scripts.lib.bench._copier import Copier
from scripts.lib.bench._measure import Meter, goal, machine, median
from scripts.lib.bench._odoo import environment, scratch_database
from scripts.lib.bench._seller import make_catalogue, open_shop

WAREHOUSES = 5
CHANGED = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5, help="interleaved runs whose median counts (5)")
    parser.add_argument("--listings", type=int, default=10_000, help="listings, each of a product of its own (10000)")


def run(home, server, progress, options) -> dict:
    with scratch_database(home, server, progress) as database, environment(*database) as env:
        return measure(env, progress, options)


def measure(env, progress, options) -> dict:
    """The bench itself, in an Odoo environment; it commits."""
    bench = _Bench(env, options.listings)
    progress.note(f"{options.listings} listings, {WAREHOUSES} warehouses, {bench.moves} open and done moves")
    bench.compare()
    shares, changed, decide = [], [], []
    for _round in range(options.rounds):
        shares.append((bench.cost(bench.read_free), bench.cost(bench.read_targets)))
        some = bench.products[:CHANGED]
        changed.append((bench.cost(bench.read_free, some), bench.cost(bench.read_available, some)))
        decide.append(bench.cost(bench.read_changes))
    share = median((ours.wall / plain.wall for plain, ours in shares), 4)
    ratios = {
        "share_of_free_qty_time": share,
        "share_of_free_qty_cpu": median((ours.cpu / plain.cpu for plain, ours in shares), 4),
        f"times_faster_for_{CHANGED}_changed": median(plain.wall / ours.wall for plain, ours in changed),
    }
    figures = {
        "free_qty_ms": median((plain.wall * 1000 for plain, _ours in shares), 1),
        "free_qty_queries": shares[-1][0].queries,
        "targets_ms": median((ours.wall * 1000 for _plain, ours in shares), 1),
        "targets_queries": shares[-1][1].queries,
        "changes_ms": median((cost.wall * 1000 for cost in decide), 1),
        f"free_qty_ms_for_{CHANGED}": median((plain.wall * 1000 for plain, _ours in changed), 1),
        f"available_ms_for_{CHANGED}": median((ours.wall * 1000 for _plain, ours in changed), 1),
        **bench.comparison,
    }
    goals = {"share_of_free_qty_time": goal(share, at_most=0.03)}
    return {"name": "publish", "ratios": ratios, "figures": figures, "goals": goals, "machine": machine()}


class _Bench:
    def __init__(self, env, listings: int):
        self.env = env
        self.meter = Meter(env.cr)
        self.publisher = env["marketplace.stock.publisher"]
        self.shop = open_shop(env, make_catalogue(1), stock=0)
        self.shop.warehouse_ids |= env["stock.warehouse"].create(
            [{"name": f"Bench {number}", "code": f"BN{number}"} for number in range(1, WAREHOUSES)]
        )
        self.warehouses = self.shop.warehouse_ids
        self._copy_product(listings - 1)
        listings = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)], order="id")
        # Records that know nothing of the listings, so that plain Odoo reads them a thousand at a time.
        self.products = env["product.product"].browse(listings.product_id.ids)
        self._fill_shelves()
        self.moves = env["stock.move"].search_count([])
        self.comparison = {}

    def _copy_product(self, copies: int) -> None:
        listing = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)])
        self.env.flush_all()
        rows = {
            "product_template": listing.product_id.product_tmpl_id.ids,
            "product_product": listing.product_id.ids,
            "marketplace_listing": listing.ids,
        }
        unique = {
            "product_template": ("default_code",),
            "product_product": ("default_code",),
            "marketplace_listing": ("sku",),
        }
        Copier(self.env.cr, rows, unique, copies).run()
        self.env.invalidate_all()

    def _fill_shelves(self) -> None:
        """A quant per product and warehouse, every third with a reservation; demand that is not reserved for every
        tenth product; and two done moves for four quants of five."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            CREATE TEMPORARY TABLE cell ON COMMIT DROP AS
            SELECT product.id AS product_id, warehouse.lot_stock_id AS location_id, warehouse.company_id,
                   row_number() OVER () AS number, 20 + product.id %% 50 AS units
              FROM product_product product, stock_warehouse warehouse
             WHERE product.id IN %s AND warehouse.id IN %s;
            DELETE FROM stock_quant WHERE product_id IN (SELECT product_id FROM cell);
            INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date)
            SELECT product_id, location_id, company_id, units, CASE WHEN number %% 3 = 0 THEN 2 ELSE 0 END, now()
              FROM cell
            """,
            [tuple(self.products.ids), tuple(self.warehouses.ids)],
        )
        self._add_moves("number %% 3 = 0", 2, "assigned", 2)
        self._add_moves("product_id %% 10 = 0", 3, "confirmed", 0)
        self._add_moves("number %% 5 <> 0", 1, "done", 1, times=2)
        self.env.cr.commit()
        self.env.cr.execute("ANALYZE product_product, product_template, marketplace_listing, stock_quant, stock_move")
        self.env.cr.commit()
        self.env.invalidate_all()

    def _add_moves(self, condition: str, units: int, state: str, reserved: int, times: int = 1) -> None:
        self.env.cr.execute(
            f"""
            INSERT INTO stock_move (product_id, company_id, product_uom, location_id, location_dest_id,
                   location_final_id, procure_method, product_uom_qty, product_qty, quantity, state, date, picked)
            SELECT product_id, company_id, %s, location_id, %s, %s, 'make_to_stock', %s, %s, %s, %s, now(), %s
              FROM cell, generate_series(1, %s) WHERE {condition}
            """,
            [
                self.products[0].uom_id.id,
                *(2 * [self.env.ref("stock.stock_location_customers").id]),
                *(units, units, reserved, state, state == "done", times),
            ],
        )

    # --- what is measured ---

    def cost(self, work, *arguments):
        self.env.invalidate_all()
        self.env.cr.commit()
        with self.meter.reading() as cost:
            work(*arguments)
        return cost

    def read_free(self, products=None) -> dict[tuple[int, int], float]:
        """The plain way: the field of every product, warehouse by warehouse."""
        result = {}
        for warehouse in self.warehouses:
            for product in (products or self.products).with_context(warehouse_id=warehouse.id):
                result[product.id, warehouse.id] = product.free_qty
        return result

    def read_targets(self) -> dict[int, int]:
        return dict(self.publisher._compute_targets(self.shop))

    def read_available(self, products=None) -> dict[tuple[int, int], float]:
        rows = self.publisher._compute_available(products or self.products, self.warehouses)
        return {(product_id, warehouse_id): float(quantity) for product_id, warehouse_id, quantity in rows}

    def read_changes(self) -> list:
        return self.publisher._get_changes(self.shop)

    # --- equal results ---

    def compare(self) -> None:
        """Every cell and every target against ``free_qty`` less the demand that is not reserved."""
        free, available, targets = self.read_free(), self.read_available(), self.read_targets()
        demand = self._demand()
        wrong = sum(available.get(cell, 0) != units - demand.get(cell, 0) for cell, units in free.items())
        wanted = defaultdict(float)
        for cell, units in free.items():
            wanted[cell[0]] += units - demand.get(cell, 0)
        listings = self.env["marketplace.listing"].browse(targets)
        wrong_targets = sum(targets[listing.id] != max(int(wanted[listing.product_id.id]), 0) for listing in listings)
        self.comparison = {
            "cells_compared": len(free),
            "cells_different": wrong,
            "cells_with_unreserved_demand": len(demand),
            "targets_compared": len(targets),
            "targets_different": wrong_targets,
            "moves": self.moves,
        }

    def _demand(self) -> dict[tuple[int, int], float]:
        moves = self.env["stock.move"].search([("state", "=", "confirmed"), ("product_id", "in", self.products.ids)])
        return {(move.product_id.id, move.location_id.warehouse_id.id): move.product_qty for move in moves}
