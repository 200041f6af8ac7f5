from odoo.addons.marketplace.contract import Capability
from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ..connector import WooCommerceConnector


@tagged("post_install", "-at_install")
class TestWooCommerceAccount(ConnectorAccountCase, TransactionCase):
    provider = "woocommerce"
    connector_class = WooCommerceConnector
    values = {
        "woocommerce_url": "https://shop.example",
        "woocommerce_consumer_key": "ck_1",
        "woocommerce_consumer_secret": "cs_0123456789abcdef",
        "woocommerce_endpoint": "http://127.0.0.1:1/woocommerce",
    }
    required = {
        "woocommerce_url": "WooCommerce Address",
        "woocommerce_consumer_key": "Consumer Key",
        "woocommerce_consumer_secret": "Consumer Secret",
    }
    changes = {
        "woocommerce_url": "https://other.example",
        "woocommerce_consumer_key": "ck_2",
        "woocommerce_gateway_refunds": False,
        "woocommerce_endpoint": "http://127.0.0.1:2/woocommerce",
    }
    managers_only = ("woocommerce_consumer_key", "woocommerce_endpoint")
    neutralized = ("woocommerce_consumer_key", "woocommerce_endpoint")

    def test_the_shop_can_call_us(self):
        self.assertIn(Capability.WEBHOOKS, self.account._get_connector().capabilities)

    def test_address_must_be_one(self):
        for address in ("shop.example", "ftp://shop.example", "https://", "https://user@shop.example"):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self.account.woocommerce_url = address
