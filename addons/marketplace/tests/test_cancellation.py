from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..contract import CancelReason, Capability, OrderStatus, RateLimited, ShipmentLine
from .import_case import ImportCase


class CancellationCase(ImportCase):
    def setUp(self):
        super().setUp()
        self.order = self._import_and_reserve(
            self._order("O1", self._line("MUG", 3, "36.00"), self._line("PEN", 1, "2.00"))
        )
        self.picking = self.order.picking_ids

    def _wizard(self, order=None, **units):
        """The wizard, with units by SKU where they are given."""
        action = (order or self.order).action_marketplace_cancel()
        wizard = self.env["marketplace.cancel"].browse(action["res_id"])
        if units:
            for line in wizard.line_ids:
                line.quantity = units.get(line.product_id.default_code, 0)
        return wizard

    def _cancel(self, order=None, **units):
        wizard = self._wizard(order, **units)
        with trap_jobs() as trap:
            wizard.action_cancel()
            trap.assert_jobs_count(1)
        return (order or self.order).marketplace_cancellation_ids[:1]

    def _run(self):
        with trap_jobs() as trap:
            self.env["marketplace.cancellation"]._job_confirm(self.shop)
            return {job.func.__name__: job for job in trap.enqueued_jobs}

    def _told(self):
        return [record for (records,) in self.connector.get_calls("cancel_orders") for record in records]

    def _moves(self):
        """Open moves as ``{SKU: (units, reserved)}``."""
        moves = self.picking.move_ids.filtered(lambda move: move.state != "cancel")
        return {move.product_id.default_code: (move.product_uom_qty, move.quantity) for move in moves}


@tagged("post_install", "-at_install")
class TestCancelOrder(CancellationCase):
    def test_held_with_its_stock_until_the_marketplace_accepts(self):
        record = self._cancel()
        self.assertRecordValues(record, [{"state": "pending", "lines": False, "reason": "out_of_stock"}])
        self.assertEqual((self.order.state, self.order.marketplace_hold), ("sale", "cancelling"))
        self.assertEqual(self._moves(), {"MUG": (3, 3), "PEN": (1, 1)})
        self._run()
        (told,) = self._told()
        self.assertEqual((told.reference, told.order_id, told.shop_id), (record.reference, "O1", "DE1"))
        self.assertEqual((told.reason, told.lines, told.decline), (CancelReason.OUT_OF_STOCK, (), False))
        self.assertEqual((record.state, self.order.state, self.order.marketplace_hold), ("confirmed", "cancel", False))
        self.assertEqual(self.picking.state, "cancel")

    def test_the_marketplace_says_it_as_well(self):
        self._cancel()
        self._run()
        self._import(self._order("O1", status=OrderStatus.CANCELLED, revision=2))
        self.assertEqual((self.order.state, self.order.marketplace_hold), ("cancel", False))

    def test_refused_and_retried(self):
        record = self._cancel()
        self.connector.refused[record.reference] = "Already on its way"
        self._run()
        self.assertRecordValues(record, [{"state": "rejected", "message": "Already on its way"}])
        self.assertEqual((self.order.state, self.order.marketplace_hold), ("sale", "cancelling"))
        self.assertIn("Already on its way", self.order.marketplace_hold_note)
        self._run()
        self.assertEqual(len(self._told()), 1)
        self.connector.refused.clear()
        with trap_jobs() as trap:
            record.action_retry()
            trap.assert_jobs_count(1)
        self._run()
        self.assertEqual({told.reference for told in self._told()}, {record.reference})
        self.assertEqual(self.order.state, "cancel")

    def test_turned_away_comes_back_with_the_same_reference(self):
        record = self._cancel()
        now = fields.Datetime.now()
        self.connector.errors["cancel_orders"] = [RateLimited("slow down", 11)]
        with freeze_time(now):
            jobs = self._run()
        self.assertEqual(jobs["_job_confirm"].eta, now + timedelta(seconds=11))
        self.assertEqual((record.state, self.order.state), ("pending", "sale"))
        with freeze_time(now + timedelta(seconds=11)):
            self._run()
        self.assertEqual([told.reference for told in self._told()], [record.reference] * 2)
        self.assertEqual(self.order.state, "cancel")

    def test_shipped_meanwhile(self):
        self._cancel()
        self.order.action_marketplace_release()  # a person lets the parcel go all the same
        self.picking.move_ids.picked = True
        with trap_jobs():
            self.picking._action_done()
        self._run()
        self.assertEqual((self.order.state, self.order.marketplace_hold), ("sale", "changed"))

    def test_one_open_cancellation_per_order(self):
        self._cancel()
        self.assertFalse(self.order.marketplace_can_cancel)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["marketplace.cancellation"]._cancel(self.order, "other")

    def test_what_cannot_be_cancelled(self):
        self._ship(self.order)
        with self.assertRaises(UserError):
            self._wizard()
        other = self._import(self._order("O2"))
        self.connector.capabilities = self.connector.capabilities - {Capability.CANCELLATION}
        self.assertFalse(other.marketplace_can_cancel)
        with self.assertRaises(UserError):
            self._wizard(other).action_cancel()

    def test_queries_do_not_grow_with_the_batch(self):
        orders = self._import(*(self._order(f"B{number}") for number in range(30)))
        with trap_jobs():
            for order in orders:
                self.env["marketplace.cancellation"]._cancel(order, "other", decline=True)
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(25):
                self.env["marketplace.cancellation"]._job_confirm(self.shop)
                self.env.flush_all()
        self.assertEqual(len(self.connector.get_calls("cancel_orders")), 1)
        self.assertEqual(set(orders.marketplace_cancellation_ids.mapped("state")), {"confirmed"})


