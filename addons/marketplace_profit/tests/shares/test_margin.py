from odoo.tests import new_test_user, tagged

from .share_case import ShareCase


@tagged("post_install", "-at_install")
class TestMargin(ShareCase):
    """Margins are sums of facts; their ratios are right for each row and each group."""

    def _settle(self):
        """DE: mugs 30.00 (3), commission 4.50, refund 3.00; pens 10.00 (5), commission 1.00. FR: mugs 20.00 (2)."""
        self._sell(
            "DE", self.shop, self._principal("30.00", units=3), self._principal("10.00", "PEN", 5),
            ("Order > ItemFees > Commission", "-4.50", "MUG", 0), ("Order > ItemFees > Commission", "-1.00", "PEN", 0),
            ("* > Refund > Principal", "-3.00", "MUG", 0), ("Fee > Ads", "-2.00", "MUG", 0),
        )  # fmt: skip
        self._sell("FR", self.france, self._principal("20.00", units=2))
        self.goods = self._create_account("Goods", "699003", "expense_direct_cost")
        self.env["profit.result.account"].create(
            {"company_id": self.company.id, "account_id": self.goods.id, "kind_id": self.kinds["purchase_cost"].id}
        )
        self._enter(self.goods, 9.0, product_id=self.mug.id)
        self._make_month()
        self.env.flush_all()

    def _margins(self, *domain):
        return self.env["profit.margin"].search([("company_id", "=", self.company.id), *domain])

    def test_a_row_has_all_steps_and_opens_its_facts(self):
        self._settle()
        row = self._margins(("product_id", "=", self.mug.id), ("shop_id", "=", self.shop.id))
        self.assertRecordValues(
            row,
            [
                {
                    "units": 3.0, "sales": 30.0, "refunds": -3.0, "net_sales": 27.0, "goods": 0.0, "margin_1": 27.0,
                    "selling_fees": -4.5, "fulfilment": 0.0, "storage": 0.0, "margin_2": 22.5, "ads": -2.0,
                    "margin_3": 20.5, "own": 0.0, "profit": 20.5, "state": "booked",
                }
            ],
        )  # fmt: skip
        self.assertEqual((row.refund_rate, round(row.tacos, 2), row.break_even_acos), (10.0, 7.41, 75.0))
        self.assertEqual(row.display_name, f"{self.mug.display_name} · Fake DE")
        facts = self.Entry.search(row.action_open_facts()["domain"])
        self.assertEqual(round(sum(facts.mapped("amount")), 2), 20.5)
        for row in self._margins():
            facts = self.Entry.search(row.action_open_facts()["domain"])
            self.assertEqual(round(sum(facts.mapped("amount")), 2), round(row.profit, 2))

    def test_ratios_of_groups_are_those_of_their_sums(self):
        self._settle()
        domain = [("company_id", "=", self.company.id), ("product_id", "in", (self.mug + self.pen).ids)]
        specs = ["net_sales:sum", "profit:sum", "margin_1_rate:avg", "roi:avg", "profit_per_unit:avg"]
        rows = {
            product: values
            for product, *values in self.env["profit.margin"]._read_group(
                domain, ["product_id"], [*specs, "break_even_price:avg"]
            )
        }
        # Mugs: sales 50, refund 3, goods 9, commission 4.5, ads 2, of 5 units.
        net, profit, margin_1, roi, per_unit, price = rows[self.mug]
        self.assertEqual((net, profit), (47.0, 31.5))
        self.assertAlmostEqual(margin_1, 100 * 38 / 47)
        self.assertAlmostEqual(roi, 100 * 31.5 / 9)
        self.assertAlmostEqual(per_unit, 6.3)
        self.assertAlmostEqual(price, (9 + 2) * 50 / (5 * (50 - 3 - 4.5)))
        self.assertFalse(rows[self.pen][3])  # No cost of goods, so no return on it.
        ((total,),) = self.env["profit.margin"]._read_group(domain, [], ["margin_1_rate:avg"])
        self.assertAlmostEqual(total, 100 * 48 / 57)

    def test_the_break_even_price_earns_nothing(self):
        """At the price that is shown, the same units with the same rates leave a margin 3 of nothing."""
        self._settle()
        ((units, sales, refunds, goods, fees, ads, price),) = self.env["profit.margin"]._read_group(
            [("company_id", "=", self.company.id), ("product_id", "=", self.mug.id)],
            [],
            [
                *(f"{name}:sum" for name in ("units", "sales", "refunds", "goods", "selling_fees", "ads")),
                "break_even_price:avg",
            ],
        )
        income = price * units
        self.assertAlmostEqual(income * (1 + (refunds + fees) / sales) + goods + ads, 0)

    def test_margins_are_the_profit_of_the_ledger(self):
        self._settle()
        month = self._make_month()
        self.env.flush_all()
        self.assertEqual(
            round(sum(self._margins(("month", "=", month.first)).mapped("profit")), 2), round(month.ledger_total, 2)
        )

    def test_margins_of_orders(self):
        order = self._import(self._order("A-1", self._line("MUG", 2, "24.00")))
        self.mug.taxes_id = False
        self._post("S1", *self._sale("A-1", "24.00", "-3.60"), shop=self.shop.external_id)
        self._make_month()
        self.env.flush_all()
        row = self.env["profit.order"].search(order.action_profit_margins()["domain"])
        self.assertEqual((row.order_id, row.shop_id, row.selling_fees), (order, self.shop, -3.6))
        self.assertEqual((row.day, row.order_ref), (self._at(2).date(), "A-1"))
        facts = self.Entry.search(row.action_open_facts()["domain"])
        self.assertEqual(round(sum(facts.mapped("amount")), 2), round(row.profit, 2))
        self.assertEqual(facts.order_id, order)

    def test_operators_see_their_own_shops(self):
        self._settle()
        operator = new_test_user(
            self.env, "operator", groups="marketplace.group_operator", company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        self.france.user_ids = operator
        rows = self.env["profit.margin"].with_user(operator).search([])
        self.assertEqual(rows.shop_id, self.france)
