from unittest.mock import patch

from odoo.tests import tagged

from .kit_case import KitCase


@tagged("post_install", "-at_install")
class TestKnownKits(KitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = [cls._create_product(f"P{number}", 10) for number in range(3)]

    def _count_lookups(self, function, *args):
        Bom = type(self.env["mrp.bom"])
        with patch.object(Bom, "_bom_find_domain", autospec=True, side_effect=Bom._bom_find_domain) as lookup:
            result = function(*args)
        return result, lookup.call_count

    def _create_orders(self):
        orders = self.env["sale.order"].union(
            *(self._create_order(product.default_code, [(product, 2, "L1")]) for product in self.products)
        )
        orders.with_context(skip_procurement=True).action_confirm()
        return orders

    def test_transfers_without_kits_look_for_none(self):
        orders = self._create_orders()
        _result, lookups = self._count_lookups(self.env["marketplace.delivery.builder"]._build, orders)
        self.assertEqual(lookups, 0)
        self.assertEqual(orders.picking_ids.move_ids.product_id, self.env["product.product"].union(*self.products))

    def test_delivered_units_are_counted_with_one_lookup(self):
        orders = self._create_orders()
        self.env["marketplace.delivery.builder"]._build(orders)
        delivered, lookups = self._count_lookups(orders.order_line._prepare_qty_delivered)
        self.assertEqual(lookups, 1)
        self.assertEqual(set(delivered), set(orders.order_line))

    def test_what_is_not_known_is_looked_up(self):
        kit = self._create_kit("KIT", [(self.products[0], 2)])
        known = {(self.env.company.id, product.id): False for product in self.products}
        boms = self.env["mrp.bom"].with_context(marketplace_known_kits=known)
        found = boms._bom_find(kit + self.products[0], company_id=self.env.company.id, bom_type="phantom")
        self.assertEqual(found[kit], kit.bom_ids)
        self.assertFalse(found[self.products[0]])
