from datetime import timedelta, timezone

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import freeze_time, tagged

from ..contract import NotReady, OrderStatus, Page, RateLimited, Rejected
from .import_case import ORDERED_AT, ImportCase

NOW = ORDERED_AT + timedelta(hours=30)


class ReconciliationCase(ImportCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW.replace(tzinfo=None)))
        self.shop.order_cursor = fields.Datetime.now() - timedelta(minutes=3)
        self.env["marketplace.account"].search([("id", "!=", self.account.id)]).state = "disabled"

    def _shows(self, *orders):
        """What the marketplace shows of the last days."""
        records = tuple(self.connector.add_order(order) for order in orders)
        self.connector.pages = {"": Page(records, "", NOW)}

    def _start(self):
        """The daily comparison, started."""
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_reconcile()
            (job,) = trap.enqueued_jobs
        return job.recordset

    def _run(self, fetch, method="_job_run"):
        """Run a job; the jobs it queued by name."""
        with trap_jobs() as trap:
            getattr(fetch, method)()
            return {job.func.__name__: job for job in trap.enqueued_jobs}

    def _compare(self):
        """A comparison with all its jobs, and the import of what it found."""
        fetch = self._start()
        jobs = self._run(fetch)
        self._run_import(self._new_rows())
        if "_job_ask" in jobs:
            self._run(fetch, "_job_ask")
            self._run_import(self._new_rows())
        return fetch

    def _new_rows(self):
        return self.Inbox.search([("shop_id", "=", self.shop.id), ("state", "=", "new")])


@tagged("post_install", "-at_install")
class TestReconciliation(ReconciliationCase):
    def test_dropped_order_is_found_the_next_day(self):
        self._import(self._order("O1"))
        self._shows(self._order("O1"), self._order("DROPPED"))
        fetch = self._compare()
        self.assertRecordValues(
            fetch, [{"kind": "reconciliation", "state": "done", "received_count": 2, "missed_count": 1}]
        )
        self.assertEqual(fetch.missed_row_ids.external_id, "DROPPED")
        self.assertEqual(self._find("DROPPED").state, "sale")
        self.assertEqual((self.shop.missed_count, self.shop.orders_compared_at), (1, fields.Datetime.now()))
        self.assertEqual(self.shop.activity_ids.summary, "Changes were missed and have been fetched")

    def test_nothing_missed_changes_nothing(self):
        order = self._import(self._order("O1"))
        before = order.write_date, len(self._rows("O1"))
        self._shows(self._order("O1"))
        fetch = self._compare()
        self.assertEqual((fetch.missed_count, fetch.new_count, self.shop.missed_count), (0, 0, 0))
        self.assertEqual((order.write_date, len(self._rows("O1"))), before)
        self.assertFalse(self.shop.activity_ids)
        self.assertEqual(self.connector.get_calls("fetch_order"), [])

    def test_range_and_cursor(self):
        self.shop.reconcile_days = 5
        cursor = self.shop.order_cursor
        self._shows()
        self._run(self._start())
        ((_shops, since, until, _token),) = self.connector.get_calls("fetch_orders")
        self.assertEqual((since, until), (NOW - timedelta(days=5), None))
        self.assertEqual(self.shop.order_cursor, cursor, "only the regular fetch moves it")

    def test_what_the_regular_fetch_would_still_bring_is_not_missed(self):
        self._shows(self._order("NEW", updated_at=NOW - timedelta(minutes=1)))
        fetch = self._compare()
        self.assertEqual((fetch.new_count, fetch.missed_count), (1, 0))
        self.assertTrue(self._find("NEW"))

    def test_switched_off_or_never_fetched(self):
        self.shop.reconcile_days = 0
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_reconcile()
            trap.assert_jobs_count(0)
        self.shop.write({"reconcile_days": 3, "order_cursor": False})
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_reconcile()
            trap.assert_jobs_count(0)

    def test_red_account_is_left_alone(self):
        self.account.needs_authorisation = True
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_reconcile()
            trap.assert_jobs_count(0)

    def test_returns_are_compared_too(self):
        self.shop.return_cursor = fields.Datetime.now()
        with trap_jobs() as trap:
            self.env["marketplace.fetch"]._cron_reconcile()
            self.assertEqual({job.recordset.object for job in trap.enqueued_jobs}, {"orders", "returns"})

    def test_beside_the_regular_fetch(self):
        with trap_jobs():
            self.env["marketplace.fetch"]._cron_fetch()
        fetch = self._start()
        self.assertEqual(fetch.kind, "reconciliation")
        self.assertEqual(self._start(), fetch, "one at a time")


