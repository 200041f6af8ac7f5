from unittest.mock import patch

from .import_case import ImportCase


class SplitCase(ImportCase):
    """Orders of which one line, the LAMP, ships from a second warehouse. An addon decides this in reality, before the
    order is confirmed; here the lines are simply told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bremen = cls.env["stock.warehouse"].create({"name": "Bremen", "code": "BRE"})
        cls.shop.warehouse_ids += cls.bremen
        cls.lamp = cls._create_product("LAMP", 3, cls.bremen, taxes_id=cls.tax.ids)
        cls._create_listing("LAMP", cls.lamp)
        cls.rare = cls._create_product("RARE", 3, taxes_id=cls.tax.ids)
        cls._create_listing("RARE", cls.rare)
        cls.startClassPatcher(cls._patch_confirmation())

    @classmethod
    def _patch_confirmation(cls):
        Importer = cls.registry["marketplace.order.importer"]
        confirm = Importer._confirm_live

        def send_lamps_from_bremen(importer, orders):
            orders.order_line.filtered(lambda line: line.product_id == cls.lamp).warehouse_id = cls.bremen
            return confirm(importer, orders)

        return patch.object(Importer, "_confirm_live", send_lamps_from_bremen)

    def _split_order(self, ref, lamps=1, rare=1, **vals):
        lines = (self._line("RARE", rare, f"{rare}0.00"), self._line("LAMP", lamps, f"{lamps}0.00"))
        return self._order(ref, *lines, **vals)

    def _transfer(self, order, warehouse):
        return order.picking_ids.filtered(lambda picking: picking.picking_type_id.warehouse_id == warehouse)

    def _reserve_in(self, *warehouses):
        for warehouse in warehouses:
            self.env["marketplace.stock.reserver"]._job_reserve(warehouse)

    def _add_units(self, product, warehouse, units):
        self.env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, units)
