from odoo.tests import tagged

from ..engine import UNIT
from .common import CostCase


@tagged("post_install", "-at_install")
class TestCorrections(CostCase):
    """Quantities of done transfers that are put right afterwards reach the log."""

    def correct(self, move, units):
        move.move_line_ids.quantity = units
        self.check()

    def kinds(self, move):
        events = self.env["cost.event"].search([("move_id", "=", move.id)], order="id")
        return [(event.kind, event.quantity, event.value) for event in events]

    def test_receipt_of_fewer(self):
        """Seven came, not ten: the goods are 35, and their freight is paid by seven."""
        receipt = self.buy(10, 5).move_ids
        self.bill(receipt, 7)
        self.correct(receipt, 7)
        self.assertEqual(self.values(self.hub), [42])
        self.assertEqual(self.kinds(receipt), [("receipt", 10, 50), ("cost", 0, 7), ("correction", 3, -15)])
        self.bill(receipt, 14)
        self.check()
        self.assertEqual(self.values(self.hub), [56])
        self.assertEqual(self.balance(self.company.cost_layer_expense_account_id), 0)

    def test_receipt_of_more(self):
        receipt = self.buy(10, 5).move_ids
        self.correct(receipt, 12)
        self.assertEqual(self.values(self.hub), [60])
        self.bill(receipt, 12)
        self.assertEqual(self.values(self.hub), [72])
        self.correct(receipt, 9)
        self.assertEqual(sum(self.layers(self.hub).mapped("quantity")), 9)
        self.assertEqual(sum(self.layers(self.hub).mapped("purchase")), 45)

    def test_receipt_that_never_was(self):
        receipt = self.buy(10, 5).move_ids
        self.bill(receipt, 7)
        self.correct(receipt, 0)
        self.assertFalse(self.layers(self.hub))
        self.assertEqual(self.balance(self.company.cost_layer_expense_account_id), 7)

    def test_delivery(self):
        """What did not go lies here again at what it cost."""
        self.buy(10, 5)
        delivery = self.sell(6)
        self.buy(10, 9)
        self.correct(delivery, 2)
        self.assertEqual(self.values(self.hub), [8 * 5 + 90])
        self.correct(delivery, 4)
        self.correct(delivery, 0)
        self.assertEqual(self.values(self.hub), [50 + 90])
        self.assertEqual(
            [kind for kind, *_rest in self.kinds(delivery)], ["sale", "return", "sale", "return", "return"]
        )

    def test_transfer(self):
        self.buy(10, 5)
        journey = self.ship(6)
        self.correct(journey, 4)
        self.assertEqual(self.values(self.hub, self.sea), [30, 20])
        self.correct(journey, 5)
        self.assertEqual(self.values(self.hub, self.sea), [25, 25])
        self.bill(journey, 3)
        self.check()
        self.assertEqual(sum(self.values(self.hub, self.sea)), 53)

    def test_found_and_returned(self):
        """A correction of what was found or came back takes it out again."""
        self.buy(10, 5)
        delivery = self.sell(6)
        found = self.move(self.product.with_company(self.company).property_stock_inventory, self.hub.lot_stock_id, 3)
        back = self.move(self.customers, self.hub.lot_stock_id, 4, returned=delivery)
        self.correct(found, 1)
        self.correct(back, 2)
        self.assertEqual(sum(self.layers(self.hub).mapped("quantity")), 4 + 1 + 2)
        self.assertEqual(self.kinds(found)[1][0], "loss")
        self.assertEqual(self.kinds(back)[1][0], "sale")

    def test_line_added_to_a_done_transfer(self):
        self.buy(10, 5)
        delivery = self.sell(2)
        delivery.move_line_ids.copy({"quantity": 3, "move_id": delivery.id, "picked": True})
        self.check()
        self.assertEqual(sum(self.layers(self.hub).mapped("quantity")), 5)

    def test_goods_that_moved_before_layers_were_set_up(self):
        """Their receipt is not in the log: the correction finds no receipt to refer to, and still counts."""
        move = self.buy(10, 5).move_ids
        place = self.hub.view_location_id
        key = (self.env["stock.location"], place, self.env["stock.lot"])
        (row,) = move._prepare_undo({key: 2 * UNIT}, 10, {}, self.env["cost.event"])
        self.assertEqual((row["kind"], row["origin_id"], row["purchase"]), ("correction", False, -10))
        self.env["cost.event"]._append([row])
        self.assertEqual(self.values(self.hub), [40])
