from odoo.exceptions import UserError
from odoo.tests import tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestNothingHeldLeaves(HoldCase):
    def _pack(self, pickings):
        pickings.move_ids.picked = True
        return pickings

    def test_validating_is_refused_with_the_reason_and_the_place(self):
        order = self._orders(1)
        self._raise(order)
        picking = self._pack(order.picking_ids)
        for validate in (picking.button_validate, picking._action_done):
            with self.assertRaisesRegex(UserError, r"(?s)O0: Unusual Amount\. Ten times the usual.*Review Desk"):
                validate()
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(picking.marketplace_hold_text, "O0: Unusual Amount. Ten times the usual")

    def test_released_orders_leave(self):
        order = self._orders(1)
        hold = self._raise(order)
        hold.action_release()
        self.assertFalse(order.picking_ids.marketplace_hold_text)
        self._pack(order.picking_ids).button_validate()
        self.assertEqual(order.picking_ids.state, "done")

    def test_what_is_short_leaves_in_part(self):
        order = self._orders(1)
        self._raise(order, "short", note="One missing")
        self._pack(order.picking_ids)._action_done()
        self.assertEqual(order.picking_ids.state, "done")

    def test_short_does_not_hide_another_reason(self):
        order = self._orders(1)
        self._raise(order, "short")
        self._raise(order, "forbidden", note="Not to that country")
        with self.assertRaisesRegex(UserError, "Not to that country"):
            self._pack(order.picking_ids).button_validate()

    def test_one_held_order_stops_the_batch_and_is_named(self):
        orders = self._orders(3)
        self._raise(orders[1])
        with self.assertRaisesRegex(UserError, "O1: ") as caught:
            self._pack(orders.picking_ids).button_validate()
        self.assertNotIn("O0", str(caught.exception))
        self.assertEqual(set(orders.picking_ids.mapped("state")), {"assigned"})

    def test_goods_that_come_in_are_not_stopped(self):
        order = self._orders(1)
        self._ship(order)
        self._raise(order, "changed")
        receipt = order.picking_ids.copy(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.customers.id,
                "location_dest_id": self.stock.id,
            }
        )
        receipt.action_confirm()
        self._pack(receipt)._action_done()
        self.assertEqual(receipt.state, "done")
