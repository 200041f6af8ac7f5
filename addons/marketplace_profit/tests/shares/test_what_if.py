from odoo.tests import Form, freeze_time, tagged

from .share_case import ShareCase

TODAY = "2026-06-15 12:00:00"


@tagged("post_install", "-at_install")
class TestWhatIf(ShareCase):
    """A what-if starts from facts, says where each is from, and what a change does."""

    def _open(self, product=None):
        return Form(
            self.env["profit.what.if"].with_context(
                default_product_id=(product or self.mug).id, default_shop_id=self.shop.id
            )
        )

    def _settle(self):
        """Three mugs for 30.00, one of them refunded in part (3.00), commission 4.05, advertising 2.70."""
        self._sell(
            "DE", self.shop, self._principal("30.00", units=3), ("* > Refund > Principal", "-3.00", "MUG", 0),
            ("Order > ItemFees > Commission", "-4.05", "MUG", 0), ("Fee > Ads", "-2.70", "MUG", 0),
        )  # fmt: skip
        self._make_month()

    def _stock(self):
        self.env["cost.layer"].create(
            {
                "company_id": self.company.id,
                "product_id": self.mug.id,
                "place_id": self.fulfilment_warehouse.view_location_id.id,
                "quantity": 10,
                "purchase": 40,
                "freight": 10,
                "duty": 4,
                "preparation": 5,
            }
        )

    @freeze_time(TODAY)
    def test_it_starts_from_facts_and_says_where_they_are_from(self):
        self._settle()
        self._stock()
        what_if = self._open().save()
        lines = {line.field: (round(line.now, 4), line.source) for line in what_if.line_ids}
        self.assertEqual(
            lines,
            {
                "price": (10.0, "booked"),
                "exchange_rate": (1.0, "booked"),
                "refund_rate": (10.0, "booked"),
                "commission_rate": (15.0, "booked"),
                "fulfilment": (0.0, "none"),
                "purchase": (4.0, "stock"),
                "freight": (1.0, "stock"),
                "duty_rate": (10.0, "stock"),
                "storage": (0.0, "none"),
                "other": (0.5, "stock"),
                "ads_rate": (10.0, "booked"),
            },
        )
        self.assertEqual((what_if.units_now, what_if.units, what_if.days), (1.0, 1.0, 90))
        # 9.00 net − 4.00 − 1.00 − 0.40 − 1.35 − 0.50 − 0.90
        self.assertAlmostEqual(what_if.margin_now, 0.85)
        self.assertAlmostEqual(what_if.margin_then, 0.85)
        self.assertFalse(what_if.missing)
        self.assertFalse(any(what_if.line_ids.mapped("effect")))

    @freeze_time(TODAY)
    def test_a_change_shows_its_effect_at_once(self):
        self._settle()
        self._stock()
        form = self._open()
        for index, value in ((0, 12.0), (6, 1.5)):
            with form.line_ids.edit(index) as line:
                line.then = value
        form.units = 2
        self.assertAlmostEqual(form.margin_then, 0.85 + 2 * 0.9 * 0.75 - 0.5)
        what_if = form.save()
        effects = {line.field: round(line.effect, 4) for line in what_if.line_ids if line.effect}
        self.assertEqual(effects, {"price": 1.35, "freight": -0.5})
        self.assertAlmostEqual(what_if.profit_then, 2 * what_if.margin_then)
        self.assertAlmostEqual(what_if.profit_now, what_if.margin_now)
        self.assertAlmostEqual(what_if.break_even_price_then, (4 + 1.5 + 0.4 + 0.5) / (0.9 * 0.75), places=2)

    @freeze_time(TODAY)
    def test_what_is_not_known_is_named(self):
        what_if = self._open().save()
        self.assertEqual(set(what_if.line_ids.mapped("source")), {"missing", "rate"})
        self.assertIn("Price without Tax", what_if.missing)
        self.assertIn("Duty", what_if.missing)
        self.assertEqual(what_if.margin_now, 0)

    @freeze_time(TODAY)
    def test_an_impossible_value_is_named(self):
        self._settle()
        form = self._open()
        with form.line_ids.edit(2) as line:
            line.then = 120
        self.assertIn("Refunds", form.message)
        self.assertEqual(form.margin_then, 0)

    @freeze_time(TODAY)
    def test_estimates_stand_for_what_is_not_booked_yet(self):
        self._settle()
        fact = self._facts(("kind_id.code", "=", "principal"))[:1]
        self.env["profit.entry"].create(
            {
                **fact.copy_data()[0],
                "key": "estimate-1",
                "state": "estimated",
                "origin": "estimate",
                "amount": 10,
                "amount_currency": 10,
                "units": 1,
            }
        )
        what_if = self._open().save()
        price = what_if.line_ids.filtered(lambda line: line.field == "price")
        self.assertEqual((price.now, price.source), (10.0, "estimated"))
        self.assertAlmostEqual(what_if.units_now, 4 / 3)
