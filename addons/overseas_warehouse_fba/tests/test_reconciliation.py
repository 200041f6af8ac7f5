from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .fba_case import DETAIL, FbaCase, event, text_of


@tagged("post_install", "-at_install")
class TestReconciliation(FbaCase):
    def setUp(self):
        super().setUp()
        self._open()

    def _move(self, source, target, units):
        move = self.env["stock.move"].create(
            {
                "product_id": self.cup.id,
                "product_uom_qty": units,
                "location_id": source.id,
                "location_dest_id": target.id,
                "picked": True,
                "state": "confirmed",
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.cup.id,
                            "quantity": units,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                        }
                    )
                ],
            }
        )
        move._action_done()
        return move

    def test_a_difference_that_nothing_explains_is_adjusted_by_a_person(self):
        self._put(self.cup, 3)
        line = self._take().line_ids
        self.assertEqual((line.theirs, line.ours, line.difference, line.unexplained), (50, 53, -3, -3))
        latest = [("is_latest", "=", True), ("warehouse_id", "=", self.warehouse.id)]
        self.assertEqual(self.env["overseas.snapshot.line"].search(latest), line)
        self.assertEqual(self._units(self.cup), 53)
        line.action_adjust()
        self.assertEqual((self._units(self.cup), line.adjusted_by), (50, "person"))
        self.assertEqual(self._take().state, "equal")
        self.assertFalse(self.env["overseas.snapshot.line"].search(latest))

    def test_a_difference_that_stays_is_known_from_before(self):
        self._put(self.cup, 3)
        self._take()
        self._put(self.cup, 1)
        parts = self._take().line_ids.fba_explanation_ids
        self.assertEqual({part.cause: part.units for part in parts}, {"carried": -3, "unexplained": -1})
        self.assertEqual(self._take().line_ids.unexplained, -4)

    def test_what_was_moved_only_in_odoo_is_named(self):
        self._take()
        self.env.cr.execute("UPDATE overseas_snapshot SET taken_at = taken_at - interval '1 hour'")
        self.env.invalidate_all()
        self._move(self.stock, self.warehouse.transit_location_id, 6)
        line = self._take().line_ids
        self.assertEqual((line.difference, line.unexplained), (6, 6))
        part = line.fba_explanation_ids
        self.assertEqual((part.cause, part.units), ("not_in_ledger", 6))
        self.assertIn("Moved Only in Odoo +6", line.fba_explanation)

    def test_parts_add_up_to_the_difference(self):
        self.warehouse.fba_book = False
        self._put(self.cup, 2)
        self._put(self.cup, 5, self.quarantine)
        self._ledger(
            event(units=-4, Reason="M"),
            event("Teleports", 3),
            event("Shipments", -2),
            event(units=1, Reason="P", Disposition="DEFECTIVE"),
        )
        for line in self._take().line_ids:
            self.assertEqual(sum(line.fba_explanation_ids.mapped("units")), line.difference)
            self.assertEqual(line.explained + line.unexplained, line.difference)

    def test_an_old_check_is_not_adjusted(self):
        self._put(self.cup, 3)
        line = self._take().line_ids
        self._take()
        with self.assertRaisesRegex(UserError, "newer check"):
            line.action_adjust()

    def test_a_ledger_below_zero_is_refused(self):
        self._ledger(event(units=-60, Reason="M"))
        snapshot = self._take()
        self.assertEqual(snapshot.state, "refused")
        self.assertIn("negative number of: CUP", snapshot.message)

    def test_the_rows_behind_a_line_are_shown(self):
        self._put(self.cup, 3)
        self._ledger(event(units=-1, Reason="M"), event(sku="PLATE", units=-1, Reason="M"))
        action = self._take().line_ids.action_view_rows()
        rows = self.env["fba.ledger.row"].search(action["domain"])
        self.assertEqual(set(rows.mapped("msku")), {"CUP"})

    def test_queries_do_not_grow_with_the_ledger(self):
        self.warehouse.fba_book = False
        counts = []
        for size in (20, 2000):
            self._read(
                "ledger",
                text_of(
                    DETAIL,
                    *(
                        event(("Adjustments", "Shipments")[number % 2], -1, sku=f"SKU{size}-{number % 7}", Reason="M")
                        for number in range(size)
                    ),
                    *(event(units=2000, sku=f"SKU{size}-{number}", Reason="F") for number in range(7)),
                ),
            )
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            snapshot = self.env["overseas.snapshot"]._compare_ledger(self.warehouse)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
            self.assertEqual(snapshot.state, "different")
        self.assertLessEqual(counts[1], counts[0] + 4)
