from unittest.mock import patch

from odoo.addons.marketplace.contract import AuthenticationFailed, RateLimited, Unavailable
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..conformance.memory import MemoryProvider
from ..contract import WarehouseInfo
from .overseas_case import OverseasCase


@tagged("post_install", "-at_install")
class TestWarehouse(OverseasCase):
    def test_a_found_warehouse_is_one_of_odoo(self):
        self.assertEqual(self.warehouse.warehouse_id.code, "MEMDE")
        self.assertEqual(self.warehouse.country_id.code, "DE")
        self.assertEqual(self.warehouse.service_ids.mapped("code"), ["STD"])
        transit, quarantine = self.warehouse.transit_location_id, self.warehouse.quarantine_location_id
        self.assertEqual((transit.usage, quarantine.usage), ("transit", "internal"))
        # Neither belongs to the warehouse: what is there is not for sale.
        self.assertFalse((transit | quarantine).warehouse_id)

    def test_all_found_already(self):
        with self.assertRaisesRegex(UserError, "connected already"):
            self.account.action_find_warehouses()

    def test_short_names_are_free(self):
        infos = [WarehouseInfo("MEM-DE-2", "Two", "DE"), WarehouseInfo("MEM-DE-3", "Three", "FR")]
        created = self.env["overseas.warehouse"]._create_from_infos(self.account, infos)
        self.assertEqual(created.warehouse_id.mapped("code"), ["MEMD1", "MEMD2"])
        self.assertEqual(created.country_id.mapped("code"), ["DE", "FR"])

    def test_the_finder_offers_what_is_new(self):
        infos = [WarehouseInfo("MEM-DE", "Memory", "DE"), WarehouseInfo("MEM-FR", "Paris", "FR")]
        with patch.object(MemoryProvider, "fetch_warehouses", lambda provider: infos):
            action = self.account.action_find_warehouses()
        finder = self.env["overseas.warehouse.finder"].browse(action["res_id"])
        self.assertEqual(finder.line_ids.mapped("code"), ["MEM-FR"])
        with self.assertRaisesRegex(UserError, "at least one"):
            finder.action_connect()
        with Form(finder) as form, form.line_ids.edit(0) as line:
            line.connect = True
        finder.action_connect()
        self.assertIn("MEM-FR", self.account.warehouse_ids.mapped("code"))

    def test_an_account_that_cannot_be_reached_says_so(self):
        self.provider._error = Unavailable("no answer")
        with self.assertRaisesRegex(UserError, "no answer"):
            self.account.action_find_warehouses()

    def test_refused_credentials_stop_the_exchange_until_they_change(self):
        self.provider._error = AuthenticationFailed("who are you?")
        self.account._ask("Try", lambda provider: provider.fetch_warehouses())
        self.assertEqual((self.account.needs_authorisation, self.account.health), (True, "failing"))
        self.assertEqual(self.account.activity_ids.summary, "Reconnect the account")
        with trap_jobs() as trap:
            self.env["overseas.account"]._cron_exchange()
            trap.assert_jobs_count(0)
        self.provider._error = None
        with trap_jobs() as trap:
            self.account._resume()
            trap.assert_jobs_count(3)
        self.assertFalse(self.account.activity_ids)

    def test_a_limit_is_shown_as_one(self):
        self.provider._error = RateLimited("slow down", 60)
        self.account._ask("Try", lambda provider: provider.fetch_warehouses())
        self.assertEqual(self.account.health, "limited")

    def test_the_schedule_only_queues(self):
        with trap_jobs() as trap:
            self.env["overseas.account"]._cron_exchange()
            self.env["overseas.snapshot"]._cron_take()
            trap.assert_jobs_count(4)
            trap.assert_enqueued_job(self.env["overseas.snapshot"]._job_take, args=(self.warehouse,))

    def test_products_are_made_known(self):
        product = self.env["overseas.product"].search([("sku", "=", "CUP"), ("account_id", "=", self.account.id)])
        self.assertAlmostEqual(product.weight_kg, 0.3)
        product.width_cm = 0
        with self.assertRaisesRegex(UserError, "CUP lacks: Width"):
            product.action_send()
        product.width_cm = 10
        product.action_send()
        self.assertEqual(product.state, "pending")
        self._exchange("overseas.product")
        self.assertEqual((product.state, product.attempts), ("approved", 1))
        self.assertEqual(self.world.products["CUP"].declared_value.text, "2.50")

    def test_products_have_a_chinese_name_where_chinese_is_installed(self):
        Language = self.env["res.lang"].with_context(active_test=False)
        chinese = Language.search([("code", "=", "zh_CN")])
        product = self.env["overseas.product"].search([("sku", "=", "CUP"), ("account_id", "=", self.account.id)])
        chinese.active = False
        self.assertEqual(product._prepare_card().name_local, product.product_id.name)
        chinese.active = True
        product.product_id.with_context(lang="zh_CN").name = "杯子"
        self.assertEqual(product._prepare_card().name_local, "杯子")

    def test_operators_connect_nothing(self):
        operator = new_test_user(self.env, "overseas-operator", "marketplace.group_operator")
        account = self.account.with_user(operator)
        self.assertEqual(account.name, "Memory")
        with self.assertRaises(AccessError):
            account.name = "Mine"
        with self.assertRaises(AccessError):
            account.read(["secrets"])
        with self.assertRaises(AccessError):
            self.env["overseas.inbound"].with_user(operator).create({"warehouse_id": self.warehouse.id})

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        manager = new_test_user(
            self.env, "overseas-manager", "marketplace.group_manager", company_id=company.id, company_ids=company.ids
        )
        inbound = self._create_inbound()
        service = self.env["product.product"].create({"name": "Storage", "type": "service"})
        fee = self.env["overseas.fee.product"].create(
            {"account_id": self.account.id, "kind": "storage", "product_id": service.id}
        )
        for record in (self.account, self.warehouse, inbound, inbound.carton_ids, self.warehouse.service_ids, fee):
            self.assertFalse(self.env[record._name].with_user(manager).search([("id", "in", record.ids)]))
