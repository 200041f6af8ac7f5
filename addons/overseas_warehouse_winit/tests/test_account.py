from odoo.addons.overseas_warehouse.contract import ProviderCapability
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..connector import SANDBOX, WinitProvider


@tagged("post_install", "-at_install")
class TestWinitAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["overseas.account"].create(
            {
                "name": "Winit (test)",
                "provider": "winit",
                "state": "test",
                "winit_app_key": " me@example.com ",
                "winit_token": "token-0123456789",
                "winit_client_id": "client-1",
                "winit_client_secret": "secret-0123456789",
                "winit_platform": "ERP",
                "winit_import_country": "de",
            }
        )

    def test_settings_make_the_provider(self):
        provider = self.account._get_connector()
        self.assertIsInstance(provider, WinitProvider)
        self.assertEqual(provider._api._credentials.app_key, "me@example.com")
        self.assertEqual(provider._api._credentials.token, "token-0123456789")
        self.assertEqual(provider._settings.import_country, "DE")
        self.assertIn(ProviderCapability.RETURNS, self.account._get_capabilities())

    def test_test_accounts_speak_to_the_sandbox_unless_told_otherwise(self):
        self.assertTrue(self.account._get_connector()._api._url.startswith(SANDBOX))
        self.account.winit_endpoint = "http://127.0.0.1:1/winit"
        self.assertEqual(self.account._get_connector()._api._url, "http://127.0.0.1:1/winit/openapi/service")

    def test_what_is_missing_is_named(self):
        self.account.write({"winit_token": False, "winit_platform": False})
        with self.assertRaisesRegex(UserError, "lacks: Winit Token, Winit Application Code"):
            self.account._get_connector()

    def test_secrets_are_sealed_and_masked(self):
        self.assertNotEqual(self.account.winit_token, "token-0123456789")
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM overseas_account a WHERE id = %s", self.account.ids)
        (stored,) = self.env.cr.fetchone()
        self.assertNotIn("0123456789", stored)
