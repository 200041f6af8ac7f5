from odoo.addons.marketplace.contract import Capability
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestWaysOut(HoldCase):
    def test_every_kind_has_a_way_out(self):
        kinds = dict(self.Hold._get_kinds())
        self.assertIn("short", kinds)
        self.assertIn("unmapped", kinds)
        ways = {kind: self.Hold.new({"kind": kind}).way_out for kind in kinds}
        self.assertTrue(all(ways.values()), ways)
        self.assertEqual((ways["short"], ways["amount"], ways["duplicate"]), ("reserve", "accept", "duplicate"))

    def test_reserve_again(self):
        rare = self._create_product("RARE", 1, taxes_id=self.tax.ids)
        self._create_listing("RARE", rare)
        order = self._import_and_reserve(self._order("O1", self._line("RARE", 2, "20.00")))
        hold = self.Hold._find_open(order)
        self.assertIn("1 of 2", hold.action_reserve()["params"]["message"])
        self.assertEqual(hold.state, "open")
        self.assertIn("1 of 2", hold.action_release()["params"]["message"])
        self.env["stock.quant"]._update_available_quantity(rare, self.stock, 1)
        self.assertTrue(hold.action_reserve() is True)
        self.assertEqual((hold.state, order.marketplace_hold), ("solved", False))

    def test_cancel_at_the_marketplace(self):
        order = self._orders(1)
        hold = self._raise(order, "duplicate")
        action = hold.action_cancel_order()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.order_id, wizard.reason), (order, "other"))
        with trap_jobs() as trap:
            wizard.action_cancel()
            self.assertEqual((hold.state, order.marketplace_hold), ("cancelled", "cancelling"))
            with self.assertRaisesRegex(UserError, "has been asked"):
                self.Hold._find_open(order).action_cancel_order()
            trap.perform_enqueued_jobs()
        self.assertEqual((order.state, self._kinds(order)), ("cancel", []))

    def test_reason_told_follows_the_kind(self):
        order = self._orders(1)
        for kind, reason in (
            ("cancel_request", "buyer_request"),
            ("address_check", "address"),
            ("short", "out_of_stock"),
        ):
            hold = self._raise(order, kind)
            action = hold.action_cancel_order()
            self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).reason, reason)

    def test_cancel_here_where_the_marketplace_cannot_be_told(self):
        self.connector.capabilities = self.connector.capabilities - {Capability.CANCELLATION}
        order = self._orders(1)
        hold = self._raise(order, "forbidden")
        self.assertFalse(order.marketplace_can_cancel)
        action = hold.action_cancel_order()
        self.assertEqual((action["res_model"], order.state), ("marketplace.hold.cancel", "sale"))
        self.env[action["res_model"]].browse(action["res_id"]).action_cancel()
        self.assertEqual((order.state, hold.state), ("cancel", "cancelled"))

    def test_what_has_left_is_refunded_instead(self):
        self.connector.capabilities = self.connector.capabilities - {Capability.CANCELLATION}
        order = self._orders(1)
        self._ship(order)
        hold = self._raise(order, "changed")
        with self.assertRaisesRegex(UserError, "Refund"):
            hold.action_cancel_order()
        self.assertEqual(order.state, "sale")

    def test_missing_address_is_entered(self):
        order = self._import(self._order("O1", address=None))
        hold = self.Hold._find_open(order)
        self.assertEqual((hold.kind, hold.way_out), ("address", "address"))
        action = hold.action_correct_address()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            wizard.action_save()
        wizard.street = "12 Mill Lane"
        self.assertIn("still held", wizard.action_save()["params"]["message"])
        wizard.write({"city": "Leeds", "country_id": self.env.ref("base.uk").id})
        self.assertEqual(wizard.action_save()["type"], "ir.actions.act_window_close")
        self.assertEqual((hold.state, order.marketplace_hold), ("solved", False))
        self.assertEqual(order.partner_shipping_id.city, "Leeds")

    def test_retry_fetches_what_waits_for_the_marketplace(self):
        order = self._orders(1)
        hold = self._raise(order, "unfulfillable")
        with trap_jobs() as trap:
            hold.action_retry()
            trap.assert_jobs_count(1, only=order._job_refetch)

    def test_open_order(self):
        order = self._orders(1)
        action = self._raise(order).action_open_order()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))

    def test_buyer_so_far(self):
        buyer = {"buyer": self._order("A").buyer}
        first, second, third = self._import(*(self._order(ref, **buyer) for ref in ("A", "B", "C")))
        second._action_cancel()
        self.assertEqual(self._raise(third).buyer_history, "2 other orders, 1 cancelled, 0 with a return")
        self.assertEqual(self._raise(self._orders(1)).buyer_history, "First order of this buyer")
        self.assertTrue(first)

    def test_held_for_other_reasons_too(self):
        order = self._orders(1)
        amount, margin = self._raise(order), self._raise(order, "margin")
        self.assertEqual((amount.other_hold_ids, margin.other_hold_ids), (margin, amount))
