from datetime import date
from unittest.mock import patch

import requests
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..engine.seventeen_track import Client, Refusal
from .tracking_case import TrackingCase


@tagged("post_install", "-at_install")
class TestTracking(TrackingCase):
    def test_a_new_number_is_registered_and_its_scans_become_days(self):
        with trap_jobs() as trap:
            tracking = self._track()
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
        self.assertEqual((tracking.follow_state, tracking.fetched_at is not False), ("followed", True))
        self.assertIn("No tracking information", tracking.follow_message)
        self._scan("MSKU1234567", "Departure", "2026-03-06T01:00:00+08:00", location="Yantian")
        self._follow()
        # The day in Yantian, though it is still the fifth in UTC.
        self.assertEqual((self.leg.atd, self.leg.ata, tracking.status_text), (date(2026, 3, 6), False, "InTransit"))
        self._scan("MSKU1234567", "Arrival", "2026-04-02T23:00:00+01:00", location="Felixstowe")
        self._follow()
        self.assertEqual((self.leg.ata, self.leg.status), (date(2026, 4, 2), "done"))
        tracking.invalidate_recordset(["event_ids"])
        self.assertEqual(tracking.event_ids.mapped("location"), ["Felixstowe", "Yantian"])
        self.assertIn("arrived on 2026-04-02", self.shipment.message_ids[0].body)

    def test_the_same_answer_again_changes_nothing(self):
        tracking = self._track()
        self._scan("MSKU1234567", "Departure", "2026-03-06T01:00:00+08:00")
        self._follow()
        messages, events = len(self.shipment.message_ids), tracking.event_ids
        self._follow()
        self.assertEqual((len(self.shipment.message_ids), tracking.event_ids), (messages, events))

    def test_what_a_person_entered_stays(self):
        self.leg.atd = "2026-03-07"
        tracking = self._track()
        self._scan("MSKU1234567", "Departure", "2026-03-05T08:00:00+08:00")
        self._scan("MSKU1234567", "Arrival", "2026-03-06T08:00:00+08:00")
        self._follow()
        self.assertEqual((self.leg.atd, self.leg.ata), (date(2026, 3, 7), False))
        self.assertIn("Correct the leg", tracking.follow_message)

    def test_unknown_numbers_are_shown_and_retried(self):
        odd, unknown = self._track("?"), self._track("NOBODY1", kind="booking")
        self.assertEqual(unknown.follow_state, "none")
        unknown.kind = "bill_of_lading"
        self._follow()
        self.assertEqual((odd | unknown).mapped("follow_state"), ["unknown", "unknown"])
        self.assertIn("cannot be detected", unknown.follow_message)
        unknown.write({"track17_carrier": 2151})
        with trap_jobs() as trap:
            odd.action_follow_again()
            trap.assert_jobs_count(1)
        self._follow()
        self.assertEqual((odd | unknown).mapped("follow_state"), ["unknown", "followed"])

    def test_what_is_used_up_waits_and_is_an_error_of_the_account(self):
        first, second = self._track("AB1234567"), self._track("AB1234568")
        self._sell(1)
        self._follow()
        self.assertEqual((first | second).mapped("follow_state"), ["followed", "pending"])
        self.assertIn("Insufficient quota", second.follow_message)
        self.assertEqual(self.tracker.health, "limited")
        self.assertIn("-18019908", self.tracker.last_error)
        self._sell(2)
        self._follow()
        self.assertEqual(second.follow_state, "followed")

    def _sell(self, total):
        requests.post(f"{self.url}/_sim/depots/track17/quota", json={"total": total}, timeout=10)

    def test_a_code_that_nobody_knows_is_loud(self):
        tracking = self._track()
        refusal = Refusal("MSKU1234567", -18777777, "Brand new")
        with patch.object(Client, "register", lambda client, numbers: ([], [refusal])):
            self._follow()
        self.assertEqual((tracking.follow_state, tracking.follow_message), ("unknown", "Brand new (-18777777)"))
        self.assertEqual(self.tracker.health, "failing")
        self.assertIn("MSKU1234567: an answer that is not known: Brand new (-18777777)", self.tracker.last_error)

    def test_a_number_of_two_shipments_is_asked_once(self):
        self._track()
        other = self._create_shipment({self.kettle: 1})
        shared = self._track(shipment_id=other.id)
        self._follow()
        self._scan("MSKU1234567", "PickedUp", "2026-03-05T08:00:00+08:00")
        self._follow()
        self.assertEqual(shared.status_text, "InTransit")
        books = requests.get(f"{self.url}/_sim/books", timeout=10).json()
        self.assertNotIn("track17.register", str(books.get("rejected", {})))

    def test_trouble_is_reported_once(self):
        self._track()
        self._scan(
            "MSKU1234567", "Departure", "2026-03-06T08:00:00+08:00",
            expected=["2026-04-04T00:00:00+00:00", "2026-04-06T00:00:00+00:00"],
        )  # fmt: skip
        self._follow()
        self._follow()
        (late,) = self.shipment.activity_ids
        self.assertIn("expects it on 2026-04-06, 5 days after the ETA", late.summary)
        self._scan("MSKU1234567", "Exception", "2026-03-09T08:00:00+08:00", text="Held by customs")
        self._follow()
        self.assertIn("Held by customs", (self.shipment.activity_ids - late).summary)

    def test_a_key_that_is_refused_stops_everything_until_it_is_renewed(self):
        key = self.tracker._get_secrets()["key"]
        self.tracker.track17_key = "wrong"
        tracking = self._track()
        self._follow()
        self.assertTrue(self.tracker.needs_authorisation)
        self.assertEqual(tracking.follow_state, "pending")
        with trap_jobs() as trap:
            self.tracker.track17_key = key
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
        self.assertEqual((self.tracker.health, tracking.follow_state), ("ok", "followed"))

    def test_a_service_that_is_down_is_asked_again(self):
        self._track()
        fault = {"kind": "throttle", "operation": "track17.*"}
        requests.post(f"{self.url}/_sim/faults", json=fault, timeout=10)
        trap = self._follow()
        self.assertEqual(self.tracker.health, "limited")
        trap.assert_jobs_count(1)

    def test_the_key_is_not_shown(self):
        self.assertNotIn("SIM17", str(self.tracker.read(["track17_key"])))
        with trap_jobs():
            self.tracker.action_check()
        self.assertEqual((self.tracker.quota_left, self.tracker.health), (1000, "ok"))
        reader = new_test_user(self.env, "reader", groups="marketplace.group_warehouse")
        for name in ("track17_key", "secrets", "webhook_key"):
            with self.assertRaises(AccessError):
                self.tracker.with_user(reader).read([name])

    def test_queries_do_not_grow_with_the_numbers(self):
        counts = []
        for size in (5, 30):
            trackings = self.env["first.mile.tracking"].union(
                *(self._track(f"AB{size}{number:05d}") for number in range(size))
            )
            for tracking in trackings:
                self._scan(tracking.number, "PickedUp", "2026-03-05T08:00:00+08:00")
            self.leg.write({"atd": "2026-03-05", "ata": "2026-03-06"})
            self._follow()
            for tracking in trackings:
                self._scan(tracking.number, "OutForDelivery", "2026-03-06T08:00:00+08:00")
            trackings.fetched_at = False
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.tracker._job_follow()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(trackings.mapped("status_text")), {"OutForDelivery"})
            trackings.unlink()
        self.assertLessEqual(counts[1], counts[0] + 3)
