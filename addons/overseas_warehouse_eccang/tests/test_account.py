from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from ..connector import EccangProvider


@tagged("post_install", "-at_install")
class TestECCANGAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["overseas.account"].create(
            {
                "name": "ECCANG (test)",
                "provider": "eccang",
                "state": "test",
                "eccang_url": "https://wms.example/svc",
                "eccang_app_key": "key-0123456789",
                "eccang_app_token": "token-0123456789",
                "eccang_warehouses": "DE1, Hamburg, DE",
            }
        )

    def test_settings_make_the_provider(self):
        provider = self.account._get_connector()
        self.assertIsInstance(provider, EccangProvider)
        self.assertTrue(provider.capabilities)

    def test_secrets_are_not_shown(self):
        self.assertNotIn("token-0123456789", str(self.account.read(["eccang_app_token"])))
        self.assertEqual(self.account._get_secrets(), {"app_token": "token-0123456789"})

    def test_an_incomplete_account_says_what_it_lacks(self):
        for field, label in (
            ("eccang_url", "ECCANG Address"),
            ("eccang_app_key", "ECCANG App Key"),
            ("eccang_app_token", "ECCANG App Token"),
            ("eccang_warehouses", "ECCANG Warehouses"),
        ):
            value = self.account[field]
            self.account[field] = False
            with self.subTest(field=field), self.assertRaisesRegex(UserError, f"lacks: {label}"):
                self.account._get_connector()
            self.account[field] = "token-0123456789" if field == "eccang_app_token" else value

    def test_a_line_that_is_no_warehouse_is_named(self):
        self.account.eccang_warehouses = "DE1, Hamburg, DE\nLeipzig"
        with self.assertRaisesRegex(ValidationError, "'Leipzig' is no warehouse"):
            self.account._get_connector()
