"""Days of advertising: imported, restated, matched to SKUs, and their ratios."""

from datetime import timedelta

from odoo.addons.marketplace.contract import InvalidPayload
from odoo.tests import tagged

from .ads_case import DAY, AdsCase


@tagged("post_install", "-at_install")
class TestCost(AdsCase):
    def test_rows_get_their_product_and_add_up(self):
        self._import(self._row(cost="1.10", clicks=3), self._row(cost="0.90", clicks=2), self._row("PEN", "2.00"))
        mug, pen = self._costs()
        self.assertEqual((mug.product_id, mug.cost, mug.clicks), (self.mug, 2.0, 5))
        self.assertEqual((pen.product_id, pen.shop_id), (self.pen, self.shop))
        self.assertEqual(self._total(), 4.0)

    def test_the_same_report_again_changes_nothing(self):
        rows = [self._row(cost="1.10"), self._row("PEN", "2.00", day=DAY + timedelta(days=1))]
        self.assertEqual(self._import(*rows), 2)
        before = self._costs().ids
        self.assertEqual(self._import(*rows), 0)
        self.assertEqual(self._costs().ids, before)

    def test_restated_days_replace_what_was_there(self):
        self._import(self._row(cost="1.10"), self._row("PEN", "2.00"), self._row(day=DAY + timedelta(days=9)))
        kept = self._costs(("sku", "=", "MUG"), ("day", "=", DAY))
        self.assertEqual(self._import(self._row(cost="1.05", clicks=4)), 2)
        self.assertEqual(self._costs(("day", "=", DAY)), kept)
        self.assertEqual((kept.cost, kept.clicks), (1.05, 4))
        self.assertTrue(self._costs(("day", ">", DAY)), "days outside of the report stay")

    def test_another_ad_type_is_left_alone(self):
        self._import(self._row())
        self._import(self._row(campaign="Display", ad_type="sd"), ad_type="sd")
        self.assertEqual(self._total(), 2.0)
        self._import(ad_type="sd")
        self.assertEqual(self._costs().mapped("ad_type"), ["sp"])

    def test_a_renamed_campaign_stays_the_same(self):
        self._import(self._row())
        campaign = self._costs().campaign_id
        self._import(self._row(campaign="Lamp 2", campaign_id="#Lamp"))
        self.assertEqual((self._costs().campaign_id, campaign.name), (campaign, "Lamp 2"))

    def test_an_unknown_item_waits_and_finds_its_product(self):
        self._import(self._row("NEW", "3.00", asin="B00NEW"))
        row = self._costs()
        self.assertFalse(row.product_id)
        self.assertEqual(self.profile.unknown_count, 1)
        self.assertEqual(self.Cost.search(self.Cost._get_unknown_domain()), row)
        listing = self._create_listing("NEW", self.env["product.product"])
        self.assertFalse(row.product_id)
        listing.product_id = self.pen
        self.assertEqual(row.product_id, self.pen)
        self.profile.invalidate_recordset()
        self.assertEqual(self.profile.unknown_count, 0)

    def test_the_item_number_stands_in_for_the_sku(self):
        self.shop.env["marketplace.listing"].search([("sku", "=", "PEN")]).external_product_id = "B00PEN"
        self._import(self._row("", asin="B00PEN"))
        self.assertEqual(self._costs().product_id, self.pen)

    def test_an_item_number_of_two_products_is_not_guessed(self):
        self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)]).external_product_id = "B00BOTH"
        self._import(self._row("", asin="B00BOTH"))
        self.assertFalse(self._costs().product_id)

    def test_another_currency_is_refused_by_name(self):
        other = "CHF" if self.profile.currency_id.name != "CHF" else "SEK"
        with self.assertRaisesRegex(InvalidPayload, f"in {other}, the advertiser is billed in"):
            self._import(self._row(), self._row("PEN", currency=other))
        self.assertFalse(self._costs())

    def test_the_shop_of_the_advertiser_is_the_shop_of_its_days(self):
        self.profile.shop_id = False
        self._import(self._row())
        self.assertFalse(self._costs().product_id)
        self.profile.shop_id = self.shop
        self.assertEqual((self._costs().shop_id, self._costs().product_id), (self.shop, self.mug))

    def test_spend_in_the_companys_currency_is_that_of_the_day(self):
        company = self.shop.company_id
        currency = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "in", ("SEK", "CHF")), ("id", "!=", company.currency_id.id)], limit=1
        )  # fmt: skip
        currency.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", currency.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": DAY, "rate": 10.0, "company_id": company.id},
                {"currency_id": currency.id, "name": DAY + timedelta(days=1), "rate": 8.0, "company_id": company.id},
            ]
        )
        self.profile.currency_id = currency
        self._import(self._row(cost="40.00"), self._row(cost="40.00", day=DAY + timedelta(days=1)))
        self.assertEqual(self._costs().mapped("amount"), [4.0, 5.0])

    def test_ratios_of_groups_are_quotients_of_sums(self):
        sales = {"orders": 1, "units": 1}
        self._import(
            self._row(cost="1.00", impressions=1000, clicks=10, sales=10, **sales),
            self._row("PEN", "9.00", impressions=100, clicks=10, sales=10, **sales),
        )
        self.assertEqual(self._costs().mapped("ctr"), [1.0, 10.0])
        domain = [("profile_id", "=", self.profile.id)]
        names = ["ctr:avg", "cpc:avg", "cvr:avg", "acos:avg"]
        ((ctr, cpc, cvr, acos),) = self.Cost._read_group(domain, [], names)
        self.assertAlmostEqual(ctr, 100 * 20 / 1100)
        self.assertAlmostEqual(cpc, sum(self._costs().mapped("amount")) / 20)
        self.assertAlmostEqual(cvr, 10.0)
        self.assertAlmostEqual(acos, 50.0)
        described = self.Cost.fields_get(["ctr", "acos"], ["aggregator"])
        self.assertEqual(described["acos"]["aggregator"], "avg")

    def test_queries_do_not_grow_with_the_report(self):
        def rows(count):
            return [self._row(f"S{number}", campaign=f"C{number % 5}") for number in range(count)]

        self._import(*rows(10))
        few = self._count_queries(lambda: self._import(*rows(20)))
        many = self._count_queries(lambda: self._import(*rows(400)))
        self.assertLessEqual(many, few)

    def _count_queries(self, work):
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        return self.env.cr.sql_log_count - before
