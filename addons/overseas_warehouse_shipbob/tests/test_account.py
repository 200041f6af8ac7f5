from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..connector import ShipbobProvider


@tagged("post_install", "-at_install")
class TestShipBobAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["overseas.account"].create(
            {
                "name": "ShipBob (test)",
                "provider": "shipbob",
                "state": "test",
                "shipbob_token": "pat-0123456789",
            }
        )

    def test_settings_make_the_provider(self):
        provider = self.account._get_connector()
        self.assertIsInstance(provider, ShipbobProvider)
        self.assertTrue(provider.capabilities)

    def test_secrets_are_not_shown(self):
        self.assertNotIn("pat-0123456789", str(self.account.read(["shipbob_token"])))
        self.assertEqual(self.account._get_secrets(), {"token": "pat-0123456789"})

    def test_an_incomplete_account_says_what_it_lacks(self):
        for field, label in (("shipbob_token", "ShipBob Access Token"),):
            value = self.account[field]
            self.account[field] = False
            with self.subTest(field=field), self.assertRaisesRegex(UserError, f"lacks: {label}"):
                self.account._get_connector()
            self.account[field] = "pat-0123456789" if field == "shipbob_token" else value
