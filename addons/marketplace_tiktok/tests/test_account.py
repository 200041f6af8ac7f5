import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.contract import AuthenticationFailed
from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import TikTokConnector

APP_SECRET = "c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e70000"


@tagged("post_install", "-at_install")
class TestTikTokAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "tiktok-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "tiktok-operator", "marketplace.group_operator")
        vals = {
            "name": "TikTok Shop (test)",
            "provider": "tiktok",
            "state": "test",
            "tiktok_app_key": "6abc1de2fghij",
            "tiktok_app_secret": APP_SECRET,
        }
        self.account = self.env["marketplace.account"].with_user(self.manager).create(vals)

    def test_secret_is_kept_encrypted_and_shown_masked(self):
        self.assertEqual(self.account.sudo()._get_secrets(), {"app_secret": APP_SECRET})
        self.assertEqual(self.account.tiktok_app_secret, MASK)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        self.assertNotIn(APP_SECRET, self.env.cr.fetchone()[0])

    def test_operator_reads_none_of_the_credentials(self):
        account = self.account.with_user(self.operator)
        for field in ("tiktok_app_key", "tiktok_app_secret", "tiktok_endpoint"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [field])

    def test_connector_speaks_for_this_account(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, TikTokConnector)
        with self.assertRaises(AuthenticationFailed):
            connector.authorize({}, "https://shop.example/callback", "verifier")

    def test_incomplete_account_says_what_is_missing(self):
        self.account.write({"tiktok_app_secret": False, "tiktok_app_key": False})
        with self.assertRaisesRegex(UserError, "App Key, App Secret"):
            self.account._get_connector()

    def test_changed_settings_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for vals in (
            {"tiktok_app_key": "other"},
            {"tiktok_app_secret": "other"},
            {"tiktok_handover": "PICKUP"},
            {"tiktok_warehouse": "88"},
        ):
            self.account.write(vals)
            with self.subTest(**vals):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())

    def test_neutralized_copy_has_no_credentials(self):
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_tiktok"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual((self.account.sudo()._get_secrets(), self.account.tiktok_app_key), ({}, False))

    def test_uninstalled_connector_leaves_no_credentials(self):
        self.account.active = False
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
