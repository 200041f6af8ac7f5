from datetime import timedelta
from math import exp, factorial, gamma

from odoo import fields
from odoo.tests import freeze_time, tagged

from ..models.publish_meter import sales_quantile
from .publisher_case import PublisherCase

NOW = fields.Datetime.to_datetime("2026-05-04 12:00:00")


@tagged("post_install", "-at_install")
class TestMeter(PublisherCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.shop.copy(
            {"external_id": "S2", "warehouse_ids": cls.warehouse.ids, "state": "running", "protection": 90}
        )
        cls.product = cls._create_product("A", 10, standard_price=4)
        cls.first_listing = cls._create_listing("A", cls.product, price=10)
        cls.second_listing = cls._create_listing("A", cls.product, shop_id=cls.second.id, price=20)

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))
        self.env.ref("marketplace.cron_publish").write({"interval_number": 2, "interval_type": "minutes"})

    def _sell(self, ref, hours, quantity=1, shop=None, product=None, heard=None):
        """An order some hours ago that arrived ``heard`` minutes later."""
        sold_at = NOW - timedelta(hours=hours)
        order = self._create_order(
            ref,
            [(product or self.product, quantity, "L1")],
            date_order=sold_at,
            marketplace_shop_id=(shop or self.shop).id,
        )
        if heard is not None:
            for number, minutes in enumerate((heard, heard + 500)):
                self.env["marketplace.inbox"].create(
                    {
                        "shop_id": order.marketplace_shop_id.id,
                        "kind": "order",
                        "external_id": ref,
                        "revision": str(number),
                        "order_id": order.id,
                        "received_at": sold_at + timedelta(minutes=minutes),
                    }
                )
        return order

    def _measure(self):
        self.env.flush_all()
        self.env["marketplace.publish.meter"]._job_measure(self.env.company)

    def _reached(self, top, units, hours, window):
        """Probability that no more than ``top`` units are sold, as the textbook has it."""
        share = hours / (hours + window)
        return sum(
            gamma(units + n) / gamma(units) / factorial(n) * share**units * (1 - share) ** n for n in range(top + 1)
        )

    def test_quantile(self):
        for units, hours, window in ((0.5, 3, 0.1), (2.5, 0.25, 0.2), (12, 24, 1), (40, 10, 5)):
            for probability in (0.9, 0.99, 0.999):
                top = sales_quantile(units, hours, window, probability)
                self.assertGreaterEqual(self._reached(top, units, hours, window), probability)
                if top:
                    self.assertLess(self._reached(top - 1, units, hours, window), probability)
        self.assertEqual(sales_quantile(0, 1, 1, 0.99), 0)
        self.assertAlmostEqual(sales_quantile(400, 1, 1, 0.99), sales_quantile(401, 1, 1, 0.99), delta=2)

    def test_quantile_after_a_long_history_is_that_of_poisson(self):
        top = sales_quantile(3e6, 1e6, 1, 0.99)
        reached = [sum(exp(-3) * 3**n / factorial(n) for n in range(count + 1)) for count in (top, top - 1)]
        self.assertGreaterEqual(reached[0], 0.99)
        self.assertLess(reached[1], 0.99)

    def test_a_short_history_makes_the_buffer_larger(self):
        self.assertGreater(sales_quantile(3, 0.5, 0.2, 0.99), sales_quantile(144, 24, 0.2, 0.99))

    def test_latency_of_orders_is_that_of_the_first_revision(self):
        self._sell("first", 4, heard=30)
        for number in range(10):
            self._sell(str(number), 3, heard=number + 1)
        self._measure()
        self.assertAlmostEqual(self.shop.order_latency, 9.1)
        self.assertEqual(self.second.order_latency, 10, "not measured yet")

    def test_orders_of_the_first_fetch_do_not_count(self):
        self._sell("old", 50, heard=48 * 60)
        self._sell("also old", 3, heard=60)
        self._measure()
        self.assertEqual(self.shop.order_latency, 10, "as good as nothing is known")
        self._sell("new", 1, heard=4)
        self._measure()
        self.assertEqual(self.shop.order_latency, 4)

    def test_latency_of_quantities_includes_the_wait_for_the_next_round(self):
        for minutes in range(1, 11):
            self.env["marketplace.stock.push"].create(
                {
                    "listing_id": self.first_listing.id,
                    "shop_id": self.shop.id,
                    "pushed_at": NOW - timedelta(hours=1),
                    "answered_at": NOW - timedelta(minutes=60 - minutes),
                    "state": "accepted",
                }
            )
        self._measure()
        self.assertAlmostEqual(self.shop.push_latency, 9.1 + 2)
        self.assertEqual(self.second.push_latency, 2)

    def test_velocity_is_the_higher_of_lately_and_today(self):
        self._sell("1", 20, 12)
        self._sell("2", 26, 24)
        self._measure()
        self.assertLess(self.first_listing.velocity, 36 / 26, "the twenty hours without a sale count more")
        self.assertGreater(self.first_listing.velocity, 12 / 24)
        self._sell("3", 1, 60)
        self._measure()
        self.assertGreaterEqual(self.first_listing.velocity, 72 / 24, "what the last day sold is the least")
        self.assertEqual(self.first_listing.stock_velocity, self.first_listing.velocity)
        self.assertEqual(self.second_listing.velocity, 0)

    def test_old_and_foreign_sales_do_not_count(self):
        self._sell("1", 29 * 24, 500)
        self._sell("2", 2, 500, product=self._create_product("B", 1))
        self._create_order("3", [(self.product, 500, "L1")], date_order=NOW, marketplace_fulfilment="marketplace")
        self._measure()
        self.assertEqual(self.first_listing.velocity, 0)
        self.assertEqual((self.first_listing.auto_buffer, self.first_listing.need_qty), (0, 0))

    def test_buffer(self):
        self._sell("1", 20, 60)
        self._sell("2", 20, 30, shop=self.second)
        self._measure()
        hours = 12 / 60
        rates = [listing.velocity for listing in (self.first_listing, self.second_listing)]
        self.assertAlmostEqual(rates[0], 2 * rates[1], places=3)
        known = 20 + 0.5 / sum(rates)

        def foresee(rate, probability):
            return sales_quantile(rate * 20 + 0.5, known, hours, probability)

        self.assertRecordValues(
            self.first_listing + self.second_listing,
            [
                {
                    "latency": 12,
                    "stock_velocity": sum(rates),
                    "need_qty": foresee(rates[0], 0.99),
                    "auto_buffer": foresee(sum(rates), 0.99),
                    "publish_margin": 10 * 0.85 - 4,
                },
                {
                    "latency": 12,
                    "stock_velocity": sum(rates),
                    "need_qty": foresee(rates[1], 0.9),
                    "auto_buffer": foresee(sum(rates), 0.9),
                    "publish_margin": 20 * 0.85 - 4,
                },
            ],
        )

    def test_what_has_not_sold_yet_may_sell_as_the_others_do(self):
        listings = self.env["marketplace.listing"]
        fresh = self._create_product("F", 10)
        for shop in (self.shop, self.second):
            listings |= self._create_listing("F", fresh, shop_id=shop.id)
        self._sell("1", 0.25, 60)
        self._measure()
        self.assertTrue(all(listing.auto_buffer > 0 and not listing.need_qty for listing in listings))
        self.env["sale.order"].search([("marketplace_ref", "=", "1")]).date_order -= timedelta(hours=20)
        self._measure()
        self.assertFalse(any(listings.mapped("auto_buffer")), "it had a day to sell")

    def test_no_buffer_for_a_shop_with_stock_of_its_own(self):
        self.second_listing.active = False
        self._sell("1", 20, 60)
        self._measure()
        self.assertEqual(self.first_listing.auto_buffer, 0)
        self.assertGreater(self.first_listing.need_qty, 0)

    def test_constant_queries(self):
        def measure(count):
            for number in range(count):
                product = self._create_product(f"{count}-{number}", 5)
                self._create_listing(f"{count}-{number}", product)
                self._sell(f"{count}-{number}", 3, product=product)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["marketplace.publish.meter"]._job_measure(self.env.company)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        measure(1)
        self.assertEqual(measure(10), measure(40))
