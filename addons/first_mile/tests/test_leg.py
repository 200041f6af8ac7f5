from odoo.exceptions import ValidationError
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .first_mile_case import FirstMileCase


class TestLeg(FirstMileCase):
    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment({self.kettle: 20})
        self.pickup, self.main = self._add_legs(self.shipment)

    def _track(self, kind, number, **values):
        return self.env["first.mile.tracking"].create(
            {"shipment_id": self.shipment.id, "kind": kind, "number": number, **values}
        )

    def test_a_departure_that_is_put_off_is_a_roll_over(self):
        self.main.write({"etd": "2026-03-13", "eta": "2026-04-14"})
        self.assertEqual((self.main.roll_count, self.shipment.roll_count), (1, 1))
        self.assertIn("2026-03-06", self.shipment.message_ids[0].body)
        self.main.etd = "2026-03-12"
        self.assertEqual(self.main.roll_count, 1, "earlier is no roll-over")
        self.assertEqual(str(self.shipment.eta), "2026-04-14")

    def test_transfers_follow_the_legs(self):
        self.shipment.action_plan()
        self.main.eta = "2026-05-01"
        arrival = self.shipment._get_open_transfers(departing=False)
        self.assertEqual(str(arrival.scheduled_date.date()), "2026-05-01")

    def test_the_mode_of_the_main_carriage_is_that_of_the_shipment(self):
        self.assertEqual((self.main.mode, self.pickup.mode), ("sea_lcl", "truck"))

    @mute_logger("odoo.sql_db")
    def test_a_leg_does_not_arrive_before_it_departs(self):
        with self.assertRaises(CheckViolation):
            self.main.ata = "2026-04-07"
            self.env.flush_all()

    def test_numbers_belong_to_modes(self):
        self._track("bill_of_lading", "COSU6123456780")
        with self.assertRaisesRegex(ValidationError, "Flight"):
            self._track("flight", "CX880")
        with self.assertRaisesRegex(ValidationError, "Container"):
            self._track("container", "CSQU3054383", leg_id=self.pickup.id)

    def test_container_numbers_have_a_check_digit(self):
        self._track("container", "CSQU3054383")
        with self.assertRaisesRegex(ValidationError, "check digit"):
            self._track("container", "CSQU3054384")