@tagged("post_install", "-at_install")
class TestCancelUnits(CancellationCase):
    def test_units_come_off_the_order_and_its_transfer(self):
        self._cancel(MUG=2)
        jobs = self._run()
        (told,) = self._told()
        self.assertEqual(told.lines, (ShipmentLine("MUG-1", 2),))
        self.assertEqual((self.order.state, self.order.marketplace_hold), ("sale", False))
        self.assertEqual(self._summary(self.order), [("MUG", 1, 12.0), ("PEN", 1, 2.0)])
        self.assertEqual(self._moves(), {"MUG": (1, 1), "PEN": (1, 1)})
        self.assertIn("_job_refetch", jobs, "the money follows with the next revision")

    def test_whole_line(self):
        self._cancel(PEN=1)
        self._run()
        self.assertEqual(self._moves(), {"MUG": (3, 3)})

    def test_money_follows_with_the_next_revision(self):
        self._cancel(MUG=2)
        jobs = self._run()
        self.connector.add_order(
            self._order("O1", self._line("MUG", 1, "11.50"), self._line("PEN", 1, "2.00"), revision=2)
        )
        with trap_jobs() as trap:
            jobs["_job_refetch"].perform()
            rows = trap.enqueued_jobs[0].recordset
        self._run_import(rows)
        self.assertEqual(self.order.amount_total, 13.5)
        self.assertFalse(self.order.marketplace_hold)

    def test_no_more_than_is_open_and_only_whole_units(self):
        for units in (4, 1.5, -1):
            with self.assertRaises(ValidationError):
                self._wizard(MUG=units)
        with self.assertRaises(UserError):
            self._wizard(PEN=0).action_cancel()

    def test_all_units_are_the_whole_order(self):
        self.assertFalse(self._cancel(MUG=3, PEN=1).lines)


@tagged("post_install", "-at_install")
class TestBuyersWish(CancellationCase):
    def setUp(self):
        super().setUp()
        self.wish = self._import(self._order("WISH", cancel_request="Changed my mind"))

    def test_accepted(self):
        with trap_jobs():
            self.wish.action_marketplace_accept_cancel()
        self._run()
        (told,) = self._told()
        self.assertEqual((told.reason, told.decline), (CancelReason.BUYER_REQUEST, False))
        self.assertEqual(self.wish.state, "cancel")

    def test_declined(self):
        with trap_jobs():
            self.wish.action_marketplace_decline_cancel()
        self.assertEqual(self.wish.marketplace_hold, "cancel_request", "until the marketplace knows")
        self._run()
        (told,) = self._told()
        self.assertTrue(told.decline)
        self.assertEqual((self.wish.state, self.wish.marketplace_hold), ("sale", False))
        self._import(self._order("WISH", cancel_request="Changed my mind", revision=2))
        self.assertFalse(self.wish.marketplace_hold, "the buyer has his answer")

    def test_only_for_who_asks(self):
        with self.assertRaises(UserError):
            self.order.action_marketplace_accept_cancel()

    def test_roles(self):
        operator = new_test_user(self.env, "cancel_operator", groups="marketplace.group_operator")
        with self.assertRaises(AccessError):
            self.wish.with_user(operator).action_marketplace_decline_cancel()
        self.shop.user_ids = operator
        with trap_jobs():
            self.wish.with_user(operator).action_marketplace_decline_cancel()
        record = self.wish.marketplace_cancellation_ids
        self.assertTrue(record.with_user(operator).has_access("read"))
        wizard = self.env["marketplace.cancel"].browse(
            self.order.with_user(operator).action_marketplace_cancel()["res_id"]
        )
        with trap_jobs():
            wizard.with_user(operator).action_cancel()
        self.assertEqual(self.order.marketplace_hold, "cancelling")
