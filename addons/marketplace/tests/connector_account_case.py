"""Tests of the account of every connector: its credentials stay secret, and its settings make the connector."""

import os
import re
from importlib import import_module
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user
from odoo.tools import config, file_path

from ..models.connection import MASK
from ..tools import secret_box
from ..tools.secret_field import SecretField
from ..transport import Tokens


class ConnectorAccountCase:
    """Mixed into the ``TransactionCase`` of a connector, which states its values.

    ``values`` fill in the connector's fields, ``required`` are the labels of those it cannot do without, ``changes``
    other values that need a new connector. Operators read none of ``managers_only``, a neutralised copy keeps none of
    ``neutralized``; secrets belong to both without being named.
    """

    provider = None
    connector_class = None
    values = {}
    required = {}
    changes = {}
    managers_only = ()
    neutralized = ()

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"data_dir": self.enterContext(TemporaryDirectory())}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.manager = new_test_user(self.env, "account-manager", "marketplace.group_manager")
        self.operator = new_test_user(self.env, "account-operator", "marketplace.group_operator")
        self.account = (
            self.env["marketplace.account"]
            .with_user(self.manager)
            .create({"name": "Account (test)", "provider": self.provider, "state": "test", **self.values})
        )
        fields = self.account._fields
        self.secrets = {name: value for name, value in self.values.items() if isinstance(fields[name], SecretField)}
        self.kept = {fields[name].secret: value for name, value in self.secrets.items()}

    # === SECRETS === #

    def test_secrets_are_kept_encrypted_and_shown_masked(self):
        self.assertTrue(self.kept)
        self.assertEqual(self.account.sudo()._get_secrets(), self.kept)
        (shown,) = self.account.read(list(self.secrets), load=None)
        self.assertEqual(shown, {"id": self.account.id, **dict.fromkeys(self.secrets, MASK)})
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_account a WHERE id = %s", self.account.ids)
        (stored,) = self.env.cr.fetchone()
        self.assertEqual([secret for secret in self.kept.values() if secret in stored], [])

    def test_no_message_tells_a_secret(self):
        self.env.cr.flush()  # changes are tracked from here on
        self.account.write({"state": "enabled", **dict.fromkeys(self.secrets, "typed-4711")})
        self.env.cr.flush()
        messages = self.account.sudo().message_ids
        told = f"{messages.mapped('body')} {messages.tracking_value_ids.read()}"
        self.assertIn("Production", told)
        self.assertEqual([secret for secret in (*self.kept.values(), "typed-4711") if secret in told], [])

    def test_saving_the_form_leaves_secrets_that_were_not_typed(self):
        with Form(self.account) as form:
            form.name = "Renamed"
        self.account.write(dict.fromkeys(self.secrets, MASK))
        self.assertEqual((self.account.name, self.account.sudo()._get_secrets()), ("Renamed", self.kept))

    def test_answer_to_saving_does_not_repeat_a_secret(self):
        for name in self.secrets:
            (answer,) = self.account.web_save({name: "typed-4711"}, {name: {} for name in self.secrets})
            with self.subTest(name=name):
                self.assertEqual({answer[name] for name in self.secrets}, {MASK})
        self.assertEqual(self.account.sudo()._get_secrets(), dict.fromkeys(self.kept, "typed-4711"))

    def test_emptied_secret_is_removed_and_the_others_stay(self):
        for name in self.secrets:
            self.account.invalidate_recordset()
            self.account[name] = False
            del self.kept[self.account._fields[name].secret]
            with self.subTest(name=name):
                self.assertEqual(self.account.sudo()._get_secrets(), self.kept)
                self.assertFalse(self.account[name])

    def test_operator_reads_none_of_the_credentials(self):
        account = self.account.with_user(self.operator)
        for name in (*self.secrets, *self.managers_only):
            with self.subTest(name=name), self.assertRaises(AccessError):
                account.search_read([("id", "=", account.id)], [name])
        self.assertEqual(account.name, "Account (test)")

    # === CONNECTOR === #

    def test_connector_speaks_for_this_account(self):
        connector = self.account._get_connector()
        self.assertIsInstance(connector, self.connector_class)
        self.assertTrue(connector.capabilities)

    def test_incomplete_account_says_what_is_missing(self):
        for name, label in self.required.items():
            self.account[name] = False
            with self.subTest(name=name), self.assertRaisesRegex(UserError, re.escape(f"lacks: {label}.")):
                self.account._get_connector()
            self.account[name] = self.values[name]
        self.account.write(dict.fromkeys(self.required, False))
        with self.assertRaisesRegex(UserError, re.escape(f"lacks: {', '.join(self.required.values())}.")):
            self.account._get_connector()

    def test_disabled_account_has_no_connector(self):
        self.account.state = "disabled"
        with self.assertRaisesRegex(UserError, "disabled"):
            self.account._get_connector()

    def test_changed_settings_or_secrets_make_a_new_connector(self):
        seen = {self.account._get_connector_signature()}
        for name, value in {**self.changes, **dict.fromkeys(self.secrets, "typed-4711")}.items():
            self.account[name] = value
            with self.subTest(name=name):
                self.assertNotIn(self.account._get_connector_signature(), seen)
            seen.add(self.account._get_connector_signature())
        self.account.name = "Renamed"
        self.assertIn(self.account._get_connector_signature(), seen)

    def test_waiting_account_takes_all_credentials_at_once(self):
        self.account.write(dict.fromkeys(self.secrets, False))
        self.account.sudo().needs_authorisation = True
        self.account.write(self.secrets)
        self.assertFalse(self.account.needs_authorisation)
        self.assertIsInstance(self.account._get_connector(), self.connector_class)

    # === END === #

    def test_neutralized_copy_has_no_access(self):
        self.assertEqual([name for name in self.neutralized if not self.account[name]], [])
        self.env.flush_all()
        for addon in ("marketplace", f"marketplace_{self.provider}"):
            with open(file_path(f"{addon}/data/neutralize.sql"), encoding="utf-8") as file:
                self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
        self.assertEqual([name for name in self.neutralized if self.account[name]], [])

    def test_uninstalled_connector_leaves_no_credentials(self):
        other = self.env["marketplace.account"].create({"name": "Another marketplace", "state": "test"})
        other._set_secret("token", "kept-elsewhere")
        store = self.account._get_token_store()
        store.replace(None, lambda seen: Tokens("access-1", 9e9, "refresh-1", 9e9))
        self.account.active = False
        import_module(f"odoo.addons.marketplace_{self.provider}").uninstall_hook(self.env)
        self.assertEqual((self.account.state, self.account.sudo()._get_secrets()), ("disabled", {}))
        self.assertIsNone(store.load())
        self.assertEqual((other.state, other._get_secrets()), ("test", {"token": "kept-elsewhere"}))

    def test_uninstalled_connector_leaves_the_account_without_one(self):
        choice = self.env["ir.model.fields.selection"].search(
            [
                ("field_id", "=", self.env.ref("marketplace.field_marketplace_account__provider").id),
                ("value", "=", self.provider),
            ]
        )
        choice._process_ondelete()
        self.assertEqual(self.account.provider, "none")
