"""A month of FBA's ledger in Odoo: two reports uploaded, events typed, booked as moves and reconciled with quants.

The same is done with a quarter of the events first: what a batch takes must not grow with them.
"""

import argparse
import base64
from contextlib import contextmanager

from scripts.lib.bench._measure import Meter, Reading, goal, machine
from scripts.lib.bench._odoo import environment, scratch_database
from scripts.lib.bench.fba import make

MARKETPLACE = "A1F83G8C2ARO7P"
STEPS = ("read", "book", "compare")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=50_000, help="events of the month (50,000)")
    parser.add_argument("--skus", type=int, default=200, help="SKUs (200)")


def run(home, server, progress, options) -> dict:
    with scratch_database(home, server, progress) as database, environment(*database) as env:
        months = []
        for rows in (options.rows // 4, options.rows):
            progress.note(f"{rows} events of {options.skus} SKUs")
            months.append(_Month(env, rows, options.skus).run())
    return answer(*months)


def answer(quarter: dict, month: dict) -> dict:
    """The bench's answer from the figures of both runs."""
    growth = {
        f"{step}_queries_of_four_times_the_rows": round(month[f"{step}_queries"] / quarter[f"{step}_queries"], 2)
        for step in STEPS
    }
    return {
        "name": "ledger",
        "ratios": growth,
        "figures": month,
        "goals": {
            "rows": goal(month["rows"], at_least=50_000),
            "not_explained": goal(month["not_explained"], at_most=0),
            "rows_without_kind_or_fault": goal(month["rows"] - month["recorded"], at_most=0),
        },
        "machine": machine(),
    }


class _Month:
    """A warehouse at Amazon whose stock in Odoo is what the ledger's first day says."""

    def __init__(self, env, rows: int, skus: int):
        self.env, self.rows = env, rows
        self.detail, self.summary = make(rows, skus)
        self.meter = Meter(env.cr)
        self.warehouse = self._make_warehouse(skus)

    def run(self) -> dict:
        self._upload("balance", self.summary)
        self._put_opening()
        with self._measured() as read:
            sheet = self._upload("ledger", self.detail)
        recorded = sheet.new_count + sheet.fault_count
        batches, moves = self._book()
        with self._measured() as compare:
            check = self.env["overseas.snapshot"]._compare_ledger(self.warehouse)
        figures = {
            "rows": self.rows,
            "recorded": recorded,
            "moves": moves,
            "batches": len(batches),
            "differences": check.difference_count,
            "not_explained": check.unexplained_count,
            "read_queries": read.queries,
            "book_queries": max(batch.queries for batch in batches),
            "compare_queries": compare.queries,
            "read_cpu": round(read.cpu, 1),
            "book_cpu": round(sum(batch.cpu for batch in batches), 1),
            "compare_cpu": round(compare.cpu, 1),
        }
        self.env.cr.rollback()
        return figures

    def _book(self) -> tuple[list[Reading], int]:
        """What each batch took, and how many moves all made: as the queued job does it."""
        Row = self.env["fba.ledger.row"]
        Row._refresh(self.warehouse)
        batches, count = [], 0
        while True:
            with self._measured() as reading:
                moves = Row._book(self.warehouse)
            if not moves:
                return batches, count
            batches.append(reading)
            count += len(moves)

    @contextmanager
    def _measured(self):
        """A reading of what is done, and of writing it to the database, with nothing in memory before."""
        self.env.flush_all()
        self.env.invalidate_all()
        with self.meter.reading() as reading:
            yield reading
            self.env.flush_all()

    def _make_warehouse(self, skus: int):
        from odoo.addons.overseas_warehouse.contract import WarehouseInfo

        env = self.env
        seller = env["marketplace.account"].create({"name": "Amazon", "provider": "amazon", "amazon_region": "eu"})
        account = env["overseas.account"].create({"name": "FBA", "provider": "fba", "fba_account_id": seller.id})
        products = env["product.product"].create(
            [{"name": name, "default_code": name, "is_storable": True} for name in (f"SKU-{n}" for n in range(skus))]
        )
        env["overseas.product"].create(
            [{"account_id": account.id, "product_id": product.id, "sku": product.default_code} for product in products]
        )
        infos = [WarehouseInfo(MARKETPLACE, "UK", "GB")]
        return env["overseas.warehouse"]._create_from_infos(account, infos)

    def _upload(self, kind: str, text: str):
        """As a person does it."""
        wizard = self.env["fba.upload"].create(
            {
                "warehouse_id": self.warehouse.id,
                "kind": kind,
                "content": base64.b64encode(text.encode()),
                "file_name": f"{kind}.txt",
            }
        )
        return self.env["fba.sheet"].browse(wizard.action_upload()["res_id"])

    def _put_opening(self):
        """Give Odoo the stock with which the ledger begins."""
        places = {name: self.warehouse._get_fba_place(name) for name in ("available", "defective")}
        opened = self.env["fba.ledger.row"]._read_group(
            [("warehouse_id", "=", self.warehouse.id)], ["product_id", "attribute"], ["units:sum"]
        )
        self.env["stock.quant"].create(
            [
                {"product_id": product.id, "location_id": places[attribute].id, "quantity": units}
                for product, attribute, units in opened
                if product
            ]
        )
