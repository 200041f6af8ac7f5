from odoo.addons.overseas_warehouse.contract import ProviderCapability
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..connector import SANDBOX, FpxProvider


@tagged("post_install", "-at_install")
class TestFpxAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["overseas.account"].create(
            {
                "name": "4PX (test)",
                "provider": "fpx",
                "state": "test",
                "fpx_app_key": " key-1 ",
                "fpx_app_secret": "secret-0123456789",
                "fpx_countries": "de, FR",
            }
        )

    def test_settings_make_the_provider(self):
        provider = self.account._get_connector()
        self.assertIsInstance(provider, FpxProvider)
        self.assertEqual(provider._api._credentials.app_key, "key-1")
        self.assertEqual(provider._api._credentials.app_secret, "secret-0123456789")
        self.assertEqual(provider._settings.countries, ("DE", "FR"))
        able = self.account._get_capabilities()
        self.assertIn(ProviderCapability.RETURNS, able)
        self.assertNotIn(ProviderCapability.INBOUND_UPDATE, able)

    def test_goods_come_from_the_company(self):
        before = self.account._get_connector_signature()
        self.account.company_id.partner_id.write({"city": "Shenzhen", "country_id": self.env.ref("base.cn").id})
        sender = self.account._get_connector()._settings.sender
        self.assertEqual((sender.city, sender.country_code), ("Shenzhen", "CN"))
        self.assertNotEqual(self.account._get_connector_signature(), before)

    def test_test_accounts_speak_to_the_sandbox_unless_told_otherwise(self):
        self.assertTrue(self.account._get_connector()._api._url.startswith(SANDBOX))
        self.account.fpx_endpoint = "http://127.0.0.1:1/fpx"
        self.assertEqual(self.account._get_connector()._api._url, "http://127.0.0.1:1/fpx/router/api/service")

    def test_what_is_missing_is_named(self):
        self.account.write({"fpx_app_key": False, "fpx_app_secret": False})
        with self.assertRaisesRegex(UserError, "lacks: 4PX App Key, 4PX App Secret"):
            self.account._get_connector()

    def test_secrets_are_sealed_and_masked(self):
        self.assertNotEqual(self.account.fpx_app_secret, "secret-0123456789")
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM overseas_account a WHERE id = %s", self.account.ids)
        (stored,) = self.env.cr.fetchone()
        self.assertNotIn("0123456789", stored)
