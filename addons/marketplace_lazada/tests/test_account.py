from odoo.addons.marketplace.contract import AuthenticationFailed
from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.addons.marketplace.transport import Tokens
from odoo.tests import TransactionCase, tagged

from ..connector import LazadaConnector


@tagged("post_install", "-at_install")
class TestLazadaAccount(ConnectorAccountCase, TransactionCase):
    provider = "lazada"
    connector_class = LazadaConnector
    values = {"lazada_app_key": "123456", "lazada_app_secret": "lzds-0123456789abcdef"}
    required = {"lazada_app_key": "Lazada App Key", "lazada_app_secret": "Lazada App Secret"}
    changes = {
        "lazada_app_key": "1",
        "lazada_warehouse": "W1",
        "lazada_endpoint": "http://127.0.0.1:1/lazada",
    }
    managers_only = ("lazada_app_key", "lazada_endpoint")
    neutralized = ("lazada_app_key",)

    def test_account_can_be_connected_before_it_has_tokens(self):
        self.assertTrue(self.account.can_authorise)
        self.assertIn("/oauth/authorize?response_type=code", self.account.action_authorize()["url"])
        with self.assertRaisesRegex(AuthenticationFailed, "not connected"):
            self.account._get_connector().fetch_shops()

    def test_tokens_and_countries_of_the_seller_are_kept(self):
        tokens = Tokens("access-1", 9e9, "refresh-1", 9e9, {"sellers": [["1", "sg"], ["2", "my"]]})
        self.account._get_token_store().replace(None, lambda seen: tokens)
        sellers = self.account._get_connector()._api.authorisation.sellers()
        self.assertEqual([(seller.seller_id, seller.country) for seller in sellers], [("1", "sg"), ("2", "my")])
        self.env.cr.execute("SELECT sealed FROM marketplace_token WHERE account_id = %s", self.account.ids)
        self.assertNotIn("refresh-1", self.env.cr.fetchone()[0])
