import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import AmazonConnector

CLIENT_SECRET = "amzn1.oa2-cs.v1.0123456789abcdef"
REFRESH_TOKEN = "Atzr|abcdefghijklmnopqrstuvwxyz"


@tagged("post_install", "-at_install")
class TestAmazonAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "amazon-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "amazon-operator", "marketplace.group_operator")
        self.account = (
            self.env["marketplace.account"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Amazon Europe (test)",
                    "provider": "amazon",
                    "state": "test",
                    "amazon_region": "eu",
                    "amazon_client_id": "amzn1.application-oa2-client.1",
                    "amazon_client_secret": CLIENT_SECRET,
                    "amazon_refresh_token": REFRESH_TOKEN,
                    "amazon_seller_id": "A1SELLER",
                }
            )
        )

    def _stored_text(self):
        """Every stored value of the account, as one text."""
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        return self.env.cr.fetchone()[0]

    def test_credentials_are_kept_encrypted_and_shown_masked(self):
        self.assertEqual(
            self.account.sudo()._get_secrets(), {"client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}
        )
        values = self.account.read(["amazon_client_secret", "amazon_refresh_token", "amazon_aws_secret_key"])[0]
        self.assertEqual(
            (values["amazon_client_secret"], values["amazon_refresh_token"], values["amazon_aws_secret_key"]),
            (MASK, MASK, False),
        )
        for secret in (CLIENT_SECRET, REFRESH_TOKEN):
            self.assertNotIn(secret, self._stored_text())

    def test_no_message_tells_a_secret(self):
        self.account.amazon_refresh_token = "another-token-4711"
        self.account.state = "enabled"
        self.env.flush_all()
        messages = self.account.sudo().message_ids
        told = f"{messages.mapped('body')} {messages.tracking_value_ids.read()}"
        for secret in (CLIENT_SECRET, REFRESH_TOKEN, "another-token-4711"):
            self.assertNotIn(secret, told)

    def test_saving_the_form_leaves_secrets_that_were_not_typed(self):
        with Form(self.account) as form:
            self.assertEqual(form.amazon_client_secret, MASK)
            form.amazon_seller_id = "A2SELLER"
        self.account.write({"amazon_client_secret": MASK})
        self.assertEqual(self.account.sudo()._get_secrets()["client_secret"], CLIENT_SECRET)
        self.assertEqual(self.account.amazon_seller_id, "A2SELLER")

    def test_answer_to_saving_does_not_repeat_the_secret(self):
        specification = {"amazon_client_secret": {}, "amazon_refresh_token": {}}
        (answer,) = self.account.web_save({"amazon_client_secret": "typed-4711"}, specification)
        self.assertEqual((answer["amazon_client_secret"], answer["amazon_refresh_token"]), (MASK, MASK))
        self.assertEqual(self.account.sudo()._get_secrets()["client_secret"], "typed-4711")

    def test_typed_secret_replaces_and_empty_removes(self):
        self.account.amazon_client_secret = "new-secret"
        self.account.amazon_refresh_token = False
        self.assertEqual(self.account.sudo()._get_secrets(), {"client_secret": "new-secret"})

    def test_operator_reads_none_of_the_credentials(self):
        account = self.account.with_user(self.operator)
        for field in ("amazon_client_id", "amazon_client_secret", "amazon_refresh_token", "amazon_aws_access_key"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [field])
        self.assertEqual(account.name, "Amazon Europe (test)")

    def test_connector_speaks_for_this_account(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, AmazonConnector)
        self.assertTrue(connector.capabilities)

    def test_incomplete_account_says_what_is_missing(self):
        self.account.write({"amazon_refresh_token": False, "amazon_region": False})
        with self.assertRaisesRegex(UserError, "Region, Refresh Token"):
            self.account._get_connector()

    def test_disabled_account_has_no_connector(self):
        self.account.state = "disabled"
        with self.assertRaisesRegex(UserError, "disabled"):
            self.account._get_connector()

    def test_changed_settings_or_secrets_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for vals in ({"amazon_region": "na"}, {"amazon_client_id": "other"}, {"amazon_client_secret": "other"}):
            self.account.write(vals)
            with self.subTest(**vals):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())
        self.account.name = "Renamed"
        self.assertIn(self.account._get_connector_signature(), seen)

    def test_neutralized_copy_has_no_credentials(self):
        self.account.write(
            {
                "amazon_queue_url": "https://sqs.example/q",
                "amazon_aws_access_key": "AKIA1",
                "amazon_aws_secret_key": "s",
            }
        )
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_amazon"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(self.account.sudo()._get_secrets(), {})
        for field in ("amazon_client_id", "amazon_seller_id", "amazon_queue_url", "amazon_aws_access_key"):
            self.assertFalse(self.account[field], field)
        self.assertEqual(self.account.state, "disabled")

    def test_uninstalled_connector_leaves_no_credentials(self):
        other = self.env["marketplace.account"].create({"name": "Another marketplace", "state": "test"})
        other._set_secret("token", "kept-elsewhere")
        self.account.active = False
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
        self.assertEqual((other.state, other._get_secrets()), ("test", {"token": "kept-elsewhere"}))
