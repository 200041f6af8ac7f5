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
from ..connector import LazadaConnector

APP_SECRET = "lzds-0123456789abcdef"


@tagged("post_install", "-at_install")
class TestLazadaAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "lazada-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "lazada-operator", "marketplace.group_operator")
        self.account = (
            self.env["marketplace.account"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Lazada (test)",
                    "provider": "lazada",
                    "state": "test",
                    "lazada_app_key": "123456",
                    "lazada_app_secret": APP_SECRET,
                }
            )
        )

    def test_key_is_kept_encrypted_and_shown_masked(self):
        self.assertEqual(self.account.sudo()._get_secrets(), {"app_secret": APP_SECRET})
        self.assertEqual(self.account.lazada_app_secret, MASK)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        self.assertNotIn(APP_SECRET, self.env.cr.fetchone()[0])

    def test_operator_does_not_read_the_credentials(self):
        account = self.account.with_user(self.operator)
        for field in ("lazada_app_key", "lazada_app_secret", "lazada_endpoint"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [field])

    def test_account_can_be_connected_before_it_has_tokens(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, LazadaConnector)
        self.assertTrue(self.account.can_authorise)
        self.assertIn("/oauth/authorize?response_type=code", self.account.action_authorize()["url"])
        with self.assertRaisesRegex(AuthenticationFailed, "not connected"):
            connector.fetch_shops()

    def test_tokens_and_countries_of_the_seller_are_kept(self):
        tokens = Tokens("access-1", 9e9, "refresh-1", 9e9, {"sellers": [["1", "sg"], ["2", "my"]]})
        self.account._get_token_store().replace(None, lambda seen: tokens)
        sellers = self.account._get_connector()._api.authorisation.sellers()
        self.assertEqual([(seller.seller_id, seller.country) for seller in sellers], [("1", "sg"), ("2", "my")])
        self.env.cr.execute("SELECT sealed FROM marketplace_token WHERE account_id = %s", self.account.ids)
        self.assertNotIn("refresh-1", self.env.cr.fetchone()[0])

    def test_incomplete_account_says_what_is_missing(self):
        self.account.write({"lazada_app_key": False, "lazada_app_secret": False})
        with self.assertRaisesRegex(UserError, "Lazada App Key, Lazada App Secret"):
            self.account._get_connector()

    def test_changed_settings_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for vals in ({"lazada_app_key": "1"}, {"lazada_warehouse": "W1"}, {"lazada_app_secret": "other-key"}):
            self.account.write(vals)
            with self.subTest(**vals):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())

    def test_neutralized_copy_has_no_credentials(self):
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_lazada"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(self.account.sudo()._get_secrets(), {})
        self.assertFalse(self.account.lazada_app_key)
        self.assertEqual(self.account.state, "disabled")

    def test_uninstalled_connector_leaves_no_credentials(self):
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
