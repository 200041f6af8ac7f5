from datetime import timedelta, timezone

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import freeze_time, new_test_user, tagged

from ..contract import AuthenticationFailed, Page, RateLimited, Rejected, Unavailable
from ..models.fetch import LOCK_NAMESPACE
from .import_case import ORDERED_AT, ImportCase

NOW = ORDERED_AT + timedelta(hours=3)


@tagged("post_install", "-at_install")
class TestFetch(ImportCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW.replace(tzinfo=None)))
        self.cursor = fields.Datetime.now() - timedelta(hours=2)
        self.shop.order_cursor = self.cursor
        self.env["marketplace.account"].search([("id", "!=", self.account.id)]).state = "disabled"

    def _start(self):
        """The scheduled fetch, started."""
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_fetch()
            (job,) = [job for job in trap.enqueued_jobs if job.recordset.object == "orders"]
        return job.recordset

    def _run(self, fetch):
        """Run the job; the jobs it queued by name."""
        with trap_jobs() as trap:
            fetch._job_run()
            return {job.func.__name__: job for job in trap.enqueued_jobs}

    def _page(self, *refs, token="", until=None, broken=()):
        return Page(tuple(self.connector.add_order(self._order(ref)) for ref in refs), token, until, broken)

    def _received(self):
        return sorted(self.Inbox.search([("shop_id", "=", self.shop.id), ("kind", "=", "order")]).mapped("external_id"))

    def test_one_fetch_of_an_account_at_a_time(self):
        """Two would write the same shops, and the later one begin again."""
        fetch = self._start()
        self.connector.pages = {"": self._page("O1", until=NOW)}
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_NAMESPACE, self.account.id])
            self.assertEqual(set(self._run(fetch)), {"_job_run"})
            self.assertFalse(self.connector.get_calls("fetch_orders"))
        self._run(fetch)
        self.assertEqual((fetch.state, self._received()), ("done", ["O1"]))

    def test_pages_become_rows_and_the_cursor_follows(self):
        self.connector.pages = {"": self._page("O1", "O2", token="p2"), "p2": self._page("O3", until=NOW)}
        fetch = self._start()
        jobs = self._run(fetch)
        self.assertEqual(self._received(), ["O1", "O2", "O3"])
        self.assertEqual(list(jobs), ["_job_import"])
        self.assertEqual(jobs["_job_import"].recordset.mapped("external_id"), ["O1", "O2", "O3"])
        self.assertRecordValues(
            fetch,
            [{"state": "done", "page_count": 2, "received_count": 3, "new_count": 3, "progress": 100, "token": ""}],
        )
        self.assertEqual(self.shop.order_cursor, NOW.replace(tzinfo=None))
        since = (self.cursor - timedelta(minutes=5)).replace(tzinfo=timezone.utc)
        self.assertEqual(
            self.connector.get_calls("fetch_orders"), [(["DE1"], since, None, ""), (["DE1"], since, None, "p2")]
        )

    def test_next_fetch_starts_at_the_cursor_with_an_overlap(self):
        self.connector.pages = {"": self._page("O1", until=NOW)}
        self._run(self._start())
        self._run(self._start())
        self.assertEqual(self.connector.calls[-1][2], NOW - timedelta(minutes=5))
        self.assertEqual(self._received(), ["O1"])
        self.assertEqual(self.env["marketplace.fetch"].search([("object", "=", "orders")], limit=1).new_count, 0)

    def test_only_one_scheduled_fetch_at_a_time(self):
        fetch = self._start()
        self.assertEqual(self._start(), fetch)

    def test_paused_shops_and_disabled_accounts_are_left_alone(self):
        for vals in ({"state": "paused"}, {"state": "running", "import_orders": False}):
            self.shop.write(vals)
            with trap_jobs() as trap:
                self.env["marketplace.fetch"]._cron_fetch()
                trap.assert_jobs_count(0)
        self.shop.import_orders = True
        self.account.state = "disabled"
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_fetch()
            trap.assert_jobs_count(0)

    def _assert_continues_after(self, error, seconds):
        """The first page is filed, the second fails: the fetch goes on from there later."""
        self.connector.pages = {"": self._page("O1", token="p2"), "p2": self._page("O2", until=NOW)}
        fetch = self._start()
        self._fail_second_call(error)
        jobs = self._run(fetch)
        self.assertEqual((fetch.state, fetch.token, fetch.message), ("running", "p2", str(error)))
        self.assertEqual((self._received(), self.shop.order_cursor), (["O1"], self.cursor))
        self.assertEqual(jobs["_job_import"].recordset.external_id, "O1")
        self.assertEqual(jobs["_job_run"].eta, fields.Datetime.now() + timedelta(seconds=seconds))
        self.assertEqual(fetch.next_try_at, jobs["_job_run"].eta)
        self.assertEqual(self._run(fetch)["_job_import"].recordset.external_id, "O2")
        self.assertEqual(self.connector.calls[-1][4], "p2")
        self.assertEqual((fetch.state, fetch.message), ("done", False))
        self.assertEqual(self.shop.order_cursor, NOW.replace(tzinfo=None))

    def _fail_second_call(self, error):
        fetch_orders = self.connector.fetch_orders

        def fail_once(*args, **kwargs):
            if self.connector.get_calls("fetch_orders") and error:
                self.connector.fetch_orders = fetch_orders
                raise error
            return fetch_orders(*args, **kwargs)

        self.connector.fetch_orders = fail_once

    def test_rate_limit_continues_later(self):
        self._assert_continues_after(RateLimited("slow down", 41.2), 42)
        self.assertEqual(self.account.last_error, "slow down")

    def test_rate_limit_is_no_error_of_the_shop(self):
        self.connector.errors["fetch_orders"] = [RateLimited("slow down", 5)]
        self._run(self._start())
        self.assertEqual((self.account.health, self.shop.last_error), ("limited", False))

    def test_outage_continues_later(self):
        self._assert_continues_after(Unavailable("503"), 60)

    def test_outage_shows_until_the_next_success(self):
        self.connector.pages = {"": self._page(until=NOW)}
        self.connector.errors["fetch_orders"] = [Unavailable("503")]
        fetch = self._start()
        self._run(fetch)
        self.assertEqual((self.account.health, self.shop.last_error), ("failing", "503"))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            self._run(fetch)
        self.assertEqual((self.account.health, self.shop.last_error), ("ok", False))

    def test_refused_credentials_ask_for_a_person(self):
        self.connector.errors["fetch_orders"] = [AuthenticationFailed("token revoked")] * 2
        fetch = self._start()
        for _attempt in range(2):
            self._run(fetch)
        self.assertEqual((fetch.state, self.account.health), ("running", "failing"))
        self.assertEqual(self.account.activity_ids.mapped("summary"), ["Reconnect the account"])

    def test_place_to_continue_that_has_expired_begins_again(self):
        self.connector.pages = {"": self._page("O1", token="p2")}
        fetch = self._start()
        self._fail_second_call(Rejected("token expired"))
        self._run(fetch)
        self.assertEqual((fetch.state, fetch.token), ("running", False))
        self.connector.pages = {"": self._page("O1", "O2", until=NOW)}
        self._run(fetch)
        self.assertEqual((fetch.state, self._received()), ("done", ["O1", "O2"]))

    def test_refusal_from_the_start_fails_until_a_person_retries(self):
        self.connector.errors["fetch_orders"] = [Rejected("not your shop")]
        self.connector.pages = {"": self._page("O1", until=NOW)}
        fetch = self._start()
        self.assertEqual(self._run(fetch), {})
        self.assertEqual((fetch.state, fetch.message, self.shop.order_cursor), ("failed", "not your shop", self.cursor))
        with trap_jobs() as trap:
            fetch.action_retry()
            trap.assert_jobs_count(1, only=fetch._job_run)
        self._run(fetch)
        self.assertEqual(fetch.state, "done")

    def test_damaged_objects_are_filed_and_do_not_stop_the_page(self):
        broken = (("orders[1]", "no number", {"x": 1}), ("orders[2]", "no shop", {"y": 2}))
        self.connector.pages = {"": self._page("O1", until=NOW, broken=broken)}
        jobs = self._run(self._start())
        self.assertEqual(jobs["_job_import"].recordset.external_id, "O1")
        self.assertRecordValues(
            self.Inbox.search([("kind", "=", "broken"), ("shop_id", "=", self.shop.id)], order="id"),
            [
                {"external_id": "orders[1]", "state": "failed", "message": "no number", "payload": {"x": 1}},
                {"external_id": "orders[2]", "state": "failed", "message": "no shop", "payload": {"y": 2}},
            ],
        )

    def test_long_fetch_goes_on_in_a_further_job(self):
        pages = {"" if n == 0 else str(n): self._page(f"O{n}", token=str(n + 1)) for n in range(25)}
        self.connector.pages = {**pages, "25": self._page("LAST", until=NOW)}
        fetch = self._start()
        jobs = self._run(fetch)
        self.assertEqual((fetch.page_count, fetch.state, fetch.token), (20, "running", "20"))
        self.assertIn("_job_run", jobs)
        self._run(fetch)
        self.assertEqual((fetch.page_count, fetch.state, len(self._received())), (26, "done", 26))

    def test_finished_fetch_does_nothing_when_its_job_runs_again(self):
        self.connector.pages = {"": self._page(until=NOW)}
        fetch = self._start()
        self._run(fetch)
        self.assertEqual(self._run(fetch), {})
        self.assertEqual(fetch.page_count, 1)


