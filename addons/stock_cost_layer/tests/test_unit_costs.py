from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CostCase


@tagged("post_install", "-at_install")
class TestUnitCosts(CostCase):
    def rows(self):
        return self.env["cost.layer"].get_unit_costs(self.product.ids, (self.hub + self.uk).ids)

    def test_each_method_is_told_for_each_warehouse(self):
        self.buy(10, 5)
        self.buy(10, 8)
        self.bill(self.ship(4), 6)
        self.land(3)
        found = {(row["warehouse_id"], row["method"]): row for row in self.rows()}
        self.assertEqual(len(found), 8)
        fifo, moving = found[self.uk.id, "fifo"], found[self.uk.id, "moving"]
        self.assertEqual(fifo["components"], {"purchase": "5.0000", "freight": "1.5000"})
        self.assertEqual((fifo["units"], fifo["total"]), (3, "6.5000"))
        self.assertEqual(moving["components"], {"purchase": "6.5000", "freight": "1.5000"})
        self.assertEqual(found[self.hub.id, "fifo"]["components"], {"purchase": "6.8750"})

    def test_the_screen_tells_every_method_and_what_is_under_way(self):
        self.buy(10, 5)
        self.buy(10, 8)
        self.bill(self.ship(4), 6)
        comparison = self.env["cost.methods"].create(
            {"company_id": self.company.id, "product_ids": self.product.ids, "warehouse_ids": self.hub.ids}
        )
        lines = self.env["cost.methods.line"].search(comparison.action_compare()["domain"])
        self.assertEqual(lines.mapped("method"), ["fifo", "moving", "monthly", "batch"])
        self.assertEqual(lines.place_id, self.hub.view_location_id)
        self.assertRecordValues(lines[0], [{"quantity": 16, "purchase": 6.875, "unit_cost": 6.875, "value": 110}])
        comparison.warehouse_ids = False
        under_way = self.env["cost.methods.line"].search(
            [*comparison.action_compare()["domain"], ("place_id.usage", "=", "transit"), ("method", "=", "fifo")]
        )
        self.assertRecordValues(under_way, [{"quantity": 4, "purchase": 5, "freight": 1.5, "unit_cost": 6.5}])

    def test_what_has_no_stock_is_left_out(self):
        self.buy(1, 5)
        self.sell(1)
        self.assertEqual(self.rows(), [])

    def test_costs_are_not_for_everybody(self):
        user = new_test_user(self.env, "packer", groups="stock.group_stock_user", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env["cost.layer"].with_user(user).get_unit_costs(self.product.ids, self.hub.ids)

    def test_a_company_of_others_is_not_compared(self):
        other = self.env["res.company"].create({"name": "Others"})
        user = new_test_user(self.env, "bookkeeper", groups="account.group_account_invoice", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env["cost.methods"].with_user(user).create({"company_id": other.id}).action_compare()
