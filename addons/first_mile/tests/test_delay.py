from datetime import timedelta

from odoo import fields

from .first_mile_case import FirstMileCase


class TestDelay(FirstMileCase):
    def setUp(self):
        super().setUp()
        self.today = fields.Date.today()
        self.shipment = self._create_shipment({self.kettle: 1})
        self.shipment.action_plan()
        self.shipment.action_depart()

    def _ago(self, days):
        return self.today - timedelta(days=days)

    def _sail(self, shipment, **dates):
        return self.env["first.mile.leg"].create({"shipment_id": shipment.id, "kind": "main", **dates})

    def _check(self):
        self.env["first.mile.leg"]._cron_check_delays()
        return self.shipment.activity_ids.mapped("summary")

    def test_an_eta_that_has_passed_is_reported_once(self):
        leg = self._sail(self.shipment, atd=self._ago(30), eta=self._ago(3))
        self.assertEqual(len(self._check()), 1)
        (summary,) = self._check()
        self.assertIn("3 days ago", summary)
        self.assertEqual(self.shipment.activity_ids.user_id, self.shipment.user_id)
        leg.eta = self._ago(1)
        self.assertEqual(len(self._check()), 2, "a new ETA that passes is a new delay")

    def test_slower_than_nine_of_ten(self):
        for days in (20, 22, 24, 26, 28):
            self._sail(self._create_shipment(), atd=self._ago(100), ata=self._ago(100 - days))
        self._sail(self.shipment, atd=self._ago(30))
        (summary,) = self._check()
        self.assertIn("within 27.2 days (half within 24)", summary)

    def test_in_time_or_arrived_is_quiet(self):
        self._sail(self.shipment, atd=self._ago(30), eta=self.today + timedelta(days=1))
        self._sail(self.shipment, atd=self._ago(30), eta=self._ago(3), ata=self._ago(2))
        self.assertEqual(self._check(), [])
