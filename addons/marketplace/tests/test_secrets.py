import logging
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import config, file_path

from ..models.connection import MASK
from ..tools import secret_box
from .import_case import ImportCase

SECRET = "amzn-client-secret-4711"


@tagged("post_install", "-at_install")
class TestSecrets(ImportCase):
    def setUp(self):
        super().setUp()
        folder = self.enterContext(TemporaryDirectory())
        self.startPatcher(patch.dict(config.options, {"data_dir": folder}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        self.key_file = Path(folder) / secret_box.KEY_FILE
        self.account._set_secret("client_secret", SECRET)

    def _stored(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT secrets FROM marketplace_account WHERE id = %s", self.account.ids)
        return self.env.cr.fetchone()[0]

    def test_table_holds_no_plain_text(self):
        self.assertTrue(self._stored())
        self.assertNotIn(SECRET, self._stored())
        self.assertNotIn("client_secret", self._stored())
        self.assertEqual(self.account._get_secrets(), {"client_secret": SECRET})

    def test_key_file_is_the_servers_alone_and_stays(self):
        self.assertEqual(self.key_file.stat().st_mode & 0o777, 0o600)
        key = self.key_file.read_bytes()
        self.account._set_secret("refresh_token", "another")
        self.assertEqual(self.key_file.read_bytes(), key)
        self.assertNotIn(key.decode(), self._stored())

    def test_key_of_the_environment_is_used_first(self):
        os.environ[secret_box.KEY_VARIABLE] = "5Ul0e4zRJ6sAEd8xQ9PpmBR1UYEOB6ljsVWWRpRzhfQ="
        sealed = secret_box.seal({"a": "b"})
        self.assertEqual(secret_box.unseal(sealed), {"a": "b"})
        del os.environ[secret_box.KEY_VARIABLE]
        with self.assertRaises(ValueError):
            secret_box.unseal(sealed)

    def test_altered_text_is_refused_without_telling_it(self):
        with self.assertRaises(ValueError) as caught:
            secret_box.unseal(self._stored()[:-4] + "AAA=")
        self.assertNotIn(SECRET, str(caught.exception))

    def test_mask_leaves_a_secret_and_nothing_removes_it(self):
        self.account._set_secret("client_secret", MASK)
        self.assertEqual(self.account._get_secrets(), {"client_secret": SECRET})
        self.assertEqual(self.account._mask_secret("client_secret"), MASK)
        self.account._set_secret("client_secret", False)
        self.assertEqual((self.account._get_secrets(), self._stored()), ({}, None))
        self.assertFalse(self.account._mask_secret("client_secret"))

    def test_no_user_reads_them_in_any_way(self):
        manager = new_test_user(self.env, "mp-manager", "marketplace.group_manager,base.group_system,base.group_no_one")
        for user in (manager, self.env.ref("base.user_admin")):
            account = self.account.with_user(user)
            self.assertNotIn("secrets", account.fields_get())
            self.assertNotIn("secrets", account.read()[0])
            for attempt in (
                lambda account=account: account.read(["secrets"]),
                lambda account=account: account.search_read([("id", "=", account.id)], ["secrets"]),
                lambda account=account: account.export_data(["name", "secrets"]),
                lambda account=account: account.search([("secrets", "like", "g")]),
                lambda account=account: account.formatted_read_group([], ["secrets"], ["__count"]),
                lambda account=account: account.web_read({"secrets": {}}),
                lambda account=account: account.write({"secrets": "x"}),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_copy_of_an_account_has_none(self):
        self.assertFalse(self.account.copy({"name": "Copy"})._get_secrets())

    def test_logs_tell_nothing(self):
        with self.assertLogs("odoo.sql_db", level=logging.DEBUG) as logs:
            self.account._set_secret("refresh_token", SECRET + "-2")
            self.account._get_secrets()
            self.env.flush_all()
        self.assertIn("secrets", "\n".join(logs.output))
        self.assertNotIn(SECRET, "\n".join(logs.output))

    def test_neutralized_copy_speaks_to_nobody(self):
        self.account.write({"state": "enabled"})
        self.shop.state = "running"
        self.Inbox._receive(self.shop, [self.connector.add_order(self._order("O1"))]).with_delay()._job_import()
        self.env.flush_all()
        with open(file_path("marketplace/data/neutralize.sql"), encoding="utf-8") as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertIsNone(self._stored())
        self.assertEqual((self.account.state, self.shop.state), ("disabled", "paused"))
        open_jobs = self.env["queue.job"].search(
            [("model_name", "=like", "marketplace.%"), ("state", "in", ("pending", "enqueued", "started"))]
        )
        self.assertFalse(open_jobs)
