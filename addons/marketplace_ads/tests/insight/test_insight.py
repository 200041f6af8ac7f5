from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ...engine.insight import FACTORS
from .insight_case import InsightCase


@tagged("post_install", "-at_install")
class TestSalesInsight(InsightCase):
    """Four SKUs of one shop, each with its own cause, and the sums of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lamp, cls.vase, cls.bowl, cls.tray = (cls._offer(sku) for sku in ("LAMP", "VASE", "BOWL", "TRAY"))
        # The click-through rate halves: 40 of 400 sessions are missing.
        cls._sell(cls.lamp, (20, 18))
        cls._visit(cls.lamp, (400, 360))
        cls._advertise(cls.lamp, (16000, 16000), (80, 40), (40, 38))
        # A quarter of the days without stock.
        cls._sell(cls.vase, (20, 15))
        cls._visit(cls.vase, (400, 300))
        cls._run_out(cls.vase, 7)
        # Only the price.
        cls._sell(cls.bowl, (20, 20), price=(20, 25))
        cls._visit(cls.bowl, (400, 400))
        # Nothing is known of visits.
        cls._sell(cls.tray, (20, 10))
        cls.insight = cls._analyse()

    def test_only_click_through_rate(self):
        line = self._line(self.insight, self.lamp)
        self.assertEqual(self._parts(line), {"before": 400, "ctr": -40, "after": 360})
        self.assertEqual(line.cause, "ctr")
        self.assertEqual(line.campaign_id.name, "Summer")
        self.assertEqual(
            line.sentence,
            "Sales fell 10.0 %: ad clicks −50 % because CTR fell from 0.50 % to 0.25 %. "
            "Check the main image, the price and the bid of the campaign Summer.",
        )

    def test_only_stock_out(self):
        line = self._line(self.insight, self.vase)
        self.assertEqual(self._parts(line), {"before": 400, "stock": -100, "after": 300})
        self.assertEqual(
            line.sentence,
            "Sales fell 25.0 %: out of stock 25 % of the time, before 0 %. "
            "Restock first; until then, give this shop a larger share of what is there.",
        )

    def test_only_price(self):
        line = self._line(self.insight, self.bowl)
        self.assertEqual(self._parts(line), {"before": 400, "price": 100, "after": 500})
        self.assertEqual(line.change_share, 25)
        self.assertIn("Sales rose 25.0 %: the price rose from", line.sentence)
        self.assertIn("Watch conversion at the new price.", line.sentence)

    def test_missing_traffic(self):
        line = self._line(self.insight, self.tray)
        self.assertEqual(self._parts(line), {"before": 400, "demand": -200, "after": 200})
        self.assertIn("traffic", line.missing)
        self.assertIn("Traffic of some days or SKUs is missing", line.missing_text)
        self.assertIn("Import the shop's traffic", line.sentence)

    def test_sums(self):
        """The shop, its country and all SKUs change by what the SKUs change by."""
        skus = self._line(self.insight)
        self.assertEqual(sum(skus.mapped("change")), -240)
        for level in ("shop", "country", "all"):
            line = self._line(self.insight, level=level)
            self.assertEqual((line.sales_before, line.sales_after, line.change), (1600, 1360, -240))
            self.assertEqual(round(sum(line[f"part_{code}"] for code in FACTORS), 2), line.change)
        self.assertFalse(self._line(self.insight, level="product"))
        self.assertEqual(self.insight.change, -240)
        self.assertEqual(self.insight.sku_count, 4)
        self.assertIn("Sales fell 15.0 %", self.insight.sentence)

    def test_every_line_adds_up(self):
        for line in self.insight.line_ids:
            self.assertEqual(round(sum(line[f"part_{code}"] for code in FACTORS), 2), line.change)
            factors = line.factor_ids.filtered(lambda factor: factor.code != "after")
            self.assertEqual(round(sum(factors.mapped("contribution")), 2), line.sales_after)

    def test_again_the_same(self):
        def read():
            fields = ["level", "shop_id", "product_id", "change", "cause", "factors", "figures", "sentence", "missing"]
            rows = self.insight.line_ids.sorted("id").read(fields)
            return [{name: row[name] for name in fields} for row in rows]

        first = read()
        self.insight.action_compute()
        self.assertEqual(read(), first)

    def test_group_by(self):
        groups = self.env["sales.insight.line"]._read_group(
            [("insight_id", "=", self.insight.id), ("level", "=", "sku")], ["cause"], ["change:sum"]
        )
        self.assertEqual(dict(groups), {"ctr": -40, "stock": -100, "price": 100, "demand": -200})

    def test_evidence(self):
        line = self._line(self.insight, self.lamp)
        for opened, count in (
            (line.action_open_orders(), 38),
            (line.action_open_ads(), 4),
            (line.action_open_traffic(), 56),
            (line.action_open_stockouts(), 0),
            (self._line(self.insight, self.vase).action_open_stockouts(), 7),
            (self._line(self.insight, level="shop").action_open_orders(), 143),
            (line.action_open_chart(), 10),
            (self.insight.action_open_skus(), 4),
            (self.insight.action_open_sums(), 2),
        ):
            self.assertEqual(self.env[opened["res_model"]].search_count(opened["domain"]), count)

    def test_evidence_of_the_last_day(self):
        """The last day of a window counts whole, here and there."""
        orders = self._sell(self.tray, (0, 1))
        orders.date_order = f"{self.after[1]} 23:59:59"
        self.insight.action_compute()
        line = self._line(self.insight, self.tray)
        self.assertEqual(line.units_after, 11)
        self.assertIn(orders, self.env["sale.order"].search(line.action_open_orders()["domain"]))

    def test_advertising_stopped(self):
        self._sell(cup := self._offer("CUP"), (20, 10))
        self.traffic.clear()
        self._visit(cup, (400, 200))
        self._advertise(cup, (16000, 0), (200, 0), (56, 0), "Winter")
        line = self._line(self._analyse(), cup)
        self.assertEqual(self._parts(line), {"before": 400, "impressions": -200, "after": 200})
        self.assertIn("advertising stopped (", line.sentence)
        self.assertIn("the campaign Winter was paused on purpose", line.sentence)

    def test_rating_buy_box_and_conversion(self):
        self.traffic.clear()
        cup, fork, dish = (self._offer(sku) for sku in ("CUP", "FORK", "DISH"))
        for product in (cup, fork, dish):
            self._sell(product, (20, 16))
        self._visit(cup, (400, 400), rating=("4.50", "2.00"))
        self._visit(fork, (400, 400), buy_box=(95, 60))
        self._visit(dish, (400, 400))
        insight = self._analyse(rating_effect=9)
        self.assertEqual(self._line(insight, cup).cause, "rating")
        # ln(1.09) × −2.5 stars × the logarithmic mean of 400 and 320
        self.assertEqual(self._parts(self._line(insight, cup))["rating"], -77.24)
        self.assertIn("the buy box went from 95 % to 60 %", self._line(insight, fork).sentence)
        dish_line = self._line(insight, dish)
        self.assertEqual(self._parts(dish_line), {"before": 400, "conversion": -80, "after": 320})
        self.assertIn("conversion fell from 5.00 % to 4.00 %", dish_line.sentence)

    def test_new_and_ended(self):
        new = self._offer("NEW")
        self._date_back(self.env["marketplace.listing"].search([("sku", "=", "NEW")]), self.after[0])
        self._sell(new, (0, 5))
        ended = self._offer("ENDED", active=False)
        self._sell(ended, (5, 0))
        insight = self._analyse()
        self.assertEqual(self._parts(self._line(insight, new)), {"new": 100, "after": 100})
        self.assertEqual(self._parts(self._line(insight, ended)), {"before": 100, "ended": -100})
        self.assertEqual(
            self._line(insight, ended).sentence,
            "Sales stopped: it is not offered any more. If that was not meant, list it again.",
        )

    def test_exchange_rate_is_not_price(self):
        """The same price in the shop's currency, which is worth less."""
        company = self.shop.company_id
        foreign = self.env["res.currency"].create({"name": "XTA", "symbol": "X", "rounding": 0.01})
        self.env["res.currency.rate"].create(
            [
                {"currency_id": foreign.id, "company_id": company.id, "name": days[0], "rate": rate}
                for days, rate in zip(self.windows, (1, 1.25), strict=True)
            ]
        )
        shop = self.shop.copy({"external_id": "XT", "currency_id": foreign.id, "name": "Abroad"})
        self._sell(self._offer("CUP", shop), (10, 10), shop=shop)
        orders = self.env["sale.order"].search([("marketplace_shop_id", "=", shop.id)])
        orders.currency_id = foreign
        orders._compute_currency_rate()
        line = self._line(self._analyse(shop_ids=shop.ids))
        self.assertEqual(self._parts(line), {"before": 200, "rate": -40, "after": 160})
        self.assertIn("the exchange rate went from 1.0000 to 0.8000", line.sentence)

    def test_product_in_two_shops(self):
        other = self.shop.copy({"external_id": "FR1", "name": "Fake FR", "country_id": self.env.ref("base.fr").id})
        self._create_listing("LAMP-FR", self.lamp).shop_id = other
        self._sell(self.lamp, (10, 20), shop=other)
        insight = self._analyse(shop_ids=(self.shop + other).ids)
        product = self._line(insight, self.lamp, level="product")
        self.assertEqual((product.sales_before, product.sales_after, product.change), (600, 760, 160))
        self.assertEqual(self._line(insight, level="country", country_id=other.country_id).change, 200)
        self.assertEqual(self._line(insight, level="all").change, -40)

    def test_category(self):
        category = self.env["product.category"].create({"name": "Light"})
        self.lamp.categ_id = category
        self.assertEqual(self._line(self._analyse(category_ids=category.ids)).product_id, self.lamp)

    def test_shop_without_country(self):
        self.shop.country_id = False
        insight = self._analyse()
        self.assertEqual(insight.change, -240)
        self.assertFalse(self._line(insight, level="country"))

    def test_windows(self):
        form = Form(self.env["sales.insight"])
        form.date_from, form.date_to = "2026-05-01", "2026-05-10"
        self.assertEqual((str(form.before_from), str(form.before_to)), ("2026-04-21", "2026-04-30"))
        form.comparison = "year"
        self.assertEqual((str(form.before_from), str(form.before_to)), ("2025-05-02", "2025-05-11"))
        form.comparison = "own"
        form.before_from = "2025-01-01"
        self.assertEqual((str(form.before_from), str(form.before_to)), ("2025-01-01", "2025-05-11"))
        self.assertEqual(form.save().name, "2026-05-01 – 2026-05-10")

    def test_windows_of_different_length(self):
        """14 days against 28: sales of the earlier ones count half."""
        insight = self._analyse(
            comparison="own",
            date_from=self.after[1] - timedelta(days=13),
            before_from=self.before[0],
            before_to=self.before[1],
        )
        line = self._line(insight, self.tray)
        self.assertEqual((line.sales_before, line.sales_after), (200, 0))
        self.assertEqual(self._parts(line)["demand"], -200)

    def test_operator(self):
        """An operator sees his own shops, and sums of his own analyses only."""
        operator = new_test_user(self.env, "insight operator", groups="marketplace.group_operator")
        Line = self.env["sales.insight.line"].with_user(operator)
        self.assertFalse(Line.search([("insight_id", "=", self.insight.id)]))
        with self.assertRaises(AccessError):
            self.env["sales.insight"].with_user(operator).create({"shop_ids": self.shop.ids}).action_compute()
        self.shop.user_ids = operator
        own = (
            self.env["sales.insight"].with_user(operator).create({"date_from": self.after[0], "date_to": self.after[1]})
        )
        own.action_compute()
        self.assertEqual(own.line_ids.shop_id, self.shop)
        self.assertEqual(own.change, -240)
        self.assertEqual(own.total_id.factor_ids.mapped("code")[0], "before")

    def test_queries_do_not_grow(self):
        """As many queries for four SKUs as for a hundred more."""
        self.insight.action_compute()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.insight.action_compute()
        few = self.env.cr.sql_log_count - before
        for number in range(100):
            self._sell(self._offer(f"SKU{number}"), (1, 1))
        self.insight.action_compute()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.insight.action_compute()
        self.assertLessEqual(self.env.cr.sql_log_count - before, few)
        self.assertEqual(self.insight.sku_count, 104)

    def test_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        line = self._line(self.insight, self.lamp).with_context(lang="zh_CN")
        self.assertEqual(
            line.sentence,
            "销售额下降 10.0 %：广告点击 −50 %，因为点击率从 0.50 % 降到 0.25 %。"
            "请检查主图、价格和广告活动 Summer 的竞价。",
        )
