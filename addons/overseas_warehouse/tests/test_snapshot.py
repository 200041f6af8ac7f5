from unittest.mock import patch

from odoo.addons.marketplace.contract import Unavailable
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import LockError, UserError
from odoo.tests import tagged

from ..contract import Grade, StockEventKind
from .overseas_case import OverseasCase


@tagged("post_install", "-at_install")
class TestSnapshot(OverseasCase):
    def setUp(self):
        super().setUp()
        self._stock(self.cup, 50)
        self._stock(self.plate, 20)

    def _take(self):
        events = self.world.events
        lines = [self._line(sku, sellable, damaged=damaged) for sku, (sellable, damaged) in self.world.stock.items()]
        return self.env["overseas.snapshot"]._compare(self.warehouse, lines, events)

    def test_equal_stock_is_said_to_be(self):
        snapshot = self._take()
        self.assertEqual((snapshot.state, snapshot.product_count, snapshot.difference_count), ("equal", 2, 0))
        self.assertFalse(snapshot.line_ids)

    def test_the_job_asks_the_warehouse(self):
        self.env["overseas.snapshot"]._job_take(self.warehouse)
        snapshot = self.env["overseas.snapshot"].search([("warehouse_id", "=", self.warehouse.id)])
        self.assertEqual(snapshot.state, "equal")

    def test_a_warehouse_that_does_not_answer_is_asked_again(self):
        self.provider._error = Unavailable("no answer")
        with trap_jobs() as trap:
            self.env["overseas.snapshot"]._job_take(self.warehouse)
            trap.assert_jobs_count(1)
        self.assertFalse(self.env["overseas.snapshot"].search([("warehouse_id", "=", self.warehouse.id)]))

    def test_a_difference_is_explained_event_by_event(self):
        self.world.book("CUP", StockEventKind.COUNT, -3, Grade.SELLABLE)
        self.world.book("CUP", StockEventKind.REGRADE, -1, Grade.SELLABLE)
        self.world.book("CUP", StockEventKind.REGRADE, 1, Grade.DAMAGED)
        self.world.stock["PLATE"] = [18, 0]
        snapshot = self._take()
        found = {(line.sku, line.grade): line for line in snapshot.line_ids}
        cups = found["CUP", "sellable"]
        self.assertEqual((cups.theirs, cups.ours, cups.difference, cups.unexplained), (46, 50, -4, 0))
        self.assertEqual(sorted(cups.event_ids.mapped("kind")), ["count", "regrade"])
        self.assertEqual(found["CUP", "damaged"].difference, 1)
        self.assertEqual((found["PLATE", "sellable"].difference, found["PLATE", "sellable"].unexplained), (-2, -2))
        self.assertEqual((snapshot.difference_count, snapshot.unexplained_count), (3, 1))

    def test_nothing_is_adjusted_by_itself(self):
        self.world.book("CUP", StockEventKind.COUNT, -3, Grade.SELLABLE)
        snapshot = self._take()
        self.assertFalse(snapshot.line_ids.adjusted_at)
        self.assertEqual(self._get_units(self.cup), 50)

    def test_a_person_adjusts_once(self):
        self.world.book("CUP", StockEventKind.COUNT, -3, Grade.SELLABLE)
        line = self._take().line_ids
        line.action_adjust()
        self.assertEqual((line.adjusted, line.adjusted_by, line.adjusted_user_id), (-3, "person", self.env.user))
        self.assertEqual(self._get_units(self.cup), 47)
        with self.assertRaisesRegex(UserError, "Adjusted already"):
            line.action_adjust()
        self.assertEqual(self._take().state, "equal")

    def test_one_check_or_adjustment_at_a_time(self):
        """A check that overlaps another would record old numbers as the newest ones."""
        self.world.stock["CUP"] = [45, 0]
        line = self._take().line_ids
        turns = self.warehouse.stock_turn
        with patch.object(type(self.warehouse), "lock_for_update", side_effect=LockError("held")):
            with self.assertRaises(RetryableJobError):
                self.env["overseas.snapshot"]._job_take(self.warehouse)
            with self.assertRaisesRegex(UserError, "being checked right now"):
                line.action_adjust()
        self.assertEqual((self._get_units(self.cup), self.warehouse.stock_turn), (50, turns))
        line.action_adjust()
        self.env["overseas.snapshot"]._job_take(self.warehouse)
        self.assertEqual((self._get_units(self.cup), self.warehouse.stock_turn), (45, turns + 2))

    def test_an_old_check_is_not_adjusted(self):
        self.world.stock["CUP"] = [45, 0]
        line = self._take().line_ids
        self._take()
        with self.assertRaisesRegex(UserError, "newer check"):
            line.action_adjust()

    def test_the_approved_rule_takes_over_what_is_explained(self):
        self.warehouse.write({"auto_adjust": True, "auto_adjust_units": 5})
        self.world.book("CUP", StockEventKind.COUNT, -3, Grade.SELLABLE)
        self.world.book("PLATE", StockEventKind.COUNT, -6, Grade.SELLABLE)
        snapshot = self._take()
        found = {line.sku: line for line in snapshot.line_ids}
        self.assertEqual(found["CUP"].adjusted_by, "rule")
        self.assertFalse(found["PLATE"].adjusted_at)  # more than the rule allows
        self.assertEqual((self._get_units(self.cup), self._get_units(self.plate)), (47, 20))

    def test_the_rule_leaves_what_is_not_explained(self):
        self.warehouse.write({"auto_adjust": True, "auto_adjust_units": 5})
        self.world.stock["CUP"] = [49, 0]
        self.assertFalse(self._take().line_ids.adjusted_at)

    def test_what_an_order_explains_comes_in_by_itself(self):
        self.warehouse.write({"auto_adjust": True})
        picking = self._create_delivery()
        self._exchange("overseas.outbound")
        self.world.ship(picking.overseas_outbound_ids.reference)
        line = self._take().line_ids
        self.assertEqual((line.difference, line.unexplained, line.adjusted_at), (-2, 0, False))
        with self.assertRaisesRegex(UserError, "come in by themselves"):
            line.action_adjust()
        self._exchange("overseas.outbound")
        self.assertEqual(picking.state, "done")
        self.assertEqual(self._take().state, "equal")

    def test_counted_goods_explain_until_they_are_taken_in(self):
        inbound = self._create_inbound([{self.cup: 10}])
        inbound.action_announce()
        self._exchange("overseas.inbound")
        self.world.receive(inbound.reference, {"CUP": (4, 0)}, False)
        line = self._take().line_ids
        self.assertEqual((line.difference, line.explained, line.unexplained), (4, 4, 0))
        self._exchange("overseas.inbound")
        self.assertEqual(self._take().state, "equal")
        self.world.receive(inbound.reference, {"CUP": (6, 0)}, True)
        self.assertEqual(self._take().line_ids.explained, 6)

    def test_a_negative_report_is_refused_and_changes_nothing(self):
        self.world.book("PLATE", StockEventKind.COUNT, -3, Grade.SELLABLE)
        self.world.stock["CUP"] = [-2, 0]
        snapshot = self._take()
        self.assertEqual(snapshot.state, "refused")
        self.assertIn("negative number of: CUP. Nothing was taken over; ask the warehouse", snapshot.message)
        self.assertFalse(snapshot.line_ids)
        self.assertFalse(self.env["overseas.stock.event"].search([("warehouse_id", "=", self.warehouse.id)]))
        self.assertEqual(self._get_units(self.cup), 50)

    def test_a_report_with_unreadable_lines_is_refused(self):
        broken = [("data[3].sellable", "a number of units was expected, not 'x'", {})]
        snapshot = self.env["overseas.snapshot"]._compare(self.warehouse, [self._line("CUP", 1)], [], broken)
        self.assertEqual(snapshot.state, "refused")
        self.assertIn("data[3].sellable", snapshot.message)

    def test_an_unknown_product_is_shown_and_not_adjusted(self):
        self.world.stock["VASE"] = [2, 0]
        line = self._take().line_ids
        self.assertEqual((line.sku, line.difference), ("VASE", 2))
        with self.assertRaisesRegex(UserError, "Nobody here knows: VASE"):
            line.action_adjust()

    def test_queries_do_not_grow_with_the_report(self):
        counts = []
        for size in (5, 40):
            lines = [self._line(f"SKU{number}", 3) for number in range(size)]
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env["overseas.snapshot"]._compare(self.warehouse, lines, [])
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 2)
