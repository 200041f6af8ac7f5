import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.contract import AuthenticationFailed, Rejected
from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import EbayConnector, verification_token

CERT_ID = "PRD-0123456789ab"
KEYS = ("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF", "eyJ6aXAi.a.b.c.d")


@tagged("post_install", "-at_install")
class TestEbayAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "ebay-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "ebay-operator", "marketplace.group_operator")
        self.account = (
            self.env["marketplace.account"]
            .with_user(self.manager)
            .create(
                {
                    "name": "eBay (test)",
                    "provider": "ebay",
                    "state": "test",
                    "ebay_client_id": "Crossbor-der-PRD-1",
                    "ebay_client_secret": CERT_ID,
                    "ebay_ru_name": "Crossborder-Crossbor-der-xyz",
                    "ebay_marketplaces": "ebay_de, EBAY_US",
                }
            )
        )

    def test_an_account_without_tokens_has_a_connector(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, EbayConnector)
        with self.assertRaises(AuthenticationFailed):
            connector.fetch_shops()

    def test_secrets_are_masked(self):
        self.account.invalidate_recordset()
        self.assertEqual(self.account.ebay_client_secret, MASK)
        self.assertFalse(self.account.ebay_signing_key)
        self.assertEqual(self.account.ebay_verification_token, verification_token(CERT_ID))
        with self.assertRaises(AccessError):
            self.account.with_user(self.operator).read(["ebay_client_id"])

    def test_settings_reach_the_connector(self):
        credentials = self.account.sudo()._prepare_ebay_credentials(self.account._get_secrets())
        self.assertEqual(credentials.marketplaces, ("EBAY_DE", "EBAY_US"))
        self.assertFalse(credentials.sandbox)
        before = self.account._get_connector_signature()
        self.account.ebay_environment = "sandbox"
        self.assertNotEqual(self.account._get_connector_signature(), before)
        self.account.ebay_marketplaces = "EBAY_XX"
        with self.assertRaises(UserError):
            self.account._get_connector()

    def test_what_is_missing_is_named(self):
        self.account.ebay_ru_name = False
        with self.assertRaisesRegex(UserError, "RuName"):
            self.account._get_connector()

    def test_a_signing_key_is_made_and_kept(self):
        with patch.object(EbayConnector, "create_signing_key", return_value=KEYS):
            self.account.action_create_ebay_signing_key()
        self.account.invalidate_recordset()
        self.assertEqual((self.account.ebay_signing_key, self.account.ebay_signing_jwe), (MASK, KEYS[1]))
        self.assertEqual(self.account._get_secrets()["signing_key"], KEYS[0])
        with (
            patch.object(EbayConnector, "create_signing_key", side_effect=Rejected("no more keys", "1")),
            self.assertRaisesRegex(UserError, "no more keys"),
        ):
            self.account.action_create_ebay_signing_key()

    def test_a_neutralised_copy_has_no_access(self):
        with open(file_path("marketplace_ebay/data/neutralize.sql")) as script:
            self.env.flush_all()
            self.env.cr.execute(script.read())
        self.account.invalidate_recordset()
        with self.assertRaises(UserError):
            self.account._get_connector()

    def test_uninstalling_forgets_credentials(self):
        uninstall_hook(self.env)
        self.account.invalidate_recordset()
        self.assertEqual(self.account.state, "disabled")
        self.assertFalse(self.account._get_secrets())
