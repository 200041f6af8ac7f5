from datetime import date

from odoo.tests import HttpCase, tagged

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

    def test_others_are_refused(self):
        self.assertEqual(self._post(self.notice["body"], "0" * 64), 401)
        self.assertEqual(self._post(self.notice["body"] + " ", self.notice["sign"]), 401)
        self.assertEqual(self._post(self.notice["body"], self.notice["sign"], "somebody"), 404)
        self.tracker.track17_key = False
        self.assertEqual(self._post(self.notice["body"], self.notice["sign"]), 404)
        self.assertFalse(self.leg.atd)
