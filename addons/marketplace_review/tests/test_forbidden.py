from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .review_case import ReviewCase


@tagged("post_install", "-at_install")
class TestForbidden(ReviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rule("forbidden")
        cls.battery = cls.env.ref("marketplace_review.goods_lithium_ion")
        cls.britain = cls.env.ref("base.uk")
        cls.mug.marketplace_goods_kind_ids = cls.battery

    def _forbid(self, **vals):
        return self.env["marketplace.forbidden.destination"].create(
            {"country_id": self.britain.id, "note": "IATA PI 965", **vals}
        )

    def test_goods_that_must_not_be_sent_there(self):
        self._forbid(goods_kind_ids=self.battery.ids)
        battery, pen = self._import(self._order("G-1"), self._order("G-2", self._line("PEN", 1, "3.00")))
        evidence = self._evidence(self._assert_held(battery, "forbidden"))
        self.assertEqual(evidence[self.mug.display_name], "Lithium-ion battery alone")
        self.assertEqual(evidence["United Kingdom"], "IATA PI 965")
        self._assert_free(pen)
        self._assert_released_for_good(battery, "forbidden")

    def test_a_destination_that_is_forbidden_altogether(self):
        self._forbid(postcodes="BT1-BT99", note="Windsor Framework")
        belfast, leeds = self._import(
            self._order("G-3", self._line("PEN", 1, "3.00"), address=self._address(postal_code="BT28 1AA")),
            self._order("G-4", self._line("PEN", 1, "3.00")),
        )
        self.assertEqual(self._evidence(self._assert_held(belfast, "forbidden"))["United Kingdom"], "Windsor Framework")
        self._assert_free(leeds)

    def test_only_by_the_carriers_that_refuse(self):
        carrier = self.env["delivery.carrier"].search([], limit=1)
        self._forbid(carrier_ids=carrier.ids)
        order = self._import(self._order("G-5"))
        self._assert_free(order)
        order.carrier_id = carrier
        order.action_marketplace_check()
        self._assert_held(order, "forbidden")

    def test_only_in_its_state_and_time(self):
        today = fields.Date.today()
        self._forbid(state_id=self.env["res.country.state"].search([("country_id", "=", self.britain.id)], limit=1).id)
        self._forbid(date_to=today - timedelta(days=1))
        self._forbid(date_from=today + timedelta(days=1))
        self._assert_free(self._import(self._order("G-6")))

    def test_a_rule_that_ends_solves_it(self):
        rule = self._forbid()
        order = self._import(self._order("G-7"))
        rule.active = False
        order.action_marketplace_check()
        self.assertEqual(self._holds(order).mapped("state"), ["solved"])

    def test_bad_rules_are_refused(self):
        count = self.env["marketplace.forbidden.destination"].search_count([])
        state = self.env.ref("base.state_us_5")
        for vals, message in (
            ({"postcodes": "BT1-BT9, BT99-BT10"}, "The postcodes BT99-BT10 are upside down"),
            ({"postcodes": "100-20000"}, "must have the same length"),
            ({"postcodes": "BT?"}, "BT? is not a postcode"),
            ({"state_id": state.id}, "is no state of United Kingdom"),
            ({"date_from": "2026-05-02", "date_to": "2026-05-01"}, "ends before it begins"),
        ):
            with self.subTest(message):
                with self.assertRaises(ValidationError) as caught:
                    self._forbid(**vals)
                self.assertIn(message, str(caught.exception))
        self.assertEqual(self.env["marketplace.forbidden.destination"].search_count([]), count)
