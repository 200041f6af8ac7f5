from datetime import timedelta
from decimal import Decimal

import psycopg2
from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..contract import AuthenticationFailed, Fulfilment, Listing, Money, NotReady, RateLimited
from .fake_connector import FakeMarketplaceCase


def make_listing(sku, **values):
    return Listing(**{"shop_id": "DE1", "title": sku, "fulfilment": Fulfilment.MERCHANT, "sku": sku, **values})


class ListingCase(FakeMarketplaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.importer = cls.env["marketplace.listing.importer"]

    def _import(self, *listings):
        self.connector.listings = list(listings)
        self.importer._job_import(self.shop)
        return self.env["marketplace.listing"].with_context(active_test=False).search([("shop_id", "=", self.shop.id)])


@tagged("post_install", "-at_install")
class TestListingImport(ListingCase):
    def test_values(self):
        currency = self.shop.currency_id
        (listing,) = self._import(
            make_listing(
                "A-1",
                title="Lamp",
                fulfilment=Fulfilment.MARKETPLACE,
                product_id="B00LAMP",
                fulfilment_sku="X00LAMP",
                price=Money(Decimal("34.90"), currency.name, "34.9"),
                status="Active",
                barcode="4006381333931",
            )
        )
        self.assertRecordValues(
            listing,
            [
                {
                    "sku": "A-1",
                    "title": "Lamp",
                    "fulfilment": "marketplace",
                    "external_product_id": "B00LAMP",
                    "fulfilment_sku": "X00LAMP",
                    "price": 34.9,
                    "currency_id": currency.id,
                    "status": "Active",
                    "barcode": "4006381333931",
                    "state": "unmapped",
                    "company_id": self.shop.company_id.id,
                }
            ],
        )

    def test_repeat_updates_and_keeps_what_people_set(self):
        (listing,) = self._import(make_listing("A", status="Active"))
        product = self._create_product("OTHER")
        listing.write({"product_id": product.id, "publish": False})
        (again,) = self._import(make_listing("A", title="New title", status="Inactive"))
        self.assertEqual(again, listing)
        self.assertRecordValues(
            listing,
            [{"title": "New title", "status": "Inactive", "product_id": product.id, "publish": False, "active": True}],
        )

    def test_vanished_listing_becomes_inactive_and_returns(self):
        self._import(make_listing("A"), make_listing("B"))
        first, second = self._import(make_listing("B"))
        self.assertRecordValues(first + second, [{"sku": "A", "active": False}, {"sku": "B", "active": True}])
        first, second = self._import(make_listing("A"), make_listing("B"))
        self.assertTrue(first.active)

    def test_empty_answer_ends_nothing(self):
        self._import(make_listing("A"))
        self.assertTrue(self._import().active)

    def test_sku_twice_in_the_report(self):
        (listing,) = self._import(make_listing("A", title="old"), make_listing("A", title="new"))
        self.assertEqual(listing.title, "new")

    def test_sku_is_unique_per_shop(self):
        self._create_listing("A")
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            self._create_listing("A")

    def test_report_takes_time(self):
        self.connector.errors["fetch_listings"] = [NotReady({"report": 7}, 45)]
        with freeze_time("2026-03-01 12:00:00"), trap_jobs() as trap:
            self._import(make_listing("A"))
            (job,) = trap.enqueued_jobs
            self.assertEqual(job.eta, fields.Datetime.now() + timedelta(seconds=45))
        self.assertEqual(job.args, (self.shop, {"report": 7}))
        self.assertFalse(self.account.last_error, "a report that takes time is no error")
        self.importer._job_import(*job.args)
        self.assertEqual(self.connector.get_calls("fetch_listings"), [("DE1", None), ("DE1", {"report": 7})])
        self.assertEqual(self.shop.listing_ids.sku, "A")

    def test_rate_limit_keeps_the_handle(self):
        self.connector.errors["fetch_listings"] = [RateLimited("slow down", 3)]
        with trap_jobs() as trap:
            self.importer._job_import(self.shop, {"report": 7})
            (job,) = trap.enqueued_jobs
        self.assertEqual(job.args, (self.shop, {"report": 7}))

    def test_lost_credentials_are_shown(self):
        self.connector.errors["fetch_listings"] = [AuthenticationFailed("token revoked")]
        with trap_jobs() as trap:
            self._import(make_listing("A"))
            trap.assert_jobs_count(0)
        self.assertEqual(self.account.last_error, "token revoked")

    def test_queries_do_not_grow_with_the_shop(self):
        self._import(make_listing("X"))
        listings = [make_listing(f"S{number}", title="first") for number in range(100)]
        for number in range(0, 100, 2):
            self._create_product(f"S{number}")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            self._import(*listings)
            self.env.flush_all()
        self.assertEqual(len(self.shop.listing_ids.filtered("product_id")), 50)
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            self._import(*[make_listing(f"S{number}", title="second") for number in range(100)])
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestMatching(ListingCase):
    def _match(self, sku, **values):
        self._import(make_listing(sku, **values))
        return self.env["marketplace.listing"].search([("sku", "=", sku), ("shop_id", "=", self.shop.id)])

    def test_reference(self):
        product = self._create_product("A-1")
        self.assertRecordValues(self._match("A-1"), [{"product_id": product.id, "state": "matched"}])

    def test_barcode(self):
        product = self._create_product("A-1", barcode="4006381333931")
        self.assertEqual(self._match("XYZ", barcode="4006381333931").product_id, product)

    def test_ambiguous_reference_falls_back_to_the_barcode(self):
        self._create_product("A-1")
        second = self._create_product("A-1", barcode="4006381333931")
        self.assertEqual(self._match("A-1", barcode="4006381333931").product_id, second)

    def test_ambiguous_reference_is_only_suggested(self):
        products = self._create_product("A-1") + self._create_product("A-1")
        listing = self._match("A-1")
        self.assertFalse(listing.product_id)
        self.assertIn(listing.suggested_product_id, products)

    def test_product_of_another_company_is_left_out(self):
        company = self.env["res.company"].create({"name": "Other"})
        self._create_product("A-1", company_id=company.id)
        self.assertRecordValues(self._match("A-1"), [{"product_id": False, "suggested_product_id": False}])

    def test_spelling_is_suggested(self):
        product = self._create_product("ab 12/x")
        listing = self._match("AB-12-X")
        self.assertRecordValues(listing, [{"product_id": False, "suggested_product_id": product.id}])
        self.assertEqual(listing.suggestion_reason, "Reference differs only in spelling")

    def test_longest_prefix_is_suggested(self):
        self._create_product("AB")
        product = self._create_product("AB-12")
        self.assertEqual(self._match("AB-12-FBA").suggested_product_id, product)

    def test_same_marketplace_product_is_suggested(self):
        product = self._create_product("LAMP")
        self._create_listing("L1", product, external_product_id="B00LAMP")
        listing = self._match("L2", product_id="B00LAMP")
        self.assertEqual(listing.suggested_product_id, product)

    def test_nothing_fits(self):
        self.assertRecordValues(self._match("ZZZ"), [{"product_id": False, "suggested_product_id": False}])

    def test_ignored_listing_is_not_matched(self):
        listing = self._create_listing("A-1", ignored=True)
        self._create_product("A-1")
        self._match("A-1")
        self.assertRecordValues(listing, [{"product_id": False, "state": "ignored"}])

    def test_accept_suggestions(self):
        product = self._create_product("A-1")
        listings = self._create_listing("X", suggested_product_id=product.id) + self._create_listing("Y")
        listings.action_accept_suggestions()
        self.assertRecordValues(
            listings,
            [
                {"product_id": product.id, "suggested_product_id": False, "state": "matched"},
                {"product_id": False, "suggested_product_id": False, "state": "unmapped"},
            ],
        )

    def test_create_products(self):
        second_shop = self.shop.copy({"external_id": "FR1", "state": "running"})
        self._create_product("TAKEN", barcode="4006381333931")
        currency = self.shop.currency_id.id
        listings = (
            self._create_listing("NEW", title="Lamp", price=12.5, currency_id=currency, barcode="4006381333931")
            + self._create_listing("NEW", shop_id=second_shop.id, title="Lampe")
            + self._create_listing("OTHER")
        )
        listings.action_create_products()
        self.assertEqual(listings[0].product_id, listings[1].product_id)
        self.assertRecordValues(
            listings[0].product_id + listings[2].product_id,
            [
                {"name": "Lamp", "default_code": "NEW", "is_storable": True, "list_price": 12.5, "barcode": False},
                {"name": "OTHER", "default_code": "OTHER", "is_storable": True, "list_price": 0, "barcode": False},
            ],
        )
        self.assertEqual(set(listings.mapped("state")), {"matched"})

    def test_price_in_another_currency_is_converted(self):
        currency = self.env["res.currency"].create(
            {"name": "TST", "symbol": "T", "rate_ids": [(0, 0, {"name": "2020-01-01", "inverse_company_rate": 0.5})]}
        )
        listing = self._create_listing("NEW", price=10, currency_id=currency.id)
        listing.action_create_products()
        self.assertEqual(listing.product_id.list_price, 5)

    def test_waiting_orders_are_retried_when_the_product_is_set(self):
        listing = self._create_listing("A-1")
        rows = self.env["marketplace.inbox"].create(
            [
                {
                    "shop_id": self.shop.id,
                    "kind": "order",
                    "external_id": sku,
                    "revision": "1",
                    "payload": {},
                    "state": "waiting",
                    "reason_code": "unknown_sku",
                    "reason_key": sku,
                }
                for sku in ("A-1", "B-1")
            ]
        )
        with trap_jobs():
            listing.product_id = self._create_product("P")
        self.assertEqual(rows.mapped("state"), ["new", "waiting"])
        with trap_jobs():
            self._create_product("B-1")
            self._match("B-1")
        self.assertEqual(rows.mapped("state"), ["new", "new"])

    def test_operator_sees_only_own_shops(self):
        other = self.shop.copy({"external_id": "FR1", "state": "running"})
        operator = new_test_user(self.env, "operator_listing", groups="marketplace.group_operator")
        self.shop.user_ids = operator
        mine = self._create_listing("A")
        self._create_listing("B", shop_id=other.id)
        self.assertEqual(self.env["marketplace.listing"].with_user(operator).search([]), mine)
        mine.with_user(operator).action_ignore()
        self.assertEqual(mine.state, "ignored")
