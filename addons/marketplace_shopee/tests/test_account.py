import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.contract import AuthenticationFailed
from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.addons.marketplace.transport import Tokens
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import ShopeeConnector
from ..connector.auth import account_tokens

PARTNER_KEY = "shpk-0123456789abcdef"


@tagged("post_install", "-at_install")
class TestShopeeAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "shopee-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "shopee-operator", "marketplace.group_operator")
        self.account = (
            self.env["marketplace.account"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Shopee (test)",
                    "provider": "shopee",
                    "state": "test",
                    "shopee_partner_id": "2001887",
                    "shopee_partner_key": PARTNER_KEY,
                }
            )
        )

    def test_key_is_kept_encrypted_and_shown_masked(self):
        self.assertEqual(self.account.sudo()._get_secrets(), {"partner_key": PARTNER_KEY})
        self.assertEqual(self.account.shopee_partner_key, MASK)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        self.assertNotIn(PARTNER_KEY, self.env.cr.fetchone()[0])

    def test_operator_does_not_read_the_credentials(self):
        account = self.account.with_user(self.operator)
        for field in ("shopee_partner_id", "shopee_partner_key", "shopee_endpoint"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [field])

    def test_account_can_be_connected_before_it_has_tokens(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, ShopeeConnector)
        self.assertTrue(self.account.can_authorise)
        self.assertIn("/api/v2/shop/auth_partner?partner_id=2001887", self.account.action_authorize()["url"])
        with self.assertRaisesRegex(AuthenticationFailed, "not connected"):
            connector.fetch_shops()

    def test_tokens_of_the_shops_are_kept(self):
        shops = {f"shop_id:{number}": Tokens(f"access-{number}", 9e9, f"refresh-{number}", 9e9) for number in (1, 2)}
        store = self.account._get_token_store()
        store.replace(None, lambda seen: account_tokens(shops))
        self.assertEqual(self.account._get_connector()._api.authorisation.shops(), ["1", "2"])
        self.env.cr.execute("SELECT sealed FROM marketplace_token WHERE account_id = %s", self.account.ids)
        self.assertNotIn("refresh-2", self.env.cr.fetchone()[0])

    def test_incomplete_account_says_what_is_missing(self):
        self.account.write({"shopee_partner_id": False, "shopee_partner_key": False})
        with self.assertRaisesRegex(UserError, "Partner ID, Partner Key"):
            self.account._get_connector()

    def test_changed_settings_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for vals in ({"shopee_site": "cn"}, {"shopee_handover": "dropoff"}, {"shopee_partner_key": "other-key"}):
            self.account.write(vals)
            with self.subTest(**vals):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())

    def test_neutralized_copy_has_no_credentials(self):
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_shopee"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(self.account.sudo()._get_secrets(), {})
        self.assertFalse(self.account.shopee_partner_id)
        self.assertEqual(self.account.state, "disabled")

    def test_uninstalled_connector_leaves_no_credentials(self):
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
