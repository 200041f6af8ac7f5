from odoo.addons.marketplace.contract import AuthenticationFailed, Capability
from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from ..connector import ShopifyConnector


@tagged("post_install", "-at_install")
class TestShopifyAccount(ConnectorAccountCase, TransactionCase):
    provider = "shopify"
    connector_class = ShopifyConnector
    values = {
        "shopify_domain": "test-shop.myshopify.com",
        "shopify_access": "consent",
        "shopify_client_id": "client-1",
        "shopify_client_secret": "shpss_0123456789abcdef",
        "shopify_access_token": "shpat_0123456789abcdef",
        "shopify_locations": "70009",
    }
    required = {
        "shopify_domain": "Shop Address",
        "shopify_client_id": "Client ID",
        "shopify_client_secret": "Client Secret",
    }
    changes = {
        "shopify_domain": "b.myshopify.com",
        "shopify_access": "own",
        "shopify_client_id": "client-2",
        "shopify_locations": "7",
        "shopify_all_orders": True,
        "shopify_notify_buyers": True,
        "shopify_endpoint": "http://127.0.0.1:1/shopify",
    }
    managers_only = ("shopify_client_id", "shopify_all_orders", "shopify_endpoint")
    neutralized = ("shopify_domain", "shopify_client_id", "shopify_locations")

    def test_connector_waits_for_the_consent(self):
        connector = self.account._get_connector()
        self.assertIn(Capability.AUTHORISATION, connector.capabilities)
        with self.assertRaises(AuthenticationFailed):
            connector.fetch_shops()

    def test_apps_with_a_token_need_no_consent(self):
        self.account.write({"shopify_access": "token", "shopify_client_id": False})
        self.assertNotIn(Capability.AUTHORISATION, self.account._get_connector().capabilities)
        self.account.shopify_access_token = False
        with self.assertRaisesRegex(UserError, "lacks: Admin API Access Token"):
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
