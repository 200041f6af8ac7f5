"""Campaigns that name no item: shared among SKUs by a rule, to the last cent and click."""

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .ads_case import DAY, AdsCase


@tagged("post_install", "-at_install")
class TestShare(AdsCase):
    def setUp(self):
        super().setUp()
        listings = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)])
        for listing in listings:
            listing.external_product_id = f"B00{listing.sku}"

    def _import_brand(self, *costs):
        rows = [
            self._row(
                "", cost, day=DAY + timedelta(days=number), campaign="Brand", ad_type="sb", impressions=100, clicks=7
            )
            for number, cost in enumerate(costs)
        ]
        self._import(*rows, ad_type="sb")

    def _import_purchases(self, **sales):
        rows = [
            self._row("", "0", campaign="Brand", campaign_id="", ad_type="sb", asin=f"B00{sku}", units=1, sales=amount)
            for sku, amount in sales.items()
        ]
        self.env["ads.purchase"]._import(self.profile, rows, DAY, DAY + timedelta(days=6))

    def _parts(self):
        return [(row.product_id.default_code, row.cost, row.clicks) for row in self._costs()]

    @property
    def campaign(self):
        return self.env["ads.campaign"].search([("profile_id", "=", self.profile.id), ("name", "=", "Brand")])

    def test_without_a_rule_the_day_waits(self):
        self._import_brand("10.00")
        self.assertEqual(self._parts(), [(False, 10.0, 7)])
        self.assertEqual(self.Cost.search(self.Cost._get_unshared_domain()), self._costs())

    def test_by_sales_of_what_was_bought(self):
        self._import_brand("10.00", "0.01")
        self._import_purchases(MUG=200, PEN=100)
        self.assertEqual(self._parts(), [("MUG", 6.67, 5), ("PEN", 3.33, 2), ("MUG", 0.01, 5), ("PEN", 0.0, 2)])
        self.assertEqual(self._total(), 10.01)
        source = self._costs()[0].share_of_id
        self.assertEqual((source.cost, source.active), (10.0, False))

    def test_what_is_bought_later_shares_the_month_again(self):
        self._import_brand("10.00")
        self._import_purchases(MUG=200, PEN=200)
        self._import_purchases(PEN=200)
        self.assertEqual(self._parts(), [("PEN", 10.0, 7)])

    def test_an_item_that_is_unknown_bears_nothing(self):
        self._import_brand("10.00")
        self._import_purchases(MUG=100, OTHER=900)
        self.assertEqual(self._parts(), [("MUG", 10.0, 7)])

    def test_an_item_that_becomes_known_bears_its_part(self):
        self._import_brand("10.00")
        self._import_purchases(MUG=100, OTHER=300)
        self._create_listing("OTHER", self.pen).external_product_id = "B00OTHER"
        self.assertEqual(self._parts(), [("MUG", 2.5, 2), ("PEN", 7.5, 5)])

    def test_by_percentages(self):
        self._import_brand("0.05")
        shares = [(self.mug, 50.0), (self.pen, 50.0)]
        self.campaign.write(
            {
                "share_by": "fixed",
                "share_ids": [Command.create({"product_id": item.id, "percent": part}) for item, part in shares],
            }
        )
        self.assertEqual(self._parts(), [("MUG", 0.03, 4), ("PEN", 0.02, 3)])
        self.campaign.write({"share_by": "purchased"})
        self.assertEqual(self._parts(), [(False, 0.05, 7)])

    def test_percentages_add_up_to_a_hundred(self):
        self._import_brand("1.00")
        part = Command.create({"product_id": self.mug.id, "percent": 99.99})
        with self.assertRaisesRegex(ValidationError, "add up to 99.99"):
            self.campaign.write({"share_by": "fixed", "share_ids": [part]})

    def test_a_restated_day_is_shared_again_and_a_dropped_one_is_gone(self):
        self._import_brand("10.00", "5.00")
        self._import_purchases(MUG=100)
        self._import_brand("8.00")
        self.assertEqual(self._parts(), [("MUG", 8.0, 7)])
        self.assertEqual(
            self.Cost.with_context(active_test=False).search_count([("profile_id", "=", self.profile.id)]), 2
        )

    def test_sharing_is_the_same_each_time(self):
        self._import_brand("10.00", "3.33")
        self._import_purchases(MUG=1, PEN=2)
        before = self._parts()
        self.Cost._share_again([("profile_id", "=", self.profile.id)])
        self.assertEqual(self._parts(), before)
