from odoo.tests import tagged

from .kit_case import KitCase


@tagged("post_install", "-at_install")
class TestKitStock(KitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup = cls._create_product("CUP", 10)
        cls.plate = cls._create_product("PLATE", 7)
        cls.set = cls._create_kit("SET", [(cls.cup, 2), (cls.plate, 1)])

    def _get_available(self, products, warehouses=None):
        rows = self.publisher._compute_available(products, warehouses or self.warehouse)
        return {(product_id, warehouse_id): float(quantity) for product_id, warehouse_id, quantity in rows}

    def test_scarcest_component_decides(self):
        listing = self._create_listing("SET", self.set)
        cup = self._create_listing("CUP", self.cup)
        self.assertEqual(self._get_targets(), {listing.id: 5, cup.id: 10})
        self.env["stock.quant"]._update_available_quantity(self.plate, self.stock, -4)
        self.assertEqual(self._get_targets()[listing.id], 3)

    def test_per_warehouse(self):
        leeds = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        self.env["stock.quant"]._update_available_quantity(self.plate, leeds.lot_stock_id, 50)
        self.shop.warehouse_ids += leeds
        listing = self._create_listing("SET", self.set)
        self.assertEqual(self._get_targets(), {listing.id: 5}, "cups do not meet plates of another warehouse")
        self.env["stock.quant"]._update_available_quantity(self.cup, leeds.lot_stock_id, 3)
        self.assertEqual(self._get_targets(), {listing.id: 6})
        available = self._get_available(self.set + self.plate, self.warehouse + leeds)
        self.assertEqual(
            available,
            {
                (self.set.id, self.warehouse.id): 5,
                (self.set.id, leeds.id): 1,
                (self.plate.id, self.warehouse.id): 7,
                (self.plate.id, leeds.id): 50,
            },
        )

    def test_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        crate = self._create_kit("CRATE", [(self._create_product("EGG", 40), 1, dozen)], product_qty=2)
        listing = self._create_listing("CRATE", crate)
        self.assertEqual(self._get_targets(), {listing.id: 6})
        third = self._create_kit("SLICE", [(self._create_product("CAKE", 2), 2)], product_qty=3)
        slices = self._create_listing("SLICE", third)
        self.assertEqual(self._get_targets()[slices.id], 3)

    def test_kits_within_kits(self):
        box = self._create_product("BOX", 4)
        service = self._create_product("CARE", type="service", is_storable=False)
        gift = self._create_kit("GIFT", [(self.set, 2), (box, 1), (self.cup, 1), (service, 1)])
        listing = self._create_listing("GIFT", gift)
        self.assertEqual(self._get_targets(), {listing.id: 2}, "5 cups and 2 plates each")

    def test_pending_order_takes_components(self):
        cup = self._create_listing("CUP", self.cup)
        listing = self._create_listing("SET", self.set)
        order = self._create_order("1", [(self.set, 2, "L1")])
        self.assertEqual(self._get_targets(), {cup.id: 6, listing.id: 3})
        order.action_confirm()
        self.assertEqual(self._get_targets(), {cup.id: 6, listing.id: 3})
        order.picking_ids.action_assign()
        self.assertEqual(self._get_targets(), {cup.id: 6, listing.id: 3})

    def test_kit_without_stock_to_count_is_not_published(self):
        service = self._create_product("CARE", type="service", is_storable=False)
        self._create_listing("CARES", self._create_kit("CARES", [(service, 2)]))
        self.assertEqual(self._get_targets(), {})

    def test_kit_and_component_share_what_is_scarce(self):
        second = self.shop.copy({"external_id": "S2", "warehouse_ids": self.warehouse.ids, "state": "running"})
        self.cup.marketplace_scarce_at = 20
        self.set.marketplace_scarce_at = 20
        listing = self._create_listing("SET", self.set, publish_margin=9)
        cup = self._create_listing("CUP", self.cup, shop_id=second.id, publish_margin=1)
        targets = dict(self.publisher._compute_targets(self.shop + second))
        self.assertEqual(targets, {listing.id: 4, cup.id: 1})
        self.assertLessEqual(2 * targets[listing.id] + targets[cup.id], 10)

    def test_velocity_of_components_includes_kits(self):
        self._create_listing("SET", self.set)
        cup = self._create_listing("CUP", self.cup)
        self._create_order("1", [(self.set, 30, "L1")])
        self.env.flush_all()
        self.env["marketplace.publish.meter"]._job_measure(self.env.company)
        self.assertEqual(cup.velocity, 0)
        self.assertGreaterEqual(cup.stock_velocity, 60)
        self.assertGreater(cup.auto_buffer, 0)

    def test_constant_queries(self):
        def count(kits):
            for number in range(kits):
                kit = self._create_kit(f"K{kits}-{number}", [(self._create_product(f"C{kits}-{number}", 3), 1)])
                self._create_listing(f"K{kits}-{number}", kit)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            targets = self._get_targets()
            self.assertEqual(sum(target == 3 for target in targets.values()), len(targets))
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(5), count(25))
