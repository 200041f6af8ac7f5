from odoo.addons.marketplace.contract import AuthenticationFailed
from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.tests import TransactionCase, tagged

from ..connector import TikTokConnector


@tagged("post_install", "-at_install")
class TestTikTokAccount(ConnectorAccountCase, TransactionCase):
    provider = "tiktok"
    connector_class = TikTokConnector
    values = {
        "tiktok_app_key": "6abc1de2fghij",
        "tiktok_app_secret": "c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e70000",
        "tiktok_warehouse": "87",
    }
    required = {"tiktok_app_key": "App Key", "tiktok_app_secret": "App Secret"}
    changes = {
        "tiktok_app_key": "other",
        "tiktok_handover": "PICKUP",
        "tiktok_warehouse": "88",
        "tiktok_endpoint": "http://127.0.0.1:1/tiktok",
    }
    managers_only = ("tiktok_app_key", "tiktok_endpoint")
    neutralized = ("tiktok_app_key", "tiktok_warehouse")

    def test_an_answer_without_a_code_connects_nothing(self):
        with self.assertRaises(AuthenticationFailed):
            self.account._get_connector().authorize({}, "https://shop.example/callback", "verifier")
