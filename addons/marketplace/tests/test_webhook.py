import http.client
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

from odoo import SUPERUSER_ID
from odoo.tests import HttpCase, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from ..contract import (
    AuthenticationFailed,
    Capability,
    Notice,
    NoticeKind,
    Unavailable,
    Webhook,
)
from ..models.webhook import MAX_BYTES_PARAMETER
from .fake_connector import FakeMarketplaceCase, sign
from .webhook_case import WebhookCase


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
        self._jobs().state = "done"
        self.env.flush_all()
        with self.assertQueryCount(10):
            self._post(self._body("D1"))
        self.assertEqual(len(self._jobs()), 2)

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
