from odoo.addons.marketplace_simulator.server.app import Simulator
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user, tagged

from ..connector.inventory import InventorySummary
from .fba_case import FbaCase, event
from .fba_seller_case import FbaSellerCase


def summary(sku="CUP", sellable=50, unsellable=None, **units):
    counts = (
        dict.fromkeys(("announced", "shipped", "receiving", "for_orders", "moving", "processing", "researching"), 0)
        | units
    )
    return InventorySummary(
        msku=sku, fnsku=f"X-{sku}", asin="B1", condition="NewItem", sellable=sellable, unsellable=unsellable or {},
        total=sellable, updated_at=None, **counts,
    )  # fmt: skip


@tagged("post_install", "-at_install")
class TestSummary(FbaCase):
    def setUp(self):
        super().setUp()
        self._open()
        self.check = self._take()

    def _state(self, *summaries):
        self.env["fba.summary"]._take(self.warehouse, summaries)
        return self.env["fba.summary"].search([("warehouse_id", "=", self.warehouse.id)])

    def test_units_are_shown_by_what_amazon_does_with_them(self):
        row = self._state(
            summary(sellable=40, for_orders=3, processing=2, researching=1, shipped=9, unsellable={"DEFECTIVE": 4}),
            summary("PLATE", 20),
        )[0]
        self.assertEqual((row.product_id, row.sellable, row.for_orders, row.processing), (self.cup, 40, 3, 2))
        self.assertEqual((row.researching, row.shipped, row.unsellable), (1, 9, 4))
        self.assertEqual((row.dispositions, row.on_hand, row.ledger_units, row.difference), ("DEFECTIVE 4", 50, 50, 0))
        self.assertFalse(self.check.message)

    def test_skus_that_differ_are_named_on_the_check(self):
        cup, plate = self._state(summary(sellable=53))
        self.assertEqual((cup.difference, plate.difference, plate.sellable), (3, -20, 0))
        self.assertIn("CUP (53 / 50), PLATE (0 / 20)", self.check.message)
        self._state(summary(), summary("PLATE", 20))
        self.assertFalse(self.check.message)

    def test_units_that_move_may_be_in_the_ledger_or_not(self):
        for sellable, moving, difference in ((50, 4, 0), (46, 4, 0), (45, 4, -1), (51, 4, 1)):
            row = self._state(summary(sellable=sellable, moving=moving), summary("PLATE", 20))[0]
            self.assertEqual(row.difference, difference, (sellable, moving))

    def test_one_row_per_sku_that_goes_with_its_units(self):
        first = self._state(summary(), summary("PLATE", 20), summary("BOWL", 1))
        self.assertEqual(first.mapped("msku"), ["BOWL", "CUP", "PLATE"])
        self._ledger(event(sku="PLATE", units=-20, Reason="M"))
        again = self._state(summary(sellable=49))
        self.assertEqual((again, again.sellable), (first[1], 49))

    def test_without_an_opening_balance_nothing_differs(self):
        self.warehouse.fba_from = False
        self.assertEqual(set(self._state(summary(sellable=7)).mapped("difference")), {0})

    def test_queries_do_not_grow_with_the_skus(self):
        counts = []
        for size in (10, 90):
            skus = [f"SKU{number}" for number in range(size)]
            for sellable in (1, 2):
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                self._state(*(summary(sku, sellable) for sku in skus))
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[3], counts[1] + 2, counts)

    def test_other_companies_see_nothing(self):
        row = self._state(summary(), summary("PLATE", 20))
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "summary.other",
            groups="marketplace.group_operator",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.env["fba.summary"].with_user(user).search([("id", "in", row.ids)]))


@tagged("post_install", "-at_install")
class TestSummaryFetch(FbaSellerCase):
    def test_it_is_fetched_after_the_check(self):
        self._serve(Simulator(seed=5, regions=("eu",), orders=0))
        self._connect()
        with trap_jobs() as trap:
            self.env["overseas.snapshot"]._job_take(self.warehouse)
            trap.assert_enqueued_job(self.env["fba.summary"]._job_fetch, args=(self.warehouse,))
            trap.perform_enqueued_jobs()
        rows = self.env["fba.summary"].search([("warehouse_id", "=", self.warehouse.id)])
        shown = {row["sku"] for row in self.simulator.world.listings("eu") if row["channel"] == "marketplace"}
        self.assertEqual(set(rows.mapped("msku")), shown)
        self.assertTrue(any(rows.mapped("sellable")))
