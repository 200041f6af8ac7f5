from odoo.addons.marketplace.contract import AuthenticationFailed
from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.addons.marketplace.transport import Tokens
from odoo.tests import TransactionCase, tagged

from ..connector import ShopeeConnector
from ..connector.auth import account_tokens


@tagged("post_install", "-at_install")
class TestShopeeAccount(ConnectorAccountCase, TransactionCase):
    provider = "shopee"
    connector_class = ShopeeConnector
    values = {"shopee_site": "global", "shopee_partner_id": "2001887", "shopee_partner_key": "shpk-0123456789abcdef"}
    required = {
        "shopee_site": "Platform Address",
        "shopee_partner_id": "Partner ID",
        "shopee_partner_key": "Partner Key",
    }
    changes = {
        "shopee_site": "cn",
        "shopee_partner_id": "1",
        "shopee_handover": "dropoff",
        "shopee_location": "L1",
        "shopee_endpoint": "http://127.0.0.1:1/shopee",
    }
    managers_only = ("shopee_partner_id", "shopee_endpoint")
    neutralized = ("shopee_partner_id",)

    def test_account_can_be_connected_before_it_has_tokens(self):
        self.assertTrue(self.account.can_authorise)
        self.assertIn("/api/v2/shop/auth_partner?partner_id=2001887", self.account.action_authorize()["url"])
        with self.assertRaisesRegex(AuthenticationFailed, "not connected"):
            self.account._get_connector().fetch_shops()

    def test_tokens_of_the_shops_are_kept(self):
        shops = {f"shop_id:{number}": Tokens(f"access-{number}", 9e9, f"refresh-{number}", 9e9) for number in (1, 2)}
        store = self.account._get_token_store()
        store.replace(None, lambda seen: account_tokens(shops))
        self.assertEqual(self.account._get_connector()._api.authorisation.shops(), ["1", "2"])
        self.env.cr.execute("SELECT sealed FROM marketplace_token WHERE account_id = %s", self.account.ids)
        self.assertNotIn("refresh-2", self.env.cr.fetchone()[0])
