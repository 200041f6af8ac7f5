"""The addon and the training marketplace: neither knows anything of the other but Amazon's protocol."""

from datetime import datetime, timedelta, timezone

from freezegun import freeze_time
from odoo.addons.marketplace_simulator.server.app import Simulator
from odoo.addons.marketplace_simulator.server.clock import Clock
from odoo.addons.marketplace_simulator.server.spapi import fba_play, fba_stock
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..models.sheet import REPORT_TYPES
from .fba_seller_case import GB, FbaSellerCase


class SetClock(Clock):
    """A clock that stands still until a test puts it forward."""

    def __init__(self, now):
        super().__init__()
        self._now = now

    def now(self):
        return self._now

    def pass_time(self, seconds):
        self._now += timedelta(seconds=seconds)


@tagged("post_install", "-at_install")
class TestTraining(FbaSellerCase):
    def setUp(self):
        super().setUp()
        # The training marketplace's time runs ahead while it is asked: at midnight its day would not be Odoo's.
        noon = datetime.now(timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0)
        freezer = freeze_time(noon, tick=True)
        freezer.start()
        self.addCleanup(freezer.stop)
        self.clock = SetClock(noon)
        self._serve(Simulator(seed=5, regions=("eu",), clock=self.clock, orders=30))
        self._connect()

    def _record(self, sku, kind, units, **values):
        """Let something happen at Amazon."""
        with self.simulator.store.transaction():
            if units < 0:
                fba_stock.reserve(self.simulator.world, "eu", sku, -units)
                self.simulator.world.store.run(
                    "UPDATE listing SET reserved = reserved - ? WHERE region = 'eu' AND sku = ?", -units, sku
                )
            fba_stock.record(self.simulator.world, "eu", sku, kind, units, **values)

    def _run_jobs(self, start):
        """Run what ``start()`` queues until nothing is left; time passes between two questions."""
        with trap_jobs() as trap:
            start()
            for _round in range(40):
                jobs, trap.enqueued_jobs = trap.enqueued_jobs, []
                if not jobs:
                    return
                self.clock.pass_time(120)
                self.simulator.buckets.clear()
                for job in jobs:
                    job.perform()
        self.fail("The jobs never end.")

    def _fetch(self):
        self._run_jobs(lambda: self.env["fba.sheet"]._ask_for_all(self.warehouse))
        return self.env["fba.sheet"].search([("warehouse_id", "=", self.warehouse.id)])

    def _check(self):
        return self.env["overseas.snapshot"].search([("warehouse_id", "=", self.warehouse.id)], limit=1)

    def _adjust_opening(self):
        """A person takes over what lay at Amazon before."""
        lines = self._check().line_ids
        (lines - lines._get_waiting()).action_adjust()

    def test_the_ledger_is_fetched_typed_and_reconciled(self):
        entries = [row for row in self.simulator.world.listings("eu") if row["channel"] == "marketplace"]
        first, second = entries[0]["sku"], entries[1]["sku"]
        products = {
            row["sku"]: self.env["product.product"].create(
                {"name": row["sku"], "default_code": row["sku"], "is_storable": True, "standard_price": 3}
            )
            for row in entries
        }
        self.env["overseas.product"].create(
            [{"account_id": self.account.id, "sku": sku, "product_id": item.id} for sku, item in products.items()]
        )
        sheets = self._fetch()
        self.assertEqual(set(sheets.mapped("kind")), set(REPORT_TYPES))
        self.assertEqual(set(sheets.mapped("state")), {"read"})
        self.assertFalse(sheets.fault_ids)
        self._adjust_opening()
        self._record(first, "Adjustments", -3, reason="M")
        self._record(second, "Adjustments", -1, reason="E")
        self._record(second, "Adjustments", 1, reason="P", disposition="WAREHOUSE_DAMAGED")
        self._record(first, "CustomerReturns", 1, reference="LPN1", disposition="CUSTOMER_DAMAGED")
        self._fetch()
        rows = self.env["fba.ledger.row"].search([("warehouse_id", "=", self.warehouse.id), ("move_id", "!=", False)])
        self.assertEqual(
            sorted((row.msku, row.kind, row.units, row.attribute) for row in rows if row.msku in (first, second)),
            sorted(
                [
                    (first, "lost", -3, "available"),
                    (first, "return_unsourced", 1, "defective"),
                    (second, "damaged", -1, "available"),
                    (second, "disposition_in", 1, "defective"),
                ]
            ),
        )
        damaged = self.env["stock.quant"].search([("location_id", "=", self.warehouse.quarantine_location_id.id)])
        self.assertEqual(
            {quant.product_id: quant.quantity for quant in damaged}, {products[first]: 1, products[second]: 1}
        )
        lost = self.env["fba.claim"].search([("warehouse_id", "=", self.warehouse.id), ("kind", "=", "lost")])
        self.assertEqual((lost.msku, lost.units, lost.expected_amount), (first, 3, 9))
        fba = self.account._get_connector().fba
        shown = {entry.msku: entry.total - sum(entry.unsellable.values()) for entry in fba.fetch_inventory(GB)}
        units = self.env["fba.ledger.row"]._read_group(
            [("warehouse_id", "=", self.warehouse.id), ("attribute", "=", "available")], ["msku"], ["units:sum"]
        )
        self.assertEqual({sku: count for sku, count in units if count}, {sku: n for sku, n in shown.items() if n})
        count = self.env["fba.ledger.row"].search_count([("warehouse_id", "=", self.warehouse.id)])
        self._fetch()
        self.assertEqual(self.env["fba.ledger.row"].search_count([("warehouse_id", "=", self.warehouse.id)]), count)

    def test_refused_access_waits_and_goes_on_when_it_is_renewed(self):
        self.seller.amazon_refresh_token = "Atzr|wrong"
        with trap_jobs():
            sheet = self.env["fba.sheet"]._ask_for(self.warehouse, "planning", "2026-05-01", "2026-05-02")
            sheet._job_fetch()
            self.assertEqual((sheet.state, self.account.needs_authorisation), ("asked", True))
        with trap_jobs() as trap:
            self.account._end_waiting()
            trap.assert_enqueued_job(sheet._job_fetch)
        self.assertFalse(self.account.needs_authorisation)

    def test_what_leaves_by_a_removal_is_followed_to_the_claim(self):
        stock = fba_stock.stock(self.simulator.world, "eu")
        sku = max(stock, key=stock.get)[0]
        number = fba_play.play(self.simulator.world, "removal", {"sku": sku, "units": 10})
        self.simulator.tick(everything=True)
        self._fetch()
        removal = self.env["fba.removal"].search([("number", "=", number)])
        self.assertEqual((removal.open_units, removal.parcel_ids.units, removal.status), (0, 9, "Completed"))
        rows = self.env["fba.ledger.row"].search([("reference", "=", number)])
        self.assertEqual((rows.kind, rows.units), ("removal", -10))
        claims = self.env["fba.claim"].search([("document", "=", number)])
        self.assertEqual(sorted(claims.mapped("units")), [1, 9])
