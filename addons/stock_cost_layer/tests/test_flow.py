from odoo import Command
from odoo.tests import tagged

from .common import CostCase


@tagged("post_install", "-at_install")
class TestFlow(CostCase):
    def test_hub_to_sale_with_every_component(self):
        """After every operation the ledger holds what the layers hold."""
        receipt = self.buy(10, 5).move_ids
        self.check()
        journey = self.ship(6)
        self.check()
        for component, amount in (("freight", 12), ("duty", 6.01), ("insurance", 0.5), ("preparation", 3)):
            self.bill(journey, amount, component)
            self.check()
        self.land(4)
        self.check()
        delivery = self.sell(2, self.uk)
        self.check()
        self.bill(journey, -6.01, "duty")
        self.check()
        back = self.move(self.customers, self.uk.lot_stock_id, 1, returned=delivery)
        self.check()
        self.assertEqual(back.product_id.id, receipt.product_id.id)
        self.assertEqual(self.values(self.uk, self.sea), [22.75, 15.17])

    def test_sold_before_it_came(self):
        self.sell(3)
        self.check()
        (layer,) = self.layers(self.hub)
        self.assertEqual((layer.quantity, layer.value), (-3, 0))
        receipt = self.buy(10, 5).move_ids
        self.check()
        self.bill(receipt, 10)
        self.check()
        self.assertEqual(self.values(self.hub), [42])
        self.assertEqual(self.balance(self.company.cost_layer_expense_account_id), 3)

    def test_lost_and_found(self):
        """What an inventory loses and finds again comes back at cost."""
        self.bill(self.buy(10, 5).move_ids, 10)
        inventory = self.product.with_company(self.company).property_stock_inventory
        loss = self.move(self.hub.lot_stock_id, inventory, 2)
        self.check()
        self.assertEqual(self.values(self.hub), [48])
        self.move(inventory, self.hub.lot_stock_id, 2, returned=loss)
        self.check()
        self.move(inventory, self.hub.lot_stock_id, 1)
        self.check()
        self.assertEqual(self.values(self.hub), [66])

    def test_return_to_the_supplier(self):
        receipt = self.buy(10, 5).move_ids
        self.move(self.hub.lot_stock_id, self.suppliers, 4, returned=receipt)
        self.check()
        self.assertEqual(self.values(self.hub), [30])
        self.assertEqual(
            self.env["cost.event"].search([("move_id.origin_returned_move_id", "=", receipt.id)]).kind,
            "supplier_return",
        )

    def test_every_method_keeps_the_ledger(self):
        first = self.buy(10, 5).move_ids
        self.bill(first, 33.33)
        self.bill(self.buy(7, 8).move_ids, 11.11)
        self.sell(9)
        for method in ("moving", "monthly", "batch", "fifo"):
            with self.subTest(method=method):
                self.company.cost_layer_method = method
                self.check()
                self.sell(1)
                self.check()
                self.bill(first, 0.07, "duty")
                self.check()

    def test_stock_that_was_there_is_taken_over(self):
        company = self.env["res.company"].create({"name": "Later Ltd"})
        self.env.user.company_ids |= company
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        products = self.env["product.product"].with_context(allowed_company_ids=company.ids)
        product = products.create({"name": "Lamp", "is_storable": True, "standard_price": 4})
        self.env["stock.quant"].with_context(allowed_company_ids=company.ids)._update_available_quantity(
            product, warehouse.lot_stock_id, 5
        )
        self.env.invalidate_all()
        company.cost_layer_method = "moving"
        layer = self.env["cost.layer"].search([("company_id", "=", company.id)])
        self.assertEqual((layer.quantity, layer.purchase, layer.place_id), (5, 20, warehouse.view_location_id))

    def test_goods_inside_a_warehouse_stay_in_their_place(self):
        self.buy(2, 5)
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.hub.lot_stock_id.id})
        events = self.env["cost.event"].search_count([])
        self.move(self.hub.lot_stock_id, shelf, 2)
        self.assertEqual(self.env["cost.event"].search_count([]), events)

    def test_batches_take_the_same_number_of_queries(self):
        products = self.env["product.product"].create(
            [{"name": f"P{number}", "is_storable": True, "categ_id": self.product.categ_id.id} for number in range(40)]
        )
        counts = []
        for part in (products[:5], products[5:10], products[10:]):
            values = [
                {
                    "kind": "receipt",
                    "product_id": product.id,
                    "place_id": self.hub.view_location_id.id,
                    "quantity": 3,
                    "purchase": 10,
                    "freight": 1,
                    "source": "Batch",
                }
                for product in part
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["cost.event"]._append(values)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2)

    def test_batch_actual_by_lot(self):
        """Delivering the dear lot costs the dear lot."""
        self.company.cost_layer_method = "batch"
        self.product.tracking = "lot"
        cheap, dear = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.product.id} for name in ("C", "D")]
        )
        for lot, value in ((cheap, 10), (dear, 30)):
            move = self.move_lot(self.suppliers, self.hub.lot_stock_id, lot, 2)
            self.bill(move, value)
        self.check()
        self.move_lot(self.hub.lot_stock_id, self.customers, dear, 1)
        self.check()
        self.assertEqual(sum(self.layers(self.hub).mapped("freight")), 25)

    def move_lot(self, source, target, lot, units):
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": units,
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm(merge=False)
        move.move_line_ids.unlink()
        line = {"product_id": self.product.id, "lot_id": lot.id, "quantity": units, "location_id": source.id}
        move.move_line_ids = [Command.create({**line, "location_dest_id": target.id})]
        move.picked = True
        move._action_done()
        return move
