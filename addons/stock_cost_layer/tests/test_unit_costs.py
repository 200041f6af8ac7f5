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

    def test_what_has_no_stock_is_left_out(self):
        self.buy(1, 5)
        self.sell(1)
        self.assertEqual(self.rows(), [])

    def test_costs_are_not_for_everybody(self):
        user = new_test_user(self.env, "packer", groups="stock.group_stock_user", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.env["cost.layer"].with_user(user).get_unit_costs(self.product.ids, self.hub.ids)