@tagged("post_install", "-at_install")
class TestFetchAgain(ImportCase):
    def _wizard(self, **vals):
        return self.env["marketplace.fetch.again"].create({"shop_ids": self.shop.ids, **vals})

    def test_range_is_fetched_and_the_cursor_stays(self):
        start, end = ORDERED_AT.replace(tzinfo=None), (ORDERED_AT + timedelta(days=2)).replace(tzinfo=None)
        self.shop.order_cursor = end
        record = self.connector.add_order(self._order("O1"))
        self.connector.pages = {"": Page((record,), "", ORDERED_AT)}
        with trap_jobs() as trap:
            action = self._wizard(date_from=start, date_to=end).action_fetch()
            fetch = self.env["marketplace.fetch"].browse(action["res_id"])
            trap.assert_enqueued_job(fetch._job_run)
        self.assertEqual((fetch.kind, fetch.progress), ("manual", 0))
        with trap_jobs():
            fetch._job_run()
        (call,) = self.connector.get_calls("fetch_orders")
        self.assertEqual(call[1:3], (start.replace(tzinfo=timezone.utc), end.replace(tzinfo=timezone.utc)))
        self.assertEqual((fetch.state, self._rows("O1").state, self.shop.order_cursor), ("done", "new", end))

    def test_progress_is_the_part_of_the_range_that_has_arrived(self):
        start = ORDERED_AT.replace(tzinfo=None)
        with trap_jobs():
            action = self._wizard(date_from=start, date_to=start + timedelta(minutes=4)).action_fetch()
        fetch = self.env["marketplace.fetch"].browse(action["res_id"])
        self.connector.pages = {"": Page((self.connector.add_order(self._order("O1")),), "p2")}
        self.connector.errors["fetch_orders"] = []
        fetch._fetch_page(self.connector)
        self.assertEqual(fetch.progress, 25)

    def test_each_account_has_a_fetch_of_its_own_shops(self):
        other = self.shop.copy(
            {"account_id": self.account.copy({"name": "Other", "state": "test"}).id, "external_id": "X1"}
        )
        with trap_jobs():
            self._wizard(shop_ids=(self.shop | other).ids).action_fetch()
        fetches = self.env["marketplace.fetch"].search([("kind", "=", "manual")], limit=2, order="id desc")
        self.assertEqual(
            {fetch.account_id: fetch.shop_ids for fetch in fetches}, {self.account: self.shop, other.account_id: other}
        )

    def test_range_must_make_sense(self):
        start = ORDERED_AT.replace(tzinfo=None)
        with self.assertRaises(ValidationError):
            self._wizard(date_from=start, date_to=start)
        with self.assertRaises(ValidationError):
            self._wizard(date_from=fields.Datetime.now() + timedelta(hours=1))

    def test_disabled_account_is_named(self):
        self.account.state = "disabled"
        with self.assertRaisesRegex(UserError, "Fake"):
            self._wizard().action_fetch()

    def test_operator_may_fetch_own_shops_only(self):
        operator = new_test_user(self.env, "fetch-operator", "marketplace.group_operator")
        self.shop.user_ids = operator
        foreign = self.shop.copy({"external_id": "X1", "user_ids": False})
        wizard = self.env["marketplace.fetch.again"].with_user(operator)
        with trap_jobs() as trap:
            wizard.create({"shop_ids": self.shop.ids}).action_fetch()
            trap.assert_jobs_count(1)
        with trap_jobs(), self.assertRaises(UserError):
            wizard.create({"shop_ids": foreign.ids}).action_fetch()


