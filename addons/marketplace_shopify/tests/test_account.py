import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.contract import AuthenticationFailed, Capability
from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import ShopifyConnector

SECRET = "shpss_0123456789abcdef"
TOKEN = "shpat_0123456789abcdef"


@tagged("post_install", "-at_install")
class TestShopifyAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "shopify-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "shopify-operator", "marketplace.group_operator")
        self.account = (
            self.env["marketplace.account"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Shopify (test)",
                    "provider": "shopify",
                    "state": "test",
                    "shopify_domain": "test-shop.myshopify.com",
                    "shopify_access": "consent",
                    "shopify_client_id": "client-1",
                    "shopify_client_secret": SECRET,
                }
            )
        )

    def test_credentials_are_kept_encrypted_and_shown_masked(self):
        self.assertEqual(self.account.sudo()._get_secrets(), {"client_secret": SECRET})
        values = self.account.read(["shopify_client_secret", "shopify_access_token"])[0]
        self.assertEqual((values["shopify_client_secret"], values["shopify_access_token"]), (MASK, False))
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        self.assertNotIn(SECRET, self.env.cr.fetchone()[0])

    def test_operator_reads_none_of_the_credentials(self):
        account = self.account.with_user(self.operator)
        for field in ("shopify_client_id", "shopify_client_secret", "shopify_access_token"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [field])

    def test_connector_waits_for_the_consent(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, ShopifyConnector)
        self.assertIn(Capability.AUTHORISATION, connector.capabilities)
        with self.assertRaises(AuthenticationFailed):
            connector.fetch_shops()

    def test_apps_with_a_token_need_no_consent(self):
        self.account.write({"shopify_access": "token", "shopify_access_token": TOKEN, "shopify_client_id": False})
        self.assertNotIn(Capability.AUTHORISATION, self.account._get_connector().capabilities)

    def test_incomplete_account_says_what_is_missing(self):
        self.account.write({"shopify_domain": False, "shopify_client_secret": False})
        with self.assertRaisesRegex(UserError, "Shop Address, Client Secret"):
            self.account._get_connector()

    def test_only_a_shop_gets_the_secret(self):
        for address in ("evil.example.com", "shop.myshopify.com.evil.com", "x@y.myshopify.com"):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self.account.shopify_domain = address
        self.account.shopify_domain = "https://Other-Shop.myshopify.com/admin"
        self.assertTrue(self.account._get_connector())

    def test_locations_are_numbers(self):
        with self.assertRaises(ValidationError):
            self.account.shopify_locations = "Main warehouse"
        self.account.shopify_locations = "70001, 70002"
        self.assertEqual(self.account._get_shopify_locations(), ("70001", "70002"))

    def test_changed_settings_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for vals in ({"shopify_domain": "b.myshopify.com"}, {"shopify_access": "own"}, {"shopify_locations": "7"}):
            self.account.write(vals)
            with self.subTest(**vals):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())

    def test_neutralized_copy_has_no_credentials(self):
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_shopify"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(self.account.sudo()._get_secrets(), {})
        self.assertFalse(self.account.shopify_domain or self.account.shopify_client_id)

    def test_uninstalled_connector_leaves_no_credentials(self):
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
