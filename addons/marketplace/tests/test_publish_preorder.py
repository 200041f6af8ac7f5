from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .publisher_case import PublisherCase

NOW = fields.Datetime.to_datetime("2026-05-04 12:00:00")


@tagged("post_install", "-at_install")
class TestPreorder(PublisherCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))
        self.product = self._create_product("A", 3)
        self.listing = self._create_listing("A", self.product)
        self.suppliers = self.env.ref("stock.stock_location_suppliers")
        self.shop.preorder = "after"

    def _expect(self, quantity, days, **places):
        # A place of its own, or Odoo merges the moves.
        shelf = self.env["stock.location"].create({"name": f"Shelf {days}", "location_id": self.stock.id})
        places = {"source": self.suppliers, "destination": shelf, **places}
        self._create_move(self.product, quantity, **places).date = NOW + timedelta(days=days)

    def _sell_out(self, quantity=3):
        self._create_order("1", [(self.product, quantity, "L1")])

    def _target(self):
        self.env.flush_all()
        return self._get_targets()[self.listing.id]

    def test_when_nothing_is_left(self):
        self._expect(10, 5)
        self.assertEqual(self._target(), 3)
        self._sell_out()
        self.assertEqual(self._target(), 10)

    def test_what_is_sold_already_is_not_offered(self):
        self._expect(10, 5)
        self._sell_out(7)
        self.assertEqual(self._target(), 6)

    def test_besides_what_is_here(self):
        self._expect(10, 5)
        self.shop.write({"preorder": "add", "publish_cap": 11})
        self.assertEqual(self._target(), 11)
        self.shop.write({"publish_cap": 0, "publish_buffer": 1})
        self.assertEqual(self._target(), 12, "the buffer is kept of what is here")

    def test_switched_off(self):
        self._expect(10, 5)
        self._sell_out()
        self.listing.preorder = "none"
        self.assertEqual(self._target(), 0)
        self.listing.preorder = "shop"
        self.shop.preorder = "none"
        self.assertEqual(self._target(), 0)
        self.listing.preorder = "after"
        self.assertEqual(self._target(), 10)

    def test_only_what_comes_from_outside_in_time(self):
        leeds = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        self._sell_out()
        self._expect(1, 31)
        self._expect(2, 5, destination=leeds.lot_stock_id)
        self._expect(4, 5, source=shelf)
        self._expect(8, 5, source=self.customers)
        self.assertEqual(self._target(), 0)
        self._expect(16, 5, source=self.env.company.internal_transit_location_id)
        self.assertEqual(self._target(), 16)
        self.shop.preorder_days = 40
        self.assertEqual(self._target(), 17)

    def test_the_day_is_told(self):
        self._expect(4, 5)
        self._expect(4, 2)
        self._sell_out()
        self._publish()
        self.assertRecordValues(self.listing, [{"target_qty": 8, "available_on": date(2026, 5, 9)}])
        self.assertEqual(self.listing.push_id.available_on, date(2026, 5, 9))
        self.assertEqual(self.listing._prepare_level().available_on, date(2026, 5, 9))
        self._publish()
        self.assertEqual(len(self._pushed()), 1)
        late = self.env["stock.move"].search([("product_id", "=", self.product.id), ("date", ">", NOW)], limit=1)
        late.date = NOW + timedelta(days=9)
        self._publish()
        self.assertEqual(self.listing.push_id.available_on, date(2026, 5, 13), "a new day alone is news")

    def test_late_receipts_are_expected_today(self):
        self._expect(4, -3)
        self._sell_out()
        self._publish()
        self.assertRecordValues(self.listing, [{"target_qty": 4, "available_on": NOW.date()}])

    def test_note_of_a_short_order_says_when(self):
        self._expect(4, 5)
        order = self._create_order("1", [(self.product, 5, "L1")])
        order.action_confirm()
        self.env["marketplace.stock.reserver"]._job_reserve(self.warehouse)
        self.assertEqual(order.marketplace_hold, "short")
        self.assertIn("expected on 05/09/2026", order.marketplace_hold_note)

    def test_bad_days(self):
        with self.assertRaises(ValidationError):
            self.shop.preorder_days = -1
