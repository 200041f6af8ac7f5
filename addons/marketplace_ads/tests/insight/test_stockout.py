from datetime import datetime, time, timedelta, timezone

from odoo.addons.marketplace.models.stock_push import KEEP_DAYS
from odoo.addons.marketplace.tests.fake_connector import FakeMarketplaceCase
from odoo.tests import freeze_time, tagged


@tagged("post_install", "-at_install")
class TestStockout(FakeMarketplaceCase):
    """Hours without stock: from what was published, and from the stock in the marketplace's warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = datetime.now(timezone.utc).date()
        cls.freezer = freeze_time(datetime.combine(cls.today, time(12)))
        cls.startClassPatcher(cls.freezer)
        cls.product = cls._create_product("MUG")
        cls.listing = cls._create_listing("MUG", cls.product)
        cls._date_back(cls.listing, 90)

    @classmethod
    def _date_back(cls, listing, days):
        listing.flush_recordset()
        cls.env.cr.execute("UPDATE marketplace_listing SET create_date = %s WHERE id = %s", (cls._at(days), listing.id))
        listing.invalidate_recordset()

    @classmethod
    def _at(cls, days_ago, hour=0):
        return datetime.combine(cls.today - timedelta(days=days_ago), time(hour))

    def _push(self, quantity, days_ago, hour=0, listing=None, previous=0, state="accepted"):
        self.env["marketplace.stock.push"].create(
            {
                "listing_id": (listing or self.listing).id,
                "shop_id": self.shop.id,
                "quantity": quantity,
                "previous_qty": previous,
                "pushed_at": self._at(days_ago, hour),
                "state": state,
            }
        )

    def _hours(self):
        """``{days ago: hours without stock}``, refreshed."""
        self.env["stockout.day"]._refresh(self.shop)
        rows = self.env["stockout.day"].search([("shop_id", "=", self.shop.id), ("product_id", "=", self.product.id)])
        return {(self.today - row.day).days: row.hours for row in rows}

    def test_published(self):
        self._push(5, 20, previous=5)
        self._push(0, 10, 18)
        self._push(3, 8, 6)
        self.assertEqual(self._hours(), {10: 6, 9: 24, 8: 6})
        self.assertEqual(self.shop.stockouts_from, self.today - timedelta(days=KEEP_DAYS - 1))
        self.assertEqual(self.shop.stockouts_until, self.today - timedelta(days=1))

    def test_still_out(self):
        """Today is not over: the days before it count."""
        self._push(0, 2, 12, previous=7)
        self.assertEqual(self._hours(), {2: 12, 1: 24})

    def test_before_the_first_update(self):
        """The first update says what it replaced."""
        self._push(4, 58, 12, previous=0)
        self.assertEqual(self._hours(), {59: 24, 58: 12})

    def test_refused_update(self):
        self._push(4, 20, previous=4)
        self._push(0, 10, state="rejected")
        self.assertEqual(self._hours(), {})

    def test_two_listings(self):
        """A SKU is out of stock when no listing of it shows a unit."""
        other = self._create_listing("MUG-2", self.product)
        self._date_back(other, 90)
        self._push(5, 20, previous=5)
        self._push(0, 10)
        self._push(2, 20, listing=other, previous=2)
        self._push(0, 9, 12, listing=other)
        self._push(1, 9, 18, listing=other)
        self.assertEqual(self._hours(), {9: 6})

    def test_new_listing(self):
        """Before a listing there is nothing to be out of."""
        self._date_back(self.listing, 3)
        self._push(5, 2, 6)
        self.assertEqual(self._hours(), {3: 24, 2: 6})

    def test_never_published(self):
        self.assertEqual(self._hours(), {})

    def test_marketplace_warehouse(self):
        warehouse = self.env["stock.warehouse"].create({"name": "Marketplace", "code": "MPF"})
        self.shop.fulfilment_warehouse_id = warehouse
        self.listing.fulfilment = "marketplace"
        supplier = self.env.ref("stock.stock_location_suppliers")
        stock = warehouse.lot_stock_id
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": stock.id})
        for source, target, units, days_ago in (
            (supplier, stock, 10, 30),
            (stock, shelf, 10, 25),
            (shelf, self.customers, 10, 10),
            (supplier, stock, 4, 7),
        ):
            move = self.env["stock.move"].create(
                {
                    "product_id": self.product.id,
                    "product_uom_qty": units,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                }
            )
            move._action_confirm()
            move.quantity = units
            move.picked = True
            move._action_done()
            move.move_line_ids.date = self._at(days_ago)
        hours = self._hours()
        self.assertEqual({day: hours[day] for day in hours if day < 30}, {10: 24, 9: 24, 8: 24})
        self.assertEqual(len(hours), 3 + KEEP_DAYS - 31)

    def test_old_days_stay(self):
        """What the log of updates knows no more is kept."""
        self._push(0, 50, previous=3)
        self._push(3, 49)
        self.assertEqual(self._hours(), {50: 24})
        self.env["marketplace.stock.push"].search([("listing_id", "=", self.listing.id)]).unlink()
        self.listing.write({"acknowledged_qty": 3, "acknowledged_at": self._at(49)})
        self.assertEqual(self._hours(), {50: 24})

    def test_cron(self):
        self._push(0, 3, previous=3)
        self.env.ref("marketplace_ads.cron_stockouts").method_direct_trigger()
        self.assertEqual(len(self._hours()), 3)
