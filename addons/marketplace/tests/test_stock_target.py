from odoo.tests import tagged

from .publisher_case import PublisherCase


@tagged("post_install", "-at_install")
class TestAvailable(PublisherCase):
    def _get_available(self, products):
        rows = self.publisher._compute_available(products, self.warehouse)
        return {product_id: quantity for product_id, _warehouse, quantity in rows}

    def test_equals_free_quantity_without_unreserved_demand(self):
        other = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        products = self.env["product.product"]
        for number in range(20):
            product = self._create_product(f"P{number}", 10 + number)
            self.env["stock.quant"]._update_available_quantity(product, other.lot_stock_id, 3 * number + 1)
            shelf = self.env["stock.location"].create({"name": f"Shelf {number}", "location_id": self.stock.id})
            self.env["stock.quant"]._update_available_quantity(product, shelf, 2)
            self._create_move(product, number % 5)._action_assign()
            products += product
        rows = self.publisher._compute_available(products, self.warehouse + other)
        found = {(product, warehouse): float(quantity) for product, warehouse, quantity in rows}
        for warehouse in self.warehouse + other:
            for product in products.with_context(warehouse_id=warehouse.id):
                self.assertEqual(found.get((product.id, warehouse.id), 0), product.free_qty)
        self.assertEqual(found[products[4].id, self.warehouse.id], 10 + 4 + 2 - 4)

    def test_unreserved_demand_is_taken_off(self):
        product = self._create_product("A", 10)
        self._create_move(product, 4)
        self.assertEqual(product.with_context(warehouse_id=self.warehouse.id).free_qty, 10)
        self.assertEqual(self._get_available(product), {product.id: 6})

    def test_partly_reserved_demand_counts_once(self):
        product = self._create_product("A", 10)
        move = self._create_move(product, 14)
        move._action_assign()
        self.assertEqual(move.state, "partially_available")
        self.assertEqual(self._get_available(product), {product.id: -4})

    def test_demand_in_dozens(self):
        product = self._create_product("A", 40)
        self._create_move(product, 2, uom=self.env.ref("uom.product_uom_dozen"))
        self.assertEqual(self._get_available(product), {product.id: 16})

    def test_moves_inside_the_warehouse_take_nothing(self):
        product = self._create_product("A", 10)
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        self._create_move(product, 4, destination=shelf)
        self.assertEqual(self._get_available(product), {product.id: 10})

    def test_done_and_draft_moves_take_nothing_more(self):
        product = self._create_product("A", 10)
        move = self._create_move(product, 4)
        move.write({"quantity": 4, "picked": True})
        move._action_done()
        self._create_move(product, 3).write({"state": "draft"})
        self.assertEqual(self._get_available(product), {product.id: 6})

    def test_quant_that_only_carries_a_reservation(self):
        product = self._create_product("A", 10)
        quant = self.env["stock.quant"].create({"product_id": product.id, "location_id": self.stock.id})
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_quant SET quantity = NULL, reserved_quantity = 3 WHERE id = %s", [quant.id])
        self.env.invalidate_all()
        self.assertEqual(self._get_available(product), {product.id: 7})

    def test_pending_orders_are_taken_off(self):
        product = self._create_product("A", 30)
        order = self._create_order("1", [(product, 1, "L1")])
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self._create_order("2", [(product, 5, "L1")], marketplace_fulfilment="marketplace")
        self._create_order("3", [(product, 5, "L1")], marketplace_shop_id=False)
        self._create_order("4", [(product, 5, "L1")]).action_cancel()
        self.assertEqual(self._get_available(product), {product.id: 18})

    def test_confirmed_order_is_taken_off_once(self):
        product = self._create_product("A", 30)
        order = self._create_order("1", [(product, 5, "L1")])
        self.assertEqual(self._get_available(product), {product.id: 25})
        order.action_confirm()
        self.assertEqual(self._get_available(product), {product.id: 25})
        order.picking_ids.action_assign()
        self.assertEqual(self._get_available(product), {product.id: 25})

    def test_nothing_asked(self):
        self.assertEqual(self.publisher._compute_available(self.env["product.product"], self.warehouse), [])


