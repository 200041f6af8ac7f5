from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .publisher_case import PublisherCase

NOW = fields.Datetime.to_datetime("2026-05-04 12:00:00")


@tagged("post_install", "-at_install")
class TestScarcity(PublisherCase):
    """Three shops on one warehouse; the first earns most per unit, the last least."""

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))
        self.shops = self.shop
        for number in (2, 3):
            self.shops += self.shop.copy({"external_id": f"S{number}", "warehouse_ids": self.warehouse.ids})
        self.shops.write({"state": "running", "order_cursor": NOW, "scarce_at": 0})
        self.product = self._create_product("A", 10)
        self.listings = self.env["marketplace.listing"]
        for shop, margin in zip(self.shops, (9, 6, 3), strict=True):
            self.listings += self._create_listing("A", self.product, shop_id=shop.id, publish_margin=margin)
        self.listings.write({"auto_buffer": 4, "need_qty": 1})

    def _set_stock(self, quantity):
        self.env["stock.quant"]._update_available_quantity(self.product, self.stock, quantity - 10)

    def _targets(self, shops=None):
        targets = dict(self.publisher._compute_targets(shops or self.shops))
        return [targets[listing.id] for listing in self.listings if listing.id in targets]

    def _show(self, *quantities, minutes=60, heard=True):
        """Let the shops acknowledge quantities some minutes ago."""
        for listing, quantity in zip(self.listings, quantities, strict=True):
            listing.write(
                {
                    "target_qty": quantity,
                    "pushed_qty": quantity,
                    "pushed_at": NOW - timedelta(minutes=minutes),
                    "acknowledged_qty": quantity,
                    "acknowledged_at": NOW - timedelta(minutes=minutes),
                    "push_state": "accepted",
                }
            )
        if not heard:
            self.shops.order_cursor = NOW - timedelta(minutes=minutes + 1)

    # === BUFFER === #

    def test_buffer_above_scarcity(self):
        self.assertEqual(self._targets(), [6, 6, 6])

    def test_manual_buffer_is_the_floor(self):
        self.shops[0].publish_buffer = 5
        self.shops[1].publish_buffer = 2
        self.assertEqual(self._targets(), [5, 6, 6])

    def test_switched_off(self):
        self.shops.auto_buffer = False
        self._set_stock(1)
        self.assertEqual(self._targets(), [1, 1, 1])

    # === DIVISION === #

    def test_best_margin_first(self):
        self.listings.need_qty = 2
        for stock, wanted in ((4, [2, 2, 0]), (3, [2, 1, 0]), (1, [1, 0, 0]), (0, [0, 0, 0])):
            self._set_stock(stock)
            self.assertEqual(self._targets(), wanted, f"of {stock}")
            self._set_stock(20 - stock)

    def test_where_it_sells_before_where_it_does_not(self):
        for listing, units in zip(self.listings, (0, 0, 2), strict=True):
            listing.need_qty = units
        self._set_stock(3)
        self.assertEqual(self._targets(), [1, 0, 2])

    def test_rest_goes_to_the_best(self):
        self.shops.scarce_at = 20
        self.assertEqual(self._targets(), [8, 1, 1])
        self.shops[0].publish_cap = 5
        self.assertEqual(self._targets(), [5, 1, 1])

    def test_product_says_when(self):
        self.product.marketplace_scarce_at = 10
        self.assertEqual(self._targets(), [8, 1, 1])

    def test_priority_beats_margin(self):
        self._set_stock(1)
        self.shops[2].publish_priority = 1
        self.assertEqual(self._targets(), [0, 0, 1])
        self.shops[1].publish_priority = 2
        self.assertEqual(self._targets(), [0, 0, 1])

    def test_equal_margin_goes_by_sequence(self):
        self._set_stock(1)
        self.listings.publish_margin = 5
        self.shops[1].sequence = 1
        self.assertEqual(self._targets(), [0, 1, 0])

    def test_one_shop_at_a_time_decides_the_same(self):
        self._set_stock(2)
        self.assertEqual([self._targets(shop) for shop in self.shops], [[1], [1], [0]])

    def test_who_cannot_offer_gets_nothing(self):
        self._set_stock(2)
        self.listings[0].publish = False
        self.shops[1].state = "paused"
        self.assertEqual(self._targets(self.shops[2]), [2])

    def test_alone_with_its_stock(self):
        self._set_stock(2)
        self.listings[1:].active = False
        self.assertEqual(self._targets(), [2])

    # === NUMBERS UNDER WAY === #

    def test_nobody_is_raised_before_the_others_are_lowered(self):
        self._set_stock(3)
        self.listings.need_qty = 2
        self._show(0, 0, 3)
        self.assertEqual(self._targets(), [0, 0, 0])
        self._show(0, 0, 1)
        self.assertEqual(self._targets(), [2, 0, 0])

    def test_what_is_shown_stays_while_others_are_lowered(self):
        self._set_stock(4)
        self._show(6, 6, 6)
        self.assertEqual(self._targets(), [2, 1, 1])

    def test_number_under_way_counts(self):
        self._set_stock(2)
        self._show(0, 0, 0)
        self.listings[2].write({"push_state": "sent", "pushed_qty": 2, "pushed_at": NOW})
        self.assertEqual(self._targets(), [0, 0, 0])
        self.listings[2].write({"push_state": "queued", "pushed_qty": 0, "target_qty": 1})
        self.assertEqual(self._targets(), [1, 0, 0])

    def test_refused_number_does_not_count(self):
        self._set_stock(1)
        self._show(0, 0, 0)
        self.listings[2].write({"push_state": "rejected", "pushed_qty": 2, "pushed_at": NOW})
        self.assertEqual(self._targets(), [1, 0, 0])

    def test_units_sold_unheard_of_count(self):
        self._set_stock(1)
        self._show(0, 0, 0, minutes=2, heard=False)
        self.listings[2].replaced_qty = 4
        self.assertEqual(self._targets(), [0, 0, 0])
        self.shops[2].order_cursor = NOW
        self.assertEqual(self._targets(), [1, 0, 0], "orders up to the acknowledgement are known")

    def test_waiting_order_is_not_heard_of(self):
        self._set_stock(1)
        self._show(0, 0, 0, minutes=2)
        self.listings[2].replaced_qty = 4
        self.env["marketplace.inbox"].create(
            {
                "shop_id": self.shops[2].id,
                "kind": "order",
                "external_id": "1",
                "revision": "1",
                "updated_at": NOW - timedelta(minutes=3),
            }
        )
        self.assertEqual(self._targets(), [0, 0, 0])

    def test_no_waiting_for_longer_than_the_latency(self):
        self._set_stock(1)
        self.shops.write({"order_latency": 3, "push_latency": 2})
        self._show(0, 0, 0, minutes=6, heard=False)
        self.listings[2].replaced_qty = 4
        self.assertEqual(self._targets(), [1, 0, 0])

    # === WAREHOUSES === #

    def test_shops_that_share_no_warehouse(self):
        leeds = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        self.env["stock.quant"]._update_available_quantity(self.product, leeds.lot_stock_id, 1)
        self._set_stock(1)
        self.shops[2].warehouse_ids = leeds
        self.assertEqual(self._targets(), [1, 0, 1])
        self.shops[1].warehouse_ids += leeds
        self.assertEqual(self._targets(), [1, 1, 0])
        self.assertEqual(self._targets(self.shops[2]), [0])

    # === CHANGES === #

    def _changes(self):
        """``{listing id: [target, counted down by the shop itself]}``"""
        changes = self.publisher._get_changes(self.shop)
        return {listing_id: [target, not send] for listing_id, target, _day, _scarce, send in changes}

    def _sell(self, quantity, **vals):
        order = self._create_order("1", [(self.product, quantity, "L1")], date_order=NOW - timedelta(minutes=5), **vals)
        self.env.flush_all()
        return order

    def test_own_sale_is_not_sent(self):
        self._show(6, 6, 6)
        self._sell(2)
        self.assertEqual(self._changes(), {self.listings[0].id: [4, True]})
        self._publish()
        self.assertEqual(self._pushed(), [])
        self.assertRecordValues(self.listings[0], [{"target_qty": 4, "push_state": "accepted"}])

    def test_sale_elsewhere_is_sent(self):
        self._show(6, 6, 6)
        self._sell(2, marketplace_shop_id=self.shops[1].id)
        self.assertEqual(self._changes(), {self.listings[0].id: [4, False]})

    def test_unpaid_and_cancelled_sales_explain_nothing(self):
        self._show(6, 6, 6)
        order = self._sell(2, marketplace_status="pending")
        self.assertEqual(self._changes(), {self.listings[0].id: [4, False]})
        order.marketplace_status = "unshipped"
        order.action_cancel()
        self._set_stock(9)
        self.env.flush_all()
        self.assertEqual(self._changes(), {self.listings[0].id: [5, False]})

    def test_sale_of_one_of_two_listings_is_sent(self):
        self._show(6, 6, 6)
        self._create_listing("TWIN", self.product)
        self.listings.auto_buffer = 4
        self._sell(2)
        self.assertEqual(self._changes()[self.listings[0].id], [4, False])

    def test_one_query(self):
        self.shops.scarce_at = 5
        for number in range(60):
            product = self._create_product(f"P{number}", number % 7)
            for shop in self.shops:
                self._create_listing(f"P{number}", product, shop_id=shop.id)
        self.env.flush_all()
        self._without_kits()
        # The query, and the planner's settings before and after it.
        with self.assertQueryCount(2):
            targets = dict(self.publisher._compute_targets(self.shops))
        for product, listings in self.env["marketplace.listing"].browse(targets).grouped("product_id").items():
            offered = sum(targets[listing.id] for listing in listings)
            available = product.with_context(warehouse_id=self.warehouse.id).free_qty
            self.assertEqual(offered, 18 if available == 6 or product == self.product else available)
