from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..connector import GoodcangProvider


@tagged("post_install", "-at_install")
class TestGoodCangAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["overseas.account"].create(
            {
                "name": "GoodCang (test)",
                "provider": "goodcang",
                "state": "test",
                "goodcang_app_key": "key-0123456789",
                "goodcang_app_token": "token-0123456789",
                "goodcang_category": "100101",
            }
        )

    def test_settings_make_the_provider(self):
        provider = self.account._get_connector()
        self.assertIsInstance(provider, GoodcangProvider)
        self.assertTrue(provider.capabilities)

    def test_secrets_are_not_shown(self):
        self.assertNotIn("token-0123456789", str(self.account.read(["goodcang_app_token"])))
        self.assertEqual(self.account._get_secrets(), {"app_token": "token-0123456789"})

    def test_an_incomplete_account_says_what_it_lacks(self):
        for field, label in (("goodcang_app_key", "GoodCang App Key"), ("goodcang_app_token", "GoodCang App Token")):
            value = self.account[field]
            self.account[field] = False
            with self.subTest(field=field), self.assertRaisesRegex(UserError, f"lacks: {label}"):
                self.account._get_connector()
            self.account[field] = "token-0123456789" if field == "goodcang_app_token" else value
