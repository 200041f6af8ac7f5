from unittest.mock import patch

from odoo.addons.marketplace.contract import AuthenticationFailed, Rejected
from odoo.addons.marketplace.models.connection import MASK
from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..connector import EbayConnector, verification_token

CERT_ID = "PRD-0123456789ab"
KEYS = ("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF", "eyJ6aXAi.a.b.c.d")


@tagged("post_install", "-at_install")
class TestEbayAccount(ConnectorAccountCase, TransactionCase):
    provider = "ebay"
    connector_class = EbayConnector
    values = {
        "ebay_client_id": "Crossbor-der-PRD-1",
        "ebay_client_secret": CERT_ID,
        "ebay_ru_name": "Crossborder-Crossbor-der-xyz",
        "ebay_signing_key": KEYS[0],
        "ebay_signing_jwe": KEYS[1],
        "ebay_marketplaces": "ebay_de, EBAY_US",
        "ebay_alert_email": "alerts@shop.example",
    }
    required = {"ebay_client_id": "App ID", "ebay_client_secret": "Cert ID", "ebay_ru_name": "RuName"}
    changes = {
        "ebay_environment": "sandbox",
        "ebay_client_id": "other",
        "ebay_ru_name": "other",
        "ebay_signing_jwe": "other",
        "ebay_marketplaces": "EBAY_FR",
        "ebay_alert_email": "other@shop.example",
        "ebay_endpoint": "http://127.0.0.1:1/ebay",
    }
    managers_only = (
        "ebay_client_id",
        "ebay_ru_name",
        "ebay_signing_jwe",
        "ebay_alert_email",
        "ebay_verification_token",
        "ebay_endpoint",
    )
    neutralized = ("ebay_client_id", "ebay_ru_name", "ebay_alert_email", "ebay_signing_jwe")

    def test_an_account_without_tokens_has_to_be_connected(self):
        with self.assertRaises(AuthenticationFailed):
            self.account._get_connector().fetch_shops()

    def test_verification_token_is_that_of_the_cert_id(self):
        self.assertEqual(self.account.ebay_verification_token, verification_token(CERT_ID))

    def test_settings_reach_the_connector(self):
        credentials = self.account.sudo()._prepare_ebay_credentials(self.account._get_secrets())
        self.assertEqual(credentials.marketplaces, ("EBAY_DE", "EBAY_US"))
        self.assertFalse(credentials.sandbox)
        self.account.ebay_marketplaces = "EBAY_XX"
        with self.assertRaisesRegex(UserError, "EBAY_XX"):
            self.account._get_connector()

    def test_a_signing_key_is_made_and_kept(self):
        self.account.write({"ebay_signing_key": False, "ebay_signing_jwe": False})
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
