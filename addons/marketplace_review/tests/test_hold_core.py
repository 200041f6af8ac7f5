from dataclasses import replace

from odoo.addons.marketplace.contract import OrderStatus
from odoo.addons.marketplace.tests.import_case import ADDRESS
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestCoreHolds(HoldCase):
    """Every reason that the core holds an order for is a record on the desk, and ends with the reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rare = cls._create_product("RARE", 1, taxes_id=cls.tax.ids)
        cls._create_listing("RARE", cls.rare)

    def _rare(self, ref, quantity=2, **vals):
        return self._order(ref, self._line("RARE", quantity, f"{quantity}0.00"), **vals)

    def _assert_held(self, order, kind):
        hold = self.Hold._find_open(order)
        self.assertEqual((hold.kind, hold.note), (kind, order.marketplace_hold_note))
        self.assertEqual(order.marketplace_hold, kind)
        return hold

    def _assert_ended(self, order, hold, state):
        self.assertEqual((hold.state, order.marketplace_hold, self.Hold._find_open(order)), (state, False, self.Hold))

    def test_short(self):
        order = self._import_and_reserve(self._rare("O1"))
        hold = self._assert_held(order, "short")
        self.env["stock.quant"]._update_available_quantity(self.rare, self.stock, 1)
        self._reserve()
        self._assert_ended(order, hold, "solved")

    def test_short_note_follows_the_stock(self):
        order = self._import_and_reserve(self._rare("O1", 3))
        hold = self._assert_held(order, "short")
        self.assertIn("2 of 3", hold.note)
        self.env["stock.quant"]._update_available_quantity(self.rare, self.stock, 1)
        self._reserve()
        self.assertIn("1 of 3", hold.note)
        self._assert_held(order, "short")

    def test_short_behind_a_more_urgent_hold_ends_too(self):
        order = self._import_and_reserve(self._rare("O1"))
        self._raise(order)
        self.assertEqual((order.marketplace_hold, self._kinds(order)), ("amount", ["amount", "short"]))
        self.env["stock.quant"]._update_available_quantity(self.rare, self.stock, 1)
        order.picking_ids.action_assign()
        self._reserve()
        self.assertEqual((order.marketplace_hold, self._kinds(order)), ("amount", ["amount"]))

    def test_address(self):
        order = self._import(self._order("O1", address=None))
        hold = self._assert_held(order, "address")
        self._import(self._order("O1", revision=2))
        self._assert_ended(order, hold, "solved")

    def test_address_released_stays_released(self):
        order = self._import(self._order("O1", address=None))
        hold = self._assert_held(order, "address")
        order.action_marketplace_release()
        self._import(self._order("O1", address=None, revision=2))
        self._assert_ended(order, hold, "released")

    def test_cancel_request(self):
        order = self._import(self._order("O1", cancel_request="Bought twice"))
        hold = self._assert_held(order, "cancel_request")
        self.assertIn("Bought twice", hold.note)
        with trap_jobs() as trap:
            order.action_marketplace_accept_cancel()
            self.assertEqual(hold.state, "cancelled")
            self._assert_held(order, "cancelling")
            trap.perform_enqueued_jobs()
        self.assertEqual((order.state, self._kinds(order)), ("cancel", []))

    def test_cancel_request_declined(self):
        order = self._import(self._order("O1", cancel_request="Bought twice"))
        hold = self._assert_held(order, "cancel_request")
        with trap_jobs() as trap:
            order.action_marketplace_decline_cancel()
            trap.perform_enqueued_jobs()
        self._assert_ended(order, hold, "solved")

    def test_refused_cancellation_is_on_the_desk_with_the_answer(self):
        order = self._import(self._order("O1"))
        with trap_jobs() as trap:
            record = self.env["marketplace.cancellation"]._cancel(order, "other")
            self.connector.refused[record.reference] = "Already on its way"
            trap.perform_enqueued_jobs()
        self.assertIn("Already on its way", self._assert_held(order, "cancelling").note)

    def test_changed(self):
        order = self._orders(1)
        self._ship(order)
        self._import(self._order("O0", revision=2, address=replace(ADDRESS, street="7 High Street")))
        hold = self._assert_held(order, "changed")
        order.action_marketplace_release()
        self._assert_ended(order, hold, "released")

    def test_unfulfillable(self):
        order = self._import(self._order("O1", status=OrderStatus.UNFULFILLABLE))
        hold = self._assert_held(order, "unfulfillable")
        self._import(self._order("O1", revision=2, status=OrderStatus.CANCELLED))
        self._assert_ended(order, hold, "cancelled")

    def test_unknown(self):
        order = self._import(self._order("O1", status=OrderStatus.UNKNOWN, status_text="odd"))
        hold = self._assert_held(order, "unknown")
        self._import(self._order("O1", revision=2))
        self._assert_ended(order, hold, "solved")
        self.assertEqual(order.state, "sale")

    def test_unknown_released_on_the_desk_is_confirmed(self):
        order = self._import(self._order("O1", status=OrderStatus.UNKNOWN, status_text="odd"))
        hold = self._assert_held(order, "unknown")
        self.assertEqual(order.state, "draft")
        with trap_jobs():
            hold.action_release()
        self._assert_ended(order, hold, "released")
        self.assertEqual((order.state, len(order.picking_ids)), ("sale", 1))

    def test_risk(self):
        order = self._import(self._order("O1", warnings=("High risk of fraud",)))
        hold = self._assert_held(order, "risk")
        hold.action_release()
        self._import(self._order("O1", revision=2, warnings=("High risk of fraud",)))
        self._assert_ended(order, hold, "released")
        self._import(self._order("O1", revision=3, warnings=("Card was stolen",)))
        self._assert_held(order, "risk")

    def test_short_orders_cost_the_same_number_of_queries(self):
        counts = []
        for name, count in (("W", 2), ("A", 10), ("B", 40)):
            orders = self._import(*(self._rare(f"{name}{number}", 9) for number in range(count)))
            holds = {order: ("short", f"{order.marketplace_ref}: 9 missing") for order in orders}
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["sale.order"]._hold_each(holds)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(orders.mapped("marketplace_hold")), {"short"})
        self.assertLessEqual(counts[2] - counts[1], 2, counts)
