from odoo import Command
from odoo.tests import freeze_time, new_test_user, tagged

from .first_mile_case import FirstMileCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-20")
class TestLegMap(FirstMileCase):
    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment()
        self.shipment.lane_id.write(
            {"origin_country_id": self.env.ref("base.cn").id, "destination_country_id": self.env.ref("base.uk").id}
        )

    def _draw(self, *legs):
        self.shipment.leg_ids = [Command.clear(), *map(Command.create, legs)]
        return self.shipment.leg_map["legs"]

    def test_legs_have_ends_in_degrees(self):
        self.shipment.destination_id.partner_id.write({"city": "Birmingham", "country_id": self.env.ref("base.uk").id})
        main, delivery = self._draw(
            {"sequence": 1, "kind": "main", "mode": "sea_lcl", "origin": "Shenzhen", "destination": "Felixstowe"},
            {"sequence": 2, "kind": "delivery", "mode": "truck"},
        )
        self.assertEqual((round(main["from"]["lat"]), round(main["from"]["lon"])), (23, 114))
        self.assertEqual((round(main["to"]["lat"]), round(main["to"]["lon"])), (52, 1))
        # Nobody said where the delivery goes: from where the ship came, to the warehouse, not the one in Alabama.
        self.assertEqual(delivery["from"], main["to"])
        self.assertEqual((delivery["to"]["name"], round(delivery["to"]["lon"])), ("Birmingham, GB", -2))

    def test_places_that_nobody_knows_are_named_without_degrees(self):
        (leg,) = self._draw({"kind": "main", "origin": "Xanadu on Sea", "destination": "Felixstowe"})
        self.assertEqual(leg["from"], {"name": "Xanadu on Sea"})

    def test_late_legs_are_marked_with_their_days(self):
        legs = self._draw(
            {"sequence": 1, "kind": "pickup", "etd": "2026-03-01", "atd": "2026-03-01", "eta": "2026-03-03",
             "ata": "2026-03-05"},
            {"sequence": 2, "kind": "main", "etd": "2026-03-06", "atd": "2026-03-07", "eta": "2026-03-19"},
            {"sequence": 3, "kind": "import", "etd": "2026-03-16", "eta": "2026-03-25"},
            {"sequence": 4, "kind": "delivery", "etd": "2026-03-25", "eta": "2026-03-26"},
        )  # fmt: skip
        self.assertEqual([leg["lateDays"] for leg in legs], [2, 1, 4, 0])
        self.assertEqual([leg["status"] for leg in legs], ["done", "under_way", "waiting", "waiting"])
        self.assertEqual((legs[0]["ata"], legs[1]["ata"]), ("2026-03-05", False))

    def test_clerks_of_shops_see_it(self):
        self._draw({"kind": "main", "origin": "Shenzhen"})
        clerk = new_test_user(self.env, "clerk", groups="marketplace.group_operator")
        self.env.invalidate_all()
        self.assertEqual(self.shipment.with_user(clerk).leg_map["legs"][0]["from"]["name"], "Shenzhen")

    def test_without_legs_there_is_no_map(self):
        self.assertFalse(self.shipment.leg_map)

    def test_land_is_where_people_live(self):
        Shipment = self.env["first.mile.shipment"]
        cells = Shipment.get_settled_cells(110, 20, 120, 25)
        self.assertIn([114, 22], cells)
        # Across the date line the same land lies further east.
        self.assertEqual(
            sorted([lon - 360, lat] for lon, lat in Shipment.get_settled_cells(230, 30, 250, 40)),
            sorted(Shipment.get_settled_cells(-130, 30, -110, 40)),
        )
        self.assertFalse(Shipment.get_settled_cells(-40, 20, -30, 30))
