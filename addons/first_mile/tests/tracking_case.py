"""A company with an account at a simulated 17TRACK, reached over real HTTP."""

import requests
from odoo.addons.marketplace_simulator.server.app import Simulator
from odoo.addons.marketplace_simulator.tests.simulated import Simulated
from odoo.addons.queue_job.tests.common import trap_jobs

from .first_mile_case import FirstMileCase


class TrackingCase(Simulated, FirstMileCase):
    def setUp(self):
        super().setUp()
        self._serve(Simulator(channels=("track17",)))
        access = requests.get(f"{self.url}/_sim/credentials", timeout=10).json()["channels"]["track17"]
        self.tracker = self.env["first.mile.tracker"].create(
            {"state": "test", "track17_key": access["key"], "track17_endpoint": access["endpoint"]}
        )
        self.shipment = self._create_shipment({self.kettle: 1})
        self.leg = self.env["first.mile.leg"].create(
            {"shipment_id": self.shipment.id, "kind": "main", "etd": "2026-03-05", "eta": "2026-04-01"}
        )

    def _track(self, number="MSKU1234567", kind="bill_of_lading", **values):
        return self.env["first.mile.tracking"].create(
            {"shipment_id": self.shipment.id, "kind": kind, "number": number, **values}
        )

    def _scan(self, number, stage, at, **more):
        """What a carrier does; returns the webhook that 17TRACK would post."""
        body = {"number": number, "stage": stage, "at": at, **more}
        answer = requests.post(f"{self.url}/_sim/depots/track17/scan", json=body, timeout=10)
        return answer.json()["record"]

    def _follow(self, again=True):
        """What the queued job does; again: as if hours had passed."""
        if again:
            self.env["first.mile.tracking"].search([]).fetched_at = False
        with trap_jobs() as trap:
            self.tracker._job_follow()
        return trap
