import logging
import os
import signal
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import psycopg2
from odoo.exceptions import AccessError
from odoo.sql_db import connection_info_for
from odoo.tests import new_test_user, tagged
from odoo.tools import config, file_path, mute_logger

from ..contract import AuthenticationFailed
from ..models.token import DatabaseTokenStore
from ..tools import secret_box
from ..tools.short_cursor import short_cursor
from ..tools.token_journal import TokenJournal
from ..transport import Tokens
from .fake_connector import FakeMarketplaceCase

# Accounts of no database: the rows are written by real transactions beside the test's own.
FIRST_ACCOUNT = 2_000_000_000
FIRST = Tokens("access-token-1", 1000.0, "refresh-token-1", None, {"shops": ["S1"]})
SECOND = Tokens("access-token-2", 2000.0, "refresh-token-2", None, {"shops": ["S1", "S2"]})


class TokenCase(FakeMarketplaceCase):
    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.startPatcher(patch.dict(config.options, {"data_dir": str(self.folder)}))
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(secret_box.KEY_VARIABLE, None)
        secret_box.seal({})  # makes the key before several processes need it


@tagged("post_install", "-at_install")
class TestTokenStore(TokenCase):
    """The store with cursors, threads and processes of its own, as on a server."""

    def setUp(self):
        super().setUp()
        self.account_id = FIRST_ACCOUNT + os.getpid()
        self.addCleanup(self._execute, "DELETE FROM marketplace_token WHERE account_id = %s", [self.account_id])
        self.renewed = []

    def _execute(self, query, params):
        with self.registry.cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall() if cr.description else None

    def _store(self, open_cursor=None):
        open_cursor = open_cursor or partial(short_cursor, self.registry)
        return DatabaseTokenStore(open_cursor, self.env.cr.dbname, self.account_id)

    def _renew(self, new):
        def renew(tokens):
            self.renewed.append(tokens)
            return new

        return renew

    def _stored(self):
        rows = self._execute("SELECT version, sealed FROM marketplace_token WHERE account_id = %s", [self.account_id])
        return rows[0] if rows else None

    def _stored_access(self):
        return secret_box.unseal(self._stored()[1])["access"]

    def _journals(self):
        return list(self.folder.glob("marketplace_tokens/*/*.sealed"))

    # === DAILY LIFE === #

    def test_tokens_are_kept_sealed(self):
        self.assertIsNone(self._store().load())
        self.assertEqual(self._store().replace(None, self._renew(FIRST)), FIRST)
        self.assertEqual(self._store().load(), FIRST)
        self.assertEqual(self._store().replace(FIRST, self._renew(SECOND)), SECOND)
        self.assertEqual(self._store().load(), SECOND)
        self.assertEqual(self.renewed, [None, FIRST])
        version, sealed = self._stored()
        self.assertEqual(version, 2)
        for secret in ("access-token", "refresh-token", "shops"):
            self.assertNotIn(secret, sealed)
        self.assertEqual(self._journals(), [])

    def test_who_saw_old_tokens_gets_the_new_ones(self):
        store = self._store()
        store.replace(None, self._renew(FIRST))
        store.replace(FIRST, self._renew(SECOND))
        self.renewed.clear()
        self.assertEqual(self._store().replace(FIRST, self._renew(FIRST)), SECOND)
        self.assertEqual(self._store().replace(None, self._renew(FIRST)), SECOND)
        self.assertEqual(self.renewed, [])

    def test_refused_renewal_leaves_all_as_it_was(self):
        def refuse(tokens):
            raise AuthenticationFailed("revoked")

        with self.assertRaises(AuthenticationFailed):
            self._store().replace(None, refuse)
        self.assertEqual((self._stored(), self._journals()), (None, []))
        self._store().replace(None, self._renew(FIRST))
        with self.assertRaises(AuthenticationFailed):
            self._store().replace(FIRST, refuse)
        self.assertEqual((self._store().load(), self._journals()), (FIRST, []))

    @mute_logger("odoo.addons.marketplace.models.token")
    def test_tokens_of_another_key_are_as_good_as_none(self):
        self._store().replace(None, self._renew(FIRST))
        (self.folder / secret_box.KEY_FILE).unlink()
        self.assertIsNone(self._store().load())
        self.assertEqual(self._store().replace(None, self._renew(SECOND)), SECOND)
        self.assertEqual(self._store().load(), SECOND)

    # === DEATH === #

    def _fork(self, function):
        """Run a function in a process with a database connection of its own; its wait status."""
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            function()
            code = 0
        finally:
            os._exit(code)  # nothing of the test server may run in here

    @contextmanager
    def _connect(self, before_commit=lambda: None):
        """A cursor of the child process, which must not use its parent's connections."""
        connection = psycopg2.connect(**connection_info_for(self.env.cr.dbname)[1])
        with connection, connection.cursor() as cr:
            yield cr
            before_commit()
        connection.close()

    def _die_before_commit(self):
        """Another process gets the second tokens, and dies at the instant before they are committed."""

        def work():
            dying = partial(self._connect, lambda: os.kill(os.getpid(), signal.SIGKILL))
            self._store(dying).replace(FIRST, lambda tokens: SECOND)

        _pid, status = os.waitpid(self._fork(work), 0)
        self.assertEqual(os.WTERMSIG(status), signal.SIGKILL)

    def test_answer_survives_the_death_of_the_process(self):
        self._store().replace(None, self._renew(FIRST))
        self._die_before_commit()
        self.assertEqual(self._stored_access(), FIRST.access)
        (journal,) = self._journals()
        self.assertEqual(journal.stat().st_mode & 0o777, 0o600)
        self.assertNotIn("token", journal.read_text())
        self.assertEqual(self._store().load(), SECOND)
        self.assertEqual((self._stored_access(), self._stored()[0]), (SECOND.access, 2))
        self.assertEqual(self._journals(), [])

    def test_who_renews_after_a_death_finds_the_answer(self):
        self._store().replace(None, self._renew(FIRST))
        self._die_before_commit()
        self.renewed.clear()
        self.assertEqual(self._store().replace(FIRST, self._renew(FIRST)), SECOND)
        self.assertEqual((self.renewed, self._stored_access(), self._journals()), ([], SECOND.access, []))

    def test_first_authorisation_survives_too(self):
        def work():
            dying = partial(self._connect, lambda: os.kill(os.getpid(), signal.SIGKILL))
            self._store(dying).replace(None, lambda tokens: FIRST)

        os.waitpid(self._fork(work), 0)
        self.assertIsNone(self._stored())
        self.assertEqual(self._store().load(), FIRST)

    def test_failed_commit_loses_nothing(self):
        @contextmanager
        def failing():
            with self.registry.cursor() as cr:
                yield cr
                cr.rollback()
                raise psycopg2.OperationalError("server closed the connection unexpectedly")

        self._store().replace(None, self._renew(FIRST))
        self.renewed.clear()
        with self.assertRaises(psycopg2.OperationalError):
            self._store(failing).replace(FIRST, self._renew(SECOND))
        self.assertEqual((self._stored_access(), len(self._journals())), (FIRST.access, 1))
        self.assertEqual(self._store().replace(FIRST, self._renew(FIRST)), SECOND)
        self.assertEqual((self.renewed, self._journals()), ([FIRST], []))

    def test_journal_of_another_database_is_left_alone(self):
        self._store().replace(None, self._renew(FIRST))
        journal = TokenJournal(self.env.cr.dbname, self.account_id)
        journal.save({"database": "another", "version": 9, "tokens": {"access": "foreign"}})
        self.assertEqual(self._store().load(), FIRST)

    def test_emptied_copy_takes_no_journal(self):
        self._store().replace(None, self._renew(FIRST))
        self._die_before_commit()
        self._execute("DELETE FROM marketplace_token WHERE account_id = %s", [self.account_id])
        self.assertIsNone(self._store().load())

    # === RACES === #

    def test_two_threads_renew_once(self):
        self._store().replace(None, self._renew(FIRST))
        self.renewed.clear()
        inside, results = threading.Event(), []

        def slow(tokens):
            self.renewed.append(tokens)
            inside.wait(0.3)
            return SECOND

        threads = [
            threading.Thread(target=lambda: results.append(self._store().replace(FIRST, slow))) for _number in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual((results, self.renewed), ([SECOND, SECOND], [FIRST]))

    def test_two_processes_renew_once(self):
        self._store().replace(None, self._renew(FIRST))
        calls = self.folder / "calls"

        def slow(tokens):
            with open(calls, "a", encoding="utf-8") as file:
                file.write("renewed\n")
            threading.Event().wait(0.3)
            return SECOND

        def work():
            assert self._store(self._connect).replace(FIRST, slow) == SECOND

        statuses = [os.waitpid(pid, 0)[1] for pid in [self._fork(work), self._fork(work)]]
        self.assertEqual((statuses, calls.read_text()), ([0, 0], "renewed\n"))
        self.assertEqual((self._store().load(), self._stored()[0]), (SECOND, 2))

    def test_lost_connection_lets_nobody_else_renew(self):
        """The database lets go of the row when the connection breaks during the call; this machine does not."""
        self._store().replace(None, self._renew(FIRST))
        self.renewed.clear()
        pids, results = [], []

        @contextmanager
        def fragile():
            with short_cursor(self.registry) as cr:
                pids.append(cr.connection.get_backend_pid())
                yield cr

        def lose_connection(tokens):
            waiting.start()
            self._execute("SELECT pg_terminate_backend(%s)", pids)
            waiting.join(0.3)
            self.assertTrue(waiting.is_alive())
            return SECOND

        waiting = threading.Thread(target=lambda: results.append(self._store().replace(FIRST, self._renew(FIRST))))
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._store(fragile).replace(FIRST, lose_connection)
        waiting.join(30)
        self.assertEqual((results, self.renewed, self._stored_access()), ([SECOND], [], SECOND.access))

    def test_row_lock_alone_is_enough_between_machines(self):
        """Another machine has a data folder, and thus a journal, of its own."""
        self._store().replace(None, self._renew(FIRST))
        self.renewed.clear()
        results = []
        with self._connect() as cr:
            self._store()._lock_row(cr)
            waiting = threading.Thread(target=lambda: results.append(self._store().replace(FIRST, self._renew(FIRST))))
            waiting.start()
            waiting.join(0.3)
            self.assertTrue(waiting.is_alive())
            self._store()._keep(cr, 2, SECOND)
        waiting.join(30)
        self.assertEqual((results, self.renewed), ([SECOND], []))


@tagged("post_install", "-at_install")
class TestTokensOfAnAccount(TokenCase):
    def setUp(self):
        super().setUp()
        self.account._get_token_store().replace(None, lambda tokens: FIRST)

    def _count(self):
        self.env.cr.execute("SELECT count(*) FROM marketplace_token WHERE account_id = %s", self.account.ids)
        return self.env.cr.fetchone()[0]

    def test_store_belongs_to_the_account(self):
        other = self.env["marketplace.account"].create({"name": "Other", "state": "test"})
        self.assertEqual(self.account._get_token_store().load(), FIRST)
        self.assertIsNone(other._get_token_store().load())

    def test_new_tokens_make_no_new_connector(self):
        before = self.account._get_connector_signature()
        self.account._get_token_store().replace(FIRST, lambda tokens: SECOND)
        self.env.invalidate_all()
        self.assertEqual(self.account._get_connector_signature(), before)

    def test_nobody_reads_tokens(self):
        Token = self.env["marketplace.token"]
        manager = new_test_user(self.env, "mp-manager", "marketplace.group_manager,base.group_system")
        for user in (manager, self.env.ref("base.user_admin")):
            for attempt in (
                lambda user=user: Token.with_user(user).search([]),
                lambda user=user: Token.with_user(user).search([("sealed", "like", "g")]),
                lambda user=user: Token.with_user(user).create({"account_id": 1, "version": 1}),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_logs_tell_nothing(self):
        with self.assertLogs("odoo.sql_db", level=logging.DEBUG) as logs:
            self.account._get_token_store().replace(FIRST, lambda tokens: SECOND)
        text = "\n".join(logs.output)
        self.assertIn("marketplace_token", text)
        for secret in ("access-token", "refresh-token"):
            self.assertNotIn(secret, text)
            self.assertNotIn(secret, repr(self.account._get_token_store().load()))

    def test_copy_has_none_and_deleted_accounts_leave_none(self):
        self.assertIsNone(self.account.copy({"name": "Copy"})._get_token_store().load())
        self.account.unlink()
        self.assertEqual(self._count(), 0)

    def test_account_without_credentials_has_none(self):
        self.account._set_secret("app_secret", "4711")
        self.assertEqual(self._count(), 1)
        self.account.write({"state": "disabled", "secrets": False})
        self.assertEqual(self._count(), 0)

    def test_neutralised_copy_has_none(self):
        key = self.account.webhook_key
        with open(file_path("marketplace/data/neutralize.sql"), encoding="utf-8") as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(self._count(), 0)
        self.assertNotEqual(self.account.webhook_key, key)
