from odoo.tests import freeze_time, tagged
from odoo.tools import format_amount

from .share_case import ShareCase

TODAY = "2026-06-15 12:00:00"  # Of 30 days: the 21st of May is among them, the 2nd among the 30 before.


@tagged("post_install", "-at_install")
class TestPosition(ShareCase):
    """Which SKU earns on the cash that it ties up, and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"profit_roi_limit": 100, "profit_growth_limit": 20, "profit_stock_days_limit": 180})
        cls.france.fulfilment_warehouse_id = False

    def _product(self, sku):
        product = self._create_product(sku)
        self._create_listing(sku, product)
        return product

    def _stock(self, product, units, value, warehouse=None):
        self.env["cost.layer"].create(
            {
                "company_id": self.company.id,
                "product_id": product.id,
                "place_id": (warehouse or self.fulfilment_warehouse).view_location_id.id,
                "quantity": units,
                "purchase": value,
            }
        )

    def _settle(self, *rows):
        """Sales of DE: ``(SKU, amount, units, day of May)``."""
        lines = [
            ("Order > ItemPrice > Principal", amount, {"sku": sku, "units": units, "day": day - 1})
            for sku, amount, units, day in rows
        ]
        self._post(f"S{len(self.Settlement.search([]))}", *lines, shop=self.shop.external_id)
        self._make_month()

    def _positions(self, product, days=30):
        self.env.flush_all()
        self.env.invalidate_all()
        positions = (
            self.env["profit.position"]
            .with_context(profit_days=days)
            .search([("company_id", "=", self.company.id), ("product_id", "=", product.id)])
        )
        positions.mapped("why")
        return positions

    @freeze_time(TODAY)
    def test_a_star_grows_and_a_cow_does_not(self):
        self._settle(("MUG", "10.00", 1, 2), ("MUG", "30.00", 3, 21), ("PEN", "10.00", 5, 2), ("PEN", "10.00", 5, 21))
        self._stock(self.mug, 10, 100)
        self._stock(self.pen, 10, 100)
        star, cow = self._positions(self.mug), self._positions(self.pen)
        self.assertEqual((star.quadrant, star.shop_id, star.units, star.units_before), ("star", self.shop, 3.0, 1.0))
        self.assertEqual((star.margin_3, star.stock_value, star.stock_days, star.roi_year), (30.0, 100.0, 100.0, 365.0))
        self.assertEqual((star.growth, star.margin_3_rate), (200.0, 100.0))
        self.assertIn("200 % more", star.why)
        self.assertEqual((cow.quadrant, cow.growth), ("cow", 0.0))
        self.assertIn("% a year", cow.why)

    @freeze_time(TODAY)
    def test_what_earns_without_stock_is_a_cow(self):
        self._settle(("MUG", "10.00", 1, 21))
        cow = self._positions(self.mug)
        self.assertEqual((cow.quadrant, cow.stock_value), ("cow", 0.0))
        self.assertIn("ties up no cash", cow.why)

    @freeze_time(TODAY)
    def test_services_are_neither_cows_nor_black_holes(self):
        """Shipping that buyers pay is no SKU that one buys or drops."""
        self._settle(("MUG", "10.00", 1, 21))
        self.assertTrue(self._positions(self.mug))
        self.mug.product_tmpl_id.type = "service"
        self.assertFalse(self._positions(self.mug))

    @freeze_time(TODAY)
    def test_black_holes_lose_money_or_lie_too_long(self):
        dead, slow, loss = self._product("CUP"), self._product("JAR"), self._product("LID")
        self._settle(("JAR", "1.00", 1, 21), ("LID", "-5.00", 0, 21))
        self._stock(dead, 5, 50)
        self._stock(slow, 7, 500)
        lost = format_amount(self.env, 5, self.company.currency_id)
        expected = {dead: "Nothing was sold", slow: "lasts 210 days", loss: f"It lost {lost}"}
        for product, why in expected.items():
            position = self._positions(product)
            self.assertEqual(position.quadrant, "black_hole", product.name)
            self.assertIn(why, position.why)
        self.assertFalse(self._positions(dead).shop_id.filtered(lambda shop: shop == self.france))

    @freeze_time(TODAY)
    def test_question_marks_return_little_or_are_new(self):
        slow, new = self._product("BOX"), self._product("NEW")
        self._settle(("BOX", "10.00", 10, 21))
        self._stock(slow, 20, 1000)
        self._stock(new, 20, 1000)
        self.env.cr.execute(
            "INSERT INTO cost_event (company_id, kind, day, stated_day, product_id, place_id)"
            " VALUES (%s, 'receipt', '2026-06-01', '2026-06-01', %s, %s)",
            [self.company.id, new.id, self.fulfilment_warehouse.view_location_id.id],
        )
        positions = self._positions(slow), self._positions(new)
        self.assertEqual([position.quadrant for position in positions], ["question", "question"])
        self.assertIn("good is 100 %", positions[0].why)
        self.assertIn("too early", positions[1].why)

    @freeze_time(TODAY)
    def test_stock_outside_of_marketplaces_is_of_those_who_sell_it(self):
        self._settle(("MUG", "30.00", 3, 21))
        self._post("FR", ("Order > ItemPrice > Principal", "10.00", {"sku": "MUG", "units": 1, "day": 20}),
                   shop=self.france.external_id)  # fmt: skip
        self._make_month()
        self._stock(self.mug, 8, 80, self.warehouse)
        self._stock(self.mug, 2, 20)
        positions = self._positions(self.mug)
        self.assertEqual(
            {position.shop_id: (position.stock_units, position.stock_value) for position in positions},
            {self.shop: (8.0, 80.0), self.france: (2.0, 20.0)},
        )

    @freeze_time(TODAY)
    def test_ratios_of_groups_are_those_of_their_sums(self):
        self._settle(("MUG", "30.00", 3, 21), ("PEN", "10.00", 1, 21))
        self._stock(self.mug, 10, 100)
        self._stock(self.pen, 10, 300)
        self.env.flush_all()
        with freeze_time(TODAY):
            ((roi, days),) = (
                self.env["profit.position"]
                .with_context(profit_days=30)
                ._read_group(
                    [("company_id", "=", self.company.id), ("product_id", "in", (self.mug + self.pen).ids)],
                    [],
                    ["roi_year:avg", "stock_days:avg"],
                )
            )
        self.assertAlmostEqual(roi, 100 * 40 * 365 / 30 / 400)
        self.assertAlmostEqual(days, 30 * 20 / 4)

    @freeze_time(TODAY)
    def test_a_position_opens_its_facts_and_its_stock(self):
        self._settle(("MUG", "30.00", 3, 21), ("MUG", "10.00", 1, 2))
        self._stock(self.mug, 10, 100)
        with freeze_time(TODAY):
            position = self._positions(self.mug)
            facts = self.Entry.search(position.action_open_facts()["domain"])
            self.assertEqual(sum(facts.mapped("amount")), position.margin_3)
            layers = self.env["cost.layer"].search(position.action_open_stock()["domain"])
            self.assertEqual(sum(layers.mapped("value")), 100.0)
            context = position.action_what_if()["context"]
        self.assertEqual((context["default_product_id"], context["default_shop_id"]), (self.mug.id, self.shop.id))