@tagged("post_install", "-at_install")
class TestNotifications(ImportCase):
    def setUp(self):
        super().setUp()
        self.acknowledged = []
        self.connector.add_order(self._order("O1"))
        self.connector.add_order(self._order("O2"))

    def _notices(self, *refs):
        return [(ref, lambda ref=ref: self.acknowledged.append(ref)) for ref in refs]

    def _run(self):
        with trap_jobs() as trap:
            self.account._job_receive_notifications()
            return [job.recordset.mapped("external_id") for job in trap.enqueued_jobs]

    def test_orders_are_filed_and_acknowledged_only_after_the_commit(self):
        self.connector.notices = [self._notices("O1"), self._notices("O2")]
        self.assertEqual(self._run(), [["O1", "O2"]])
        self.assertEqual(self._rows("O1").state, "new")
        self.assertEqual(self.acknowledged, [])
        self.env.cr.postcommit.run()
        self.assertEqual(self.acknowledged, ["O1", "O2"])

    def test_transaction_that_is_lost_acknowledges_nothing(self):
        self.connector.notices = [self._notices("O1")]
        self._run()
        self.env.cr.postcommit.clear()
        self.env.cr.postcommit.run()
        self.assertEqual(self.acknowledged, [])

    def test_failure_leaves_the_rest_unacknowledged(self):
        self.connector.notices = [self._notices("O1", "O2")]
        self.connector.errors["fetch_order"] = [None, Unavailable("503")]
        enter = self.connector._enter

        def enter_unless_error(verb, *args):
            self.connector.calls.append((verb, *args))
            if verb == "fetch_order" and (error := self.connector.errors[verb].pop(0)):
                raise error

        self.connector._enter = enter_unless_error
        self.assertEqual(self._run(), [["O1"]])
        self.connector._enter = enter
        self.env.cr.postcommit.run()
        self.assertEqual((self.acknowledged, self.account.last_error), (["O1"], "503"))

    def test_schedule_asks_running_accounts_that_get_notices(self):
        self.env["marketplace.account"].search([("id", "!=", self.account.id)]).state = "disabled"
        with trap_jobs() as trap:
            self.env["marketplace.account"]._cron_receive_notifications()
            self.assertEqual([job.recordset for job in trap.enqueued_jobs], [self.account])
        self.shop.state = "paused"
        with trap_jobs() as trap:
            self.env["marketplace.account"]._cron_receive_notifications()
            trap.assert_jobs_count(0)
