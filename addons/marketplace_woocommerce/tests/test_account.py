import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.contract import Capability
from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import WooCommerceConnector

SECRET = "cs_0123456789abcdef"


@tagged("post_install", "-at_install")
class TestWooCommerceAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "woocommerce-manager", "marketplace.group_manager")
        self.account = (
            self.env["marketplace.account"]
            .with_user(self.manager)
            .create(
                {
                    "name": "WooCommerce (test)",
                    "provider": "woocommerce",
                    "state": "test",
                    "woocommerce_url": "https://shop.example",
                    "woocommerce_consumer_key": "ck_1",
                    "woocommerce_consumer_secret": SECRET,
                }
            )
        )

    def test_secret_is_kept_encrypted_and_shown_masked(self):
        self.assertEqual(self.account.sudo()._get_secrets(), {"consumer_secret": SECRET})
        self.assertEqual(self.account.read(["woocommerce_consumer_secret"])[0]["woocommerce_consumer_secret"], MASK)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        self.assertNotIn(SECRET, self.env.cr.fetchone()[0])

    def test_answer_to_saving_does_not_repeat_the_secret(self):
        typed = {"woocommerce_consumer_secret": "typed-4711"}
        (answer,) = self.account.web_save(typed, {"woocommerce_consumer_secret": {}})
        self.assertEqual(answer["woocommerce_consumer_secret"], MASK)
        self.assertEqual(self.account.sudo()._get_secrets()["consumer_secret"], "typed-4711")

    def test_operator_reads_none_of_the_credentials(self):
        operator = new_test_user(self.env, "woocommerce-operator", "marketplace.group_operator")
        account = self.account.with_user(operator)
        for field in ("woocommerce_consumer_key", "woocommerce_consumer_secret"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [field])
        self.assertEqual(account.woocommerce_url, "https://shop.example")

    def test_connector_speaks_for_this_account(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, WooCommerceConnector)
        self.assertIn(Capability.WEBHOOKS, connector.capabilities)

    def test_incomplete_account_says_what_is_missing(self):
        self.account.write({"woocommerce_consumer_secret": False, "woocommerce_consumer_key": False})
        with self.assertRaisesRegex(UserError, "Consumer Key, Consumer Secret"):
            self.account._get_connector()

    def test_address_must_be_one(self):
        for address in ("shop.example", "ftp://shop.example", "https://", "https://user@shop.example"):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self.account.woocommerce_url = address

    def test_changed_settings_or_secrets_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for vals in (
            {"woocommerce_url": "https://other.example"},
            {"woocommerce_consumer_key": "ck_2"},
            {"woocommerce_consumer_secret": "cs_2"},
            {"woocommerce_gateway_refunds": False},
            {"woocommerce_endpoint": "http://127.0.0.1:1/woocommerce"},
        ):
            self.account.write(vals)
            with self.subTest(**vals):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())

    def test_neutralized_copy_has_no_credentials(self):
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_woocommerce"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(self.account.sudo()._get_secrets(), {})
        self.assertFalse(self.account.woocommerce_consumer_key)

    def test_uninstalled_connector_leaves_no_credentials(self):
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
