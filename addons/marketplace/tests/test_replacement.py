from dataclasses import replace

from odoo.tests import tagged

from .import_case import ImportCase


@tagged("post_install", "-at_install")
class TestReplacement(ImportCase):
    """Orders that send goods of another order once more, free of charge."""

    def _replacement(self, ref, build=None, **vals):
        order = (build or self._order)(ref, self._line("MUG", 2, ""), is_replacement=True, replaces="O-1", **vals)
        return replace(order, total=None)

    def test_a_replacement_comes_in_without_money_and_names_its_order(self):
        order = self._import(self._replacement("R-1"))
        self.assertEqual((order.state, order.currency_id, order.amount_total), ("sale", self.shop.currency_id, 0))
        self.assertEqual(self._summary(order), [("MUG", 2, 0)])
        self.assertEqual((order.marketplace_is_replacement, order.marketplace_replaces), (True, "O-1"))
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 2)
        self.assertFalse(order.marketplace_hold)
        found = self.env["sale.order"].search([("marketplace_is_replacement", "=", True), ("id", "in", order.ids)])
        self.assertEqual(found, order)

    def test_the_marketplace_takes_out_what_it_sent_once_more(self):
        order = self._import(self._replacement("R-2", self._marketplace_order))
        self.env["marketplace.fulfilment.transfer"]._job_transfer(order.company_id)
        move = order.order_line.marketplace_move_id
        self.assertEqual((move.quantity, move.location_id), (2, self.fulfilment_warehouse.lot_stock_id))

    def test_an_order_that_replaces_none_says_so(self):
        order = self._import(self._order("O-1"))
        self.assertFalse(order.marketplace_is_replacement or order.marketplace_replaces)

    def test_a_later_revision_tells_what_is_replaced(self):
        order = self._import(self._order("R-3"))
        self._import(self._order("R-3", revision=2, is_replacement=True, replaces="O-9"))
        self.assertEqual((order.marketplace_is_replacement, order.marketplace_replaces), (True, "O-9"))
