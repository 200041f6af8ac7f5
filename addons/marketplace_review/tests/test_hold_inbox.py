from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestInboxOnTheDesk(HoldCase):
    """What could not be imported has no order; it is on the desk all the same."""

    def _strange(self, ref, sku="STRANGE", **vals):
        return self._order(ref, self._line(sku, 2, "30.00"), **vals)

    def _holds(self, ref):
        return self.Hold.search([("inbox_id.external_id", "=", ref)], order="id")

    def test_unknown_sku(self):
        order = self._strange("U1")
        self.assertFalse(self._import(order))
        hold = self._holds("U1")
        self.assertEqual((hold.kind, hold.reference, hold.amount, hold.state), ("unmapped", "U1", 30.0, "open"))
        self.assertEqual(hold.ship_by, order.ship_by.end.replace(tzinfo=None))
        self.assertEqual(hold.evidence[0], {"label": "STRANGE", "value": "2 × A STRANGE"})
        self.assertIn("STRANGE", hold.note)
        self.assertEqual(hold.way_out, "match")

    def test_matching_the_sku_takes_it_off_the_desk(self):
        self._import(self._strange("U1"))
        hold = self._holds("U1")
        action = hold.action_match()
        listing = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((listing._name, listing.sku), ("marketplace.listing", "STRANGE"))
        with trap_jobs() as trap:
            listing.product_id = self.mug
            self.assertEqual(hold.state, "open")
            trap.perform_enqueued_jobs()
        self.assertEqual((hold.state, self._find("U1").state), ("solved", "sale"))

    def test_several_skus_open_the_list(self):
        self._import(self._order("U1", self._line("ODD", 1, "5.00"), self._line("ODDER", 1, "5.00")))
        action = self._holds("U1").action_match()
        self.assertEqual(self.env["marketplace.listing"].search(action["domain"]).mapped("sku"), ["ODD", "ODDER"])

    def test_newer_revision_replaces_it(self):
        self._import(self._strange("U1"))
        self._import(self._order("U1", revision=2))
        self.assertEqual(self._holds("U1").mapped("state"), ["solved"])

    def test_other_problems(self):
        self.shop.fulfilment_warehouse_id = False
        self._import(self._marketplace_order("F1"))
        hold = self._holds("F1")
        self.assertEqual((hold.kind, hold.way_out), ("inbox", "import"))
        self.shop.fulfilment_warehouse_id = self.fulfilment_warehouse
        with trap_jobs() as trap:
            hold.action_retry()
            trap.perform_enqueued_jobs()
        self.assertEqual(hold.state, "solved")

    def test_unreadable_payload_is_worth_nothing_but_seen(self):
        record = self.connector.add_order(self._order("X1"))
        self.connector.orders.clear()
        self._run_import(self.Inbox._receive(self.shop, [record]))
        hold = self._holds("X1")
        self.assertEqual((hold.kind, hold.amount, hold.ship_by, hold.evidence), ("inbox", 0, False, False))

    def test_broken_objects(self):
        rows = self.Inbox._receive_broken(self.shop, [("orders[3]", "no number", {"odd": 1})])
        self.assertEqual((self._holds("orders[3]").inbox_id, self._holds("orders[3]").state), (rows, "open"))

    def test_what_was_left_out_stays_out(self):
        self._import(self._strange("U1"))
        self._holds("U1").action_release()
        self._run_import(self._rows("U1"))
        self.assertEqual(self._holds("U1").mapped("state"), ["released"])
        self._holds("U1").action_hold_again()
        self.assertEqual(self._holds("U1").mapped("state"), ["open"])

    def test_queries_do_not_grow_with_the_rows(self):
        rows = self._receive(*(self._strange(f"U{number}") for number in range(42)))
        self._run_import(rows)
        holds = self.Hold.search([("inbox_id", "in", rows.ids)])
        self.assertEqual(len(holds), 42)
        holds.unlink()
        counts = []
        for part in (rows[:2], rows[2:12], rows[12:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Hold._follow_inbox(part)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2] - counts[1], 2, counts)
        self.assertEqual(self.Hold.search_count([("inbox_id", "in", rows.ids)]), 42)
