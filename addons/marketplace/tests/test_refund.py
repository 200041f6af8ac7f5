from decimal import Decimal

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..contract import Capability, Money, RefundLine, Restock, ReturnKind, ReturnStatus, TaxTreatment, Unavailable
from .test_return import ReturnCase


class RefundCase(ReturnCase):
    def setUp(self):
        super().setUp()
        self.Refund = self.env["marketplace.refund"]
        mug = self._line("MUG", 3, "10.00", self._charge("item_discount", "-1.00"), self._charge("shipping", "4.90"))
        self.order = self._import(self._order("O1", mug, self._line("PEN", 1, "2.00")))

    def _new(self, **context):
        """A refund as its dialogue begins, of the order unless something else is given."""
        context = context or {"default_order_id": self.order.id}
        return self.Refund.with_context(**context).create({"reason": "Broken"})

    def _send(self, refund):
        with trap_jobs() as trap:
            refund.action_send()
            trap.assert_jobs_count(1)

    def _run(self):
        with trap_jobs():
            self.Refund._job_confirm(self.shop)

    def _told(self):
        return [refund for (refunds,) in self.connector.get_calls("refund_orders") for refund in refunds]

    def _lines(self, refund):
        return [(line.product_id.default_code, line.quantity, line.amount) for line in refund.line_ids]


@tagged("post_install", "-at_install")
class TestRefund(RefundCase):
    def test_begins_with_what_was_paid(self):
        refund = self._new()
        self.assertEqual(self._lines(refund), [("MUG", 3, 9.0), ("PEN", 1, 2.0)])
        self.assertEqual((refund.amount, refund.shipping_left, refund.shop_id), (11.0, 4.9, self.shop))

    def test_dialogue(self):
        action = self.order.action_marketplace_refund()
        with Form(self.Refund.with_context(**action["context"])) as form:
            form.reason = "Late"
            form.shipping_amount = 4.9
            self.assertEqual(form.amount, 15.9)
        self.assertEqual(form.record.order_id, self.order)

    def test_paid_back_once(self):
        refund = self._new()
        refund.write({"shipping_amount": 4.9, "note": "Sorry"})
        refund.line_ids[0].restock = "sellable"
        self._send(refund)
        self.connector.errors["refund_orders"] = [Unavailable("timed out")]
        self._run()
        self.assertRecordValues(refund, [{"state": "pending", "message": "timed out"}])
        refund.next_try_at = False
        self._run()
        self._run()
        self.assertEqual([told.reference for told in self._told()], [refund.reference] * 2)
        told = self._told()[-1]
        code = self.currency
        self.assertEqual(
            told.lines,
            (
                RefundLine("MUG-1", 3, Money(Decimal("9.00"), code, "9.00"), Restock.SELLABLE),
                RefundLine("PEN-1", 1, Money(Decimal("2.00"), code, "2.00"), Restock.NONE),
            ),
        )
        self.assertEqual(told.shipping, Money(Decimal("4.90"), code, "4.90"))
        self.assertEqual((told.order_id, told.reason, told.note, told.return_id), ("O1", "Broken", "Sorry", ""))
        self.assertRecordValues(refund, [{"state": "confirmed", "attempts": 2, "message": False}])

    def test_pressed_twice_is_sent_once(self):
        refund = self._new()
        self._send(refund)
        reference = refund.reference
        self._send(refund)
        self.assertEqual(refund.reference, reference)
        self._run()
        self.assertEqual(len(self._told()), 1)

    def test_never_more_than_paid_and_not_paid_back(self):
        refund = self._new()
        with self.assertRaises(ValidationError):
            refund.line_ids[0].amount = 9.01
        with self.assertRaises(ValidationError):
            refund.shipping_amount = 4.91
        with self.assertRaises(ValidationError):
            refund.line_ids[0].amount = -1
        with self.assertRaises(ValidationError):
            refund.line_ids[0].quantity = 4
        first = self._new()
        first.line_ids[0].write({"quantity": 1, "amount": 3.0})
        first.line_ids[1:].unlink()
        self._send(first)
        second = self._new()
        self.assertEqual(self._lines(second), [("MUG", 3, 6.0), ("PEN", 1, 2.0)])
        with self.assertRaises(ValidationError):
            self._send(refund)
        with self.assertRaises(ValidationError):
            second.line_ids[0].amount = 6.01

    def test_order_that_changes_afterwards_keeps_what_was_paid_back(self):
        refund = self._new()
        refund.line_ids[0].write({"quantity": 1, "amount": 3.0})
        self._send(refund)
        mug = self._line("MUG", 2, "6.00")
        self._import(self._order("O1", mug, self._line("PEN", 1, "2.00"), revision=2))
        self.assertEqual(self._rows("O1").mapped("state"), ["done", "done"])
        self.assertEqual(self._lines(refund), [("MUG", 1, 3.0), ("PEN", 1, 2.0)])
        self.assertEqual(self.order._get_refundable(), {None: 0, "MUG-1": 3, "PEN-1": 0})

    def test_refused_refund_can_be_tried_again(self):
        refund = self._new()
        self._send(refund)
        self.connector.refused[refund.reference] = "Payout is over"
        self._run()
        self.assertRecordValues(refund, [{"state": "rejected", "message": "Payout is over"}])
        self.assertEqual(self._lines(self._new()), [("MUG", 3, 9.0), ("PEN", 1, 2.0)], "nothing was paid back")
        self.connector.refused.clear()
        with trap_jobs():
            refund.action_retry()
        self._run()
        self.assertEqual(refund.state, "confirmed")

    def test_tax_on_top_is_part_of_what_was_paid(self):
        charge = self._charge("item", "10.00", "0.83", tax_treatment=TaxTreatment.ADDED)
        line = self._line("MUG", 1, None, charge)
        order = self._import(self._order("TAXED", line))
        self.assertEqual(order._get_paid(), {None: Decimal(), "MUG-1": Decimal("10.83")})

    def test_line_that_the_order_shares_over_two_counts_once(self):
        order = self._import(self._order("O2", self._line("MUG", 3, "10.00")))
        self.assertEqual(len(order.order_line), 2)
        self.assertEqual(order._get_refundable(), {None: Decimal(), "MUG-1": Decimal("10.00")})

    def test_exact_where_the_coin_is_small(self):
        kwd = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "KWD")])
        kwd.write({"active": True, "rounding": 0.001})
        order = self._import(
            self._order("KW", self._line("MUG", 1, None, self._charge("item", "7.775", currency="KWD")))
        )
        refund = self._new(default_order_id=order.id)
        self._send(refund)
        self._run()
        self.assertEqual(self._told()[-1].lines[0].amount, Money(Decimal("7.775"), "KWD", "7.775"))

    def test_what_cannot_be_refunded(self):
        empty = self.Refund.create({"order_id": self.order.id, "reason": "None"})
        with self.assertRaises(UserError):
            empty.action_send()
        refund = self._new()
        self.connector.capabilities = self.connector.capabilities - {Capability.REFUND}
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            refund.action_send()

    def test_sent_refund_cannot_be_deleted(self):
        refund = self._new()
        self._send(refund)
        with self.assertRaises(UserError):
            refund.unlink()

    def test_roles(self):
        operator = new_test_user(self.env, "refund_operator", groups="marketplace.group_operator")
        self.shop.user_ids = operator
        refund = self.Refund.with_user(operator).with_context(default_order_id=self.order.id).create({"reason": "Late"})
        self._send(refund)
        accountant = new_test_user(self.env, "refund_accountant", groups="marketplace.group_accountant")
        self.assertTrue(refund.with_user(accountant).has_access("read"))
        with self.assertRaises(AccessError):
            refund.with_user(accountant).write({"reason": "Mine"})
        self.shop.user_ids = False
        self.assertFalse(refund.with_user(operator).has_access("read"))

    def test_queries_do_not_grow_with_the_batch(self):
        orders = self._import(*(self._order(f"B{number}") for number in range(50)))
        refunds = self.Refund.concat(*(self._new(default_order_id=order.id) for order in orders))
        with trap_jobs():
            refunds.action_send()
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(40):
                self.Refund.with_context(tracking_disable=True)._job_confirm(self.shop)
                self.env.flush_all()
        self.assertEqual(set(refunds.mapped("state")), {"confirmed"})
        self.assertEqual(len(self.connector.get_calls("refund_orders")), 1)


