from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from ..engine.seventeen_track import sign
from .tracking_case import TrackingCase


@tagged("post_install", "-at_install")
class TestTrackingWebhook(HttpCase, TrackingCase):
    """17TRACK posts what happened; the signature is checked first."""

    def setUp(self):
        super().setUp()
        self.tracking = self._track()
        self.notice = self._scan("MSKU1234567", "Departure", "2026-03-06T08:00:00+08:00")

    def _post(self, body, sign, key=None):
        path = f"/first_mile/17track/{key or self.tracker.webhook_key}"
        return self.url_open(path, data=body, headers={"Content-Type": "application/json", "sign": sign}).status_code

    def test_a_signed_notice_is_taken_over(self):
        for _time in range(2):
            self.assertEqual(self._post(self.notice["body"], self.notice["sign"]), 200)
        self.assertEqual((self.leg.atd, len(self.tracking.event_ids)), (date(2026, 3, 6), 1))

    def test_a_notice_about_an_unknown_number_waits_for_its_shipment(self):
        Notice = self.env["first.mile.notice"]
        scan = self._scan("COSU7654321", "Departure", "2026-03-07T08:00:00+08:00")
        for _time in range(2):
            self.assertEqual(self._post(scan["body"], scan["sign"]), 200)
        notice = Notice.search([("number", "=", "COSU7654321")])
        self.assertEqual((len(notice), notice.state, notice.company_id), (1, "waiting", self.tracker.company_id))
        self.assertIn('"stage": "Departure"', notice.body_text)
        notice.action_retry()
        self.assertEqual(Notice.search([]).mapped("number"), ["COSU7654321"], "still nobody has the number")
        company = self.env["res.company"].create({"name": "Other"})
        other = new_test_user(
            self.env, "other", "marketplace.group_warehouse", company_id=company.id, company_ids=company.ids
        )
        self.assertFalse(Notice.with_user(other).search([]))
        operator = new_test_user(self.env, "operator", "marketplace.group_operator")
        with self.assertRaises(AccessError):
            Notice.with_user(operator).search([]).action_retry()
        tracking = self._track("COSU7654321")
        self.assertEqual((tracking.event_ids.stage, self.leg.atd), ("Departure", date(2026, 3, 7)))
        self.assertFalse(Notice.search([]))

    def test_a_corrected_number_takes_what_waits(self):
        scan = self._scan("COSU7654321", "Departure", "2026-03-07T08:00:00+08:00")
        self._post(scan["body"], scan["sign"])
        self.tracking.number = "COSU7654321"
        self.assertEqual(self.tracking.event_ids.stage, "Departure")
        self.assertFalse(self.env["first.mile.notice"].search([]))

    def test_a_notice_that_cannot_be_read_is_kept(self):
        body = '{"event": "TRACKING_UPDATED"}'
        self.assertEqual(self._post(body, sign(body.encode(), self.tracker._get_secrets()["key"])), 200)
        notice = self.env["first.mile.notice"].search([])
        self.assertEqual((notice.state, notice.body, self.tracker.health), ("failed", body, "failing"))
        self.assertIn("data", notice.message)
        notice.action_retry()
        self.assertEqual(self.env["first.mile.notice"].search([]).state, "failed")

    def test_others_are_refused(self):
        self.assertEqual(self._post(self.notice["body"], "0" * 64), 401)
        self.assertEqual(self._post(self.notice["body"] + " ", self.notice["sign"]), 401)
        self.assertEqual(self._post(self.notice["body"], self.notice["sign"], "somebody"), 404)
        self.tracker.track17_key = False
        self.assertEqual(self._post(self.notice["body"], self.notice["sign"]), 404)
        self.assertFalse(self.leg.atd)
        self.assertFalse(self.env["first.mile.notice"].search([]))
