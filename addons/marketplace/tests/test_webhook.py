import http.client
import json
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

from odoo import SUPERUSER_ID, fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from ..contract import (
    AuthenticationFailed,
    Capability,
    InvalidPayload,
    Notice,
    NoticeKind,
    Rejected,
    Unavailable,
    Webhook,
)
from ..models.webhook import MAX_BYTES_PARAMETER
from .fake_connector import FakeMarketplaceCase, sign
from .import_case import ImportCase


class WebhookCase:
    def _body(self, delivery_id="D1", *notices, topic="orders/updated"):
        notices = notices or ({"kind": "order", "shop_id": "DE1", "external_id": "O1"},)
        return json.dumps({"id": delivery_id, "topic": topic, "notices": notices}).encode()

    def _webhooks(self):
        return self.env["marketplace.webhook"].search([("account_id", "=", self.account.id)], order="id")


@tagged("post_install", "-at_install")
class TestWebhookController(HttpCase, WebhookCase, FakeMarketplaceCase):
    def setUp(self):
        super().setUp()
        self.path = urlsplit(self.account.webhook_url).path
        self.Job = self.env["queue.job"]

    def _post(self, body, headers=None, path=None):
        headers = sign(body) if headers is None else headers
        response = self.url_open(path or self.path, data=body, headers=headers, method="POST")
        self.env.invalidate_all()
        return response

    def _jobs(self):
        return self.Job.search([("identity_key", "=", f"marketplace-webhooks-{self.account.id}")])

    def _assert_nothing_stored(self):
        self.assertFalse(self._webhooks())
        self.assertFalse(self._jobs())
        self.assertFalse(self.env["marketplace.inbox"].search([("shop_id", "=", self.shop.id)]))

    def test_signed_call_is_filed_and_the_work_is_a_jobs(self):
        body = self._body()
        response = self._post(body, {**sign(body), "Content-Type": "application/json", "X-Trace": "Abc"})
        self.assertEqual((response.status_code, response.content), (200, b""))
        self.assertNotIn("session_id", response.cookies)
        webhook = self._webhooks()
        self.assertEqual((webhook.topic, webhook.delivery_id, webhook.state), ("orders/updated", "D1", "new"))
        self.assertEqual(webhook.notices[0]["external_id"], "O1")
        self.assertEqual([call[0] for call in self.connector.calls], ["read_webhook"])
        self.assertEqual((self._jobs().state, self._jobs().user_id.id), ("pending", SUPERUSER_ID))
        [(request,)] = self.connector.get_calls("read_webhook")
        self.assertEqual((request.method, request.url, request.body), ("POST", self.account.webhook_url, body))
        self.assertEqual(request.headers["x-trace"], "Abc")

    def test_answer_costs_few_queries(self):
        self._post(self._body("D0"))
        with self.assertQueryCount(25):
            self._post(self._body("D1"))

    def test_repeated_call_is_ignored(self):
        for _repetition in range(3):
            self.assertEqual(self._post(self._body()).status_code, 200)
        self.assertEqual((len(self._webhooks()), len(self._jobs())), (1, 1))

    def test_calls_of_one_account_share_a_job(self):
        for number in range(3):
            self._post(self._body(f"D{number}"))
        self.assertEqual((len(self._webhooks()), len(self._jobs())), (3, 1))

    def test_wrong_or_missing_signature(self):
        body = self._body()
        for headers in ({}, {"X-Fake-Signature": "0" * 64}, sign(body + b" ")):
            with self.subTest(headers=headers):
                self.assertEqual(self._post(body, headers).status_code, 401)
        self._assert_nothing_stored()

    def test_unknown_addresses(self):
        for path in ("/marketplace/webhook/wrong", self.path[:-1], self.path + "x"):
            with self.subTest(path=path):
                self.assertEqual(self._post(self._body(), path=path).status_code, 404)
        self._assert_nothing_stored()

    def test_account_without_webhooks(self):
        self.connector.capabilities = frozenset(Capability) - {Capability.WEBHOOKS}
        self.assertEqual(self._post(self._body()).status_code, 404)

    def test_disabled_account(self):
        self.account.state = "disabled"
        self.env.flush_all()
        self.assertEqual(self._post(self._body()).status_code, 404)
        self._assert_nothing_stored()

    def test_red_account_still_listens(self):
        self.account._note_error(AuthenticationFailed("revoked"), "Fetch orders")
        self.env.flush_all()
        self.assertEqual(self._post(self._body()).status_code, 200)
        self.assertEqual(self._webhooks().state, "new")

    def test_other_methods(self):
        self.assertEqual(self.url_open(self.path, method="PUT", data=b"x").status_code, 405)

    # === SIZE === #

    def _limit(self, size):
        self.env["ir.config_parameter"].set_param(MAX_BYTES_PARAMETER, size)
        self.env.flush_all()

    def test_body_over_the_limit(self):
        self._limit(500)
        self.assertEqual(self._post(self._body() + b" " * 500).status_code, 413)
        self.assertEqual(self.connector.calls, [])
        self._assert_nothing_stored()
        self.assertEqual(self._post(self._body()).status_code, 200)

    def test_default_limit_is_a_mebibyte(self):
        self.assertEqual(self._post(self._body() + b" " * (1 << 20)).status_code, 413)
        self.assertEqual(self._post(self._body() + b" " * ((1 << 20) - 500)).status_code, 200)

    def test_announced_size_is_enough_to_refuse(self):
        """Nothing of the body is read: the client has not even sent it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port(), timeout=12)
        self.addCleanup(connection.close)
        with self.allow_requests():
            connection.putrequest("POST", self.path)
            connection.putheader("Content-Length", str(1 << 30))
            connection.putheader("Cookie", f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}")
            connection.endheaders(b"{")
            self.assertEqual(connection.getresponse().status, 413)

    def test_chunked_body_over_the_limit(self):
        self._limit(500)
        response = self.opener.post(self.base_url() + self.path, data=iter([b"x" * 300] * 3), timeout=12)
        self.assertEqual(response.status_code, 413)
        self.assertEqual(self.connector.calls, [])

    def test_chunked_body_is_read(self):
        body = self._body()
        response = self.opener.post(self.base_url() + self.path, data=iter([body[:9], body[9:]]), headers=sign(body))
        self.assertEqual((response.status_code, len(self._webhooks())), (200, 1))

    # === ODD BODIES === #

    def test_form_is_read_as_the_bytes_that_came(self):
        body = urlencode({"webhook_id": "7"}).encode()
        response = self._post(body, {**sign(body), "Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(self.connector.get_calls("read_webhook")[0][0].body, body)
        self.assertEqual(response.status_code, 200)

    def test_unreadable_call_is_filed_with_its_path(self):
        for body, path in ((b'{"topic": "orders/updated"}', "body.id"), (b"\xff\x00no json", "body")):
            with self.subTest(path=path):
                self.assertEqual(self._post(body).status_code, 200)
                row = self.env["marketplace.inbox"].search([("shop_id", "=", self.shop.id)], limit=1)
                self.assertEqual((row.external_id, row.state, row.reason_code), (path, "failed", "broken"))
                self.assertTrue(row.payload)
        self.assertFalse(self._webhooks())

    def test_unreadable_call_of_an_account_without_shops(self):
        self.shop.unlink()
        self.env.flush_all()
        self.assertEqual(self._post(b"{}").status_code, 200)
        self.assertEqual((self._webhooks().state, self._webhooks().message), ("failed", "body.id: missing"))

    def test_call_that_cannot_be_checked_now_is_sent_again(self):
        self.connector.errors["read_webhook"] = [Unavailable("no key")]
        self.assertEqual(self._post(self._body()).status_code, 503)
        self._assert_nothing_stored()
        self.assertEqual(self._post(self._body()).status_code, 200)

    def test_call_without_number_is_known_by_its_content(self):
        answer = Webhook("orders/updated", "", (Notice(NoticeKind.ORDER, "DE1", "O1"),))
        with patch.object(type(self.connector), "read_webhook", lambda *_args: answer):
            for body in (b"a", b"b", b"a"):
                self.assertEqual(self._post(body).status_code, 200)
        self.assertEqual(len(self._webhooks()), 2)

    def test_challenge_is_answered(self):
        response = self.url_open(self.path, params={"challenge": "c-4711"})
        self.assertEqual((response.status_code, response.text), (200, "c-4711"))
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))
        self._assert_nothing_stored()


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
