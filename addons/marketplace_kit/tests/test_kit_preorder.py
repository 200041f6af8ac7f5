from datetime import date, timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .kit_case import KitCase

NOW = fields.Datetime.to_datetime("2026-05-04 12:00:00")


@tagged("post_install", "-at_install")
class TestKitPreorder(KitCase):
    """A set is two cups and a plate; ten cups and three plates are here."""

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))
        self.cup, self.plate = self._create_product("CUP", 10), self._create_product("PLATE", 3)
        self.set = self._create_kit("SET", [(self.cup, 2), (self.plate, 1)])
        self.listing = self._create_listing("SET", self.set)
        self.suppliers = self.env.ref("stock.stock_location_suppliers")
        self.shop.preorder = "add"

    def _expect(self, product, quantity, days, stock=None):
        # A place of its own, or Odoo merges the moves.
        shelf = self.env["stock.location"].create({"name": f"Shelf {days}", "location_id": (stock or self.stock).id})
        self._create_move(product, quantity, self.suppliers, shelf).date = NOW + timedelta(days=days)

    def _get_offer(self):
        """Units, and the day on which all of them are here."""
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            self._publish()
            offer = self.listing.target_qty, self.listing.available_on
            savepoint.rollback()
        self.env.invalidate_all()
        return offer

    def test_what_is_missing_is_on_its_way(self):
        self.assertEqual(self._get_offer(), (3, False))
        self._expect(self.plate, 1, 4)
        self.assertEqual(self._get_offer(), (4, date(2026, 5, 8)))
        self._expect(self.plate, 20, 6)
        self.assertEqual(self._get_offer(), (5, date(2026, 5, 10)), "there are cups for five")

    def test_the_last_component_that_is_needed_tells_the_day(self):
        self._expect(self.cup, 5, 9)
        self.assertEqual(self._get_offer(), (3, False), "cups alone make no set")
        self._expect(self.plate, 2, 4)
        self.assertEqual(self._get_offer(), (5, date(2026, 5, 8)), "its cups are here")
        self._expect(self.plate, 5, 5)
        self.assertEqual(self._get_offer(), (7, date(2026, 5, 13)), "fifteen cups")

    def test_sold_kits_are_not_offered_again(self):
        self.shop.preorder = "after"
        self._expect(self.plate, 10, 4)
        self.assertEqual(self._get_offer(), (3, False))
        self._create_order("1", [(self.set, 4, "L1")])
        self.assertEqual(self._get_offer(), (1, date(2026, 5, 8)), "of ten cups, eight are sold")

    def test_components_meet_in_one_warehouse(self):
        leeds = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        self.shop.warehouse_ids += leeds
        self._expect(self.plate, 10, 4, leeds.lot_stock_id)
        self.assertEqual(self._get_offer(), (3, False))
        self._expect(self.cup, 3, 7, leeds.lot_stock_id)
        self.assertEqual(self._get_offer(), (4, date(2026, 5, 11)))

    def test_parts_of_units(self):
        third = self._create_kit("SLICE", [(self.plate, 2)], product_qty=3)
        self.listing = self._create_listing("SLICE", third)
        self._expect(self.plate, 3, 4)
        self.assertEqual(self._get_offer(), (9, date(2026, 5, 8)))

    def test_switched_off(self):
        self._expect(self.plate, 1, 4)
        self.listing.preorder = "none"
        self.assertEqual(self._get_offer(), (3, False))