@tagged("post_install", "-at_install")
class TestRefundOfReturn(RefundCase):
    def test_begins_with_the_returned_units(self):
        line = self._return_line(quantity=2, amount=None)
        ticket = self._import_returns(self._return("R1", "O1", line, refund=None))
        refund = self._new(**ticket.action_refund()["context"])
        self.assertEqual((self._lines(refund), refund.shipping_amount), ([("MUG", 2, 6.0)], 0.0))
        self.assertEqual((refund.return_id, refund.line_ids.restock), (ticket, "sellable"))
        self._send(refund)
        self._run()
        self.assertEqual(self._told()[0].return_id, "R1")

    def test_amounts_that_the_return_states(self):
        line = self._return_line(quantity=2, amount="5.50")
        ticket = self._import_returns(self._return("R1", "O1", line, refund=self._money("8.50")))
        refund = self._new(**ticket.action_refund()["context"])
        self.assertEqual((self._lines(refund), refund.shipping_amount), ([("MUG", 2, 5.5)], 3.0))

    def test_stated_amounts_never_exceed_what_is_left(self):
        line = self._return_line(quantity=2, amount="50.00")
        ticket = self._import_returns(self._return("R1", "O1", line, refund=self._money("80.00")))
        refund = self._new(**ticket.action_refund()["context"])
        self.assertEqual((self._lines(refund), refund.shipping_amount), ([("MUG", 2, 9.0)], 4.9))

    def test_what_the_marketplace_refunded_counts(self):
        line = self._return_line(quantity=1, amount="3.00")
        self._import_returns(self._return("R1", "O1", line, status=ReturnStatus.REFUNDED))
        self.assertEqual(self._lines(self._new()), [("MUG", 3, 6.0), ("PEN", 1, 2.0)])

    def test_own_refund_that_comes_back_counts_once(self):
        refund = self._new()
        refund.line_ids[0].write({"quantity": 1, "amount": 3.0})
        refund.line_ids[1:].unlink()
        self._send(refund)
        self._run()
        line = self._return_line(quantity=1, amount="3.00")
        ticket = self._import_returns(
            self._return(
                "R1", "O1", line, kind=ReturnKind.REFUND, status=ReturnStatus.REFUNDED, refund=self._money("3.00")
            )
        )
        self.assertEqual(ticket.refund_ids, refund)
        self.assertEqual(self._lines(self._new()), [("MUG", 3, 6.0), ("PEN", 1, 2.0)])
