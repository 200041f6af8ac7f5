from odoo import Command
from odoo.tests import tagged

from .common import CostCase


@tagged("post_install", "-at_install")
class TestOpening(CostCase):
    """Cost layers on a database that has been running: what moved before is forgotten, then taken over."""

    def start(self, method="fifo"):
        self.start_anew(method)
        self.check()

    def test_receipts_whose_goods_are_there(self):
        """Of 10 at 5 two are left, all 10 at 8 are there: 10 + 80, by the receipt, the partly sold one first."""
        first, second = self.buy(10, 5).move_ids, self.buy(10, 8).move_ids
        self.sell(8)
        self.start()
        layers = self.layers(self.hub).sorted(lambda layer: layer.event_id.id)
        self.assertEqual([(layer.quantity, layer.value) for layer in layers], [(2, 10), (10, 80)])
        self.assertEqual(layers.event_id.move_id, first | second)
        self.sell(3)
        self.check()
        self.assertEqual(self.values(self.hub), [72])

    def test_a_bill_that_comes_afterwards(self):
        """8 of 10 had gone: 8 of 10 pounds of freight are cost of sales, and so is what the goods got dearer by."""
        line = self.buy(10, 5)
        self.sell(8)
        self.start()
        self.bill(line.move_ids, 10)
        self.check()
        self.assertEqual(self.values(self.hub), [12])
        self.assertEqual(self.balance(self.company.cost_layer_expense_account_id), 8)
        line.order_id.action_create_invoice()
        bill = line.order_id.invoice_ids
        bill.invoice_date = self.today
        bill.invoice_line_ids.price_unit = 7
        bill.action_post()
        self.check()
        self.assertEqual(self.values(self.hub), [16])

    def test_a_journey_under_way(self):
        """Freight of what travels at the start is paid by what travels."""
        self.buy(10, 5)
        journey = self.ship(6)
        self.land(2)
        self.start()
        self.assertEqual(self.values(self.hub, self.sea, self.uk), [20, 20, 10])
        self.bill(journey, 12)
        self.check()
        self.assertEqual(self.values(self.sea), [28])

    def test_goods_that_went_before(self):
        """All of a receipt has gone: the message says where its bill belongs."""
        first = self.buy(10, 5).move_ids
        self.sell(10)
        self.buy(1, 5)
        self.start()
        with self.assertRaisesRegex(Exception, "book the cost on cost of sales"):
            self.bill(first, 3)

    def test_sold_before_it_came(self):
        """What is missing in one warehouse is not taken from the other; its receipt fills it."""
        self.buy(10, 5)
        self.sell(3, self.uk)
        self.start()
        self.assertEqual(self.layers(self.uk).quantity, -3)
        self.move(self.hub.lot_stock_id, self.uk.lot_stock_id, 4)
        self.check()
        self.assertEqual(self.values(self.hub, self.uk), [30, 5])

    def test_stock_without_a_history(self):
        """What an inventory put there counts at Odoo's value, which is not lost by rounding."""
        quant = {"product_id": self.product.id, "inventory_quantity": 1}
        for warehouse in (self.hub, self.uk):
            count = {**quant, "location_id": warehouse.lot_stock_id.id}
            self.env["stock.quant"].with_context(inventory_mode=True).create(count).action_apply_inventory()
        self.start("moving")
        self.assertEqual(sum(self.values(self.hub, self.uk)), round(self.product.total_value, 2))

    def test_batches_are_kept(self):
        self.product.tracking = "lot"
        lots = self.env["stock.lot"].create([{"name": name, "product_id": self.product.id} for name in "AB"])
        for lot in lots:
            move = self.env["stock.move"].create(
                {
                    "product_id": self.product.id,
                    "product_uom_qty": 2,
                    "location_id": self.suppliers.id,
                    "location_dest_id": self.hub.lot_stock_id.id,
                    "company_id": self.company.id,
                }
            )
            move._action_confirm(merge=False)
            line = {"product_id": self.product.id, "lot_id": lot.id, "quantity": 2}
            move.move_line_ids = [Command.clear(), Command.create({**line, **self.way(move)})]
            move.picked = True
            move._action_done()
        self.start("batch")
        self.assertEqual(self.layers(self.hub).event_id.lot_id, lots)

    def way(self, move):
        return {"location_id": move.location_id.id, "location_dest_id": move.location_dest_id.id}

    def test_what_has_gone_is_in_no_average_of_the_month(self):
        self.buy(10, 5)
        self.sell(9)
        self.start("monthly")
        self.buy(1, 7)
        self.sell(1)
        self.check()
        self.assertEqual(self.values(self.hub), [6])

    def test_the_number_of_queries_does_not_grow(self):
        products = self.env["product.product"].create(
            [{"name": f"P{number}", "is_storable": True, "categ_id": self.product.categ_id.id} for number in range(24)]
        )
        counts = []
        for part in (products[:4], products[4:]):
            self.buy_all([(product, 3, 2) for product in part])
            self.env.flush_all()
            self.env.invalidate_all()
            stock = self.company.sudo()._get_opening_stock()
            before = self.env.cr.sql_log_count
            self.assertGreaterEqual(len(self.company.sudo()._get_opening_moves(stock)), len(part))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
