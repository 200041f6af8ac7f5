"""A settlement of 100,000 rows in Odoo: read, classified and matched, posted, and made into profit facts; against a
journal entry per order, in the same run. And the pivot of a year of 1,000,000 facts.

The same is done with a quarter of the rows first: what 5,000 rows take must not grow with them.
"""

import argparse
import gc
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from scripts.lib.bench._copier import Copier
from scripts.lib.bench._measure import Meter, goal, machine, median, resident_mib
from scripts.lib.bench._odoo import environment, scratch_database
from scripts.lib.bench._seller import OPENING, make_catalogue, make_payloads, open_shop
from scripts.lib.bench._ways import file_and_import

PRODUCTS, IMPORTED = 1000, 200
CHUNK = 5_000
COLUMNS = (
    "settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount", "currency",
    "transaction-type", "order-id", "merchant-order-id", "adjustment-id", "shipment-id", "marketplace-name",
    "amount-type", "amount-description", "amount", "fulfillment-id", "posted-date", "posted-date-time",
    "order-item-code", "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased",
    "promotion-id",
)  # fmt: skip
# What one sold item has, as a part of its price.
AMOUNTS = (
    ("ItemPrice", "Principal", Decimal("1")),
    ("ItemPrice", "Shipping", Decimal("0.05")),
    ("Promotion", "Principal", Decimal("-0.02")),
    ("ItemFees", "Commission", Decimal("-0.15")),
    ("ItemFees", "FBAPerUnitFulfillmentFee", Decimal("-0.12")),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the settlement (100000)")
    parser.add_argument("--plain", type=int, default=150, help="orders that get a journal entry each (150)")
    parser.add_argument("--facts", type=int, default=1_000_000, help="facts of the year (1000000)")


def run(home, server, progress, options) -> dict:
    with scratch_database(home, server, progress) as database, environment(*database) as env:
        return measure(env, progress, options)


def measure(env, progress, options) -> dict:
    """The bench itself, in an Odoo environment; it commits."""
    bench = _Bench(env, options.rows)
    # The first settlement warms up: it makes accounts and fills caches.
    bench.settle(CHUNK, "warm-up")
    plain = [bench.post_plain(options.plain)]
    quarter = bench.settle(options.rows // 4, "quarter")
    whole = bench.settle(options.rows, "whole")
    plain.append(bench.post_plain(options.plain))
    progress.note(f"{whole['rows']} rows in {whole['cpu']} CPU s; a journal entry each: {plain} CPU ms a row")
    pivot = bench.pivot(options.facts)
    faster = round(median(plain, 3) * whole["rows"] / (1000 * whole["cpu"]), 1)
    growth = (whole["read_queries"] - quarter["read_queries"]) / ((whole["rows"] - quarter["rows"]) / CHUNK)
    return {
        "name": "settle",
        "ratios": {
            "times_faster_than_an_entry_per_order": faster,
            "post_queries_of_four_times_the_rows": round(whole["post_queries"] / quarter["post_queries"], 2),
            "fact_queries_of_four_times_the_rows": round(whole["fact_queries"] / quarter["fact_queries"], 2),
        },
        "figures": {
            **whole,
            "read_queries_per_5000_rows": round(growth, 2),
            "plain_cpu_ms_per_row": median(plain, 3),
            **pivot,
        },
        "goals": {
            "rows": goal(whole["rows"], at_least=100_000),
            "times_faster_than_an_entry_per_order": goal(faster, at_least=30),
            "peak_mib_above_idle": goal(whole["peak_mib_above_idle"], at_most=300),
            "unexplained": goal(whole["unexplained"], at_most=0),
            "pivot_sql_seconds": goal(pivot["pivot_sql_seconds"], at_most=2),
        },
        "machine": machine(),
    }


class _Bench:
    """A British Amazon seller with enough sold items for the settlement."""

    def __init__(self, env, rows: int):
        self.env = env
        self.meter = Meter(env.cr)
        catalogue = make_catalogue(PRODUCTS)
        self.shop = open_shop(env, catalogue)
        orders = file_and_import(env, self.shop, list(make_payloads(catalogue, IMPORTED, 1, "marketplace")))
        self._copy_orders(orders, rows // len(AMOUNTS) // len(orders.order_line) + 1)
        self.products = env["marketplace.listing"].search([("shop_id", "=", self.shop.id)]).product_id.ids
        self.company = self.shop.company_id
        self.journal = env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1
        )

    def _copy_orders(self, orders, copies: int) -> None:
        self.env.flush_all()
        rows = {"sale_order": orders.ids, "sale_order_line": orders.order_line.ids}
        unique = {"sale_order": ("name", "marketplace_ref"), "sale_order_line": ("marketplace_line_ref",)}
        Copier(self.env.cr, rows, unique, copies).run()
        self.env.cr.commit()
        self.env.cr.execute("ANALYZE sale_order, sale_order_line")
        self.env.cr.commit()
        self.env.invalidate_all()

    # --- the settlement --- #

    def settle(self, rows: int, name: str) -> dict:
        """Take a settlement over, post it, make the facts of its month."""
        from odoo.addons.marketplace.contract import SettlementDocument

        document = SettlementDocument("settlement.txt", self._write(rows, name))
        count = document.content.count(b"\n") - 2
        Settlement = self.env["marketplace.settlement"]
        with self._peak() as peak:
            with self._measured() as read:
                settlement = Settlement._upload(self.shop.account_id, document)
            with self._measured() as post:
                settlement.action_post()
            with self._measured() as fact:
                months = self._get_months(settlement)
                months._rebuild()
        self.env.cr.commit()
        unmatched = self.env["marketplace.settlement.line"].search_count(
            [("settlement_id", "=", settlement.id), ("sale_line_id", "=", False)]
        )
        facts = self.env["profit.entry"].search_count([("settlement_line_id.settlement_id", "=", settlement.id)])
        return {
            "rows": count,
            "unmatched_rows": unmatched,
            "facts": facts,
            "unexplained": settlement.unexplained + sum(abs(month.difference) for month in months),
            "read_queries": read.queries,
            "post_queries": post.queries,
            "fact_queries": fact.queries,
            "read_cpu": round(read.cpu, 1),
            "post_cpu": round(post.cpu, 1),
            "fact_cpu": round(fact.cpu, 1),
            "cpu": round(read.cpu + post.cpu + fact.cpu, 1),
            "peak_mib_above_idle": peak["mib"],
        }

    def _get_months(self, settlement):
        days = settlement.move_ids.mapped("date")
        months = self.env["profit.month"]._ensure_months(self.company)
        return months.filtered(lambda month: any(month.first <= day <= month.last for day in days))

    def _write(self, rows: int, name: str) -> bytes:
        """The settlement as Amazon's report of all items until there are enough rows."""
        self.env.cr.execute(
            """SELECT sale.marketplace_ref, item.marketplace_line_ref, listing.sku, item.product_uom_qty::int,
                      round(item.price_total::numeric, 2)::text
                 FROM sale_order_line item
                 JOIN sale_order sale ON sale.id = item.order_id
                 JOIN marketplace_listing listing ON listing.product_id = item.product_id
                WHERE sale.marketplace_shop_id = %s AND item.marketplace_line_ref IS NOT NULL AND item.price_total > 0
                ORDER BY item.id LIMIT %s""",
            [self.shop.id, -(-rows // len(AMOUNTS))],
        )
        lines, total = [], Decimal(0)
        moment = f"{OPENING + timedelta(days=1):%Y-%m-%d %H:%M:%S} UTC"
        for order, item, sku, units, price in self.env.cr.fetchall():
            for kind, description, part in AMOUNTS:
                amount = (Decimal(price) * part).quantize(Decimal("0.01"))
                total += amount
                lines.append(
                    {
                        "settlement-id": name,
                        "transaction-type": "Order",
                        "order-id": order,
                        "marketplace-name": "Amazon.co.uk",
                        "amount-type": kind,
                        "amount-description": description,
                        "amount": str(amount),
                        "posted-date-time": moment,
                        "order-item-code": item,
                        "sku": sku,
                        "quantity-purchased": str(units) if description == "Principal" else "",
                    }
                )
        head = {
            "settlement-id": name,
            "settlement-start-date": f"{OPENING:%Y-%m-%d %H:%M:%S} UTC",
            "settlement-end-date": f"{OPENING + timedelta(days=14):%Y-%m-%d %H:%M:%S} UTC",
            "deposit-date": f"{OPENING + timedelta(days=16):%Y-%m-%d %H:%M:%S} UTC",
            "total-amount": str(total),
            "currency": "GBP",
        }
        table = [dict(zip(COLUMNS, COLUMNS, strict=True)), head, *lines]
        return "".join("\t".join(row.get(name, "") for name in COLUMNS) + "\n" for row in table).encode()

    # --- the plain way --- #

    def post_plain(self, orders: int) -> float:
        """CPU milliseconds per row of a journal entry per order, with an item per row."""
        books = self._get_plain_accounts()
        rows = 0
        with self._measured() as reading:
            for number in range(orders):
                items = [
                    {"account_id": books[kind], "name": name, "balance": -10.0 * float(part)}
                    for kind, name, part in AMOUNTS
                ]
                rest = {"account_id": books["counterpart"], "balance": -sum(item["balance"] for item in items)}
                move = self.env["account.move"].create(
                    {
                        "journal_id": self.journal.id,
                        "date": OPENING.date(),
                        "ref": f"Order {number}",
                        "line_ids": [(0, 0, item) for item in (*items, rest)],
                    }
                )
                move.action_post()
                rows += len(items)
        self.env.cr.rollback()
        return round(1000 * reading.cpu / rows, 3)

    def _get_plain_accounts(self) -> dict[str, int]:
        def find(kind: str) -> int:
            domain = [("account_type", "=", kind), ("company_ids", "in", self.company.id)]
            return self.env["account.account"].search(domain, limit=1).id

        fees = find("expense")
        income = {"ItemPrice": find("income"), "Promotion": find("income")}
        return {**income, "ItemFees": fees, "counterpart": find("asset_current")}

    # --- the year --- #

    def pivot(self, count: int) -> dict:
        """A year of facts, and what the pivot of SKU and month asks PostgreSQL."""
        Entry = self.env["profit.entry"]
        self._fill_year(count)
        with self._measured() as reading:
            rows = Entry.formatted_read_group(
                [("company_id", "=", self.company.id)], ["product_id", "day:month"], ["amount:sum", "units:sum"]
            )
        return {
            "pivot_facts": Entry.search_count([]),
            "pivot_cells": len(rows),
            "pivot_sql_seconds": round(reading.postgres, 2),
            "pivot_seconds": round(reading.wall, 2),
        }

    def _fill_year(self, count: int) -> None:
        """Copies of facts that there are, over a year and all products."""
        cr = self.env.cr
        cr.execute(
            """SELECT column_name FROM information_schema.columns
                WHERE table_name = 'profit_entry' AND column_name NOT IN ('id', 'key', 'day', 'product_id')"""
        )
        columns = ", ".join(f'"{name}"' for (name,) in cr.fetchall())
        cr.execute("SELECT count(*) FROM profit_entry")
        (there,) = cr.fetchone()
        times = -(-count // there) - 1
        cr.execute(
            f"""INSERT INTO profit_entry (key, day, product_id, {columns})
                SELECT key || '-' || copy, date '2026-01-01' + ((id * 7 + copy * 31) %% 365)::int,
                       (%s::int[])[1 + (id * 13 + copy) %% %s], {columns}
                  FROM profit_entry, generate_series(1, %s) copy""",
            [self.products, len(self.products), times],
        )
        cr.commit()
        cr.execute("ANALYZE profit_entry")
        cr.commit()

    # --- measuring --- #

    @contextmanager
    def _measured(self):
        """A reading of what is done, and of writing it to the database, with nothing in memory before."""
        self.env.flush_all()
        self.env.invalidate_all()
        with self.meter.reading() as reading:
            yield reading
            self.env.flush_all()

    @contextmanager
    def _peak(self):
        """``{"mib": most memory above what was used at the beginning}``, looked at a hundred times a second."""
        gc.collect()
        idle, done, result = resident_mib(), threading.Event(), {"mib": 0.0}

        def look() -> None:
            while not done.is_set():
                result["mib"] = max(result["mib"], round(resident_mib() - idle, 1))
                time.sleep(0.01)

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield result
        finally:
            done.set()
            watcher.join()
