from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .estimate_case import EstimateCase


@tagged("post_install", "-at_install")
class TestRate(EstimateCase):
    def test_amounts_need_a_currency(self):
        with self.assertRaises(ValidationError):
            self._create_rate("No currency", "commission", per_item=1)
        with self.assertRaises(ValidationError):
            self._create_rate("Nothing", "commission")
        with self.assertRaises(ValidationError):
            self._create_rate("No step", "fba_per_unit", step_amount=1, currency_id=self.shop.currency_id.id)

    def test_published_rates_name_their_source(self):
        published = self.Rate.with_context(active_test=False).search([("is_default", "=", True)])
        self.assertGreater(len(published), 30)
        self.assertFalse(published.filtered(lambda rate: not rate.source))
        self.assertEqual(published.filtered("is_tier").mapped("kind_id.code"), ["fba_per_unit"])

    def test_rates_are_measured_on_settlements(self):
        category = self.env["product.category"].create({"name": "Mugs"})
        self.mug.categ_id = category
        self._import(self._order("A-1"), self._order("A-2"), self._order("A-3"))
        self._post("S1", *self._sale("A-1", "12.00", "-1.80"), *self._sale("A-2", "12.00", "-1.20"))
        waiting = self._take(self._document("S2", *self._sale("A-3", "12.00", "-12.00")))
        self.assertEqual(self.Rate._learn(self.company), 1)
        rate = self.Rate.search([("learned", "=", True), ("shop_id", "=", self.shop.id)])
        self.assertEqual((rate.kind_id, rate.category_id, rate.order_count), (self.kinds["commission"], category, 2))
        self.assertAlmostEqual(rate.percentage, 12.5)
        self.assertAlmostEqual(rate.spread, 2.5)
        # Again: the same row, with what came meanwhile.
        waiting.action_post()
        self.Rate._learn(self.company)
        self.assertAlmostEqual(rate.percentage, round(1500 / 36, 4))
        self.assertEqual(self.Rate.search_count([("learned", "=", True), ("shop_id", "=", self.shop.id)]), 1)

    def test_a_stated_rate_comes_before_a_measured_one(self):
        orders = self._import(self._order("A-1"), self._order("A-2"))
        self._post("S1", *self._sale("A-1", "12.00", "-1.20"))
        self.Rate._learn(self.company)
        (estimate,) = self._estimate(orders[1]).filtered(lambda row: row.kind_id.code == "commission")
        self.assertEqual((estimate.amount_currency, estimate.source), (-1.80, "card"))
        self.card.action_archive()
        self._estimate(orders[1])
        (estimate,) = self._estimate(orders[1]).filtered(lambda row: row.kind_id.code == "commission")
        self.assertEqual((estimate.amount_currency, estimate.source), (-1.20, "learned"))

    def test_measuring_takes_the_same_queries_for_more_orders(self):
        for number in range(5):
            self._import(self._order(f"A-{number}"))
        self._post("S1", *(line for number in range(5) for line in self._sale(f"A-{number}")))
        self.Rate._learn(self.company)
        with self.assertQueryCount(3):
            self.Rate._learn(self.company)

    def test_who_may_change_rates(self):
        operator = new_test_user(self.env, "rate_operator", "marketplace.group_operator")
        self.assertTrue(self.card.with_user(operator).percentage)
        self.assertFalse(self.card.with_user(operator).has_access("write"))
        self.card.shop_id = self.shop
        self.assertFalse(self.Rate.with_user(operator).search([("id", "=", self.card.id)]))
        accountant = new_test_user(self.env, "rate_accountant", "marketplace.group_accountant")
        self.card.with_user(accountant).percentage = 12
