from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..contract import AuthenticationFailed, InvalidPayload, Rejected, Unavailable
from .fake_connector import sign
from .import_case import ImportCase
from .webhook_case import WebhookCase


@tagged("post_install", "-at_install")
class TestWebhookWork(WebhookCase, ImportCase):
    def setUp(self):
        super().setUp()
        self.Webhook = self.env["marketplace.webhook"]

    def _receive_call(self, delivery_id, *notices):
        body = self._body(delivery_id, *notices)
        request = type("Request", (), {"query": {}, "body": body, "headers": {"x-fake-signature": ""}})
        request.headers["x-fake-signature"] = sign(body)["X-Fake-Signature"]
        webhook = self.connector.read_webhook(request)
        self.connector.calls.clear()
        with trap_jobs():
            self.Webhook._receive(self.account, webhook, body)
        return self._webhooks()[-1]

    def _process(self):
        """Work off what is new; the jobs queued by it, as (model, method)."""
        with trap_jobs() as trap:
            self.Webhook._job_process(self.account)
            return [(job.model_name, job.method_name) for job in trap.enqueued_jobs]

    def _notice(self, kind, external_id="", shop_id="DE1", **details):
        return {"kind": kind, "shop_id": shop_id, "external_id": external_id, "details": details}

    def test_orders_named_several_times_are_fetched_once(self):
        self.connector.add_order(self._order("O1"))
        self.connector.add_order(self._order("O2"))
        first = self._receive_call("D1", self._notice("order", "O1"))
        second = self._receive_call("D2", self._notice("order", "O1"), self._notice("order", "O2", shop_id=""))
        self.assertEqual(self._process(), [("marketplace.inbox", "_job_import")])
        self.assertEqual(self.connector.get_calls("fetch_order"), [("O1",), ("O2",)])
        self.assertEqual((first.state, second.state), ("done", "done"))
        self.assertEqual((self._rows("O1").state, self._rows("O2").state), ("new", "new"))
        self.assertEqual(self._process(), [])

    def test_shops_that_do_not_import_are_left_alone(self):
        self.shop.state = "paused"
        call = self._receive_call("D1", self._notice("order", "O1"), self._notice("listing", "MUG"))
        self.assertEqual(self._process(), [])
        self.assertEqual((call.state, self.connector.calls), ("done", []))

    def test_return_is_received(self):
        record = self.connector.add_order(self._order("R1"))
        self.connector.returns["R1"] = type(record)("return", "DE1", "R1", "1", {"id": "R1"}, record.updated_at)
        self._receive_call("D1", self._notice("return", "R1"))
        self._process()
        self.assertEqual(self.connector.get_calls("fetch_return"), [("DE1", "R1")])
        self.assertEqual((self._rows("R1").kind, self._rows("R1").payload), ("return", {"id": "R1"}))

    def test_return_of_an_unnamed_shop_is_looked_for_in_all(self):
        self.shop.copy({"name": "Fake FR", "external_id": "FR1", "state": "running"})
        record = self.connector.add_order(self._order("R1"))
        self.connector.returns["R1"] = type(record)("return", "FR1", "R1", "1", {"id": "R1"}, record.updated_at)
        self.connector.errors["fetch_return"] = [Rejected("not of this shop")]
        call = self._receive_call("D1", self._notice("return", "R1", shop_id=""))
        self._process()
        self.assertEqual((len(self.connector.get_calls("fetch_return")), call.state), (2, "done"))
        self.assertEqual(self._rows("R1").shop_id.external_id, "FR1")

    def test_listing_changes_are_fetched_together(self):
        self._receive_call("D1", self._notice("listing", "MUG"))
        jobs = self._process()
        self.assertEqual(jobs, [("marketplace.listing.importer", "_job_import")])

    def test_what_the_marketplace_cannot_answer_now_is_asked_again(self):
        call = self._receive_call("D1", self._notice("order", "O1"))
        self.connector.add_order(self._order("O1"))
        self.connector.errors["fetch_order"] = [Unavailable("down")]
        self.assertEqual(self._process(), [("marketplace.webhook", "_job_process")])
        self.assertEqual((call.state, self.account.health), ("new", "failing"))
        self._process()
        self.assertEqual((call.state, self.account.health), ("done", "ok"))

    def test_refused_or_broken_answers_fail_their_call_only(self):
        for error in (Rejected("no such order"), InvalidPayload("orders[0].id", "missing")):
            with self.subTest(error=error):
                bad = self._receive_call(f"{error}", self._notice("order", "O8"))
                good = self._receive_call(f"{error} good", self._notice("order", "O1"))
                self.connector.add_order(self._order("O1"))
                self.connector.errors["fetch_order"] = [error]
                self._process()
                self.assertEqual((bad.state, bad.message, good.state), ("failed", str(error), "done"))

    def test_failed_call_is_retried_by_hand(self):
        call = self._receive_call("D1", self._notice("order", "O1"))
        self.connector.errors["fetch_order"] = [Rejected("not yet")]
        self._process()
        self.connector.add_order(self._order("O1"))
        with trap_jobs() as trap:
            call.action_retry()
            trap.assert_jobs_count(1)
        self._process()
        self.assertEqual((call.state, call.message), ("done", False))

    def test_revoked_access_stops_the_work_and_keeps_it(self):
        calls = [self._receive_call(f"D{number}", self._notice("order", f"O{number}")) for number in range(3)]
        self.connector.errors["fetch_order"] = [AuthenticationFailed("revoked")]
        self.assertEqual(self._process(), [])
        self.assertEqual(len(self.connector.get_calls("fetch_order")), 1)
        self.assertEqual({call.state for call in calls}, {"new"})
        self.assertTrue(self.account.needs_authorisation)
        self._process()
        self.assertEqual(len(self.connector.get_calls("fetch_order")), 1)

    def test_withdrawn_access_makes_the_account_red(self):
        self._receive_call("D1", self._notice("deauthorised"))
        self._process()
        self.assertTrue(self.account.needs_authorisation)
        self.assertIn("withdrawn", self.account.last_error)

    def test_late_news_of_a_withdrawal_is_history(self):
        self._receive_call("D1", self._notice("deauthorised"))
        self.account.authorised_at = fields.Datetime.now() + timedelta(seconds=5)
        self._process()
        self.assertFalse(self.account.needs_authorisation)

    def test_end_of_access_is_announced(self):
        self._receive_call("D1", self._notice("authorisation_ends"))
        self._process()
        self.assertEqual(self.account.activity_ids.summary, "Renew the authorisation")
        self.assertFalse(self.account.needs_authorisation)

    def test_news_of_no_interest_needs_no_job(self):
        with trap_jobs() as trap:
            self.Webhook._receive(self.account, self._other(), b"")
            trap.assert_jobs_count(0)
        self.assertEqual(self._webhooks().state, "done")

    def _other(self):
        body = self._body("D1", self._notice("other", "X"))
        request = type("Request", (), {"query": {}, "body": body, "headers": {}})
        request.headers["x-fake-signature"] = sign(body)["X-Fake-Signature"]
        return self.connector.read_webhook(request)

    def test_more_calls_than_a_job_takes(self):
        self.patch(type(self.Webhook), "_batch_size", 2)
        for number in range(3):
            self.connector.add_order(self._order(f"O{number}"))
            self._receive_call(f"D{number}", self._notice("order", f"O{number}"))
        self.assertIn(("marketplace.webhook", "_job_process"), self._process())
        self._process()
        self.assertEqual(set(self._webhooks().mapped("state")), {"done"})

    def test_lost_jobs_are_queued_again(self):
        self._receive_call("D1", self._notice("order", "O1"))
        for red, count in ((False, 1), (True, 0)):
            self.account.needs_authorisation = red
            with self.subTest(red=red), trap_jobs() as trap:
                self.Webhook._cron_process()
                trap.assert_jobs_count(count)

    def test_same_number_at_two_accounts(self):
        other = self.env["marketplace.account"].create({"name": "Other", "state": "test"})
        for account in (self.account, other, other):
            with trap_jobs():
                self.Webhook._receive(account, self._other(), b"")
        self.assertEqual(self.Webhook.search_count([("delivery_id", "=", "D1")]), 2)

    def test_old_calls_are_cleaned_up(self):
        old, new = self._receive_call("D1"), self._receive_call("D2")
        old.received_at = fields.Datetime.now() - timedelta(days=31)
        self.Webhook._gc_webhooks()
        self.assertEqual((old.exists(), new.exists()), (self.Webhook, new))

    # === ACCOUNT === #

    def test_each_account_has_a_key_of_its_own(self):
        copy = self.account.copy({"name": "Copy"})
        self.assertGreaterEqual(len(self.account.webhook_key), 40)
        self.assertNotEqual(copy.webhook_key, self.account.webhook_key)
        self.assertTrue(copy.webhook_url.endswith(f"/marketplace/webhook/{copy.webhook_key}"))

    def test_subscribing_tells_the_marketplace_our_address(self):
        manager = new_test_user(self.env, "mp-manager", "marketplace.group_manager")
        action = self.account.with_user(manager).action_subscribe_webhooks()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(self.connector.get_calls("subscribe_webhooks"), [(self.account.webhook_url,)])
        self.assertTrue(self.account.webhooks_subscribed_at)

    def test_refused_subscription_is_told(self):
        self.connector.errors["subscribe_webhooks"] = [Rejected("address not reachable")]
        action = self.account.action_subscribe_webhooks()
        self.assertIn("address not reachable", action["params"]["message"])
        self.assertEqual((action["params"]["type"], self.account.webhooks_subscribed_at), ("danger", False))

    def test_operators_neither_see_nor_use_it(self):
        call = self._receive_call("D1")
        operator = new_test_user(self.env, "mp-operator", "marketplace.group_operator")
        account = self.account.with_user(operator)
        for field in ("webhook_key", "webhook_url"):
            self.assertNotIn(field, account.fields_get())
            with self.assertRaises(AccessError):
                account.read([field])
        with self.assertRaises(AccessError):
            account.action_subscribe_webhooks()
        with self.assertRaises(AccessError):
            call.with_user(operator).read(["topic"])

    def test_calls_belong_to_the_accounts_company(self):
        call = self._receive_call("D1")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env, "mp-far", "marketplace.group_manager", company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        self.assertEqual(call.company_id, self.account.company_id)
        self.assertFalse(call.with_user(stranger).has_access("read"))
        with self.assertRaises(AccessError):
            self.account.with_user(stranger).action_subscribe_webhooks()