@tagged("post_install", "-at_install")
class TestOpenOrders(ReconciliationCase):
    def test_open_order_that_is_not_shown_is_asked_for(self):
        order = self._import(self._order("O1"))
        self.connector.add_order(self._order("O1", status=OrderStatus.CANCELLED, revision=2))
        self._shows()
        fetch = self._compare()
        self.assertEqual(self.connector.get_calls("fetch_order"), [("O1",)])
        self.assertEqual((order.state, order.marketplace_status), ("cancel", "cancelled"))
        self.assertEqual((fetch.missed_count, self.shop.missed_count), (1, 1))

    def test_unchanged_or_finished_orders_are_no_news(self):
        self._import(self._order("OPEN"), self._order("DONE", status=OrderStatus.SHIPPED))
        self._shows()
        fetch = self._compare()
        self.assertEqual((self.connector.get_calls("fetch_order"), fetch.missed_count), ([("OPEN",)], 0))

    def test_bounded_and_in_turn(self):
        self._import(*(self._order(f"O{number}") for number in range(3)))
        self._shows()
        self.patch(self.env.registry["marketplace.fetch"], "_ask_limit", 2)
        asked = []
        for day in range(2):
            with freeze_time(NOW.replace(tzinfo=None) + timedelta(days=day)):
                self.shop.order_cursor = fields.Datetime.now() - timedelta(minutes=1)
                self._compare()
            asked.append([ref for (ref,) in self.connector.get_calls("fetch_order")])
        self.assertEqual((asked[0], asked[1][2:]), (["O0", "O1"], ["O2", "O0"]))

    def test_turned_away_goes_on_later(self):
        self._import(self._order("O1"), self._order("O2"))
        self._shows()
        fetch = self._start()
        self._run(fetch)
        self.connector.errors["fetch_order"] = [RateLimited("slow down", 90)]
        jobs = self._run(fetch, "_job_ask")
        self.assertEqual(jobs["_job_ask"].eta, fields.Datetime.now() + timedelta(seconds=90))
        self._run(fetch, "_job_ask")
        self._run(fetch, "_job_ask")
        self.assertEqual(self.connector.get_calls("fetch_order"), [("O1",), ("O1",), ("O2",)])

    def test_order_that_the_marketplace_does_not_know(self):
        self._import(self._order("O1"), self._order("O2"))
        self._shows()
        self.connector.errors["fetch_order"] = [Rejected("no such order")]
        fetch = self._compare()
        self.assertEqual(fetch.message, "O1: no such order")
        self.assertEqual(self.connector.get_calls("fetch_order"), [("O1",), ("O2",)])


@tagged("post_install", "-at_install")
class TestBulkExport(ReconciliationCase):
    def test_handle_of_an_export_that_is_being_made_comes_back_as_token(self):
        fetch = self._start()
        self.connector.errors["fetch_orders"] = [NotReady("export-7", 25)]
        jobs = self._run(fetch)
        self.assertRecordValues(fetch, [{"state": "running", "token": "export-7", "message": False}])
        self.assertEqual(jobs["_job_run"].eta, fields.Datetime.now() + timedelta(seconds=25))
        self.assertEqual(self.account.health, "unknown", "waiting is no error")
        record = self.connector.add_order(self._order("O1"))
        self.connector.pages = {"export-7": Page((record,), "", NOW)}
        self._run(fetch)
        self.assertEqual(fetch.state, "done")
        since = (NOW - timedelta(days=3)).astimezone(timezone.utc)
        calls = [(call[1], call[3]) for call in self.connector.get_calls("fetch_orders")]
        self.assertEqual(calls, [(since, ""), (since, "export-7")])
