import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ..contract import AuthenticationFailed, Capability, ShopInfo, Unavailable
from .fake_connector import FakeMarketplaceCase

CALLBACK = "/marketplace/oauth/callback"


class AuthorisationCase(FakeMarketplaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "mp-manager", "marketplace.group_manager", password="mp-manager-4711")
        cls.operator = new_test_user(cls.env, "mp-operator", "marketplace.group_operator", password="mp-operator-4711")

    def _begin(self, user=None):
        """Press Connect; the query of the marketplace's page."""
        action = self.account.with_user(user or self.manager).action_authorize()
        self.assertEqual((action["type"], action["target"]), ("ir.actions.act_url", "self"))
        self.env.flush_all()
        return {name: values[0] for name, values in parse_qs(urlsplit(action["url"]).query).items()}


@tagged("post_install", "-at_install")
class TestConnect(AuthorisationCase):
    def test_page_gets_state_and_challenge(self):
        query = self._begin()
        self.assertEqual(query["redirect_uri"], self.account.redirect_uri)
        self.assertTrue(query["redirect_uri"].endswith(CALLBACK))
        self.assertGreaterEqual(len(query["state"]), 43)
        self.assertNotEqual(self._begin()["state"], query["state"])

    def test_neither_state_nor_verifier_is_stored_plainly(self):
        query = self._begin()
        self.env.cr.execute("SELECT to_jsonb(a)::text FROM marketplace_authorisation a")
        stored = str(self.env.cr.fetchall())
        _account, _uri, verifier = self.env["marketplace.authorisation"].with_user(self.manager)._take(query["state"])
        self.assertTrue(43 <= len(verifier) <= 128)
        for secret in (query["state"], verifier):
            self.assertNotIn(secret, stored)

    def test_only_managers_connect(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.operator).action_authorize()

    def test_platform_without_a_page(self):
        self.connector.capabilities = frozenset(Capability) - {Capability.AUTHORISATION}
        self.assertEqual((self.account.can_authorise, self.account.redirect_uri), (False, False))
        with self.assertRaisesRegex(UserError, "no page"):
            self.account.with_user(self.manager).action_authorize()

    def test_form_offers_each_role_its_own(self):
        for user, seen in ((self.manager, True), (self.operator, False)):
            arch = self.account.with_user(user).get_view(view_type="form")["arch"]
            for name in ("action_authorize", "action_subscribe_webhooks", "webhook_url", "redirect_uri"):
                with self.subTest(user=user.login, name=name):
                    self.assertEqual(f'name="{name}"' in arch, seen)
        with Form(self.account.with_user(self.manager)) as form:
            self.assertTrue(form.redirect_uri and form.webhook_url)

    def test_redirect_address_is_known_before_the_credentials(self):
        self.connector.capabilities = frozenset()
        self.assertEqual(self.account.can_authorise, False)
        self.assertTrue(self.account.redirect_uri.endswith(CALLBACK))

    def test_ended_states_are_cleaned_up(self):
        self._begin()
        self.env["marketplace.authorisation"].search([]).ends_at = "2020-01-01 00:00:00"
        self._begin()
        self.env["marketplace.authorisation"]._gc_ended()
        self.assertEqual(self.env["marketplace.authorisation"].search_count([]), 1)