@tagged("post_install", "-at_install")
class TestTargets(PublisherCase):
    def test_rule(self):
        cases = [
            # stock, share, buffer, cap, end when, target
            (10, 100, 0, 0, 0, 10),
            (10, 100, 3, 0, 0, 7),
            (10, 50, 3, 0, 0, 3),
            (10, 33.3, 0, 0, 0, 3),
            (10, 100, 0, 4, 0, 4),
            (10, 100, 7, 0, 3, 0),
            (10, 100, 6, 0, 3, 4),
            (10, 100, 6, 2, 3, 2),
            (2, 100, 5, 0, 0, 0),
            (10, 0, 0, 0, 0, 0),
        ]
        listings = {}
        for number, (stock, share, buffer, cap, end_when, target) in enumerate(cases):
            listing = self._create_listing(
                f"S{number}",
                self._create_product(f"P{number}", stock),
                override_rule=True,
                publish_share=share,
                publish_buffer=buffer,
                publish_cap=cap,
                publish_end_when=end_when,
            )
            listings[listing.id] = target
        self.assertEqual(self._get_targets(), listings)

    def test_shop_rule_unless_overridden(self):
        product = self._create_product("A", 20)
        shops = self._create_listing("A", product, publish_cap=3)
        own = self._create_listing("B", product, override_rule=True, publish_cap=3)
        self.shop.write({"publish_share": 50, "publish_buffer": 2, "publish_end_when": 0, "publish_cap": 0})
        self.assertEqual(self._get_targets(), {shops.id: 9, own.id: 3})

    def test_stock_of_all_warehouses_of_the_shop(self):
        other = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        unused = self.env["stock.warehouse"].create({"name": "Rome", "code": "ROM"})
        product = self._create_product("A", 5)
        self.env["stock.quant"]._update_available_quantity(product, other.lot_stock_id, 7)
        self.env["stock.quant"]._update_available_quantity(product, unused.lot_stock_id, 11)
        listing = self._create_listing("A", product)
        self.assertEqual(self._get_targets(), {listing.id: 5})
        self.shop.warehouse_ids += other
        self.assertEqual(self._get_targets(), {listing.id: 12})

    def test_each_shop_has_its_own_stock(self):
        other = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        second = self.shop.copy({"external_id": "UK1", "warehouse_ids": other.ids, "state": "running"})
        product = self._create_product("A", 5)
        self.env["stock.quant"]._update_available_quantity(product, other.lot_stock_id, 7)
        first = self._create_listing("A", product)
        listing = self._create_listing("A", product, shop_id=second.id)
        rows = self.publisher._compute_targets(self.shop + second)
        self.assertEqual(dict(rows), {first.id: 5, listing.id: 7})

    def test_what_is_not_published(self):
        product = self._create_product("A", 5)
        self._create_listing("UNMAPPED")
        self._create_listing("FBA", product, fulfilment="marketplace")
        self._create_listing("IGNORED", product, ignored=True)
        self._create_listing("GONE", product, active=False)
        self._create_listing("SERVICE", self._create_product("S", type="service", is_storable=False))
        stopped = self._create_listing("STOPPED", product, publish=False)
        self.assertEqual(self._get_targets(), {stopped.id: 0})

    def test_shop_without_warehouse_has_no_targets(self):
        self._create_listing("A", self._create_product("A", 5))
        self.shop.state = "draft"
        self.shop.warehouse_ids = False
        self.assertEqual(self._get_targets(), {})

    def test_one_query(self):
        for number in range(100):
            self._create_listing(f"S{number}", self._create_product(f"P{number}", number + 1))
        self.env.flush_all()
        self._without_kits()
        # The query, and the planner's settings before and after it.
        with self.assertQueryCount(2):
            targets = self._get_targets()
        self.assertEqual(sorted(targets.values()), list(range(1, 101)))
