import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import WooCommerceConnector

SECRET = "very-secret-4711"


@tagged("post_install", "-at_install")
class TestWooCommerceAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        manager = new_test_user(self.env, "woocommerce-manager", "marketplace.group_manager")
        self.account = (
            self.env["marketplace.account"]
            .with_user(manager)
            .create(
                {
                    "name": "WooCommerce (test)",
                    "provider": "woocommerce",
                    "state": "test",
                    "woocommerce_key_id": "key-1",
                    "woocommerce_secret": SECRET,
                }
            )
        )

    def test_secret_is_kept_encrypted_and_shown_masked(self):
        self.assertEqual(self.account.sudo()._get_secrets(), {"secret": SECRET})
        self.assertEqual(self.account.read(["woocommerce_secret"])[0]["woocommerce_secret"], MASK)

    def test_connector_speaks_for_this_account(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, WooCommerceConnector)
        self.assertTrue(connector.capabilities)

    def test_incomplete_account_says_so(self):
        self.account.woocommerce_secret = False
        with self.assertRaisesRegex(UserError, "API key"):
            self.account._get_connector()

    def test_changed_settings_or_secrets_make_a_new_connector(self):
        before = self.account._get_connector_signature()
        self.account.woocommerce_key_id = "key-2"
        changed = self.account._get_connector_signature()
        self.assertNotEqual(changed, before)
        self.account.woocommerce_secret = "another-secret"
        self.assertNotEqual(self.account._get_connector_signature(), changed)

    def test_neutralized_copy_has_no_credentials(self):
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_woocommerce"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(self.account.sudo()._get_secrets(), {})
        self.assertFalse(self.account.woocommerce_key_id)

    def test_uninstalled_connector_leaves_no_credentials(self):
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
