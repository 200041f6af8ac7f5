from odoo.tests import new_test_user, tagged

from .estimate_case import EstimateCase


@tagged("post_install", "-at_install")
class TestBridge(EstimateCase):
    """One constructed case for each cause."""

    def _bridge(self, *lines, order=None, estimate=True, **values):
        """``{kind: row}`` of an order of a mug for 12.00 that was estimated and then settled."""
        (order,) = self._import(order or self._order("A-1"))
        if estimate:
            self._estimate(order)
        lines = [
            (words, amount, {"order": "A-1", "sku": "MUG", "units": 1, **dict(*rest)}) for words, amount, *rest in lines
        ]
        settlement = self._take(self._document("S1", *lines, **values))
        settlement.action_post()
        rows = self.env["profit.bridge"].search([("order_id", "=", order.id)])
        return {row.kind_id.code: row for row in rows}

    def _goods(self, amount="12.00"):
        return "Order > ItemPrice > Principal", amount

    def _commission(self, amount="-1.80"):
        return "Order > ItemFees > Commission", amount

    def test_as_estimated(self):
        rows = self._bridge(self._goods(), self._commission())
        self.assertEqual({code: row.cause for code, row in rows.items()}, {"principal": "none", "commission": "none"})
        self.assertEqual(rows["commission"].difference, 0.0)

    def test_another_rate(self):
        row = self._bridge(self._goods(), self._commission("-2.40"))["commission"]
        self.assertEqual((row.cause, row.percentage, row.settled_percentage), ("rate", 15.0, 20.0))
        self.assertEqual((row.estimated, row.settled, row.difference), (-1.8, -2.4, -0.6))
        self.assertIn("20 %", row.why)
        self.assertIn("15 %", row.why)
        self.assertEqual(row.rate_id, self.card)

    def test_another_base(self):
        rows = self._bridge(self._goods("10.00"), self._commission("-1.50"))
        self.assertEqual((rows["commission"].cause, rows["commission"].settled_base), ("base", 10.0))
        self.assertEqual(rows["principal"].cause, "amount")
        self.assertIn("10.00", rows["principal"].why)

    def test_another_size_tier(self):
        self.mug.write({"package_length": 10, "package_width": 10, "package_height": 10})
        currency = self.shop.currency_id.id
        small, large = (
            self._create_rate(name, "fba_per_unit", max_longest=side, per_item=fee, currency_id=currency)
            for name, side, fee in (("Small", 20, 2.1), ("Large", 40, 3.05))
        )
        self.Word.create({"provider": "none", "words": "Fee > FBA", "kind_id": self.kinds["fba_per_unit"].id})
        order = self._order("A-1", self._line("MUG", 2, "24.00"))
        rows = self._bridge(
            self._goods("24.00"), self._commission("-3.60"), ("Fee > FBA", "-6.10", {"units": 2}), order=order
        )
        row = rows["fba_per_unit"]
        self.assertEqual((row.cause, row.rate_id, row.tier_id), ("tier", small, large))
        self.assertIn("Large", row.why)
        self.assertIn("Small", row.why)

    def test_another_fixed_fee_that_no_tier_has(self):
        self._create_rate("Fixed", "fba_per_unit", per_item=2, currency_id=self.shop.currency_id.id)
        self.Word.create({"provider": "none", "words": "Fee > FBA", "kind_id": self.kinds["fba_per_unit"].id})
        row = self._bridge(self._goods(), self._commission(), ("Fee > FBA", "-2.50"))["fba_per_unit"]
        self.assertEqual((row.cause, row.difference), ("rate", -0.5))

    def test_not_charged(self):
        row = self._bridge(self._goods())["commission"]
        self.assertEqual((row.cause, row.estimated, row.settled, row.difference), ("not_charged", -1.8, 0.0, 1.8))

    def test_charged_and_not_expected(self):
        row = self._bridge(self._goods(), self._commission(), ("Fee > Storage", "-0.30"))["storage"]
        self.assertEqual((row.cause, row.difference), ("unexpected", -0.3))

    def test_refunded(self):
        row = self._bridge(self._goods(), self._commission(), ("A > Refund > Principal", "-5.00"))["income_refund"]
        self.assertEqual((row.cause, row.difference), ("refund", -5.0))

    def test_the_exchange_rate(self):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "KWD")])
        currency.active = True
        for day, rate in (("2026-01-01", 2.0), ("2026-05-05", 3.0)):
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": day, "inverse_company_rate": rate, "company_id": self.company.id}
            )
        line = self._line("MUG", 1, None, self._charge("item", "12.000", currency="KWD"))
        rows = self._bridge(
            (*self._goods("12.000"), {"day": 5}),
            (*self._commission("-1.800"), {"day": 5}),
            order=self._order("A-1", line),
            currency="KWD",
        )
        row = rows["commission"]
        self.assertEqual((row.cause, row.difference_currency, row.difference), ("fx", 0.0, -1.8))

    def test_tax_and_promotions_of_goods_are_parts_of_their_price(self):
        self.Word.create({"provider": "none", "words": "Order > Promotion", "kind_id": self.kinds["item_promotion"].id})
        rows = self._bridge(
            self._goods("11.00"),
            ("Order > ItemPrice > Tax", "2.00"),
            ("Order > Promotion", "-1.00"),
            self._commission(),
        )
        self.assertEqual((rows["principal"].cause, rows["principal"].settled), ("none", 12.0))

    def test_tax_that_the_marketplace_keeps_is_left_out(self):
        self.mug.taxes_id = False
        rows = self._bridge(
            self._goods(), ("Order > ItemPrice > Tax", "2.00"), ("Order > Withheld > Tax", "-2.00"), self._commission()
        )
        self.assertEqual({code: row.cause for code, row in rows.items()}, {"principal": "none", "commission": "none"})

    def test_an_order_settled_as_one_amount(self):
        self.Word.create({"provider": "none", "words": "Sale", "kind_id": self.kinds["order_payment"].id})
        order = self._order("A-1", self._line("MUG", 1, "12.00", self._charge("shipping", "3.00")))
        rows = self._bridge(("Sale", "15.00"), self._commission(), order=order)
        self.assertEqual((rows["order_payment"].cause, rows["order_payment"].estimated), ("none", 15.0))
        self.assertNotIn("principal", rows)

    def test_orders_that_were_never_estimated_are_not_compared(self):
        self.assertFalse(self._bridge(self._goods(), self._commission(), estimate=False))

    def test_from_a_row_to_what_it_compares(self):
        row = self._bridge(self._goods(), self._commission("-2.40"))["commission"]
        estimates = self.Estimate.search(row.action_view_estimates()["domain"])
        self.assertIn(row.estimate_id, estimates)
        lines = self.env["marketplace.settlement.line"].search(row.action_view_settled()["domain"])
        self.assertEqual(len(lines), 2)

    def test_operators_see_their_own_shops(self):
        self._bridge(self._goods(), self._commission("-2.40"))
        operator = new_test_user(self.env, "bridge_operator", "marketplace.group_operator")
        Bridge = self.env["profit.bridge"].with_user(operator)
        self.assertFalse(Bridge.search([("shop_id", "=", self.shop.id)]))
        self.shop.user_ids = operator
        self.assertTrue(Bridge.search([("shop_id", "=", self.shop.id)]))
