from odoo.fields import Command
from odoo.tests import tagged

from .publisher_case import PublisherCase


@tagged("post_install", "-at_install")
class TestMargin(PublisherCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.fee_percent = 10
        cls.included = cls._create_tax("20 % included", "tax_included")
        cls.excluded = cls._create_tax("20 %", "tax_excluded")

    @classmethod
    def _create_tax(cls, name, price_include, **vals):
        return cls.env["account.tax"].create(
            {"name": name, "amount": 20, "type_tax_use": "sale", "price_include_override": price_include, **vals}
        )

    def _list(self, sku, taxes, price=120, **vals):
        product = self._create_product(sku, 10, taxes_id=[Command.set(taxes.ids)], standard_price=50)
        return self._create_listing(sku, product, price=price, **vals)

    def _get_margin(self, listing):
        return self.env["marketplace.publish.meter"]._get_margins(listing)[listing.id]

    def test_tax_in_the_price_earns_nothing(self):
        self.assertEqual(self._get_margin(self._list("IN", self.included)), 100 - 12 - 50)
        self.assertEqual(self._get_margin(self._list("EX", self.excluded)), 120 - 12 - 50)
        self.assertEqual(self._get_margin(self._list("NO", self.included.browse())), 120 - 12 - 50)

    def test_taxes_of_another_company_do_not_count(self):
        company = self.env["res.company"].create({"name": "Other", "country_id": self.env.ref("base.be").id})
        group = self.env["account.tax.group"].create({"name": "Other", "company_id": company.id})
        foreign = self._create_tax("Other", "tax_included", company_id=company.id, tax_group_id=group.id)
        self.assertEqual(self._get_margin(self._list("IN", foreign)), 120 - 12 - 50)

    def test_best_margin_is_that_without_tax(self):
        """Of two shops, the one whose product price is higher only by its tax gets the last unit later."""
        taxed, free = self._list("IN", self.included, 110), self._list("NO", self.included.browse(), 100)
        margins = self.env["marketplace.publish.meter"]._get_margins(taxed | free)
        self.assertLess(margins[taxed.id], margins[free.id])

    def test_queries_do_not_grow_with_the_listings(self):
        def count(listings):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["marketplace.publish.meter"]._get_margins(listings)
            return self.env.cr.sql_log_count - before

        listings = self.env["marketplace.listing"].union(*(self._list(f"Q{n}", self.included) for n in range(20)))
        count(listings)
        self.assertEqual(count(listings[:3]), count(listings))
