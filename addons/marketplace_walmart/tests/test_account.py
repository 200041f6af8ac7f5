import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.marketplace.models.account import MASK
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_path

from .. import uninstall_hook
from ..connector import WalmartConnector

CLIENT_SECRET = "c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e70000"


@tagged("post_install", "-at_install")
class TestWalmartAccount(TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "walmart-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "walmart-operator", "marketplace.group_operator")
        vals = {
            "name": "Walmart (test)",
            "provider": "walmart",
            "state": "test",
            "walmart_client_id": "f8b1c2d3-client",
            "walmart_client_secret": CLIENT_SECRET,
        }
        self.account = self.env["marketplace.account"].with_user(self.manager).create(vals)

    def test_secret_is_kept_encrypted_and_shown_masked(self):
        self.assertEqual(self.account.sudo()._get_secrets(), {"client_secret": CLIENT_SECRET})
        self.assertEqual(self.account.walmart_client_secret, MASK)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        self.assertNotIn(CLIENT_SECRET, self.env.cr.fetchone()[0])

    def test_operator_reads_none_of_the_credentials(self):
        account = self.account.with_user(self.operator)
        for field in ("walmart_client_id", "walmart_client_secret", "walmart_endpoint"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [field])

    def test_connector_speaks_for_this_account(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, WalmartConnector)
        self.assertTrue(connector.capabilities)

    def test_incomplete_account_says_what_is_missing(self):
        self.account.write({"walmart_client_secret": False, "walmart_client_id": False})
        with self.assertRaisesRegex(UserError, "Walmart Client ID, Walmart Client Secret"):
            self.account._get_connector()

    def test_changed_settings_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for vals in (
            {"walmart_client_id": "other"},
            {"walmart_client_secret": "other"},
            {"walmart_ship_node": "88"},
        ):
            self.account.write(vals)
            with self.subTest(**vals):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())

    def test_neutralized_copy_has_no_credentials(self):
        self.env.flush_all()
        for addon in ("marketplace", "marketplace_walmart"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual((self.account.sudo()._get_secrets(), self.account.walmart_client_id), ({}, False))

    def test_uninstalled_connector_leaves_no_credentials(self):
        self.account.active = False
        uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