@tagged("post_install", "-at_install")
class TestCallback(HttpCase, AuthorisationCase):
    def setUp(self):
        super().setUp()
        self.connector.shops = [
            ShopInfo("DE1", "Fake DE", "DE", self.shop.currency_id.name),
            ShopInfo("FR1", "Fake FR", "FR", self.shop.currency_id.name),
        ]
        self.authenticate("mp-manager", "mp-manager-4711")

    def _come_back(self, **params):
        response = self.url_open(CALLBACK, params=params, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def _assert_refused(self, response, text, status=400):
        self.assertEqual(response.status_code, status)
        self.assertIn(text, response.text)
        self.assertIn("/odoo/marketplace-accounts", response.text)

    def test_grant_is_exchanged_with_the_verifier(self):
        query = self._begin()
        response = self._come_back(state=query["state"], code="c0de", shop_id="7")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(urlsplit(response.headers["Location"]).path, f"/odoo/marketplace-accounts/{self.account.id}")
        [(params, redirect_uri, verifier)] = self.connector.get_calls("authorize")
        self.assertEqual(params, {"state": query["state"], "code": "c0de", "shop_id": "7"})
        self.assertEqual(redirect_uri, query["redirect_uri"])
        digest = hashlib.sha256(verifier.encode()).digest()
        self.assertEqual(base64.urlsafe_b64encode(digest).decode().rstrip("="), query["code_challenge"])

    def test_grant_finds_new_shops_and_ends_the_red_state(self):
        self.account._note_error(AuthenticationFailed("revoked"), "Fetch orders")
        self.assertTrue(self.account.needs_authorisation)
        self._come_back(state=self._begin()["state"], code="c0de")
        self.assertEqual(sorted(self.account.shop_ids.mapped("external_id")), ["DE1", "FR1"])
        self.assertEqual((self.account.needs_authorisation, self.account.health), (False, "ok"))
        self.assertTrue(self.account.authorised_at)
        self.assertFalse(self.account.activity_ids)

    def test_state_works_once(self):
        state = self._begin()["state"]
        self._come_back(state=state, code="c0de")
        self._assert_refused(self._come_back(state=state, code="c0de"), "used already")
        self.assertEqual(len(self.connector.get_calls("authorize")), 1)

    def test_state_ends_after_ten_minutes(self):
        state = self._begin()["state"]
        self.env.cr.execute("UPDATE marketplace_authorisation SET ends_at = ends_at - interval '601 seconds'")
        self.env.invalidate_all()
        self._assert_refused(self._come_back(state=state, code="c0de"), "ten minutes")
        self.assertEqual(self.connector.get_calls("authorize"), [])

    def test_state_of_another_user_is_refused_and_stays_theirs(self):
        other = new_test_user(self.env, "mp-other", "marketplace.group_manager", password="mp-other-4711")
        state = self._begin(other)["state"]
        self._assert_refused(self._come_back(state=state, code="c0de"), "another user")
        self.authenticate("mp-other", "mp-other-4711")
        self.assertEqual(self._come_back(state=state, code="c0de").status_code, 303)

    def test_forged_states_are_refused(self):
        state = self._begin()["state"]
        for forged in ({}, {"state": ""}, {"state": state[:-1]}, {"state": "ä" * 43}):
            with self.subTest(forged=forged):
                self._assert_refused(self._come_back(code="c0de", **forged), "press Connect again")
        self.assertEqual(self.connector.get_calls("authorize"), [])

    def test_only_managers_come_back(self):
        state = self._begin()["state"]
        self.authenticate("mp-operator", "mp-operator-4711")
        self._assert_refused(self._come_back(state=state, code="c0de"), "Only marketplace managers", 403)

    def test_nobody_has_to_log_in_first(self):
        state = self._begin()["state"]
        self.authenticate(None, None)
        response = self._come_back(state=state, code="c0de")
        self.assertEqual((response.status_code, urlsplit(response.headers["Location"]).path), (303, "/web/login"))
        self.assertEqual(self.connector.get_calls("authorize"), [])

    def test_seller_who_declines_is_told_on_the_account(self):
        state = self._begin()["state"]
        self._assert_refused(self._come_back(state=state, error="access_denied"), "declined at the marketplace")
        self.assertIn("declined at the marketplace", self.account.message_ids[0].body)
        self.assertEqual(self.connector.get_calls("authorize"), [])
        self._assert_refused(self._come_back(state=state, code="c0de"), "used already")

    def test_other_refusals_say_why_and_carry_no_markup(self):
        response = self._come_back(
            state=self._begin()["state"], error="invalid_scope", error_description="<script>no</script>"
        )
        self._assert_refused(response, "invalid_scope")
        self.assertNotIn("<script>no", response.text)
        self.assertNotIn("<script>no", self.account.message_ids[0].body)

    def test_code_that_is_not_taken(self):
        self.connector.errors["authorize"] = [AuthenticationFailed("the code has expired")]
        self._assert_refused(self._come_back(state=self._begin()["state"], code="c0de"), "the code has expired")
        self.assertIn("the code has expired", self.account.message_ids[0].body)
        self.assertFalse(self.account.authorised_at)

    def test_grant_that_fails_leaves_the_access_from_before(self):
        self.account._note_success()
        self.connector.errors["authorize"] = [AuthenticationFailed("the seller did not agree")]
        self._assert_refused(self._come_back(state=self._begin()["state"]), "did not agree")
        self.assertEqual((self.account.health, self.account.needs_authorisation), ("ok", False))

    def test_shops_that_cannot_be_had_yet_do_not_undo_the_grant(self):
        self.account._note_error(AuthenticationFailed("revoked"), "Fetch orders")
        self.connector.errors["fetch_shops"] = [Unavailable("down")]
        self._assert_refused(self._come_back(state=self._begin()["state"], code="c0de"), "down")
        self.assertFalse(self.account.needs_authorisation)
        self.assertTrue(self.account.authorised_at)

    def test_account_of_another_company_is_out_of_reach(self):
        state = self._begin()["state"]
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.env.flush_all()
        self.assertEqual(self._come_back(state=state, code="c0de").status_code, 403)
        self.assertEqual(self.connector.get_calls("authorize"), [])
