from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..contract import AuthenticationFailed, Page, Unavailable
from .import_case import ImportCase


@tagged("post_install", "-at_install")
class TestRedAccount(ImportCase):
    """A revoked authorisation: one failure, and nothing is tried in vain until it is renewed."""

    def setUp(self):
        super().setUp()
        self.shop.require_tracking = False
        self.shop.order_cursor = fields.Datetime.now() - timedelta(hours=1)
        self.Fetch = self.env["marketplace.fetch"]
        self.Publisher = self.env["marketplace.stock.publisher"]
        self.Shipment = self.env["marketplace.shipment"]
        self.connector.pages = {"": Page(())}
        self.connector.return_pages = {"": Page(())}

    def _revoke(self):
        self.account._note_error(AuthenticationFailed("The authorisation was revoked"), "Fetch orders")

    def _start_fetch(self):
        with trap_jobs():
            self.account._enqueue_fetch()
        return self.Fetch.search(
            [("account_id", "=", self.account.id), ("state", "=", "running"), ("object", "=", "orders")]
        )

    def _ship_parcel(self):
        order = self._import(self._order("O1"))
        self._ship(order)
        return order.marketplace_shipment_ids

    def _queue_stock(self):
        with trap_jobs():
            self.Publisher._job_publish(self.shop)
        listings = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(set(listings.mapped("push_state")), {"queued"})
        return listings

    def _run_everything(self):
        """All schedules, and all jobs that had been queued before."""
        with trap_jobs():
            self.Fetch._cron_fetch()
            self.env["marketplace.account"]._cron_receive_notifications()
            self.Publisher._cron_publish()
            self.Publisher._cron_reconcile()
            self.Shipment._cron_confirm()
            self.Fetch._cron_reconcile()
            self.env["sale.order"]._cron_acknowledge()
            self.env["marketplace.cancellation"]._cron_confirm()
            self.env["marketplace.refund"]._cron_confirm()
            self.env["marketplace.parcel"]._cron_labels()
            self.env["marketplace.listing.importer"]._cron_import()
            self.env["marketplace.webhook"]._cron_process()
            self.fetch._job_run()
            self.account._job_receive_notifications()
            self.Publisher._job_publish(self.shop)
            self.Publisher._job_push(self.shop)
            self.Publisher._job_reconcile(self.shop)
            self.Publisher._job_poll_push(self.shop, {"feed": "1"}, "batch")
            self.Shipment._job_confirm(self.shop)
            self.env["sale.order"]._job_acknowledge(self.shop)
            self.env["marketplace.parcel"]._job_arrange(self.shop)
            self.env["marketplace.listing.importer"]._job_import(self.shop)

    def _seen(self):
        return [call[0] for call in self.connector.calls]

    def test_account_turns_red(self):
        self._revoke()
        self.assertEqual((self.account.needs_authorisation, self.account.health), (True, "failing"))
        self.assertEqual(self.account.last_error, "The authorisation was revoked")
        self.assertEqual(self.account.activity_ids.summary, "Reconnect the account")
        self._revoke()
        self.assertEqual(len(self.account.activity_ids), 1)

    def test_other_failures_do_not(self):
        self.account._note_error(Unavailable("down"), "Fetch orders")
        self.assertEqual((self.account.needs_authorisation, self.account.health), (False, "failing"))

    def test_successes_of_jobs_under_way_do_not_end_it(self):
        self._revoke()
        self.account._note_success()
        self.assertEqual((self.account.needs_authorisation, self.account.health), (True, "failing"))

    def test_nothing_is_tried_in_vain(self):
        self.fetch = self._start_fetch()
        self._ship_parcel()
        listings = self._queue_stock()
        listing = listings[0]
        push = {"listing_id": listing.id, "shop_id": self.shop.id, "quantity": 1, "batch": "batch", "state": "sent"}
        self.env["marketplace.stock.push"].create({**push, "pushed_at": fields.Datetime.now()})
        self.connector.calls.clear()
        self._revoke()
        for _round in range(3):
            self._run_everything()
        self.assertEqual(self._seen(), [])

    def test_green_account_is_asked_by_the_same(self):
        """The same schedules and jobs do call when the account is not red."""
        self.fetch = self._start_fetch()
        self._ship_parcel()
        self._queue_stock()
        self.connector.calls.clear()
        self._run_everything()
        self.assertLessEqual(
            {"fetch_orders", "receive_notifications", "push_stock", "confirm_shipments", "fetch_listings"},
            set(self._seen()),
        )

    def test_failing_fetch_is_not_queued_again(self):
        fetch = self._start_fetch()
        self.connector.errors["fetch_orders"] = [AuthenticationFailed("revoked")]
        with trap_jobs() as trap:
            fetch._job_run()
            trap.assert_jobs_count(0)
        self.assertEqual((fetch.state, self.account.needs_authorisation), ("running", True))
        self.assertEqual(len(self.connector.get_calls("fetch_orders")), 1)

    def _end(self, how):
        """End the red state; what was queued then, as (model, method)."""
        self._ship_parcel()
        self._revoke()
        with trap_jobs() as trap:
            how()
            return {(job.model_name, job.method_name) for job in trap.enqueued_jobs}

    def _assert_goes_on(self, jobs):
        self.assertEqual(self.account.needs_authorisation, False)
        self.assertFalse(self.account.activity_ids)
        self.assertLessEqual(
            {
                ("marketplace.fetch", "_job_run"),
                ("marketplace.stock.publisher", "_job_publish"),
                ("marketplace.shipment", "_job_confirm"),
                ("marketplace.webhook", "_job_process"),
            },
            jobs,
        )

    def test_changed_credentials_end_it(self):
        self._assert_goes_on(self._end(lambda: self.account._set_secret("refresh_token", "new")))

    def test_other_changes_do_not(self):
        self._end(lambda: self.account.write({"name": "Renamed", "retention_days": 10}))
        self.assertTrue(self.account.needs_authorisation)

    def test_successful_connection_test_ends_it(self):
        self._assert_goes_on(self._end(self.account.action_test_connection))

    def test_failing_connection_test_does_not(self):
        self._revoke()
        self.connector.errors["fetch_shops"] = [AuthenticationFailed("revoked")]
        with self.assertRaises(UserError):
            self.account.action_test_connection()
        self.assertTrue(self.account.needs_authorisation)

    def test_disabling_queues_nothing(self):
        self.patch(type(self.account), "_get_capabilities", lambda account: frozenset())
        self.assertEqual(self._end(lambda: self.account.write({"state": "disabled"})), set())
        self.assertFalse(self.account.needs_authorisation)

    def test_waiting_parcels_and_quantities_go_on_by_themselves(self):
        parcel = self._ship_parcel()
        listings = self._queue_stock()
        self.connector.errors["confirm_shipments"] = [AuthenticationFailed("revoked")]
        with trap_jobs():
            self.Shipment._job_confirm(self.shop)
        self.assertTrue(self.account.needs_authorisation)
        with trap_jobs() as trap:
            self.account._set_secret("refresh_token", "new")
            trap.perform_enqueued_jobs()
        self.assertEqual(parcel.state, "confirmed")
        with trap_jobs():
            self.Publisher._job_push(self.shop)
        self.assertEqual(set(listings.mapped("push_state")), {"accepted"})
